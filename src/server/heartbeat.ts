import type { Health } from "./health.ts";

/*
 * Whether the thread of the packets moves at all can only be seen from another thread: it writes
 * the time into shared memory every now and then, and whoever else looks sees how long ago that
 * was.
 */

/** A thread that has not moved for so long is stuck, in milliseconds. */
export const STUCK_AFTER = 5000;

const NANOSECONDS = 1_000_000n;

/** Shared memory in which one thread says that it moves. */
export interface Heartbeat {
  /** To be given to the threads that look. */
  readonly memory: SharedArrayBuffer;
  beat(): void;
}

export function createHeartbeat(): Heartbeat {
  const memory = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  const slot = new BigInt64Array(memory);
  const beat = (): void => void Atomics.store(slot, 0, present());
  beat();
  return { memory, beat };
}

/** Milliseconds since the last beat. */
export function stillFor(memory: SharedArrayBuffer): number {
  return Math.max(0, Number(present() - Atomics.load(new BigInt64Array(memory), 0)));
}

/**
 * How the server is as another thread sees it: `told` by the thread of the packets, unless that
 * does not move, or does not answer (undefined).
 */
export function healthSeen(memory: SharedArrayBuffer, told: Health | undefined): Health {
  const still = stillFor(memory);
  if (still >= STUCK_AFTER) return { state: "failed", reasons: [stuck(still), ...(told?.reasons ?? [])] };
  return told ?? { state: "failed", reasons: ["the thread that serves packets does not say how it is"] };
}

function stuck(milliseconds: number): string {
  return `the thread that serves packets has not moved for ${Math.round(milliseconds / 1000)} s`;
}

/** Milliseconds by the clock that all threads share, never going back. */
function present(): bigint {
  return process.hrtime.bigint() / NANOSECONDS;
}
