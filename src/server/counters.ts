import { SILENCE_REASONS, type SilenceReason } from "../engine/decision.ts";
import type { TransportCounters } from "../io/transport.ts";
import type { HappeningCounts } from "./happenings.ts";
import { createMeasures, type Measures } from "./measures.ts";
import type { Kinds } from "./protocol.ts";

/** Why the pump, rather than the engine, left a datagram unanswered. */
export const DROP_REASONS = {
  undecodable: "the datagram is no DHCP message",
  "store-failed": "the lease could not be made durable, so no answer left",
  "waited-too-long": "it had waited longer to be received than its client waits for an answer",
  overload: "it begins an exchange and was left to be repeated, because more arrives than can be served and others finish what was begun",
  "behind-hook": "earlier messages of its client wait for a hook, and there are too many of them, or too many of all clients",
  "too-many-connections": "as many requesters of bulk leasequery are connected as are served at one time",
  stopped: "the server was stopped while the address was being probed",
  "internal-error": "a defect of this program: please report the log entry that goes with it",
} as const;

/** Why the pump left a datagram unanswered: a key of `DROP_REASONS`. */
export type DropReason = keyof typeof DROP_REASONS;

/**
 * What the server has done since it started; plain numbers that only grow, and beside them what is
 * measured. They add up: a datagram
 * is undecodable, came in on an interface that is not served, waited too long, is dropped for
 * overload, or is received; what was received is answered (`sent`, or `notSent` of the transport),
 * `silent`, `noted`, or `dropped` for another reason. Bulk leasequery stands beside that: a query
 * has any number of answers, and a connection that is refused is `silent` or `dropped` although
 * nothing was received.
 */
export interface Counters {
  /** What `received` and `sent` count by: message types; 0: no type (BOOTP). */
  readonly kinds: Kinds;
  /** By kind. */
  readonly received: Uint32Array;
  /**
   * By kind, when the system has taken it. What could not be sent is in
   * `TransportCounters.notSent`.
   */
  readonly sent: Uint32Array;
  readonly silent: Record<SilenceReason, number>;
  readonly dropped: Record<DropReason, number>;
  /** Messages that changed something and have no answer, such as RELEASE. */
  noted: number;
  /** Leases given to a client anew, and given more time. */
  bound: number;
  renewed: number;
  released: number;
  /** Addresses put on probation, because a client declined them or a probe found them in use. */
  declined: number;
  /**
   * Probes for addresses in use that were started, those that were answered, and offers made
   * without one because none could be made.
   */
  probes: number;
  conflicts: number;
  probesSkipped: number;
  /**
   * Hooks that were asked about a message or an answer; those that threw or returned what is none;
   * those that took longer than their budget; messages and answers about which none could be asked,
   * because too many wait or the thread of the hooks is down.
   */
  hookCalls: number;
  hookFailures: number;
  hookTimeouts: number;
  hooksSkipped: number;
  /**
   * Classes that a hook named and that can't be given: there are none, or they have an expression.
   */
  hookUnknownClasses: number;
  /** Changes of leases that no hook was told of, because too many wait or the thread is down. */
  hookEventsLost: number;
  /** How often the thread of the hooks was started again; it is one for all protocols. */
  hookRestarts: number;
  /** Transactions, and those that failed. */
  commits: number;
  commitsFailed: number;
  readonly measures: Measures;
}

const KINDS = 256;

export function createCounters(kinds: Kinds): Counters {
  return {
    kinds,
    received: new Uint32Array(KINDS),
    sent: new Uint32Array(KINDS),
    silent: zeros(SILENCE_REASONS),
    dropped: zeros(DROP_REASONS),
    noted: 0,
    bound: 0,
    renewed: 0,
    released: 0,
    declined: 0,
    probes: 0,
    conflicts: 0,
    probesSkipped: 0,
    hookCalls: 0,
    hookFailures: 0,
    hookTimeouts: 0,
    hooksSkipped: 0,
    hookUnknownClasses: 0,
    hookEventsLost: 0,
    hookRestarts: 0,
    commits: 0,
    commitsFailed: 0,
    measures: createMeasures(),
  };
}

/** Counts one of a kind. */
export function countKind(counts: Uint32Array, kind: number): void {
  counts[kind] = (counts[kind] as number) + 1;
}

/**
 * Adds what has come true of leases. What runs out is no doing of a message, and what an operator
 * removes is none of a client.
 */
export function addHappenings({ bound, renewed, released, declined, conflict }: HappeningCounts, to: Counters): void {
  to.bound += bound;
  to.renewed += renewed;
  to.released += released;
  to.declined += declined + conflict;
}

/**
 * Those that are not zero, by name, for logs and for people; with what the system lost before it
 * could be counted, where `transport` is given.
 */
export function summarize(counters: Counters, transport?: TransportCounters): Record<string, number> {
  const summary: Record<string, number> = {};
  const add = (name: string, value: number) => {
    if (value > 0) summary[name] = value;
  };
  add("lost before receipt", transport?.receiveDropped ?? 0);
  for (const [reason, count] of Object.entries(transport?.notSent ?? {})) add(`not sent: ${reason}`, count);
  const { kinds } = counters;
  for (const [kind, name] of kinds) add(`received ${name}`, counters.received[kind] as number);
  add(
    "received of unknown type",
    counters.received.reduce((sum, count, kind) => (kinds.has(kind) ? sum : sum + count), 0),
  );
  for (const [kind, name] of kinds) add(`sent ${name}`, counters.sent[kind] as number);
  for (const [reason, count] of Object.entries(counters.silent)) add(`silent: ${reason}`, count);
  add("noted", counters.noted);
  for (const [reason, count] of Object.entries(counters.dropped)) add(`dropped: ${reason}`, count);
  for (const name of [
    "bound",
    "renewed",
    "released",
    "declined",
    "probes",
    "conflicts",
    "probesSkipped",
    "hookCalls",
    "hookFailures",
    "hookTimeouts",
    "hooksSkipped",
    "hookUnknownClasses",
    "hookEventsLost",
    "hookRestarts",
    "commits",
    "commitsFailed",
  ] as const)
    add(name, counters[name]);
  return summary;
}

function zeros<K extends string>(names: Readonly<Record<K, string>>): Record<K, number> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<K, number>;
}
