import { grown } from "./grown.ts";

const NONE = -1;
const SMALLEST = 16;

/**
 * Rows in queues, the one with the smallest value of a column at the head: each queue is a binary
 * heap, and a column says where in its heap each row is, so that a row comes and goes anywhere in a
 * few steps. A row is in one queue at most. To add one that is there, or to remove one that is not,
 * changes nothing.
 */
export class RowHeaps {
  readonly #order: () => Uint32Array;
  /** Where in its heap each row is, + 1; 0: it is in none. */
  #position = new Int32Array(0);
  readonly #heaps: Int32Array[] = [];
  readonly #lengths: Int32Array;

  /**
   * `order`: the column by which rows are ordered; it may be another array after rows were added.
   * The value of a row must not change while it is in a queue.
   */
  constructor(queues: number, order: () => Uint32Array) {
    this.#order = order;
    this.#lengths = new Int32Array(queues);
    const none = new Int32Array(0);
    for (let queue = 0; queue < queues; queue++) this.#heaps.push(none);
  }

  /** Makes room for this many rows, if there is not. */
  reserve(capacity: number): void {
    if (capacity > this.#position.length) this.#position = grown(this.#position, new Int32Array(capacity));
  }

  /** Number of queues. */
  get queues(): number {
    return this.#heaps.length;
  }

  /** Number of rows in the queue. */
  length(queue: number): number {
    return this.#lengths[queue] as number;
  }

  add(queue: number, row: number): void {
    if (this.#position[row] !== 0) return;
    const at = this.length(queue);
    let heap = this.#heaps[queue] as Int32Array;
    if (at === heap.length) {
      heap = grown(heap, new Int32Array(Math.max(SMALLEST, Math.ceil(heap.length * 1.5))));
      this.#heaps[queue] = heap;
    }
    this.#lengths[queue] = at + 1;
    this.#rise(heap, at, row);
  }

  remove(queue: number, row: number): void {
    const at = (this.#position[row] as number) - 1;
    if (at < 0) return;
    this.#position[row] = 0;
    const heap = this.#heaps[queue] as Int32Array;
    const length = this.length(queue) - 1;
    this.#lengths[queue] = length;
    if (at === length) return;
    const last = heap[length] as number;
    // The last row takes the place, and goes from there to where it belongs.
    if (this.#sink(heap, at, length, last) === at) this.#rise(heap, at, last);
  }

  /** The row at the head; -1: the queue is empty. */
  head(queue: number): number {
    return this.length(queue) === 0 ? NONE : ((this.#heaps[queue] as Int32Array)[0] as number);
  }

  /**
   * The first row of those that are not excluded; -1: there is none. Looks at each excluded row at
   * most once, and at two rows below each.
   */
  first(queue: number, excludes: (row: number) => boolean): number {
    return this.#firstBelow(this.#heaps[queue] as Int32Array, 0, this.length(queue), excludes);
  }

  #firstBelow(heap: Int32Array, at: number, length: number, excludes: (row: number) => boolean): number {
    if (at >= length) return NONE;
    const row = heap[at] as number;
    if (!excludes(row)) return row;
    const left = this.#firstBelow(heap, 2 * at + 1, length, excludes);
    const right = this.#firstBelow(heap, 2 * at + 2, length, excludes);
    if (left === NONE || right === NONE) return left === NONE ? right : left;
    return this.#isBefore(left, right) ? left : right;
  }

  #isBefore(a: number, b: number): boolean {
    const order = this.#order();
    const difference = (order[a] as number) - (order[b] as number);
    return difference === 0 ? a < b : difference < 0;
  }

  #rise(heap: Int32Array, from: number, row: number): void {
    const position = this.#position;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (this.#isBefore(above, row)) break;
      heap[at] = above;
      position[above] = at + 1;
      at = parent;
    }
    heap[at] = row;
    position[row] = at + 1;
  }

  /** Returns where the row came to rest. */
  #sink(heap: Int32Array, from: number, length: number, row: number): number {
    const position = this.#position;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && this.#isBefore(heap[child + 1] as number, heap[child] as number)) child++;
      const below = heap[child] as number;
      if (this.#isBefore(row, below)) break;
      heap[at] = below;
      position[below] = at + 1;
      at = child;
    }
    heap[at] = row;
    position[row] = at + 1;
    return at;
  }
}
