import type { Claim, NameReader } from "../claim.ts";
import type { Branches } from "./branches.ts";
import type { Zone, Zones } from "./zones.ts";

/** What is answered with. */
export interface Authority {
  readonly zones: Zones;
  readonly names: NameReader;
  readonly branches: Pick<Branches, "has">;
  /** Of records, in seconds. */
  readonly ttl: number;
  /** Where this server is reached: the addresses of `Zone.host`, of 4 or 16 bytes. */
  readonly addresses: readonly Uint8Array[];
  /** The serial number of a zone as it is now. */
  serialOf(zone: Zone): number;
}

/**
 * Addresses of a name that are answered with. A client can have any number of leases under one name,
 * and a message of them all would take its time, or be longer than messages can be.
 */
const MOST_ADDRESSES = 100;

/**
 * The claims of a name. That of this server itself nobody gets but who has it by configuration:
 * resolvers follow it.
 */
export function claimsOf({ names }: Authority, zone: Zone, name: string): readonly Claim[] {
  const all = names.byName(name);
  const claims = name === zone.host ? all.filter(({ reserved }) => reserved) : all;
  return claims.length > MOST_ADDRESSES ? claims.slice(0, MOST_ADDRESSES) : claims;
}

/** Whether a name is that of this server, and leads to its own addresses. */
export function isOwnHost(authority: Authority, zone: Zone, name: string): boolean {
  return name === zone.host && claimsOf(authority, zone, name).length === 0;
}
