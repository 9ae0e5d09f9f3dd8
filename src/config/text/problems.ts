import type { Diagnostic, Path, Place, Severity } from "./diagnostic.ts";

/** A problem before its place in the text is looked up. */
export interface Problem {
  readonly severity: Severity;
  readonly path: Path;
  /** Point at the key rather than at its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly hint: string | undefined;
  /** What it stands in conflict with. */
  readonly other?: Path | undefined;
}

/** Line and column from 1. */
export interface Position {
  /** Where it is not the one text that is read. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** A problem of the YAML or JSON text itself. */
export interface SyntaxProblem extends Position {
  readonly message: string;
  readonly hint: string | undefined;
  /** Where that stands with which it is in conflict. */
  readonly other?: Place;
}

/**
 * Finds the place of a path in the text; the closest place around it when the path itself is not
 * there.
 */
export type Locate = (path: Path, atKey: boolean) => Position;

/** Collects problems, so that all of them are reported at once. */
export interface Report {
  readonly problems: readonly Problem[];
  /**
   * The characters of the plain scalar at `path`, where text is wanted and YAML made something else
   * of it; undefined for anything else.
   */
  readonly charactersAt: Characters;
  /** A problem with the value at `path`; `other`: with what it stands in conflict. */
  error(path: Path, message: string, hint?: string, other?: Path): void;
  /** A problem with the key at the end of `path`, or with what is missing below it. */
  keyError(path: Path, message: string, hint?: string, other?: Path): void;
  warn(path: Path, message: string, hint?: string, other?: Path): void;
}

/** Finds the characters of a plain scalar by its path. */
export type Characters = (path: Path) => string | undefined;

export function createReport(charactersAt: Characters = () => undefined): Report {
  const problems: Problem[] = [];
  const add = (severity: Severity, path: Path, atKey: boolean, message: string, hint?: string, other?: Path): void => {
    problems.push({ severity, path, atKey, message, hint, ...(other && { other }) });
  };
  return {
    problems,
    charactersAt,
    error: (path, message, hint, other) => add("error", path, false, message, hint, other),
    keyError: (path, message, hint, other) => add("error", path, true, message, hint, other),
    warn: (path, message, hint, other) => add("warning", path, true, message, hint, other),
  };
}

export function isError(problem: { readonly severity: Severity }): boolean {
  return problem.severity === "error";
}

/**
 * The problems with their places, in the order of the text. What was found more than once, on
 * different ways, is told once: so is what aliases bring to several paths.
 */
export function toDiagnostics(problems: readonly Problem[], locate: Locate): Diagnostic[] {
  const distinct = new Map<string, Diagnostic>();
  for (const { severity, path, atKey, message, hint, other } of problems) {
    const place = locate(path, atKey);
    const name = JSON.stringify([place.line > 0 ? place : path, message]);
    const diagnostic = { severity, ...place, path, message, hint, ...(other && { other: { ...locate(other, true), path: other } }) };
    if (!distinct.has(name)) distinct.set(name, diagnostic);
  }
  return inOrder([...distinct.values()]);
}

/** In the order of the text. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
