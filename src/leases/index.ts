/** `leasehold/leases`: leases in memory, found by address and by client in constant time. */
export type {
  AddressFilter,
  Applied,
  Hold,
  Lease,
  LeaseChange,
  LeaseOwner,
  LeaseReader,
  LeaseTrait,
} from "./dhcp4/lease.ts";
export { LeaseTable } from "./dhcp4/owning-table.ts";
export { endAfter, LeaseState, type LeaseWrite, NEVER, type Seconds, type SpaceId, type StoredLease } from "./lease.ts";
export type { LeaseView } from "./view.ts";
