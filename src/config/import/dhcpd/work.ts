import type { Severity } from "../../text/diagnostic.ts";
import { addNote, type Finding, type Notes, type Origin, type PlainMap } from "../translation.ts";
import type { DeclaredOption, OptionNames } from "./option-names.ts";
import { type Statement, textOf } from "./statement.ts";

/** What a translation gathers while the statements are walked, and what it knows of all of them. */
export interface Work {
  readonly notes: Notes;
  readonly findings: Finding[];
  readonly declared: readonly DeclaredOption[];
  readonly names: { readonly dhcp4: OptionNames; readonly dhcp6: OptionNames };
  /** What the file serves. */
  readonly serves: { readonly dhcp4: boolean; readonly dhcp6: boolean };
}

export function report(work: Work, severity: Severity, origin: Origin, message: string, hint?: string): undefined {
  work.findings.push({ severity, origin, message, ...(hint !== undefined && { hint }) });
}

/** Says that a statement is not carried over, and why. */
export function leaveOut(work: Work, severity: Severity, statement: Statement, why: string, hint?: string): undefined {
  const words = textOf(statement.words);
  report(
    work,
    severity,
    statement.origin,
    `\`${words.length > 60 ? `${words.slice(0, 57)}...` : words}\` is not carried over: ${why}`,
    hint,
  );
}

/** Sets `holder[key]`, which comes from the statement, with the comments that belong to it. */
export function put(work: Work, holder: PlainMap, key: string, value: unknown, from: Statement): undefined {
  holder[key] = value;
  noteFrom(work, holder, key, from);
}

/** Notes where the entry or item comes from. */
export function noteFrom(work: Work, holder: object, key: string | number, { origin, comment, behind }: Statement): undefined {
  addNote(work.notes, holder, key, {
    origin,
    ...(comment.length > 0 && { comment }),
    ...(behind !== undefined && { behind }),
  });
}

/** The word at `index`, as text. */
export function wordAt({ words }: Statement, index: number): string {
  return words[index]?.text ?? "";
}

export function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0;
}
