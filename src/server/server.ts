import { readFileSync } from "node:fs";
import type { Config } from "../config/model/config.ts";
import type { ServedInterface } from "../engine/dhcp4/decide.ts";
import type { Prober } from "../io/prober.ts";
import type { Transport } from "../io/transport.ts";
import { watchInterfaces } from "../io/watch-interfaces.ts";
import type { LeaseOwner } from "../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { LeaseStore } from "../store/store.ts";
import { createClockWatch } from "./clock-watch.ts";
import { summarize } from "./counters.ts";
import { DHCP4 } from "./dhcp4/assembly.ts";
import type { Happening as HappeningOf } from "./happenings.ts";
import { leaseTime, type Reading, wallOffset } from "./lease-clock.ts";
import type { Log } from "./log.ts";
import { inTurn } from "./reload.ts";
import { restoreLeases } from "./restore.ts";
import { createService, type Served } from "./service.ts";

/** How often leases whose time is over are moved on, in milliseconds. */
const EXPIRE_EVERY = 500;
/** How often it is checked whether messages were lost, in milliseconds. */
const LOOK_FOR_LOSS_EVERY = 1000;

export type Happening = HappeningOf<Ipv4, LeaseOwner>;

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
  /**
   * Told of each change of a lease that has come true; what it throws is logged and does no harm.
   * Times are those of leases, see `wallOffset`.
   */
  readonly onHappening?: (happening: Happening) => void;
}

export interface Server extends Served<Ipv4, LeaseOwner, ServedInterface> {
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
 * Starts a DHCPv4 server: reads all leases, opens the sockets and answers. Takes over the store,
 * and the transport and prober where they are given, and closes them at the end, also when it can't
 * start. Throws StoreError and TransportError; RangeError when `address` or `port` is none.
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
function checkEndpoint({ address, port }: ServerOptions): void {
  if (!isWhole(address, 0xffffffff)) {
    throw new RangeError(`address: ${JSON.stringify(address)} is no IPv4 address as a number: use parseIpv4 of leasehold/net`);
  }
  if (!isWhole(port, 65535)) throw new RangeError(`port: ${JSON.stringify(port)} is no number from 0 to 65535`);
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
  const service = keep(createService(DHCP4, { ...options, listeners: onHappening === undefined ? [] : [onHappening] }));
  checkEndpoint(options);
  const { clock, saved, wrong } = await restoreLeases({
    tables: [service.restored],
    store,
    log,
    read: readClocks,
    boot: bootId(),
  });
  const wall = () => wallOffset(clock.bootOffset, readClocks());
  const dhcp4 = await service.start(() => leaseTime(clock.bootOffset, sinceBoot()), wall);
  const running = [dhcp4];
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
    const prepared = await dhcp4.prepare(asked);
    const fixed = [...unchangeable(config, asked), ...prepared.fixed];
    await prepared.take();
    // So that what can't change is said of the next one, too.
    config = { ...asked, store: config.store, log: config.log };
    log.info({ networks: asked.networks.length }, "the configuration was read again, and is served by from now on");
    return fixed;
  }

  const { served } = dhcp4;
  return {
    port: served.port,
    table: served.table,
    get interfaces() {
      return served.interfaces;
    },
    counters: served.counters,
    transportCounters: served.transportCounters,
    operate: served.operate,
    limitations: running.flatMap(({ limitations }) => limitations),
    get healthy() {
      return running.every(({ healthy }) => healthy);
    },
    get wallOffset() {
      return wall();
    },
    reload: inTurn(reload),
    async stop() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      for (const one of running) await one.stop();
      await closeAll(open);
      log.info(summarize(served.counters, served.transportCounters()), "stopped");
    },
  };
}

/** What of the new configuration has to wait for the next start. */
function unchangeable(before: Config, after: Config): readonly string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const found: string[] = [];
  if (!same(before.store, after.store)) found.push("`store` has changed: leases stay where they are until the server is restarted");
  if (!same(before.log, after.log)) found.push("`log` has changed: that takes effect when the server is restarted");
  return found;
}

/** Seconds since the machine's boot, without those that it slept. */
function sinceBoot(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds / 1e9;
}

function readClocks(): Reading {
  return { wall: Date.now() / 1000, uptime: sinceBoot() };
}

/** What names this boot of the machine; empty: the system does not tell. */
function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
