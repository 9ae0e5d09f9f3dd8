import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { givenConfig } from "../../config/model/given.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { OwningLeaseTable } from "../view.ts";
import type { LeaseOwner } from "./lease.ts";
import { createSpace } from "./space.ts";
import { DHCP6_LEASES } from "./table.ts";

/**
 * The table of leases of IPv6 addresses and prefixes for programs of others: what it gives out is
 * theirs to keep.
 */
export class LeaseTable extends OwningLeaseTable<Ipv6Prefix, LeaseOwner> {
  /**
   * An empty table for the section `v6` of a configuration (`Config.dhcp6`). `secret`: two unsigned
   * 32-bit numbers that no client knows; without them clients can choose identifiers that make the
   * table slow. Throws TypeError for what is no configuration.
   */
  constructor(config: Dhcp6Config, secret?: readonly [number, number]) {
    super(DHCP6_LEASES, createSpace(givenConfig(config, "config.dhcp6")), secret);
  }
}
