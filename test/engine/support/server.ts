import assert from "node:assert/strict";
import type { Config } from "../../../src/config/model/config.ts";
import type { Answers } from "../../../src/engine/decision.ts";
import { type Context, decide, type Received, type ServedInterface } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import type { Decision } from "../../../src/engine/dhcp4/decision.ts";
import { describe as describeEvent } from "../../../src/engine/dhcp4/trace.ts";
import { type LeaseChange, LeaseState } from "../../../src/leases/dhcp4/lease.ts";
import { createSpace } from "../../../src/leases/dhcp4/space.ts";
import { createLeaseTable, type LeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { NO_BYTES } from "../../../src/net/bytes.ts";
import type { Ipv4 } from "../../../src/net/ipv4.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { address, text } from "./config.ts";
import { mac } from "./messages.ts";
import { describe, describeHold, type Outcome } from "./outcome.ts";

/**
 * How a message came in; what is left out: broadcast on eth0 from a client without address, or unicast from `source` to
 * the server's address.
 */
export interface Way {
  readonly source?: string;
  readonly destination?: string;
  readonly interface?: ServedInterface;
  readonly sourcePort?: number;
  readonly serverPort?: number;
}

export const ETH0: ServedInterface = { index: 2, name: "eth0", address: address("10.0.0.1"), prefixLength: 24 };
export const ETH1: ServedInterface = { index: 3, name: "eth1", address: address("10.0.1.1"), prefixLength: 24 };

/** Sent to the server alone, by a client that has this address. */
export function unicastFrom(source: string): Way {
  return { source, destination: "10.0.0.1" };
}

export const START = 1000;

export interface Lessee {
  readonly mac: string;
  /** `offered`: no lease, but a hold that ends at `expiry`. */
  readonly state?: keyof typeof LeaseState | "offered";
  readonly start?: number;
  readonly expiry?: number;
  /** Option 61. */
  readonly id?: string;
  readonly hostname?: string;
  readonly vendorClass?: string;
  readonly htype?: number;
  readonly relay?: Uint8Array;
}

/** The engine with a lease table and a clock, without sockets and disk. */
export interface Server {
  now: number;
  random: number;
  /** What probes have found out. */
  answers: Answers<Ipv4> | undefined;
  /** Addresses of the machine beside that of the receiving interface. */
  ownAddresses: readonly string[];
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
  reload(config: Config): void;
  /** Puts a lease in the table. */
  lease(at: string, lessee: Lessee): void;
  /** The lease of an address as text; undefined: none. */
  leaseAt(at: string): string | undefined;
  /** The hold of an address as text; undefined: none. */
  holdOn(at: string): string | undefined;
}

export function serverOf(config: Config): Server {
  const table = createLeaseTable(config);
  let decider = createDecider(config);
  const context = ({ now, random, answers, ownAddresses }: Server): Context => ({
    decider,
    leases: table,
    now,
    random,
    answers,
    ownAddresses: new Set(ownAddresses.map(address)),
  });
  return {
    now: START,
    random: 0,
    answers: undefined,
    ownAddresses: [],
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
    lease(at, { mac: hardware, state = "bound", start = START, expiry = START + 3600, relay, id, hostname, vendorClass, htype = 1 }) {
      const chaddr = mac(hardware);
      const bytes = (value: string | undefined): Uint8Array | undefined => (value === undefined ? undefined : text(value));
      const owner = {
        clientKey: bytes(id) ?? Uint8Array.of(htype, ...chaddr),
        clientIdentifier: bytes(id),
        htype,
        chaddr,
        hostname: bytes(hostname),
        vendorClass: bytes(vendorClass),
        relayAgentInformation: relay === undefined ? undefined : Uint8Array.from(relay ?? NO_BYTES),
        limitKeys: undefined,
      };
      if (state === "offered") table.apply({ kind: "hold", hold: { address: address(at), until: expiry, owner } });
      else table.apply({ kind: "put", lease: { address: address(at), state: LeaseState[state], start, expiry, owner } });
    },
    holdOn(at) {
      const hold = table.holdOn(address(at));
      return hold && describeHold(hold);
    },
    leaseAt(at) {
      const lease = table.byAddress(address(at));
      return lease === undefined ? undefined : describe({ kind: "update", changes: [{ kind: "put", lease }] }).changes?.[0];
    },
  };
}

function changesOf(decision: Decision): readonly LeaseChange[] {
  if (decision.kind === "silence") return [];
  return decision.kind === "question" ? decision.holds : decision.changes;
}

export function received(message: Message, way: Way = {}): Received {
  return {
    message,
    interface: way.interface ?? ETH0,
    source: address(way.source ?? "0.0.0.0"),
    sourcePort: way.sourcePort ?? 68,
    destination: address(way.destination ?? "255.255.255.255"),
    serverPort: way.serverPort ?? 67,
  };
}
