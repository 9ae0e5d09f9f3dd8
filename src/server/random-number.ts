import { randomBytes } from "node:crypto";

/** An unsigned 32-bit number that nobody can guess. */
export function randomNumber(): number {
  return randomBytes(4).readUInt32LE();
}
