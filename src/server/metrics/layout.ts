import { SILENCE_REASONS } from "../../engine/decision.ts";
import { SEND_FAILURES } from "../../io/transport.ts";
import { ADDRESS_STATES } from "../../leases/address-counts.ts";
import { DROP_REASONS } from "../counters.ts";
import { BATCH_BOUNDS, TIME_BOUNDS } from "../measures.ts";
import { NAMES_NUMBERS } from "./names.ts";

/*
 * A block of numbers in shared memory that tells other threads how the server does: where in it
 * each number stands. Writer and reader work that out from the same description.
 */

/** Of the whole server. Times are in seconds, `health` is a position in `HEALTH_STATES`. */
export const SERVER_NUMBERS = [
  "published",
  "started",
  "uptime",
  "loaded",
  "reloadsFailed",
  "healthy",
  "health",
  "eventQueue",
  "eventsLost",
  "mainThreadCpu",
  "mainThreadHeap",
  "delayMean",
  "delayP99",
  "delayMax",
] as const;
export type ServerNumber = (typeof SERVER_NUMBERS)[number];

/** Of one protocol. */
export const PROTOCOL_NUMBERS = [
  "noted",
  "bound",
  "renewed",
  "released",
  "declined",
  "expired",
  "probes",
  "conflicts",
  "probesSkipped",
  "commits",
  "commitsFailed",
  "bytesReceived",
  "bytesSent",
  "receiveDropped",
  "repliesWaiting",
  "commitsUnderWay",
  "leases",
  "otherServers",
  "hookCalls",
  "hookFailures",
  "hookTimeouts",
  "hooksSkipped",
  "hookUnknownClasses",
  "hookEventsLost",
  "hookRestarts",
] as const;
export type ProtocolNumber = (typeof PROTOCOL_NUMBERS)[number];

/** Those of `Measures`. */
export const HISTOGRAMS = { decision: TIME_BOUNDS, commit: TIME_BOUNDS, response: TIME_BOUNDS, batch: BATCH_BOUNDS } as const;
export type HistogramName = keyof typeof HISTOGRAMS;
export const HISTOGRAM_NAMES = Object.keys(HISTOGRAMS) as readonly HistogramName[];

export const SILENT = Object.keys(SILENCE_REASONS) as readonly (keyof typeof SILENCE_REASONS)[];
export const DROPPED = Object.keys(DROP_REASONS) as readonly (keyof typeof DROP_REASONS)[];
export const NOT_SENT = Object.keys(SEND_FAILURES) as readonly (keyof typeof SEND_FAILURES)[];

/** Message types are below this. */
export const KINDS = 256;
export const STATES = ADDRESS_STATES.length;

/** A range, or a pool of prefixes. */
export interface DescribedPool {
  readonly name: string;
  /** Position of its network. */
  readonly network: number;
  /** How many addresses, or prefixes, it can give. */
  readonly capacity: number;
  /** It is of prefixes to delegate; absent: of addresses. */
  readonly prefixes?: true;
}

export interface DescribedProtocol {
  /** Such as dhcp4. */
  readonly protocol: string;
  /** Names of message types. */
  readonly kinds: readonly (readonly [kind: number, name: string])[];
  readonly networks: readonly string[];
  readonly pools: readonly DescribedPool[];
}

/** What the numbers of a block are about; another one after each reload. */
export interface Description {
  readonly version: string;
  /** Hash of the configuration; empty: nobody knows. */
  readonly configuration: string;
  /** Whether the configuration speaks of names. */
  readonly names: boolean;
  readonly protocols: readonly DescribedProtocol[];
}

/** Where the numbers of a protocol begin. */
export interface ProtocolLayout {
  readonly numbers: number;
  readonly silent: number;
  readonly dropped: number;
  readonly notSent: number;
  readonly received: number;
  readonly sent: number;
  readonly unwritten: number;
  /** Counts of the buckets, then the sum. */
  readonly histograms: Readonly<Record<HistogramName, number>>;
  /** As `AddressCounts.numbers`. */
  readonly addresses: number;
}

export interface Layout {
  readonly length: number;
  /** The numbers of the server stand at the beginning; where those of names do. */
  readonly names: number;
  readonly protocols: readonly ProtocolLayout[];
}

export function layoutOf({ protocols }: Description): Layout {
  let next = SERVER_NUMBERS.length;
  const take = (length: number): number => {
    const at = next;
    next += length;
    return at;
  };
  const taken = protocols.map(
    ({ networks, pools }): ProtocolLayout => ({
      numbers: take(PROTOCOL_NUMBERS.length),
      silent: take(SILENT.length),
      dropped: take(DROPPED.length),
      notSent: take(NOT_SENT.length),
      received: take(KINDS),
      sent: take(KINDS),
      unwritten: take(KINDS),
      histograms: {
        decision: take(TIME_BOUNDS.length + 2),
        commit: take(TIME_BOUNDS.length + 2),
        response: take(TIME_BOUNDS.length + 2),
        batch: take(BATCH_BOUNDS.length + 2),
      },
      addresses: take((pools.length + networks.length + 1) * STATES),
    }),
  );
  const names = take(NAMES_NUMBERS);
  return { length: next, names, protocols: taken };
}
