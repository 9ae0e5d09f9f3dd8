import type { Config } from "../config/model/config.ts";
import { equalBytes } from "../net/bytes.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { Holds } from "./holds.ts";
import { KeyCounts } from "./key-counts.ts";
import type { KeyHash } from "./key-hash.ts";
import { LeaseState } from "./lease.ts";
import type { LeaseRows } from "./lease-rows.ts";
import { splitKeys } from "./limit-keys.ts";

const NONE = -1;
const NO_KEYS: readonly Uint8Array[] = [];

/**
 * How many addresses are bound or held under each limit key. An address counts once under a key, whether by its lease, by its hold, or by both: whoever
 * changes one of them takes the address out before, and counts it again after.
 */
export class LimitCounts {
  /** Undefined: the configuration has no limits, and nobody asks. */
  readonly #counts: KeyCounts | undefined;
  readonly #rows: LeaseRows;
  readonly #holds: Holds;

  constructor(config: Config, hash: KeyHash, rows: LeaseRows, holds: Holds) {
    this.#counts = hasLimits(config) ? new KeyCounts(hash) : undefined;
    this.#rows = rows;
    this.#holds = holds;
  }

  of(key: Uint8Array): number {
    return this.#counts?.of(key) ?? 0;
  }

  /** `row` is that of the address's lease; -1: it has none. */
  add(address: Ipv4, row: number): void {
    if (this.#counts !== undefined) for (const key of this.#keys(address, row)) this.#counts.add(key);
  }

  remove(address: Ipv4, row: number): void {
    if (this.#counts !== undefined) for (const key of this.#keys(address, row)) this.#counts.remove(key);
  }

  #keys(address: Ipv4, row: number): readonly Uint8Array[] {
    const leased = row !== NONE && this.#rows.state[row] === LeaseState.bound ? this.#rows.owners.limitKeys(row) : undefined;
    const hold = this.#holds.find(address);
    const held = hold === NONE ? undefined : this.#holds.limitKeys(hold);
    const keys = leased === undefined ? NO_KEYS : splitKeys(leased);
    if (held === undefined) return keys;
    return [...keys, ...splitKeys(held).filter((key) => !keys.some((one) => equalBytes(one, key)))];
  }
}

function hasLimits({ limits, networks }: Config): boolean {
  return limits.length > 0 || networks.some((network) => network.limits.length > 0);
}
