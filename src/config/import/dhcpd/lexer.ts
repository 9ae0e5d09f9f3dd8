import type { Origin } from "../translation.ts";

/** A piece of dhcpd.conf(5) text. */
export interface Token {
  /**
   * `word`: names, numbers, addresses and hex, whatever stands without a blank in it. `string`: what
   * stood in quotes, escapes resolved, one character for each byte where they name bytes. `sign`:
   * one of `{ } ; , ( )` and operators.
   */
  readonly kind: "word" | "string" | "sign";
  readonly text: string;
  readonly origin: Origin;
  /** The comment lines above it, without `#`. */
  readonly comment: readonly string[];
}

export interface Tokens {
  readonly tokens: readonly Token[];
  /** Comments that stand behind a token on its line, by the index of the token. */
  readonly behind: ReadonlyMap<number, string>;
  /** The comment at the end of the file, above nothing. */
  readonly tail: readonly string[];
  readonly problems: readonly { readonly origin: Origin; readonly message: string }[];
}

const WORD = /[A-Za-z0-9_.:/-]/;
const TWO = new Set(["!=", "~=", "~~"]);
const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n", b: "\b" };

/** Cuts a text into tokens. Total; linear in the length of the text. */
export function tokenize(text: string, file: string): Tokens {
  const tokens: Token[] = [];
  const behind = new Map<number, string>();
  const problems: { origin: Origin; message: string }[] = [];
  let comment: string[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const origin = (): Origin => ({ file, line, column: at - lineStart + 1 });
  const add = (kind: Token["kind"], value: string, from: Origin): void => {
    tokens.push({ kind, text: value, origin: from, comment });
    comment = [];
  };

  while (at < text.length) {
    const char = text[at] as string;
    if (char === "\n") {
      at++;
      line++;
      lineStart = at;
    } else if (/\s/.test(char)) at++;
    else if (char === "#") {
      const end = text.indexOf("\n", at);
      const words = text
        .slice(at, end < 0 ? text.length : end)
        .replace(/^#+ ?/, "")
        .trimEnd();
      const last = tokens.at(-1);
      if (last !== undefined && last.origin.line === line) behind.set(tokens.length - 1, words);
      else comment.push(words);
      at = end < 0 ? text.length : end;
    } else if (char === '"') {
      const from = origin();
      const { value, next, closed } = readString(text, at + 1);
      if (!closed) problems.push({ origin: from, message: "the text in quotes has no end" });
      for (let i = at; i < next; i++) {
        if (text[i] !== "\n") continue;
        line++;
        lineStart = i + 1;
      }
      at = next;
      add("string", value, from);
    } else if (WORD.test(char)) {
      const from = origin();
      let end = at + 1;
      while (end < text.length && WORD.test(text[end] as string)) end++;
      const word = text.slice(at, end);
      at = end;
      add("word", word, from);
    } else {
      const from = origin();
      const two = text.slice(at, at + 2);
      const sign = TWO.has(two) ? two : char;
      at += sign.length;
      add("sign", sign, from);
    }
  }
  return { tokens, behind, tail: comment, problems };
}

function readString(text: string, start: number): { readonly value: string; readonly next: number; readonly closed: boolean } {
  let value = "";
  let at = start;
  while (at < text.length) {
    const char = text[at] as string;
    if (char === '"') return { value, next: at + 1, closed: true };
    if (char !== "\\") {
      value += char;
      at++;
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
    const hex = /^x[0-9a-fA-F]{1,2}/.exec(text.slice(at + 1, at + 4))?.[0];
    if (octal !== undefined) {
      value += String.fromCharCode(Number.parseInt(octal, 8) & 255);
      at += 1 + octal.length;
    } else if (hex !== undefined) {
      value += String.fromCharCode(Number.parseInt(hex.slice(1), 16));
      at += 1 + hex.length;
    } else {
      const next = text[at + 1] ?? "";
      value += ESCAPES[next] ?? next;
      at += 2;
    }
  }
  return { value, next: at, closed: false };
}
