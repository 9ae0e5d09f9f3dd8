import { type Description, layoutOf } from "./layout.ts";

/** Numbers in shared memory with what they are about: to be given to another thread as it is. */
export interface Block {
  readonly memory: SharedArrayBuffer;
  readonly description: Description;
}

/** In front of the numbers: how often they were begun and ended to be written, in turn. */
const HEAD = Float64Array.BYTES_PER_ELEMENT;
/** How long a reader waits for a writer that is in the middle of it, in milliseconds. */
const PATIENCE = 1;
const MOST_TRIES = 1000;

export function createBlock(description: Description): Block {
  const { length } = layoutOf(description);
  return { memory: new SharedArrayBuffer(HEAD + length * Float64Array.BYTES_PER_ELEMENT), description };
}

/** Writes the numbers. One thread may do so, and not while `write` runs. */
export function writeBlock({ memory }: Block, write: (numbers: Float64Array) => void): void {
  const turn = new Int32Array(memory, 0, 1);
  Atomics.add(turn, 0, 1);
  try {
    write(new Float64Array(memory, HEAD));
  } finally {
    Atomics.add(turn, 0, 1);
  }
}

/**
 * A copy of the numbers, all of one writing. Waits for a writer that is in the middle of it, so not
 * for the thread that writes. Undefined: a writer does not end.
 */
export function readBlock({ memory }: Block): Float64Array | undefined {
  const turn = new Int32Array(memory, 0, 1);
  for (let tried = 0; tried < MOST_TRIES; tried++) {
    const before = Atomics.load(turn, 0);
    if (before % 2 === 0) {
      const numbers = new Float64Array(memory, HEAD).slice();
      if (Atomics.load(turn, 0) === before) return numbers;
    } else Atomics.wait(turn, 0, before, PATIENCE);
  }
  return undefined;
}
