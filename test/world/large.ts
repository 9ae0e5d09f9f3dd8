/**
 * A large network in memory: thousands of clients of `client/`, of both protocols, directly on the
 * links of their servers and behind relays, with servers of tables, stores and pumps of their own,
 * under one clock. Datagrams are lost, doubled and overtaken, and servers and clients are restarted
 * at any time. What must be true:
 *
 *  - No address and no prefix is held by two clients at one time, as they count themselves.
 *  - In the end every client that can have what it wants has it: all, and on the links that are too
 *    small as many as there are addresses.
 */
import * as client4 from "../../src/client/dhcp4/index.ts";
import * as client6 from "../../src/client/dhcp6/index.ts";
import { type RunningClient, runClient } from "../../src/client/run.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Dhcp6Config } from "../../src/config/model/dhcp6.ts";
import type { ServedInterface } from "../../src/engine/dhcp4/decide.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { createRandom, type Random } from "../support/random.ts";
import { dhcp4Of } from "./dhcp4.ts";
import { dhcp6Of } from "./dhcp6.ts";
import { createDisk } from "./disk.ts";
import { createEvents, type Events } from "./events.ts";
import { Machine } from "./machine.ts";
import { type Link, Network, type Station, type Weather } from "./network.ts";
import { ETHER, type Link6, Network6 } from "./network6.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface LargeSize {
  /** Of each protocol. */
  readonly clients: number;
  /** Milliseconds. */
  readonly duration: number;
}

export interface LargeReport {
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

const STORM: Weather = { loss: 0.1, duplication: 0.05, delay: 0.05 };
const CALM: Weather = { loss: 0, duplication: 0, delay: 0 };
/** How long there is no trouble at the end: a client that was not answered asks again after an hour at most. */
const CALM_FOR = 3 * HOUR;

const ETH0: ServedInterface = { index: 2, name: "eth0", address: 0x0a000001, prefixLength: 16 };
const LINKS4: readonly Link[] = [
  { name: "direct", interface: ETH0, relay: undefined, networks: [0x0a00] },
  { name: "relayed", interface: ETH0, relay: 0x0a010001, networks: [0x0a01] },
  { name: "small", interface: ETH0, relay: 0x0a020001, networks: [0x0a02] },
];
const LINKS6: readonly Link6[] = [
  { name: "direct", relay: undefined },
  { name: "relayed", relay: ETHER.relays[0] },
  { name: "small", relay: ETHER.relays[1] },
];
/** On each small link, behind one relay, so many clients want so many addresses. */
const CROWD = 203;
const ROOM = 200;
const LEASE_TIME = 2 * DAY;

/** A client of either protocol, as its world treats it. */
interface Member {
  readonly name: string;
  readonly isOnSmallLink: boolean;
  /** Whether it has all that it wants. */
  isServed(): boolean;
  /** Off, without a word, and on again after `time`: it remembers its leases. */
  restart(time: number): void;
}

/** Lives through it. It always ends the same way for a seed and size. */
export async function runLarge(seed: number, size: LargeSize): Promise<LargeReport> {
  const random = createRandom(seed);
  const events = createEvents();
  const counts: Record<string, number> = {};
  const violations: string[] = [];
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1;
  };
  const violation = (text: string): void => void violations.push(`at ${(events.now / DAY).toFixed(5)} d: ${text}`);
  const claims = createClaims(events, violation);
  const world: World = { events, random, claims, count };

  const capacity = size.clients + 50;
  const config = configFor(capacity);
  /** Whether a server did something, which alone has promises. */
  let stirred = true;
  const ofServers: Events = {
    get now() {
      return events.now;
    },
    at: (time, happen) =>
      events.at(time, () => {
        stirred = true;
        happen();
      }),
    after: (delay, happen) => ofServers.at(events.now + delay, happen),
    step: events.step,
  };
  const parts = {
    events: ofServers,
    random,
    onSettled: () => {},
    onStarted: () => {},
    onCrash: (error: unknown) => violation(`a server crashed: ${error}`),
  };
  const network4 = new Network(events, random, LINKS4, (datagram) => machine4.receive(datagram));
  const machine4 = new Machine({
    ...parts,
    protocol: dhcp4Of(config, [ETH0]),
    disk: createDisk(),
    onSent: (message, to) => network4.deliver(message, to),
  });
  const network6 = new Network6(events, random, LINKS6, (datagram) => machine6.receive(datagram));
  const machine6 = new Machine({
    ...parts,
    protocol: dhcp6Of(config.dhcp6 as Dhcp6Config, [ETHER.interface]),
    disk: createDisk(),
    onSent: (message, to) => network6.deliver(message, to),
  });
  const machines = [machine4, machine6];

  const members: Member[] = [];
  for (let number = 0; number < size.clients; number++) {
    const link = number < CROWD ? 2 : number % 2;
    members.push(member4(world, network4, number, LINKS4[link] as Link));
    members.push(member6(world, network6, number, LINKS6[link] as Link6));
  }

  const end = size.duration;
  Object.assign(network4.weather, STORM);
  Object.assign(network6.weather, STORM);
  for (const machine of machines) {
    machine.start();
    const trouble = (): void => {
      if (events.now > end - CALM_FOR) return;
      count("kills");
      machine.kill();
      ofServers.after(random.below(10 * MINUTE), () => machine.start());
      events.after(11 * MINUTE + random.below(12 * HOUR), trouble);
    };
    events.after(random.below(6 * HOUR), trouble);
  }
  for (const member of members) {
    const life = (): void => {
      if (events.now > end - CALM_FOR) return;
      count("restarts");
      member.restart(10 * SECOND + random.below(HOUR));
      events.after(HOUR + random.below(6 * DAY), life);
    };
    events.after(random.below(6 * DAY), life);
  }
  events.at(end - CALM_FOR + 2 * HOUR, () => {
    Object.assign(network4.weather, CALM);
    Object.assign(network6.weather, CALM);
  });

  while (violations.length === 0 && events.step(end)) {
    if (!stirred) continue;
    stirred = false;
    // What was settled is told, and acted on, before anything else happens.
    for (let i = 0; i < 4; i++) await undefined;
  }
  if (violations.length > 0) return { violations, counts };
  for (const member of members) if (!member.isOnSmallLink && !member.isServed()) violation(`${member.name} has not what it wants`);
  for (const protocol of ["DHCPv4", "DHCPv6"]) {
    const lucky = members.filter(({ name, isOnSmallLink, isServed }) => isOnSmallLink && name.startsWith(protocol) && isServed()).length;
    if (lucky !== ROOM) violation(`on the small link ${lucky} clients of ${protocol} are served, and there are ${ROOM} addresses`);
  }
  return { violations, counts };
}

interface World {
  readonly events: Events;
  readonly random: Random;
  readonly claims: Claims;
  readonly count: (what: string) => void;
}

/** Who holds what, as the clients count. */
interface Claims {
  hold(what: string | number, by: object, until: number): void;
  lose(what: string | number, by: object): void;
}

function createClaims(events: Events, violation: (text: string) => void): Claims {
  const claims = new Map<string | number, { by: object; until: number }>();
  return {
    hold(what, by, until) {
      const claim = claims.get(what);
      if (claim === undefined) claims.set(what, { by, until });
      else {
        if (claim.by !== by && claim.until > events.now) violation(`two clients hold ${what}`);
        claim.by = by;
        claim.until = until;
      }
    },
    lose(what, by) {
      if (claims.get(what)?.by === by) claims.delete(what);
    },
  };
}

/** The alarm of a client, in the time of the world. */
function alarmOf(events: Events): (at: number, ring: () => void) => () => void {
  return (at, ring) => {
    let wanted = true;
    events.at(at, () => {
      if (wanted) ring();
    });
    return () => {
      wanted = false;
    };
  };
}

function member4({ events, random, claims, count }: World, network: Network, number: number, link: Link): Member {
  const mac = Uint8Array.of(2, 4, 0, 0, number >> 8, number & 255);
  const settings = { ...client4.ethernetClient(mac), broadcast: number % 4 === 0 };
  let running: RunningClient<client4.ClientState, client4.ClientEvent> | undefined;
  let lease: client4.ClientLease | undefined;
  let address: Ipv4 | undefined;

  function act(actions: readonly client4.ClientAction[], before: client4.ClientState, after: client4.ClientState): void {
    // What was remembered is refused: no action says so, for it was not configured.
    if (before.kind === "rebooting" && after.kind === "selecting") lose();
    for (const action of actions) {
      if (action.kind === "send") network.send(link, action.message, action.from, action.to);
      else if (action.kind === "deconfigure") lose();
      else {
        count(action.kind === "configure" ? "dhcp4 bound" : "dhcp4 extended");
        if (lease !== undefined && lease.address !== action.lease.address) lose();
        lease = action.lease;
        address = lease.address;
        claims.hold(address, settings, lease.expiry);
      }
    }
  }

  function lose(): void {
    if (lease !== undefined) claims.lose(lease.address, settings);
    lease = undefined;
    address = undefined;
  }

  function start(): void {
    running = runClient(client4.machine(settings), {
      now: () => events.now,
      random: () => random.next() / 2 ** 32,
      alarm: alarmOf(events),
      act,
    });
    if (lease !== undefined && lease.expiry <= events.now) lose();
    running.happens(lease === undefined ? { kind: "start", delayed: true } : { kind: "reboot", address: lease.address, lease });
  }

  const station: Station = {
    hardwareAddress: mac,
    get link() {
      return running === undefined ? undefined : link;
    },
    get address() {
      return address;
    },
    receive: (bytes) => running?.happens({ kind: "datagram", bytes }),
  };
  network.add(station);
  events.after(random.below(HOUR), start);
  return {
    name: `DHCPv4 client ${number} on ${link.name}`,
    isOnSmallLink: link.name === "small",
    isServed: () => address !== undefined && lease !== undefined && lease.expiry > events.now && link.networks.includes(address >>> 16),
    restart(time) {
      if (running === undefined) return;
      running.stop();
      running = undefined;
      address = undefined;
      events.after(time, start);
    },
  };
}

/** Every third one is a router, which wants a prefix too. */
function member6({ events, random, claims, count }: World, network: Network6, number: number, link: Link6): Member {
  const mac = Uint8Array.of(2, 6, 0, 0, number >> 8, number & 255);
  const usual = client6.ethernetClient(mac);
  const isRouter = number >= CROWD && number % 3 === 0;
  const settings: client6.ClientSettings = {
    ...usual,
    associations: isRouter ? [...usual.associations, { kind: "IA_PD", iaid: 1, prefixes: [] }] : usual.associations,
    rapidCommit: number % 4 === 0,
  };
  let running: RunningClient<client6.ClientState, client6.ClientEvent> | undefined;
  /** What it has, or had when it was switched off. */
  let binding: client6.Binding | undefined;
  const held = new Map<string, number>();

  function act(actions: readonly client6.ClientAction[], before: client6.ClientState, after: client6.ClientState): void {
    for (const action of actions) {
      if (action.kind === "send") network.send(link, mac, action.message);
      else if (action.kind === "configure" || action.kind === "extend") {
        const name = action.lease.prefix.join(".");
        count(action.kind === "configure" ? "dhcp6 bound" : "dhcp6 extended");
        held.set(name, action.lease.validUntil);
        claims.hold(name, settings, action.lease.validUntil);
      } else if (action.kind === "deconfigure") lose(action.lease.prefix.join("."));
    }
    if (after.binding === before.binding && after.configured === before.configured) return;
    binding = after.binding;
    // What was remembered from before a restart and is refused: no action says so.
    if (after.configured && held.size > 0) {
      const has = new Set(client6.leasesOf(binding).map(({ prefix }) => prefix.join(".")));
      for (const name of held.keys()) if (!has.has(name)) lose(name);
    }
  }

  function lose(name: string): void {
    held.delete(name);
    claims.lose(name, settings);
  }

  function start(): void {
    running = runClient(client6.machine(settings), {
      now: () => events.now,
      random: () => random.next() / 2 ** 32,
      alarm: alarmOf(events),
      act,
    });
    running.happens(binding === undefined ? { kind: "start", delayed: true } : { kind: "reboot", binding });
  }

  network.add(mac, link, (bytes) => running?.happens({ kind: "datagram", bytes, unicast: true }));
  events.after(random.below(HOUR), start);
  return {
    name: `DHCPv6 client ${number} on ${link.name}`,
    isOnSmallLink: link.name === "small",
    isServed: () =>
      running?.state.configured === true &&
      held.size === settings.associations.length &&
      [...held.values()].every((until) => until > events.now),
    restart(time) {
      if (running === undefined) return;
      running.stop();
      running = undefined;
      events.after(time, start);
    },
  };
}

function configFor(capacity: number): Extract<ReturnType<typeof loadConfig>, { ok: true }>["config"] {
  const range4 = (net: number, size: number): string =>
    `{ start: 10.${net}.1.0, end: 10.${net}.${1 + ((size - 1) >> 8)}.${(size - 1) & 255} }`;
  const text = `
config: { lease_time: { default: ${LEASE_TIME / SECOND}, min: 60, max: ${LEASE_TIME / SECOND} } }
affinity: 1d
networks:
  10.0.0.0/16: { ranges: [${range4(0, capacity)}] }
  10.1.0.0/16: { ranges: [${range4(1, capacity)}] }
  10.2.0.0/16: { ranges: [${range4(2, ROOM)}] }
v6:
  config: { preferred_time: ${LEASE_TIME / SECOND}, renew_time: ${LEASE_TIME / SECOND / 2} }
  networks:
    2001:db8:0::/64: { interfaces: [eth0], ranges: [{ range: "2001:db8:0::1:0 - 2001:db8:0::1:ffff" }], prefix_pools: [{ prefix: "2001:db8:8000::/36", delegated_length: 56 }] }
    2001:db8:1::/64: { ranges: [{ range: "2001:db8:1::1:0 - 2001:db8:1::1:ffff" }], prefix_pools: [{ prefix: "2001:db8:9000::/36", delegated_length: 56 }] }
    2001:db8:2::/64: { ranges: [{ range: "2001:db8:2::1:0 - 2001:db8:2::1:${(ROOM - 1).toString(16)}" }] }
`;
  const loaded = loadConfig(text, "large.yaml");
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.config;
}
