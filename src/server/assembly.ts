import type { ListenSpec } from "../config/model/common.ts";
import type { Prober } from "../io/prober.ts";
import type { ServerListener } from "../io/server-listener.ts";
import type { LocalInterface, Outbox, Transport, TransportOptions } from "../io/transport.ts";
import type { Seconds } from "../leases/lease.ts";
import type { Space } from "../leases/space.ts";
import type { LeaseFamily, LeaseTable } from "../leases/table.ts";
import type { Facts } from "./facts.ts";
import type { Happening } from "./happenings.ts";
import type { InterfaceChoice, InterfaceList } from "./interface-list.ts";
import type { Log } from "./log.ts";
import type { Addresses } from "./operations.ts";
import type { ServedProtocol } from "./protocol.ts";

/**
 * What a server needs to know of a protocol to serve it: what its leases, interfaces and sockets
 * are. `C` is its configuration, `M` a message, `A` an address, `O` what is on record of a client,
 * `I` an interface that is served.
 */
export interface Assembly<C, M, A, O, I extends { readonly index: number }> {
  /** What people call the protocol. */
  readonly name: string;
  readonly leases: LeaseFamily<A, O>;
  createSpace(config: C): Space<A>;
  /** Names of the networks and pools of a configuration, for people. */
  namePlaces(config: C): PlaceNames;
  /** The record with the key that its client has by this configuration; mostly the very same. */
  knownBy(config: C, record: Uint8Array): Uint8Array;
  readonly interfaces: InterfaceChoice<C, A, I>;
  /** The interfaces of this machine, with their addresses. */
  listInterfaces(): Promise<readonly LocalInterface<A>[]>;
  openTransport(options: TransportOptions<A>): Promise<Transport<A>>;
  openProber(): Promise<Prober<A>>;
  /**
   * The port that clients expect of servers, and what hears others there; undefined: nothing can.
   */
  readonly wellKnownPort: number;
  openServerListener(): Promise<ServerListener | undefined>;
  /** Whether some network wants its addresses to be probed. */
  probesAddresses(config: C): boolean;
  /** Where bulk leasequery is answered. */
  bulkListen(config: C): readonly ListenSpec[];
  createProtocol(parts: ProtocolParts<C, A, O, I>): ServedProtocol<C, M, A, O>;
  /**
   * What else follows the leases, where the configuration asks for it; undefined: nothing. Rejects
   * with TransportError.
   */
  openFollower?(parts: FollowerParts<C, A, O, I>): Promise<Follower<A, O> | undefined>;
  /**
   * What a server that serves by `before` can make of `asked`, and what has to wait for the next
   * start, one sentence each.
   */
  settle(before: C, asked: C): { readonly config: C; readonly fixed: readonly string[] };
  /** Less than 0: `a` comes before `b`; 0: they are the same. */
  compareAddresses(a: A, b: A): number;
  formatAddresses(addresses: Addresses<A>): string;
}

/** Networks by their positions, and pools by theirs. */
export interface PlaceNames {
  readonly networks: readonly string[];
  readonly pools: readonly {
    /** The range, such as 10.0.0.1-10.0.0.9, or the prefixes that are delegated. */
    readonly name: string;
    /** Position of its network. */
    readonly network: number;
    /** It is of prefixes to delegate; absent: of addresses. */
    readonly prefixes?: true;
  }[];
}

/** What goes after leases, such as routes to what is leased. */
export interface Follower<A, O> {
  /** Told of each change that has come true. */
  follow(happening: Happening<A, O>): void;
  /** The interfaces may be others now. */
  look(): void;
  close(): void;
}

/** What a follower is made with. */
export type FollowerParts<C, A, O, I extends { readonly index: number }> = Pick<
  ProtocolParts<C, A, O, I>,
  "config" | "leases" | "interfaces" | "log"
>;

/** What a protocol is made with. */
export interface ProtocolParts<C, A, O, I extends { readonly index: number }> {
  readonly config: C;
  readonly leases: LeaseTable<A, O>;
  readonly interfaces: InterfaceList<C, A, I>;
  /** The port that the server listens on. */
  readonly port: number;
  /** A batch for what no message asked for; what is sent is counted by its kind. */
  readonly createOutbox: (capacity: number) => Outbox<A>;
  readonly log: Log;
  /** Lease time. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  readonly facts: Facts;
}
