/*
 * Which rows of the lease database have changed, as the packets' thread tells the thread of names:
 * a ring of row numbers in shared memory. What holds here:
 *
 * - A row is named when its change is on disk, and may be named more often than it changed.
 * - Nobody waits: where the ring is full it says that something is missing, and who reads it reads
 *   every row of the database again.
 */

/** Rows that may wait; 8 bytes each. */
const CAPACITY = 1 << 16;
const MASK = CAPACITY - 1;

/** Numbers in front of the rows. Those of `head` and `tail` go on for ever, modulo 2^32. */
const HEAD = 0;
const TAIL = 1;
const MISSED = 2;
const ROWS = 4;

/** At the latest after so many milliseconds who waits looks again. */
const LOOK_EVERY = 1000;

/** Memory for one ring. */
export function createRing(): SharedArrayBuffer {
  return new SharedArrayBuffer((ROWS + 2 * CAPACITY) * Int32Array.BYTES_PER_ELEMENT);
}

/** The packets' end. */
export interface ChangedRows {
  /** A change of this row is on disk. Nobody hears of it before `tell`. */
  note(space: number, row: number): void;
  /** Wakes who waits. */
  tell(): void;
}

export function writeRing(memory: SharedArrayBuffer): ChangedRows {
  const ring = new Int32Array(memory);
  let head = Atomics.load(ring, HEAD);
  let told = head;
  return {
    note(space, row) {
      if (((head - Atomics.load(ring, TAIL)) | 0) >= CAPACITY) {
        Atomics.store(ring, MISSED, 1);
        return;
      }
      const at = ROWS + 2 * (head & MASK);
      ring[at] = space;
      ring[at + 1] = row;
      head = (head + 1) | 0;
    },
    tell() {
      if (head === told) return;
      told = head;
      Atomics.store(ring, HEAD, head);
      Atomics.notify(ring, HEAD);
    },
  };
}

/** The other end. */
export interface ChangedRowsReader {
  /** Visits rows that were named since, at most so many; false: there are no more. */
  take(limit: number, visit: (space: number, row: number) => void): boolean;
  /** Whether something was left out since this was last asked: every row is to be read again. */
  missed(): boolean;
  /** Settles when there may be more, at the latest in a second or so. */
  changed(): Promise<void>;
}

export function readRing(memory: SharedArrayBuffer): ChangedRowsReader {
  const ring = new Int32Array(memory);
  let tail = Atomics.load(ring, TAIL);
  return {
    take(limit, visit) {
      const head = Atomics.load(ring, HEAD);
      for (let left = limit; left > 0 && tail !== head; left--) {
        const at = ROWS + 2 * (tail & MASK);
        visit(ring[at] as number, (ring[at + 1] as number) >>> 0);
        tail = (tail + 1) | 0;
      }
      Atomics.store(ring, TAIL, tail);
      return tail !== head;
    },
    missed: () => Atomics.exchange(ring, MISSED, 0) === 1,
    async changed() {
      await Atomics.waitAsync(ring, HEAD, tail, LOOK_EVERY).value;
    },
  };
}
