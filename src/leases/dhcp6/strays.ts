import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { toHex } from "../../net/bytes.ts";
import { ADDRESS_LENGTH, type Ipv6Prefix, ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import type { Strays } from "../space.ts";

/**
 * Prefixes that are used, though no pool gives them out as they are: reserved ones, and those of
 * before a reload, when a pool had prefixes of another length or none of it was reserved. Prefixes
 * of one pool have one length and never overlap; these may overlap them, and each other. `given`:
 * the lengths of all prefixes that anybody may be given.
 */
export function createStrays(given: readonly number[]): Strays<Ipv6Prefix> {
  const used = new Set<string>();
  /** How many of them have each length. */
  const ofLength = new Uint32Array(ADDRESS_LENGTH + 1);
  /** How many of them lie in a larger prefix, of those that anybody may be given. */
  const inside = new Map<string, number>();

  function count(prefix: Ipv6Prefix, change: 1 | -1): void {
    const length = prefixLength(prefix);
    ofLength[length] = (ofLength[length] as number) + change;
    for (const shorter of given) {
      if (shorter >= length) continue;
      const key = toHex(ipv6Prefix(prefix, shorter));
      const left = (inside.get(key) ?? 0) + change;
      if (left === 0) inside.delete(key);
      else inside.set(key, left);
    }
  }

  return {
    use(prefix) {
      const key = toHex(prefix);
      if (prefixLength(prefix) === ADDRESS_LENGTH || used.has(key)) return;
      used.add(key);
      count(prefix, 1);
    },
    release(prefix) {
      if (prefixLength(prefix) !== ADDRESS_LENGTH && used.delete(toHex(prefix))) count(prefix, -1);
    },
    overlapping(prefix) {
      const length = prefixLength(prefix);
      if (used.size === 0 || length === ADDRESS_LENGTH) return 0;
      let found = inside.get(toHex(prefix)) ?? 0;
      for (let shorter = 0; shorter < length; shorter++)
        if (ofLength[shorter] !== 0 && used.has(toHex(ipv6Prefix(prefix, shorter)))) found++;
      return found;
    },
  };
}

/** The lengths of the prefixes of all pools and reservations. */
export function givenLengths({ pools, networks }: Dhcp6Config): readonly number[] {
  const lengths = new Set<number>();
  for (const pool of pools) if (pool.kind === "prefixes") lengths.add(pool.delegatedLength);
  for (const { reservations } of networks)
    for (const list of reservations) for (const { prefixes } of list) for (const prefix of prefixes) lengths.add(prefixLength(prefix));
  return [...lengths];
}
