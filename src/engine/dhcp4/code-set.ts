import type { Option } from "../../wire/dhcp4/message.ts";

/**
 * A set of option codes: a bit for each, so that a list of any length is
 * looked through in one pass.
 */
type CodeSet = Uint8Array;

function codeSet(): CodeSet {
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

/** Lists up to this long are looked through as they are: that costs less than the set. */
const SHORT = 32;

/**
 * The codes of a list, each once, where the list is long: it may repeat them for
 * as long as a message is.
 */
export function distinctCodes(list: Uint8Array): Uint8Array {
  if (list.length <= SHORT) return list;
  const seen = codeSet();
  const codes = new Uint8Array(256);
  let count = 0;
  for (let i = 0; i < list.length; i++) {
    const code = list[i] as number;
    if (addCode(seen, code)) codes[count++] = code;
  }
  return codes.subarray(0, count);
}
