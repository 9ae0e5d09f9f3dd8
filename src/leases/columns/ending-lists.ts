import { grown } from "./grown.ts";
import { SecondQueue } from "./second-queue.ts";

const NONE = -1;
/** Fewer seconds without rows are not worth going over the others for. */
const FEW_EMPTIED = 4096;

/**
 * Rows by the second in which they end: a list for each second, linked through two columns, and a
 * queue of the seconds. Taking a row up or out takes constant time, but for a second that is new.
 */
export class EndingLists {
  #next = new Int32Array(0);
  #previous = new Int32Array(0);

  /**
   * The first row of each second. An emptied list keeps its second in the queue until it is over,
   * or there are too many of them.
   */
  readonly #ending = new Map<number, number>();
  #seconds = new SecondQueue();
  #emptied = 0;

  /** Makes room for this many rows, if there is not. */
  reserve(capacity: number): void {
    if (capacity <= this.#next.length) return;
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#previous = grown(this.#previous, new Int32Array(capacity));
  }

  add(row: number, second: number): void {
    const head = this.#ending.get(second);
    this.#previous[row] = NONE;
    this.#next[row] = head ?? NONE;
    if (head === undefined) this.#seconds.push(second);
    else if (head === NONE) this.#emptied--;
    else this.#previous[head] = row;
    this.#ending.set(second, row);
  }

  remove(row: number, second: number): void {
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

  /**
   * Else clients that renew with ever new lease times would fill the memory with seconds in which
   * nothing ends.
   */
  #dropEmptied(): void {
    this.#seconds = new SecondQueue();
    this.#emptied = 0;
    for (const [second, head] of this.#ending) {
      if (head === NONE) this.#ending.delete(second);
      else this.#seconds.push(second);
    }
  }

  /** A row that ends earliest, if that is at `now` or before; -1: none does. */
  firstEnding(now: number): number {
    for (let second = this.#seconds.first; second !== undefined && second <= now; second = this.#seconds.first) {
      const row = this.#ending.get(second) as number;
      if (row !== NONE) return row;
      this.#emptied--;
      this.#ending.delete(second);
      this.#seconds.pop();
    }
    return NONE;
  }

  /**
   * number that are kept in the queue; at most a few thousand more than twice those in which
   * something ends.
   */
  get seconds(): number {
    return this.#ending.size;
  }
}
