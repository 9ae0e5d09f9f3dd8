import type { Config } from "../../config/model/config.ts";
import type { Reservation } from "../../config/model/dhcp4.ts";
import { ADDRESS_32 } from "../../leases/columns/addresses.ts";
import type { LeaseOwner } from "../../leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp4/record.ts";
import { IPV4_SPACE } from "../../leases/dhcp4/space.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { parseIpv4Prefix, rangeOfPrefix } from "../../net/prefix.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { LeaseForm } from "../leases/form.ts";
import { foundByField, hexOf, nameField, type Printed, stateAndTimes, textOf } from "../leases/printed.ts";

/** The reservations of addresses. */
type Reserved = ReadonlyMap<Ipv4, Reservation>;

function reservationsOf({ networks }: Config): Reserved {
  const reserved = new Map<Ipv4, Reservation>();
  for (const { reservations } of networks)
    for (const reservation of reservations.flat()) if (reservation.address !== undefined) reserved.set(reservation.address, reservation);
  return reserved;
}

/** Whether the address is reserved for the client that has it, as far as the database knows. */
function isOwn(reservation: Reservation, owner: LeaseOwner): boolean {
  return reservation.match.every((match) => {
    if (match.kind === "chaddr") return equalBytes(match.chaddr, owner.chaddr);
    if (match.kind !== "clientIdentifier") return true;
    return owner.clientIdentifier !== undefined && equalBytes(match.value, owner.clientIdentifier);
  });
}

/** How IPv4 leases are written. */
export const LEASE_FORM: LeaseForm = {
  protocol: "dhcp4",
  space: IPV4_SPACE,
  printer(config) {
    const reserved: Reserved = config === undefined ? new Map() : reservationsOf(config);
    return (row, wallOffset, now) => printed(row, reserved, wallOffset, now);
  },
  within(text) {
    const prefix = parseIpv4Prefix(text.includes("/") ? text : `${text}/32`);
    if (prefix === undefined) return undefined;
    const { start, end } = rangeOfPrefix(prefix);
    return { start: ADDRESS_32.toBytes(start), end: ADDRESS_32.toBytes(end) };
  },
  addressOf(text) {
    const address = parseIpv4(text);
    return address === undefined ? undefined : ADDRESS_32.toBytes(address);
  },
  clientOf: (record) => toHex(OWNER_RECORD.read(record, 0).clientKey),
  keysOf: (client, iaid) => (iaid === undefined ? [client] : []),
  duidOf(record) {
    const identifier = OWNER_RECORD.read(record, 0).clientIdentifier;
    // RFC 4361 section 6.1: type 255, IAID, DUID.
    return identifier !== undefined && identifier[0] === 255 && identifier.length > 5 ? toHex(identifier.subarray(5)) : undefined;
  },
};

function printed(row: LeaseRow, reserved: Reserved, offset: number, now: number): Printed | undefined {
  if (row.address.length !== 4) return undefined;
  const address = readIpv4(row.address, 0);
  const owner = OWNER_RECORD.read(row.record, 0);
  const relay = owner.relayAgentInformation;
  const { state, start, expiry } = stateAndTimes(row, offset, now);
  const reservation = reserved.get(address);
  const own = reservation !== undefined && isOwn(reservation, owner) ? reservation : undefined;
  return {
    address: formatIpv4(address),
    state,
    hardware_address: formatMac(owner.chaddr),
    client_identifier: hexOf(owner.clientIdentifier),
    hostname: own?.hostname ?? textOf(owner.hostname),
    ...nameField(owner),
    start,
    expiry,
    vendor_class: textOf(owner.vendorClass),
    circuit_id: hexOf(relay && subOption(relay, RelaySubOption.circuitId)),
    remote_id: hexOf(relay && subOption(relay, RelaySubOption.remoteId)),
    network: row.network,
    ...(own && { reserved: true }),
    ...foundByField(owner),
  };
}
