import type { Node } from "./syntax.ts";
import type { Reader } from "./token-reader.ts";

/** What the language of expressions has for one protocol alone. */
export interface Language {
  /** Words that begin something, and what reads it behind them. */
  readonly words: ReadonlyMap<string, (reader: Reader, at: number) => Node | undefined>;
  /** Words of the other protocol, and why they can't stand here. */
  readonly foreign: ReadonlyMap<string, string>;
  /** Codes of the options of vendors' data and of vendor classes. */
  readonly vendorInformation: number;
  readonly vendorClass: number;
}

/** The words of another protocol. */
export function foreignWords(words: readonly string[], theirs: string, own: string): Language["foreign"] {
  return new Map(words.map((word) => [word, `${word} is of ${theirs}, this class is for ${own}`]));
}
