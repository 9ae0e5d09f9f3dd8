const EMPTY = -1;

/** A set of whole numbers from 0 to 2^53, in one typed array: 11 to 16 bytes a number. */
export class NumberSet {
  #slots = new Float64Array(64).fill(EMPTY);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return this.#slots[this.#find(number)] === number;
  }

  /** False: it was there already. */
  add(number: number): boolean {
    const place = this.#find(number);
    if (this.#slots[place] === number) return false;
    this.#slots[place] = number;
    if (++this.#size * 4 > this.#slots.length * 3) this.#grow();
    return true;
  }

  /** False: it was not there. */
  delete(number: number): boolean {
    const slots = this.#slots;
    let gap = this.#find(number);
    if (slots[gap] !== number) return false;
    this.#size--;
    const mask = slots.length - 1;
    // Linear probing without tombstones: close the gap with later numbers that may stand there.
    for (let place = (gap + 1) & mask; slots[place] !== EMPTY; place = (place + 1) & mask) {
      const home = this.#home(slots[place] as number);
      if (((gap - home) & mask) >= ((place - home) & mask)) continue;
      slots[gap] = slots[place] as number;
      gap = place;
    }
    slots[gap] = EMPTY;
    return true;
  }

  /** Where the number is, or would be. */
  #find(number: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let place = this.#home(number);
    while (slots[place] !== EMPTY && slots[place] !== number) place = (place + 1) & mask;
    return place;
  }

  #home(number: number): number {
    const high = Math.floor(number / 0x100000000);
    let hash = Math.imul((number >>> 0) ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0xc2b2ae35) >>> (Math.clz32(this.#slots.length) + 1);
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2).fill(EMPTY);
    for (const number of old) if (number !== EMPTY) this.#slots[this.#find(number)] = number;
  }
}
