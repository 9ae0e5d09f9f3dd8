import { monitorEventLoopDelay } from "node:perf_hooks";
import type { NamesStatus } from "../../dns/status.ts";
import type { TransportCounters } from "../../io/transport.ts";
import type { Counters } from "../counters.ts";
import type { EventsStatus } from "../events/messages.ts";
import { HEALTH_STATES, type HealthState } from "../health.ts";
import type { ConfigurationStatus } from "../operations.ts";
import { type Block, createBlock, writeBlock } from "./block.ts";
import {
  type DescribedPool,
  type Description,
  DROPPED,
  HISTOGRAM_NAMES,
  layoutOf,
  NOT_SENT,
  PROTOCOL_NUMBERS,
  type ProtocolLayout,
  type ProtocolNumber,
  SERVER_NUMBERS,
  type ServerNumber,
  SILENT,
} from "./layout.ts";
import { numbersOfNames } from "./names.ts";

/** How often the numbers are written, in milliseconds. */
const EVERY = 1000;
/** How exactly it is seen for how long the thread is busy at a time, in milliseconds. */
const DELAY_RESOLUTION = 50;
const NANOSECONDS = 1e9;

/** Addresses by place and state, as `AddressCounts` has them, and what the places are. */
export interface AddressPlaces {
  readonly networks: readonly string[];
  readonly pools: readonly DescribedPool[];
  /** Another one after each reload. */
  readonly counts: ArrayLike<number>;
}

/** A protocol that is served. */
export interface MeasuredProtocol {
  readonly counters: Counters;
  readonly addresses: AddressPlaces;
  readonly table: { readonly size: number };
  /** Other servers that were heard lately. */
  others(): readonly unknown[];
  transportCounters(): TransportCounters;
}

export interface MetricsParts {
  readonly version: string;
  /** By name, such as dhcp4. */
  readonly protocols: readonly (readonly [name: string, measured: MeasuredProtocol])[];
  readonly healthy: () => boolean;
  readonly health: () => HealthState;
  readonly configuration: () => Pick<ConfigurationStatus, "loaded" | "hash" | "failed">;
  readonly events: () => Pick<EventsStatus, "sinks">;
  /** Undefined: the configuration does not speak of names. */
  readonly names: () => NamesStatus | undefined;
}

/** The numbers of a server in shared memory, written once a second. */
export interface Metrics {
  /** Another one after each reload, for its networks may be others. */
  readonly block: Block;
  /** Told of each other block, when it has been written. */
  onBlock(listener: (block: Block) => void): void;
  close(): void;
}

/** A server, by the protocols that it serves. */
export interface MeasuredServer {
  readonly dhcp4: MeasuredProtocol | undefined;
  readonly dhcp6: MeasuredProtocol | undefined;
  readonly healthy: boolean;
  readonly health?: { readonly state: HealthState };
}

/** Begins to publish what this server counts and measures. */
export function metricsOf(server: MeasuredServer, parts: Pick<MetricsParts, "version" | "configuration" | "events" | "names">): Metrics {
  const { dhcp4, dhcp6 } = server;
  return publishMetrics({
    ...parts,
    protocols: Object.entries({ dhcp4, dhcp6 }).flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])),
    healthy: () => server.healthy,
    health: () => server.health?.state ?? (server.healthy ? "ok" : "failed"),
  });
}

/** Begins to publish what a server counts and measures. */
export function publishMetrics(parts: MetricsParts): Metrics {
  const { protocols } = parts;
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION });
  delay.enable();
  const listeners: ((block: Block) => void)[] = [];
  let about: readonly ArrayLike<number>[] = [];
  let block: Block;
  let write: (numbers: Float64Array) => void;

  function begin(): void {
    const description = describe(parts);
    const layout = layoutOf(description);
    about = protocols.map(([, { addresses }]) => addresses.counts);
    block = createBlock(description);
    write = (numbers) => {
      writeServer(numbers, serverNumbers(parts, delay));
      numbers.set(numbersOfNames(parts.names()), layout.names);
      protocols.forEach(([, protocol], i) => {
        writeProtocol(numbers, layout.protocols[i] as ProtocolLayout, protocol);
      });
    };
  }

  function publish(): void {
    const isNew =
      parts.configuration().hash !== block.description.configuration ||
      (parts.names() !== undefined) !== block.description.names ||
      protocols.some(([, { addresses }], i) => addresses.counts !== about[i]);
    if (isNew) begin();
    writeBlock(block, write);
    delay.reset();
    if (isNew) for (const listener of listeners) listener(block);
  }

  begin();
  publish();
  const timer = setInterval(publish, EVERY);
  timer.unref();
  return {
    get block() {
      return block;
    },
    onBlock(listener) {
      listeners.push(listener);
    },
    close() {
      clearInterval(timer);
      delay.disable();
    },
  };
}

function describe({ version, protocols, configuration, names }: MetricsParts): Description {
  return {
    version,
    configuration: configuration().hash,
    names: names() !== undefined,
    protocols: protocols.map(
      ([
        protocol,
        {
          counters,
          addresses: { networks, pools },
        },
      ]) => ({
        protocol,
        kinds: [...counters.kinds],
        networks,
        pools,
      }),
    ),
  };
}

function serverNumbers(
  { healthy, health, configuration, events }: MetricsParts,
  delay: ReturnType<typeof monitorEventLoopDelay>,
): Record<ServerNumber, number> {
  const { user, system } = process.threadCpuUsage();
  const { loaded, failed } = configuration();
  const { sinks } = events();
  const uptime = process.uptime();
  const published = Date.now() / 1000;
  return {
    published,
    started: published - uptime,
    uptime,
    loaded: Date.parse(loaded) / 1000,
    reloadsFailed: failed,
    healthy: Number(healthy()),
    health: HEALTH_STATES.indexOf(health()),
    eventQueue: sinks.reduce((sum, { queued }) => sum + queued, 0),
    eventsLost: sinks.reduce((sum, { lost }) => sum + lost, 0),
    mainThreadCpu: (user + system) / 1e6,
    mainThreadHeap: process.memoryUsage().heapUsed,
    delayMean: beyond(delay.mean),
    delayP99: beyond(delay.percentile(99)),
    delayMax: beyond(delay.max),
  };
}

/** What is measured is the time between two looks. */
function beyond(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / NANOSECONDS - DELAY_RESOLUTION / 1000) : 0;
}

function writeServer(numbers: Float64Array, values: Record<ServerNumber, number>): void {
  SERVER_NUMBERS.forEach((name, i) => {
    numbers[i] = values[name];
  });
}

function writeProtocol(numbers: Float64Array, layout: ProtocolLayout, { counters, table, addresses, ...protocol }: MeasuredProtocol): void {
  const { measures } = counters;
  const transport = protocol.transportCounters();
  const values: Record<ProtocolNumber, number> = {
    noted: counters.noted,
    bound: counters.bound,
    renewed: counters.renewed,
    released: counters.released,
    declined: counters.declined,
    expired: measures.expired,
    probes: counters.probes,
    conflicts: counters.conflicts,
    probesSkipped: counters.probesSkipped,
    commits: counters.commits,
    commitsFailed: counters.commitsFailed,
    bytesReceived: measures.bytesReceived,
    bytesSent: measures.bytesSent,
    receiveDropped: transport.receiveDropped,
    repliesWaiting: measures.repliesWaiting,
    commitsUnderWay: measures.commitsUnderWay,
    leases: table.size,
    otherServers: protocol.others().length,
    hookCalls: counters.hookCalls,
    hookFailures: counters.hookFailures,
    hookTimeouts: counters.hookTimeouts,
    hooksSkipped: counters.hooksSkipped,
    hookUnknownClasses: counters.hookUnknownClasses,
    hookEventsLost: counters.hookEventsLost,
    hookRestarts: counters.hookRestarts,
  };
  PROTOCOL_NUMBERS.forEach((name, i) => {
    numbers[layout.numbers + i] = values[name];
  });
  writeNamed(numbers, layout.silent, SILENT, counters.silent);
  writeNamed(numbers, layout.dropped, DROPPED, counters.dropped);
  writeNamed(numbers, layout.notSent, NOT_SENT, transport.notSent);
  numbers.set(counters.received, layout.received);
  numbers.set(counters.sent, layout.sent);
  numbers.set(measures.unwritten, layout.unwritten);
  for (const name of HISTOGRAM_NAMES) {
    const { counts, sum } = measures[name];
    numbers.set(counts, layout.histograms[name]);
    numbers[layout.histograms[name] + counts.length] = sum;
  }
  numbers.set(addresses.counts, layout.addresses);
}

function writeNamed<K extends string>(numbers: Float64Array, at: number, names: readonly K[], values: Readonly<Record<K, number>>): void {
  names.forEach((name, i) => {
    numbers[at + i] = values[name];
  });
}
