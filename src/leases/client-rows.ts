import type { KeyHash } from "./columns/key-hash.ts";
import { LeaseState } from "./lease.ts";
import type { LeaseRows } from "./lease-rows.ts";
import type { Space } from "./space.ts";

const NONE = -1;

/** Which rows of a table are a client's. */
export interface ClientRows<A> {
  /** As `LeaseReader.ofClient`, by row; -1: it has none. */
  best(space: Space<A>, clientKey: Uint8Array, link: number, besides?: A): number;
  /** As `LeaseReader.allOfClient`. */
  all(space: Space<A>, clientKey: Uint8Array, link: number): readonly number[];
}

/** Looks in rows that are found by the hash of the client key. */
export function createClientRows<A, O>(rows: LeaseRows<A, O>, hashOf: KeyHash): ClientRows<A> {
  const { byClient, records, addresses } = rows;

  /**
   * Of two leases of a client: a bound one goes before one that is remembered, then the one that
   * ends or ended last.
   */
  function hasMoreOfAClaim(row: number, than: number): boolean {
    const { state, expiry } = rows;
    const difference = Number(state[row] === LeaseState.bound) - Number(state[than] === LeaseState.bound);
    if (difference !== 0) return difference > 0;
    if (expiry[row] !== expiry[than]) return (expiry[row] as number) > (expiry[than] as number);
    return row < than;
  }

  return {
    best(space, clientKey, link, besides) {
      const hash = hashOf(clientKey);
      let best = NONE;
      for (let place = byClient.start(hash); ; place = byClient.after(place)) {
        const row = byClient.at(place);
        if (row === NONE) return best;
        if (!records.hasKey(row, hash, clientKey) || (besides !== undefined && addresses.is(row, besides))) continue;
        if (best !== NONE && !hasMoreOfAClaim(row, best)) continue;
        if (space.linkOf(addresses.get(row)) === link) best = row;
      }
    },
    all(space, clientKey, link) {
      const hash = hashOf(clientKey);
      const found: number[] = [];
      for (let place = byClient.start(hash); ; place = byClient.after(place)) {
        const row = byClient.at(place);
        if (row === NONE) return found;
        if (records.hasKey(row, hash, clientKey) && space.linkOf(addresses.get(row)) === link) found.push(row);
      }
    },
  };
}
