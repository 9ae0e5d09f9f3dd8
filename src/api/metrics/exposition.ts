import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { Block } from "../../server/metrics/block.ts";
import { addressLines } from "./address-lines.ts";
import { DORA_FAMILIES } from "./dora.ts";
import { FAMILIES } from "./families.ts";
import type { Family, StoreSizes } from "./family.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";

/**
 * Of this thread alone, or since this thread was started: beside those of the server they would
 * mislead.
 */
const OF_THIS_THREAD = /^nodejs_(?!version_info)|^process_cpu_|^process_heap_/;

/** What Prometheus is told. */
export interface Exposition {
  readonly contentType: string;
  /** The text of all metrics; undefined: there are no numbers, or they can't be read. */
  text(): Promise<string | undefined>;
}

/** `block`: where the numbers of the server are now. */
export function createExposition(block: () => Block | undefined, storeSizes: () => Promise<StoreSizes>): Exposition {
  const registry = new Registry();
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  for (const { name } of ofProcess.getMetricsAsArray()) if (OF_THIS_THREAD.test(name)) ofProcess.removeSingleMetric(name);
  let snapshot: Snapshot | undefined;
  let store: StoreSizes = {};
  for (const family of [...FAMILIES, ...DORA_FAMILIES]) {
    registry.registerMetric(metricOf(family, () => (snapshot === undefined ? [] : family.read(snapshot, store))));
  }
  return {
    contentType: registry.contentType,
    async text() {
      store = await storeSizes();
      const published = block();
      const now = published && snapshotOf(published);
      if (now === undefined) return undefined;
      snapshot = now;
      const own = await registry.metrics();
      return [own, addressLines(now), await ofProcess.metrics()]
        .map((part) => part.trimEnd())
        .join("\n\n")
        .concat("\n");
    },
  };
}

/** What the registry asks of a metric: its values are those of the family. */
function metricOf({ name, type, help }: Family, read: () => ReturnType<Family["read"]>): Metric {
  const values = () => read().map(({ name: metricName = name, labels, value }) => ({ metricName, labels, value }));
  return {
    name,
    help,
    type,
    aggregator: "sum",
    get: async () => ({ name, help, type, aggregator: "sum", values: values() }),
  } as unknown as Metric;
}
