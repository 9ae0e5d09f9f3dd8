import { equalBytes } from "../../net/bytes.ts";
import { dhcidOf } from "../../wire/dns/dhcid.ts";
import type { Claim } from "../claim.ts";

/*
 * What is to be in the DNS, by the names that clients have.
 */

/** The records that a name is to have. */
export interface WantedName {
  readonly addresses: readonly Uint8Array[];
  /** The data of the DHCID record (RFC 4701). */
  readonly dhcid: Uint8Array;
  /** In seconds. */
  readonly ttl: number;
}

/** What is to stand at the reverse name of an address. */
export interface WantedPointer {
  readonly name: string;
  readonly dhcid: Uint8Array;
  /** In seconds. */
  readonly ttl: number;
}

/** RFC 4702 section 5: a third of the lease time, but ten minutes at least. */
const SHORTEST_TTL = 600;
/** Where there is no lease, or one without end. */
const TTL_WITHOUT_END = 86_400;
const LONGEST_TTL = 0x7fff_ffff;
/** Stands for the client of a reservation that nobody has come for, as a client identifier would. */
const NOBODY = Uint8Array.of(0, 1, ...Array.from("leasehold", (character) => character.charCodeAt(0)));

/**
 * What a name is to have, if anything, of what is claimed; `dhcids`: which it has or may have
 * already. All of its records are of one host and have one DHCID, whoever of its DHCPv4 and its
 * DHCPv6 client came first; one that is there and is the host's too stays.
 */
export function wantedName(claims: readonly Claim[], dhcids: readonly Uint8Array[], ttl: number | undefined): WantedName | undefined {
  const served = claims.filter(({ forward }) => forward);
  const [first] = served;
  if (first === undefined) return undefined;
  const own = served.flatMap(({ identifier, name }) => (identifier === undefined ? [] : [dhcidOf(identifier, name)]));
  const kept = dhcids.find((dhcid) => own.length === 0 || own.some((one) => equalBytes(one, dhcid)));
  const addresses: Uint8Array[] = [];
  for (const { address } of served) {
    if (!addresses.some((one) => equalBytes(one, address))) addresses.push(address);
  }
  return {
    addresses,
    dhcid: kept ?? own[0] ?? dhcidOf(NOBODY, first.name),
    ttl: ttl ?? Math.min(...served.map(({ lifetime }) => ttlOf(lifetime))),
  };
}

/** What an address is to be called, if anything; `dhcid`: of what it is called by that name now. */
export function wantedPointer(claim: Claim | undefined, dhcid: Uint8Array | undefined, ttl: number | undefined): WantedPointer | undefined {
  if (claim === undefined || !claim.reverse) return undefined;
  const { name, identifier, lifetime } = claim;
  const own = identifier === undefined ? (dhcid ?? dhcidOf(NOBODY, name)) : dhcidOf(identifier, name);
  return { name, dhcid: own, ttl: ttl ?? ttlOf(lifetime) };
}

function ttlOf(lifetime: number): number {
  if (!Number.isFinite(lifetime)) return TTL_WITHOUT_END;
  return Math.min(LONGEST_TTL, Math.max(SHORTEST_TTL, Math.floor(lifetime / 3)));
}
