import { type Lease, type LeaseChange, LeaseState } from "../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../net/ipv4.ts";

/*
 * What has come true of leases, for programs that listen. It is put together only where somebody listens, told only after the
 * commit, and owns its bytes.
 */

/**
 * `declined`: by the client that was to use the address; `conflict`: a probe found that somebody uses it. `removed`: an operator had the lease
 * forgotten, or ended the probation of its address.
 */
export type HappeningKind = "bound" | "renewed" | "released" | "declined" | "conflict" | "expired" | "removed";

export interface Happening {
  readonly kind: HappeningKind;
  readonly address: Ipv4;
  /** What was known of the address, also of a client that had it before; undefined: nothing. */
  readonly before: Lease | undefined;
  /** Undefined: it is forgotten. */
  readonly after: Lease | undefined;
}

/** An offer is no more than a promise. */
const ON_RECORD: readonly number[] = [LeaseState.bound, LeaseState.released, LeaseState.expired, LeaseState.declined];

export interface Happened {
  /** The lease as it is before the change. */
  before(leases: { byAddress(address: Ipv4): Lease | undefined }, change: LeaseChange): Lease | undefined;
  /** Adds what a change of a lease is to those to be told: `kind` where the change alone does not say it. */
  note(to: Happening[], before: Lease | undefined, change: LeaseChange, kind?: HappeningKind): void;
  /** The lease has run out: its time says so, and nothing is written. */
  expired(lease: Lease): void;
  /** They are true. */
  tell(happenings: readonly Happening[]): void;
}

/** `onFailure` is told what the listener throws. */
export function createHappenings(listener: (happening: Happening) => void, onFailure: (error: unknown) => void): Happened {
  function tell(happening: Happening): void {
    try {
      listener(happening);
    } catch (error) {
      onFailure(error);
    }
  }

  return {
    before(leases, change) {
      const address = addressOf(change);
      const lease = address === undefined ? undefined : leases.byAddress(address);
      return lease !== undefined && ON_RECORD.includes(lease.state) ? owning(lease) : undefined;
    },
    note(to, before, change, known) {
      const address = addressOf(change);
      if (address === undefined) return;
      const kind = known ?? (change.kind === "put" ? kindOf(before, change.lease) : "removed");
      if (kind !== undefined) to.push({ kind, address, before, after: change.kind === "put" ? owning(change.lease) : undefined });
    },
    expired(lease) {
      const after = owning(lease);
      tell({ kind: "expired", address: lease.address, before: { ...after, state: LeaseState.bound }, after });
    },
    tell(happenings) {
      for (const happening of happenings) tell(happening);
    },
  };
}

function addressOf(change: LeaseChange): Ipv4 | undefined {
  return change.kind === "put" ? change.lease.address : change.kind === "remove" ? change.address : undefined;
}

/** Undefined: an offer, which is only a promise. */
function kindOf(before: Lease | undefined, { state }: Lease): HappeningKind | undefined {
  if (state === LeaseState.bound) return before?.state === LeaseState.bound ? "renewed" : "bound";
  if (state === LeaseState.released) return "released";
  return state === LeaseState.declined ? "declined" : undefined;
}

/** The lease with bytes of its own: those that the table gives are views. */
function owning({ address, state, start, expiry, owner }: Lease): Lease {
  return {
    address,
    state,
    start,
    expiry,
    owner: {
      clientKey: owner.clientKey.slice(),
      clientIdentifier: owner.clientIdentifier?.slice(),
      htype: owner.htype,
      chaddr: owner.chaddr.slice(),
      hostname: owner.hostname?.slice(),
      vendorClass: owner.vendorClass?.slice(),
      relayAgentInformation: owner.relayAgentInformation?.slice(),
      limitKeys: owner.limitKeys?.slice(),
    },
  };
}
