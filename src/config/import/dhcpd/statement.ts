import type { Files, Finding, Origin } from "../translation.ts";
import { type Token, type Tokens, tokenize } from "./lexer.ts";

/** A statement: words up to a semicolon, or up to a block of statements. */
export interface Statement {
  /** At least one; without the semicolon. */
  readonly words: readonly Token[];
  readonly block: readonly Statement[] | undefined;
  readonly origin: Origin;
  readonly comment: readonly string[];
  readonly behind: string | undefined;
}

export interface Parsed {
  readonly statements: readonly Statement[];
  /** The comment at the end of the main file. */
  readonly tail: readonly string[];
  readonly findings: readonly Finding[];
  /** The texts that were read, by name. */
  readonly sources: ReadonlyMap<string, string>;
}

const DEEPEST_BLOCK = 200;
const MOST_FILES = 1000;

/** Reads a file, and those that it includes in the place where it does. Total. */
export function parse(text: string, name: string, files: Files): Parsed {
  const sources = new Map<string, string>();
  const findings: Finding[] = [];
  const read = (source: string, file: string, around: readonly string[]): { statements: Statement[]; tail: readonly string[] } => {
    sources.set(file, source);
    const tokens = tokenize(source, file);
    findings.push(...tokens.problems.map((problem): Finding => ({ severity: "error", ...problem })));
    const statements = readStatements(tokens, findings);
    return { statements: include(statements, [...around, file]), tail: tokens.tail };
  };
  const include = (statements: readonly Statement[], around: readonly string[]): Statement[] =>
    statements.flatMap((statement): readonly Statement[] => {
      const [keyword, path] = statement.words;
      if (keyword?.text !== "include" || keyword.kind !== "word")
        return statement.block === undefined ? [statement] : [{ ...statement, block: include(statement.block, around) }];
      const refuse = (message: string): readonly Statement[] => {
        findings.push({ severity: "error", origin: statement.origin, message });
        return [];
      };
      if (path === undefined) return refuse("include names no file");
      const file = files.read(path.text, around[0] as string);
      if ("reason" in file) return refuse(`the file ${path.text} can't be read: ${file.reason}`);
      if (around.includes(file.name)) return refuse(`the file ${file.name} includes itself`);
      if (sources.size >= MOST_FILES) return refuse(`more than ${MOST_FILES} files are included`);
      return read(file.text, file.name, around).statements;
    });
  const { statements, tail } = read(text, name, []);
  return { statements, tail, findings, sources };
}

function readStatements({ tokens, behind }: Tokens, findings: Finding[]): Statement[] {
  let at = 0;
  const is = (text: string): boolean => tokens[at]?.kind === "sign" && tokens[at]?.text === text;

  function block(depth: number): Statement[] {
    const statements: Statement[] = [];
    while (at < tokens.length && !(depth > 0 && is("}"))) {
      if (is(";")) at++;
      else if (is("}")) {
        findings.push({ severity: "error", origin: (tokens[at] as Token).origin, message: "a } closes nothing" });
        at++;
      } else statements.push(statement(depth));
    }
    return statements;
  }

  function statement(depth: number): Statement {
    const first = tokens[at] as Token;
    const words: Token[] = [];
    // The braces of a record stand in a definition.
    const isDefinition = first.text === "option" && tokens.slice(at, at + 4).some(({ kind, text }) => kind === "word" && text === "code");
    let inner = 0;
    while (at < tokens.length) {
      const token = tokens[at] as Token;
      const isSign = token.kind === "sign";
      if (isSign && inner === 0 && (token.text === ";" || token.text === "}" || (token.text === "{" && !isDefinition))) break;
      if (isSign && token.text === "{") inner++;
      if (isSign && token.text === "}") inner--;
      words.push(token);
      at++;
    }
    const { origin, comment } = first;
    if (!is("{")) {
      if (is(";")) at++;
      else
        findings.push({ severity: "error", origin: (tokens[at] ?? first).origin, message: `a semicolon is missing behind ${first.text}` });
      return { words, block: undefined, origin, comment, behind: behind.get(at - 1) };
    }
    const opening = at++;
    if (depth >= DEEPEST_BLOCK) {
      findings.push({ severity: "error", origin, message: "blocks are nested too deeply" });
      at = tokens.length;
      return { words, block: [], origin, comment, behind: undefined };
    }
    const inside = block(depth + 1);
    if (is("}")) at++;
    else findings.push({ severity: "error", origin, message: `the block of ${first.text} has no end: a } is missing` });
    return { words, block: inside, origin, comment, behind: behind.get(opening) ?? behind.get(at - 1) };
  }

  return block(0);
}

/** Words from `from` on, as the file has them. */
export function textOf(words: readonly Token[], from = 0): string {
  return words
    .slice(from)
    .map(({ kind, text }) => (kind === "string" ? JSON.stringify(text) : text))
    .join(" ")
    .replaceAll(" ,", ",");
}
