import { LeaseState } from "./lease.ts";
import type { Space } from "./space.ts";

const NONE = -1;

/**
 * What an address of a space is to those who count: `bound`; `held`, because it was offered or is
 * being probed; `declined`: in probation; `remembered` for its last owner, whose lease was released
 * or has expired. Of a lease and a hold a lease that has not ended goes first. An address that is
 * none of these is unused.
 */
export const ADDRESS_STATES = ["bound", "held", "declined", "remembered"] as const;
/** One of `ADDRESS_STATES`. */
export type AddressState = (typeof ADDRESS_STATES)[number];

/** How many addresses are in each state. */
export type AddressCount = Readonly<Record<AddressState, number>>;

const STATES = ADDRESS_STATES.length;
const [BOUND, HELD, DECLINED, REMEMBERED] = [0, 1, 2, 3];

/**
 * How many addresses of each pool are in which state, and how many of each network that are in none
 * of its pools, such as reserved ones. Whoever changes the lease or the hold of an address takes it
 * out before, and counts it again after.
 *
 * May be filled while leases change: what stands in rows that were not passed yet is left out,
 * whether it comes or goes, and is counted when it is passed.
 */
export class AddressCounts<A> {
  /**
   * By place, and within one by state in the order of `ADDRESS_STATES`. Places are the pools, then
   * the networks with what is in none of their pools, then all other addresses together.
   */
  readonly numbers: Uint32Array;
  readonly #space: Space<A>;
  #passedRows = Number.POSITIVE_INFINITY;
  #passedHolds = Number.POSITIVE_INFINITY;

  constructor(space: Space<A>) {
    this.#space = space;
    this.numbers = new Uint32Array((space.pools.length + space.networks + 1) * STATES);
  }

  /** From now on only what stands in rows below these counts; infinity: everything. */
  passed(rows: number, holds: number): void {
    this.#passedRows = rows;
    this.#passedHolds = holds;
  }

  /** `row`, whose state is `state`, and `hold` are those of the address; -1: it has none. */
  add(address: A, row: number, state: number, hold: number): void {
    if (this.#hasPassed(row, hold)) this.take(address, row, state, hold, 1);
  }

  remove(address: A, row: number, state: number, hold: number): void {
    if (this.#hasPassed(row, hold)) this.take(address, row, state, hold, -1);
  }

  /** Counts what is passed now. */
  take(address: A, row: number, state: number, hold: number, by = 1): void {
    const at = this.#placeOf(address) * STATES + stateOf(row, state, hold);
    this.numbers[at] = (this.numbers[at] as number) + by;
  }

  /** Of the pool with this index. */
  ofPool(pool: number): AddressCount {
    return this.#at(pool);
  }

  /** Of the network with this index, those that are in none of its pools. */
  outsidePools(network: number): AddressCount {
    return this.#at(this.#space.pools.length + network);
  }

  #at(place: number): AddressCount {
    const at = place * STATES;
    const of = (state: number): number => this.numbers[at + state] ?? 0;
    return { bound: of(BOUND as number), held: of(HELD as number), declined: of(DECLINED as number), remembered: of(REMEMBERED as number) };
  }

  #hasPassed(row: number, hold: number): boolean {
    return row === NONE ? hold !== NONE && hold < this.#passedHolds : row < this.#passedRows;
  }

  #placeOf(address: A): number {
    const { pools, networks } = this.#space;
    const pool = this.#space.poolOf(address);
    if (pool >= 0) return pool;
    const network = this.#space.networkOf(address);
    return pools.length + (network >= 0 ? network : networks);
  }
}

function stateOf(row: number, state: number, hold: number): number {
  if (row !== NONE && state === LeaseState.bound) return BOUND as number;
  if (row !== NONE && state === LeaseState.declined) return DECLINED as number;
  return (hold === NONE ? REMEMBERED : HELD) as number;
}
