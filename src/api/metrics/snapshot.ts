import { type Block, readBlock } from "../../server/metrics/block.ts";
import {
  type DescribedProtocol,
  type Description,
  DROPPED,
  HISTOGRAMS,
  type HistogramName,
  layoutOf,
  NOT_SENT,
  PROTOCOL_NUMBERS,
  type ProtocolLayout,
  type ProtocolNumber,
  SERVER_NUMBERS,
  type ServerNumber,
  SILENT,
  STATES,
} from "../../server/metrics/layout.ts";
import { type NamesNumbers, namesIn } from "../../server/metrics/names.ts";

/** The numbers of a server as they were at one moment, by name. */
export interface Snapshot {
  readonly description: Description;
  server(name: ServerNumber): number;
  readonly protocols: readonly ProtocolSnapshot[];
  /** Undefined: the configuration does not speak of names. */
  readonly names: NamesNumbers | undefined;
}

export interface ProtocolSnapshot {
  /** Such as dhcp4. */
  readonly protocol: string;
  readonly described: DescribedProtocol;
  number(name: ProtocolNumber): number;
  /** By reason. */
  readonly silent: ReadonlyMap<string, number>;
  readonly dropped: ReadonlyMap<string, number>;
  readonly notSent: ReadonlyMap<string, number>;
  /** By the name of the message type; all others are `unknown`. */
  readonly received: ReadonlyMap<string, number>;
  readonly sent: ReadonlyMap<string, number>;
  readonly unwritten: ReadonlyMap<string, number>;
  histogram(name: HistogramName): HistogramSnapshot;
  /** By place, and within one by state, see `AddressCounts`. */
  readonly addresses: Float64Array;
}

export interface HistogramSnapshot {
  readonly bounds: readonly number[];
  /** How many were at most each bound; the last one is how many there were. */
  readonly cumulative: readonly number[];
  readonly sum: number;
}

/** Name of message types that have none. */
export const UNKNOWN = "unknown";

/** What stands in a block now; undefined: it can't be read. */
export function snapshotOf(block: Block): Snapshot | undefined {
  const numbers = readBlock(block);
  if (numbers === undefined) return undefined;
  const { description } = block;
  const layout = layoutOf(description);
  return {
    description,
    server: (name) => numbers[SERVER_NUMBERS.indexOf(name)] as number,
    names: description.names ? namesIn(numbers, layout.names) : undefined,
    protocols: description.protocols.map((described, i) => protocolOf(numbers, described, layout.protocols[i] as ProtocolLayout)),
  };
}

function protocolOf(numbers: Float64Array, described: DescribedProtocol, layout: ProtocolLayout): ProtocolSnapshot {
  const { protocol, kinds, networks, pools } = described;
  const named = (at: number, names: readonly string[]) => new Map(names.map((name, i) => [name, numbers[at + i] as number]));
  const byKind = (at: number): ReadonlyMap<string, number> => {
    const found = new Map(kinds.map(([kind, name]) => [name, numbers[at + kind] as number]));
    const all = numbers.subarray(at, at + 256).reduce((sum, count) => sum + count, 0);
    const known = [...found.values()].reduce((sum, count) => sum + count, 0);
    return found.set(UNKNOWN, all - known);
  };
  return {
    protocol,
    described,
    number: (name) => numbers[layout.numbers + PROTOCOL_NUMBERS.indexOf(name)] as number,
    silent: named(layout.silent, SILENT),
    dropped: named(layout.dropped, DROPPED),
    notSent: named(layout.notSent, NOT_SENT),
    received: byKind(layout.received),
    sent: byKind(layout.sent),
    unwritten: byKind(layout.unwritten),
    histogram(name) {
      const bounds = HISTOGRAMS[name];
      const at = layout.histograms[name];
      let sum = 0;
      const cumulative = Array.from({ length: bounds.length + 1 }, (_, i) => {
        sum += numbers[at + i] as number;
        return sum;
      });
      return { bounds, cumulative, sum: numbers[at + bounds.length + 1] as number };
    },
    addresses: numbers.subarray(layout.addresses, layout.addresses + (pools.length + networks.length + 1) * STATES),
  };
}
