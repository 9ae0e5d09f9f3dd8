import type { Config } from "../../config/model/config.ts";
import { givenConfig } from "../../config/model/given.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { OwningLeaseTable } from "../view.ts";
import type { LeaseOwner } from "./lease.ts";
import { createSpace } from "./space.ts";
import { DHCP4_LEASES } from "./table.ts";

/** The table of IPv4 leases for programs of others: what it gives out is theirs to keep. */
export class LeaseTable extends OwningLeaseTable<Ipv4, LeaseOwner> {
  /**
   * `secret`: two unsigned 32-bit numbers that no client knows; without them clients can choose
   * identifiers that make the table slow. Throws TypeError for what is no configuration.
   */
  constructor(config: Config, secret?: readonly [number, number]) {
    super(DHCP4_LEASES, createSpace(givenConfig(config)), secret);
  }
}
