import type { Option } from "../../wire/dhcp4/message.ts";

/** A set of option codes: a bit for each, so that a list of any length is looked through in one pass. */
export type CodeSet = Uint8Array;

export function codeSet(): CodeSet {
  return new Uint8Array(32);
}

export function hasCode(set: CodeSet, code: number): boolean {
  return ((set[code >>> 3] as number) & (1 << (code & 7))) !== 0;
}

/** False when it was there already. */
export function addCode(set: CodeSet, code: number): boolean {
  const at = code >>> 3;
  const bit = 1 << (code & 7);
  const bits = set[at] as number;
  set[at] = bits | bit;
  return (bits & bit) === 0;
}

/** The codes of the options. */
export function codesOf(options: readonly Option[]): CodeSet {
  const set = codeSet();
  for (let i = 0; i < options.length; i++) addCode(set, (options[i] as Option).code);
  return set;
}
