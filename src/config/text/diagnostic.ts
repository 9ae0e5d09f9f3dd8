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
}

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
 * then the hint. Without a position (a configuration made by a program) the path stands in its
 * place.
 */
export function formatDiagnostic(diagnostic: Diagnostic, fileName: string, source?: SourceText): string {
  return format(diagnostic, fileName, linesOf(fileName, source));
}

/** The text of the file that was read; by their names, where there were several. */
export type SourceText = string | ReadonlyMap<string, string>;

/** The lines of a file by its name; undefined where its text is not known. */
type Lines = (file: string) => readonly string[] | undefined;

const LINE_END = /\r\n|\r|\n/;

function linesOf(fileName: string, source: SourceText | undefined): Lines {
  const known = new Map<string, readonly string[] | undefined>();
  return (file) => {
    if (known.has(file)) return known.get(file);
    const text = typeof source === "string" ? (file === fileName ? source : undefined) : source?.get(file);
    const lines = text?.split(LINE_END);
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
  const lines = linesOf(fileName, source);
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
  const { severity, file = fileName, line, column, path, message, hint } = diagnostic;
  const place = line > 0 ? `${file}:${line}:${column}` : path.length > 0 ? `${file}: ${formatPath(path)}` : file;
  const lines = [`${place}: ${severity}: ${message}`];
  const source = line > 0 ? linesOfFile(file)?.[line - 1] : undefined;
  if (source !== undefined) lines.push(...excerpt(source, line, column));
  if (hint !== undefined) lines.push(`  hint: ${hint}`);
  return lines.join("\n");
}

const EXCERPT_WIDTH = 120;

/**
 * The line with its number, and a caret below `column`. A long line is cut around the place; tabs
 * stay tabs, so that the caret fits.
 */
function excerpt(source: string, line: number, column: number): readonly string[] {
  const from = Math.max(0, Math.min(column - 1 - EXCERPT_WIDTH / 2, source.length - EXCERPT_WIDTH));
  const shown = source.slice(from, from + EXCERPT_WIDTH);
  const gutter = String(line);
  const indent = shown.slice(0, Math.max(0, column - 1 - from)).replace(/[^\t]/g, " ");
  return [`  ${gutter} | ${shown}`, `  ${" ".repeat(gutter.length)} | ${indent}^`];
}
