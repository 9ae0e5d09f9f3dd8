import { isTaboo } from "../engine/common/client-name.ts";
import { COMMON_FIELD, fieldValue } from "../leases/columns/record.ts";
import { IPV4_SPACE } from "../leases/dhcp4/space.ts";
import { IPV6_SPACE } from "../leases/dhcp6/space.ts";
import { isOver, LeaseState, NEVER, type NetworkedLease, type SpaceId } from "../leases/lease.ts";
import { NameFlag, readLeaseName } from "../leases/lease-name.ts";
import { formatAddress } from "../net/address.ts";
import { wholeName } from "../wire/client-name.ts";
import type { Claim } from "./claim.ts";
import { identityOf as identityOfDhcp4 } from "./dhcp4/identity.ts";
import { identityOf as identityOfDhcp6 } from "./dhcp6/identity.ts";
import type { FindNetwork, Identity } from "./places.ts";

/* What a lease of the database claims. */

const IDENTITY: Readonly<Record<SpaceId, (record: Uint8Array) => Identity>> = {
  [IPV4_SPACE]: identityOfDhcp4,
  [IPV6_SPACE]: identityOfDhcp6,
};
/** An address as DHCPv6 has it: a prefix, with its length behind it. */
const PREFIX_SIZE = 17;
const WHOLE_ADDRESS = 128;

/**
 * Undefined: nothing: it is over, no network is configured for it any more, it is of a prefix, or
 * its client has no name. `now` and `wallOffset`: lease time, and what makes seconds since 1970 of
 * it.
 */
export function claimOf(lease: NetworkedLease, now: number, wallOffset: number, networkOf: FindNetwork): Claim | undefined {
  const { state, start, expiry, record, space } = lease;
  if (state !== LeaseState.bound || isOver(expiry, now)) return undefined;
  const address = addressOf(lease.address);
  const identify = IDENTITY[space];
  const network = address && networkOf(address);
  if (address === undefined || network === undefined || identify === undefined) return undefined;
  const { identifier, hosts, hostname } = identify(record);
  const decided = fieldValue(record, 0, COMMON_FIELD.name);
  // Of a lease from before names were seen to nothing was decided.
  const { name, flags } =
    decided === undefined ? { name: nameIn(hostname, network.suffix), flags: NameFlag.forward | NameFlag.reverse } : readLeaseName(decided);
  if (name === "") return undefined;
  return {
    address,
    addressText: formatAddress(address),
    name,
    identifier,
    hosts,
    reserved: (flags & NameFlag.reserved) !== 0,
    forward: (flags & NameFlag.forward) !== 0,
    reverse: (flags & NameFlag.reverse) !== 0,
    expiry: expiry === NEVER ? Number.POSITIVE_INFINITY : expiry + wallOffset,
    lifetime: expiry === NEVER ? Number.POSITIVE_INFINITY : Math.max(0, expiry - start),
  };
}

function nameIn(hostname: Uint8Array | undefined, suffix: string | undefined): string {
  const name = hostname && wholeName(hostname, suffix);
  return name === undefined || isTaboo(name, suffix) ? "" : name;
}

/** Undefined: it is a prefix. */
function addressOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length !== PREFIX_SIZE) return bytes;
  return bytes[PREFIX_SIZE - 1] === WHOLE_ADDRESS ? bytes.slice(0, PREFIX_SIZE - 1) : undefined;
}
