import type { Config } from "leasehold/config";
import { type DecisionOf, dhcp4 as engine4, dhcp6 as engine6, SILENCE_REASONS } from "leasehold/engine";
import { type LeaseChangeOf, type LeaseOf, dhcp4 as leases4, dhcp6 as leases6 } from "leasehold/leases";
import { duidLl, formatIpv4, formatIpv6, formatIpv6Prefix, type Ipv6, parseIpv6 } from "leasehold/net";
import { dhcp4, dhcp6, type frames } from "leasehold/wire";
import { formatLease4, formatLease6, type LeaseList } from "./leases.ts";

/** The interface that packets come in on. */
export interface Link {
  readonly name: string;
  readonly ipv4: number;
  readonly prefixLength: number;
  readonly ipv6: Ipv6;
}

/** A message, and what it came in if that is known. */
export type Arrival =
  | { readonly kind: "dhcp4"; readonly message: dhcp4.Message; readonly packet: frames.Dhcp4Packet | undefined; readonly length: number }
  | { readonly kind: "dhcp6"; readonly message: dhcp6.Message; readonly packet: frames.Dhcp6Packet | undefined; readonly length: number };

export interface Rule {
  readonly rule: string;
  /** What it found. */
  readonly words: string;
}

export interface DecisionAnswer {
  /** Each rule that was applied. */
  readonly trace: readonly Rule[];
  readonly outcome: "reply" | "update" | "silence";
  /** Where the reply goes, or why there is none. */
  readonly words: string;
  /** As text. */
  readonly reply: string | undefined;
  /** What becomes of leases. */
  readonly changes: readonly string[];
}

export interface Server {
  decide(arrival: Arrival): DecisionAnswer;
  /** The list of leases as it is now. */
  leases(): readonly string[];
}

/** DUID-LL of a hardware address that nobody has. */
const SERVER_DUID = duidLl({ type: 1, address: Uint8Array.of(2, 0, 0, 0, 0, 1) });
/** Where a DHCPv6 message without a packet comes from: a client on the link, or a relay. */
const CLIENT = ipv6("fe80::2");
const RELAY = ipv6("2001:db8:ffff::1");
const ALL_SERVERS = ipv6("ff02::1:2");
/** Nobody uses an address that is asked about: there is no link to ask on. */
const NOBODY_THERE = { stateOf: () => "free" as const };

function ipv6(text: string): Ipv6 {
  return parseIpv6(text) ?? new Uint8Array(16);
}

/** A server that has these leases at first, and keeps what it decides. */
export function createServer(config: Config, link: Link, list: LeaseList, now: number): Server {
  const first = createServer4(config, link, list, now);
  const second = config.dhcp6 === undefined ? undefined : createServer6(config.dhcp6, link, list, now);
  return {
    decide: (arrival) => {
      if (arrival.kind === "dhcp4") return first.decide(arrival);
      return second?.decide(arrival) ?? silence([], "the configuration has no v6, so DHCPv6 is not served");
    },
    leases: () => [...first.leases(), ...(second?.leases() ?? [])],
  };
}

type Decide<K> = (arrival: Extract<Arrival, { readonly kind: K }>) => DecisionAnswer;

function createServer4(config: Config, link: Link, list: LeaseList, now: number): { decide: Decide<"dhcp4">; leases(): readonly string[] } {
  const leases = new leases4.LeaseTable(config);
  for (const lease of list.dhcp4) leases.apply({ kind: "put", lease });
  leases.expire(now, Number.POSITIVE_INFINITY);
  const decider = engine4.createDecider(config);
  const lines = (lease: leases4.Lease): string => formatLease4(lease, now);
  return {
    leases: () => [...leases.leases()].map(lines),
    decide({ message, packet, length }) {
      const trace: Rule[] = [];
      const isRelayed = message.giaddr !== 0;
      const decision = engine4.decide(
        { decider, leases, now, random: 0, answers: NOBODY_THERE },
        {
          message,
          interface: { index: 1, name: link.name, address: link.ipv4, prefixLength: link.prefixLength },
          source: packet?.ip.source ?? (isRelayed ? message.giaddr : message.ciaddr),
          sourcePort: packet?.udp.sourcePort ?? (isRelayed ? 67 : 68),
          destination: packet?.ip.destination ?? (isRelayed || message.ciaddr !== 0 ? link.ipv4 : 0xffffffff),
          serverPort: 67,
          length,
        },
        (event) => trace.push({ rule: event.rule, words: engine4.describeTrace(event) }),
      );
      return carriedOut(decision, trace, {
        apply: (change) => leases.apply(change),
        formatAddress: formatIpv4,
        formatEndpoint: (address, port) => `${formatIpv4(address)}:${port}`,
        formatLease: lines,
        formatMessage: dhcp4.formatMessage,
      });
    },
  };
}

function createServer6(
  config: NonNullable<Config["dhcp6"]>,
  link: Link,
  list: LeaseList,
  now: number,
): { decide: Decide<"dhcp6">; leases(): readonly string[] } {
  const leases = new leases6.LeaseTable(config);
  for (const lease of list.dhcp6) leases.apply({ kind: "put", lease });
  leases.expire(now, Number.POSITIVE_INFINITY);
  const decider = engine6.createDecider(config);
  const lines = (lease: leases6.Lease): string => formatLease6(lease, now);
  return {
    leases: () => [...leases.leases()].map(lines),
    decide({ message, packet, length }) {
      const trace: Rule[] = [];
      const isRelayed = message.relays.length > 0;
      const decision = engine6.decide(
        { decider, leases, now, random: () => 0, serverIdentifier: SERVER_DUID, answers: NOBODY_THERE },
        {
          message,
          interface: { index: 1, name: link.name, address: link.ipv6, addresses: [link.ipv6] },
          source: packet?.ip.source ?? (isRelayed ? RELAY : CLIENT),
          sourcePort: packet?.udp.sourcePort ?? (isRelayed ? 547 : 546),
          destination: packet?.ip.destination ?? (isRelayed ? link.ipv6 : ALL_SERVERS),
          serverPort: 547,
          length,
        },
        (event) => trace.push({ rule: event.rule, words: engine6.describeTrace(event) }),
      );
      return carriedOut(decision, trace, {
        apply: (change) => leases.apply(change),
        formatAddress: (prefix) => formatIpv6Prefix(prefix).replace(/\/128$/, ""),
        formatEndpoint: (address, port) => `[${formatIpv6(address)}]:${port}`,
        formatLease: lines,
        formatMessage: dhcp6.formatMessage,
      });
    },
  };
}

/** What a decision needs to be carried out and said. `D`: an address that datagrams go to. */
interface Hands<M, A, D, O> {
  apply(change: LeaseChangeOf<A, O>): void;
  formatAddress(address: A): string;
  formatEndpoint(address: D, port: number): string;
  formatLease(lease: LeaseOf<A, O>): string;
  formatMessage(message: M): string;
}

type DecisionAbout<M, A, D, O> =
  | {
      readonly kind: "reply";
      readonly message: M;
      readonly to: { readonly address: D; readonly port: number };
      readonly changes: readonly LeaseChangeOf<A, O>[];
    }
  | Extract<DecisionOf<M, A, O>, { readonly kind: "update" | "silence" }>
  | { readonly kind: "question"; readonly unanswered: Exclude<DecisionAbout<M, A, D, O>, { readonly kind: "question" }> };

function carriedOut<M, A, D, O>(decision: DecisionAbout<M, A, D, O>, trace: readonly Rule[], hands: Hands<M, A, D, O>): DecisionAnswer {
  if (decision.kind === "question") return carriedOut(decision.unanswered, trace, hands);
  if (decision.kind === "silence") return silence(trace, SILENCE_REASONS[decision.reason]);
  for (const change of decision.changes) hands.apply(change);
  const changes = decision.changes.map((change) => inWords(change, hands));
  if (decision.kind === "update")
    return { trace, outcome: "update", words: "nothing is answered to such a message", reply: undefined, changes };
  const { message, to } = decision;
  return {
    trace,
    outcome: "reply",
    words: `to ${hands.formatEndpoint(to.address, to.port)}`,
    reply: hands.formatMessage(message),
    changes,
  };
}

function silence(trace: readonly Rule[], words: string): DecisionAnswer {
  return { trace, outcome: "silence", words, reply: undefined, changes: [] };
}

function inWords<M, A, D, O>(change: LeaseChangeOf<A, O>, { formatAddress, formatLease }: Hands<M, A, D, O>): string {
  switch (change.kind) {
    case "put":
      return `lease: ${formatLease(change.lease)}`;
    case "remove":
      return `${formatAddress(change.address)} is forgotten`;
    case "hold":
      return `${formatAddress(change.hold.address)} is held for the client for a while`;
    case "withdraw":
      return `${formatAddress(change.address)} is held for nobody any longer`;
  }
}
