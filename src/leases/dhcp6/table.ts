import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { IPV6_PREFIX_SIZE, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { addressesOfBytes } from "../columns/addresses.ts";
import { type LeaseFamily, LeaseTable as Table } from "../table.ts";
import { duidOf } from "./client-key.ts";
import type { LeaseOwner } from "./lease.ts";
import { OWNER_RECORD } from "./record.ts";
import { relayIdOf, relaysOf } from "./relays.ts";
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
        return relayIdOf(relaysOf(owner.relays));
      default:
        return undefined;
    }
  },
};

export type LeaseTable = Table<Ipv6Prefix, LeaseOwner>;

/**
 * An empty table. `secret`: two unsigned 32-bit numbers that no client knows; without them clients
 * can choose identifiers that make the table slow.
 */
export function createLeaseTable(config: Dhcp6Config, secret?: readonly [number, number]): LeaseTable {
  return new Table(DHCP6_LEASES, createSpace(config), secret);
}
