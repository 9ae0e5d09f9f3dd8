import type { Answers, Decision } from "../engine/decision.ts";
import type { Datagram } from "../io/transport.ts";
import type { Lease, Seconds } from "../leases/lease.ts";
import type { BulkProtocol } from "./bulk-leasequery.ts";
import type { LogAllowance } from "./log-allowance.ts";

/*
 * What a protocol is to the pump: how a datagram is read, decided and answered, and the words that
 * counters and log have for it. Everything else, such as batches, commits, waiting, counting and
 * telling, is the same for all of them. `M` is a message, `A` an address, `O` what is on record of
 * a client.
 */
export interface Protocol<M, A, O> {
  /** What messages are counted as, and how people call that. */
  readonly kinds: Kinds;
  readonly words: Words<M, A>;
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
   * `answers`: undefined: nobody can be asked.
   */
  decide(message: M, datagram: Datagram<A>, now: Seconds, answers: Answers<A> | undefined): Decision<M, A, O>;
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

/** A protocol whose configuration may change while it is served. */
export interface ServedProtocol<C, M, A, O> extends Protocol<M, A, O> {
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

export type Read<M> = { readonly ok: true; readonly message: M } | { readonly ok: false; readonly problem: object };

/** Names by what messages are counted as, in the order to print them. */
export type Kinds = ReadonlyMap<number, string>;

/**
 * - `first`: it begins an exchange, and its client repeats it: left undone first.
 * - `stale`: left undone when it has waited longer than its client does.
 * - `never`: no client repeats it.
 */
export type Shedding = "first" | "stale" | "never";

/** Facts of a log entry, for programs. */
export type Facts = Readonly<Record<string, string>>;

/** What the log says of messages. Nothing of it is asked for below the configured level. */
export interface Words<M, A> {
  /**
   * How many entries about answers are written a minute at the level `info`, by what they are
   * about.
   */
  readonly allowed: Readonly<Record<string, number>>;
  /** The name of its type, such as DISCOVER. */
  nameOf(message: M): string;
  /** Who sent it, and where that is. */
  who(message: M): Facts;
  /**
   * Whether the answer tells the operator something: a client that has an address now, or is
   * refused one.
   */
  isNews(request: M, reply: M): boolean;
  /** What the answer is about: one of `allowed`. */
  subjectOf(request: M, reply: M): string;
  /** The addresses that the answer is about. */
  addressOf(request: M, reply: M): string;
  /** The answer in words: what it is, of which address, and why. */
  describe(reply: M): string;
  format(address: A): string;
  formatEndpoint(address: A, port: number): string;
}
