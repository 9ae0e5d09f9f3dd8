import type { Ipv4 } from "../net/ipv4.ts";
import type { AddressFilter } from "./reader.ts";

const NONE = -1;
const SMALLEST = 16;

/** What the queues need to know of the rows; each column may be another array after rows were added. */
export interface EndedColumns {
  readonly address: Uint32Array;
  readonly expiry: Uint32Array;
}

/**
 * Rows that have ended, in queues, the one that ended first at the head: each queue is a binary heap, so that a row that was out of it for a while
 * comes back to its place, and leaves from anywhere, in a few steps. `position` is a column of the owner that says where in its heap each row is.
 */
export class EndedQueues {
  readonly #columns: EndedColumns;
  readonly #position: () => Int32Array;
  readonly #heaps: Int32Array[] = [];
  readonly #lengths: Int32Array;

  constructor(queues: number, columns: EndedColumns, position: () => Int32Array) {
    this.#columns = columns;
    this.#position = position;
    this.#lengths = new Int32Array(queues);
    const none = new Int32Array(0);
    for (let queue = 0; queue < queues; queue++) this.#heaps.push(none);
  }

  /** Number of rows in the queue. */
  length(queue: number): number {
    return this.#lengths[queue] as number;
  }

  add(queue: number, row: number): void {
    const at = this.length(queue);
    let heap = this.#heaps[queue] as Int32Array;
    if (at === heap.length) {
      const larger = new Int32Array(Math.max(SMALLEST, Math.ceil(heap.length * 1.5)));
      larger.set(heap);
      this.#heaps[queue] = heap = larger;
    }
    this.#lengths[queue] = at + 1;
    this.#rise(heap, at, row);
  }

  remove(queue: number, row: number): void {
    const heap = this.#heaps[queue] as Int32Array;
    const length = this.length(queue) - 1;
    this.#lengths[queue] = length;
    const at = this.#position()[row] as number;
    if (at === length) return;
    const last = heap[length] as number;
    // The last row takes the place, and goes from there to where it belongs.
    if (this.#sink(heap, at, length, last) === at) this.#rise(heap, at, last);
  }

  /** The row that ended first; -1: the queue is empty. */
  head(queue: number): number {
    return this.length(queue) === 0 ? NONE : ((this.#heaps[queue] as Int32Array)[0] as number);
  }

  /**
   * The row that ended first of those whose address is not excluded; -1: there is none. Looks at each excluded row at most once, and at
   * two rows below each.
   */
  first(queue: number, unless: AddressFilter): number {
    return this.#firstBelow(this.#heaps[queue] as Int32Array, 0, this.length(queue), unless);
  }

  #firstBelow(heap: Int32Array, at: number, length: number, unless: AddressFilter): number {
    if (at >= length) return NONE;
    const row = heap[at] as number;
    if (!unless.excludes(this.#columns.address[row] as Ipv4)) return row;
    const left = this.#firstBelow(heap, 2 * at + 1, length, unless);
    const right = this.#firstBelow(heap, 2 * at + 2, length, unless);
    if (left === NONE || right === NONE) return left === NONE ? right : left;
    return this.#isBefore(left, right) ? left : right;
  }

  #isBefore(a: number, b: number): boolean {
    const { expiry } = this.#columns;
    const difference = (expiry[a] as number) - (expiry[b] as number);
    return difference === 0 ? a < b : difference < 0;
  }

  #rise(heap: Int32Array, from: number, row: number): void {
    const position = this.#position();
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (this.#isBefore(above, row)) break;
      heap[at] = above;
      position[above] = at;
      at = parent;
    }
    heap[at] = row;
    position[row] = at;
  }

  /** Returns where the row came to rest. */
  #sink(heap: Int32Array, from: number, length: number, row: number): number {
    const position = this.#position();
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      const below = heap[child] as number;
      if (this.#isBefore(row, below)) break;
      heap[at] = below;
      position[below] = at;
      at = child;
    }
    heap[at] = row;
    position[row] = at;
    return at;
  }
}
