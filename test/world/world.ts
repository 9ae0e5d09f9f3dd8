/**
 * A world in memory: hosts with clients of `client/`, relays, the server with its table, its store
 * and its clocks, under one virtual time, and everything that can go wrong between them. No timers,
 * no sockets, no threads; a seed decides all of it. What must be true whatever happens:
 *
 *  - No two hosts hold the same address at one time, as they count themselves, switched on or not.
 *  - An ACK leaves when its lease is on disk, whole, and for as long as the ACK says.
 *  - What is on disk equals what is in memory after every commit; and after a restart, so that a restart is invisible.
 *  - Whoever holds a lease where he got it is never refused it.
 *  - When the weather is calm every host has an address of its link, after a bounded time.
 */

import type { ClientLease } from "../../src/client/dhcp4/lease.ts";
import { ethernetClient } from "../../src/client/dhcp4/messages.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { ServedInterface } from "../../src/engine/dhcp4/decide.ts";
import { type Lease, type LeaseOwner, LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { equalBytes, toHex } from "../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/message.ts";
import { messageType, optionU32 } from "../../src/wire/dhcp4/options.ts";
import { countedOneByOne } from "../support/address-counts.ts";
import { addressIn, isOfLease } from "../support/leases.ts";
import { createRandom, type Random } from "../support/random.ts";
import { dhcp4Of } from "./dhcp4.ts";
import { createLeaseDisk, type LeaseDisk } from "./disk.ts";
import { createEvents, type Events } from "./events.ts";
import { Host, type Witness } from "./host.ts";
import { Machine } from "./machine.ts";
import { type Link, LONGEST_WAY, Network, type Weather } from "./network.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Wall clock of 1970, against what is right. */
const NO_CLOCK = -Date.UTC(2026, 10) / 1000;
/** Lease time is in whole seconds, and goes back by up to one at a boot of the machine. */
const ROUNDING = SECOND;
const PROBATION = 10 * MINUTE;

export interface WorldSize {
  readonly hosts: number;
  /** How long all goes wrong that can, in milliseconds; the calm after it comes on top. */
  readonly duration: number;
  /** Seconds. */
  readonly leaseTime: number;
  /** How often something happens to the server, in milliseconds on average. */
  readonly troubleEvery: number;
  /** How often something happens to a host. */
  readonly changeEvery: number;
}

export interface Report {
  /** What must never be, with the time; empty in a sound world. */
  readonly violations: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** Lives through a world. It always ends the same way for a seed and size. */
export async function runWorld(seed: number, size: WorldSize): Promise<Report> {
  const world = new World(seed, size);
  return await world.run();
}

const ETH0: ServedInterface = { index: 2, name: "eth0", address: 0x0a000001, prefixLength: 16 };
const ETH1: ServedInterface = { index: 3, name: "eth1", address: 0x0a010001, prefixLength: 16 };

const LINKS: readonly Link[] = [
  { name: "direct", interface: ETH0, relay: undefined, networks: [0x0a00] },
  { name: "other", interface: ETH1, relay: undefined, networks: [0x0a01] },
  { name: "relayed", interface: ETH0, relay: 0x0a020001, networks: [0x0a02] },
  { name: "shared", interface: ETH0, relay: 0x0a030001, networks: [0x0a03, 0x0a04] },
];

const WEATHERS: readonly Weather[] = [
  { loss: 0, duplication: 0, delay: 0 },
  { loss: 0.1, duplication: 0.05, delay: 0.05 },
  { loss: 0.3, duplication: 0.2, delay: 0.3 },
];

class World implements Witness {
  readonly #size: WorldSize;
  readonly #random: Random;
  readonly #events: Events = createEvents();
  readonly #disk: LeaseDisk = createLeaseDisk();
  readonly #config: Config;
  readonly #links: readonly Link[];
  readonly #network: Network;
  readonly #machine: Machine<Message, Ipv4, LeaseOwner>;
  readonly #hosts: Host[] = [];
  /** Who holds each address, as they know. */
  readonly #holders = new Map<Ipv4, Set<Host>>();
  readonly #violations: string[] = [];
  readonly #counts: Record<string, number> = {};
  #calm = false;
  #lastWrites: readonly StoreWrite[] = [];
  /** Until when the machine is left alone: the server has to notice that its clock was set. */
  #leftAloneUntil = 0;

  constructor(seed: number, size: WorldSize) {
    this.#size = size;
    this.#random = createRandom(seed);
    // Room for every host on each link, and a little or a lot more: in a tight range addresses are
    // handed on all the time.
    const capacity = size.hosts + this.#random.pick([2, 8, size.hosts]);
    this.#links = LINKS;
    this.#config = this.#configure(capacity);
    this.#network = new Network(this.#events, this.#random, this.#links, (datagram) => this.#machine.receive(datagram));
    this.#machine = new Machine({
      protocol: dhcp4Of(this.#config, [ETH0, ETH1]),
      disk: this.#disk,
      events: this.#events,
      random: this.#random,
      onSent: (message, to) => {
        this.#sent(message);
        this.#network.deliver(message, to);
      },
      onSettled: (writes) => this.#settled(writes),
      onStarted: () => this.#compareAll("after a restart"),
      onCrash: (error) => this.#violation(`the server can't start or stop: ${error}`),
    });
  }

  async run(): Promise<Report> {
    const { hosts, duration } = this.#size;
    for (let number = 0; number < hosts; number++) this.#addHost(number);
    Object.assign(this.#network.weather, this.#random.pick(WEATHERS));
    // A machine without a clock, sometimes.
    if (this.#random.below(4) === 0) {
      this.#setClockAndBack(NO_CLOCK, 30 * SECOND);
      // With nothing on disk no boot can know that it was wrong.
      this.#leaveAlone(30 * SECOND);
    }
    this.#machine.start();
    this.#later(this.#size.troubleEvery, () => this.#trouble());
    await this.#live(duration);
    if (this.#violations.length === 0) await this.#becomeCalm();
    return { violations: this.#violations, counts: this.#counts };
  }

  async #becomeCalm(): Promise<void> {
    const { duration, leaseTime } = this.#size;
    this.#calm = true;
    Object.assign(this.#network.weather, { loss: 0, duplication: 0, delay: 0 });
    this.#disk.full = false;
    this.#machine.setClock(0);
    if (!this.#machine.up) this.#machine.start();
    for (const host of this.#hosts)
      if (host.link === undefined || host.kind === "init") host.plugIn(host.link ?? this.#random.pick(this.#links));
    // All that was held by nobody any more runs out, and whoever was refused for that asks once a
    // minute.
    await this.#live(duration + leaseTime * SECOND + PROBATION + 5 * MINUTE);
    if (this.#violations.length > 0) return;
    for (const host of this.#hosts)
      if (!this.#isServed(host)) this.#violation(`${nameOf(host)} on ${host.link?.name} has no address: ${host.kind}`);
    this.#compareAll("at the end");
  }

  holds(host: Host, lease: ClientLease, isNew: boolean): boolean {
    this.#count(isNew ? "bound" : "renewed");
    let holders = this.#holders.get(lease.address);
    if (holders === undefined) {
      holders = new Set();
      this.#holders.set(lease.address, holders);
    }
    for (const other of holders) {
      if (other === host) continue;
      if (other.lease?.address !== lease.address || other.lease.expiry <= this.#events.now + ROUNDING) holders.delete(other);
      else
        this.#violation(
          `${nameOf(host)} got ${formatIpv4(lease.address)}, which ${nameOf(other)} holds until ${timeOf(other.lease.expiry)}`,
        );
    }
    holders.add(host);
    if (this.#calm || !isNew || this.#random.below(50) > 0) return false;
    this.#count("conflicts");
    return true;
  }

  loses(host: Host, { address }: ClientLease): void {
    this.#holders.get(address)?.delete(host);
  }

  refused(host: Host, { address, expiry }: ClientLease): void {
    this.#violation(`${nameOf(host)} was refused ${formatIpv4(address)}, which it holds until ${timeOf(expiry)}`);
  }

  async #live(end: number): Promise<void> {
    try {
      while (this.#violations.length === 0 && this.#events.step(end)) {
        // What was settled is told, and acted on, before anything else happens.
        for (let i = 0; i < 4; i++) await undefined;
      }
    } catch (error) {
      this.#violation(String(error));
    }
  }

  #addHost(number: number): void {
    const chaddr = Uint8Array.of(2, 0, 0, 0, number >> 8, number & 255);
    const settings = ethernetClient(chaddr);
    const host = new Host(
      number,
      {
        ...settings,
        clientIdentifier: this.#random.below(3) === 0 ? undefined : settings.clientIdentifier,
        broadcast: this.#random.below(4) === 0,
        rapidCommit: this.#random.below(4) === 0,
        options:
          this.#random.below(2) === 0 ? [] : [{ code: 12, data: new TextEncoder().encode(`host-${"x".repeat(number % 9)}${number}`) }],
      },
      this.#events,
      this.#network,
      this,
      this.#random,
    );
    this.#hosts.push(host);
    this.#network.add(host);
    this.#events.after(this.#random.below(MINUTE), () => host.plugIn(this.#random.pick(this.#links)));
    this.#later(this.#size.changeEvery, () => this.#change(host));
  }

  /** Something in the life of a host, again and again. */
  #change(host: Host): void {
    if (this.#calm) return;
    this.#later(this.#size.changeEvery, () => this.#change(host));
    const { link } = host;
    if (link === undefined) return;
    const what = this.#random.below(10);
    if (what < 3) {
      this.#count("releases");
      host.release();
      this.#away(host, link, LONGEST_WAY + this.#random.below(2 * HOUR));
    } else if (what < 6) {
      this.#away(host, link, 10 * SECOND + this.#random.below(this.#random.pick([MINUTE, HOUR, 12 * HOUR])));
    } else if (what < 8) {
      this.#count("moves");
      this.#away(host, this.#random.pick(this.#links), 10 * SECOND + this.#random.below(10 * MINUTE));
    } else if (what < 9) {
      host.forget();
      this.#away(host, link, MINUTE);
    } else host.renew();
  }

  #away(host: Host, back: Link, time: number): void {
    host.unplug();
    this.#events.after(time, () => {
      if (host.link === undefined) host.plugIn(back);
    });
  }

  /** Something happens to the server, again and again. */
  #trouble(): void {
    if (this.#calm) return;
    this.#later(this.#size.troubleEvery, () => this.#trouble());
    Object.assign(this.#network.weather, this.#random.pick(WEATHERS));
    const what = this.#random.below(12);
    const machine = this.#machine;
    if (what < 3) {
      this.#count("kills");
      machine.kill();
      this.#startAfter(this.#random.below(this.#random.pick([2 * SECOND, 5 * MINUTE, HOUR])));
    } else if (what < 4) {
      this.#count("stops");
      machine.stop();
      this.#startAfter(5 * SECOND + this.#random.below(MINUTE));
    } else if (what < 6) this.#rebootMachine();
    else if (what < 9) {
      this.#count("full disks");
      this.#disk.full = true;
      this.#events.after(this.#random.below(3 * MINUTE), () => {
        this.#disk.full = false;
      });
    } else if (machine.served && machine.wrongBy === 0) {
      this.#count("clock steps");
      const steps = [-3600, 3600, 86_400, -86_400, 3 * 86_400, 40 * 365 * 86_400, NO_CLOCK];
      this.#setClockAndBack(this.#random.pick(steps), this.#random.pick([3 * SECOND, 30 * SECOND, 30 * MINUTE]));
    }
  }

  /**
   * Without a clock of its own the machine is in 1970 until it has asked somebody. That somebody
   * set the clock ahead has to be seen before.
   */
  #rebootMachine(): void {
    const machine = this.#machine;
    if (this.#events.now < this.#leftAloneUntil || machine.now === undefined || !machine.idle) return;
    this.#count("reboots");
    machine.reboot();
    machine.setClock(0);
    if (this.#random.below(2) === 0) this.#setClockAndBack(NO_CLOCK, this.#random.below(20 * MINUTE));
    this.#startAfter(10 * SECOND + this.#random.below(MINUTE));
  }

  #setClockAndBack(wrongBy: number, time: number): void {
    this.#machine.setClock(wrongBy);
    if (wrongBy > 0) this.#leaveAlone(0);
    this.#events.after(time, () => this.#machine.setClock(0));
  }

  #leaveAlone(time: number): void {
    this.#leftAloneUntil = Math.max(this.#leftAloneUntil, this.#events.now + time + MINUTE);
  }

  #startAfter(delay: number): void {
    this.#events.after(delay, () => {
      if (!this.#machine.up) this.#machine.start();
    });
  }

  /** After a random time of this length on average. */
  #later(average: number, happen: () => void): void {
    this.#events.after(-Math.log((this.#random.next() + 1) / 2 ** 32) * average, happen);
  }

  #sent(message: Message): void {
    if (messageType(message) !== MessageType.ACK || message.yiaddr === 0) return;
    const row = this.#disk.rows.get(message.yiaddr);
    const lease = row === undefined ? undefined : this.#disk.leases.get(row);
    const time = optionU32(message, 51) ?? 0;
    const now = this.#machine.now as number;
    const isIt = ({ state, expiry }: Pick<Lease, "state" | "expiry">): boolean => state === LeaseState.bound && expiry >= now + time - 1;
    if (lease !== undefined && isIt(lease) && equalBytes(lease.owner.chaddr, message.chaddr)) return;
    // The same transaction may have ended it again: a DECLINE that came behind a repeated REQUEST.
    for (const write of this.#lastWrites)
      if (isOfLease(write) && write.kind !== "remove" && addressIn(write.address) === message.yiaddr && isIt(write)) return;
    this.#violation(`an ACK of ${formatIpv4(message.yiaddr)} for ${time} s left, and on disk is ${lineOf(lease)}`);
  }

  #settled(writes: readonly StoreWrite[]): void {
    this.#lastWrites = writes;
    this.#count(writes.length === 0 ? "failed or empty commits" : "commits");
    const { table, now } = this.#machine;
    if (table === undefined || now === undefined || !this.#machine.idle) return;
    for (const write of writes)
      if (isOfLease(write)) this.#compare(addressIn(write.address), table.byAddress(addressIn(write.address)), now, "after a commit");
  }

  /** Everything, in both directions. */
  #compareAll(when: string): void {
    const { table, now } = this.#machine;
    if (table === undefined || now === undefined || !this.#machine.idle) return;
    const addresses = new Set(this.#disk.rows.keys());
    for (const lease of table.leases()) {
      addresses.delete(lease.address);
      this.#compare(lease.address, lease, now, when);
    }
    for (const address of addresses) this.#compare(address, undefined, now, when);
    const [counts, counted] = [[...table.counts.numbers], countedOneByOne(table)].map(String);
    if (counts !== counted) this.#violation(`${when}: addresses by place and state are ${counted}, and count as ${counts}`);
  }

  #compare(address: Ipv4, inMemory: Lease | undefined, now: number, when: string): void {
    const row = this.#disk.rows.get(address);
    const { affinity } = this.#config;
    const onDisk = row === undefined ? undefined : this.#disk.leases.get(row);
    const [disk, memory] = [lineOf(over(onDisk, now, affinity)), lineOf(over(inMemory, now, affinity))];
    if (disk !== memory) this.#violation(`${when}: on disk ${disk}, in memory ${memory}`);
  }

  #isServed(host: Host): boolean {
    const { lease, link, address } = host;
    if (lease === undefined || link === undefined || address !== lease.address || lease.expiry <= this.#events.now) return false;
    return link.networks.includes(address >>> 16);
  }

  #configure(capacity: number): Config {
    const { leaseTime } = this.#size;
    const half = capacity >> 1;
    const text = `
config: { lease_time: { default: ${leaseTime}, min: 60, max: ${leaseTime} } }
probation_period: ${PROBATION / SECOND}
affinity: ${this.#random.pick([60, 3600, 86_400])}
rapid_commit: ${this.#random.below(2) === 0}
cache_threshold: ${this.#random.pick([0, 0, 25])}
shared_networks: { both: { networks: [10.3.0.0/16, 10.4.0.0/16] } }
networks:
  10.0.0.0/16: { ranges: [${rangeOf("10.0.1.0", capacity)}] }
  10.1.0.0/16: { ranges: [${rangeOf("10.1.1.0", half)}, ${rangeOf("10.1.9.0", capacity - half)}] }
  10.2.0.0/16: { allocation: sequential, ranges: [${rangeOf("10.2.1.0", capacity)}] }
  10.3.0.0/16: { ranges: [${rangeOf("10.3.1.0", half)}] }
  10.4.0.0/16: { ranges: [${rangeOf("10.4.1.0", capacity - half)}] }
`;
    const loaded = loadConfig(text, "world.yaml");
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    return loaded.config;
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1;
  }

  #violation(text: string): void {
    this.#violations.push(`at ${timeOf(this.#events.now)}: ${text}`);
  }
}

function rangeOf(first: string, count: number): string {
  return `{ start: ${first}, end: ${formatIpv4((parseIpv4(first) as Ipv4) + count - 1)} }`;
}

/**
 * A lease as it counts: what is over has expired, and what was remembered for long enough is
 * forgotten, though nobody has said so yet.
 */
function over(lease: Lease | undefined, now: number, affinity: number): Lease | undefined {
  if (lease === undefined || lease.expiry > now || lease.expiry === NEVER) return lease;
  if (lease.state === LeaseState.declined) return undefined;
  if (lease.expiry + affinity <= now) return undefined;
  return lease.state === LeaseState.bound ? { ...lease, state: LeaseState.expired } : lease;
}

function lineOf(lease: Lease | undefined): string {
  if (lease === undefined) return "nothing";
  const { address, state, start, expiry, owner } = lease;
  const bytes = [owner.clientKey, owner.clientIdentifier, owner.chaddr, owner.hostname, owner.vendorClass, owner.relayAgentInformation];
  return `${formatIpv4(address)} state ${state} ${start}..${expiry} ${owner.htype} ${bytes.map((one) => one && toHex(one)).join(" ")}`;
}

function nameOf(host: Host): string {
  return `host ${host.number}`;
}

/** Days, hours, minutes and seconds of the world. */
function timeOf(time: number): string {
  const seconds = time / SECOND;
  const two = (part: number): string => String(Math.floor(part)).padStart(2, "0");
  return `${Math.floor(seconds / 86_400)}d ${two((seconds / 3600) % 24)}:${two((seconds / 60) % 60)}:${(seconds % 60).toFixed(3).padStart(6, "0")}`;
}
