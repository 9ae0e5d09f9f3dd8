import type { Dhcp6Config, Reservation } from "../../config/model/dhcp6.ts";
import { Association, associationOf, duidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { placesOf } from "../../leases/dhcp6/places.ts";
import { OWNER_RECORD } from "../../leases/dhcp6/record.ts";
import { IPV6_SPACE } from "../../leases/dhcp6/space.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatMac } from "../../net/mac.ts";
import { type Judge, type JudgedProtocol, UNKNOWN } from "../lease-judge.ts";
import { formatLeased } from "./operations.ts";

/** How leases of IPv6 addresses and prefixes are judged. */
export const LEASE_JUDGE: JudgedProtocol<Dhcp6Config> = {
  space: IPV6_SPACE,
  judge,
  whose(row) {
    const { clientKey, hostname } = OWNER_RECORD.read(row.record, 0);
    return {
      address: formatLeased(row.address),
      client: formatMac(duidOf(clientKey)),
      ...(hostname === undefined ? {} : { hostname: new TextDecoder().decode(hostname) }),
    };
  },
};

function judge(config: Dhcp6Config): Judge {
  const places = placesOf(config);
  const reserved = new Map<string, Reservation>();
  for (const { reservations } of config.networks) {
    for (const reservation of reservations.flat()) {
      for (const address of reservation.addresses) reserved.set(toHex(ipv6Prefix(address)), reservation);
      for (const prefix of reservation.prefixes) reserved.set(toHex(prefix), reservation);
    }
  }
  return (row) => {
    const owner = OWNER_RECORD.read(row.record, 0);
    const network = places.networkOf(row.address);
    if (network === undefined) return "its network is gone";
    // The host has chosen it itself.
    if (associationOf(owner.clientKey) === Association.registered) return undefined;
    const reservation = reserved.get(toHex(row.address));
    if (reservation !== undefined) {
      const isFor = matches(reservation, owner);
      if (isFor === false) return `it is reserved for ${reservation.name}`;
      return isFor === undefined || reservation.guard !== undefined || network.guard !== undefined ? UNKNOWN : undefined;
    }
    const pool = places.poolOf(row.address);
    if (pool === undefined) return "it is in no range and no prefix pool";
    return network.guard !== undefined || pool.guard !== undefined || network.reservationsOnly ? UNKNOWN : undefined;
  };
}

/** Whether the reservation is of the client; undefined: only a message tells. */
function matches({ match }: Reservation, { clientKey, hardware }: LeaseOwner): boolean | undefined {
  let known: boolean | undefined = true;
  for (const one of match) {
    if (one.kind === "duid") {
      if (!equalBytes(one.value, duidOf(clientKey))) return false;
    } else if (one.kind === "chaddr") {
      if (hardware === undefined) known = undefined;
      else if (!equalBytes(one.chaddr, hardware.subarray(2))) return false;
    } else known = undefined;
  }
  return known;
}
