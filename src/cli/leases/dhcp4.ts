import type { Config } from "../../config/model/config.ts";
import type { Reservation } from "../../config/model/dhcp4.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp4/record.ts";
import { equalBytes } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { hexOf, type Printed, stateAndTimes, textOf } from "./printed.ts";

/** The reservations that give their client a hostname, by address. */
export type Reserved = ReadonlyMap<Ipv4, Reservation>;

export function namedReservations({ networks }: Config): Reserved {
  const named = new Map<Ipv4, Reservation>();
  for (const { reservations } of networks)
    for (const reservation of reservations.flat())
      if (reservation.address !== undefined && reservation.hostname !== undefined) named.set(reservation.address, reservation);
  return named;
}

/**
 * The name that the client is given, if the lease is of the client that its address is reserved
 * for, as far as the database knows.
 */
function reservedHostname(reservation: Reservation | undefined, owner: LeaseOwner): string | undefined {
  const isOwner = reservation?.match.every((match) => {
    if (match.kind === "chaddr") return equalBytes(match.chaddr, owner.chaddr);
    if (match.kind !== "clientIdentifier") return true;
    return owner.clientIdentifier !== undefined && equalBytes(match.value, owner.clientIdentifier);
  });
  return isOwner ? reservation?.hostname : undefined;
}

/** An IPv4 lease; undefined: its address is damaged, which was told. */
export function printed4(row: LeaseRow, reserved: Reserved, offset: number, now: number): Printed | undefined {
  if (row.address.length !== 4) return undefined;
  const address = readIpv4(row.address, 0);
  const owner = OWNER_RECORD.read(row.record, 0);
  const relay = owner.relayAgentInformation;
  const { state, start, expiry } = stateAndTimes(row, offset, now);
  return {
    address: formatIpv4(address),
    state,
    hardware_address: formatMac(owner.chaddr),
    client_identifier: hexOf(owner.clientIdentifier),
    hostname: reservedHostname(reserved.get(address), owner) ?? textOf(owner.hostname),
    start,
    expiry,
    vendor_class: textOf(owner.vendorClass),
    circuit_id: hexOf(relay && subOption(relay, RelaySubOption.circuitId)),
    remote_id: hexOf(relay && subOption(relay, RelaySubOption.remoteId)),
    network: row.network,
  };
}
