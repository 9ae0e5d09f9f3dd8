import { parseIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import type { ExpressionProblem } from "./syntax.ts";

export type Token =
  | { readonly kind: "string"; readonly at: number; readonly text: string }
  /** A hex string or an address: its bytes. */
  | { readonly kind: "bytes"; readonly at: number; readonly text: string; readonly value: Uint8Array }
  | { readonly kind: "integer"; readonly at: number; readonly text: string; readonly value: number }
  | { readonly kind: "word"; readonly at: number; readonly text: string }
  | { readonly kind: "symbol"; readonly at: number; readonly text: string }
  | { readonly kind: "end"; readonly at: number; readonly text: string };

export type Tokens = { readonly ok: true; readonly tokens: readonly Token[] } | { readonly ok: false; readonly problem: ExpressionProblem };

const BLANK = /[ \t\r\n]+/y;
/** A quote inside is written twice, as in dora. */
const STRING = /'((?:''|[^'\n])*)'/y;
const HEX = /0[xX]([0-9a-fA-F]+)(?![\w.:])/y;
const IPV4 = /\d+\.\d+\.\d+\.\d+(?![\w.:])/y;
/** Two colons at least; what is no address after all is refused by its own parser. */
const IPV6 = /[0-9a-fA-F]{0,4}:[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]*/y;
const INTEGER = /-?\d+(?![\w.:])/y;
const WORD = /[A-Za-z](?:[-\w]*\w)?/y;
const SYMBOL = /==|!=|[()[\],.+*]/y;

/**
 * Longer than any expression that a person would write; what is longer costs too much for every
 * message.
 */
const LONGEST = 8192;

/** Cuts an expression into its tokens. Never throws. */
export function readTokens(text: string): Tokens {
  if (text.length > LONGEST) return fail(LONGEST, `the expression is longer than ${LONGEST} characters`, "divide it into several classes");
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (;;) {
    at += match(BLANK)?.[0].length ?? 0;
    if (at >= text.length) break;
    const token = readToken(match, at);
    if (token === undefined) return explain(text, at);
    tokens.push(token);
    // A string is longer than its text: it has quotes around it, and twice inside.
    at += token.kind === "string" ? token.text.replaceAll("'", "''").length + 2 : token.text.length;
  }
  tokens.push({ kind: "end", at: text.length, text: "" });
  return { ok: true, tokens };
}

function readToken(match: (pattern: RegExp) => RegExpExecArray | null, at: number): Token | undefined {
  const string = match(STRING);
  if (string !== null) return { kind: "string", at, text: (string[1] as string).replaceAll("''", "'") };
  const hex = match(HEX);
  if (hex !== null) return { kind: "bytes", at, text: hex[0], value: bytesOfHex(hex[1] as string) };
  const address = match(IPV4) ?? match(IPV6);
  if (address !== null) {
    const value = bytesOfAddress(address[0]);
    return value === undefined ? undefined : { kind: "bytes", at, text: address[0], value };
  }
  const integer = match(INTEGER);
  if (integer !== null) return { kind: "integer", at, text: integer[0], value: Number(integer[0]) };
  const word = match(WORD);
  if (word !== null) return { kind: "word", at, text: word[0] };
  const symbol = match(SYMBOL);
  return symbol === null ? undefined : { kind: "symbol", at, text: symbol[0] };
}

/** An odd number of digits gets a zero in front, as in Kea. */
function bytesOfHex(digits: string): Uint8Array {
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Uint8Array.from({ length: even.length / 2 }, (_, i) => Number.parseInt(even.slice(2 * i, 2 * i + 2), 16));
}

function bytesOfAddress(text: string): Uint8Array | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 === undefined) return parseIpv6(text);
  const bytes = new Uint8Array(4);
  writeIpv4(bytes, 0, ipv4);
  return bytes;
}

function explain(text: string, at: number): Tokens {
  const character = text.slice(at, at + 1);
  const word = /^[-\w.:]+/.exec(text.slice(at, at + 60))?.[0] ?? character;
  if (character === "'")
    return fail(at, "the string has no closing quote", "a string stands on one line; a quote inside it is written twice");
  if (character === '"') return fail(at, "strings stand in single quotes", "write 'abc'");
  if (/^\d+[.\d]*$/.test(word) || word.includes(":")) return fail(at, `${word} is neither a number nor an address`);
  if (/^0x/i.test(word)) return fail(at, `${word} is not a hexadecimal string`, "write 0x and hexadecimal digits");
  if (character === "=") return fail(at, "unexpected =", "values are compared with ==");
  if (character === "!") return fail(at, "unexpected !", "write not, or != to compare");
  if (character === "&" || character === "|") return fail(at, `unexpected ${character}`, "write and, or");
  return fail(at, `unexpected ${JSON.stringify(word)}`);
}

function fail(offset: number, message: string, hint?: string): Tokens {
  return { ok: false, problem: { offset, message, hint } };
}
