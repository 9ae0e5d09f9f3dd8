import type { Decision, Reply } from "../engine/decision.ts";
import { SILENCE_REASONS } from "../engine/decision.ts";
import type { Datagram } from "../io/transport.ts";
import type { Lease, LeaseChange } from "../leases/lease.ts";
import { LeaseState } from "../leases/lease.ts";
import { toHex } from "../net/bytes.ts";
import { formatMac } from "../net/mac.ts";
import type { StoreError } from "../store/store.ts";
import type { Log } from "./log.ts";
import { createLogAllowance, type LogAllowance, withLeftOut } from "./log-allowance.ts";
import type { Facts, Protocol } from "./protocol.ts";

/** One entry of the log, put together but not written. */
export interface Entry {
  readonly level: "debug" | "info" | "warn";
  readonly facts: Facts;
  readonly text: string;
}

/**
 * Tells the operator what happens to packets. Says nothing, and formats nothing, below the
 * configured level. Of what clients can cause at will no more than an allowance is written at the
 * levels at which a server is left to run.
 */
export interface EventLog<M, A, O> {
  /**
   * Says why a message is not answered, or waits. What else was decided is not true yet: it is
   * returned, for `tell`; undefined when nobody wants to know. `source`: where the message came
   * from.
   */
  decided(request: M, decision: Decision<M, A, O>, source: A): Entry | undefined;
  /** Says what has come true. */
  tell(entry: Entry): void;
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
  /**
   * Says what was left out while it was too much and has not been told since; to be called every
   * now and then.
   */
  sumUp(): void;
}

/**
 * What clients can cause at will, by what the entries are about, and how many of each are written a
 * minute, besides what is allowed of answers: enough to see what is going on. One kind does not use
 * up what another may write.
 */
const ALLOWED = { releases: 200, warnings: 30, "a store that fails": 10, defects: 30 } as const;

/** `uptime`: milliseconds that never go back. */
export function createEventLog<M, A, O>(
  log: Log,
  uptime: () => number,
  { words, allowances: others }: Pick<Protocol<M, A, O>, "words" | "allowances">,
): EventLog<M, A, O> {
  const info = log.isLevelEnabled("info");
  const debug = log.isLevelEnabled("debug");
  const allowances = allowancesOf(ALLOWED, uptime);
  const answers: Readonly<Record<string, LogAllowance>> = allowancesOf(words.allowed, uptime);

  function warn(facts: Facts, text: string): void {
    const leftOut = allowances.warnings.take();
    if (leftOut !== undefined) log.warn(facts, withLeftOut(text, leftOut));
  }

  /**
   * How an entry at `info` begins to be made: undefined when it is one too many. At `debug`
   * everything is wanted.
   */
  function allowed(allowance: LogAllowance | undefined): number | undefined {
    return debug ? 0 : allowance?.take();
  }

  /** Something is wrong in the network, and the operator should know (RFC 2131 section 4.3.3). */
  function declined(request: M, { address, start, expiry }: Lease<A, O>): Entry {
    const text = words.format(address);
    return {
      level: "warn",
      facts: { ...words.who(request), address: text },
      text: `${text} is in use, says its client (DHCP${words.nameOf(request)}): it is not given out for ${expiry - start} s`,
    };
  }

  function noted(request: M, changes: readonly LeaseChange<A, O>[]): Entry | undefined {
    const [change] = changes;
    const leftOut = info ? allowed(allowances.releases) : undefined;
    if (leftOut === undefined) return undefined;
    const address = change === undefined ? {} : { address: words.format(addressOf(change)) };
    return { level: "info", facts: { ...words.who(request), ...address }, text: withLeftOut(`${words.nameOf(request)} noted`, leftOut) };
  }

  function answered(request: M, { message: reply, to }: Reply<M, A, O>): Entry | undefined {
    const level = words.isNews(request, reply) ? "info" : "debug";
    if (!(level === "debug" ? debug : info)) return undefined;
    const leftOut = level === "debug" ? 0 : allowed(answers[words.subjectOf(request, reply)]);
    if (leftOut === undefined) return undefined;
    const address = words.addressOf(request, reply);
    const facts = { ...words.who(request), address, to: words.formatEndpoint(to.address, to.port) };
    return { level, facts, text: withLeftOut(`${words.nameOf(request)} answered with ${words.describe(reply)}`, leftOut) };
  }

  return {
    decided(request, decision, source) {
      if (decision.kind === "reply" || decision.kind === "update") {
        const lease = declinedBy(decision.changes);
        if (lease !== undefined) return declined(request, lease);
        return decision.kind === "reply" ? answered(request, decision) : noted(request, decision.changes);
      }
      if (!debug) return undefined;
      if (decision.kind === "question") {
        const address = words.format(decision.about.address);
        log.debug({ ...words.who(request), address }, `${words.nameOf(request)} waits: is the address in use?`);
      } else {
        const facts = { ...words.who(request), from: words.format(source), reason: decision.reason };
        log.debug(facts, `${words.nameOf(request)} not answered: ${SILENCE_REASONS[decision.reason]}`);
      }
      return undefined;
    },
    tell({ level, facts, text }) {
      if (level === "warn") warn(facts, text);
      else log[level](facts, text);
    },
    conflict(address, hardwareAddress, probation) {
      const facts = { address: words.format(address), ...(hardwareAddress === undefined ? {} : { usedBy: formatMac(hardwareAddress) }) };
      const by = facts.usedBy === undefined ? "" : ` by ${facts.usedBy}`;
      const so = probation === undefined ? "it is no longer on offer" : `it is not given out for ${probation} s`;
      warn(facts, `${facts.address} is in use${by}, though nobody has a lease of it: ${so}`);
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
      for (const [subject, allowance] of [...Object.entries(answers), ...Object.entries(allowances), ...others]) {
        const count = allowance.overdue();
        if (count > 0) log.info({ count }, `${count} entries about ${subject} were left out of this log: there were too many a minute`);
      }
    },
  };
}

function allowancesOf<S extends string>(allowed: Readonly<Record<S, number>>, uptime: () => number): Record<S, LogAllowance> {
  const entries = Object.entries<number>(allowed).map(([subject, count]) => [subject, createLogAllowance(count, uptime)]);
  return Object.fromEntries(entries) as Record<S, LogAllowance>;
}

/** The lease of an address that its client has found in use. */
function declinedBy<A, O>(changes: readonly LeaseChange<A, O>[]): Lease<A, O> | undefined {
  for (const change of changes) if (change.kind === "put" && change.lease.state === LeaseState.declined) return change.lease;
  return undefined;
}

function addressOf<A, O>(change: LeaseChange<A, O>): A {
  if (change.kind === "put") return change.lease.address;
  return change.kind === "hold" ? change.hold.address : change.address;
}
