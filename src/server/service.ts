import type { Prober } from "../io/prober.ts";
import type { ServerListener } from "../io/server-listener.ts";
import { type LocalInterface, type Outbox, type Transport, type TransportCounters, TransportError } from "../io/transport.ts";
import { type Lease, LeaseState, type Seconds } from "../leases/lease.ts";
import { LeaseTable } from "../leases/table.ts";
import { type LeaseView, viewOf } from "../leases/view.ts";
import type { LeaseStore } from "../store/store.ts";
import type { Assembly, Follower } from "./assembly.ts";
import { endpointsOf, fixedListen } from "./bulk-endpoints.ts";
import { type BulkLeasequery, startBulkLeasequery } from "./bulk-leasequery.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { type Counters, createCounters, summarize } from "./counters.ts";
import { createDecisions, type DecisionsOf } from "./decisions.ts";
import { createEventLog } from "./event-log.ts";
import type { Facts } from "./facts.ts";
import { createListeners, type Listener } from "./happenings.ts";
import type { HealthCheck } from "./health.ts";
import { checksOf } from "./health-checks.ts";
import { createHookListener, type HookSwitch } from "./hooks/hooks.ts";
import { explainMissing, InterfaceList, type MissingInterface } from "./interface-list.ts";
import type { Journal } from "./journal.ts";
import { createLateProber } from "./late-prober.ts";
import { addLease, type NewLease } from "./leases/add.ts";
import { type Log, SaidFacts } from "./log.ts";
import { createLossWatch } from "./loss-watch.ts";
import type { AddressPlaces } from "./metrics/publish.ts";
import { type LeaseOperation, operate } from "./operations.ts";
import type { OtherServer } from "./other-servers.ts";
import { startPump } from "./pump.ts";
import { randomNumber } from "./random-number.ts";
import { moveTable } from "./reload.ts";
import type { RestoredTable } from "./restore.ts";

/*
 * One protocol being served: its leases, its sockets and the pump between them. A server has one of
 * these for each protocol that its configuration asks for, over one store and by one clock.
 */

/** Leases that are looked at in one turn of the event loop after a reload. */
const LEASES_AT_ONCE = 1000;

/** What a protocol is served with. */
export interface ServiceParts<C, A, O> {
  readonly config: C;
  readonly store: LeaseStore;
  /** Where to listen. */
  readonly address: A;
  readonly port: number;
  readonly log: Log;
  /** Sends and receives in place of the system's sockets; the service closes it. */
  readonly transport?: Transport<A> | undefined;
  /** Asks in place of the system's sockets; the service closes it. */
  readonly prober?: Prober<A> | undefined;
  readonly listeners: readonly Listener<A, O>[];
  readonly journal?: Journal | undefined;
  readonly feed?: ChangeFeed | undefined;
  readonly hooks: HookSwitch;
}

/** What a server knows when it has read its leases. */
export interface Known {
  /** Lease time. */
  readonly clock: () => Seconds;
  /** What is added to it for seconds since 1970. */
  readonly wallOffset: () => number;
  readonly facts: Facts;
}

/** A protocol that is served when its leases have been read. */
export interface Service<C, A, O, I> {
  readonly restored: RestoredTable;
  /** Opens the sockets and answers. Rejects with TransportError. */
  start(known: Known): Promise<RunningService<C, A, O, I>>;
  /** Closes what was given, and what was opened. */
  close(): Promise<void>;
}

/** A protocol as it is served, to look at and for operators. */
export interface Served<A, O, I, C = unknown> {
  readonly port: number;
  /** What is served by now. */
  readonly config: C;
  /** The leases, to look at. */
  readonly table: LeaseView<A, O>;
  /** The interfaces served now. */
  readonly interfaces: readonly I[];
  readonly counters: Counters;
  /** How many addresses of each network and pool are in which state, as it changes. */
  readonly addresses: AddressPlaces;
  /** What was decided about its clients lately. */
  readonly decisions: DecisionsOf;
  /** Other servers that were noticed in the last hour. */
  others(): readonly OtherServer[];
  /** What its sockets received and sent. */
  transportCounters(): TransportCounters;
  /**
   * Does what an operator wants of leases; the number of those that were changed, durably. Rejects
   * with OperationError.
   */
  operate(operation: LeaseOperation<A>): Promise<number>;
  /**
   * Gives an address to a client that did not ask for it. Settles when the lease is durable;
   * rejects with RefusedError, which says whose the address is.
   */
  addLease(lease: NewLease<A, O>): Promise<void>;
}

export interface RunningService<C, A, O, I> {
  readonly served: Served<A, O, I, C>;
  /** What the sockets can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  readonly healthy: boolean;
  /** What may be wrong with it. */
  readonly checks: readonly HealthCheck[];
  /**
   * Moves on leases whose time is over, and asks clients to come back; to be called every now and
   * then.
   */
  expire(): void;
  /** Says what is lost and what was left out of the log; to be called every now and then. */
  tell(): void;
  /** The log may have been given another level. */
  readLogLevel(): void;
  /** Looks at the interfaces again. */
  look(): Promise<void>;
  /**
   * Makes ready to serve by another configuration. Rejects with TransportError where that can't be,
   * and then nothing has changed.
   */
  prepare(asked: C): Promise<Prepared>;
  /** Answers what has been received. */
  stop(): Promise<void>;
  /** Says that it has stopped, and what was counted since the start. */
  tellStopped(): void;
}

/** Another configuration, that can be served by. */
export interface Prepared {
  /** What has to wait for the next start, one sentence each. */
  readonly fixed: readonly string[];
  /** Serves by it from the moment in which the promise is settled; leases stay. */
  take(): Promise<void>;
}

export function createService<C, M, A, O, I extends { readonly index: number }>(
  assembly: Assembly<C, M, A, O, I>,
  { store, address, port, log, listeners: told, journal, feed, hooks, ...given }: ServiceParts<C, A, O>,
): Service<C, A, O, I> {
  let { config, transport } = given;
  const table = new LeaseTable(assembly.leases, assembly.createSpace(config), [randomNumber(), randomNumber()]);
  const prober = createLateProber(assembly.openProber, given.prober);

  let bulk: BulkLeasequery | undefined;
  let follower: Follower<A, O> | undefined;
  let listener: ServerListener | undefined;

  async function start({ clock, wallOffset, facts }: Known): Promise<RunningService<C, A, O, I>> {
    const local = await assembly.listInterfaces();
    const { served, missing } = assembly.interfaces.choose(config, local);
    refuseNone(served, missing);
    const uptime = () => performance.now();
    const interfaces = new InterfaceList(assembly.interfaces, config, local, log, uptime);
    const servedOf = (all: readonly LocalInterface<A>[]) => all.filter(({ index }) => interfaces.at(index) !== undefined);
    transport ??= await assembly.openTransport({ address, port, interfaces: servedOf(local) });
    const sockets = transport;
    let limitations = sockets.limitations;
    /** The sockets follow what is served. What they can't do is said once. */
    const follow = (all: readonly LocalInterface<A>[]): void => {
      const now = sockets.serve(servedOf(all));
      for (const limitation of now) if (!limitations.includes(limitation)) log.warn(limitation);
      limitations = now;
    };
    if (assembly.probesAddresses(config)) await prober.open();
    const createOutbox = (capacity: number): Outbox<A> => sockets.createOutbox(capacity, counters.sent);
    const protocol = assembly.createProtocol({
      config,
      leases: table,
      interfaces,
      port: sockets.port,
      createOutbox,
      log,
      clock,
      uptime,
      facts,
    });
    const counters = createCounters(protocol.kinds);
    const listen = assembly.bulkListen(config);
    if (protocol.bulkLeasequery !== undefined && listen.length > 0) {
      bulk = await startBulkLeasequery({
        protocol: protocol.bulkLeasequery,
        listen: endpointsOf(listen, sockets.port),
        counters,
        log,
        clock,
        wallOffset,
      });
    }
    const byAddress = (one: A): Lease<A, O> | undefined => table.byAddress(one);
    const interfaceName = (index: number): string => interfaces.local.find((one) => one.index === index)?.name ?? `interface ${index}`;
    const describeInterface = (index: number): string | undefined => {
      const one = interfaces.at(index);
      return one && assembly.interfaces.describe(one);
    };
    const events = createEventLog<M, A, O>({
      log,
      uptime,
      protocol,
      secret: [randomNumber(), randomNumber()],
      stateOf: (one) => table.stateOf(one),
      networkName: (one) => table.space.networkName(one),
      interfaceName,
      describeInterface,
    });
    follower = await assembly.openFollower?.({ config, leases: table, interfaces, log });
    const all = follower === undefined ? told : [...told, follower.follow];
    const toHooks = createHookListener<A, O>({ hooks, protocol: protocol.hooked.protocol, counters, wallOffset });
    const listeners = createListeners(all, protocol.copyLease, events.listenerFailed, toHooks);
    const decisions = createDecisions({
      name: assembly.name,
      protocol,
      byAddress,
      interfaceName,
      clock,
      wallOffset,
      uptime,
    });
    const pump = startPump({
      decisions,
      protocol,
      table,
      store,
      transport: sockets,
      prober,
      counters,
      events,
      listeners,
      journal,
      feed,
      hooks,
      log,
      clock,
      uptime,
    });
    const checks = checksOf({
      name: assembly.name,
      counters,
      transportCounters: () => sockets.counters(),
      socketProblem: () => sockets.problem?.(),
      storeFailure: () => pump.storeFailure,
      underWay: () => pump.underWay,
      interfaces: () => interfaces,
      // What it could not do from the start is no change for the worse.
      unheard: () => limitations.filter((one) => !sockets.limitations.includes(one)),
      exhausted: () => protocol.exhausted.list(),
    });
    // Who listens elsewhere, or nowhere, tries something out.
    if (given.transport === undefined && sockets.port === assembly.wellKnownPort) listener = await assembly.openServerListener();
    listener?.start((heard) => {
      try {
        protocol.hear(heard);
      } catch (error) {
        events.listenerFailed(error);
      }
    });
    const addressPlaces = (): AddressPlaces => {
      const { networks, pools } = assembly.namePlaces(config);
      const capacities = pools.map((pool, index) => ({ ...pool, capacity: table.capacityOf({ index }) }));
      return { networks, pools: capacities, counts: table.counts.numbers };
    };
    let addresses = addressPlaces();
    const watchLoss = createLossWatch({ counters, transportCounters: () => sockets.counters(), log });

    /** Asks those who have something new to learn, some leases at a time. */
    async function askClients(isNew: (lease: Lease<A, O>) => boolean): Promise<void> {
      let seen = 0;
      for (const lease of table.leases()) {
        if (++seen % LEASES_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
        if (lease.state === LeaseState.bound && isNew(lease)) protocol.reconfigure?.ask(lease);
      }
    }

    return {
      served: {
        port: sockets.port,
        get config() {
          return config;
        },
        table: viewOf(table, assembly.leases),
        get interfaces() {
          return interfaces.served;
        },
        counters,
        get addresses() {
          return addresses;
        },
        decisions,
        others: () => protocol.others.list(),
        transportCounters: () => sockets.counters(),
        async operate(operation) {
          const done = await operate(
            {
              byAddress,
              leases: () => table.leases(),
              compare: assembly.compareAddresses,
              change: (changes) => pump.change(changes),
              ...(protocol.reconfigure && { ask: protocol.reconfigure.ask }),
            },
            operation,
            clock,
          );
          const addresses = assembly.formatAddresses(operation.addresses);
          log.info(
            new SaidFacts({ operation: operation.kind, addresses, done }),
            `an operator's ${operation.kind} of ${addresses}: ${done} done`,
          );
          return done;
        },
        async addLease(lease) {
          await addLease({ table, family: assembly.leases, change: (changes) => pump.change(changes), clock }, lease);
          log.info(new SaidFacts({ operation: "add", address: lease.name }), `an operator gave ${lease.name} to ${lease.client}`);
        },
      },
      limitations: [...sockets.limitations, ...prober.limitations],
      get healthy() {
        return pump.healthy;
      },
      checks,
      expire() {
        pump.expire();
        protocol.reconfigure?.send();
      },
      tell() {
        watchLoss(uptime());
        protocol.exhausted.look();
        decisions.look();
        events.sumUp();
      },
      readLogLevel: events.readLevel,
      look: () =>
        assembly.listInterfaces().then(
          (found) => {
            interfaces.update(found);
            follow(found);
            follower?.look();
          },
          (error) => log.warn({ err: error }, "can't list the interfaces"),
        ),
      async prepare(asked) {
        const { config: next, fixed } = assembly.settle(config, asked);
        const present = await assembly.listInterfaces();
        const chosen = assembly.interfaces.choose(next, present);
        refuseNone(chosen.served, chosen.missing);
        if (assembly.probesAddresses(next)) {
          const before = prober.limitations.length;
          await prober.open();
          for (const limitation of prober.limitations.slice(before)) log.warn(limitation);
        }
        return {
          fixed: [...fixed, ...fixedListen(assembly.bulkListen(config), assembly.bulkListen(next))],
          async take() {
            const isNew = protocol.reconfigure?.changes(config, next);
            await moveTable(table, assembly.createSpace(next), () => {
              protocol.configure(next);
              interfaces.configure(next, present);
              follow(present);
              follower?.look();
              config = next;
              addresses = addressPlaces();
            });
            if (isNew !== undefined) void askClients(isNew);
          },
        };
      },
      async stop() {
        await bulk?.close();
        await pump.stop();
      },
      tellStopped() {
        const counted = summarize(counters, sockets.counters());
        log.info({ protocol: protocol.hooked.protocol, ...counted }, `${assembly.name} stopped`);
      },
    };
  }

  return {
    restored: { table, knownBy: (record) => assembly.knownBy(config, record) },
    start,
    async close() {
      try {
        await bulk?.close();
        follower?.close();
        listener?.close();
        prober.close();
      } finally {
        transport?.close();
      }
    },
  };
}

/** Another interface may come up later than this server; with none there is nothing to do. */
function refuseNone(served: readonly unknown[], missing: readonly MissingInterface[]): void {
  const [first] = missing;
  if (first === undefined || served.length > 0 || missing.some(({ passing }) => passing === true)) return;
  throw new TransportError("ENODEV", explainMissing(first));
}
