import type { Config } from "../../config/model/config.ts";
import type { Reservation } from "../../config/model/dhcp6.ts";
import { Association, associationOf, duidOf, iaidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp6/record.ts";
import { relaysOf } from "../../leases/dhcp6/relays.ts";
import { equalBytes } from "../../net/bytes.ts";
import { IPV6_PREFIX_SIZE, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatMac } from "../../net/mac.ts";
import { formatLeased } from "../../server/dhcp6/operations.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption } from "../../wire/dhcp6/options.ts";
import { hexOf, type Printed, stateAndTimes, textOf } from "./printed.ts";

/** The reservations that give their client a hostname, by the text of address or prefix. */
export type Reserved = ReadonlyMap<string, Reservation>;

export function namedReservations({ dhcp6 }: Config): Reserved {
  const named = new Map<string, Reservation>();
  for (const { reservations } of dhcp6?.networks ?? []) {
    for (const reservation of reservations.flat()) {
      if (reservation.hostname === undefined) continue;
      for (const address of reservation.addresses) named.set(formatLeased(ipv6Prefix(address)), reservation);
      for (const prefix of reservation.prefixes) named.set(formatLeased(prefix), reservation);
    }
  }
  return named;
}

/**
 * The name that the client is given, if the lease is of the client that its address is reserved
 * for, as far as the database knows.
 */
function reservedHostname(reservation: Reservation | undefined, owner: LeaseOwner): string | undefined {
  const isOwner = reservation?.match.every((match) => {
    if (match.kind === "duid") return equalBytes(match.value, duidOf(owner.clientKey));
    if (match.kind !== "chaddr") return true;
    return owner.hardware !== undefined && equalBytes(match.chaddr, hardwareAddressOf(owner.hardware));
  });
  return isOwner ? reservation?.hostname : undefined;
}

const ASSOCIATIONS: Readonly<Record<number, string>> = {
  [Association.addresses]: "ia_na",
  [Association.prefixes]: "ia_pd",
  [Association.registered]: "registered",
};

/** An IPv6 lease; undefined: its address is damaged, which was told. */
export function printed6(row: LeaseRow, reserved: Reserved, offset: number, now: number): Printed | undefined {
  if (row.address.length !== IPV6_PREFIX_SIZE) return undefined;
  const address = formatLeased(row.address);
  const owner = OWNER_RECORD.read(row.record, 0);
  const { clientKey, hardware } = owner;
  const relays = relaysOf(owner.relays);
  const { state, start, expiry } = stateAndTimes(row, offset, now);
  return {
    address,
    state,
    hardware_address: hardware === undefined ? "" : formatMac(hardwareAddressOf(hardware)),
    client_identifier: hexOf(duidOf(clientKey)),
    hostname: reservedHostname(reserved.get(address), owner) ?? textOf(owner.hostname),
    start,
    expiry,
    vendor_class: vendorClassText(owner.vendorClass),
    circuit_id: hexOf(nearestOption(relays, OptionCode.interfaceId)),
    remote_id: hexOf(nearestOption(relays, OptionCode.remoteId)),
    network: row.network,
    association: ASSOCIATIONS[associationOf(clientKey)] ?? "",
    iaid: iaidOf(clientKey),
  };
}

/** Of the relay nearest to the client that has one. */
function nearestOption(relays: readonly Relay[], code: number): Uint8Array | undefined {
  return relays.findLast(({ options }) => hasOption(options, code))?.options.find((option) => option.code === code)?.data;
}

/** Behind the type, of 16 bits. */
function hardwareAddressOf(hardware: Uint8Array): Uint8Array {
  return hardware.subarray(2);
}

/** The first text of option 16, behind the enterprise number and its own length. */
function vendorClassText(option: Uint8Array | undefined): string | null {
  if (option === undefined || option.length < 6) return null;
  const length = ((option[4] as number) << 8) | (option[5] as number);
  return textOf(option.subarray(6, 6 + length));
}
