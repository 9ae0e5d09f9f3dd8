import { buffer } from "node:stream/consumers";
import { type AddedReservation, whyLeftOut } from "../../config/added.ts";
import { type LoadFileResult, loadConfigBytes, loadConfigFile } from "../../config/file.ts";
import type { Diagnostic } from "../../config/text/diagnostic.ts";
import { leftOutNote } from "../../server/runtime-reservations.ts";
import { Exit } from "../exit.ts";

/** What stands for standard input on the command line. */
export const STDIN = "-";
/** What standard input is called in messages. */
export const STDIN_NAME = "standard input";

/** What became of a file that was to be checked. */
export type Verdict = "good" | "problems" | "unreadable";

/** A file that was checked. */
export interface Checked {
  /** As on the command line. */
  readonly file: string;
  /** What it is called in messages. */
  readonly name: string;
  readonly loaded: LoadFileResult;
  /** Errors and warnings, in the order of the text. */
  readonly problems: readonly Diagnostic[];
  /** Of added reservations that are left out, for people: warnings without a place in the file. */
  readonly notes: readonly string[];
  readonly errors: number;
  /** Those of `problems`, and the notes. */
  readonly warnings: number;
  readonly verdict: Verdict;
}

/**
 * Reads and checks one file. `strict`: a warning is a problem. `added`: the reservations of a
 * server that are served beside those of the file.
 */
export async function checkFile(file: string, strict: boolean, added: readonly AddedReservation[]): Promise<Checked> {
  const name = file === STDIN ? STDIN_NAME : file;
  const loaded = file === STDIN ? loadConfigBytes(await buffer(process.stdin), name, added) : await loadConfigFile(file, added);
  const problems = loaded.ok ? loaded.warnings : loaded.diagnostics;
  const notes = (loaded.leftOut ?? []).map((one) => leftOutNote(one.id, whyLeftOut(one, name)));
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors + notes.length;
  const isGood = loaded.ok && !(strict && warnings > 0);
  const verdict = isGood ? "good" : loaded.readable ? "problems" : "unreadable";
  return { file, name, loaded, problems, notes, errors, warnings, verdict };
}

/** Of several files: that one could not be read counts more than that another has problems. */
export function exitStatusOf(checked: readonly Pick<Checked, "verdict">[]): number {
  const verdicts = new Set(checked.map(({ verdict }) => verdict));
  return verdicts.has("unreadable") ? Exit.usage : verdicts.has("problems") ? Exit.failed : Exit.ok;
}
