/** `leasehold/leases`: leases in memory, found by address and by client in constant time. */
export { type Lease, type LeaseChange, type LeaseOwner, LeaseState, type LeaseWrite, NEVER, type Seconds } from "./lease.ts";
export type { LeaseReader, LeaseTrait } from "./reader.ts";
export { type Applied, LeaseTable } from "./table.ts";
