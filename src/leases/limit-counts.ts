import { equalBytes } from "../net/bytes.ts";
import { KeyCounts } from "./columns/key-counts.ts";
import type { KeyHash } from "./columns/key-hash.ts";
import type { Holds } from "./holds.ts";
import { LeaseState } from "./lease.ts";
import type { LeaseRows } from "./lease-rows.ts";
import { splitKeys } from "./limit-keys.ts";

const NONE = -1;
const NO_KEYS: readonly Uint8Array[] = [];

/**
 * How many addresses are bound or held under each limit key. An address counts once under a key,
 * whether by its lease, by its hold, or by both: whoever changes one of them takes the address out
 * before, and counts it again after. Where there are no limits no lease has keys, and this costs
 * nothing.
 */
export class LimitCounts<A, O> {
  readonly #counts: KeyCounts;
  readonly #rows: LeaseRows<A, O>;
  readonly #holds: Holds<A, O>;

  constructor(hash: KeyHash, rows: LeaseRows<A, O>, holds: Holds<A, O>) {
    this.#counts = new KeyCounts(hash);
    this.#rows = rows;
    this.#holds = holds;
  }

  of(key: Uint8Array): number {
    return this.#counts.of(key);
  }

  /** `row` and `hold` are those of the address's lease and hold; -1: it has none. */
  add(row: number, hold: number): void {
    for (const key of this.#keys(row, hold)) this.#counts.add(key);
  }

  remove(row: number, hold: number): void {
    for (const key of this.#keys(row, hold)) this.#counts.remove(key);
  }

  #keys(row: number, hold: number): readonly Uint8Array[] {
    const leased = row !== NONE && this.#rows.state[row] === LeaseState.bound ? this.#rows.records.limitKeys(row) : undefined;
    const held = hold === NONE ? undefined : this.#holds.limitKeys(hold);
    if (leased === undefined && held === undefined) return NO_KEYS;
    const keys = leased === undefined ? NO_KEYS : splitKeys(leased);
    if (held === undefined) return keys;
    return [...keys, ...splitKeys(held).filter((key) => !keys.some((one) => equalBytes(one, key)))];
  }
}
