/**
 * Leases of IPv6 addresses and prefixes: both are prefixes here, an address one of 128 bits.
 *
 * @module
 */
export { Association, associationOf, clientKeyOf, duidOf, iaidOf } from "./client-key.ts";
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
export { relaysOf } from "./relays.ts";
export { formatLeaseLines, formatLeases, parseLeases } from "./text.ts";
