import type { Lease, LeaseChange } from "../leases/lease.ts";
import { LeaseState } from "../leases/lease.ts";
import type { Applied } from "../leases/table.ts";

/*
 * What has come true of leases, told after the commit. What each change is, is said here once, for
 * those who count and for those who listen: a change is noted with its batch, as a number always,
 * and as a happening with copies of its leases only where somebody listens. Counters take the
 * numbers when the batch is on disk, listeners the happenings, in the order in which they were
 * decided; what failed is forgotten, and nobody hears of it. An end in time is no write, so it is
 * told at once.
 */

/**
 * `declined`: by the client that was to use the address; `conflict`: a probe found that somebody
 * uses it. `removed`: an operator had the lease forgotten, or ended the probation of its address.
 */
export type HappeningKind = "bound" | "renewed" | "released" | "declined" | "conflict" | "expired" | "removed";

/** A change of a lease that has come true. */
export interface Happening<A, O> {
  readonly kind: HappeningKind;
  readonly address: A;
  /** What was known of the address, also of a client that had it before; undefined: nothing. */
  readonly before: Lease<A, O> | undefined;
  /** Undefined: it is forgotten. */
  readonly after: Lease<A, O> | undefined;
}

export type Listener<A, O> = (happening: Happening<A, O>) => void;

/** One who listens only while it is `wanted`. */
export interface PassingListener<A, O> {
  readonly wanted: boolean;
  readonly listen: Listener<A, O>;
}

/** How often each kind has happened. */
export type HappeningCounts = Record<HappeningKind, number>;

export function noHappenings(): HappeningCounts {
  return { bound: 0, renewed: 0, released: 0, declined: 0, conflict: 0, expired: 0, removed: 0 };
}

/** What a change of a lease that was carried out is; undefined: nothing that anybody is told. */
export function kindOf<A, O>(change: LeaseChange<A, O>, { before }: Applied<A, O>): HappeningKind | undefined {
  if (change.kind === "remove") return "removed";
  if (change.kind !== "put") return undefined;
  const { state } = change.lease;
  if (state === LeaseState.bound) return before?.state === LeaseState.bound ? "renewed" : "bound";
  if (state === LeaseState.released) return "released";
  return state === LeaseState.declined ? "declined" : undefined;
}

/** Those who listen. */
export interface Listeners<A, O> {
  /** Whether anybody does by now: otherwise nothing is put together. */
  readonly wanted: boolean;
  /** Puts together what they are told when it is true. */
  happening(kind: HappeningKind, change: LeaseChange<A, O>, done: Applied<A, O>): Happening<A, O>;
  /** The lease has run out: its time says so, and nothing is written. */
  expired(lease: Lease<A, O>): void;
  /** They are true. */
  tell(happenings: readonly Happening<A, O>[]): void;
}

/**
 * `copyOf` gives a lease bytes of its own: those that the table gives are views. `onFailure` is
 * told what a listener throws. `passing`: one who listens at times only.
 */
export function createListeners<A, O>(
  listeners: readonly Listener<A, O>[],
  copyOf: (lease: Lease<A, O>) => Lease<A, O>,
  onFailure: (error: unknown) => void,
  passing?: PassingListener<A, O>,
): Listeners<A, O> {
  const all = passing === undefined ? listeners : [...listeners, passing.listen];

  function tell(happening: Happening<A, O>): void {
    for (const listener of all) {
      try {
        listener(happening);
      } catch (error) {
        onFailure(error);
      }
    }
  }

  return {
    get wanted() {
      return listeners.length > 0 || passing?.wanted === true;
    },
    happening(kind, change, done) {
      const after = change.kind === "put" ? copyOf(change.lease) : undefined;
      return { kind, address: done.address, before: leaseBefore(done, after), after };
    },
    expired(lease) {
      const after = copyOf(lease);
      tell({ kind: "expired", address: after.address, before: { ...after, state: LeaseState.bound }, after });
    },
    tell(happenings) {
      for (const happening of happenings) tell(happening);
    },
  };
}

/** The owner is that of `after` where the change left it as it was. */
function leaseBefore<A, O>({ address, before }: Applied<A, O>, after: Lease<A, O> | undefined): Lease<A, O> | undefined {
  const owner = before?.owner ?? after?.owner;
  if (before === undefined || owner === undefined) return undefined;
  return { address, state: before.state, start: before.start, expiry: before.expiry, owner };
}
