import type { SilenceReason } from "../engine/decision.ts";
import type { LeaseState, Seconds } from "../leases/lease.ts";

/*
 * What the shell needs of leases, the store, sockets and decisions, for addresses of any family:
 * `M` is a message, `A` an address and `O` what is on record of a client. The rooms below have more
 * of each; here stands what the pump and all that is behind it rely on.
 */

/** One address and its client. */
export interface Lease<A, O> {
  readonly address: A;
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  readonly owner: O;
}

/** An address that is kept for a client for a while. */
export interface Hold<A, O> {
  readonly address: A;
  readonly until: Seconds;
  readonly owner: O;
}

/** A change to the lease table. Holds live in memory only, and are not undone. */
export type LeaseChange<A, O> =
  | { readonly kind: "put"; readonly lease: Lease<A, O> }
  | { readonly kind: "remove"; readonly address: A }
  | { readonly kind: "hold"; readonly hold: Hold<A, O> }
  | { readonly kind: "withdraw"; readonly address: A };

/** How a row of the lease database stands from now on. Owns its bytes. */
export type LeaseWrite<A> =
  | (Row<A> & Times & { readonly kind: "put"; readonly record: Uint8Array; readonly network: string })
  /** Nothing but these differs from what the row holds on disk. */
  | (Row<A> & Times & { readonly kind: "times" })
  | (Row<A> & { readonly kind: "remove" });

interface Row<A> {
  readonly row: number;
  readonly address: A;
}

interface Times {
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
}

/** What a change did: what to write, and what it takes to undo it. */
export interface Applied<A, O> {
  readonly write: LeaseWrite<A>;
  /**
   * The lease as it was; undefined: the address had none. Its `owner` is a copy; undefined: the
   * change left it as it was.
   */
  readonly before: (Times & { readonly owner: O | undefined }) | undefined;
}

/** All leases of one address family, in memory. */
export interface LeaseTable<A, O> {
  /** Undefined: there is nothing to write nor to undo, as with holds. */
  apply(change: LeaseChange<A, O>): Applied<A, O> | undefined;
  /** Takes back what was done, the last one first. */
  undo(applied: Applied<A, O>): void;
  /**
   * Moves on what is over by `now`, at most `limit` at a time. `expired` is told of each lease that
   * ran out.
   */
  expire(now: Seconds, limit: number, expired?: (lease: Lease<A, O>) => void): Applied<A, O>[];
}

/** Makes leases durable. */
export interface LeaseStore<A> {
  readonly usable: boolean;
  commit(writes: readonly LeaseWrite<A>[]): Promise<void>;
}

/** A received datagram. It belongs to the transport, and is used again. */
export interface Datagram<A> {
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly source: A;
  readonly sourcePort: number;
  readonly destination: A;
  readonly interfaceIndex: number;
  /** How long it waited to be received, in milliseconds. */
  readonly waited: number;
}

/** Where a datagram goes, and from where. */
export interface Destination<A> {
  readonly address: A;
  readonly port: number;
  readonly hardwareAddress: Uint8Array | undefined;
  readonly interfaceIndex: number;
  readonly source: A;
}

/** A batch of datagrams to send. */
export interface Outbox<A> {
  readonly length: number;
  readonly full: boolean;
  next(): Uint8Array;
  add(payloadLength: number, to: Destination<A>, kind?: number): void;
  send(): void;
  clear(): void;
}

/** Sockets. */
export interface Transport<A> {
  start(handler: (batch: readonly Datagram<A>[], count: number) => void): void;
  pause(): void;
  resume(): void;
  createOutbox(capacity: number, sent?: Uint32Array): Outbox<A>;
}

/** Asks on the network whether addresses are in use. */
export interface Prober<A> {
  start(handler: (address: A, hardwareAddress: Uint8Array | undefined) => void): void;
  ask(address: A, interfaceIndex: number): boolean;
}

/** An answer, with the changes that must be on disk before it leaves. */
export interface Reply<M, A, O> {
  readonly kind: "reply";
  readonly message: M;
  /** Largest message that the client accepts. */
  readonly maxMessageSize: number;
  readonly to: Destination<A>;
  readonly changes: readonly LeaseChange<A, O>[];
  readonly rests: boolean;
}

/** What has to be known before a message can be decided: whether somebody uses the address. */
export interface Question<A> {
  readonly kind: "conflict-probe";
  readonly address: A;
  /** How long to wait for an answer, in milliseconds. */
  readonly timeout: number;
  /** Index of the interface on whose link the address would be used; 0: it is behind a router. */
  readonly interfaceIndex: number;
  /** The client's own hardware address: its own answer is no conflict. */
  readonly hardwareAddress: Uint8Array;
}

/**
 * What is decided but for the answer to a question: what is held meanwhile, and what to do where
 * nobody can be asked.
 */
export interface Asked<M, A, O> {
  readonly kind: "question";
  readonly about: Question<A>;
  readonly holds: readonly LeaseChange<A, O>[];
  readonly unanswered: Settled<M, A, O>;
}

/** A decision that can be carried out. */
export type Settled<M, A, O> =
  | Reply<M, A, O>
  | { readonly kind: "update"; readonly changes: readonly LeaseChange<A, O>[] }
  | { readonly kind: "silence"; readonly reason: SilenceReason };

export type Decision<M, A, O> = Settled<M, A, O> | Asked<M, A, O>;

/**
 * What is known about an address from questions: `free`: nobody answered a short while ago. `under
 * way`: the answer is being waited for.
 */
export interface Answers<A> {
  stateOf(address: A): "free" | "under way" | undefined;
}
