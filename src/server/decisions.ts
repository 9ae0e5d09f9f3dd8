import { type Decision, SILENCE_REASONS, type SilenceReason } from "../engine/decision.ts";
import type { Datagram } from "../io/transport.ts";
import type { Lease, Seconds } from "../leases/lease.ts";
import { equalBytes, fromHex } from "../net/bytes.ts";
import { createDecisionLog, FAILURES, type Failure, type KeptAddresses, type KeptDecision, Outcome } from "./decision-log.ts";
import type { Protocol, TraceFact, TraceListener } from "./protocol.ts";
import { inTurn } from "./reload.ts";
import { RefusedError, type RequestHandler } from "./requests.ts";

/*
 * What was decided about one client lately, and why. Whoever asks is told of the messages that are
 * still kept; and because a decision depends on nothing but what is given to it, the rules that led
 * to it are found by deciding about the same message again. What has changed since then, such as
 * leases, may lead elsewhere: so a client that was asked about is watched for a while, and the
 * rules that were applied to its next messages are kept as they are applied.
 */

/** Decisions that are told of one client, the last ones. */
const MOST_TOLD = 50;
/** Messages that are looked at in one turn of the event loop, and decided about again. */
const LOOKED_AT_ONCE = 500;
const DECIDED_AT_ONCE = 5;

/** How long a client that was asked about is watched, in milliseconds, and how many are. */
const WATCHED_FOR = 600_000;
const MOST_WATCHED = 16;
/** So many traces are kept of all that are watched, and so many rules in one. */
const MOST_TRACES = 512;
const MOST_EVENTS = 200;

/** What a protocol knows of messages that its server keeps. */
export interface Explained<M, A, O> {
  readonly addresses: KeptAddresses<M, A>;
  /** Undefined: it is no address of this protocol. */
  parseAddress(text: string): A | undefined;
  /** Whether the client that sent it is known by these bytes. */
  isOf(message: M, identity: Uint8Array): boolean;
  /** What the owner of a lease is known by in its messages. */
  identitiesOf(owner: O): readonly Uint8Array[];
  /**
   * Decides as if the message came now on an interface that is served. Nothing comes of it, and
   * nobody is told.
   */
  explain(message: M, datagram: Datagram<A>, now: Seconds, trace: TraceListener): Decision<M, A, O>;
  /** What a rule tells, in words. */
  describe(event: TraceFact): string;
  /** The message with its options, for people. */
  format(message: M): string;
}

/** What was decided about a message, for an operator. */
export interface ToldDecision {
  /** As in RFC 3339. */
  readonly time: string;
  readonly protocol: string;
  /** The interface on which it came in, and who sent it. */
  readonly interface: string;
  readonly from: string;
  /** The name of its type. */
  readonly message: string;
  /** What was done about it, in words. */
  readonly outcome: string;
  /** Why it was not answered, or nothing came of what was decided. */
  readonly reason?: SilenceReason | Failure;
  /** What the outcome is about. */
  readonly address?: string;
  /** The message with its options, line by line. */
  readonly decoded: readonly string[];
  /**
   * The rules that were applied, in their order: those that led to the outcome (`then`), or those
   * that would be applied to the same message now.
   */
  readonly trace: readonly ToldRule[];
  readonly traced: "then" | "now";
}

/** A rule that was applied, in words. */
export interface ToldRule {
  readonly rule: string;
  readonly text: string;
}

/** What an operator may ask of one protocol. */
export interface DecisionsOf {
  /**
   * The last decisions about a client, the oldest first, and watches it from now on. `client`: a
   * hardware address, client identifier or DUID in hex, or an address that it has or was given.
   */
  of(client: string): Promise<readonly ToldDecision[]>;
}

/** Keeps what is decided. */
export interface Decisions<M, A, O> extends DecisionsOf {
  /**
   * To be asked before each decision: told of the rules that are applied, where the client is
   * watched.
   */
  watch(message: M): TraceListener | undefined;
  /** To be told after each decision. Returns the number that it is known by. */
  record(datagram: Datagram<A>, decision: Decision<M, A, O>, now: Seconds): number;
  /**
   * To be told that nothing came of one: its answer could not be sent, or its lease not written.
   */
  fail(number: number, failure: Failure): void;
  /** Ends what has been watched for long enough; to be called every now and then. */
  look(): void;
}

export interface DecisionsParts<M, A, O> {
  /** What people call the protocol. */
  readonly name: string;
  readonly protocol: Protocol<M, A, O> & { readonly explained: Explained<M, A, O> };
  readonly byAddress: (address: A) => Lease<A, O> | undefined;
  /** The name of an interface; undefined: it is not served now. */
  readonly interfaceName: (index: number) => string;
  /** Lease time. */
  readonly clock: () => Seconds;
  /** Added to that: seconds since 1970. */
  readonly wallOffset: () => number;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
}

interface Watched {
  readonly identity: Uint8Array;
  readonly until: number;
}

export function createDecisions<M, A, O>(parts: DecisionsParts<M, A, O>): Decisions<M, A, O> {
  const { name, protocol, clock, uptime } = parts;
  const { explained, words, kinds } = protocol;
  const log = createDecisionLog<M, A, O>(explained.addresses, protocol.kindOf);
  let watched: Watched[] = [];
  /** By the number of the decision, the oldest first. */
  const traces = new Map<number, readonly TraceFact[]>();
  /** What is told about the message that is being decided about. */
  let events: TraceFact[] | undefined;
  const collect = (event: TraceFact): void => {
    if (events !== undefined && events.length < MOST_EVENTS) events.push(ownCopy(event));
  };

  function watchFor(identities: readonly Uint8Array[]): void {
    for (const identity of identities) {
      watched = watched.filter((one) => !equalBytes(one.identity, identity));
      watched.push({ identity: identity.slice(), until: uptime() + WATCHED_FOR });
    }
    watched = watched.slice(-MOST_WATCHED);
  }

  /** What the client is known by, and the address that it was asked by. */
  function meant(client: string): { readonly identities: readonly Uint8Array[]; readonly address: A | undefined } {
    const address = isPairs(client) ? undefined : explained.parseAddress(client);
    if (address === undefined) {
      const bytes = fromHex(client);
      return { identities: bytes === undefined || bytes.length === 0 ? [] : [bytes], address };
    }
    const lease = parts.byAddress(address);
    return { identities: lease === undefined ? [] : explained.identitiesOf(lease.owner).map((one) => one.slice()), address };
  }

  /** Numbers of those that are about the client, the oldest first. */
  async function find({ identities, address }: ReturnType<typeof meant>): Promise<readonly number[]> {
    const bytes = address === undefined ? undefined : new Uint8Array(explained.addresses.size);
    if (bytes !== undefined) explained.addresses.write(address as A, bytes, 0);
    const found: number[] = [];
    for (let number = log.next - 1; number >= log.first && found.length < MOST_TOLD; number--) {
      if (log.mayBeOf(number, identities, bytes) && isAbout(number, identities, bytes)) found.unshift(number);
      if (number % LOOKED_AT_ONCE === 0) await turn();
    }
    return found;
  }

  /** Whether it is more than that the bytes stand somewhere in the message. */
  function isAbout(number: number, identities: readonly Uint8Array[], address: Uint8Array | undefined): boolean {
    const kept = log.at(number);
    if (kept === undefined) return false;
    if (address !== undefined && log.mayBeOf(number, [], address)) return true;
    const read = protocol.read(kept.datagram);
    return read.ok && identities.some((identity) => explained.isOf(read.message, identity));
  }

  function told(number: number): ToldDecision | undefined {
    const kept = log.at(number);
    const read = kept && protocol.read(kept.datagram);
    if (kept === undefined || read?.ok !== true) return undefined;
    const { datagram, reason = kept.failure, address } = kept;
    const events = traces.get(number);
    return {
      time: new Date((kept.time + parts.wallOffset()) * 1000).toISOString(),
      protocol: name,
      interface: parts.interfaceName(datagram.interfaceIndex),
      from: words.formatEndpoint(datagram.source, datagram.sourcePort),
      message: words.nameOf(read.message),
      outcome: outcomeOf(kept),
      ...(reason === undefined ? {} : { reason }),
      ...(address === undefined ? {} : { address: words.format(address) }),
      decoded: explained.format(read.message).split("\n"),
      trace: (events ?? eventsNow(read.message, kept)).map((event) => ({ rule: event.rule, text: explained.describe(event) })),
      traced: events === undefined ? "now" : "then",
    };
  }

  function eventsNow(message: M, { datagram }: KeptDecision<A>): readonly TraceFact[] {
    if (!protocol.serves(datagram.interfaceIndex)) return [];
    const found: TraceFact[] = [];
    explained.explain(message, datagram, clock(), (event) => {
      if (found.length < MOST_EVENTS) found.push(ownCopy(event));
    });
    return found;
  }

  function outcomeOf({ outcome, replyKind, reason, failure, address, isCut }: KeptDecision<A>): string {
    const about = address === undefined ? "" : ` of ${words.format(address)}`;
    const cut = isCut ? " (its end was not kept)" : "";
    switch (outcome) {
      case Outcome.reply: {
        const reply = `${kinds.get(replyKind) ?? `a message of type ${replyKind}`}${about}`;
        return failure === undefined ? `answered with ${reply}${cut}` : `${reply} was not sent: ${FAILURES[failure]}${cut}`;
      }
      case Outcome.update:
        return failure === undefined ? `noted${about}${cut}` : `not noted${about}: ${FAILURES[failure]}${cut}`;
      case Outcome.silence:
        return `not answered: ${SILENCE_REASONS[reason as SilenceReason]}${cut}`;
      case Outcome.question:
        return `waits: is ${address === undefined ? "the address" : words.format(address)} in use?${cut}`;
    }
  }

  return {
    watch(message) {
      events = undefined;
      for (let i = 0; i < watched.length; i++) {
        if (!explained.isOf(message, (watched[i] as Watched).identity)) continue;
        events = [];
        return collect;
      }
      return undefined;
    },
    record(datagram, decision, now) {
      if (events !== undefined) {
        traces.set(log.next, events);
        events = undefined;
        if (traces.size > MOST_TRACES) traces.delete(traces.keys().next().value as number);
      }
      log.record(datagram, decision, now);
      return log.next - 1;
    },
    fail: log.fail,
    look() {
      const now = uptime();
      if (watched.some(({ until }) => until <= now)) watched = watched.filter(({ until }) => until > now);
      if (watched.length === 0) traces.clear();
    },
    async of(client) {
      const query = meant(client);
      const numbers = await find(query);
      watchFor(query.identities);
      const all: ToldDecision[] = [];
      for (const [i, number] of numbers.entries()) {
        const one = told(number);
        if (one !== undefined) all.push(one);
        if (i % DECIDED_AT_ONCE === 0) await turn();
      }
      return all;
    },
  };
}

/**
 * Whether it is written in pairs of digits, as bytes are, though it might be an address as well.
 */
function isPairs(text: string): boolean {
  return /^[0-9a-f]{2}([:-][0-9a-f]{2})+$/i.test(text);
}

/** An event that does not change when memory that it shows is used again. */
function ownCopy(event: TraceFact): TraceFact {
  const entries = Object.entries(event).map(([key, value]) => [key, value instanceof Uint8Array ? value.slice() : value]);
  return Object.fromEntries(entries) as unknown as TraceFact;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is answered to `{"kind": "decisions", "client": "02:00:00:00:00:01"}`. */
export interface ToldDecisions {
  readonly decisions: readonly ToldDecision[];
}

/** Answers `decisions`: what was decided about a client, by all protocols that are served. */
export function decisionHandlers(server: {
  readonly dhcp4: { readonly decisions: DecisionsOf } | undefined;
  readonly dhcp6: { readonly decisions: DecisionsOf } | undefined;
}): Readonly<Record<"decisions", RequestHandler>> {
  const services = [server.dhcp4, server.dhcp6].filter((one) => one !== undefined);
  const decisions = async ({ client }: Readonly<Record<string, unknown>>): Promise<ToldDecisions> => {
    if (typeof client !== "string" || !isClient(client)) {
      const forms = "a hardware address, client identifier or DUID in hex, or an address";
      throw new RefusedError("invalid", `client: expected ${forms}, such as "02:00:00:00:00:01"`);
    }
    const all: ToldDecision[] = [];
    for (const { decisions } of services) all.push(...(await decisions.of(client)));
    return { decisions: all.sort((a, b) => a.time.localeCompare(b.time)) };
  };
  // Of many questions at one time none takes a part of the same turn as another.
  return { decisions: inTurn(decisions) };
}

/** What is none finds nothing; but for what is none at first sight somebody should be told so. */
function isClient(text: string): boolean {
  return text.length <= 600 && /^[0-9a-f][0-9a-f:.\-/ x]*$/i.test(text);
}
