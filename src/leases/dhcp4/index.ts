/**
 * Leases of IPv4 addresses.
 *
 * @module
 */
export { hardwareKey } from "./client-key.ts";
export { createLeaseDatabase, type LeaseDatabase, reconfigured } from "./database.ts";
export type {
  AddressFilter,
  Applied,
  Hold,
  Lease,
  LeaseChange,
  LeaseOwner,
  LeaseReader,
  LeaseTrait,
} from "./lease.ts";
export { LeaseTable } from "./owning-table.ts";
export { formatLeaseLines, formatLeases, parseLeases } from "./text.ts";
