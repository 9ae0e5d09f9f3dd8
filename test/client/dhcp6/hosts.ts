/**
 * Hosts with the client state machine beside the server's engine, under one clock and without
 * sockets.
 */
import assert from "node:assert/strict";
import {
  type Binding,
  type ClientEvent,
  type ClientLease,
  type ClientSettings,
  type ClientState,
  ethernetClient,
  STOPPED,
  step,
} from "../../../src/client/dhcp6/index.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { firstAddress, formatIpv6Prefix, prefixLength } from "../../../src/net/ipv6-prefix.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { type Server, START, type Way } from "../../engine/support/dhcp6/server.ts";

export interface Host {
  readonly settings: ClientSettings;
  state: ClientState;
  /** The link that it is on. */
  way: Way;
  /** What is configured on its interface, by what it is. */
  readonly has: Map<string, ClientLease>;
  /** Types of what it sent, and of what it did besides. */
  readonly did: string[];
  /** The DNS servers and other options of the last answer, in hex by code. */
  options: Readonly<Record<number, string>>;
}

/**
 * What becomes of a datagram: when it arrives, in milliseconds, for each time that it does. None
 * overtakes another of its host in its direction: a RELEASE or DECLINE that comes again when the
 * client has the address again takes it away, in this protocol.
 */
export type Fate = () => readonly number[];

export interface Hosts {
  readonly now: number;
  server: Server;
  /** Whether the server hears and speaks. */
  serverUp: boolean;
  /** A host on the link of eth0 that wants an address, and a prefix if it is a router. */
  add(number: number, router: boolean, more?: Partial<ClientSettings>): Host;
  tell(host: Host, event: ClientEvent): void;
  /** A message of the server's own. */
  send(host: Host, message: Message): void;
  /** Lets so many seconds go by, with everything that happens in them. */
  pass(seconds: number, after?: () => void): void;
}

interface Arrival {
  readonly at: number;
  readonly arrive: () => void;
}

export function createHosts(server: Server, random: () => number = () => 0.5, fate: Fate = () => [0]): Hosts {
  const hosts: Host[] = [];
  const arrivals: Arrival[] = [];
  const last = new Map<string, number>();
  const deliver = (host: Host, to: "server" | "client", arrive: () => void): void => {
    for (const later of fate()) {
      const path = `${hosts.indexOf(host)} ${to}`;
      const at = Math.max(world.now + later, last.get(path) ?? 0);
      last.set(path, at);
      arrivals.push({ at, arrive });
    }
  };

  function toServer(host: Host, bytes: Uint8Array): void {
    if (!world.serverUp) return;
    const decoded = decode(bytes);
    assert.ok(decoded.ok);
    world.server.now = START + Math.floor(world.now / 1000);
    const decision = world.server.decide(decoded.message, host.way);
    if (decision.kind !== "reply") return;
    const answer = encodeMessage(decision.message);
    deliver(host, "client", () => world.tell(host, { kind: "datagram", bytes: answer, unicast: true }));
  }

  const world = {
    now: 0,
    server,
    serverUp: true,
    add(number: number, router: boolean, more: Partial<ClientSettings> = {}): Host {
      const usual = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, number));
      const associations = router ? [...usual.associations, { kind: "IA_PD", iaid: 1, prefixes: [] } as const] : usual.associations;
      const host: Host = {
        settings: { ...usual, associations, ...more },
        state: STOPPED,
        way: { source: `fe80::${number.toString(16)}` },
        has: new Map(),
        did: [],
        options: {},
      };
      hosts.push(host);
      return host;
    },
    tell(host: Host, event: ClientEvent): void {
      const { state, actions } = step(host.settings, host.state, event, world.now, random);
      host.state = state;
      for (const action of actions) {
        switch (action.kind) {
          case "send": {
            const bytes = encodeMessage(action.message);
            host.did.push(nameOf(action.message));
            deliver(host, "server", () => toServer(host, bytes));
            break;
          }
          case "configure":
            assert.ok(!host.has.has(nameOfLease(action.lease)));
            host.has.set(nameOfLease(action.lease), action.lease);
            break;
          case "extend":
            assert.ok(host.has.has(nameOfLease(action.lease)));
            host.has.set(nameOfLease(action.lease), action.lease);
            break;
          case "deconfigure":
            assert.ok(host.has.delete(nameOfLease(action.lease)));
            host.did.push(action.reason);
            break;
          case "options":
            host.options = Object.fromEntries(action.message.options.map(({ code, data }) => [code, toHex(data)]));
        }
      }
    },
    send(host: Host, message: Message): void {
      const bytes = encodeMessage(message);
      deliver(host, "client", () => world.tell(host, { kind: "datagram", bytes, unicast: true }));
    },
    pass(seconds: number, after: () => void = () => {}): void {
      const end = world.now + seconds * 1000;
      for (let steps = 0; ; steps++) {
        assert.ok(steps < 1_000_000, "it does not come to rest");
        const due = Math.min(...hosts.map(({ state }) => state.wakeAt), ...arrivals.map(({ at }) => at));
        if (due > end) break;
        world.now = Math.max(world.now, due);
        for (const { arrive } of takeDue(arrivals, world.now)) arrive();
        for (const host of hosts) if (host.state.wakeAt <= world.now) world.tell(host, { kind: "tick" });
        after();
      }
      world.now = end;
    },
  };
  return world;
}

function takeDue(arrivals: Arrival[], now: number): readonly Arrival[] {
  const due = arrivals.filter(({ at }) => at <= now);
  arrivals.splice(0, arrivals.length, ...arrivals.filter(({ at }) => at > now));
  return due;
}

function nameOf({ type }: Message): string {
  return Object.entries(MessageType).find(([, value]) => value === type)?.[0] ?? "";
}

export function nameOfLease({ prefix }: ClientLease): string {
  return prefixLength(prefix) === 128 ? formatIpv6(firstAddress(prefix)) : formatIpv6Prefix(prefix);
}

/** What a host has that was switched off. */
export function bindingOf(host: Host): Binding {
  assert.ok(host.state.binding !== undefined);
  return host.state.binding;
}
