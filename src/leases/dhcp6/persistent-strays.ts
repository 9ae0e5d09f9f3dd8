import { ADDRESS_LENGTH, type Ipv6Prefix, ipv6Prefix, ipv6PrefixContains, prefixLength } from "../../net/ipv6-prefix.ts";
import { emptyMap, entries, get, remove, type SortedMap, set } from "../persistent/sorted-map.ts";
import type { PersistentStrays } from "../space.ts";

/** As `createStrays`: prefixes by their bytes, so that what lies in one stands behind it. */
interface Used {
  readonly prefixes: SortedMap<string, Ipv6Prefix>;
  /** How many have each length. */
  readonly lengths: SortedMap<number, number>;
}

/** `given`: the lengths of all prefixes that anybody may be given. */
export function persistentStrays(
  given: readonly number[],
  used: Used = { prefixes: emptyMap(), lengths: emptyMap() },
): PersistentStrays<Ipv6Prefix> {
  const strays: PersistentStrays<Ipv6Prefix> = {
    use(prefix) {
      const key = keyOf(prefix);
      const length = prefixLength(prefix);
      if (length === ADDRESS_LENGTH || get(used.prefixes, key) !== undefined) return strays;
      const lengths = set(used.lengths, length, (get(used.lengths, length) ?? 0) + 1);
      return persistentStrays(given, { prefixes: set(used.prefixes, key, prefix.slice()), lengths });
    },
    release(prefix) {
      const key = keyOf(prefix);
      const length = prefixLength(prefix);
      if (get(used.prefixes, key) === undefined) return strays;
      const left = (get(used.lengths, length) ?? 1) - 1;
      const lengths = left === 0 ? remove(used.lengths, length) : set(used.lengths, length, left);
      return persistentStrays(given, { prefixes: remove(used.prefixes, key), lengths });
    },
    overlapping(prefix) {
      const length = prefixLength(prefix);
      if (used.prefixes.size === 0 || length === ADDRESS_LENGTH) return 0;
      let found = 0;
      // What was never to be given is in nobody's way.
      if (given.includes(length)) {
        for (const [, one] of entries(used.prefixes, keyOf(prefix))) {
          if (!ipv6PrefixContains(prefix, one)) break;
          if (prefixLength(one) > length) found++;
        }
      }
      for (const [shorter] of entries(used.lengths))
        if (shorter < length && get(used.prefixes, keyOf(ipv6Prefix(prefix, shorter))) !== undefined) found++;
      return found;
    },
  };
  return strays;
}

/** Bytes as characters, in the order of addresses, and of one address the shorter prefix first. */
function keyOf(prefix: Ipv6Prefix): string {
  return String.fromCharCode(...prefix);
}
