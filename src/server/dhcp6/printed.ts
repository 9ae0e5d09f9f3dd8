import type { Config } from "../../config/model/config.ts";
import type { Reservation } from "../../config/model/dhcp6.ts";
import { Association, associationOf, clientKeyOf, duidOf, iaidOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp6/record.ts";
import { relaysOf } from "../../leases/dhcp6/relays.ts";
import { IPV6_SPACE } from "../../leases/dhcp6/space.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { IPV6_PREFIX_SIZE, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatMac } from "../../net/mac.ts";
import type { LeaseRow } from "../../store/sqlite/rows.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption } from "../../wire/dhcp6/options.ts";
import type { LeaseForm } from "../leases/form.ts";
import { foundByField, hexOf, nameField, type Printed, stateAndTimes, textOf } from "../leases/printed.ts";
import { addressesWithin, formatLeased, parseLeased } from "./operations.ts";

/** The reservations, by the text of address or prefix. */
type Reserved = ReadonlyMap<string, Reservation>;

function reservationsOf({ dhcp6 }: Config): Reserved {
  const reserved = new Map<string, Reservation>();
  for (const { reservations } of dhcp6?.networks ?? []) {
    for (const reservation of reservations.flat()) {
      for (const address of reservation.addresses) reserved.set(formatLeased(ipv6Prefix(address)), reservation);
      for (const prefix of reservation.prefixes) reserved.set(formatLeased(prefix), reservation);
    }
  }
  return reserved;
}

/** Whether it is reserved for the client that has it, as far as the database knows. */
function isOwn(reservation: Reservation, owner: LeaseOwner): boolean {
  return reservation.match.every((match) => {
    if (match.kind === "duid") return equalBytes(match.value, duidOf(owner.clientKey));
    if (match.kind !== "chaddr") return true;
    return owner.hardware !== undefined && equalBytes(match.chaddr, hardwareAddressOf(owner.hardware));
  });
}

const ASSOCIATIONS: Readonly<Record<number, string>> = {
  [Association.addresses]: "ia_na",
  [Association.prefixes]: "ia_pd",
  [Association.registered]: "registered",
};

/** How IPv6 leases are written. */
export const LEASE_FORM: LeaseForm = {
  protocol: "dhcp6",
  space: IPV6_SPACE,
  printer(config) {
    const reserved: Reserved = config === undefined ? new Map() : reservationsOf(config);
    return (row, wallOffset, now) => printed(row, reserved, wallOffset, now);
  },
  within(text) {
    const prefix = parseLeased(text);
    return prefix && addressesWithin(prefix);
  },
  addressOf: parseLeased,
  clientOf: (record) => toHex(duidOf(OWNER_RECORD.read(record, 0).clientKey)),
  keysOf(client, iaid) {
    if (iaid === undefined) return [];
    return [Association.addresses, Association.prefixes].map((association) => clientKeyOf(association, iaid, client));
  },
  duidOf: (record) => toHex(duidOf(OWNER_RECORD.read(record, 0).clientKey)),
};

function printed(row: LeaseRow, reserved: Reserved, offset: number, now: number): Printed | undefined {
  if (row.address.length !== IPV6_PREFIX_SIZE) return undefined;
  const address = formatLeased(row.address);
  const owner = OWNER_RECORD.read(row.record, 0);
  const { clientKey, hardware } = owner;
  const relays = relaysOf(owner.relays);
  const { state, start, expiry } = stateAndTimes(row, offset, now);
  const reservation = reserved.get(address);
  const own = reservation !== undefined && isOwn(reservation, owner) ? reservation : undefined;
  return {
    address,
    state,
    hardware_address: hardware === undefined ? "" : formatMac(hardwareAddressOf(hardware)),
    client_identifier: hexOf(duidOf(clientKey)),
    hostname: own?.hostname ?? textOf(owner.hostname),
    ...nameField(owner),
    start,
    expiry,
    vendor_class: vendorClassText(owner.vendorClass),
    circuit_id: hexOf(nearestOption(relays, OptionCode.interfaceId)),
    remote_id: hexOf(nearestOption(relays, OptionCode.remoteId)),
    network: row.network,
    association: ASSOCIATIONS[associationOf(clientKey)] ?? "",
    iaid: iaidOf(clientKey),
    ...(own && { reserved: true }),
    ...foundByField(owner),
  };
}

/** Of the relay nearest to the client that has one. */
export function nearestOption(relays: readonly Relay[], code: number): Uint8Array | undefined {
  return relays.findLast(({ options }) => hasOption(options, code))?.options.find((option) => option.code === code)?.data;
}

/** Behind the type, of 16 bits. */
export function hardwareAddressOf(hardware: Uint8Array): Uint8Array {
  return hardware.subarray(2);
}

/** The first text of option 16, behind the enterprise number and its own length. */
function vendorClassText(option: Uint8Array | undefined): string | null {
  if (option === undefined || option.length < 6) return null;
  const length = ((option[4] as number) << 8) | (option[5] as number);
  return textOf(option.subarray(6, 6 + length));
}
