import type { OptionDictionary } from "../options/dictionary.ts";
import type { Language } from "./language.ts";
import type { Token } from "./lexer.ts";
import type { ExpressionProblem } from "./syntax.ts";

/**
 * What the rules of the parser share: the next token, what is expected of it, and the first
 * problem.
 */

/**
 * State of one run: the next token, and the first problem. After a problem every rule returns
 * undefined.
 */
export interface Reader {
  readonly tokens: readonly Token[];
  readonly dictionary: OptionDictionary;
  readonly language: Language;
  next: number;
  depth: number;
  problem: ExpressionProblem | undefined;
}

export function peek(reader: Reader): Token {
  return reader.tokens[reader.next] as Token;
}

/** The token behind the next one. */
export function after(reader: Reader): Token {
  return reader.tokens[Math.min(reader.next + 1, reader.tokens.length - 1)] as Token;
}

export function take(reader: Reader): Token {
  const token = peek(reader);
  if (token.kind !== "end") reader.next++;
  return token;
}

export function isWord(token: Token, text: string): boolean {
  return token.kind === "word" && token.text === text;
}

export function isSymbol(token: Token, text: string): boolean {
  return token.kind === "symbol" && token.text === text;
}

export function describe(token: Token): string {
  if (token.kind === "end") return "end of the expression";
  return token.kind === "string" ? `'${token.text.slice(0, 40)}'` : token.text.slice(0, 40);
}

export function fail(reader: Reader, token: Token, message: string, hint?: string): undefined {
  reader.problem ??= { offset: token.at, message, hint };
  return undefined;
}

export function expected(reader: Reader, what: string, hint?: string): undefined {
  return fail(reader, peek(reader), `expected ${what}, got ${describe(peek(reader))}`, hint);
}

/** Takes the symbol; false when something else stands there. */
export function symbol(reader: Reader, text: string): boolean {
  if (!isSymbol(peek(reader), text)) {
    expected(reader, text);
    return false;
  }
  reader.next++;
  return true;
}

/** What stands in brackets. */
export function readIndex<T>(reader: Reader, read: (reader: Reader) => T | undefined): T | undefined {
  if (!symbol(reader, "[")) return undefined;
  const value = read(reader);
  return value !== undefined && symbol(reader, "]") ? value : undefined;
}

export function readNumber(reader: Reader, what: string, min: number, max: number): number | undefined {
  const token = peek(reader);
  if (token.kind !== "integer") return expected(reader, what);
  if (token.value < min || token.value > max) return fail(reader, token, `expected ${what} from ${min} to ${max}, got ${token.text}`);
  reader.next++;
  return token.value;
}
