import { SILENCE_REASONS } from "../engine/decision.ts";
import type { Decision, Reply } from "../engine/dhcp4/decision.ts";
import type { Notice } from "../engine/notice.ts";
import type { Datagram } from "../io/transport.ts";
import type { Lease, LeaseChange } from "../leases/lease.ts";
import { toHex } from "../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../net/ipv4.ts";
import { formatMac } from "../net/mac.ts";
import type { StoreError } from "../store/store.ts";
import type { Problem } from "../wire/dhcp4/decode.ts";
import { type Message, MessageType } from "../wire/dhcp4/message.ts";
import { messageType, optionIpv4, optionValue } from "../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../wire/dhcp4/relay-agent-information.ts";
import type { Log } from "./log.ts";
import { createLogAllowance, type LogAllowance, withLeftOut } from "./log-allowance.ts";
import { createNoticeLog } from "./notice-log.ts";

/** One entry of the log, put together but not written. */
export interface Told {
  readonly level: "debug" | "info" | "warn";
  readonly facts: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * Tells the operator what happens to packets. Says nothing, and formats nothing, below the configured level. Of what clients can cause at will no more
 * than an allowance is written at the levels at which a server is left to run.
 */
export interface EventLog {
  /**
   * Says why a message is not answered, or waits. What else was decided is not true yet: it is returned, for `tell`; undefined when nobody
   * wants to know. `source`: where the message came from.
   */
  decided(request: Message, decision: Decision, source: Ipv4): Told | undefined;
  /** Says what has come true. */
  tell(told: Told): void;
  /** Somebody answered a probe; `hardwareAddress` is whose, where known. `probation` is its length in seconds; undefined: the address was not put on it. */
  conflict(address: Ipv4, hardwareAddress: Uint8Array | undefined, probation: number | undefined): void;
  /** What was found while a decision was made. */
  notice(notice: Notice): void;
  undecodable(datagram: Datagram, problem: Problem): void;
  internalError(error: unknown, datagram: Datagram): void;
  storeFailed(error: StoreError): void;
  /** A program that listens to happenings has thrown this. */
  listenerFailed(error: unknown): void;
  storeRecovered(): void;
  /** Says what was left out while it was too much and has not been told since; to be called every now and then. */
  sumUp(): void;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(MessageType).map(([name, type]) => [type, name]));
const REQUESTED_ADDRESS = 50;
const MESSAGE = 56;
const CLIENT_IDENTIFIER = 61;
const RELAY_AGENT_INFORMATION = 82;
/**
 * What clients can cause at will, by what the entries are about, and how many of each are written a minute: as many new leases as a building has
 * that gets its power back, and of the rest enough to see what is going on. One kind does not use up what another may write.
 */
const ALLOWED = {
  "new leases": 1000,
  refusals: 60,
  releases: 200,
  "BOOTP clients": 60,
  "other messages": 60,
  warnings: 30,
  "a store that fails": 10,
  defects: 30,
} as const;

type Subject = keyof typeof ALLOWED;

/** `uptime`: milliseconds that never go back. */
export function createEventLog(log: Log, uptime: () => number): EventLog {
  const info = log.isLevelEnabled("info");
  const debug = log.isLevelEnabled("debug");
  const allowances = Object.fromEntries(
    Object.entries(ALLOWED).map(([subject, entries]) => [subject, createLogAllowance(entries, uptime)]),
  ) as Record<Subject, LogAllowance>;

  const notices = createNoticeLog(log, uptime);

  function warn(facts: Readonly<Record<string, string>>, text: string): void {
    const leftOut = allowances.warnings.take();
    if (leftOut !== undefined) log.warn(facts, withLeftOut(text, leftOut));
  }

  /** How an entry at `info` begins to be made: undefined when it is one too many. At `debug` everything is wanted. */
  function allowed(subject: Subject): number | undefined {
    return debug ? 0 : allowances[subject].take();
  }

  /** Something is wrong in the network, and the operator should know (RFC 2131 section 4.3.3). */
  function declined(request: Message, { address, start, expiry }: Lease): Told {
    const text = formatIpv4(address);
    return {
      level: "warn",
      facts: { ...who(request), address: text },
      text: `${text} is in use, says its client (DHCPDECLINE): it is not given out for ${expiry - start} s`,
    };
  }

  function noted(request: Message, [change]: readonly LeaseChange[]): Told | undefined {
    if (messageType(request) === MessageType.DECLINE && change?.kind === "put") return declined(request, change.lease);
    const leftOut = info ? allowed("releases") : undefined;
    if (leftOut === undefined) return undefined;
    const address = change === undefined ? {} : { address: formatIpv4(addressOf(change)) };
    return { level: "info", facts: { ...who(request), ...address }, text: withLeftOut(`${nameOf(request)} noted`, leftOut) };
  }

  function answered(request: Message, { message: reply, to }: Reply): Told | undefined {
    const type = messageType(reply);
    // An OFFER is only a promise; a client that renews, and a question about leases, are no news.
    const isQuery = messageType(request) === MessageType.LEASEQUERY;
    const level = type === MessageType.OFFER || request.ciaddr !== 0 || isQuery ? "debug" : "info";
    if (!(level === "debug" ? debug : info)) return undefined;
    const leftOut = level === "debug" ? 0 : allowed(subjectOf(request, reply));
    if (leftOut === undefined) return undefined;
    const about = formatIpv4(isQuery ? reply.ciaddr : reply.yiaddr || askedFor(request));
    const facts = { ...who(request), address: about, to: `${formatIpv4(to.address)}:${to.port}` };
    const of = reply.yiaddr === 0 ? "" : ` of ${about}`;
    return { level, facts, text: withLeftOut(`${nameOf(request)} answered with ${nameOf(reply)}${of}${why(reply)}`, leftOut) };
  }

  return {
    notice: notices.notice,
    decided(request, decision, source) {
      if (decision.kind === "reply") return answered(request, decision);
      if (decision.kind === "update") return noted(request, decision.changes);
      if (!debug) return undefined;
      if (decision.kind === "question") {
        log.debug({ ...who(request), address: formatIpv4(decision.about.address) }, `${nameOf(request)} waits: is the address in use?`);
      } else {
        log.debug(
          { ...who(request), from: formatIpv4(source), reason: decision.reason },
          `${nameOf(request)} not answered: ${SILENCE_REASONS[decision.reason]}`,
        );
      }
      return undefined;
    },
    tell({ level, facts, text }) {
      if (level === "warn") warn(facts, text);
      else log[level](facts, text);
    },
    conflict(address, hardwareAddress, probation) {
      const facts = { address: formatIpv4(address), ...(hardwareAddress === undefined ? {} : { usedBy: formatMac(hardwareAddress) }) };
      const by = facts.usedBy === undefined ? "" : ` by ${facts.usedBy}`;
      const so = probation === undefined ? "it is no longer on offer" : `it is not given out for ${probation} s`;
      warn(facts, `${facts.address} is in use${by}, though nobody has a lease of it: ${so}`);
    },
    undecodable(datagram, problem) {
      if (!debug) return;
      log.debug({ from: `${formatIpv4(datagram.source)}:${datagram.sourcePort}`, ...problem }, "not a DHCP message");
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
      for (const [subject, allowance] of [...Object.entries(allowances), ...notices.allowances]) {
        const count = allowance.overdue();
        if (count > 0) log.info({ count }, `${count} entries about ${subject} were left out of this log: there were too many a minute`);
      }
    },
  };
}

/** What an entry at `info` about an answer is about. */
function subjectOf(request: Message, reply: Message): Subject {
  if (messageType(request) === undefined) return "BOOTP clients";
  if (messageType(reply) === MessageType.NAK) return "refusals";
  return reply.yiaddr === 0 ? "other messages" : "new leases";
}

function addressOf(change: LeaseChange): Ipv4 {
  if (change.kind === "put") return change.lease.address;
  return change.kind === "hold" ? change.hold.address : change.address;
}

/** Why a DHCPNAK was sent, in the words that the client is sent too (option 56). */
function why(reply: Message): string {
  const reason = messageType(reply) === MessageType.NAK ? optionValue(reply, MESSAGE) : undefined;
  return reason === undefined ? "" : `: ${new TextDecoder().decode(reason)}`;
}

/** The address that a REQUEST or an INFORM is about. A DISCOVER only has a wish. */
function askedFor(request: Message): Ipv4 {
  const requested = messageType(request) === MessageType.REQUEST ? optionIpv4(request, REQUESTED_ADDRESS) : undefined;
  return requested ?? request.ciaddr;
}

function nameOf(message: Message): string {
  return TYPE_NAMES.get(messageType(message) ?? 0) ?? "BOOTP message";
}

function who(request: Message): Record<string, string> {
  const identifier = optionValue(request, CLIENT_IDENTIFIER);
  return {
    ...(request.chaddr.length === 0 ? {} : { chaddr: formatMac(request.chaddr) }),
    ...(identifier === undefined ? {} : { clientIdentifier: toHex(identifier) }),
    ...(request.giaddr === 0 ? {} : { relay: formatIpv4(request.giaddr) }),
    ...where(request),
  };
}

/** Where the relay says that the client is (RFC 3046 sections 3.1 and 3.2). */
function where(request: Message): Record<string, string> {
  const information = optionValue(request, RELAY_AGENT_INFORMATION);
  const circuitId = information && subOption(information, RelaySubOption.circuitId);
  const remoteId = information && subOption(information, RelaySubOption.remoteId);
  return {
    ...(circuitId === undefined ? {} : { circuitId: toHex(circuitId) }),
    ...(remoteId === undefined ? {} : { remoteId: toHex(remoteId) }),
  };
}
