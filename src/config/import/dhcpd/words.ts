import type { Token } from "./lexer.ts";

/** Addresses and prefixes between commas or blanks; `/` may stand apart from its prefix. */
export function addressesOf(words: readonly Token[]): string[] {
  const all: string[] = [];
  for (const { kind, text } of words) {
    if (kind === "sign" && text === ",") continue;
    if (text.startsWith("/") && all.length > 0) all.push(`${all.pop()}${text}`);
    else if (all.at(-1)?.endsWith("/")) all.push(`${all.pop()}${text}`);
    else all.push(text);
  }
  return all;
}
