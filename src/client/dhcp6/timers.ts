/**
 * The client's delays, in milliseconds (RFC 8415 sections 7.6 and 15). `random` is uniform in
 * [0, 1).
 */

/** What is known of one kind of exchange; 0: no limit. */
export interface Retransmission {
  /** Initial retransmission time. */
  readonly irt: number;
  /** Maximum retransmission time. */
  readonly mrt: number;
  /** Maximum retransmission count: how often the message is sent at most. */
  readonly mrc: number;
  /** Maximum retransmission duration, from the first message on. */
  readonly mrd: number;
}

/**
 * Table 1 of section 7.6. MRT of SOLICIT and INFORMATION-REQUEST is what a server may change (RFC
 * 7083). RENEW and REBIND end with the lease's times instead of MRD.
 */
export const SOLICIT: Retransmission = { irt: 1_000, mrt: 3_600_000, mrc: 0, mrd: 0 };
export const REQUEST: Retransmission = { irt: 1_000, mrt: 30_000, mrc: 10, mrd: 0 };
export const CONFIRM: Retransmission = { irt: 1_000, mrt: 4_000, mrc: 0, mrd: 10_000 };
export const RENEW: Retransmission = { irt: 10_000, mrt: 600_000, mrc: 0, mrd: 0 };
export const REBIND: Retransmission = { irt: 10_000, mrt: 600_000, mrc: 0, mrd: 0 };
export const INFORMATION_REQUEST: Retransmission = { irt: 1_000, mrt: 3_600_000, mrc: 0, mrd: 0 };
export const RELEASE: Retransmission = { irt: 1_000, mrt: 0, mrc: 4, mrd: 0 };
export const DECLINE: Retransmission = { irt: 1_000, mrt: 0, mrc: 4, mrd: 0 };

/**
 * SOL_MAX_DELAY, CNF_MAX_DELAY and INF_MAX_DELAY: before the first message of a client that has
 * just come to a link.
 */
export const MAX_DELAY = 1_000;

/**
 * How long a client waits before it starts over when a server took back what it had advertised, or
 * gave an address that is in use: it would do so again at once (section 14.1).
 */
export const RESTART_DELAY = 10_000;

/** The soonest renewal where the client chooses the time (section 14.2). */
export const MIN_CHOSEN_T1 = 10_000;

/** What SOL_MAX_RT and INF_MAX_RT may be, in seconds (sections 21.24 and 21.25). */
const MAX_RT_RANGE = { least: 60, most: 86_400 } as const;

/** IRT_DEFAULT and IRT_MINIMUM, in seconds (sections 7.6 and 21.23). */
const REFRESH_DEFAULT = 86_400;
const REFRESH_MINIMUM = 600;

/** RAND: by how much of itself a time is moved. */
const RAND = 0.1;

/** RT of the first message: IRT + RAND * IRT. */
export function firstTimeout(irt: number, random: number): number {
  return irt * (1 + RAND * (2 * random - 1));
}

/**
 * RT of the first SOLICIT, in which advertisements are collected: strictly greater than IRT
 * (section 18.2.1).
 */
export function firstSolicitTimeout(irt: number, random: number): number {
  return irt * (1 + RAND * (1 - random));
}

/** RT of the next message: twice that of the one before, at most MRT, and RAND. */
export function nextTimeout(previous: number, mrt: number, random: number): number {
  const rand = RAND * (2 * random - 1);
  const timeout = (2 + rand) * previous;
  return mrt !== 0 && timeout > mrt ? (1 + rand) * mrt : timeout;
}

/**
 * The maximum retransmission time that a server asks for in seconds, in milliseconds; undefined
 * when it says none, or one that it may not.
 */
export function maxRt(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds >= MAX_RT_RANGE.least && seconds <= MAX_RT_RANGE.most ? seconds * 1000 : undefined;
}

/** How long information is good that came with this refresh time in seconds, or with none. */
export function refreshAfter(seconds: number = REFRESH_DEFAULT): number {
  return seconds === 0xffffffff ? Infinity : Math.max(seconds, REFRESH_MINIMUM) * 1000;
}
