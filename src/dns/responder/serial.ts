/*
 * Serial numbers of zones (RFC 1982): 32 bits, of which each number has those of the next half
 * circle behind it.
 */

const HALF = 0x8000_0000;

/** Whether a secondary that has `other` should take the zone anew. */
export function isNewerSerial(serial: number, other: number): boolean {
  return serial !== other && (serial - other) >>> 0 < HALF;
}

/**
 * The number after `last`: the time, in seconds since 1970, so that one is found even if the last
 * was forgotten; or the next one, where there are more changes than seconds.
 */
export function nextSerial(last: number | undefined, time: number): number {
  const now = Math.floor(time) >>> 0;
  return last === undefined || isNewerSerial(now, last) ? now : (last + 1) >>> 0;
}
