import type { OptionChange } from "../engine/common/patch.ts";
import type { Answers, Decision } from "../engine/decision.ts";
import type { LogAllowance } from "../io/log-allowance.ts";
import type { HeardFromServer } from "../io/server-listener.ts";
import type { Datagram } from "../io/transport.ts";
import type { Lease, Seconds } from "../leases/lease.ts";
import type { BulkProtocol } from "./bulk-leasequery.ts";
import type { Explained } from "./decisions.ts";
import type { ExhaustedPools } from "./exhausted-pools.ts";
import type { HookProtocol } from "./hooks/messages.ts";
import type { OtherServers } from "./other-servers.ts";

/*
 * What a protocol is to the pump: how a datagram is read, decided and answered, and the words that
 * counters and log have for it. Everything else, such as batches, commits, waiting, counting and
 * telling, is the same for all of them. `M` is a message, `A` an address, `O` what is on record of
 * a client.
 */
export interface Protocol<M, A, O> {
  /** What messages are counted as, and how people call that. */
  readonly kinds: Kinds;
  readonly words: Words<M, A, O>;
  /**
   * What else is limited in the log, to be summed up with the rest; by what the entries are about.
   */
  readonly allowances: readonly (readonly [subject: string, LogAllowance])[];
  /** Whether messages that come in on the interface with this index are served. */
  serves(interfaceIndex: number): boolean;
  /** Total: any bytes are a message or a problem. The message may be a view of the datagram. */
  read(datagram: Datagram<A>): Read<M>;
  /** What the message is counted as: a number below 256. */
  kindOf(message: M): number;
  /**
   * What becomes of an undecoded message when there is more to do than can be done; to be quick
   * about, so it may be a guess.
   */
  shedding(bytes: Uint8Array, length: number): Shedding;
  /**
   * Whether its client sends more than it may. Keeps count, so it is to be asked once for each
   * message. `now`: milliseconds that never go back.
   */
  floods(message: M, now: number): boolean;
  /**
   * Decides about a message that came in on an interface that is served. Changes nothing.
   * `answers`: undefined: nobody can be asked. `given`: names of classes without an expression that
   * the client is put into besides. `trace`: told of the rules that are applied; undefined: nobody
   * wants to know.
   */
  decide(
    message: M,
    datagram: Datagram<A>,
    now: Seconds,
    answers: Answers<A> | undefined,
    given?: readonly string[] | undefined,
    trace?: TraceListener | undefined,
  ): Decision<M, A, O>;
  /** What hooks need to know of it. */
  readonly hooked: Hooked<M>;
  /** Encodes a reply into at most `limit` bytes; the length. */
  write(message: M, into: Uint8Array, limit: number): number;
  /**
   * How the address stands from now on, when somebody was found to use it; undefined: as it stood.
   */
  inProbation(address: A, now: Seconds): Lease<A, O> | undefined;
  /** The lease with bytes of its own: those that the table gives are views. */
  copyLease(lease: Lease<A, O>): Lease<A, O>;
  /** Equal for equal addresses, and for no others. */
  keyOf(address: A): string | number;
}

/** A protocol as hooks see it. */
export interface Hooked<M> {
  readonly protocol: HookProtocol;
  /** Who sent the message: messages of one client keep their order. Undefined: it does not tell. */
  senderOf(message: M): string | undefined;
  /** The name of the interface with this index. */
  interfaceName(interfaceIndex: number): string;
  /** Whether a client may be given the class. */
  isGivable(className: string): boolean;
  /** The message with other options. */
  patch(message: M, changes: readonly OptionChange[]): M;
}

/** A protocol whose configuration may change while it is served. */
export interface ServedProtocol<C, M, A, O> extends Protocol<M, A, O> {
  /** Where clients get nothing because all is given away. */
  readonly exhausted: ExhaustedPools;
  /** Other servers that were noticed on the links that are served. */
  readonly others: OtherServers;
  /** Looks at what was heard of a server. */
  hear(heard: HeardFromServer): void;
  /** What is known of messages that are kept. */
  readonly explained: Explained<M, A, O>;
  /** What is asked over TCP; undefined: nothing is answered there. */
  readonly bulkLeasequery?: BulkProtocol<M>;
  /** The next message is decided by this configuration. */
  configure(config: C): void;
  /** Has clients come back early; undefined: the protocol has no way to ask them. */
  readonly reconfigure?: Reconfigure<C, A, O>;
}

/** Asks clients to renew before their time (RFC 8415 section 18.3.11). */
export interface Reconfigure<C, A, O> {
  /** Asks the client of a bound lease; false: it is none that can be asked. Bytes are copied. */
  ask(lease: Lease<A, O>): boolean;
  /** Whether the client of a lease has something new to learn by the configuration `after`. */
  changes(before: C, after: C): (lease: Lease<A, O>) => boolean;
  /** Sends what is due; to be called every now and then. */
  send(): void;
}

/** What a rule tells: its name, and facts that belong to the protocol. */
export interface TraceFact {
  readonly rule: string;
}

/** As `Trace` of the engine, for who needs not know what the rules are. */
export type TraceListener = (event: TraceFact) => void;

export type Read<M> = { readonly ok: true; readonly message: M } | { readonly ok: false; readonly problem: object };

/** Names by what messages are counted as, in the order to print them. */
export type Kinds = ReadonlyMap<number, string>;

/**
 * - `first`: it begins an exchange, and its client repeats it: left undone first.
 * - `stale`: left undone when it has waited longer than its client does.
 * - `never`: no client repeats it.
 */
export type Shedding = "first" | "stale" | "never";

/** Facts of a log entry, for programs, by the names that they have in events and in the API. */
export type Facts = Readonly<Record<string, string | number>>;

/**
 * What an answer is to an operator, for answers of which there is an entry at the level `info`:
 * `nothing to give` is one that only tells a client that it gets nothing, over and over.
 */
export type Subject = "new leases" | "renewals" | "releases" | "refusals" | "nothing to give";

/** Who sent a message. */
export interface Sender {
  readonly facts: Facts;
  /** What people know the client by. */
  readonly client: string;
  /** The relay that it is behind, if that says on which link it is. */
  readonly relay: string | undefined;
  /** The relay's port that it is behind. */
  readonly port: string | undefined;
}

/** Why an answer gives a client nothing, or less than it asked for. */
export interface Refusal {
  /** As the protocol has it, and in words. */
  readonly reason: string;
  readonly text: string;
}

/**
 * What the log says of messages. Of what is needed to know whether there is an entry nothing is put
 * together (`identityOf`, `subjectOf`, `placeKeyOf`); the rest is asked for entries that are
 * written.
 */
export interface Words<M, A, O> {
  /** The name of its type, such as DISCOVER. */
  nameOf(message: M): string;
  /** What its client is known by: a view of the message. Undefined: it does not tell. */
  identityOf(message: M): Uint8Array | undefined;
  /** `owner`: what is on record of the client, where that is at hand. */
  senderOf(message: M, owner: O | undefined): Sender;
  /** What an answer is that binds nothing anew; undefined: no news to an operator. */
  subjectOf(request: M, reply: M): Subject | undefined;
  /** The addresses that the answer is about; empty: none. */
  addressOf(request: M, reply: M): string;
  /** The first address that the answer gives; undefined: none. */
  givenBy(reply: M): A | undefined;
  /** For how long the answer gives them, in seconds; undefined: it gives none. */
  leaseTimeOf(reply: M): number | undefined;
  refusalIn(reply: M): Refusal | undefined;
  /**
   * The same number for the same address by which a message says on which link its client is;
   * undefined: there is none, so it is on that of the interface.
   */
  placeKeyOf(message: M, hash: (bytes: Uint8Array) => number): number | undefined;
  /** That no network holds that address, and what to do about it. */
  noNetworkFor(message: M): string;
  format(address: A): string;
  formatEndpoint(address: A, port: number): string;
}
