import { linesOf } from "./lines.ts";
import { beginsSecret, maskedLine, secretsIn } from "./secrets.ts";

/** An error keeps the configuration from being used; a warning does not. */
export type Severity = "error" | "warning";

/**
 * Where something stands in a configuration: keys of maps and indexes of lists, from the outside
 * in.
 */
export type Path = readonly (string | number)[];

/** One problem of a configuration file, for people and for editors. */
export interface Diagnostic {
  readonly severity: Severity;
  /** Where it is not the file that was named, but one that it includes. */
  readonly file?: string;
  /** From 1; 0 when the configuration did not come from a text. */
  readonly line: number;
  /** From 1; 0 when the configuration did not come from a text. */
  readonly column: number;
  readonly path: Path;
  readonly message: string;
  /** What to do about it; undefined when the message says all. */
  readonly hint: string | undefined;
  /** Where that stands with which it is in conflict. */
  readonly other?: Place;
}

/** A place in a configuration, as that of a diagnostic. */
export type Place = Pick<Diagnostic, "file" | "line" | "column" | "path">;

/** `networks["10.0.0.0/8"].ranges[0].start` */
export function formatPath(path: Path): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (!/^[a-z_]\w*$/i.test(part)) text += `[${JSON.stringify(part)}]`;
    else text += text === "" ? part : `.${part}`;
  }
  return text;
}

/**
 * `file:line:column: error: message`, then the line of the source with a caret below the place,
 * without secrets, for it may be a line of the log; then the hint. Without a position (a
 * configuration made by a program) the path stands in its place.
 */
export function formatDiagnostic(diagnostic: Diagnostic, fileName: string, source?: SourceText): string {
  return format(diagnostic, fileName, linesOfFiles(fileName, source));
}

/** The text of the file that was read; by their names, where there were several. */
export type SourceText = string | ReadonlyMap<string, string>;

/** The lines of a file by its name; undefined where its text is not known. */
type Lines = (file: string) => readonly string[] | undefined;

function linesOfFiles(fileName: string, source: SourceText | undefined): Lines {
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (known.has(file)) return known.get(file);
    const text = typeof source === "string" ? (file === fileName ? source : undefined) : source?.get(file);
    const lines = text === undefined ? undefined : linesOf(text.replace(/^\ufeff/, ""));
    known.set(file, lines);
    return lines;
  };
}

/** How many of the errors, and of the warnings, are shown: more help nobody. */
const MOST_SHOWN = 100;

/**
 * Diagnostics as `formatDiagnostic` writes them, one after the other: of errors and of warnings the
 * first hundred each, and how many more there are. Where there are errors and warnings in such
 * numbers, none of the errors is hidden by a warning.
 */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], fileName: string, source?: SourceText): readonly string[] {
  const lines = linesOfFiles(fileName, source);
  const texts: string[] = [];
  const counts = { error: 0, warning: 0 };
  for (const diagnostic of diagnostics) if (counts[diagnostic.severity]++ < MOST_SHOWN) texts.push(format(diagnostic, fileName, lines));
  for (const severity of ["error", "warning"] as const) {
    const more = counts[severity] - MOST_SHOWN;
    if (more > 0) texts.push(`${fileName}: and ${more} more ${severity}${more === 1 ? "" : "s"}`);
  }
  return texts;
}

function format(diagnostic: Diagnostic, fileName: string, linesOfFile: Lines): string {
  const { severity, file = fileName, line, path, message, hint, other } = diagnostic;
  const lines = [escaped(`${formatPlace(diagnostic, fileName)}: ${severity}: ${message}`)];
  // Its secret may stand on a line of its own.
  const ofFile = line > 0 ? linesOfFile(file) : undefined;
  const isSecret = (isOfTsigKeys(path) && path.at(-1) === "data") || beginsSecret(ofFile?.[line - 2] ?? "");
  const source = isSecret ? undefined : ofFile?.[line - 1];
  if (source !== undefined) lines.push(...excerpt(source, diagnostic));
  if (other !== undefined) lines.push(escaped(`  the other one: ${formatPlace(other, fileName)}`));
  if (hint !== undefined) lines.push(escaped(`  hint: ${hint}`));
  return lines.join("\n");
}

/** `file:line:column`, or the file and the path where there is no text. */
export function formatPlace({ file, line, column, path }: Place, fileName: string): string {
  if (line > 0) return `${file ?? fileName}:${line}:${column}`;
  return path.length > 0 ? `${file ?? fileName}: ${formatPath(path)}` : (file ?? fileName);
}

/**
 * What a terminal would obey, a log would take for more lines, or nobody would see: as in a text of
 * JSON.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const short = JSON.stringify(character).slice(1, -1);
    return short.startsWith("\\") ? short : Array.from({ length: character.length }, (_, i) => unitOf(character, i)).join("");
  });
}

function unitOf(text: string, i: number): string {
  return `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`;
}

/**
 * The same without what is secret in the lines of the text that they are about: a message may quote
 * a part of one.
 */
export function withoutSecretsOf(text: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  if (diagnostics.length === 0) return diagnostics;
  const lines = linesOf(text);
  return diagnostics.map((diagnostic) => {
    const { line, column, path, message, hint } = diagnostic;
    const near = (lines[line - 1] ?? "").slice(Math.max(0, column - LONGEST_SECRET), column + LONGEST_SECRET);
    const secrets = secretsIn(near, isOfTsigKeys(path));
    const told = (said: string): string => secrets.reduce((rest, secret) => rest.replaceAll(secret, "(removed)"), said);
    if (secrets.length === 0) return diagnostic;
    const place = path.map((part) => (typeof part === "string" ? told(part) : part));
    return { ...diagnostic, path: place, message: told(message), hint: hint && told(hint) };
  });
}

function isOfTsigKeys(path: Path): boolean {
  return path[0] === "ddns" && path[1] === "tsig_keys";
}

const EXCERPT_WIDTH = 120;
/** In an excerpt it is as wide as what it stands for, for the caret. */
const HIDDEN = "\ufffd";
/** So far around the place secrets are looked for. */
const LONGEST_SECRET = 2000;

/**
 * The line with its number, and a caret below `column`. A long line is cut around the place; tabs
 * stay tabs, so that the caret fits.
 */
function excerpt(source: string, { line, column, path }: Place): readonly string[] {
  const from = Math.max(0, Math.min(column - 1 - EXCERPT_WIDTH / 2, source.length - EXCERPT_WIDTH));
  const begin = Math.max(0, from - LONGEST_SECRET);
  const near = maskedLine(source.slice(begin, from + EXCERPT_WIDTH + LONGEST_SECRET), isOfTsigKeys(path));
  const cut = near.slice(from - begin, from - begin + EXCERPT_WIDTH);
  const shown = cut.replace(UNPRINTABLE, (character) => (character === "\t" ? character : HIDDEN.repeat(character.length)));
  const gutter = String(line);
  const indent = shown.slice(0, Math.max(0, column - 1 - from)).replace(/[^\t]/g, " ");
  return [`  ${gutter} | ${shown}`, `  ${" ".repeat(gutter.length)} | ${indent}^`];
}
