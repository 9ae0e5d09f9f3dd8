import { formatDuration } from "../config/text/duration.ts";
import type { Decision, SilenceReason } from "../engine/decision.ts";
import { createLogAllowance, type LogAllowance, withLeftOut } from "../io/log-allowance.ts";
import type { Datagram } from "../io/transport.ts";
import { LeaseState } from "../leases/lease.ts";
import { toHex } from "../net/bytes.ts";
import { formatMac } from "../net/mac.ts";
import type { StoreError } from "../store/store.ts";
import { type Log, SaidFacts } from "./log.ts";
import type { Protocol, Subject } from "./protocol.ts";
import { bindsAnew, createSentences, type Entry, outcomeOf, puts } from "./sentences.ts";
import { createSilenceLog } from "./silence-log.ts";

export type { Entry } from "./sentences.ts";

/**
 * Tells the operator what happens to packets. Says nothing, and formats nothing, below the
 * configured level. Of what clients can cause at will no more than an allowance is written at the
 * levels at which a server is left to run.
 */
export interface EventLog<M, A, O> {
  /**
   * Says why a message is not answered, or waits. What else was decided is not true yet: it is
   * returned, for `tell`; undefined when nobody wants to know. To be asked before the changes of
   * the decision are carried out. `datagram`: how the message came in.
   */
  decided(request: M, decision: Decision<M, A, O>, datagram: Datagram<A>): Entry | undefined;
  /** Says what has come true. */
  tell(entry: Entry): void;
  /** Says that a message is not answered about which nothing is decided. */
  unanswered(request: M, reason: SilenceReason, datagram: Datagram<A>): void;
  /** The same of a message on an interface that is not served, which nobody has looked at. */
  notServed(datagram: Datagram<A>): void;
  /**
   * Somebody answered a probe; `hardwareAddress` is whose, where known. `probation` is its length
   * in seconds; undefined: the address was not put on it.
   */
  conflict(address: A, hardwareAddress: Uint8Array | undefined, probation: number | undefined): void;
  undecodable(datagram: Datagram<A>, problem: object): void;
  internalError(error: unknown, datagram: Datagram<A>): void;
  storeFailed(error: StoreError): void;
  /** A program that listens to happenings has thrown this. */
  listenerFailed(error: unknown): void;
  storeRecovered(): void;
  /** The log may have been given another level: from now on that counts. */
  readLevel(): void;
  /**
   * Says what was left out while it was too much and has not been told since, and looks at the
   * level; to be called every now and then.
   */
  sumUp(): void;
}

export interface EventLogParts<M, A, O> {
  readonly log: Log;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
  readonly protocol: Pick<Protocol<M, A, O>, "words" | "allowances" | "hooked">;
  /** Two unsigned 32-bit numbers that no client knows. */
  readonly secret: readonly [number, number];
  /** The state of the lease of an address as it stands; undefined: there is none. */
  readonly stateOf: (address: A) => LeaseState | undefined;
  /** The name of the network of an address; empty: none is configured for it. */
  readonly networkName: (address: A) => string;
  /** The name of an interface, or what it is called by its number. */
  readonly interfaceName: (index: number) => string;
  /** Name and address of an interface, for people; undefined: nothing is served there. */
  readonly describeInterface: (index: number) => string | undefined;
}

/**
 * What clients can cause at will, by what the entries are about, and how many of each are written a
 * minute. One kind does not use up what another may write. New leases: as many as a building has
 * that gets its power back. Renewals: a small network sees who is there, and of a large one, where
 * they are nearly all that happens, a sample costs nothing.
 */
const ALLOWED = {
  "new leases": 1000,
  renewals: 60,
  releases: 200,
  refusals: 60,
  warnings: 30,
  "a store that fails": 10,
  defects: 30,
} as const;

export function createEventLog<M, A, O>(parts: EventLogParts<M, A, O>): EventLog<M, A, O> {
  const { log, uptime, protocol, stateOf, networkName } = parts;
  const { words } = protocol;
  // Kept, so that a packet costs no call for each.
  let warn = false;
  let info = false;
  let debug = false;
  readLevel();
  const allowances = allowancesOf(ALLOWED, uptime);
  const sentences = createSentences(parts);
  const silences = createSilenceLog({ ...parts, protocol: protocol.hooked.protocol, words, sentences });
  const all = [...Object.entries(allowances), ...silences.allowances, ...protocol.allowances];

  function readLevel(): void {
    warn = log.isLevelEnabled("warn");
    info = log.isLevelEnabled("info");
    debug = log.isLevelEnabled("debug");
  }

  /**
   * How an entry begins to be made: how many were left out before it; undefined when it is one too
   * many. At `debug` everything is wanted.
   */
  function allowed(subject: Subject | "warnings", request: M): number | undefined {
    if (debug) return 0;
    return subject === "nothing to give" ? silences.takeNothingToGive(request) : allowances[subject].take();
  }

  function settled(
    request: M,
    decision: Extract<Decision<M, A, O>, { readonly kind: "reply" | "update" }>,
    datagram: Datagram<A>,
  ): Entry | undefined {
    if (!warn) return undefined;
    if (puts(decision.changes, LeaseState.declined)) {
      const leftOut = allowed("warnings", request);
      if (leftOut === undefined) return undefined;
      return after(sentences.declined(request, outcomeOf(decision, stateOf).declined, datagram), leftOut);
    }
    if (!info) return undefined;
    const subject = subjectOf(request, decision);
    if (subject === undefined && !debug) return undefined;
    const leftOut = subject === undefined ? 0 : allowed(subject, request);
    if (leftOut === undefined) return undefined;
    return after(sentences.settled(request, decision, outcomeOf(decision, stateOf), subject, datagram), leftOut);
  }

  /** Undefined: it is no news. Asked for every answer, so it puts nothing together. */
  function subjectOf(request: M, decision: Parameters<typeof settled>[1]): Subject | undefined {
    const { changes } = decision;
    if (puts(changes, LeaseState.bound)) return bindsAnew(changes, stateOf) ? "new leases" : "renewals";
    const subject = decision.kind === "update" ? "releases" : words.subjectOf(request, decision.message);
    return subject === "releases" && !puts(changes, undefined) ? undefined : subject;
  }

  function tell({ level, facts, text }: Entry): void {
    log[level](facts, text);
  }

  function unanswered(request: M, reason: SilenceReason, datagram: Datagram<A>): void {
    if (warn) silences.unanswered(request, reason, datagram, debug ? "debug" : info ? "info" : "warn");
  }

  return {
    decided(request, decision, datagram) {
      if (decision.kind === "reply" || decision.kind === "update") return settled(request, decision, datagram);
      if (decision.kind === "silence") unanswered(request, decision.reason, datagram);
      else if (debug) tell(sentences.waits(request, decision.about.address, datagram));
      return undefined;
    },
    tell,
    unanswered,
    readLevel,
    notServed(datagram) {
      if (info) silences.notServed(datagram, debug);
    },
    conflict(address, hardwareAddress, probation) {
      const leftOut = warn ? allowances.warnings.take() : undefined;
      if (leftOut === undefined) return;
      const text = words.format(address);
      const user = hardwareAddress && formatMac(hardwareAddress);
      const network = networkName(address);
      const facts = {
        kind: "conflict",
        protocol: protocol.hooked.protocol,
        address: text,
        ...(network === "" ? {} : { network }),
        ...(user === undefined ? {} : { hardware_address: user }),
      };
      const by = user === undefined ? "" : ` by ${user}`;
      const so = probation === undefined ? "it is no longer on offer" : `it is not given out for ${formatDuration(probation)}`;
      log.warn(new SaidFacts(facts), withLeftOut(`${text} is in use${by}, though nobody has a lease of it: ${so}`, leftOut));
    },
    undecodable(datagram, problem) {
      if (!debug) return;
      log.debug({ from: words.formatEndpoint(datagram.source, datagram.sourcePort), ...problem }, "not a DHCP message");
    },
    internalError(error, datagram) {
      const leftOut = allowances.defects.take();
      if (leftOut === undefined) return;
      const packet = toHex(datagram.bytes.subarray(0, datagram.length));
      const text = "a defect of this program: the packet was dropped; please report it with this entry";
      log.error({ err: error, packet }, withLeftOut(text, leftOut));
    },
    listenerFailed(error) {
      const leftOut = allowances.defects.take();
      if (leftOut !== undefined) log.error({ err: error }, withLeftOut("a listener to happenings failed", leftOut));
    },
    storeFailed(error) {
      const leftOut = allowances["a store that fails"].take();
      if (leftOut === undefined) return;
      log.error({ code: error.code }, withLeftOut(`no lease can be given until this is mended: ${error.message}`, leftOut));
    },
    storeRecovered() {
      const leftOut = allowances["a store that fails"].take();
      if (leftOut !== undefined) log.info(withLeftOut("leases are durable again: requests are answered", leftOut));
    },
    sumUp() {
      readLevel();
      for (const [subject, allowance] of all) {
        const count = allowance.overdue();
        if (count === 0) continue;
        log.info(new SaidFacts({ count }), `${count} entries about ${subject} were left out of this log: there were too many a minute`);
      }
    },
  };
}

function after({ level, facts, text }: Entry, leftOut: number): Entry {
  return { level, facts, text: withLeftOut(text, leftOut) };
}

function allowancesOf<S extends string>(allowed: Readonly<Record<S, number>>, uptime: () => number): Record<S, LogAllowance> {
  const entries = Object.entries<number>(allowed).map(([subject, count]) => [subject, createLogAllowance(count, uptime)]);
  return Object.fromEntries(entries) as Record<S, LogAllowance>;
}
