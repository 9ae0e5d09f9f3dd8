import { grown } from "./grown.ts";

/** End of a chain. */
const NONE = -1;
/** The row is in no chain. */
const ABSENT = -2;

const SMALLEST = 1024;

/**
 * Rows by the hash of something that many may share: a hash table with chained rows, because there
 * every change takes constant time however many rows have the same value. About 12 bytes a row. It
 * knows only hashes; who asks compares values. To take up a row that is there, or to remove one
 * that is not, changes nothing.
 */
export class ChainedIndex {
  /** The first row of each chain; as many as a power of two. */
  #heads = new Int32Array(SMALLEST).fill(NONE);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #hashes = new Uint32Array(0);
  #count = 0;

  /** Makes room for this many rows, if there is not. */
  reserve(capacity: number): void {
    if (capacity <= this.#next.length) return;
    this.#previous = grown(this.#previous, new Int32Array(capacity).fill(ABSENT));
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#hashes = grown(this.#hashes, new Uint32Array(capacity));
  }

  insert(row: number, hash: number): void {
    if (this.#previous[row] !== ABSENT) return;
    if (++this.#count > this.#heads.length) this.#grow();
    this.#hashes[row] = hash;
    this.#link(row);
  }

  remove(row: number): void {
    const previous = this.#previous[row] as number;
    if (previous === ABSENT) return;
    const next = this.#next[row] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous === NONE) this.#heads[this.#chainOf(row)] = next;
    else this.#next[previous] = next;
    this.#previous[row] = ABSENT;
    this.#count--;
  }

  /**
   * The first row whose value may be this one; go on with `after`. -1: no more. Those taken up last
   * come first.
   */
  first(hash: number): number {
    return this.#withHash(this.#heads[hash & (this.#heads.length - 1)] as number, hash);
  }

  after(row: number): number {
    return this.#withHash(this.#next[row] as number, this.#hashes[row] as number);
  }

  #withHash(from: number, hash: number): number {
    let row = from;
    while (row !== NONE && this.#hashes[row] !== hash) row = this.#next[row] as number;
    return row;
  }

  #chainOf(row: number): number {
    return (this.#hashes[row] as number) & (this.#heads.length - 1);
  }

  #link(row: number): void {
    const chain = this.#chainOf(row);
    const head = this.#heads[chain] as number;
    this.#next[row] = head;
    this.#previous[row] = NONE;
    if (head !== NONE) this.#previous[head] = row;
    this.#heads[chain] = row;
  }

  #grow(): void {
    const old = this.#heads;
    this.#heads = new Int32Array(old.length * 2).fill(NONE);
    for (const head of old) {
      for (let row = head; row !== NONE; ) {
        const next = this.#next[row] as number;
        this.#link(row);
        row = next;
      }
    }
  }
}
