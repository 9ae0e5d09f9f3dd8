import type { KeyHash } from "./columns/key-hash.ts";
import type { Holds } from "./holds.ts";
import { LeaseState } from "./lease.ts";
import type { LeaseRows } from "./lease-rows.ts";
import type { Space } from "./space.ts";
import { SpaceIndex, type TraitReader } from "./space-index.ts";

const NONE = -1;

/** A table on its way to another space. */
export interface Move {
  /** Looks at so many rows. True: the table is in the new space. */
  step(rows: number): boolean;
}

/** What the index of a space is made from. */
export interface IndexParts<A, O> {
  readonly rows: LeaseRows<A, O>;
  readonly holds: Holds<A, O>;
  readonly traitOf: TraitReader<O>;
  readonly hash: KeyHash;
}

/**
 * What a table knows by its space. While it moves to another one there are two of these, which are
 * told the same: the new one is filled from the rows and holds a few at a time, and takes the place
 * of the old one when it has seen them all.
 */
export class MovingIndex<A, O> {
  readonly #parts: IndexParts<A, O>;
  #current: SpaceIndex<A, O>;
  /** That of the space that the table moves to; undefined: it stays where it is. */
  #next: SpaceIndex<A, O> | undefined;

  constructor(parts: IndexParts<A, O>, space: Space<A>) {
    this.#parts = parts;
    this.#current = this.#indexOf(space);
  }

  #indexOf(space: Space<A>): SpaceIndex<A, O> {
    const { rows, traitOf, hash } = this.#parts;
    return new SpaceIndex(space, rows, traitOf, hash);
  }

  /** That of the space that the table is in. */
  get current(): SpaceIndex<A, O> {
    return this.#current;
  }

  /** Begins to move; a move that was begun before is given up. */
  moveTo(space: Space<A>): Move {
    const { rows, holds } = this.#parts;
    const next = this.#indexOf(space);
    this.#next = next;
    let row = 0;
    let hold = 0;
    next.counts.passed(row, hold);
    return {
      step: (count) => {
        if (this.#next !== next) return this.#current === next;
        let left = count;
        for (; row < rows.end && left > 0; row++, left--) if (rows.has(row)) this.#takeUp(next, row);
        for (; hold < holds.end && left > 0; hold++, left--) if (holds.has(hold)) this.#takeUpHold(next, hold);
        next.counts.passed(row, hold);
        if (row < rows.end || hold < holds.end) return false;
        next.counts.passed(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        this.#current = next;
        this.#next = undefined;
        return true;
      },
    };
  }

  #takeUp(index: SpaceIndex<A, O>, row: number): void {
    const { rows, holds } = this.#parts;
    const address = rows.addresses.get(row);
    const hold = holds.find(address);
    index.use(address);
    if (rows.state[row] === LeaseState.bound) index.index(row);
    else if (rows.hasEnded(row) && hold === NONE) index.addEnded(row);
    index.counts.take(address, row, rows.state[row] as number, hold);
  }

  /** An address that has a lease too was, or will be, taken up with its row. */
  #takeUpHold(index: SpaceIndex<A, O>, hold: number): void {
    const address = this.#parts.holds.addressOf(hold);
    index.use(address);
    if (this.#parts.rows.find(address) === NONE) index.counts.take(address, NONE, 0, hold);
  }

  /** Makes room for this many rows, if there is not. */
  reserve(capacity: number): void {
    this.#current.reserve(capacity);
    this.#next?.reserve(capacity);
  }

  /** As in `SpaceIndex`, of all that there are; so are those below. */
  use(address: A): void {
    this.#current.use(address);
    this.#next?.use(address);
  }

  release(address: A): void {
    this.#current.release(address);
    this.#next?.release(address);
  }

  addEnded(row: number): void {
    this.#current.addEnded(row);
    this.#next?.addEnded(row);
  }

  removeEnded(row: number): void {
    this.#current.removeEnded(row);
    this.#next?.removeEnded(row);
  }

  index(row: number): void {
    this.#current.index(row);
    this.#next?.index(row);
  }

  unindex(row: number): void {
    this.#current.unindex(row);
    this.#next?.unindex(row);
  }

  /** The address stands so from now on: `row` and `hold` are those of it; -1: it has none. */
  count(address: A, row: number, hold: number): void {
    const state = row === NONE ? 0 : (this.#parts.rows.state[row] as number);
    this.#current.counts.add(address, row, state, hold);
    this.#next?.counts.add(address, row, state, hold);
  }

  /** It does not from now on; to be called before anything of it changes. */
  uncount(address: A, row: number, hold: number): void {
    const state = row === NONE ? 0 : (this.#parts.rows.state[row] as number);
    this.#current.counts.remove(address, row, state, hold);
    this.#next?.counts.remove(address, row, state, hold);
  }
}
