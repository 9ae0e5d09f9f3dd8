import { equalBytes } from "../../net/bytes.ts";
import { nameOfData, type ResourceRecord } from "../../wire/dns/read.ts";
import { RecordType } from "../../wire/dns/type-code.ts";
import { addressType } from "../../wire/dns/update.ts";
import type { PublishedAddress, PublishedPointer } from "./plan.ts";
import type { WantedName, WantedPointer } from "./wanted.ts";

/*
 * What stands under a name in the DNS, beside what is wanted there.
 */

/** Records of a name, of the types that matter. */
export interface Found {
  readonly addresses: Uint8Array[];
  readonly pointers: string[];
  readonly dhcids: Uint8Array[];
}

/**
 * `missing`: there is nothing; `wrong`: this server's, but not as it should be; `foreign`: somebody
 * else's.
 */
export type Difference = "missing" | "wrong" | "foreign";

export function nothingFound(): Found {
  return { addresses: [], pointers: [], dhcids: [] };
}

/** Adds a record, if it is of a type that matters. */
export function addFound(found: Found, { type, data }: Pick<ResourceRecord, "type" | "data">): void {
  if (type === RecordType.A || type === RecordType.AAAA) found.addresses.push(data.slice());
  else if (type === RecordType.DHCID) found.dhcids.push(data.slice());
  else if (type === RecordType.PTR) found.pointers.push(nameOfData(data) ?? "");
}

/** Whether records of this type matter. */
export function matters(type: number): boolean {
  return type === RecordType.A || type === RecordType.AAAA || type === RecordType.DHCID || type === RecordType.PTR;
}

/** Undefined: it is as wanted. Addresses of a kind of which none is wanted may be the client's own affair. */
export function compareName(wanted: WantedName, published: readonly PublishedAddress[], found: Found): Difference | undefined {
  const { addresses, dhcids } = found;
  if (addresses.length === 0 && dhcids.length === 0) return "missing";
  const [dhcid] = dhcids;
  if (dhcid === undefined || dhcids.length > 1) return "foreign";
  if (!equalBytes(dhcid, wanted.dhcid)) return published.some((row) => equalBytes(row.dhcid, dhcid)) ? "wrong" : "foreign";
  const types = new Set(wanted.addresses.map(addressType));
  const there = addresses.filter((address) => types.has(addressType(address)));
  const isThere = (address: Uint8Array): boolean => there.some((one) => equalBytes(one, address));
  return there.length === wanted.addresses.length && wanted.addresses.every(isThere) ? undefined : "wrong";
}

/** The same for a reverse name. */
export function comparePointer(wanted: WantedPointer, published: readonly PublishedPointer[], found: Found): Difference | undefined {
  const { pointers, dhcids } = found;
  const [pointer] = pointers;
  if (pointer === undefined) return "missing";
  const isOwn = dhcids.length === 0 || (dhcids.length === 1 && equalBytes(dhcids[0] as Uint8Array, wanted.dhcid));
  if (pointers.length === 1 && pointer === wanted.name && isOwn) return undefined;
  return dhcids.length > 0 || published.some(({ name }) => pointers.includes(name)) ? "wrong" : "foreign";
}
