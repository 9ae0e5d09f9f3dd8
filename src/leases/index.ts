/** `leasehold/leases`: leases in memory, found by address and by client in constant time. */
export {
  endAfter,
  type Hold,
  type Lease,
  type LeaseChange,
  type LeaseOwner,
  LeaseState,
  type LeaseWrite,
  NEVER,
  type Seconds,
} from "./lease.ts";
export type { AddressFilter, LeaseReader, LeaseTrait } from "./reader.ts";
export type { Applied } from "./table.ts";
export { type LeaseView, OwningLeaseTable as LeaseTable, viewOf } from "./view.ts";
