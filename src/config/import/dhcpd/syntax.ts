import type { Files, Finding, Origin } from "../translation.ts";
import { readTokens, type Token } from "./lexer.ts";

/** A statement: words that end in `;` or in a block. */
export interface Statement {
  /** At least one; signs between them too. */
  readonly words: readonly Token[];
  /** Statements in its block; undefined: it has none. */
  readonly block: readonly Statement[] | undefined;
  readonly at: Origin;
  readonly comment: readonly string[];
  readonly behind: string | undefined;
}

export interface Tree {
  readonly statements: readonly Statement[];
  readonly findings: readonly Finding[];
  readonly sources: ReadonlyMap<string, string>;
}

const DEEPEST_BLOCK = 100;
const MOST_FILES = 1000;

/** Reads a file with those that it includes, as statements in the order of the text. Total. */
export function readTree(text: string, name: string, files: Files): Tree {
  const sources = new Map<string, string>();
  const findings: Finding[] = [];
  const error = (origin: Origin, message: string, hint?: string): void => {
    findings.push({ severity: "error", origin, message, ...(hint !== undefined && { hint }) });
  };

  function readFile(source: string, file: string, around: readonly string[]): Statement[] {
    sources.set(file, source);
    const { tokens, problems } = readTokens(source, file);
    for (const problem of problems) error(problem.at, problem.message);
    let next = 0;
    const peek = (): Token => tokens[next] as Token;
    const is = (text: string): boolean => peek().kind === "sign" && peek().text === text;

    function block(depth: number): Statement[] {
      const statements: Statement[] = [];
      while (peek().kind !== "end" && !(depth > 0 && is("}"))) {
        if (is(";")) next++;
        else if (is("}")) {
          error(peek().at, "this } closes nothing");
          next++;
        } else statements.push(...statement(depth));
      }
      return statements;
    }

    function statement(depth: number): readonly Statement[] {
      const first = peek();
      const words: Token[] = [];
      let isDefinition = false;
      while (peek().kind !== "end" && !is(";") && !is("}") && !(is("{") && !isDefinition)) {
        if (is("{")) record(words);
        else words.push(peek());
        // `option NAME code N = { ... }`: a record, not a block.
        if (first.text === "option" && is("=")) isDefinition = true;
        next++;
      }
      const { at, comment } = first;
      if (words.length === 0) {
        error(at, "a statement is missing before this {");
        words.push(first);
      }
      if (!is("{")) {
        const end = peek();
        if (is(";")) next++;
        else error(words.at(-1)?.at ?? at, "the ; behind this is missing");
        const behind = end.behind ?? words.find((word) => word.behind !== undefined)?.behind;
        const made = { words, block: undefined, at, comment, behind };
        return first.kind === "word" && first.text === "include" ? included(made) : [made];
      }
      const { behind } = peek();
      next++;
      if (depth >= DEEPEST_BLOCK) {
        error(at, "blocks are nested too deeply");
        next = tokens.length - 1;
        return [];
      }
      const inner = block(depth + 1);
      const made = { words, block: inner, at, comment, behind };
      if (is("}")) next++;
      else error(at, `the } of this ${first.text} is missing`);
      return [made];
    }

    function record(words: Token[]): void {
      while (peek().kind !== "end" && !is("}") && !is(";")) {
        words.push(peek());
        next++;
      }
      if (!is("}")) next--;
      else words.push(peek());
    }

    function included(made: Statement): readonly Statement[] {
      const path = made.words[1]?.text;
      if (path === undefined) {
        error(made.at, "include names no file");
        return [];
      }
      const read = files.read(path, file);
      if ("reason" in read) error(made.at, `${path} can't be read: ${read.reason}`, "the file is needed to say what this one means");
      else if (around.includes(read.name) || read.name === file) error(made.at, `${path} includes itself`);
      else if (sources.size >= MOST_FILES) error(made.at, "too many files are included");
      else return readFile(read.text, read.name, [...around, file]);
      return [];
    }

    return block(0);
  }

  return { statements: readFile(text, name, []), findings, sources };
}

/** Words as the file has them, for messages. */
export function textOf(words: readonly Token[]): string {
  return words
    .map(({ kind, text }) => (kind === "string" ? JSON.stringify(text) : text))
    .join(" ")
    .replace(/ ([,)])/g, "$1")
    .replace(/\( /g, "(");
}
