import type { Dhcp4ClientClass, Link, Network } from "../../config/model/dhcp4.ts";
import type { LeaseOwner, LeaseReader, Seconds } from "../../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import type { Client } from "../common/client.ts";
import type { Answers } from "../decision.ts";
import type { Notify } from "../notice.ts";
import type { ClientName } from "./client-name.ts";
import type { Decider } from "./decider.ts";
import type { Trace } from "./trace.ts";

/**
 * What a decision depends on besides the message: all of it is passed in, so that the same
 * input gives the same answer.
 */
export interface Context {
  readonly decider: Decider;
  readonly leases: LeaseReader;
  readonly now: Seconds;
  /** A fresh unsigned 32-bit number for each decision, for networks with `allocation: random`. */
  readonly random: number;
  /** What is known from questions that were asked before; undefined: nothing. */
  readonly answers?: Answers<Ipv4> | undefined;
  /**
   * Every address of this machine, for clients that know it by another one than that of the
   * receiving interface; undefined: no other.
   */
  readonly ownAddresses?: ReadonlySet<Ipv4> | undefined;
  /**
   * Classes without an expression that the client is put into besides, by name; others have no
   * effect.
   */
  readonly givenClasses?: readonly string[] | undefined;
  /** Told what the operator should know; undefined: nobody listens. */
  readonly notify?: Notify<Ipv4> | undefined;
}

/** The interface that a message came in on. */
export interface ServedInterface {
  readonly index: number;
  readonly name: string;
  /** The address to answer from; 0: it has none. */
  readonly address: Ipv4;
  readonly prefixLength: number;
  /**
   * All addresses that may be answered from, in the system's order: a client is answered from one
   * in its own network. Undefined: `address` alone.
   */
  readonly addresses?: readonly { readonly address: Ipv4; readonly prefixLength: number }[] | undefined;
  /** The largest IP datagram that its link carries whole; undefined: 1500. */
  readonly mtu?: number | undefined;
}

/** A message and how it came in. */
export interface Received {
  readonly message: Message;
  readonly interface: ServedInterface;
  readonly source: Ipv4;
  readonly sourcePort: number;
  readonly destination: Ipv4;
  /** The port this server listens on: 67, or another one for tests. */
  readonly serverPort: number;
  /** Bytes of the message on the wire, for class expressions that ask; undefined counts as 0. */
  readonly length?: number;
}

/** A message on its way to a decision, with what was found out about it so far. */
export interface Exchange extends Client<Ipv4, LeaseOwner> {
  readonly link: Link;
  readonly members: Dhcp4ClientClass[];
  readonly context: Context;
  readonly received: Received;
  readonly message: Message;
  /** The network that the message came from. */
  readonly network: Network;
  /** Option 61 as sent. */
  readonly clientIdentifier: Uint8Array | undefined;
  /** Option 82 as sent. */
  readonly relayAgentInformation: Uint8Array | undefined;
  /**
   * Option 82 as sent, or for a message that came without a relay, such as a unicast renewal, as it
   * was when the client was last heard through one: else a host that is known by its place would
   * lose its reservation at T1. May be a view of the table's memory.
   */
  readonly lastRelayAgentInformation: Uint8Array | undefined;
  /**
   * Which name the client has, from when it is known what it is given; undefined: names are not
   * seen to.
   */
  readonly name?: ClientName | undefined;
  /** What option 54 is to be instead of an address of this server (RFC 5107); 0: nothing. */
  readonly serverIdentifierOverride: Ipv4;
  readonly trace: Trace | undefined;
}
