import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import type { Config } from "../config/model.ts";
import type { ServedInterface } from "../engine/dhcp4/decide.ts";
import { listInterfaces } from "../io/interfaces.ts";
import { openTransport } from "../io/open.ts";
import { openProber, type Prober } from "../io/prober.ts";
import { type LocalInterface, type Transport, type TransportCounters, TransportError } from "../io/transport.ts";
import { hardwareKey } from "../leases/client-key.ts";
import type { Lease, LeaseWrite } from "../leases/lease.ts";
import { LeaseTable } from "../leases/table.ts";
import { formatIpv4, type Ipv4 } from "../net/ipv4.ts";
import { formatAddressRange } from "../net/range.ts";
import type { LeaseStore } from "../store/store.ts";
import { type Counters, createCounters, summarize } from "./counters.ts";
import { createEventLog } from "./event-log.ts";
import { createHappenings, type Happening } from "./happenings.ts";
import { createLossWatch } from "./loss-watch.ts";
import { type Operation, operate } from "./operations.ts";
import { type Pump, startPump } from "./pump.ts";
import { chooseInterfaces } from "./served-interfaces.ts";

/** How often leases whose time is over are moved on, in milliseconds. */
const EXPIRE_EVERY = 500;
/** How often it is checked whether messages were lost, in milliseconds. */
const LOOK_FOR_LOSS_EVERY = 1000;
/** How often the machine's interfaces are looked at again, in milliseconds. */
const LOOK_AT_INTERFACES_EVERY = 5000;

export interface ServerOptions {
  readonly config: Config;
  readonly store: LeaseStore;
  /** Where to listen: 0.0.0.0 and 67 for real service; with any other port replies go back to the sender. */
  readonly address: Ipv4;
  readonly port: number;
  readonly log: Logger;
  /** Sends and receives in place of the system's sockets; closed at the end. */
  readonly transport?: Transport;
  /** Finds out whether an address is in use, where the configuration asks for it, in place of the system's sockets; closed at the end. */
  readonly prober?: Prober;
  /** Told of each change of a lease that has come true; what it throws is logged and does no harm. */
  readonly onHappening?: (happening: Happening) => void;
}

export interface Server {
  readonly port: number;
  readonly table: LeaseTable;
  /** The interfaces served now. */
  readonly interfaces: readonly ServedInterface[];
  /** What the sockets can't do on this system or with these privileges, one sentence each. */
  readonly limitations: readonly string[];
  readonly counters: Counters;
  readonly healthy: boolean;
  transportCounters(): TransportCounters;
  /** Does what an operator wants of leases; the number of those that were changed, durably. Rejects with OperationError. */
  operate(operation: Operation): Promise<number>;
  /** Answers what has been received, then closes the sockets and the store. */
  stop(): Promise<void>;
}

/**
 * Starts a DHCPv4 server: reads all leases, opens the sockets and answers. Takes over the store and closes it at the end, also
 * when it can't start. Throws StoreError and TransportError; RangeError when `address` or `port` is none.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  try {
    checkEndpoint(options);
    return await start(options);
  } catch (error) {
    await options.store.close();
    throw error;
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

async function start(options: ServerOptions): Promise<Server> {
  const { config, store, address, port, log, onHappening } = options;
  const table = await restoreLeases(config, store, log);
  const local = await listInterfaces();
  const [first] = chooseInterfaces(config, local).missing;
  if (first !== undefined) throw new TransportError("ENODEV", first.problem);
  const counters = createCounters();
  const clock = () => Math.floor(Date.now() / 1000);
  const interfaces = new InterfaceList(config, local, log);
  const transport =
    options.transport ??
    (await openTransport({ address, port, interfaces: local.filter(({ index }) => interfaces.at(index) !== undefined) }));
  const prober = config.networks.some(({ pingTimeout }) => pingTimeout !== undefined)
    ? (options.prober ?? (await openProber()))
    : undefined;
  const pump = startPump({
    config,
    table,
    store,
    transport,
    prober,
    interfaceAt: (index) => interfaces.at(index),
    ownAddresses: () => interfaces.addresses,
    counters,
    events: createEventLog(log, () => performance.now()),
    happened: onHappening && createHappenings(onHappening, (error) => log.error({ err: error }, "a listener to happenings failed")),
    clock,
    uptime: () => performance.now(),
    secret: [randomNumber(), randomNumber()],
    random: () => Math.floor(Math.random() * 0x100000000),
  });
  const watchLoss = createLossWatch({ counters, transportCounters: () => transport.counters(), log });
  const timers = [
    setInterval(() => pump.expire(), EXPIRE_EVERY),
    setInterval(() => watchLoss(performance.now()), LOOK_FOR_LOSS_EVERY),
    setInterval(
      () => interfaces.lookAgain().catch((error) => log.warn({ err: error }, "can't list the interfaces")),
      LOOK_AT_INTERFACES_EVERY,
    ),
  ];
  return {
    port: transport.port,
    table,
    limitations: [...transport.limitations, ...(prober?.limitations ?? [])],
    counters,
    get interfaces() {
      return interfaces.served;
    },
    get healthy() {
      return pump.healthy;
    },
    transportCounters: () => transport.counters(),
    async operate(operation) {
      const done = await operate(
        { byAddress: (address) => table.byAddress(address), leases: () => table.leases(), change: (changes) => pump.change(changes) },
        operation,
        clock,
      );
      const addresses = formatAddressRange(operation.addresses);
      log.info({ operation: operation.kind, addresses, done }, `an operator's ${operation.kind} of ${addresses}: ${done} done`);
      return done;
    },
    async stop() {
      for (const timer of timers) clearInterval(timer);
      await shutDown(pump, transport, prober, store);
      log.info(summarize(counters, transport.counters()), "stopped");
    },
  };
}

async function shutDown(pump: Pump, transport: Transport, prober: Prober | undefined, store: LeaseStore): Promise<void> {
  await pump.stop();
  prober?.close();
  transport.close();
  await store.close();
}

async function restoreLeases(config: Config, store: LeaseStore, log: Logger): Promise<LeaseTable> {
  const table = new LeaseTable(config, [randomNumber(), randomNumber()]);
  const twice: LeaseWrite[] = [];
  await store.load(({ row, lease }) => {
    const superseded = table.restore(row, config.chaddrOnly ? knownByHardware(lease) : lease);
    if (superseded !== undefined) twice.push({ kind: "remove", row: superseded, address: lease.address });
  });
  table.restored(Math.floor(Date.now() / 1000));
  if (twice.length > 0) {
    log.warn({ rows: twice.length }, "addresses stood in the lease database twice; the later entries are kept");
    await store.commit(twice);
  }
  return table;
}

/** An unsigned 32-bit number that nobody can guess. */
function randomNumber(): number {
  return randomBytes(4).readUInt32LE();
}

/** With `chaddr_only` the identifier that a client sent is kept, but it is known by its hardware address. */
function knownByHardware(lease: Lease): Lease {
  const { owner } = lease;
  return { ...lease, owner: { ...owner, clientKey: hardwareKey(owner.htype, owner.chaddr) } };
}

/** The served interfaces by index, and all addresses of this machine. Both come and go while the server runs. */
class InterfaceList {
  readonly #config: Config;
  readonly #log: Logger;
  #served: readonly ServedInterface[] = [];
  #byIndex: (ServedInterface | undefined)[] = [];
  #addresses: ReadonlySet<Ipv4> = new Set();

  constructor(config: Config, local: readonly LocalInterface[], log: Logger) {
    this.#config = config;
    this.#log = log;
    this.#look(local);
  }

  get served(): readonly ServedInterface[] {
    return this.#served;
  }

  /** Of all interfaces but loopback: those are the same on every machine. */
  get addresses(): ReadonlySet<Ipv4> {
    return this.#addresses;
  }

  at(index: number): ServedInterface | undefined {
    return this.#byIndex[index];
  }

  async lookAgain(): Promise<void> {
    const before = new Set(this.#served.map(describe));
    this.#look(await listInterfaces());
    const now = new Set(this.#served.map(describe));
    for (const name of now) if (!before.has(name)) this.#log.info(`now serving ${name}`);
    for (const name of before) if (!now.has(name)) this.#log.warn(`no longer serving ${name}: it is gone, down, or has another address`);
  }

  #look(local: readonly LocalInterface[]): void {
    this.#served = chooseInterfaces(this.#config, local).served;
    this.#byIndex = [];
    for (const one of this.#served) this.#byIndex[one.index] = one;
    const reachable = local.filter(({ loopback }) => !loopback);
    this.#addresses = new Set(reachable.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  }
}

function describe({ name, address }: ServedInterface): string {
  return `${name} (${formatIpv4(address)})`;
}
