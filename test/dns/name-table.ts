import type { Claim, NameChanges, NameConflict, NameReader } from "../../src/dns/claim.ts";
import { parseAddress } from "../../src/net/address.ts";

/** A table of names in memory, in which names come and go by hand. */
export interface NameTable extends NameReader {
  put(...claims: readonly Claim[]): NameChanges;
  remove(...addresses: readonly string[]): NameChanges;
}

/** A claim with a lease that lasts for ever, unless told otherwise. */
export function claim(name: string, addressText: string, more: Partial<Claim> = {}): Claim {
  return {
    address: parseAddress(addressText) as Uint8Array,
    addressText,
    name,
    identifier: Uint8Array.of(0, 1, 1, 2, 3),
    hosts: [],
    reserved: false,
    forward: true,
    reverse: true,
    expiry: Number.POSITIVE_INFINITY,
    lifetime: Number.POSITIVE_INFINITY,
    ...more,
  };
}

/** A reservation that nobody has come for. */
export function reservation(name: string, addressText: string): Claim {
  return claim(name, addressText, { reserved: true, identifier: undefined });
}

export function nameTable(...first: readonly Claim[]): NameTable {
  const byName = new Map<string, Claim[]>();
  const byAddress = new Map<string, Claim>();

  function take(address: string, names: Set<string>): void {
    const old = byAddress.get(address);
    if (old === undefined) return;
    names.add(old.name);
    byAddress.delete(address);
    const rest = (byName.get(old.name) ?? []).filter((one) => one !== old);
    if (rest.length === 0) byName.delete(old.name);
    else byName.set(old.name, rest);
  }

  const table: NameTable = {
    get size() {
      return byName.size;
    },
    byName: (name) => byName.get(name) ?? [],
    byAddress: (address) => byAddress.get(address),
    names: () => byName.keys(),
    conflicts: (): Iterable<NameConflict> => [],
    put(...claims) {
      const names = new Set<string>();
      for (const one of claims) {
        take(one.addressText, names);
        names.add(one.name);
        byAddress.set(one.addressText, one);
        byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
      }
      return { names, addresses: new Set(claims.map(({ addressText }) => addressText)) };
    },
    remove(...addresses) {
      const names = new Set<string>();
      for (const address of addresses) take(address, names);
      return { names, addresses: new Set(addresses) };
    },
  };
  table.put(...first);
  return table;
}
