import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { type LeaseDatabase as Database, emptyDatabase } from "../database.ts";
import type { LeaseOwner } from "./lease.ts";
import { createSpace } from "./space.ts";
import { DHCP6_LEASES } from "./table.ts";

/** Leases of DHCPv6 that never change: each change gives another database. */
export type LeaseDatabase = Database<Ipv6Prefix, LeaseOwner>;

/** A database without leases, for the networks of this configuration. */
export function createLeaseDatabase(config: Dhcp6Config): LeaseDatabase {
  return emptyDatabase(DHCP6_LEASES, createSpace(config));
}

/** The same leases and holds by another configuration. */
export function reconfigured(database: LeaseDatabase, config: Dhcp6Config): LeaseDatabase {
  return database.movedTo(createSpace(config));
}
