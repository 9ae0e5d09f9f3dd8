import type { Config } from "../config/model/config.ts";
import type { Dhcp6Config } from "../config/model/dhcp6.ts";
import { givenConfig } from "../config/model/given.ts";
import type { ServedInterface as ServedInterface4 } from "../engine/dhcp4/decide.ts";
import type { ServedInterface as ServedInterface6 } from "../engine/dhcp6/exchange.ts";
import { bootId } from "../io/boot-clock.ts";
import type { Prober } from "../io/prober.ts";
import type { Transport } from "../io/transport.ts";
import { watchInterfaces } from "../io/watch-interfaces.ts";
import type { LeaseOwner as LeaseOwner4 } from "../leases/dhcp4/lease.ts";
import type { LeaseOwner as LeaseOwner6 } from "../leases/dhcp6/lease.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { IPV6_UNSPECIFIED, type Ipv6 } from "../net/ipv6.ts";
import type { Ipv6Prefix } from "../net/ipv6-prefix.ts";
import type { LeaseStore } from "../store/store.ts";
import { SERVER_PORT as DHCP6_SERVER_PORT } from "../wire/dhcp6/ports.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { checkEndpoints, checkGiven, checkParts } from "./checked-options.ts";
import { createClockWatch } from "./clock-watch.ts";
import { consoleLog } from "./console-log.ts";
import { DHCP4 } from "./dhcp4/assembly.ts";
import { DHCP6 } from "./dhcp6/assembly.ts";
import { createFacts } from "./facts.ts";
import { servesDhcp4, unchangeable, unstartable } from "./fixed.ts";
import type { Happening as HappeningOf } from "./happenings.ts";
import { createHealthWatch, type Health, type HealthCheck } from "./health.ts";
import { standstillCheck, storeInPlaceCheck } from "./health-checks.ts";
import { createHeartbeat } from "./heartbeat.ts";
import { createHooks } from "./hooks/hooks.ts";
import { isWanted, type Journal } from "./journal.ts";
import { leaseTime, wallOffset } from "./lease-clock.ts";
import type { Log } from "./log.ts";
import { notServed } from "./not-served.ts";
import { inTurn } from "./reload.ts";
import { restoreLeases } from "./restore.ts";
import { createService, type Served } from "./service.ts";
import { takeStore } from "./taken-stores.ts";

/** How often leases whose time is over are moved on, in milliseconds. */
const EXPIRE_EVERY = 500;
/** How often it is checked whether messages were lost, in milliseconds. */
const LOOK_FOR_LOSS_EVERY = 1000;

/** A change of a lease, and by which protocol it is leased. */
export type Happening =
  | ({ readonly protocol: "dhcp4" } & HappeningOf<Ipv4, LeaseOwner4>)
  /** Its address is a prefix; a single address is one of 128 bits. */
  | ({ readonly protocol: "dhcp6" } & HappeningOf<Ipv6Prefix, LeaseOwner6>);

/** DHCPv4 as it is served, to look at and for operators. */
export type ServedDhcp4 = Served<Ipv4, LeaseOwner4, ServedInterface4, Config>;
/** DHCPv6 as it is served, to look at and for operators. */
export type ServedDhcp6 = Served<Ipv6Prefix, LeaseOwner6, ServedInterface6, Dhcp6Config>;

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
  /** Default: warnings and errors to the console, `consoleLog("warn")`. */
  readonly log?: Log;
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
  /** What of it the store is to write beside the leases; default: nothing. */
  readonly journal?: Journal;
  /** Told which rows of the lease database have changed; default: nobody is. */
  readonly feed?: ChangeFeed;
  /** What else may be wrong with the server, looked at with what it looks at itself. */
  readonly checks?: readonly HealthCheck[];
  /**
   * Told of each configuration that is served by from now on; what it throws is logged and does no
   * harm. Where it gives the log another level, that counts at once.
   */
  readonly onReload?: (news: ReloadNews) => void;
}

/** Another configuration is served by. */
export interface ReloadNews {
  readonly config: Config;
  /** What has happened, in words. */
  readonly text: string;
  /** What has to wait for the next start, one sentence each. */
  readonly fixed: readonly string[];
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
  /** How it is, with reasons, looked at now. */
  readonly health: Health;
  /**
   * Where the thread of the packets says that it moves, for other threads to look at with
   * `healthSeen`.
   */
  readonly heartbeat: SharedArrayBuffer;
  /**
   * Add this to a time of a lease to have seconds since 1970 by the machine's clock. Times of
   * leases never step; this does when the clock is set.
   */
  readonly wallOffset: number;
  /**
   * Serves by another configuration from the moment in which the promise is settled; leases stay.
   * What it gives back can't change while the server runs, one sentence each. Rejects with
   * TransportError or HooksError where the configuration can't be served by, and then nothing has
   * changed. `text`: what has happened, for the log; `facts`: what the entry says for programs.
   */
  reload(config: Config, text?: string, facts?: object): Promise<readonly string[]>;
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
 * end, also when it can't start, but for a store that another server uses: then nothing is taken
 * over. Throws StoreError and TransportError; TypeError where an option is of another type or its
 * name is unknown, and RangeError where an address or a port is none.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  checkGiven(options);
  const release = takeStore(options.store);
  /** Closed from its end: what comes after the store may still write to it. */
  const open: Closable[] = [{ close: release }];
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

/** `open`: what is to be closed; what is opened here is added. */
async function start(options: ServerOptions, open: Closable[]): Promise<Server> {
  const keep = <T extends Closable>(opened: T): T => {
    open.push(opened);
    return opened;
  };
  const { store, log = consoleLog("warn"), onHappening } = options;
  let { config } = options;
  if (typeof store?.close === "function") keep(store);
  try {
    checkParts(options);
  } catch (error) {
    for (const one of [options.transport, options.prober, options.dhcp6?.transport, options.dhcp6?.prober])
      if (one !== undefined) keep(one);
    throw error;
  }
  const hooks = keep(createHooks(log, () => performance.now()));
  const service4 = keep(
    createService(DHCP4, {
      ...options,
      log,
      hooks,
      listeners: onHappening === undefined ? [] : [(happening) => onHappening({ protocol: "dhcp4", ...happening })],
    }),
  );
  const service6 =
    config.dhcp6 &&
    keep(
      createService(DHCP6, {
        address: IPV6_UNSPECIFIED,
        port: DHCP6_SERVER_PORT,
        ...options.dhcp6,
        config: config.dhcp6,
        store,
        log,
        journal: options.journal,
        feed: options.feed,
        hooks,
        listeners: onHappening === undefined ? [] : [(happening) => onHappening({ protocol: "dhcp6", ...happening })],
      }),
    );
  if (service6 === undefined)
    for (const unused of [options.dhcp6?.transport, options.dhcp6?.prober]) if (unused !== undefined) keep(unused);
  checkEndpoints(options);
  (await hooks.prepare(config)).take();
  const serves4 = servesDhcp4(config);
  const { clock, machine, facts, saved, wrong } = await restoreLeases({
    tables: [...(serves4 ? [service4.restored] : []), ...(service6 === undefined ? [] : [service6.restored])],
    store,
    log,
    boot: bootId(),
    tellsOfEnds: options.journal !== undefined && isWanted(options.journal.wanted, "expired", false),
  });
  const known = {
    clock: () => leaseTime(clock.bootOffset, machine.sinceBoot()),
    wallOffset: () => wallOffset(clock.bootOffset, machine.read()),
    facts: createFacts(store, facts),
  };
  const dhcp4 = serves4 ? await service4.start(known) : undefined;
  const dhcp6 = await service6?.start(known);
  const running = [dhcp4, dhcp6].filter((one) => one !== undefined);
  const watchClock = createClockWatch({ clock, saved, wrong, store, read: machine.read, log });
  watchClock();
  const heartbeat = createHeartbeat();
  const healthWatch = createHealthWatch(
    [storeInPlaceCheck(store), standstillCheck(), hooks.check, ...running.flatMap(({ checks }) => checks), ...(options.checks ?? [])],
    log,
  );
  const timers = [
    setInterval(() => {
      heartbeat.beat();
      watchClock();
      for (const one of running) one.expire();
    }, EXPIRE_EVERY),
    setInterval(() => {
      for (const one of running) one.tell();
      healthWatch.look(performance.now());
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

  async function reload([asked, text, facts]: readonly [Config, string, object]): Promise<readonly string[]> {
    if (stopped) throw new Error("the server is stopping");
    givenConfig(asked);
    // Both, before anything changes.
    const prepared = [await dhcp4?.prepare(asked), asked.dhcp6 && (await dhcp6?.prepare(asked.dhcp6))].filter((one) => one !== undefined);
    const fixed = [
      ...unchangeable(config, asked),
      ...unstartable(dhcp4 !== undefined, dhcp6 !== undefined, asked),
      ...prepared.flatMap((one) => one.fixed),
    ];
    const preparedHooks = await hooks.prepare(asked);
    try {
      for (const one of prepared) await one.take();
    } catch (error) {
      await preparedHooks.leave();
      throw error;
    }
    preparedHooks.take();
    // So that what can't change is said of the next one, too.
    config = { ...asked, store: config.store, user: config.user, log: config.log };
    const networks = asked.networks.length + (asked.dhcp6?.networks.length ?? 0);
    log.info({ networks, ...facts }, text);
    try {
      options.onReload?.({ config: asked, text, fixed });
    } catch (error) {
      log.error({ err: error }, "a listener of reloads failed");
    }
    for (const one of running) one.readLogLevel();
    return fixed;
  }

  const reloadInTurn = inTurn(reload);
  const served = dhcp4?.served ?? notServed(DHCP4, config);
  return {
    port: served.port,
    get config() {
      return served.config;
    },
    table: served.table,
    get interfaces() {
      return served.interfaces;
    },
    counters: served.counters,
    get addresses() {
      return served.addresses;
    },
    decisions: served.decisions,
    others: served.others,
    transportCounters: served.transportCounters,
    operate: served.operate,
    addLease: served.addLease,
    dhcp4: dhcp4?.served,
    dhcp6: dhcp6?.served,
    limitations: running.flatMap(({ limitations }) => limitations),
    get healthy() {
      return running.every(({ healthy }) => healthy);
    },
    get health() {
      healthWatch.look(performance.now());
      return healthWatch.health;
    },
    heartbeat: heartbeat.memory,
    get wallOffset() {
      return known.wallOffset();
    },
    reload: (asked, text = "the configuration was read again, and is served by from now on", facts = {}) =>
      reloadInTurn([asked, text, facts]),
    async stop() {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      for (const one of running) await one.stop();
      await closeAll(open);
      for (const one of running) one.tellStopped();
    },
  };
}
