import { pino } from "pino";
import type { Config } from "../../../src/config/model/config.ts";
import type { Dhcp6Config } from "../../../src/config/model/dhcp6.ts";
import type { ServedInterface as Interface4 } from "../../../src/engine/dhcp4/exchange.ts";
import type { ServedInterface as Interface6 } from "../../../src/engine/dhcp6/exchange.ts";
import { noSendFailures } from "../../../src/io/send-failures.ts";
import type { BatchHandler, Datagram, Outbox, Transport } from "../../../src/io/transport.ts";
import { createLeaseTable as createTable4 } from "../../../src/leases/dhcp4/table.ts";
import { createLeaseTable as createTable6 } from "../../../src/leases/dhcp6/table.ts";
import type { Seconds } from "../../../src/leases/lease.ts";
import type { LeaseTable } from "../../../src/leases/table.ts";
import type { Destination } from "../../../src/net/destination.ts";
import type { Duid } from "../../../src/net/duid.ts";
import type { Ipv4 } from "../../../src/net/ipv4.ts";
import type { Ipv6 } from "../../../src/net/ipv6.ts";
import type { Ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { createCounters } from "../../../src/server/counters.ts";
import { knownBy } from "../../../src/server/dhcp4/known-by.ts";
import { createDhcp4 } from "../../../src/server/dhcp4/protocol.ts";
import { createDhcp6 } from "../../../src/server/dhcp6/protocol.ts";
import { createEventLog } from "../../../src/server/event-log.ts";
import { leaseTime, type Reading } from "../../../src/server/lease-clock.ts";
import type { ServedProtocol } from "../../../src/server/protocol.ts";
import { startPump } from "../../../src/server/pump.ts";
import { restoreLeases } from "../../../src/server/restore.ts";
import type { Random } from "../../support/random.ts";
import type { Events } from "../events.ts";
import { createStore, type Disk, type LargeStore } from "./disk.ts";

/** The wall clock at the beginning of the world: 2026-11-01, in seconds. */
const BEGINNING = Date.UTC(2026, 10) / 1000;
/** How often the server looks for leases that are over, in milliseconds. */
const TICK = 30_000;
const LOG = pino({ level: "silent" });

export interface ServerParts {
  readonly config: Config;
  readonly config6: Dhcp6Config;
  readonly interfaces: readonly Interface4[];
  readonly interfaces6: readonly Interface6[];
  readonly serverIdentifier: Duid;
  readonly events: Events;
  readonly random: Random;
  /** Replies leave: a UDP payload, the sender's to use again. */
  readonly onSent: (payload: Uint8Array, to: Destination<Ipv4>) => void;
  readonly onSent6: (payload: Uint8Array, to: Destination<Ipv6>) => void;
}

/** The server's process, which can be killed and started, and the disk that stays. */
export interface Server {
  readonly up: boolean;
  start(): void;
  /** As by SIGKILL. */
  kill(): void;
  receive(datagram: Datagram<Ipv4>): void;
  receive6(datagram: Datagram<Ipv6 | Ipv6Prefix>): void;
}

/** Sockets of one protocol in memory. */
interface Sockets<A> {
  readonly transport: Transport<A>;
  deliver(datagram: Datagram<A>): void;
}

interface Run {
  readonly store: LargeStore;
  sockets: Sockets<Ipv4> | undefined;
  sockets6: Sockets<Ipv6 | Ipv6Prefix> | undefined;
  over: boolean;
}

/**
 * A server of both protocols with its tables, pumps and store, as `server/` puts them together, on
 * the world's time. What happens to its clock and to a full disk is the smaller world's matter.
 */
export function createServer(parts: ServerParts, disk: Disk): Server {
  const { events, random } = parts;
  let current: Run | undefined;

  async function serve(run: Run): Promise<void> {
    const read = (): Reading => ({ wall: BEGINNING + events.now / 1000, uptime: events.now / 1000 + 5 });
    const uptime = (): number => events.now;
    const secret = [random.next(), random.next()] as const;
    const table = createTable4(parts.config, secret);
    const table6 = createTable6(parts.config6, secret);
    const { clock } = await restoreLeases({
      tables: [
        { table, knownBy: (record) => knownBy(parts.config, record) },
        { table: table6, knownBy: (record) => record },
      ],
      store: run.store,
      log: LOG,
      read,
      boot: "the only one",
    });
    if (run.over) return;
    const now = (): Seconds => leaseTime(clock.bootOffset, read().uptime);
    const sockets = createSockets<Ipv4>(67, parts.onSent, run);
    const sockets6 = createSockets<Ipv6 | Ipv6Prefix>(547, parts.onSent6, run);
    const common = { log: LOG, uptime, secret };
    const addresses = new Set(parts.interfaces.map(({ address }) => address));
    const addresses6 = parts.interfaces6.flatMap((one) => one.addresses);
    const dhcp4 = createDhcp4({
      ...common,
      config: parts.config,
      leases: table,
      interfaceAt: (index) => parts.interfaces.find((one) => one.index === index),
      ownAddresses: () => addresses,
      port: 67,
      random: () => random.next(),
    });
    const dhcp6 = createDhcp6({
      ...common,
      config: parts.config6,
      leases: table6,
      interfaceAt: (index) => parts.interfaces6.find((one) => one.index === index),
      interfaceNamed: (name) => parts.interfaces6.find((one) => one.name === name),
      ownAddresses: () => addresses6,
      serverIdentifier: parts.serverIdentifier,
      port: 547,
      createOutbox: (capacity) => sockets6.transport.createOutbox(capacity),
      clock: now,
      random: () => random.next() + random.next() / 2 ** 32,
    });
    const pumps = [pumpOf(dhcp4, table, sockets, run, now), pumpOf(dhcp6, table6, sockets6, run, now)];
    run.sockets = sockets;
    run.sockets6 = sockets6;
    const tick = (): void => {
      if (run.over) return;
      for (const pump of pumps) pump.expire();
      events.after(TICK, tick);
    };
    tick();
  }

  function pumpOf<C, M, A, O>(
    protocol: ServedProtocol<C, M, A, O>,
    table: LeaseTable<A, O>,
    sockets: Sockets<A>,
    { store }: Run,
    clock: () => Seconds,
  ): { expire(): void } {
    const uptime = (): number => events.now;
    const counters = createCounters(protocol.kinds);
    const log = createEventLog<M, A, O>(LOG, uptime, protocol);
    return startPump({ protocol, table, store, transport: sockets.transport, counters, events: log, clock, uptime });
  }

  return {
    get up() {
      return current !== undefined;
    },
    start() {
      const run: Run = { store: createStore(disk, events, random), sockets: undefined, sockets6: undefined, over: false };
      current = run;
      serve(run).catch((error: unknown) => {
        throw error;
      });
    },
    kill() {
      if (current === undefined) return;
      current.over = true;
      current.store.kill();
      current = undefined;
    },
    receive: (datagram) => current?.sockets?.deliver(datagram),
    receive6: (datagram) => current?.sockets6?.deliver(datagram),
  };
}

function createSockets<A>(
  port: number,
  onSent: (payload: Uint8Array, to: Destination<A>) => void,
  run: { readonly over: boolean },
): Sockets<A> {
  let handler: BatchHandler<A> | undefined;
  let paused = false;
  let waiting: Datagram<A>[] = [];

  const deliver = (): void => {
    if (run.over || paused || handler === undefined || waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    handler(batch, batch.length);
    // The transport uses its buffers again.
    for (const { bytes } of batch) bytes.fill(0xee);
  };

  return {
    deliver(datagram) {
      waiting.push(datagram);
      deliver();
    },
    transport: {
      limitations: [],
      port,
      serve: () => [],
      start(newHandler) {
        handler = newHandler;
      },
      pause() {
        paused = true;
      },
      resume() {
        paused = false;
        deliver();
      },
      createOutbox: (capacity) => createOutbox(capacity, onSent, run),
      counters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
      close() {},
    },
  };
}

function createOutbox<A>(
  capacity: number,
  onSent: (payload: Uint8Array, to: Destination<A>) => void,
  run: { readonly over: boolean },
): Outbox<A> {
  const buffers: Uint8Array[] = [];
  let waiting: { readonly length: number; readonly to: Destination<A> }[] = [];
  return {
    get length() {
      return waiting.length;
    },
    get full() {
      return waiting.length === capacity;
    },
    next() {
      buffers[waiting.length] ??= new Uint8Array(1472);
      return buffers[waiting.length] as Uint8Array;
    },
    add(length, to) {
      waiting.push({ length, to: { ...to, hardwareAddress: to.hardwareAddress?.slice() } });
    },
    send() {
      const leaving = waiting;
      waiting = [];
      if (run.over) return;
      for (const [i, { length, to }] of leaving.entries()) onSent((buffers[i] as Uint8Array).subarray(0, length), to);
    },
    clear() {
      waiting = [];
    },
  };
}
