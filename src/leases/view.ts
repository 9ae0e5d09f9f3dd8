import type { Range } from "../config/model/dhcp4.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { Hold, Lease, LeaseOwner } from "./lease.ts";
import { ownerRecordLength, readOwnerRecord, writeOwnerRecord } from "./owner-record.ts";
import type { AddressFilter, LeaseTrait } from "./reader.ts";
import { LeaseTable } from "./table.ts";

/*
 * Inside, a lease is a view of the table's memory, which is another client's after the next change. What leaves this package owns its bytes.
 */

/** A lease table to look at. Leases and holds are as they stood when they were asked for, and stay so. */
export interface LeaseView {
  /** Number of addresses that are leased, declined or remembered. */
  readonly size: number;
  /** The lease of an address; also one that was released or has expired, while it is remembered. */
  byAddress(address: Ipv4): Lease | undefined;
  /** The lease of a client on one link (`Link.index`). */
  ofClient(clientKey: Uint8Array, link: number): Lease | undefined;
  /** The hold of an address. */
  holdOn(address: Ipv4): Hold | undefined;
  /** Every lease, in the order of rows. */
  leases(): IterableIterator<Lease>;
  /** Every hold. */
  holds(): IterableIterator<Hold>;
  /** Number of addresses of the range that can be given out, in use or not. */
  capacityOf(range: Range): number;
  /** How many of these are bound, held or in probation. */
  inUse(range: Range): number;
  /** How many of these are neither in use nor remembered. */
  unusedIn(range: Range): number;
}

/** Shows a table to others, who can neither change nor harm it. */
export function viewOf(table: LeaseTable): LeaseView {
  return {
    get size() {
      return table.size;
    },
    byAddress: (address) => ownLease(table.byAddress(address)),
    ofClient: (clientKey, link) => ownLease(table.ofClient(clientKey, link)),
    holdOn: (address) => ownHold(table.holdOn(address)),
    *leases() {
      for (const lease of table.leases()) yield ownLease(lease);
    },
    *holds() {
      for (const hold of table.holds()) yield ownHold(hold);
    },
    capacityOf: (range) => table.capacityOf(range),
    inUse: (range) => table.inUse(range),
    unusedIn: (range) => table.unusedIn(range),
  };
}

/** The lease table for programs of others: the leases and holds that it gives out are theirs to keep. */
export class OwningLeaseTable extends LeaseTable {
  override byAddress(address: Ipv4): Lease | undefined {
    return ownLease(super.byAddress(address));
  }

  override ofClient(clientKey: Uint8Array, link: number, besides?: Ipv4): Lease | undefined {
    return ownLease(super.ofClient(clientKey, link, besides));
  }

  override holdOn(address: Ipv4): Hold | undefined {
    return ownHold(super.holdOn(address));
  }

  override heldBy(clientKey: Uint8Array, link: number): Hold | undefined {
    return ownHold(super.heldBy(clientKey, link));
  }

  override longestExpired(range: Range, unless?: AddressFilter): Lease | undefined {
    return ownLease(super.longestExpired(range, unless));
  }

  override withTrait(trait: LeaseTrait, value: Uint8Array): readonly Lease[] {
    return super.withTrait(trait, value).map((lease) => ownLease(lease));
  }

  override *leases(): IterableIterator<Lease> {
    for (const lease of super.leases()) yield ownLease(lease);
  }

  override *holds(): IterableIterator<Hold> {
    for (const hold of super.holds()) yield ownHold(hold);
  }
}

function ownLease(lease: Lease): Lease;
function ownLease(lease: Lease | undefined): Lease | undefined;
function ownLease(lease: Lease | undefined): Lease | undefined {
  if (lease === undefined) return undefined;
  const { address, state, start, expiry } = lease;
  return { address, state, start, expiry, owner: ownerCopy(lease.owner) };
}

function ownHold(hold: Hold): Hold;
function ownHold(hold: Hold | undefined): Hold | undefined;
function ownHold(hold: Hold | undefined): Hold | undefined {
  return hold && { address: hold.address, until: hold.until, owner: ownerCopy(hold.owner) };
}

function ownerCopy(owner: LeaseOwner): LeaseOwner {
  const record = new Uint8Array(ownerRecordLength(owner));
  writeOwnerRecord(owner, record, 0);
  return readOwnerRecord(record, 0);
}
