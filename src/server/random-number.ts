import { randomBytes, randomFillSync } from "node:crypto";

/** Numbers that are drawn from the system at one time. */
const DRAWN = 4096;

/** An unsigned 32-bit number that nobody can guess. */
export function randomNumber(): number {
  return randomBytes(4).readUInt32LE();
}

/**
 * Gives numbers from 0 to 2^32 that nobody can guess, with 20 bits behind the point. Draws many at
 * a time, for who needs one with each packet.
 */
export function createRandom(): () => number {
  const drawn = new Uint32Array(2 * DRAWN);
  let next = drawn.length;
  return () => {
    if (next === drawn.length) {
      randomFillSync(drawn);
      next = 0;
    }
    const whole = drawn[next] as number;
    const fraction = (drawn[next + 1] as number) >>> 12;
    next += 2;
    return whole + fraction / 2 ** 20;
  };
}
