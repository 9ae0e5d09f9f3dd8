import { pino } from "pino";
import type { Config } from "../../src/config/model/config.ts";
import type { ServedInterface } from "../../src/engine/dhcp4/decide.ts";
import { noSendFailures } from "../../src/io/send-failures.ts";
import type { BatchHandler, Datagram, Outbox, Transport } from "../../src/io/transport.ts";
import type { LeaseOwner, Seconds } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import type { Destination } from "../../src/net/destination.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import { createClockWatch } from "../../src/server/clock-watch.ts";
import { createCounters } from "../../src/server/counters.ts";
import { knownBy } from "../../src/server/dhcp4/known-by.ts";
import { createDhcp4 } from "../../src/server/dhcp4/protocol.ts";
import { createEventLog } from "../../src/server/event-log.ts";
import { leaseTime, type Reading } from "../../src/server/lease-clock.ts";
import { type Pump, startPump } from "../../src/server/pump.ts";
import { restoreLeases } from "../../src/server/restore.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import type { Random } from "../support/random.ts";
import { createStore, type Disk, type WorldStore } from "./disk.ts";
import type { Events } from "./events.ts";

/** The wall clock at the beginning of the world, when it is right: 2026-11-01, in seconds. */
const BEGINNING = Date.UTC(2026, 10) / 1000;
/** How often the server looks at its clock and for leases that are over, in milliseconds. */
const TICK = 5000;
const LOG = pino({ level: "silent" });

export interface MachineParts {
  readonly config: Config;
  readonly disk: Disk;
  readonly events: Events;
  readonly random: Random;
  readonly interfaces: readonly ServedInterface[];
  /** A reply leaves. */
  readonly onSent: (message: Message, to: Destination<Ipv4>) => void;
  /** A transaction was settled; with no writes when it failed. */
  readonly onSettled: (writes: readonly StoreWrite[]) => void;
  /** The server has read its leases, and serves nobody yet. */
  readonly onStarted: () => void;
  readonly onCrash: (error: unknown) => void;
}

/** One run of the server's process. */
interface Run {
  readonly store: WorldStore;
  table?: LeaseTable;
  pump?: Pump<Ipv4, LeaseOwner>;
  now?: () => Seconds;
  over: boolean;
}

/**
 * The machine of the server: its clocks, which outlive the process, and the process, which may end
 * at any time.
 */
export class Machine {
  readonly #parts: MachineParts;
  readonly #interfaces: (ServedInterface | undefined)[] = [];
  readonly #addresses: ReadonlySet<number>;
  #boots = 0;
  #bootedAt = 0;
  #served = false;
  /** How far the wall clock is from what is right, in seconds. */
  #wrongBy = 0;
  #inbox: { datagram: Datagram<Ipv4>; arrived: number }[] = [];
  #run: Run | undefined;

  constructor(parts: MachineParts) {
    this.#parts = parts;
    for (const one of parts.interfaces) this.#interfaces[one.index] = one;
    this.#addresses = new Set(parts.interfaces.map(({ address }) => address));
  }

  /** The process runs; it may still be reading its leases. */
  get up(): boolean {
    return this.#run !== undefined;
  }

  get table(): LeaseTable | undefined {
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
    const run: Run = { store: createStore({ disk, events, random, onSettled }), over: false };
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
  receive(datagram: Datagram<Ipv4>): void {
    if (this.#run === undefined) return;
    this.#inbox.push({ datagram, arrived: this.#parts.events.now });
    // What arrives within a few milliseconds is received together.
    if (this.#inbox.length === 1) this.#parts.events.after(this.#parts.random.below(4), () => this.#deliver());
  }

  #deliver: () => void = () => {};

  async #serve(run: Run): Promise<void> {
    const { config, events, random, onStarted } = this.#parts;
    const boot = `boot ${this.#boots}`;
    const uptime = (): number => (events.now - this.#bootedAt) / 1000 + 5;
    const read = (): Reading => ({ wall: BEGINNING + events.now / 1000 + this.#wrongBy, uptime: uptime() });
    const secret = [random.next(), random.next()] as const;
    const table = createLeaseTable(config, secret);
    const known = (record: Uint8Array): Uint8Array => knownBy(config, record);
    const { clock, saved, wrong } = await restoreLeases({ tables: [{ table, knownBy: known }], store: run.store, log: LOG, read, boot });
    if (run.over) return;
    run.table = table;
    this.#served = true;
    run.now = () => leaseTime(clock.bootOffset, uptime());
    onStarted();
    const milliseconds = (): number => uptime() * 1000;
    const protocol = createDhcp4({
      config,
      leases: table,
      interfaceAt: (index) => this.#interfaces[index],
      ownAddresses: () => this.#addresses,
      port: 67,
      log: LOG,
      uptime: milliseconds,
      secret,
      random: () => random.next(),
    });
    run.pump = startPump({
      protocol,
      table,
      store: run.store,
      transport: this.#transport(run),
      counters: createCounters(protocol.kinds),
      events: createEventLog<Message, Ipv4, LeaseOwner>(LOG, milliseconds, protocol),
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

  #transport(run: Run): Transport<Ipv4> {
    let handler: BatchHandler<Ipv4> | undefined;
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

  #outbox(capacity: number, run: Run, sent: Uint32Array | undefined): Outbox<Ipv4> {
    const { onSent } = this.#parts;
    const buffers = Array.from({ length: capacity }, () => new Uint8Array(1472));
    let waiting: { length: number; to: Destination<Ipv4>; kind: number }[] = [];
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
          const decoded = decode((buffers[i] as Uint8Array).slice(0, length));
          if (!decoded.ok) throw new Error(`the server sent what is no message: ${decoded.problem}`);
          onSent(decoded.message, to);
        });
      },
      clear() {
        waiting = [];
      },
    };
  }
}
