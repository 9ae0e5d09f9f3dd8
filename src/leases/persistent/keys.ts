import type { Seconds } from "../lease.ts";

/* Keys of sorted maps: texts that sort as what they are made of does. */

/** One character for each byte. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** 32 bits as two characters, in the order of numbers. */
export function number32(value: number): string {
  return String.fromCharCode(Math.floor(value / 0x10000), value % 0x10000);
}

/** The number that a key begins with. */
export function secondOf(key: string): Seconds {
  return key.charCodeAt(0) * 0x10000 + key.charCodeAt(1);
}
