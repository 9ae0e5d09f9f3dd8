import type { Ipv4 } from "../net/ipv4.ts";
import { type AddressRange, rangeSize } from "../net/range.ts";
import type { AddressFilter } from "./reader.ts";

const FULL = 0xffffffff;

/**
 * Which addresses of a range are unused: a bitmap, with a bitmap over its full words, and so on upwards, so that the
 * next unused address is found in a few steps whether the pool has ten addresses or ten million, and however full it is.
 */
export class AddressPool {
  readonly #start: Ipv4;
  readonly #size: number;
  /** levels[0]: a set bit is a used address. levels[n + 1]: a set bit is a full word of levels[n]. */
  readonly #levels: Uint32Array[] = [];
  #unused: number;
  /** Addresses that are not excluded. */
  readonly capacity: number;

  /** A pool of the range in which only `excluded` (sorted, not overlapping, inside the range) is used, for ever. */
  constructor(range: AddressRange, excluded: readonly AddressRange[]) {
    this.#start = range.start;
    this.#size = rangeSize(range);
    this.#unused = this.#size;
    let bits = this.#size;
    do {
      const words = Math.ceil(bits / 32);
      const level = new Uint32Array(words);
      // Bits behind the end count as used.
      if (bits % 32 !== 0) level[words - 1] = (FULL << (bits % 32)) >>> 0;
      this.#levels.push(level);
      bits = words;
    } while (bits > 1);
    for (const { start, end } of excluded) for (let address = start; address <= end; address++) this.use(address);
    this.capacity = this.#unused;
  }

  /** Addresses that are unused. */
  get unused(): number {
    return this.#unused;
  }

  /** Marks an address of the range as used. */
  use(address: Ipv4): void {
    let index = address - this.#start;
    if (((this.#levels[0] as Uint32Array)[index >>> 5] as number) & (1 << (index & 31))) return;
    this.#unused--;
    for (const level of this.#levels) {
      const word = index >>> 5;
      level[word] = (level[word] as number) | (1 << (index & 31));
      if (level[word] !== FULL) return;
      index = word;
    }
  }

  /** Marks an address of the range as unused. Not to be called for excluded addresses. */
  release(address: Ipv4): void {
    let index = address - this.#start;
    if (!(((this.#levels[0] as Uint32Array)[index >>> 5] as number) & (1 << (index & 31)))) return;
    this.#unused++;
    for (const level of this.#levels) {
      const word = index >>> 5;
      const wasFull = level[word] === FULL;
      level[word] = (level[word] as number) & ~(1 << (index & 31));
      if (!wasFull) return;
      index = word;
    }
  }

  /**
   * The first unused address at or after the place that `seed` (unsigned 32 bit) picks, going round, that `unless` does not exclude; undefined: none
   * is left. Takes a few steps, and as many again for each excluded address on the way.
   */
  firstUnused(seed: number, unless?: AddressFilter): Ipv4 | undefined {
    if (this.#unused === 0) return undefined;
    const from = Math.floor((seed / 0x100000000) * this.#size);
    return this.#firstIn(from, this.#size, unless) ?? this.#firstIn(0, from, unless);
  }

  #firstIn(from: number, end: number, unless: AddressFilter | undefined): Ipv4 | undefined {
    for (let index = this.#firstClear(from); index >= 0 && index < end; index = this.#firstClear(index + 1)) {
      if (!unless?.excludes(this.#start + index)) return this.#start + index;
    }
    return undefined;
  }

  /** Index of the first clear bit of levels[0] at or after `from`; -1: none. */
  #firstClear(from: number): number {
    // Climb until a word has a clear bit at or after the position, then go down to it.
    let index = from;
    for (let height = 0; height < this.#levels.length; height++) {
      const level = this.#levels[height] as Uint32Array;
      const word = index >>> 5;
      if (word >= level.length) return -1;
      const clear = ~(level[word] as number) & (FULL << (index & 31));
      if (clear !== 0) {
        let found = word * 32 + lowestBit(clear);
        for (let down = height - 1; down >= 0; down--)
          found = found * 32 + lowestBit(~((this.#levels[down] as Uint32Array)[found] as number));
        return found;
      }
      index = word + 1;
    }
    return -1;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
