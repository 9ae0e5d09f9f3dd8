import type { Config } from "../../config/model/config.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { type LeaseDatabase as Database, emptyDatabase } from "../database.ts";
import type { LeaseOwner } from "./lease.ts";
import { createSpace } from "./space.ts";
import { DHCP4_LEASES } from "./table.ts";

/** Leases of DHCPv4 that never change: each change gives another database. */
export type LeaseDatabase = Database<Ipv4, LeaseOwner>;

/** A database without leases, for the networks of this configuration. */
export function createLeaseDatabase(config: Config): LeaseDatabase {
  return emptyDatabase(DHCP4_LEASES, createSpace(config));
}

/** The same leases and holds by another configuration. */
export function reconfigured(database: LeaseDatabase, config: Config): LeaseDatabase {
  return database.movedTo(createSpace(config));
}
