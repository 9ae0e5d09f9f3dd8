import { formatAddress } from "../../net/address.ts";
import type { Claim } from "../claim.ts";
import type { Answer } from "../packet.ts";
import { type Authority, claimsOf, isOwnHost } from "./authority.ts";
import type { Zone } from "./zones.ts";

/*
 * How long a secondary keeps a zone, in seconds (RFC 1035 section 3.3.13). It is told of changes at
 * once, so it asks by itself only in case that was lost.
 */
const REFRESH = 900;
const RETRY = 60;
const EXPIRE = 604_800;
/**
 * That a name does not exist is remembered no longer than so (RFC 2308): its host may be just
 * coming.
 */
const MOST_NEGATIVE_TTL = 60;

/** How long it may be remembered that a name or a record does not exist, in seconds. */
export function negativeTtl({ ttl }: Authority): number {
  return Math.min(ttl, MOST_NEGATIVE_TTL);
}

/** The SOA record of a zone. `ttl`: of the record; that of a negative answer is another one. */
export function soaRecord(authority: Authority, zone: Zone, ttl: number = authority.ttl): Answer {
  const { name, host, contact } = zone;
  const times = { refresh: REFRESH, retry: RETRY, expire: EXPIRE, minimum: negativeTtl(authority) };
  return { type: "SOA", name, ttl, data: { mname: host, rname: contact, serial: authority.serialOf(zone), ...times } };
}

/** Who answers for a zone: this server. */
export function nsRecord({ ttl }: Authority, { name, host }: Zone): Answer {
  return { type: "NS", name, ttl, data: host };
}

/** The addresses of this server, in whichever of its zones its name is. */
export function hostRecords(authority: Authority, { host }: Zone, now: number): readonly Answer[] {
  const home = authority.zones.of(host);
  if (home === undefined) return [];
  if (isOwnHost(authority, home, host)) return authority.addresses.map((address) => addressRecord(host, authority.ttl, address));
  const claims = claimsOf(authority, home, host);
  const ttl = ttlOf(authority, claims, now);
  return claims.map(({ address }) => addressRecord(host, ttl, address));
}

/** An A or AAAA record. */
export function addressRecord(name: string, ttl: number, address: Uint8Array): Answer {
  return { type: address.length === 4 ? "A" : "AAAA", name, ttl, data: formatAddress(address) };
}

/** A PTR record. */
export function pointerRecord(name: string, ttl: number, { name: host }: Claim): Answer {
  return { type: "PTR", name, ttl, data: host };
}

/** What is told of a lease to everybody: when it ends. */
export function leaseRecord(name: string, ttl: number, { expiry, identifier }: Claim): Answer {
  return { type: "TXT", name, ttl, data: leaseText(expiry, identifier !== undefined) };
}

function leaseText(expiry: number, isLeased: boolean): string {
  if (!isLeased) return "reserved";
  return `lease expires=${Number.isFinite(expiry) ? new Date(expiry * 1000).toISOString().replace(/\.\d+/, "") : "never"}`;
}

/**
 * No record outlives the lease that it is of, and those of a name have one time to live (RFC 2181
 * section 5.2). In seconds.
 */
export function ttlOf({ ttl }: Authority, claims: readonly Claim[], now: number): number {
  let least = ttl;
  for (const { expiry } of claims) least = Math.min(least, Math.max(0, Math.floor(expiry - now)));
  return least;
}
