import { noSendFailures } from "../../src/io/send-failures.ts";
import { type Counters, createCounters } from "../../src/server/counters.ts";
import type { MeasuredProtocol } from "../../src/server/metrics/publish.ts";

/** A protocol that counts; its one range has ten addresses, and its network one beside it. */
export function measured(kinds: ReadonlyMap<number, string>, count: (counters: Counters) => void = () => {}): MeasuredProtocol {
  const counters = createCounters(kinds);
  count(counters);
  return {
    counters,
    addresses: {
      networks: ["10.0.0.0/24"],
      pools: [{ name: "10.0.0.1-10.0.0.10", network: 0, capacity: 10 }],
      // Bound, held, declined, remembered: of the range, of the network beside it, of no network.
      counts: [3, 1, 1, 2, 1, 0, 0, 1, 9, 9, 9, 9],
    },
    table: { size: 7 },
    others: () => ["one"],
    transportCounters: () => ({ received: 0, sent: 0, notSent: { ...noSendFailures(), "no-route": 2 }, receiveDropped: 5 }),
  };
}

/** Samples of a text for Prometheus: values by name with labels. */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

/** Names of families with their types, in the order of a text. */
export function familiesOf(text: string): readonly string[] {
  return text.split("\n").flatMap((line) => /^# TYPE (\S+ \S+)$/.exec(line)?.[1] ?? []);
}
