import assert from "node:assert/strict";
import type { Dhcp6Config } from "../../../../src/config/model/dhcp6.ts";
import { type Context, decide, type Received, type ServedInterface } from "../../../../src/engine/dhcp6/decide.ts";
import { createDecider } from "../../../../src/engine/dhcp6/decider.ts";
import type { Answers, Decision } from "../../../../src/engine/dhcp6/decision.ts";
import { describe as describeEvent } from "../../../../src/engine/dhcp6/trace.ts";
import type { Notice } from "../../../../src/engine/notice.ts";
import { type Association, clientKeyOf } from "../../../../src/leases/dhcp6/client-key.ts";
import { type LeaseChange, type LeaseOwner, LeaseState } from "../../../../src/leases/dhcp6/lease.ts";
import { createSpace } from "../../../../src/leases/dhcp6/space.ts";
import { createLeaseTable, type LeaseTable } from "../../../../src/leases/dhcp6/table.ts";
import type { Message } from "../../../../src/wire/dhcp6/message.ts";
import { address, type ConfigSpec, configOf, type NetworkSpec, prefix } from "./config.ts";
import { duid, SERVER_DUID } from "./messages.ts";
import { describe, describeHold, describeLeaseAt, type Outcome } from "./outcome.ts";

/** How a message came in; what is left out: multicast on eth0 from a link-local address. */
export interface Way {
  readonly source?: string;
  readonly destination?: string;
  readonly interface?: ServedInterface;
  readonly sourcePort?: number;
  readonly serverPort?: number;
}

export const ETH0: ServedInterface = {
  index: 2,
  name: "eth0",
  address: address("fe80::1"),
  addresses: [address("fe80::1"), address("2001:db8:1::1")],
};
export const ETH1: ServedInterface = {
  index: 3,
  name: "eth1",
  address: address("fe80::2"),
  addresses: [address("fe80::2"), address("2001:db8:2::1")],
};

/**
 * The network of most tests: the server is ::1 on eth0, addresses are given out from ::100 upwards.
 */
export const HOME: NetworkSpec = { ranges: ["2001:db8:1::100 2001:db8:1::1ff"], prefixPools: ["2001:db8:8000::/40 56"] };
/** Another network, in which eth1 of the server is 2001:db8:2::1. */
export const AWAY: NetworkSpec = { ranges: ["2001:db8:2::100 2001:db8:2::1ff"], prefixPools: ["2001:db8:9000::/40 56"] };

export const START = 10_000;

export interface Lessee {
  readonly client: number;
  readonly iaid?: number;
  readonly type?: Association;
  /** `offered`: no lease, but a hold that ends at `expiry`. */
  readonly state?: keyof typeof LeaseState | "offered";
  readonly start?: number;
  readonly expiry?: number;
  readonly record?: Partial<LeaseOwner>;
}

/** The engine with a lease table and a clock, without sockets and disk. */
export interface Server {
  now: number;
  /** What is asked for numbers. */
  random: () => number;
  answers: Answers | undefined;
  ownAddresses: readonly string[];
  readonly notices: Notice<Uint8Array>[];
  /** What it began with. */
  readonly config: Dhcp6Config;
  readonly table: LeaseTable;
  /** Decides, carries out the changes, and describes the decision. */
  receive(message: Message, way?: Way): Outcome;
  /** Decides and carries out the changes. */
  decide(message: Message, way?: Way): Decision;
  /** Decides and changes nothing. */
  consider(message: Message, way?: Way): Outcome;
  /** The reasons that the decision was made for. */
  explain(message: Message, way?: Way): readonly string[];
  /** Goes on with another configuration. */
  reload(config: Dhcp6Config): void;
  /** Puts a lease in the table. */
  lease(at: string, lessee: Lessee): void;
  /** The lease as text; undefined: none. */
  leaseAt(at: string): string | undefined;
  holdOn(at: string): string | undefined;
}

export function home(network: NetworkSpec = {}, rest: Omit<ConfigSpec, "networks"> = {}): Server {
  return serverOf(configOf({ networks: { "2001:db8:1::/64": { ...HOME, ...network } }, ...rest }));
}

export function homeAndAway(network: NetworkSpec = {}, away: NetworkSpec = {}, rest: Omit<ConfigSpec, "networks"> = {}): Server {
  const networks = { "2001:db8:1::/64": { ...HOME, ...network }, "2001:db8:2::/64": { ...AWAY, ...away } };
  return serverOf(configOf({ networks, ...rest }));
}

export function serverOf(config: Dhcp6Config): Server {
  const table = createLeaseTable(config);
  let decider = createDecider(config);
  const notices: Notice<Uint8Array>[] = [];
  const context = ({ now, random, answers, ownAddresses }: Server): Context => ({
    decider,
    leases: table,
    now,
    random,
    serverIdentifier: SERVER_DUID,
    answers,
    ownAddresses: ownAddresses.map(address),
    notify: (notice) => notices.push(notice),
  });
  return {
    now: START,
    random: () => 0,
    answers: undefined,
    ownAddresses: [],
    notices,
    config,
    table,
    decide(message, way) {
      const decision = decide(context(this), received(message, way));
      for (const change of changesOf(decision)) table.apply(change);
      return decision;
    },
    receive(message, way) {
      // Described first: byte strings of the decision may be views of the table.
      const decision = decide(context(this), received(message, way));
      const outcome = describe(decision);
      for (const change of changesOf(decision)) table.apply(change);
      return outcome;
    },
    consider(message, way) {
      return describe(decide(context(this), received(message, way)));
    },
    explain(message, way) {
      const lines: string[] = [];
      decide(context(this), received(message, way), (event) => lines.push(`${event.rule}: ${describeEvent(event)}`));
      return lines;
    },
    reload(other) {
      decider = createDecider(other);
      assert.ok(table.moveTo(createSpace(other)).step(Number.POSITIVE_INFINITY));
    },
    lease(at, { client, iaid = 1, type = at.includes("/") ? 2 : 1, state = "bound", start = START, expiry = START + 4000, record = {} }) {
      const owner: LeaseOwner = {
        clientKey: clientKeyOf(type, iaid, duid(client)),
        preferredLifetime: 2500,
        peerAddress: undefined,
        relays: undefined,
        interfaceName: undefined,
        hardware: undefined,
        hostname: undefined,
        vendorClass: undefined,
        reconfigureKey: undefined,
        limitKeys: undefined,
        ...record,
      };
      if (state === "offered") table.apply({ kind: "hold", hold: { address: prefix(at), until: expiry, owner } });
      else table.apply({ kind: "put", lease: { address: prefix(at), state: LeaseState[state], start, expiry, owner } });
    },
    leaseAt(at) {
      const lease = table.byAddress(prefix(at));
      return lease && describeLeaseAt(lease);
    },
    holdOn(at) {
      const hold = table.holdOn(prefix(at));
      return hold && describeHold(hold);
    },
  };
}

export function changesOf(decision: Decision): readonly LeaseChange[] {
  if (decision.kind === "silence") return [];
  return decision.kind === "question" ? decision.holds : decision.changes;
}

export function received(message: Message, way: Way = {}): Received {
  const { relays } = message;
  return {
    message,
    interface: way.interface ?? ETH0,
    source: address(way.source ?? (relays.length === 0 ? "fe80::a" : "2001:db8:f::9")),
    sourcePort: way.sourcePort ?? (relays.length === 0 ? 546 : 547),
    destination: address(way.destination ?? (relays.length === 0 ? "ff02::1:2" : "2001:db8:1::1")),
    serverPort: way.serverPort ?? 547,
    length: 100,
  };
}
