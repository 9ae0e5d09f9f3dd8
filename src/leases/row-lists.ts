import type { Seconds } from "./lease.ts";
import { SecondQueue } from "./second-queue.ts";

const NONE = -1;
/** Fewer seconds without rows are not worth going over the others for. */
const FEW_EMPTIED = 4096;

/**
 * The lists that rows are in, linked through two columns: a row is in one list at most. Leases that are to end are kept by the second
 * in which they do; those that ended, in the order in which they did.
 */
export class RowLists {
  #next = new Int32Array(0);
  #previous = new Int32Array(0);

  /** The first row of each second. An emptied list keeps its second in the queue until it is over, or there are too many of them. */
  readonly #ending = new Map<Seconds, number>();
  #seconds = new SecondQueue();
  #emptied = 0;

  readonly #heads: Int32Array;
  readonly #tails: Int32Array;
  readonly #lengths: Int32Array;

  /** `queues` is the number of lists of leases that ended. */
  constructor(queues: number) {
    this.#heads = new Int32Array(queues).fill(NONE);
    this.#tails = new Int32Array(queues).fill(NONE);
    this.#lengths = new Int32Array(queues);
  }

  /** Makes room for this many rows, if there is not. */
  reserve(capacity: number): void {
    if (capacity <= this.#next.length) return;
    this.#next = grown(this.#next, capacity);
    this.#previous = grown(this.#previous, capacity);
  }

  addEnding(row: number, second: Seconds): void {
    const head = this.#ending.get(second);
    this.#previous[row] = NONE;
    this.#next[row] = head ?? NONE;
    if (head === undefined) this.#seconds.push(second);
    else if (head === NONE) this.#emptied--;
    else this.#previous[head] = row;
    this.#ending.set(second, row);
  }

  removeEnding(row: number, second: Seconds): void {
    const previous = this.#previous[row] as number;
    const next = this.#next[row] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) {
      this.#next[previous] = next;
      return;
    }
    this.#ending.set(second, next);
    if (next === NONE && ++this.#emptied > FEW_EMPTIED && this.#emptied * 2 > this.#ending.size) this.#dropEmptied();
  }

  /** Else clients that renew with ever new lease times would fill the memory with seconds in which nothing ends. */
  #dropEmptied(): void {
    this.#seconds = new SecondQueue();
    this.#emptied = 0;
    for (const [second, head] of this.#ending) {
      if (head === NONE) this.#ending.delete(second);
      else this.#seconds.push(second);
    }
  }

  /** A row that ends earliest, if that is at `now` or before; -1: none does. */
  firstEnding(now: Seconds): number {
    for (let second = this.#seconds.first; second !== undefined && second <= now; second = this.#seconds.first) {
      const row = this.#ending.get(second) as number;
      if (row !== NONE) return row;
      this.#emptied--;
      this.#ending.delete(second);
      this.#seconds.pop();
    }
    return NONE;
  }

  /** Seconds that are kept in the queue; at most a few thousand more than twice those in which something ends. */
  get seconds(): number {
    return this.#ending.size;
  }

  append(queue: number, row: number): void {
    const tail = this.#tails[queue] as number;
    this.#lengths[queue] = this.length(queue) + 1;
    this.#previous[row] = tail;
    this.#next[row] = NONE;
    if (tail === NONE) this.#heads[queue] = row;
    else this.#next[tail] = row;
    this.#tails[queue] = row;
  }

  remove(queue: number, row: number): void {
    this.#lengths[queue] = this.length(queue) - 1;
    const previous = this.#previous[row] as number;
    const next = this.#next[row] as number;
    if (next !== NONE) this.#previous[next] = previous;
    else this.#tails[queue] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[queue] = next;
  }

  /** Number of rows in the queue. */
  length(queue: number): number {
    return this.#lengths[queue] as number;
  }

  /** The row that has been in the queue for longest; -1: it is empty. */
  head(queue: number): number {
    return this.#heads[queue] as number;
  }
}

function grown(old: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(old);
  return larger;
}
