import { endAfter, isOver, type LeaseChange, LeaseState, type Seconds } from "../../leases/lease.ts";
import type { LeaseFamily, LeaseTable } from "../../leases/table.ts";
import { equalBytes } from "../../net/bytes.ts";
import { RefusedError } from "../requests.ts";

/*
 * A lease that an operator gives to a client by hand: from then on a lease as any other, which its
 * client renews, and which ends where it does not.
 */

/** What is to be given to whom. */
export interface NewLease<A, O> {
  readonly address: A;
  readonly owner: O;
  /** In seconds; 0xffffffff: it never ends. */
  readonly duration: number;
  /** The address, and the client, as text. */
  readonly name: string;
  readonly client: string;
  /** Whether the address is reserved for the client: then it need not be in a range. */
  readonly isReserved: boolean;
  /** What the owner of a lease is called. */
  describe(owner: O): string;
  /** As text. */
  format(address: A): string;
}

/** What it is given from. */
export interface AddLeaseParts<A, O> {
  readonly table: LeaseTable<A, O>;
  readonly family: LeaseFamily<A, O>;
  /** Settles when the changes are durable; rejects with StoreError. */
  change(changes: readonly LeaseChange<A, O>[]): Promise<void>;
  readonly clock: () => Seconds;
}

/**
 * Gives the lease. Settles when it is durable; rejects with RefusedError, and then nothing has
 * changed.
 */
export async function addLease<A, O>(parts: AddLeaseParts<A, O>, lease: NewLease<A, O>): Promise<void> {
  const { clock, change } = parts;
  const now = clock();
  refuseTaken(parts, lease, now);
  const { address, owner, duration, name } = lease;
  try {
    await change([{ kind: "put", lease: { address, state: LeaseState.bound, start: now, expiry: endAfter(now, duration), owner } }]);
  } catch (error) {
    throw new RefusedError("unavailable", `${name} was not given: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Refuses what is no address to be given, or is somebody else's. */
function refuseTaken<A, O>({ table, family }: AddLeaseParts<A, O>, lease: NewLease<A, O>, now: Seconds): void {
  const { address, owner, name, client, isReserved, describe, format } = lease;
  const { space } = table;
  const { key } = family.records;
  const isOwn = (other: O): boolean => equalBytes(key(other), key(owner));
  const link = space.linkOf(address);
  if (link < 0) throw new RefusedError("invalid", `${name} is in no network of the configuration`);
  if (!isReserved && space.poolOf(address) < 0) {
    throw new RefusedError(
      "invalid",
      `${name} is in no range of the network ${space.networkName(address)}, and not reserved for ${client}`,
    );
  }
  const present = table.byAddress(address);
  if (present?.state === LeaseState.declined) {
    throw new RefusedError("conflict", `${name} is on probation, because somebody was found to use it: unblock it first`);
  }
  if (present?.state === LeaseState.bound && !isOver(present.expiry, now) && !isOwn(present.owner)) {
    throw new RefusedError("conflict", `${name} is leased to ${describe(present.owner)}: release it first`);
  }
  const hold = table.holdOn(address);
  if (hold !== undefined && hold.until > now && !isOwn(hold.owner)) {
    throw new RefusedError("conflict", `${name} has just been offered to ${describe(hold.owner)}: try again in a minute`);
  }
  if (present === undefined && table.overlapping(address) > 0) {
    throw new RefusedError("conflict", `a part of ${name}, or what it is a part of, is leased already`);
  }
  const other = table.ofClient(key(owner), link, address);
  if (other?.state === LeaseState.bound && !isOver(other.expiry, now)) {
    throw new RefusedError("conflict", `${client} has ${format(other.address)} on the same link already: release that first`);
  }
}
