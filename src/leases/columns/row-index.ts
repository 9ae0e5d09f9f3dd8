/**
 * 2^32 divided by the golden ratio: multiplying by it spreads neighbouring hashes over the table.
 */
const GOLDEN = 0x9e3779b1;
const EMPTY = 0;

/**
 * An open-addressing hash index from 32-bit hashes to row numbers, in one typed array: 4 to 8 bytes
 * a row. It knows neither keys nor hashes of its rows; the owner compares keys, and passes the
 * column that holds the hashes. Several rows may share a hash.
 */
export class RowIndex {
  /** Row + 1, or EMPTY. */
  #slots = new Int32Array(1024);
  #shift = 22;
  #count = 0;
  /** hash of each row */
  readonly #hashes: () => Uint32Array;

  constructor(hashes: () => Uint32Array) {
    this.#hashes = hashes;
  }

  /** Where to begin looking for rows with this hash; go on with `after` until `at` gives -1. */
  start(hash: number): number {
    return Math.imul(hash, GOLDEN) >>> this.#shift;
  }

  /**
   * The row at this place; -1: no more rows. The caller compares keys: rows with other hashes may
   * be among them.
   */
  at(place: number): number {
    return (this.#slots[place] as number) - 1;
  }

  after(place: number): number {
    return (place + 1) & (this.#slots.length - 1);
  }

  insert(row: number, hash: number): void {
    if (++this.#count * 4 > this.#slots.length * 3) this.#grow();
    this.#place(row, hash);
  }

  remove(row: number, hash: number): void {
    let place = this.start(hash);
    while (this.at(place) !== row) place = this.after(place);
    this.#count--;
    // Linear probing without tombstones: close the gap with later rows that may stand there.
    const hashes = this.#hashes();
    let gap = place;
    for (;;) {
      place = this.after(place);
      const other = this.at(place);
      if (other < 0) break;
      const home = this.start(hashes[other] as number);
      const distanceToGap = (gap - home) & (this.#slots.length - 1);
      const distanceToPlace = (place - home) & (this.#slots.length - 1);
      if (distanceToGap < distanceToPlace) {
        this.#slots[gap] = other + 1;
        gap = place;
      }
    }
    this.#slots[gap] = EMPTY;
  }

  #place(row: number, hash: number): void {
    let place = this.start(hash);
    while (this.#slots[place] !== EMPTY) place = this.after(place);
    this.#slots[place] = row + 1;
  }

  #grow(): void {
    const old = this.#slots;
    const hashes = this.#hashes();
    this.#slots = new Int32Array(old.length * 2);
    this.#shift--;
    for (const entry of old) if (entry !== EMPTY) this.#place(entry - 1, hashes[entry - 1] as number);
  }
}
