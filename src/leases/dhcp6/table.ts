import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { IPV6_PREFIX_SIZE, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { addressesOfBytes } from "../columns/addresses.ts";
import { type LeaseFamily, LeaseTable as Table } from "../table.ts";
import { duidOf } from "./client-key.ts";
import type { LeaseOwner } from "./lease.ts";
import { OWNER_RECORD } from "./record.ts";
import { relaysOf } from "./relays.ts";
import { createSpace } from "./space.ts";

/** What is particular to leases of DHCPv6. */
export const DHCP6_LEASES: LeaseFamily<Ipv6Prefix, LeaseOwner> = {
  addresses: addressesOfBytes(IPV6_PREFIX_SIZE),
  records: OWNER_RECORD,
  traitOf(owner, trait) {
    switch (trait) {
      case "duid":
        return duidOf(owner.clientKey);
      case "relayId":
        return relayIdOf(owner.relays);
      default:
        return undefined;
    }
  },
};

/** The Relay-ID option of the relay nearest to the client that has one (RFC 5460 section 5.4.1). */
function relayIdOf(record: Uint8Array | undefined): Uint8Array | undefined {
  const relays = relaysOf(record);
  for (let i = relays.length - 1; i >= 0; i--) {
    const relayId = optionValue((relays[i] as Relay).options, OptionCode.relayId);
    if (relayId !== undefined) return relayId;
  }
  return undefined;
}

export type LeaseTable = Table<Ipv6Prefix, LeaseOwner>;

/**
 * An empty table. `secret`: two unsigned 32-bit numbers that no client knows; without them clients
 * can choose identifiers that make the table slow.
 */
export function createLeaseTable(config: Dhcp6Config, secret?: readonly [number, number]): LeaseTable {
  return new Table(DHCP6_LEASES, createSpace(config), secret);
}
