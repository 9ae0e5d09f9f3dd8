import { formatAddress } from "../../net/address.ts";
import { addressOfReverseName } from "../../wire/dns/name.ts";
import { RecordType } from "../../wire/dns/type-code.ts";
import type { Claim } from "../claim.ts";
import type { Answer } from "../packet.ts";
import { type Authority, claimsOf } from "./authority.ts";
import { addressRecord, hostRecords, leaseRecord, nsRecord, pointerRecord, soaRecord, ttlOf } from "./records.ts";
import { isReverseBranch, type Zone } from "./zones.ts";

/** What a zone says to a question. */
export type Found =
  | { readonly kind: "records"; readonly records: readonly Answer[] }
  /** The name exists, and has no record of this type. */
  | { readonly kind: "no-data" }
  | { readonly kind: "no-name" };

/**
 * Looks for records of a type, or for those of any (of which RFC 8482 section 4.1 lets a server
 * choose: what is told of leases is left out).
 */
export function lookUp(authority: Authority, zone: Zone, name: string, type: number, now: number): Found {
  const own = name === zone.name ? apexRecords(authority, zone, type) : [];
  const found = zone.isReverse ? reverseRecords(authority, name, type, now) : forwardRecords(authority, zone, name, type, now);
  const host = name === zone.host && found === undefined ? hostRecords(authority, zone, now).filter(isOfType(type)) : undefined;
  const records = [...own, ...(found ?? host ?? [])];
  if (records.length > 0) return { kind: "records", records };
  const exists = name === zone.name || found !== undefined || host !== undefined || isBranch(authority, zone, name);
  return { kind: exists ? "no-data" : "no-name" };
}

function isBranch({ branches }: Authority, zone: Zone, name: string): boolean {
  return zone.isReverse ? isReverseBranch(name) : branches.has(name);
}

function apexRecords(authority: Authority, zone: Zone, type: number): readonly Answer[] {
  return [soaRecord(authority, zone), nsRecord(authority, zone)].filter(isOfType(type));
}

/** Undefined: nobody has the name. */
function forwardRecords(authority: Authority, zone: Zone, name: string, type: number, now: number): readonly Answer[] | undefined {
  const claims = claimsOf(authority, zone, name);
  if (claims.length === 0) return undefined;
  if (type === RecordType.TXT) return leaseRecords(authority, name, claims, now);
  const ttl = ttlOf(authority, claims, now);
  return claims.map(({ address }) => addressRecord(name, ttl, address)).filter(isOfType(type));
}

/** Undefined: the name is that of no address that is called something. */
function reverseRecords(authority: Authority, name: string, type: number, now: number): readonly Answer[] | undefined {
  const address = addressOfReverseName(name);
  const claim = address && authority.names.byAddress(formatAddress(address));
  if (claim === undefined) return undefined;
  if (type === RecordType.TXT) return leaseRecords(authority, name, [claim], now);
  return [pointerRecord(name, ttlOf(authority, [claim], now), claim)].filter(isOfType(type));
}

/** Leases that end at the same time are one record (RFC 2181 section 5). */
function leaseRecords(authority: Authority, name: string, claims: readonly Claim[], now: number): readonly Answer[] {
  const ttl = ttlOf(authority, claims, now);
  const records = new Map(claims.map((claim) => [`${claim.expiry} ${claim.identifier === undefined}`, leaseRecord(name, ttl, claim)]));
  return [...records.values()];
}

function isOfType(type: number): (record: Answer) => boolean {
  return (record) => type === RecordType.ANY || type === RecordType[record.type as keyof typeof RecordType];
}
