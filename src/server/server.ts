import type { Config } from "../config/model/config.ts";
import type { ServedInterface as ServedInterface4 } from "../engine/dhcp4/decide.ts";
import type { ServedInterface as ServedInterface6 } from "../engine/dhcp6/exchange.ts";
import type { Prober } from "../io/prober.ts";
import type { Transport } from "../io/transport.ts";
import { watchInterfaces } from "../io/watch-interfaces.ts";
import type { LeaseOwner as LeaseOwner4 } from "../leases/dhcp4/lease.ts";
import type { LeaseOwner as LeaseOwner6 } from "../leases/dhcp6/lease.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { IPV6_UNSPECIFIED, type Ipv6 } from "../net/ipv6.ts";
import type { Ipv6Prefix } from "../net/ipv6-prefix.ts";
import type { LeaseStore } from "../store/store.ts";
import { createClockWatch } from "./clock-watch.ts";
import { summarize } from "./counters.ts";
import { DHCP4 } from "./dhcp4/assembly.ts";
import { DHCP6 } from "./dhcp6/assembly.ts";
import { createFacts } from "./facts.ts";
import type { Happening as HappeningOf } from "./happenings.ts";
import { leaseTime, wallOffset } from "./lease-clock.ts";
import type { Log } from "./log.ts";
import { inTurn } from "./reload.ts";
import { restoreLeases } from "./restore.ts";
import { createService, notServed, type Served } from "./service.ts";
import { bootId, readClocks, sinceBoot } from "./system-clock.ts";

/** How often leases whose time is over are moved on, in milliseconds. */
const EXPIRE_EVERY = 500;
/** How often it is checked whether messages were lost, in milliseconds. */
const LOOK_FOR_LOSS_EVERY = 1000;

/** The port of DHCPv6 servers and relays (RFC 8415 section 7.2). */
const DHCP6_PORT = 547;

/** A change of a lease, and by which protocol it is leased. */
export type Happening =
  | ({ readonly protocol: "dhcp4" } & HappeningOf<Ipv4, LeaseOwner4>)
  /** Its address is a prefix; a single address is one of 128 bits. */
  | ({ readonly protocol: "dhcp6" } & HappeningOf<Ipv6Prefix, LeaseOwner6>);

/** DHCPv4 as it is served, to look at and for operators. */
export type ServedDhcp4 = Served<Ipv4, LeaseOwner4, ServedInterface4>;
/** DHCPv6 as it is served, to look at and for operators. */
export type ServedDhcp6 = Served<Ipv6Prefix, LeaseOwner6, ServedInterface6>;

/** What a server needs to start. */
export interface ServerOptions {
  readonly config: Config;
  readonly store: LeaseStore;
  /**
   * Where to listen: 0.0.0.0 and 67 for real service; with any other port replies go back to the
   * sender.
   */
  readonly address: Ipv4;
  readonly port: number;
  readonly log: Log;
  /** Sends and receives in place of the system's sockets; closed at the end. */
  readonly transport?: Transport<Ipv4>;
  /**
   * Finds out whether an address is in use, where the configuration asks for it, in place of the
   * system's sockets; closed at the end.
   */
  readonly prober?: Prober<Ipv4>;
  /** For DHCPv6, where the configuration has a section `v6`. */
  readonly dhcp6?: Dhcp6Options;
  /**
   * Told of each change of a lease that has come true; what it throws is logged and does no harm.
   * Times are those of leases, see `wallOffset`.
   */
  readonly onHappening?: (happening: Happening) => void;
}

/** How DHCPv6 is served. */
export interface Dhcp6Options {
  /**
   * Where to listen: :: and 547, which are the defaults, for real service; with any other port
   * replies go back to the sender.
   */
  readonly address?: Ipv6;
  readonly port?: number;
  /** Sends and receives in place of the system's sockets; closed at the end. */
  readonly transport?: Transport<Ipv6>;
  /** Finds out whether an address is in use in place of the system's sockets; closed at the end. */
  readonly prober?: Prober<Ipv6Prefix>;
}

/**
 * A server. Ports, leases, interfaces, counters and operations that are its own are those of
 * DHCPv4; where that is not served there is nothing in them.
 */
export interface Server extends ServedDhcp4 {
  /** Undefined: DHCPv4 is not served, for the configuration has IPv6 networks alone. */
  readonly dhcp4: ServedDhcp4 | undefined;
  /** Undefined: DHCPv6 is not served. */
  readonly dhcp6: ServedDhcp6 | undefined;
  /** What the sockets can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  readonly healthy: boolean;
  /**
   * Add this to a time of a lease to have seconds since 1970 by the machine's clock. Times of
   * leases never step; this does when the clock is set.
   */
  readonly wallOffset: number;
  /**
   * Serves by another configuration from the moment in which the promise is settled; leases stay.
   * What it gives back can't change while the server runs, one sentence each. Rejects with
   * TransportError where the configuration can't be served by, and then nothing has changed.
   */
  reload(config: Config): Promise<readonly string[]>;
  /** Answers what has been received, then closes the sockets and the store. */
  stop(): Promise<void>;
}

/** What is closed at the end. */
interface Closable {
  close(): void | Promise<void>;
}

/**
 * Starts a DHCP server: reads all leases, opens the sockets and answers. DHCPv6 is served where the
 * configuration has a section `v6`; DHCPv4 is, unless there is that section and no network of IPv4.
 * Takes over the store, and transports and probers where they are given, and closes them at the
 * end, also when it can't start. Throws StoreError and TransportError; RangeError when an address
 * or a port is none.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  /** The store comes first: what is closed before it may still write to it. */
  const open: Closable[] = [options.store];
  try {
    return await start(options, open);
  } catch (error) {
    // What can't be closed matters less than why it did not start.
    await closeAll(open).catch(() => {});
    throw error;
  }
}

/** Closes each once, the last one first, and all of them also where one fails. */
async function closeAll(open: Closable[]): Promise<void> {
  const last = open.pop();
  if (last === undefined) return;
  try {
    await last.close();
  } finally {
    await closeAll(open);
  }
}

/** A text such as "127.0.0.1" would be taken for 0.0.0.0 on the way to the socket. */
function checkEndpoints({ address, port, dhcp6 = {} }: ServerOptions): void {
  if (!isWhole(address, 0xffffffff)) {
    throw new RangeError(`address: ${JSON.stringify(address)} is no IPv4 address as a number: use parseIpv4 of leasehold/net`);
  }
  const { address: address6 = IPV6_UNSPECIFIED, port: port6 = DHCP6_PORT } = dhcp6;
  if (!(address6 instanceof Uint8Array && address6.length === 16)) {
    throw new RangeError(`dhcp6.address: ${JSON.stringify(address6)} is no IPv6 address of 16 bytes: use parseIpv6 of leasehold/net`);
  }
  for (const one of [port, port6]) {
    if (!isWhole(one, 65535)) throw new RangeError(`port: ${JSON.stringify(one)} is no number from 0 to 65535`);
  }
}

function isWhole(value: unknown, largest: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= largest;
}

/** `open`: what is to be closed; what is opened here is added. */
async function start(options: ServerOptions, open: Closable[]): Promise<Server> {
  const keep = <T extends Closable>(opened: T): T => {
    open.push(opened);
    return opened;
  };
  const { store, log, onHappening } = options;
  let { config } = options;
  const service4 = keep(
    createService(DHCP4, {
      ...options,
      listeners: onHappening === undefined ? [] : [(happening) => onHappening({ protocol: "dhcp4", ...happening })],
    }),
  );
  const service6 =
    config.dhcp6 &&
    keep(
      createService(DHCP6, {
        address: IPV6_UNSPECIFIED,
        port: DHCP6_PORT,
        ...options.dhcp6,
        config: config.dhcp6,
        store,
        log,
        listeners: onHappening === undefined ? [] : [(happening) => onHappening({ protocol: "dhcp6", ...happening })],
      }),
    );
  if (service6 === undefined)
    for (const unused of [options.dhcp6?.transport, options.dhcp6?.prober]) if (unused !== undefined) keep(unused);
  checkEndpoints(options);
  const serves4 = servesDhcp4(config);
  const { clock, facts, saved, wrong } = await restoreLeases({
    tables: [...(serves4 ? [service4.restored] : []), ...(service6 === undefined ? [] : [service6.restored])],
    store,
    log,
    read: readClocks,
    boot: bootId(),
  });
  const known = {
    clock: () => leaseTime(clock.bootOffset, sinceBoot()),
    wallOffset: () => wallOffset(clock.bootOffset, readClocks()),
    facts: createFacts(store, facts),
  };
  const dhcp4 = serves4 ? await service4.start(known) : undefined;
  const dhcp6 = await service6?.start(known);
  const running = [dhcp4, dhcp6].filter((one) => one !== undefined);
  const watchClock = createClockWatch({ clock, saved, wrong, store, read: readClocks, log });
  watchClock();
  const timers = [
    setInterval(() => {
      watchClock();
      for (const one of running) one.expire();
    }, EXPIRE_EVERY),
    setInterval(() => {
      for (const one of running) one.tell();
    }, LOOK_FOR_LOSS_EVERY),
  ];
  keep({ close: () => timers.forEach((timer) => void clearInterval(timer)) });
  const look = async (): Promise<void> => {
    for (const one of running) await one.look();
  };
  keep(await watchInterfaces(look));
  // What has changed between the first look and the watch.
  await look();
  let stopped = false;

  async function reload(asked: Config): Promise<readonly string[]> {
    if (stopped) throw new Error("the server is stopping");
    // Both, before anything changes.
    const prepared = [await dhcp4?.prepare(asked), asked.dhcp6 && (await dhcp6?.prepare(asked.dhcp6))].filter((one) => one !== undefined);
    const fixed = [
      ...unchangeable(config, asked),
      ...unstartable(dhcp4 !== undefined, dhcp6 !== undefined, asked),
      ...prepared.flatMap((one) => one.fixed),
    ];
    for (const one of prepared) await one.take();
    // So that what can't change is said of the next one, too.
    config = { ...asked, store: config.store, log: config.log };
    const networks = asked.networks.length + (asked.dhcp6?.networks.length ?? 0);
    log.info({ networks }, "the configuration was read again, and is served by from now on");
    return fixed;
  }

  const served = dhcp4?.served ?? notServed(DHCP4, config);
  return {
    port: served.port,
    table: served.table,
    get interfaces() {
      return served.interfaces;
    },
    counters: served.counters,
    transportCounters: served.transportCounters,
    operate: served.operate,
    dhcp4: dhcp4?.served,
    dhcp6: dhcp6?.served,
    limitations: running.flatMap(({ limitations }) => limitations),
    get healthy() {
      return running.every(({ healthy }) => healthy);
    },
    get wallOffset() {
      return known.wallOffset();
    },
    reload: inTurn(reload),
    async stop() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      for (const one of running) await one.stop();
      await closeAll(open);
      for (const { served: one } of running) log.info(summarize(one.counters, one.transportCounters()), "stopped");
    },
  };
}

/** Whether there is anything to serve by DHCPv4. */
function servesDhcp4({ networks, dhcp6 }: Config): boolean {
  return networks.length > 0 || dhcp6 === undefined;
}

/** What of the new configuration has to wait for the next start. */
function unchangeable(before: Config, after: Config): readonly string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const found: string[] = [];
  if (!same(before.store, after.store)) found.push("`store` has changed: leases stay where they are until the server is restarted");
  if (!same(before.log, after.log)) found.push("`log` has changed: that takes effect when the server is restarted");
  return found;
}

/** Which protocols would have to be begun or given up: that waits for the next start, too. */
function unstartable(serves4: boolean, serves6: boolean, asked: Config): readonly string[] {
  const found: string[] = [];
  if (!serves4 && asked.networks.length > 0) found.push("there are IPv4 networks now: they are served when the server is restarted");
  if (!serves6 && asked.dhcp6 !== undefined) found.push("`v6` is new: DHCPv6 is served when the server is restarted");
  if (serves6 && asked.dhcp6 === undefined) found.push("`v6` is gone: DHCPv6 is served as before until the server is restarted");
  return found;
}
