import { SILENCE_REASONS, type SilenceReason } from "../engine/decision.ts";
import type { TransportCounters } from "../io/transport.ts";
import { type Applied, type LeaseChange, LeaseState } from "../leases/dhcp4/lease.ts";
import { MessageType } from "../wire/dhcp4/message.ts";

/** Why the pump, rather than the engine, left a datagram unanswered. */
export const DROP_REASONS = {
  undecodable: "the datagram is no DHCP message",
  "store-failed": "the lease could not be made durable, so no answer left",
  "waited-too-long": "it had waited longer to be received than its client waits for an answer",
  overload: "a DISCOVER that was left to be repeated, because more arrives than can be served and REQUESTs finish what was begun",
  stopped: "the server was stopped while the address was being probed",
  "internal-error": "a defect of this program: please report the log entry that goes with it",
} as const;

export type DropReason = keyof typeof DROP_REASONS;

/** What messages have changed, counted when it is durable. */
export interface ChangeCounts {
  /** Messages that changed something and have no answer, such as RELEASE. */
  noted: number;
  /** Leases given to a client anew, and given more time. */
  bound: number;
  renewed: number;
  released: number;
  /** Addresses put on probation, because a client declined them or a probe found them in use. */
  declined: number;
}

/**
 * What the server has done since it started; plain numbers that only grow. They add up: a datagram is undecodable, came in on an interface that is not
 * served, waited too long, is dropped for overload, or is received; what was received is answered (`sent`, or `notSent` of the transport), `silent`, `noted`, or `dropped` for another reason.
 */
export interface Counters extends ChangeCounts {
  /** By message type; 0: no type (BOOTP). */
  readonly received: Uint32Array;
  /** By message type, when the system has taken it. What could not be sent is in `TransportCounters.notSent`. */
  readonly sent: Uint32Array;
  readonly silent: Record<SilenceReason, number>;
  readonly dropped: Record<DropReason, number>;
  /** Probes for addresses in use that were started, those that were answered, and offers made without one because none could be made. */
  probes: number;
  conflicts: number;
  probesSkipped: number;
  /** Transactions, and those that failed. */
  commits: number;
  commitsFailed: number;
}

const TYPES = 256;

export function createCounters(): Counters {
  return {
    received: new Uint32Array(TYPES),
    sent: new Uint32Array(TYPES),
    silent: zeros(SILENCE_REASONS),
    dropped: zeros(DROP_REASONS),
    ...noChanges(),
    probes: 0,
    conflicts: 0,
    probesSkipped: 0,
    commits: 0,
    commitsFailed: 0,
  };
}

/** Counts by message type. */
export function countType(counts: Uint32Array, type: number): void {
  counts[type] = (counts[type] as number) + 1;
}

export function noChanges(): ChangeCounts {
  return { noted: 0, bound: 0, renewed: 0, released: 0, declined: 0 };
}

/** Adds `from` to `to`, and leaves zeros. */
export function moveChanges(from: ChangeCounts, to: ChangeCounts): void {
  to.noted += from.noted;
  to.bound += from.bound;
  to.renewed += from.renewed;
  to.released += from.released;
  to.declined += from.declined;
  from.noted = from.bound = from.renewed = from.released = from.declined = 0;
}

export function countApplied(counts: ChangeCounts, change: LeaseChange, { before }: Applied): void {
  if (change.kind !== "put") return;
  const { state } = change.lease;
  if (state === LeaseState.bound && before?.state === LeaseState.bound) counts.renewed++;
  else if (state === LeaseState.bound) counts.bound++;
  else if (state === LeaseState.released) counts.released++;
  else if (state === LeaseState.declined) counts.declined++;
}

/** Those that are not zero, by name, for logs and for people; with what the system lost before it could be counted, where `transport` is given. */
export function summarize(counters: Counters, transport?: TransportCounters): Record<string, number> {
  const summary: Record<string, number> = {};
  const add = (name: string, value: number) => {
    if (value > 0) summary[name] = value;
  };
  add("lost before receipt", transport?.receiveDropped ?? 0);
  for (const [reason, count] of Object.entries(transport?.notSent ?? {})) add(`not sent: ${reason}`, count);
  for (const [name, type] of Object.entries(MessageType)) add(`received ${name}`, counters.received[type] as number);
  add("received BOOTP", counters.received[0] as number);
  add(
    "received of unknown type",
    counters.received.reduce((sum, count, type) => (type > MessageType.TLS ? sum + count : sum), 0),
  );
  for (const [name, type] of Object.entries(MessageType)) add(`sent ${name}`, counters.sent[type] as number);
  add("sent BOOTP", counters.sent[0] as number);
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
    "commits",
    "commitsFailed",
  ] as const)
    add(name, counters[name]);
  return summary;
}

function zeros<K extends string>(names: Readonly<Record<K, string>>): Record<K, number> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, 0])) as Record<K, number>;
}
