import type { Dhcp6ClientClass, Link, Network, Reservation } from "../../config/model/dhcp6.ts";
import type { LeaseChange, LeaseReader, Seconds } from "../../leases/dhcp6/lease.ts";
import type { Duid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import type { Message, Relay } from "../../wire/dhcp6/message.ts";
import type { AppliedLimit } from "../common/client.ts";
import type { Notify } from "../notice.ts";
import type { ClientName } from "./client-name.ts";
import type { Decider } from "./decider.ts";
import type { Answers } from "./decision.ts";
import type { Trace } from "./trace.ts";

/**
 * What a decision depends on besides the message: all of it is passed in, so that the same
 * input gives the same answer.
 */
export interface Context {
  readonly decider: Decider;
  readonly leases: LeaseReader;
  readonly now: Seconds;
  /**
   * A number from 0 to 2^32, another each time, that nobody can guess; what stands behind its
   * point counts too.
   */
  readonly random: () => number;
  /** The DUID of this server. */
  readonly serverIdentifier: Duid;
  /** What is known from questions that were asked before; undefined: nothing. */
  readonly answers?: Answers | undefined;
  /** Every address of this machine; undefined: no others than those of the receiving interface. */
  readonly ownAddresses?: readonly Ipv6[] | undefined;
  /**
   * Classes without an expression that the client is put into besides, by name; others have no
   * effect.
   */
  readonly givenClasses?: readonly string[] | undefined;
  /** Told what the operator should know; undefined: nobody listens. */
  readonly notify?: Notify<Ipv6Prefix> | undefined;
}

/** The interface that a message came in on. */
export interface ServedInterface {
  readonly index: number;
  readonly name: string;
  /**
   * The address that clients on its link are answered from: the configured one, else a link-local
   * one.
   */
  readonly address: Ipv6;
  /** All its addresses: one of them may lie in the prefix of the network that it is on. */
  readonly addresses: readonly Ipv6[];
}

/** A message and how it came in. */
export interface Received {
  readonly message: Message;
  readonly interface: ServedInterface;
  readonly source: Ipv6;
  readonly sourcePort: number;
  /** :: where the transport can't tell. */
  readonly destination: Ipv6;
  /** The port this server listens on: 547, or another one for tests. */
  readonly serverPort: number;
  /** Bytes of the datagram, for class expressions that ask; undefined counts as 0. */
  readonly length?: number;
}

/** A message that is not discarded. */
export interface Request {
  readonly context: Context;
  readonly received: Received;
  readonly message: Message;
  /** The client's DUID; undefined: it does not tell (INFORMATION-REQUEST). */
  readonly duid: Duid | undefined;
  /**
   * Which name the client has, from when it is known what it is given; undefined: names are not seen
   * to.
   */
  readonly name?: ClientName | undefined;
  readonly trace: Trace | undefined;
}

/** Who sent a message, and where that is. */
export interface Sender extends Request {
  readonly link: Link;
  /** The network of the link that the message came from. */
  readonly network: Network;
  /**
   * 1 at the number of each class that the client is in; undefined when the
   * configuration has no classes.
   */
  readonly classes: Uint8Array | undefined;
  /** The classes of the configuration that the client is in, in the order of the file. */
  readonly members: Dhcp6ClientClass[];
}

/** A message on its way to a decision, with what was found out about it so far. */
export interface Exchange extends Sender {
  /** That of the client on this link. */
  readonly reservation: Reservation | undefined;
  /** What limits the leases of the client; undefined: nothing. */
  readonly limits: ExchangeLimits | undefined;
  readonly draft: Draft;
}

/** The limits that apply to associations of a client, by their type. */
export interface ExchangeLimits {
  readonly addresses: readonly AppliedLimit[] | undefined;
  readonly prefixes: readonly AppliedLimit[] | undefined;
}

/**
 * What has been decided by now for one association after the other: none of them gets what another
 * one of the same message has got.
 */
export interface Draft {
  /** Addresses and prefixes that are given to the client's associations. */
  readonly claimed: Ipv6Prefix[];
  /** What leases that the table does not count yet are counted under, for limits. */
  readonly counted: Uint8Array[];
  readonly changes: LeaseChange[];
}

/**
 * The client's own address: the source of its message, which the relay that is nearest to it saw if
 * there is one.
 */
export function peerAddressOf({ message, source }: Received): Ipv6 {
  const { relays } = message;
  return relays.length === 0 ? source : (relays[relays.length - 1] as Relay).peerAddress;
}
