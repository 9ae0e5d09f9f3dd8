import type { Destination } from "../net/destination.ts";

/** A network interface of this machine as it is now, with its addresses of one family. */
export interface LocalInterface<A> {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  /**
   * Whether its link is up too: the cable plugged in, the access point found; undefined where the
   * system does not tell.
   */
  readonly linkUp?: boolean | undefined;
  readonly loopback: boolean;
  /**
   * The largest IP datagram that its link carries whole; undefined where the system does not tell.
   */
  readonly mtu?: number | undefined;
  readonly hardwareAddress: Uint8Array;
  /** Addresses with the length of their prefix, in the system's order. */
  readonly addresses: readonly { readonly address: A; readonly prefixLength: number }[];
}

/**
 * A received UDP datagram. The object and its bytes belong to the transport and are used again
 * after the handler returns.
 */
export interface Datagram<A> {
  /** UDP payload; only the first `length` bytes are this datagram. */
  readonly bytes: Uint8Array;
  readonly length: number;
  readonly source: A;
  readonly sourcePort: number;
  readonly destination: A;
  /** Index of the receiving interface. */
  readonly interfaceIndex: number;
  /** How long it waited to be received, in milliseconds; 0 where the system does not tell. */
  readonly waited: number;
}

/**
 * Called with everything that was waiting: the first `count` datagrams of `batch`. Must not throw.
 */
export type BatchHandler<A> = (batch: readonly Datagram<A>[], count: number) => void;

/** The mark of a datagram that has none: no other is below 0. */
export const UNRECORDED = -1;

/**
 * A batch of datagrams to send. `next` gives the buffer for the payload of the next one, `add` puts
 * it in the batch, `send` sends all of them and empties the batch.
 */
export interface Outbox<A> {
  /** Datagrams in the batch. */
  readonly length: number;
  readonly full: boolean;
  /**
   * The buffer to encode the next payload into, as long as the largest payload; contents undefined.
   * Not to be called when full.
   */
  next(): Uint8Array;
  /**
   * Puts the payload that was written into `next()` in the batch. `to` is not read after the call.
   * `kind`, below 256, is what it is counted as when the system has taken it; `mark` is what
   * `onNotSent` is told when it has not, `UNRECORDED` where it is not given.
   */
  add(payloadLength: number, to: Destination<A>, kind?: number, mark?: number): void;
  /**
   * Sends the batch and empties it. What can't be sent at once because somebody's queue is full is
   * kept for a moment, as far as there is room, and tried again; what the system refuses is dropped
   * and counted: DHCP clients repeat what is lost.
   */
  send(): void;
  /** Empties the batch without sending. */
  clear(): void;
}

/** Why a datagram was not sent, in words for an operator. */
export const SEND_FAILURES = {
  "would-block": "nobody on the link answers for the address to send to, or the link takes no more",
  "no-route": "there is no route to the relay or client (`ip route get ADDRESS` shows it)",
  "too-large": "larger than the link or the route carries",
  "not-permitted": "this process may not send there: a firewall, or missing privileges",
  other: "the system refuses to send there",
} as const;

/** Why a datagram was not sent: a key of `SEND_FAILURES`. */
export type SendFailure = keyof typeof SEND_FAILURES;

/** Told of a datagram that was not sent, by its mark, at once or later, and why. */
export type OnNotSent = (mark: number, why: SendFailure) => void;

/** What a transport received and sent since it was opened. */
export interface TransportCounters {
  readonly received: number;
  /** Datagrams that the system took. */
  readonly sent: number;
  /** Datagrams that were not sent. */
  readonly notSent: Readonly<Record<SendFailure, number>>;
  /**
   * Datagrams that were dropped before they got here, because the receive buffer was full or their
   * checksum wrong. On Linux a broadcast may count twice, for two sockets hear it.
   */
  readonly receiveDropped: number;
}

/** Where to listen. */
export interface TransportOptions<A> {
  /** Address to listen on; the unspecified one (0.0.0.0, ::) for all. */
  readonly address: A;
  /** Port to listen on; 0 lets the system choose. */
  readonly port: number;
  /**
   * The interfaces that are served to begin with. Datagrams from others are delivered too, but for
   * those to a multicast group.
   */
  readonly interfaces: readonly LocalInterface<A>[];
}

/**
 * UDP sockets of one address family, for any number of interfaces. `A`: an address, `Ipv4` or
 * `Ipv6`.
 */
export interface Transport<A> {
  /**
   * For people: what the transport can't do on this system, one sentence each; empty when it can do
   * everything.
   */
  readonly limitations: readonly string[];
  /** The port it listens on. */
  readonly port: number;
  /**
   * These interfaces, as they are now, are the ones to serve from now on. To be called when they
   * have changed, those of the same name and index too: one that came back may have to be listened
   * to anew. Returns what can't be done there, one sentence each.
   */
  serve(interfaces: readonly LocalInterface<A>[]): readonly string[];
  /** Starts to receive. */
  start(handler: BatchHandler<A>): void;
  /**
   * Stops receiving for a moment, or goes on: back-pressure. What arrives meanwhile waits in the
   * kernel.
   */
  pause(): void;
  /** Goes on receiving. */
  resume(): void;
  /**
   * A batch for at most `capacity` datagrams. Those that the system takes are counted in `sent` by
   * their kind, where it is given; `onNotSent` is told of the others, by a transport that can tell.
   */
  createOutbox(capacity: number, sent?: Uint32Array, onNotSent?: OnNotSent): Outbox<A>;
  /** What was received and sent since it was opened. */
  counters(): TransportCounters;
  /**
   * Why it can't receive or send any more, as when the system has taken a socket away; undefined,
   * and where it does not tell: it can.
   */
  problem?(): string | undefined;
  /** Closes the sockets. */
  close(): void;
}

/**
 * What went wrong with a socket, in words for an operator. `code` is the errno name, such as
 * EADDRINUSE.
 */
export class TransportError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "TransportError";
    this.code = code;
  }
}
