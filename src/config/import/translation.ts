import type { Severity } from "../text/diagnostic.ts";

/*
 * What is made of a configuration that was written for another server: the plain object that
 * `buildConfig` takes, and beside it where each part came from and which comments belong to it, so
 * that problems name the line of the file that the operator wrote, and `leasehold convert` writes
 * what a person would have written.
 */

/** A place in one of the files that were read. Line and column from 1. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What is known of an entry of a map or of an item of a list. */
export interface Note {
  readonly origin?: Origin;
  /** Lines of the comment above it, without the signs that begin a comment. */
  readonly comment?: readonly string[];
  /** The comment behind it, on its line. */
  readonly behind?: string;
}

/** Notes by the map or list that holds the part, and by its key or index there. */
export interface Notes {
  readonly of: Map<object, Map<string | number, Note>>;
}

/** What could not be carried over, or not as it was, and why. */
export interface Finding {
  /**
   * error: served without it, clients would get other addresses or other service than the file
   * says, so the file is not served as it stands. warning: it has no counterpart and needs none, or
   * what stands in its place does the same by another way.
   */
  readonly severity: Severity;
  readonly origin: Origin;
  readonly message: string;
  readonly hint?: string;
}

/** What a file of another server becomes. */
export interface Translation {
  /** What `defineConfig` takes, as plain maps, lists and scalars. */
  readonly value: PlainMap;
  readonly notes: Notes;
  /** In the order of the text. */
  readonly findings: readonly Finding[];
  /** The texts of the files that were read, by their names: for excerpts beside diagnostics. */
  readonly sources: ReadonlyMap<string, string>;
}

/** A map of plain data. */
export type PlainMap = { [key: string]: unknown };

/** Other files, for statements that include them. The shell reads them; a test has a map. */
export interface Files {
  /**
   * The text of a file, whose name is as `path` says seen from the file `from`; `name` is what it
   * is called from now on. A reason, in words, where it can't be read.
   */
  read(path: string, from: string): { readonly name: string; readonly text: string } | { readonly reason: string };
  /** Names of the files in a folder, sorted; a reason, in words, where it can't be read. */
  list(folder: string, from: string): readonly string[] | { readonly reason: string };
}

/** Translates a file. Total: what it can't understand is a finding. */
export type Translator = (text: string, name: string, files: Files) => Translation;

export function createNotes(): Notes {
  return { of: new Map() };
}

/**
 * Writes down what is known of `holder[key]`; what was known before stays where `note` is silent.
 */
export function addNote(notes: Notes, holder: object, key: string | number, note: Note): void {
  const known = notes.of.get(holder) ?? new Map<string | number, Note>();
  notes.of.set(holder, known);
  known.set(key, { ...known.get(key), ...note });
}

export function noteOf(notes: Notes, holder: object, key: string | number): Note | undefined {
  return notes.of.get(holder)?.get(key);
}

/**
 * Findings in the order of the text, the files in the order of `names`. What was found on several
 * ways is told once.
 */
export function inOrder(findings: readonly Finding[], names: readonly string[]): readonly Finding[] {
  const distinct = new Map(findings.map((one) => [JSON.stringify([one.origin, one.message]), one]));
  const place = ({ origin }: Finding): number => names.indexOf(origin.file);
  return [...distinct.values()].sort((a, b) => place(a) - place(b) || a.origin.line - b.origin.line || a.origin.column - b.origin.column);
}
