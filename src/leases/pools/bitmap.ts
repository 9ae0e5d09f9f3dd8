const FULL = 0xffffffff;

/**
 * A set of numbers below a size: a bitmap, with a bitmap over its full words, and so on upwards, so
 * that the next number that is not in it is found in a few steps whether there are ten of them or
 * ten million, and however full it is.
 */
export class Bitmap {
  /**
   * levels[0]: a set bit is a number of the set. levels[n + 1]: a set bit is a full word of
   * levels[n].
   */
  readonly #levels: Uint32Array[] = [];

  constructor(size: number) {
    let bits = size;
    do {
      const words = Math.ceil(bits / 32);
      const level = new Uint32Array(words);
      // Bits behind the end count as set.
      if (bits % 32 !== 0) level[words - 1] = (FULL << (bits % 32)) >>> 0;
      this.#levels.push(level);
      bits = words;
    } while (bits > 1);
  }

  has(number: number): boolean {
    return (((this.#levels[0] as Uint32Array)[number >>> 5] as number) & (1 << (number & 31))) !== 0;
  }

  /** False: it was there already. */
  add(number: number): boolean {
    if (this.has(number)) return false;
    let index = number;
    for (const level of this.#levels) {
      const word = index >>> 5;
      level[word] = (level[word] as number) | (1 << (index & 31));
      if (level[word] !== FULL) break;
      index = word;
    }
    return true;
  }

  /** False: it was not there. */
  delete(number: number): boolean {
    if (!this.has(number)) return false;
    let index = number;
    for (const level of this.#levels) {
      const word = index >>> 5;
      const wasFull = level[word] === FULL;
      level[word] = (level[word] as number) & ~(1 << (index & 31));
      if (!wasFull) break;
      index = word;
    }
    return true;
  }

  /** The smallest number at or after `from` that is not in the set; -1: there is none. */
  firstClear(from: number): number {
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
