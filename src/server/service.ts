import type { Prober } from "../io/prober.ts";
import { noSendFailures } from "../io/send-failures.ts";
import { type LocalInterface, type Outbox, type Transport, type TransportCounters, TransportError } from "../io/transport.ts";
import { type Lease, LeaseState, type Seconds } from "../leases/lease.ts";
import { LeaseTable } from "../leases/table.ts";
import { type LeaseView, viewOf } from "../leases/view.ts";
import type { LeaseStore } from "../store/store.ts";
import type { Assembly, Follower } from "./assembly.ts";
import { endpointsOf, fixedListen } from "./bulk-endpoints.ts";
import { type BulkLeasequery, startBulkLeasequery } from "./bulk-leasequery.ts";
import { type Counters, createCounters } from "./counters.ts";
import { createEventLog } from "./event-log.ts";
import type { Facts } from "./facts.ts";
import { createListeners, type Listener } from "./happenings.ts";
import { InterfaceList, type MissingInterface } from "./interface-list.ts";
import { createLateProber } from "./late-prober.ts";
import type { Log } from "./log.ts";
import { createLossWatch } from "./loss-watch.ts";
import { type LeaseOperation, operate } from "./operations.ts";
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
export interface Served<A, O, I> {
  readonly port: number;
  /** The leases, to look at. */
  readonly table: LeaseView<A, O>;
  /** The interfaces served now. */
  readonly interfaces: readonly I[];
  readonly counters: Counters;
  /** What its sockets received and sent. */
  transportCounters(): TransportCounters;
  /**
   * Does what an operator wants of leases; the number of those that were changed, durably. Rejects
   * with OperationError.
   */
  operate(operation: LeaseOperation<A>): Promise<number>;
}

export interface RunningService<C, A, O, I> {
  readonly served: Served<A, O, I>;
  /** What the sockets can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  readonly healthy: boolean;
  /**
   * Moves on leases whose time is over, and asks clients to come back; to be called every now and
   * then.
   */
  expire(): void;
  /** Says what is lost and what was left out of the log; to be called every now and then. */
  tell(): void;
  /** Looks at the interfaces again. */
  look(): Promise<void>;
  /**
   * Makes ready to serve by another configuration. Rejects with TransportError where that can't be,
   * and then nothing has changed.
   */
  prepare(asked: C): Promise<Prepared>;
  /** Answers what has been received. */
  stop(): Promise<void>;
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
  { store, address, port, log, listeners: told, ...given }: ServiceParts<C, A, O>,
): Service<C, A, O, I> {
  let { config, transport } = given;
  const table = new LeaseTable(assembly.leases, assembly.createSpace(config), [randomNumber(), randomNumber()]);
  const prober = createLateProber(assembly.openProber, given.prober);

  let bulk: BulkLeasequery | undefined;
  let follower: Follower<A, O> | undefined;

  async function start({ clock, wallOffset, facts }: Known): Promise<RunningService<C, A, O, I>> {
    const local = await assembly.listInterfaces();
    const { served, missing } = assembly.interfaces.choose(config, local);
    refuseNone(served, missing);
    const interfaces = new InterfaceList(assembly.interfaces, config, local, log);
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
    const uptime = () => performance.now();
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
    const events = createEventLog<M, A, O>(log, uptime, protocol);
    follower = await assembly.openFollower?.({ config, leases: table, interfaces, log });
    const all = follower === undefined ? told : [...told, follower.follow];
    const listeners = all.length === 0 ? undefined : createListeners(all, protocol.copyLease, events.listenerFailed);
    const pump = startPump({ protocol, table, store, transport: sockets, prober, counters, events, listeners, clock, uptime });
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
        table: viewOf(table, assembly.leases),
        get interfaces() {
          return interfaces.served;
        },
        counters,
        transportCounters: () => sockets.counters(),
        async operate(operation) {
          const done = await operate(
            {
              byAddress: (one) => table.byAddress(one),
              leases: () => table.leases(),
              compare: assembly.compareAddresses,
              change: (changes) => pump.change(changes),
              ...(protocol.reconfigure && { ask: protocol.reconfigure.ask }),
            },
            operation,
            clock,
          );
          const addresses = assembly.formatAddresses(operation.addresses);
          log.info({ operation: operation.kind, addresses, done }, `an operator's ${operation.kind} of ${addresses}: ${done} done`);
          return done;
        },
      },
      limitations: [...sockets.limitations, ...prober.limitations],
      get healthy() {
        return pump.healthy;
      },
      expire() {
        pump.expire();
        protocol.reconfigure?.send();
      },
      tell() {
        watchLoss(uptime());
        events.sumUp();
      },
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
            });
            if (isNew !== undefined) void askClients(isNew);
          },
        };
      },
      async stop() {
        await bulk?.close();
        await pump.stop();
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
        prober.close();
      } finally {
        transport?.close();
      }
    },
  };
}

/** A protocol that is not served: it has no port, nobody's leases, and nothing was counted. */
export function notServed<C, M, A, O, I extends { readonly index: number }>(
  { leases, createSpace }: Assembly<C, M, A, O, I>,
  config: C,
): Served<A, O, I> {
  return {
    port: 0,
    table: viewOf(new LeaseTable(leases, createSpace(config)), leases),
    interfaces: [],
    counters: createCounters(new Map()),
    transportCounters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
    operate: () => Promise.resolve(0),
  };
}

/** Another interface may come up later than this server; with none there is nothing to do. */
function refuseNone(served: readonly unknown[], missing: readonly MissingInterface[]): void {
  const [first] = missing;
  if (first === undefined || served.length > 0 || missing.some(({ passing }) => passing === true)) return;
  throw new TransportError("ENODEV", first.problem);
}
