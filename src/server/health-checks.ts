import { SEND_FAILURES, type SendFailure, type TransportCounters } from "../io/transport.ts";
import type { StoreError } from "../store/store.ts";
import type { Counters } from "./counters.ts";
import type { Finding, HealthCheck } from "./health.ts";
import { STUCK_AFTER } from "./heartbeat.ts";
import { type MissingInterface, NO_LINK } from "./interface-list.ts";

/*
 * What may be wrong with a protocol that is served, each looked at once a second or so: from
 * numbers that are kept anyway, so that no packet costs more for it.
 */

/** How long it is remembered that the server stood still, in milliseconds. */
const STOOD_STILL_FOR = 60_000;
/** Of what was sent within so many milliseconds ... */
const SEND_WINDOW = 10_000;
/** ... so many failed at least, and not less than left. */
const FEWEST_FAILURES = 5;
/** So many lost datagrams are no accident. */
const MANY_LOST = 100;

/** What is looked at of a protocol that is served. */
export interface CheckedService {
  /** What people call the protocol. */
  readonly name: string;
  readonly counters: Pick<Counters, "commits" | "commitsFailed">;
  transportCounters(): TransportCounters;
  /** Why the sockets are no longer what they were; undefined: they are. */
  socketProblem(): string | undefined;
  /** Why leases can't be made durable; undefined: they are. */
  storeFailure(): StoreError | undefined;
  /** Commits that were begun and are not over. */
  underWay(): number;
  interfaces(): {
    readonly served: readonly unknown[];
    readonly missing: readonly MissingInterface[];
    /** Those that are served and hear nobody, for they have no link. */
    readonly linkless: ReadonlySet<string>;
  };
  /** What the sockets can't do on the interfaces that are served, one sentence each. */
  unheard(): readonly string[];
  /** Where there is nothing left to give, one sentence each. */
  exhausted(): readonly { readonly network: string; readonly reason: string }[];
}

/** What may be wrong with it. */
export function checksOf(service: CheckedService): readonly HealthCheck[] {
  return [
    storeCheck(service),
    commitsCheck(service),
    socketCheck(service),
    interfaceCheck(service),
    receiveCheck(service),
    sendCheck(service),
    poolCheck(service),
  ];
}

/** The lease database is not where it was: nothing can be written to it. */
export function storeInPlaceCheck(store: { readonly usable: boolean; readonly description: string }): HealthCheck {
  const finding: Finding = {
    state: "failed",
    about: "store",
    reason: `the lease database is no longer in its place, so no lease can be given (${store.description})`,
  };
  return () => (store.usable ? [] : [finding]);
}

/**
 * This very check was not made for a while, though it should have been: the event loop was held up,
 * or the process was stopped.
 */
export function standstillCheck(): HealthCheck {
  let last: number | undefined;
  let found: { readonly finding: Finding; readonly at: number } | undefined;
  return (now) => {
    const still = now - (last ?? now);
    last = now;
    if (still >= STUCK_AFTER) {
      const reason = `the server stood still for ${Math.round(still / 1000)} s: it was stopped, or the machine has too much to do`;
      found = { at: now, finding: { state: "degraded", about: "standstill", reason } };
    }
    return found !== undefined && now - found.at < STOOD_STILL_FOR ? [found.finding] : [];
  };
}

function storeCheck({ name, storeFailure }: CheckedService): HealthCheck {
  return () => {
    const error = storeFailure();
    return error === undefined ? [] : [failed(`${name} store`, `${name}: no lease can be given: ${error.message}`)];
  };
}

/** Commits are under way, and none has come to its end for a while. */
function commitsCheck({ name, counters, underWay }: CheckedService): HealthCheck {
  let ended = -1;
  let since = 0;
  return (now) => {
    const present = counters.commits + counters.commitsFailed;
    if (underWay() === 0 || present !== ended) {
      ended = present;
      since = now;
    }
    const still = now - since;
    if (still < STUCK_AFTER) return [];
    const reason = `${name}: leases have been waiting to be written for ${Math.round(still / 1000)} s, and nobody is answered meanwhile: the disk hangs, or the thread that writes`;
    return [failed(`${name} commits`, reason)];
  };
}

function socketCheck({ name, socketProblem }: CheckedService): HealthCheck {
  return () => {
    const problem = socketProblem();
    return problem === undefined ? [] : [failed(`${name} socket`, `${name}: ${problem}`)];
  };
}

function interfaceCheck({ name, interfaces, unheard }: CheckedService): HealthCheck {
  return () => {
    const { served, missing, linkless } = interfaces();
    const findings = [
      ...missing.map(({ name: one, problem }) => degraded(`${name} interface ${one}`, `${name}: ${problem}`)),
      ...[...linkless].map((one) => degraded(`${name} link ${one}`, `${name}: ${one} ${NO_LINK}`)),
      ...unheard().map((text) => degraded(`${name} ${text}`, `${name}: ${text}`)),
    ];
    return served.length > 0 ? findings : [failed(`${name} interfaces`, `${name}: no interface is served`), ...findings];
  };
}

/** The kernel drops what comes in, and nothing is read. */
function receiveCheck({ name, transportCounters }: CheckedService): HealthCheck {
  let received = -1;
  let dropped = 0;
  let since = 0;
  return (now) => {
    const counters = transportCounters();
    if (counters.received !== received) {
      received = counters.received;
      dropped = counters.receiveDropped;
      since = now;
    }
    if (counters.receiveDropped - dropped < MANY_LOST || now - since < STUCK_AFTER) return [];
    const reason = `${name}: nothing has been read for ${Math.round((now - since) / 1000)} s, and ${counters.receiveDropped - dropped} datagrams were lost meanwhile`;
    // Whoever sends what has wrong checksums must not have the server look worse than that.
    return [degraded(`${name} receive`, reason)];
  };
}

/** Of what should have left lately, most did not. */
function sendCheck({ name, transportCounters }: CheckedService): HealthCheck {
  let past: { readonly at: number; readonly counters: TransportCounters } | undefined;
  let finding: Finding | undefined;
  return (now) => {
    if (past !== undefined && now - past.at < SEND_WINDOW) return finding === undefined ? [] : [finding];
    const counters = transportCounters();
    finding = past && sendFinding(name, past.counters, counters);
    past = { at: now, counters };
    return finding === undefined ? [] : [finding];
  };
}

function sendFinding(name: string, before: TransportCounters, now: TransportCounters): Finding | undefined {
  let all = 0;
  let worst: SendFailure = "other";
  let most = 0;
  for (const reason of Object.keys(SEND_FAILURES) as SendFailure[]) {
    const count = now.notSent[reason] - before.notSent[reason];
    all += count;
    if (count <= most) continue;
    most = count;
    worst = reason;
  }
  if (all < FEWEST_FAILURES || all < now.sent - before.sent) return undefined;
  return degraded(`${name} send`, `${name}: ${all} replies could not be sent within ${SEND_WINDOW / 1000} s: ${SEND_FAILURES[worst]}`);
}

function poolCheck({ name, exhausted }: CheckedService): HealthCheck {
  return () => exhausted().map(({ network, reason }) => degraded(`${name} pool ${network}`, `${name}: ${reason}`));
}

function failed(about: string, reason: string): Finding {
  return { state: "failed", about, reason };
}

function degraded(about: string, reason: string): Finding {
  return { state: "degraded", about, reason };
}
