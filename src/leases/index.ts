/**
 * `leasehold/leases`: leases in memory, found by address and by client in constant time. Pure: no
 * I/O, no clock, no randomness; runs in a browser.
 *
 *     import { dhcp4 } from "leasehold/leases";
 *     const leases = new dhcp4.LeaseTable(config);
 *
 * @module
 */
export { ADDRESS_STATES, type AddressCount, type AddressState } from "./address-counts.ts";
export { type Expired, LeaseDatabase as LeaseDatabaseOf } from "./database.ts";
export * as dhcp4 from "./dhcp4/index.ts";
// The names of `dhcp4`, as they were before it had them to itself.
export {
  type AddressFilter,
  type Applied,
  type Hold,
  type Lease,
  type LeaseChange,
  type LeaseOwner,
  type LeaseReader,
  LeaseTable,
  type LeaseTrait,
} from "./dhcp4/index.ts";
export * as dhcp6 from "./dhcp6/index.ts";
export {
  endAfter,
  type Hold as HoldOf,
  type Lease as LeaseOf,
  type LeaseChange as LeaseChangeOf,
  LeaseState,
  type LeaseWrite,
  NEVER,
  type NetworkedLease,
  type Owner,
  type Seconds,
  type SpaceId,
  type StoredLease,
} from "./lease.ts";
export type { LeaseTextProblem, ParsedLeases } from "./lease-text.ts";
export type { LeaseReader as LeaseReaderOf, LeaseWalker } from "./reader.ts";
export type { AddressFilter as AddressFilterOf, PoolPosition } from "./space.ts";
export type { Applied as AppliedOf, Before } from "./table.ts";
export type { LeaseView } from "./view.ts";
