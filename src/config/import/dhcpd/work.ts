import type { Severity } from "../../text/diagnostic.ts";
import { addNote, type Finding, type Notes, type PlainMap } from "../translation.ts";
import type { Definitions } from "./options.ts";
import type { Statement } from "./syntax.ts";

/** What the parts of the translation share. */
export interface Work {
  readonly notes: Notes;
  readonly findings: Finding[];
  readonly definitions: Definitions;
  /** Whether the file has subnets of the protocol. */
  readonly has4: boolean;
  readonly has6: boolean;
}

export type Family = 4 | 6;

export function report({ findings }: Work, severity: Severity, { at }: Statement, message: string, hint?: string): void {
  findings.push({ severity, origin: at, message, ...(hint !== undefined && { hint }) });
}

/** Sets `map[key]`, whose place and comments are those of the statement. */
export function put({ notes }: Work, map: PlainMap, key: string, value: unknown, statement: Statement | undefined): void {
  if (value === undefined) return;
  map[key] = value;
  if (statement !== undefined) addNote(notes, map, key, noteFrom(statement));
}

export function push({ notes }: Work, list: unknown[], value: unknown, statement: Statement): void {
  addNote(notes, list, list.length, noteFrom(statement));
  list.push(value);
}

function noteFrom({ at, comment, behind }: Statement) {
  return { origin: at, ...(comment.length > 0 && { comment }), ...(behind !== undefined && behind !== "" && { behind }) };
}

/** The list or map at a key, made where it is not there. */
export function listAt<T = unknown>(map: PlainMap, key: string): T[] {
  map[key] ??= [];
  return map[key] as T[];
}

export function mapAt(map: PlainMap, key: string): PlainMap {
  map[key] ??= {};
  return map[key] as PlainMap;
}
