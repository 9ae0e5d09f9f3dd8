/**
 * A network of ten thousand clients for a week: hosts with a client of each protocol, on links of
 * the server and behind relays; messages that are lost, doubled and late; hosts that come, go, move
 * and forget; and a server of both protocols that is killed and started again. What must be true:
 *
 *  - No address and no prefix is held by two hosts at one time, as they count themselves.
 *  - In the end, when the weather is calm, every client that can have an address has one: where a
 *    range is too small for all hosts of its link, not one of its addresses is free.
 *
 * The smaller world beside it has the disk and the clocks go wrong too.
 */

import type { ClientLease as ClientLease4 } from "../../../src/client/dhcp4/lease.ts";
import { ethernetClient as ethernetClient4 } from "../../../src/client/dhcp4/messages.ts";
import type { ClientLease as ClientLease6 } from "../../../src/client/dhcp6/binding.ts";
import { ethernetClient as ethernetClient6 } from "../../../src/client/dhcp6/messages.ts";
import { loadConfig } from "../../../src/config/load.ts";
import type { Config } from "../../../src/config/model/config.ts";
import type { Dhcp6Config } from "../../../src/config/model/dhcp6.ts";
import type { ServedInterface as Interface4 } from "../../../src/engine/dhcp4/exchange.ts";
import type { ServedInterface as Interface6 } from "../../../src/engine/dhcp6/exchange.ts";
import { duidLl } from "../../../src/net/duid.ts";
import { formatIpv4 } from "../../../src/net/ipv4.ts";
import { type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import { formatIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { decode as decode4 } from "../../../src/wire/dhcp4/decode.ts";
import { createRandom, type Random } from "../../support/random.ts";
import { createEvents, type Events } from "../events.ts";
import { Host as Host4, type Witness as Witness4 } from "../host.ts";
import { type Link as Link4, LONGEST_WAY, Network as Network4, type Weather } from "../network.ts";
import { createDisk } from "./disk.ts";
import { Host6, type Witness6 } from "./host6.ts";
import { keyOf, type Link6, Network6 } from "./network6.ts";
import { createServer, type Server } from "./server.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** How long the weather is calm in the end: a client that asks in vain asks once an hour. */
const CALM = 4 * HOUR;
/** Lease time is in whole seconds, and so ends up to two earlier than the client counts. */
const ROUNDING = 2 * SECOND;

export interface LargeSize {
  /** Hosts that may be on any link; each has two clients. */
  readonly hosts: number;
  /** Hosts that share a range that is too small for them, and how many addresses it has. */
  readonly crowd: number;
  readonly places: number;
  /** Milliseconds; the calm comes on top. */
  readonly duration: number;
}

export const WEEK: LargeSize = { hosts: 4797, crowd: 203, places: 200, duration: 7 * DAY };

export interface LargeReport {
  /** What must never be, with the time; empty in a sound world. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** A link of both protocols. */
interface Link {
  readonly dhcp4: Link4;
  readonly dhcp6: Link6;
}

/** A host with two clients, which are switched on and off together. */
interface Host {
  readonly dhcp4: Host4;
  readonly dhcp6: Host6;
  readonly home: Link;
  /** Undefined: it is off. */
  link: Link | undefined;
}

const ipv6 = (text: string): Ipv6 => parseIpv6(text) as Ipv6;

function interfacesOf(number: number, name: string): { readonly dhcp4: Interface4; readonly dhcp6: Interface6 } {
  const linkLocal = ipv6(`fe80::1:${number}`);
  return {
    dhcp4: { index: number + 2, name, address: 0x0a000001 + number * 0x10000, prefixLength: 16 },
    dhcp6: { index: number + 2, name, address: linkLocal, addresses: [linkLocal, ipv6(`2001:db8:${number}::1`)] },
  };
}

const ETH0 = interfacesOf(0, "eth0");
const ETH1 = interfacesOf(1, "eth1");

/** Number n has the networks 10.n.0.0/16 and 2001:db8:n::/64, and delegates prefixes of fd00:n::/32. */
function linkOf(number: number, name: string, { dhcp4, dhcp6 }: typeof ETH0, relayed: boolean): Link {
  const first = 0x0a00 + number;
  return {
    dhcp4: { name, interface: dhcp4, relay: relayed ? first * 0x10000 + 1 : undefined, networks: [first] },
    dhcp6: { name, interface: dhcp6, relay: relayed ? ipv6(`2001:db8:${number}::1`) : undefined },
  };
}

const LINKS: readonly Link[] = [
  linkOf(0, "direct", ETH0, false),
  linkOf(1, "other", ETH1, false),
  linkOf(2, "relayed", ETH0, true),
  linkOf(3, "far", ETH1, true),
];
const CROWDED = linkOf(4, "crowded", ETH0, true);

const CALM_WEATHER: Weather = { loss: 0, duplication: 0, delay: 0 };
const WEATHERS: readonly Weather[] = [
  CALM_WEATHER,
  { loss: 0.05, duplication: 0.02, delay: 0.02 },
  { loss: 0.1, duplication: 0.1, delay: 0.1 },
  { loss: 0.3, duplication: 0.2, delay: 0.3 },
];

function configure(places: number): { readonly config: Config; readonly config6: Dhcp6Config } {
  const last = (number: number): string => (number === 4 ? `10.4.1.${places}` : `10.${number}.200.255`);
  const last6 = (number: number): string => (number === 4 ? `2001:db8:4::1:${places.toString(16)}` : `2001:db8:${number}::1:ffff`);
  const text = {
    config: { lease_time: "2d" },
    probation_period: "10m",
    networks: Object.fromEntries(
      [0, 1, 2, 3, 4].map((n) => [
        `10.${n}.0.0/16`,
        { ranges: [{ start: `10.${n}.1.1`, end: last(n) }], options: { routers: `10.${n}.0.1` } },
      ]),
    ),
    v6: {
      config: { lease_time: "2d", preferred_time: "36h", renew_time: "1d", rebind_time: "39h" },
      networks: Object.fromEntries(
        [0, 1, 2, 3, 4].map((n) => [
          `2001:db8:${n}::/64`,
          {
            ranges: [{ start: `2001:db8:${n}::1:1`, end: last6(n) }],
            prefix_pools: [{ prefix: `fd00:${n}::/32`, delegated_length: 56 }],
          },
        ]),
      ),
    },
  };
  const loaded = loadConfig(JSON.stringify(text), "world.json");
  if (!loaded.ok || loaded.config.dhcp6 === undefined) throw new Error(JSON.stringify(loaded));
  return { config: loaded.config, config6: loaded.config.dhcp6 };
}

/** Lives through a world. It always ends the same way for a seed and size. */
export async function runLargeWorld(seed: number, size: LargeSize): Promise<LargeReport> {
  return await new World(seed, size).run();
}

class World {
  readonly #size: LargeSize;
  readonly #random: Random;
  readonly #events: Events = createEvents();
  readonly #server: Server;
  readonly #network4: Network4;
  readonly #network6: Network6;
  readonly #hosts: Host[] = [];
  readonly #violations: string[] = [];
  readonly #counts: Record<string, number> = {};
  #calm = false;

  constructor(seed: number, size: LargeSize) {
    this.#size = size;
    this.#random = createRandom(seed);
    const links = [...LINKS, CROWDED];
    this.#network4 = new Network4(
      this.#events,
      this.#random,
      links.map(({ dhcp4 }) => dhcp4),
      (datagram) => this.#server.receive(datagram),
    );
    this.#network6 = new Network6(this.#network4.weather, this.#events, this.#random, (datagram) => this.#server.receive6(datagram));
    this.#server = createServer(
      {
        ...configure(size.places),
        interfaces: [ETH0.dhcp4, ETH1.dhcp4],
        interfaces6: [ETH0.dhcp6, ETH1.dhcp6],
        serverIdentifier: duidLl({ type: 1, address: Uint8Array.of(2, 1, 1, 1, 1, 1) }),
        events: this.#events,
        random: this.#random,
        onSent: (payload, to) => {
          const decoded = decode4(payload.slice());
          if (!decoded.ok) throw new Error(`the server sent what is no message: ${decoded.problem}`);
          this.#network4.deliver(decoded.message, to);
        },
        onSent6: (payload, to) => this.#network6.deliver(payload, to),
      },
      createDisk(),
    );
  }

  async run(): Promise<LargeReport> {
    const { hosts, crowd, duration } = this.#size;
    const witness4 = this.#witnessOf<Host4, ClientLease4>(
      "v4",
      ({ address }) => formatIpv4(address),
      (lease) => lease.expiry,
    );
    const witness6 = this.#witnessOf<Host6, ClientLease6>(
      "v6",
      ({ prefix }) => keyOf(prefix),
      (lease) => lease.validUntil,
    );
    for (let number = 0; number < hosts; number++) this.#addHost(number, this.#random.pick(LINKS), witness4, witness6);
    for (let number = hosts; number < hosts + crowd; number++) this.#addHost(number, CROWDED, witness4, witness6);
    this.#server.start();
    this.#later(HOUR, () => this.#changeWeather());
    this.#later(8 * HOUR, () => this.#restartServer());
    await this.#live(duration);
    this.#calm = true;
    Object.assign(this.#network4.weather, CALM_WEATHER);
    if (!this.#server.up) this.#server.start();
    for (const host of this.#hosts) this.#switchOn(host, host.home);
    await this.#live(duration + CALM);
    if (this.#violations.length === 0) this.#checkServed();
    return { violations: this.#violations, counts: this.#counts };
  }

  async #live(end: number): Promise<void> {
    try {
      while (this.#violations.length === 0 && this.#events.step(end)) {
        // What was settled is told, and acted on, before anything else happens.
        for (let i = 0; i < 4; i++) await undefined;
      }
    } catch (error) {
      this.#violation(error instanceof Error ? String(error.stack) : String(error));
    }
  }

  #addHost(number: number, home: Link, witness4: Witness4, witness6: Witness6): void {
    const chaddr = Uint8Array.of(2, 0, 0, 0, number >> 8, number & 255);
    const linkLocal = ipv6(`fe80::ff:fe00:${number.toString(16)}`);
    const settings4 = { ...ethernetClient4(chaddr), broadcast: number % 4 === 0 };
    const one = ethernetClient6(chaddr);
    // A router wants a prefix too.
    const isRouter = number % 4 === 1;
    const settings6 = isRouter ? { ...one, associations: [...one.associations, { kind: "IA_PD", iaid: 1, prefixes: [] } as const] } : one;
    const host: Host = {
      dhcp4: new Host4(number, settings4, this.#events, this.#network4, witness4, this.#random),
      dhcp6: new Host6(number, settings6, linkLocal, {
        events: this.#events,
        network: this.#network6,
        witness: witness6,
        random: this.#random,
      }),
      home,
      link: undefined,
    };
    this.#hosts.push(host);
    this.#network4.add(host.dhcp4);
    this.#network6.add(host.dhcp6);
    this.#events.after(this.#random.below(HOUR), () => this.#switchOn(host, home));
    this.#later(3 * DAY, () => this.#change(host));
  }

  #switchOn(host: Host, link: Link): void {
    if (host.link !== undefined) return;
    host.link = link;
    host.dhcp4.plugIn(link.dhcp4);
    host.dhcp6.plugIn(link.dhcp6);
  }

  #switchOff(host: Host): void {
    host.link = undefined;
    host.dhcp4.unplug();
    host.dhcp6.unplug();
  }

  /** Something in the life of a host, again and again. */
  #change(host: Host): void {
    if (this.#calm) return;
    this.#later(3 * DAY, () => this.#change(host));
    const { link } = host;
    if (link === undefined) return;
    const back = (to: Link, time: number): void => {
      this.#switchOff(host);
      this.#events.after(this.#calm ? MINUTE : time, () => this.#switchOn(host, to));
    };
    const what = this.#random.below(8);
    if (what < 2) {
      this.#count("releases");
      host.dhcp4.release();
      host.dhcp6.release();
      this.#events.after(LONGEST_WAY, () => back(link, this.#random.below(12 * HOUR)));
    } else if (what < 4) {
      this.#count("reboots");
      back(link, 10 * SECOND + this.#random.below(this.#random.pick([MINUTE, 12 * HOUR, 2 * DAY])));
    } else if (what < 6 && host.home !== CROWDED) {
      this.#count("moves");
      back(this.#random.pick(LINKS), 10 * SECOND + this.#random.below(10 * MINUTE));
    } else if (what < 7) {
      this.#count("installations");
      back(link, MINUTE);
      host.dhcp4.forget();
      host.dhcp6.forget();
    } else {
      host.dhcp4.renew();
      host.dhcp6.renew();
    }
  }

  #changeWeather(): void {
    if (this.#calm) return;
    this.#later(HOUR, () => this.#changeWeather());
    Object.assign(this.#network4.weather, this.#random.pick(WEATHERS));
  }

  #restartServer(): void {
    if (this.#calm) return;
    this.#later(8 * HOUR, () => this.#restartServer());
    if (!this.#server.up) return;
    this.#count("restarts of the server");
    this.#server.kill();
    this.#events.after(this.#random.below(this.#random.pick([SECOND, 5 * MINUTE, HOUR])), () => {
      if (!this.#server.up) this.#server.start();
    });
  }

  /** Sees to it that nothing is held by two hosts, as they know. */
  #witnessOf<H extends { readonly number: number }, L>(
    protocol: string,
    keyOfLease: (lease: L) => string,
    endOf: (lease: L) => number,
  ): { holds(host: H, lease: L, isNew: boolean): boolean; loses(host: H, lease: L): void; refused(host: H, lease: L): void } {
    const holders = new Map<string, { readonly host: H; readonly until: number }>();
    return {
      holds: (host, lease, isNew) => {
        this.#count(`${protocol} ${isNew ? "bound" : "renewed"}`);
        const key = keyOfLease(lease);
        const before = holders.get(key);
        if (before !== undefined && before.host !== host && before.until > this.#events.now + ROUNDING)
          this.#violation(`${protocol}: host ${host.number} got ${show(lease)}, which host ${before.host.number} holds`);
        holders.set(key, { host, until: endOf(lease) });
        if (this.#calm || !isNew || this.#random.below(500) > 0) return false;
        this.#count("conflicts");
        return true;
      },
      loses(host, lease) {
        const key = keyOfLease(lease);
        if (holders.get(key)?.host === host) holders.delete(key);
      },
      refused: (host, lease) => this.#violation(`${protocol}: host ${host.number} was refused ${show(lease)}, which it holds`),
    };
  }

  #checkServed(): void {
    const served = { dhcp4: 0, dhcp6: 0 };
    for (const host of this.#hosts) {
      const has4 = this.#has4(host);
      const has6 = this.#has6(host);
      if (host.home === CROWDED) {
        if (has4) served.dhcp4++;
        if (has6) served.dhcp6++;
      } else if (!has4 || !has6) {
        const what = has4 ? "all it wants of DHCPv6" : "an address of DHCPv4";
        this.#violation(`host ${host.dhcp4.number} on ${host.link?.dhcp4.name} does not have ${what}`);
      }
    }
    const { crowd, places } = this.#size;
    const most = Math.min(crowd, places);
    if (served.dhcp4 !== most || served.dhcp6 !== most)
      this.#violation(
        `of ${crowd} hosts that share ${places} addresses ${served.dhcp4} have one of DHCPv4 and ${served.dhcp6} one of DHCPv6`,
      );
  }

  /** Whether it has an address of its link. */
  #has4({ dhcp4, link }: Host): boolean {
    const { lease } = dhcp4;
    return lease !== undefined && lease.expiry > this.#events.now && link?.dhcp4.networks.includes(lease.address >>> 16) === true;
  }

  /** Whether it has what it wants, of its link. */
  #has6({ dhcp6 }: Host): boolean {
    const current = dhcp6.leases.filter(({ validUntil }) => validUntil > this.#events.now);
    return dhcp6.settings.associations.every(({ kind }) => current.some((lease) => lease.kind === kind));
  }

  /** After a random time of this length on average. */
  #later(average: number, happen: () => void): void {
    this.#events.after(-Math.log((this.#random.next() + 1) / 2 ** 32) * average, happen);
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }

  #violation(text: string): void {
    this.#violations.push(`${Math.round(this.#events.now / 1000)} s: ${text}`);
  }
}

function show(lease: ClientLease4 | ClientLease6 | unknown): string {
  const { address, prefix } = lease as Partial<ClientLease4 & ClientLease6>;
  return prefix === undefined ? formatIpv4(address ?? 0) : formatIpv6Prefix(prefix);
}
