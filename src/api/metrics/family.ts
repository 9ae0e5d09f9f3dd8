import type { HistogramName } from "../../server/metrics/layout.ts";
import type { NamesNumbers } from "../../server/metrics/names.ts";
import type { ProtocolSnapshot, Snapshot } from "./snapshot.ts";

/** One number with what it is about. */
export interface Sample {
  /** Another name than that of the family, as parts of a histogram have. */
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Numbers of one name, as Prometheus sees them. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  read(snapshot: Snapshot, store: StoreSizes): readonly Sample[];
}

/** Bytes of the files of the lease database. */
export type StoreSizes = Readonly<Record<string, number>>;

type Counts = ReadonlyMap<string, number>;

/** One number of each protocol. */
export function ofProtocols(type: "counter" | "gauge", name: string, help: string, read: (protocol: ProtocolSnapshot) => number): Family {
  return {
    name,
    type,
    help,
    labels: ["protocol"],
    read: ({ protocols }) => protocols.map((one) => ({ labels: { protocol: one.protocol }, value: read(one) })),
  };
}

/** Numbers of each protocol by something. */
export function byLabel(name: string, help: string, label: string, read: (protocol: ProtocolSnapshot) => Counts): Family {
  return {
    name,
    type: "counter",
    help,
    labels: ["protocol", label],
    read: ({ protocols }) =>
      protocols.flatMap((one) => [...read(one)].map(([of, value]) => ({ labels: { protocol: one.protocol, [label]: of }, value }))),
  };
}

/** A number of the server; `labels` go with it. */
export function ofServer(type: "counter" | "gauge", name: string, help: string, read: (snapshot: Snapshot) => number): Family {
  return { name, type, help, labels: [], read: (snapshot) => [{ labels: {}, value: read(snapshot) }] };
}

/** A number of names; none where the configuration does not speak of them. */
export function ofNames(type: "counter" | "gauge", name: string, help: string, read: (names: NamesNumbers) => number): Family {
  return { name, type, help, labels: [], read: ({ names }) => (names === undefined ? [] : [{ labels: {}, value: read(names) }]) };
}

/** Numbers of names by something. */
export function ofNamesBy(name: string, help: string, label: string, read: (names: NamesNumbers) => Counts): Family {
  return {
    name,
    type: "counter",
    help,
    labels: [label],
    read: ({ names }) => (names === undefined ? [] : [...read(names)].map(([of, value]) => ({ labels: { [label]: of }, value }))),
  };
}

/** `unit`: what a second, or a piece, is in the numbers that were measured. */
export function histogram(name: string, help: string, of: HistogramName, unit: number): Family {
  return {
    name,
    type: "histogram",
    help,
    labels: ["protocol"],
    read: ({ protocols }) =>
      protocols.flatMap((one) => {
        const { protocol } = one;
        const { bounds, cumulative, sum } = one.histogram(of);
        const count = cumulative.at(-1) as number;
        const buckets = cumulative.map((value, i) => {
          const bound = bounds[i];
          return { name: `${name}_bucket`, labels: { protocol, le: bound === undefined ? "+Inf" : String(bound / unit) }, value };
        });
        return [
          ...buckets,
          { name: `${name}_sum`, labels: { protocol }, value: sum / unit },
          { name: `${name}_count`, labels: { protocol }, value: count },
        ];
      }),
  };
}
