/** Blocks are counted in units of 16 bytes; a chunk has 65,536 of them, 1 MiB. */
const UNIT = 16;
const UNITS_PER_CHUNK = 1 << 16;
/**
 * Larger blocks come in powers of two, so that freed ones are used again although lengths vary at a
 * client's will.
 */
const EXACT_UNITS = 8;

/**
 * Memory for many small byte strings that come and go: a million leases as typed arrays cost the
 * garbage collector nothing. A block is named by its position in units; freed blocks are used again
 * for blocks of the same size.
 */
export class Arena {
  readonly #chunks: Uint8Array[] = [];
  /** Units used in the last chunk. */
  #used = UNITS_PER_CHUNK;
  /** Freed blocks by their size in units. */
  readonly #free: number[][] = [];

  /** A block for `length` bytes, at most 1 MiB. */
  allocate(length: number): number {
    const units = unitsFor(length);
    const reused = this.#free[units]?.pop();
    if (reused !== undefined) return reused;
    if (this.#used + units > UNITS_PER_CHUNK) {
      this.#chunks.push(new Uint8Array(UNITS_PER_CHUNK * UNIT));
      this.#used = 0;
    }
    const block = (this.#chunks.length - 1) * UNITS_PER_CHUNK + this.#used;
    this.#used += units;
    return block;
  }

  /** Gives a block back; `length` as it was allocated. */
  free(block: number, length: number): void {
    const units = unitsFor(length);
    const list = this.#free[units];
    if (list === undefined) this.#free[units] = [block];
    else list.push(block);
  }

  /** The chunk that a block is in. */
  chunk(block: number): Uint8Array {
    return this.#chunks[Math.floor(block / UNITS_PER_CHUNK)] as Uint8Array;
  }

  /** Where in its chunk a block starts. */
  offset(block: number): number {
    return (block % UNITS_PER_CHUNK) * UNIT;
  }
}

function unitsFor(length: number): number {
  const units = Math.ceil(length / UNIT);
  return units <= EXACT_UNITS ? units : 1 << (32 - Math.clz32(units - 1));
}
