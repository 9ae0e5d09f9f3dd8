/**
 * The client's delays, in milliseconds (RFC 2131 sections 3.1, 4.1, 4.4.1 and 4.4.5). `random` is
 * uniform in [0, 1).
 */

/**
 * How often a REQUEST is sent before the client starts over: 4 + 8 + 16 + 32 = 60 seconds (section
 * 3.1, item 5).
 */
export const TRANSMISSIONS = 4;

/**
 * How long a client waits before it starts over after a conflict (section 3.1, item 5), or after a
 * server that refused its own offer.
 */
export const RESTART_DELAY = 10_000;

/**
 * Before the retransmission number `attempt` + 1: 4, 8, 16, 32, then always 64 seconds, each one
 * second more or less at random.
 */
export function retransmissionDelay(attempt: number, random: number): number {
  return Math.min(4 * 2 ** attempt, 64) * 1000 + (2 * random - 1) * 1000;
}

/**
 * Before a REQUEST that extends a lease is sent again: half of what remains until `deadline`, but
 * at least 60 seconds, and never past it.
 */
export function extensionDelay(now: number, deadline: number): number {
  return Math.min(Math.max((deadline - now) / 2, 60_000), deadline - now);
}

/**
 * Before the first DISCOVER: one to ten seconds, so that machines that start together don't ask
 * together.
 */
export function startDelay(random: number): number {
  return 1000 + random * 9000;
}
