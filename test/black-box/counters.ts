import assert from "node:assert/strict";

/** What is to have happened. Clients repeat themselves when the machine is busy, so messages are counted "at least", leases exactly. */
export interface Expected {
  readonly discovers: number;
  readonly requests: number;
  /** How often a lease was given anew. */
  readonly bound: number;
  /** RELEASE messages. */
  readonly released?: number;
  /** Leases taken back because their client got another one. */
  readonly superseded?: number;
  readonly naks?: number;
}

/** The server's last counters tell of an undisturbed life: every message answered, none dropped, every commit a success. */
export function assertAllAnswered(counters: Readonly<Record<string, number>>, expected: Expected): void {
  const { discovers, requests, bound, released = 0, superseded = 0, naks = 0 } = expected;
  const { commits = 0, "received DISCOVER": discovered = 0, "received REQUEST": requested = 0, ...others } = counters;
  assert.ok(discovered >= discovers && requested >= requests && commits > 0, JSON.stringify(counters));
  const acks = requested - naks;
  const rest = {
    "received RELEASE": released,
    "sent OFFER": discovered,
    "sent ACK": acks,
    "sent NAK": naks,
    noted: released,
    bound,
    renewed: acks - bound,
    released: released + superseded,
  };
  assert.deepEqual(others, Object.fromEntries(Object.entries(rest).filter(([, count]) => count > 0)));
}
