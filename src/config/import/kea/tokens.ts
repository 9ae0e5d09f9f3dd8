import type { Files, Finding, Origin } from "../translation.ts";

/*
 * Kea's JSON cut into tokens: with comments in three forms, and with files that are included
 * wherever a token may stand.
 */

export interface Token {
  readonly kind: "symbol" | "string" | "number" | "word" | "end";
  /** Of a string its characters, else the text. */
  readonly text: string;
  readonly at: Origin;
  /** Lines of comments between the token before it and this one. */
  readonly comment: readonly string[];
  /** Comment on the rest of its line. */
  behind: string | undefined;
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** What is wrong with the text; the tokens end there. */
  readonly problem: Finding | undefined;
  /** The files that were read, by name. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Files that include each other further than this are taken for a mistake. */
const DEEPEST_INCLUDE = 10;
const MOST_INCLUDES = 1000;

const BLANK = /[ \t\r\n]+/y;
const COMMENT = /(?:#|\/\/)([^\n]*)/y;
const BLOCK_COMMENT = /\/\*([\s\S]*?)\*\//y;
const INCLUDE = /<\?include[ \t]+"([^"\n]+)"[ \t]*\?>/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_][\w-]*/y;
const SYMBOL = /[{}[\]:,]/y;

/** A text that is being read. */
interface Input {
  readonly text: string;
  readonly name: string;
  at: number;
  line: number;
  lineStart: number;
}

/** Cuts a text, and the files that it includes, into tokens. Never throws. */
export function readTokens(text: string, name: string, files: Files): Tokens {
  const tokens: Token[] = [];
  const sources = new Map([[name, text]]);
  const stack: Input[] = [open(text, name)];
  let comment: string[] = [];
  let lastLine = 0;
  let includes = 0;
  const fail = (at: Origin, message: string, hint?: string): Tokens => ({
    tokens,
    problem: { severity: "error", origin: at, message, ...(hint !== undefined && { hint }) },
    sources,
  });
  for (;;) {
    const input = stack.at(-1) as Input;
    const match = (pattern: RegExp): RegExpExecArray | null => {
      pattern.lastIndex = input.at;
      return pattern.exec(input.text);
    };
    const blank = match(BLANK);
    if (blank !== null) advance(input, blank[0]);
    const at: Origin = { file: input.name, line: input.line, column: input.at - input.lineStart + 1 };
    if (input.at >= input.text.length) {
      stack.pop();
      lastLine = 0;
      if (stack.length > 0) continue;
      tokens.push({ kind: "end", text: "", at, comment, behind: undefined });
      return { tokens, problem: undefined, sources };
    }
    const remark = match(COMMENT) ?? match(BLOCK_COMMENT);
    if (remark !== null) {
      const lines = linesOf(remark[1] as string);
      const last = tokens.at(-1);
      if (last !== undefined && lastLine === input.line && last.at.file === input.name)
        last.behind = [...(last.behind === undefined ? [] : [last.behind]), ...lines].join(" ");
      else comment.push(...lines);
      advance(input, remark[0]);
      continue;
    }
    const include = match(INCLUDE);
    if (include !== null) {
      const path = include[1] as string;
      const file = files.read(path, input.name);
      if ("reason" in file)
        return fail(at, `${path} can't be included: ${file.reason}`, "Kea reads it from the folder that it is started in");
      if (stack.some((outer) => outer.name === file.name)) return fail(at, `${path} includes itself`);
      if (stack.length > DEEPEST_INCLUDE || ++includes > MOST_INCLUDES) return fail(at, "too many files are included");
      sources.set(file.name, file.text);
      advance(input, include[0]);
      stack.push(open(file.text, file.name));
      lastLine = 0;
      continue;
    }
    const token = readToken(input, match);
    if (token === undefined) return fail(at, explain(input));
    advance(input, token.whole);
    tokens.push({ kind: token.kind, text: token.text, at, comment, behind: undefined });
    lastLine = input.line;
    comment = [];
  }
}

function open(text: string, name: string): Input {
  // A byte order mark is no part of the text.
  return { text, name, at: text.startsWith("\ufeff") ? 1 : 0, line: 1, lineStart: text.startsWith("\ufeff") ? 1 : 0 };
}

function advance(input: Input, text: string): void {
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
    input.line++;
    input.lineStart = input.at + i + 1;
  }
  input.at += text.length;
}

function readToken(input: Input, match: (pattern: RegExp) => RegExpExecArray | null) {
  const end = endOfString(input.text, input.at);
  if (end !== undefined) {
    const whole = input.text.slice(input.at, end);
    return { kind: "string", text: unescaped(whole.slice(1, -1)), whole } as const;
  }
  for (const [kind, pattern] of PLAIN) {
    const found = match(pattern);
    if (found !== null) return { kind, text: found[0], whole: found[0] };
  }
  return undefined;
}

/** Behind the closing quote of a string that begins here; a pattern would run out of stack in a long one. */
function endOfString(text: string, start: number): number | undefined {
  if (text[start] !== '"') return undefined;
  for (let at = start + 1; at < text.length; at++) {
    const one = text[at] as string;
    if (one === '"') return at + 1;
    if (one === "\\") {
      at++;
      if (LINE_END.test(text[at] ?? "")) return undefined;
    } else if (CONTROL.test(one)) return undefined;
  }
  return undefined;
}

const LINE_END = /[\n\r]/;
const CONTROL = /\p{Cc}/u;

const PLAIN = [
  ["symbol", SYMBOL],
  ["number", NUMBER],
  ["word", WORD],
] as const;

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, hex: string | undefined, character: string) =>
    hex === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function linesOf(comment: string): readonly string[] {
  const lines = comment.split("\n").map((line) => line.replace(/^[ \t]*\*?[ \t]?/, "").trimEnd());
  while (lines[0] === "") lines.shift();
  while (lines.at(-1) === "") lines.pop();
  return lines.filter((line) => !/^[-=*#/]{3,}$/.test(line));
}

function explain(input: Input): string {
  const rest = input.text.slice(input.at, input.at + 20).split("\n", 1)[0] as string;
  if (rest.startsWith('"')) return "the string has no closing quote on its line";
  if (rest.startsWith("/*")) return "the comment has no end";
  if (rest.startsWith("<?")) return 'not understood: files are included by <?include "file"?>';
  return `not valid JSON: unexpected ${JSON.stringify(rest.slice(0, 1))}`;
}
