import type { Origin } from "../translation.ts";

/** A piece of a dhcpd.conf(5). */
export interface Token {
  /** word: name, number, address or hex. string: what was in quotes, its escapes resolved. */
  readonly kind: "word" | "string" | "sign" | "end";
  readonly text: string;
  readonly at: Origin;
  /** Lines of the comment above it. */
  readonly comment: readonly string[];
  /** The comment behind it, on its line. */
  behind: string | undefined;
}

export interface Lexed {
  readonly tokens: readonly Token[];
  readonly problems: readonly { readonly at: Origin; readonly message: string }[];
}

const TOKEN =
  /(?<blank>[ \t\r\f\v]+)|(?<newline>\n)|#(?<comment>[^\n]*)|"(?<string>(?:[^"\\]|\\[\s\S])*)"|(?<word>[\w.:/-]+)|(?<sign>[!~]=|~~|[{}();,=*+%<>|&?@'[\]$^!])|(?<other>[\s\S])/gy;

/** Cuts a text into tokens; the last one is its end. Total, linear. */
export function readTokens(text: string, file: string): Lexed {
  const tokens: Token[] = [];
  const problems: { at: Origin; message: string }[] = [];
  let comment: string[] = [];
  let line = 1;
  let lineStart = 0;
  let last: Token | undefined;
  const add = (kind: Token["kind"], content: string, at: number): void => {
    last = { kind, text: content, at: { file, line, column: at - lineStart + 1 }, comment, behind: undefined };
    comment = [];
    tokens.push(last);
  };
  for (const match of text.replace(/^\ufeff/, "").matchAll(TOKEN)) {
    const { newline, comment: words, string, word, sign, other } = match.groups as Record<string, string | undefined>;
    if (newline !== undefined) {
      line++;
      lineStart = match.index + 1;
      // An empty line parts a comment from what is below it only where the file begins.
    } else if (words !== undefined) {
      const content = words.replace(/^#*[ \t]?/, "").trimEnd();
      if (last !== undefined && last.at.line === line && last.kind !== "end") last.behind = content;
      else comment.push(content);
    } else if (string !== undefined) {
      add("string", unescaped(string), match.index);
      for (let at = string.indexOf("\n"); at >= 0; at = string.indexOf("\n", at + 1)) {
        line++;
        lineStart = match.index + at + 2;
      }
    } else if (word !== undefined) add("word", word, match.index);
    else if (sign !== undefined) add("sign", sign, match.index);
    else if (other !== undefined)
      problems.push({
        at: { file, line, column: match.index - lineStart + 1 },
        message: other === '"' ? "the string has no end" : `${JSON.stringify(other)} is not understood`,
      });
  }
  add("end", "", text.length);
  return { tokens, problems };
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n", b: "\b", f: "\f" };

function unescaped(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g, (_, octal?: string, hex?: string, sign = "") => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[sign] ?? sign;
  });
}
