import type { LeaseTime } from "../../config/model/common.ts";

/** For shorter leases no T1 and T2 in whole seconds fit between zero and the end. */
const SHORTEST_WITH_TIMERS = 3;

/**
 * The lease time that a client gets, in seconds: what it asks for in option 51 as far as the limits
 * allow, else the default. OFFER and ACK both use this, so they can't differ. A request for an
 * infinite lease (0xffffffff) is a request for the most there is.
 */
export function decideLeaseTime(leaseTime: LeaseTime, requested: number | undefined): number {
  if (requested === undefined) return leaseTime.default;
  return Math.min(Math.max(requested, leaseTime.min), leaseTime.max);
}

/**
 * T1 and T2 in seconds (RFC 2131 section 4.4.5, RFC 8415 section 21.4), with 0 < T1 < T2 <
 * duration; a configured time that does not fit gives way to 1/2 or to the share for T2.
 */
export interface Timers {
  readonly renew: number;
  readonly rebind: number;
}

/** A part of a time, as a fraction of whole numbers. */
export interface Share {
  readonly of: number;
  readonly parts: number;
}

/** The share for T2 of RFC 2131. */
const SEVEN_EIGHTHS: Share = { of: 8, parts: 7 };

/** The timers of a lease; undefined: it is too short to have any. */
export function timersOf(leaseTime: LeaseTime, duration: number, share: Share = SEVEN_EIGHTHS): Timers | undefined {
  if (duration < SHORTEST_WITH_TIMERS) return undefined;
  const configured = leaseTime.rebind;
  const rebind =
    configured !== undefined && configured > 1 && configured < duration ? configured : Math.floor((duration * share.parts) / share.of);
  if (leaseTime.renew !== undefined && leaseTime.renew > 0 && leaseTime.renew < rebind) return { renew: leaseTime.renew, rebind };
  const half = Math.floor(duration / 2);
  return { renew: half < rebind ? half : Math.max(1, Math.floor((rebind * 4) / 7)), rebind };
}
