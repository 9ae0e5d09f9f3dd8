/** How problems of configurations are written for people, for programs, and for GitHub. */
import { relative, resolve } from "node:path";
import { type Diagnostic, formatDiagnostics, formatPath, formatPlace, type Place, type Severity } from "../../config/text/diagnostic.ts";
import { type Checked, STDIN, STDIN_NAME, type Verdict } from "./checked.ts";
import { summaryOf } from "./summary.ts";

/** As of a compiler, with the line of the file; each ends with a line end. */
export function problemsForPeople({ problems, notes, name, loaded }: Checked): string {
  return [...formatDiagnostics(problems, name, loaded.source), ...notes].map((text) => `${text}\n`).join("");
}

/** A place in a document of `--format json`: null where it is not in a text. */
export interface JsonPlace {
  readonly file: string;
  /** From 1. */
  readonly line: number | null;
  /** From 1, in UTF-16 units. */
  readonly column: number | null;
  /** Such as `networks["10.0.0.0/8"].ranges[0]`; empty: the whole file. */
  readonly path: string;
}

/** The document of `--format json`. */
export interface JsonReport {
  readonly files: readonly {
    readonly file: string;
    readonly verdict: Verdict;
    readonly errors: number;
    readonly warnings: number;
    /** The other server whose file it is. */
    readonly translatedFrom: string | null;
    /** What it serves, for people; null where it can't be used. */
    readonly serves: string | null;
  }[];
  readonly problems: readonly (JsonPlace & {
    readonly severity: Severity;
    readonly message: string;
    readonly hint: string | null;
    /** Where that stands with which it is in conflict. */
    readonly other: JsonPlace | null;
  })[];
}

/** All that was found, file by file in the order of the command line. */
export function reportForPrograms(checked: readonly Checked[]): JsonReport {
  return {
    files: checked.map(({ file, verdict, errors, warnings, loaded }) => ({
      file,
      verdict,
      errors,
      warnings,
      translatedFrom: loaded.translatedFrom ?? null,
      serves: loaded.ok ? summaryOf(loaded.config) : null,
    })),
    problems: checked.flatMap((one) =>
      problemsOf(one).map((problem) => ({
        severity: problem.severity,
        ...placeOf(problem, one.file),
        message: problem.message,
        hint: problem.hint ?? null,
        other: problem.other === undefined ? null : placeOf(problem.other, one.file),
      })),
    ),
  };
}

function placeOf({ file, line, column, path }: Place, main: string): JsonPlace {
  const isInText = line > 0;
  return { file: file ?? main, line: isInText ? line : null, column: isInText ? column : null, path: formatPath(path) };
}

/** The notes too, as warnings. */
function problemsOf({ problems, notes }: Checked): readonly Diagnostic[] {
  return [
    ...problems,
    ...notes.map((message) => ({ severity: "warning", line: 0, column: 0, path: [], message, hint: undefined }) as const),
  ];
}

/**
 * Workflow commands, a line each, of which GitHub makes annotations of the lines of a pull request:
 * `::error file=dhcp.yaml,line=3,col=5::what is wrong`. It knows files by their paths from the
 * working directory.
 */
export function problemsForGithub(checked: Checked): string {
  return problemsOf(checked)
    .map((problem) => {
      const place = Object.entries(propertiesOf(problem, checked.file)).map(([name, value]) => `${name}=${escapeProperty(value)}`);
      return `::${problem.severity}${place.length === 0 ? "" : ` ${place.join(",")}`}::${escapeData(messageOf(problem, checked.file))}\n`;
    })
    .join("");
}

function propertiesOf({ file = "", line, column }: Place, main: string): Readonly<Record<string, string>> {
  const path = file === "" ? main : file;
  if (path === STDIN) return {};
  return { file: fromHere(path), ...(line > 0 && { line: String(line), col: String(column) }) };
}

/** With what an annotation has no property for. */
function messageOf({ message, hint, line, path, other }: Diagnostic, main: string): string {
  const where = line > 0 || path.length === 0 ? "" : `${formatPath(path)}: `;
  const lines = [`${where}${message}`];
  if (other !== undefined) lines.push(`the other one: ${formatPlace(other, main === STDIN ? STDIN_NAME : fromHere(main))}`);
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines.join("\n");
}

function fromHere(path: string): string {
  return relative("", resolve(path));
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
