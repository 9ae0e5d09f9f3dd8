import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Config } from "../config/model/config.ts";
import type { ServedInterface } from "../engine/dhcp4/decide.ts";
import { listInterfaces } from "../io/interfaces.ts";
import { openTransport } from "../io/open.ts";
import type { Prober } from "../io/prober.ts";
import { type Transport, type TransportCounters, TransportError } from "../io/transport.ts";
import { watchInterfaces } from "../io/watch-interfaces.ts";
import type { LeaseOwner } from "../leases/dhcp4/lease.ts";
import { createSpace } from "../leases/dhcp4/space.ts";
import { createLeaseTable, DHCP4_LEASES } from "../leases/dhcp4/table.ts";
import { type LeaseView, viewOf } from "../leases/view.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { formatAddressRange } from "../net/range.ts";
import type { LeaseStore } from "../store/store.ts";
import type { Message } from "../wire/dhcp4/message.ts";
import { createClockWatch } from "./clock-watch.ts";
import { type Counters, createCounters, summarize } from "./counters.ts";
import { InterfaceList } from "./dhcp4/interface-list.ts";
import { knownBy } from "./dhcp4/known-by.ts";
import { createLateProber, type LateProber } from "./dhcp4/late-prober.ts";
import { compareAddresses, type Operation } from "./dhcp4/operations.ts";
import { createDhcp4 } from "./dhcp4/protocol.ts";
import { chooseInterfaces } from "./dhcp4/served-interfaces.ts";
import { createEventLog } from "./event-log.ts";
import { createListeners, type Happening as HappeningOf } from "./happenings.ts";
import { leaseTime, type Reading, wallOffset } from "./lease-clock.ts";
import type { Log } from "./log.ts";
import { createLossWatch } from "./loss-watch.ts";
import { operate } from "./operations.ts";
import { startPump } from "./pump.ts";
import { inTurn, moveTable } from "./reload.ts";
import { restoreLeases } from "./restore.ts";

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

export interface Server {
  readonly port: number;
  /** The leases, to look at. */
  readonly table: LeaseView<Ipv4, LeaseOwner>;
  /** The interfaces served now. */
  readonly interfaces: readonly ServedInterface[];
  /** What the sockets can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  readonly counters: Counters;
  readonly healthy: boolean;
  /**
   * Add this to a time of a lease to have seconds since 1970 by the machine's clock. Times of
   * leases never step; this does when the clock is set.
   */
  readonly wallOffset: number;
  transportCounters(): TransportCounters;
  /**
   * Does what an operator wants of leases; the number of those that were changed, durably. Rejects
   * with OperationError.
   */
  operate(operation: Operation): Promise<number>;
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
  const prober = createLateProber(options.prober);
  if (options.transport !== undefined) open.push(options.transport);
  open.push(prober);
  try {
    checkEndpoint(options);
    return await start(options, open, prober);
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
async function start(options: ServerOptions, open: Closable[], prober: LateProber): Promise<Server> {
  const keep = <T extends Closable>(opened: T): T => {
    open.push(opened);
    return opened;
  };
  const { store, address, port, log, onHappening } = options;
  let { config } = options;
  const table = createLeaseTable(config, [randomNumber(), randomNumber()]);
  const { clock, saved, wrong } = await restoreLeases({
    table,
    knownBy: (record) => knownBy(config, record),
    store,
    log,
    read: readClocks,
    boot: bootId(),
  });
  const local = await listInterfaces();
  const { served, missing } = chooseInterfaces(config, local);
  const [first] = missing;
  // Another one may come up later than this server; with none there is nothing to do.
  if (first !== undefined && served.length === 0) throw new TransportError("ENODEV", first.problem);
  const now = () => leaseTime(clock.bootOffset, sinceBoot());
  const interfaces = new InterfaceList(config, local, log);
  const transport =
    options.transport ??
    keep(await openTransport({ address, port, interfaces: local.filter(({ index }) => interfaces.at(index) !== undefined) }));
  if (probesAddresses(config)) await prober.open();
  const uptime = () => performance.now();
  const protocol = createDhcp4({
    config,
    leases: table,
    interfaceAt: (index) => interfaces.at(index),
    ownAddresses: () => interfaces.addresses,
    port: transport.port,
    log,
    uptime,
    secret: [randomNumber(), randomNumber()],
    random: () => Math.floor(Math.random() * 0x100000000),
  });
  const counters = createCounters(protocol.kinds);
  const events = createEventLog<Message, Ipv4, LeaseOwner>(log, uptime, protocol);
  const listeners = onHappening && createListeners([onHappening], protocol.copyLease, events.listenerFailed);
  const pump = startPump({ protocol, table, store, transport, prober, counters, events, listeners, clock: now, uptime });
  const watchLoss = createLossWatch({ counters, transportCounters: () => transport.counters(), log });
  const watchClock = createClockWatch({ clock, saved, wrong, store, read: readClocks, log });
  watchClock();
  const timers = [
    setInterval(() => {
      watchClock();
      pump.expire();
    }, EXPIRE_EVERY),
    setInterval(() => {
      watchLoss(performance.now());
      events.sumUp();
    }, LOOK_FOR_LOSS_EVERY),
  ];
  keep({ close: () => timers.forEach((timer) => void clearInterval(timer)) });
  const look = (): Promise<void> =>
    listInterfaces().then(
      (found) => interfaces.update(found),
      (error) => log.warn({ err: error }, "can't list the interfaces"),
    );
  keep(await watchInterfaces(look));
  // What has changed between the first look and the watch.
  await look();
  let stopped = false;

  async function reload(asked: Config): Promise<readonly string[]> {
    if (stopped) throw new Error("the server is stopping");
    const next = { ...asked, chaddrOnly: config.chaddrOnly };
    const present = await listInterfaces();
    const chosen = chooseInterfaces(next, present);
    const [problem] = chosen.missing;
    if (problem !== undefined && chosen.served.length === 0) throw new TransportError("ENODEV", problem.problem);
    if (probesAddresses(next)) {
      const before = prober.limitations.length;
      await prober.open();
      for (const limitation of prober.limitations.slice(before)) log.warn(limitation);
    }
    const fixed = unchangeable(config, asked);
    await moveTable(table, createSpace(next), () => {
      protocol.configure(next);
      interfaces.configure(next, present);
      // So that what can't change is said of the next one, too.
      config = { ...next, store: config.store, log: config.log };
    });
    log.info({ networks: next.networks.length }, "the configuration was read again, and is served by from now on");
    return fixed;
  }

  return {
    port: transport.port,
    table: viewOf(table, DHCP4_LEASES),
    limitations: [...transport.limitations, ...prober.limitations],
    counters,
    get interfaces() {
      return interfaces.served;
    },
    get healthy() {
      return pump.healthy;
    },
    get wallOffset() {
      return wallOffset(clock.bootOffset, readClocks());
    },
    transportCounters: () => transport.counters(),
    async operate(operation) {
      const done = await operate(
        {
          byAddress: (address) => table.byAddress(address),
          leases: () => table.leases(),
          compare: compareAddresses,
          change: (changes) => pump.change(changes),
        },
        operation,
        now,
      );
      const addresses = formatAddressRange(operation.addresses);
      log.info({ operation: operation.kind, addresses, done }, `an operator's ${operation.kind} of ${addresses}: ${done} done`);
      return done;
    },
    reload: inTurn(reload),
    async stop() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      await pump.stop();
      await closeAll(open);
      log.info(summarize(counters, transport.counters()), "stopped");
    },
  };
}

function probesAddresses({ networks }: Config): boolean {
  return networks.some(({ pingTimeout }) => pingTimeout !== undefined);
}

/** What of the new configuration has to wait for the next start. */
function unchangeable(before: Config, after: Config): readonly string[] {
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const found: string[] = [];
  if (!same(before.store, after.store)) found.push("`store` has changed: leases stay where they are until the server is restarted");
  if (!same(before.log, after.log)) found.push("`log` has changed: that takes effect when the server is restarted");
  if (before.chaddrOnly !== after.chaddrOnly) {
    found.push("`chaddr_only` has changed: clients are known as before until the server is restarted");
  }
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

/** An unsigned 32-bit number that nobody can guess. */
function randomNumber(): number {
  return randomBytes(4).readUInt32LE();
}
