import type { Config } from "../../config/model/config.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import { ADDRESS_32 } from "../columns/addresses.ts";
import { type LeaseFamily, LeaseTable as Table } from "../table.ts";
import type { LeaseOwner } from "./lease.ts";
import { OWNER_RECORD } from "./record.ts";
import { createSpace } from "./space.ts";

/** What is particular to leases of DHCPv4. */
export const DHCP4_LEASES: LeaseFamily<Ipv4, LeaseOwner> = {
  addresses: ADDRESS_32,
  records: OWNER_RECORD,
  traitOf(owner, trait) {
    switch (trait) {
      case "chaddr":
        return owner.chaddr.length === 0 ? undefined : owner.chaddr;
      case "clientIdentifier":
        return owner.clientIdentifier;
      case "remoteId":
        return owner.relayAgentInformation && subOption(owner.relayAgentInformation, RelaySubOption.remoteId);
      default:
        return undefined;
    }
  },
};

export type LeaseTable = Table<Ipv4, LeaseOwner>;

/**
 * An empty table. `secret`: two unsigned 32-bit numbers that no client knows; without them clients
 * can choose identifiers that make the table slow.
 */
export function createLeaseTable(config: Config, secret?: readonly [number, number]): LeaseTable {
  return new Table(DHCP4_LEASES, createSpace(config), secret);
}
