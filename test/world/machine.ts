import { pino } from "pino";
import { noSendFailures } from "../../src/io/send-failures.ts";
import type { BatchHandler, Datagram, Outbox, Transport } from "../../src/io/transport.ts";
import type { Seconds } from "../../src/leases/lease.ts";
import type { LeaseTable } from "../../src/leases/table.ts";
import type { Destination } from "../../src/net/destination.ts";
import { createClockWatch } from "../../src/server/clock-watch.ts";
import { createCounters } from "../../src/server/counters.ts";
import { createEventLog } from "../../src/server/event-log.ts";
import { leaseTime, type Reading } from "../../src/server/lease-clock.ts";
import type { Protocol } from "../../src/server/protocol.ts";
import { type Pump, startPump } from "../../src/server/pump.ts";
import { restoreLeases } from "../../src/server/restore.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import type { Random } from "../support/random.ts";
import { createStore, type Disk, type WorldStore } from "./disk.ts";
import type { Events } from "./events.ts";

/** The wall clock at the beginning of the world, when it is right: 2026-11-01, in seconds. */
const BEGINNING = Date.UTC(2026, 10) / 1000;
/** How often the server looks at its clock and for leases that are over, in milliseconds. */
const TICK = 5000;
const LOG = pino({ level: "silent" });

/** The protocol that a machine serves. */
export interface WorldProtocol<M, A, O> {
  createTable(secret: readonly [number, number]): LeaseTable<A, O>;
  /** As that of `restoreLeases`. */
  knownBy(record: Uint8Array): Uint8Array;
  createProtocol(parts: {
    readonly leases: LeaseTable<A, O>;
    readonly log: typeof LOG;
    /** Lease time. */
    readonly clock: () => Seconds;
    readonly uptime: () => number;
    readonly secret: readonly [number, number];
    readonly random: () => number;
    readonly createOutbox: (capacity: number) => Outbox<A>;
  }): Protocol<M, A, O>;
  /** What the server sent; throws when it is no message. */
  decode(bytes: Uint8Array): M;
}

export interface MachineParts<M, A, O> {
  readonly protocol: WorldProtocol<M, A, O>;
  readonly disk: Disk;
  readonly events: Events;
  readonly random: Random;
  /** A reply leaves. */
  readonly onSent: (message: M, to: Destination<A>) => void;
  /** A transaction was settled; with no writes when it failed. */
  readonly onSettled: (writes: readonly StoreWrite[]) => void;
  /** The server has read its leases, and serves nobody yet. */
  readonly onStarted: () => void;
  readonly onCrash: (error: unknown) => void;
}

/** One run of the server's process. */
interface Run<A, O> {
  readonly store: WorldStore;
  table?: LeaseTable<A, O>;
  pump?: Pump<A, O>;
  now?: () => Seconds;
  over: boolean;
}

/**
 * The machine of the server: its clocks, which outlive the process, and the process, which may end
 * at any time.
 */
export class Machine<M, A, O> {
  readonly #parts: MachineParts<M, A, O>;
  #boots = 0;
  #bootedAt = 0;
  #served = false;
  /** How far the wall clock is from what is right, in seconds. */
  #wrongBy = 0;
  #inbox: { datagram: Datagram<A>; arrived: number }[] = [];
  #run: Run<A, O> | undefined;

  constructor(parts: MachineParts<M, A, O>) {
    this.#parts = parts;
  }

  /** The process runs; it may still be reading its leases. */
  get up(): boolean {
    return this.#run !== undefined;
  }

  get table(): LeaseTable<A, O> | undefined {
    return this.#run?.table;
  }

  /** Lease time now; undefined while nobody is served. */
  get now(): Seconds | undefined {
    return this.#run?.now?.();
  }

  /** Whether all that the server decided has been settled by the disk. */
  get idle(): boolean {
    return this.#run?.store.idle ?? true;
  }

  /**
   * Whether a server has run since the boot. A clock that is ahead before that can't be told from a
   * machine that was off for so long.
   */
  get served(): boolean {
    return this.#served;
  }

  get wrongBy(): number {
    return this.#wrongBy;
  }

  setClock(wrongBy: number): void {
    this.#wrongBy = wrongBy;
  }

  /**
   * What was received and the time since boot are gone; a disk stays, and perhaps the wall clock.
   */
  reboot(): void {
    this.kill();
    this.#boots++;
    this.#served = false;
    this.#bootedAt = this.#parts.events.now;
  }

  start(): void {
    const { random, disk, events, onSettled, onCrash } = this.#parts;
    const run: Run<A, O> = { store: createStore({ disk, events, random, onSettled }), over: false };
    this.#run = run;
    this.#serve(run).catch(onCrash);
  }

  /** As by SIGKILL: at any point. */
  kill(): void {
    if (this.#run === undefined) return;
    this.#run.over = true;
    this.#run.store.kill();
    this.#run = undefined;
    this.#inbox = [];
  }

  /** As by SIGTERM. */
  stop(): void {
    const run = this.#run;
    if (run?.pump === undefined) return;
    run.pump.stop().then(() => {
      if (this.#run === run) this.kill();
    }, this.#parts.onCrash);
  }

  /** A datagram arrives. Where nobody listens it is lost. */
  receive(datagram: Datagram<A>): void {
    if (this.#run === undefined) return;
    this.#inbox.push({ datagram, arrived: this.#parts.events.now });
    // What arrives within a few milliseconds is received together.
    if (this.#inbox.length === 1) this.#parts.events.after(this.#parts.random.below(4), () => this.#deliver());
  }

  #deliver: () => void = () => {};

  async #serve(run: Run<A, O>): Promise<void> {
    const { protocol: served, events, random, onStarted } = this.#parts;
    const boot = `boot ${this.#boots}`;
    const uptime = (): number => (events.now - this.#bootedAt) / 1000 + 5;
    const read = (): Reading => ({ wall: BEGINNING + events.now / 1000 + this.#wrongBy, uptime: uptime() });
    const secret = [random.next(), random.next()] as const;
    const table = served.createTable(secret);
    const { clock, saved, wrong } = await restoreLeases({
      tables: [{ table, knownBy: served.knownBy }],
      store: run.store,
      log: LOG,
      machine: { sinceBoot: uptime, read },
      boot,
    });
    if (run.over) return;
    run.table = table;
    this.#served = true;
    run.now = () => leaseTime(clock.bootOffset, uptime());
    onStarted();
    const milliseconds = (): number => uptime() * 1000;
    const transport = this.#transport(run);
    const protocol = served.createProtocol({
      leases: table,
      log: LOG,
      clock: run.now,
      uptime: milliseconds,
      secret,
      random: () => random.next(),
      createOutbox: (capacity) => transport.createOutbox(capacity),
    });
    run.pump = startPump({
      protocol,
      table,
      store: run.store,
      transport,
      counters: createCounters(protocol.kinds),
      events: createEventLog<M, A, O>({
        log: LOG,
        uptime: milliseconds,
        protocol,
        secret,
        stateOf: (address) => table.stateOf(address),
        networkName: (address) => table.space.networkName(address),
        interfaceName: (index) => `interface ${index}`,
        describeInterface: () => undefined,
      }),
      clock: run.now,
      uptime: milliseconds,
    });
    const watch = createClockWatch({ clock, saved, wrong, store: run.store, read, log: LOG });
    const tick = (): void => {
      if (run.over) return;
      watch();
      run.pump?.expire();
      events.after(TICK, tick);
    };
    tick();
  }

  #transport(run: Run<A, O>): Transport<A> {
    let handler: BatchHandler<A> | undefined;
    let paused = false;
    this.#deliver = () => {
      if (run.over || paused || handler === undefined) return;
      const { now } = this.#parts.events;
      const batch = this.#inbox.splice(0).map(({ datagram, arrived }) => ({ ...datagram, waited: now - arrived }));
      handler(batch, batch.length);
      // The transport uses its buffers again.
      for (const { bytes } of batch) bytes.fill(0xee);
    };
    const deliver = this.#deliver;
    return {
      limitations: [],
      port: 67,
      serve: () => [],
      start(newHandler) {
        handler = newHandler;
        deliver();
      },
      pause() {
        paused = true;
      },
      resume() {
        if (!paused) return;
        paused = false;
        deliver();
      },
      createOutbox: (capacity, sent) => this.#outbox(capacity, run, sent),
      counters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
      close() {},
    };
  }

  #outbox(capacity: number, run: Run<A, O>, sent: Uint32Array | undefined): Outbox<A> {
    const { onSent, protocol } = this.#parts;
    const buffers = Array.from({ length: capacity }, () => new Uint8Array(1472));
    let waiting: { length: number; to: Destination<A>; kind: number }[] = [];
    return {
      get length() {
        return waiting.length;
      },
      get full() {
        return waiting.length === capacity;
      },
      next: () => buffers[waiting.length] as Uint8Array,
      add(length, to, kind = 0) {
        waiting.push({ length, to: { ...to, hardwareAddress: to.hardwareAddress?.slice() }, kind });
      },
      send() {
        const leaving = waiting;
        waiting = [];
        if (run.over) return;
        leaving.forEach(({ length, to, kind }, i) => {
          if (sent !== undefined) sent[kind] = (sent[kind] as number) + 1;
          onSent(protocol.decode((buffers[i] as Uint8Array).slice(0, length)), to);
        });
      },
      clear() {
        waiting = [];
      },
    };
  }
}
