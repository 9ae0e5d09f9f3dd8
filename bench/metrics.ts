import { createExposition } from "../src/api/metrics/exposition.ts";
import { createBlock } from "../src/server/metrics/block.ts";

const SCRAPES = 10;

/** What a scrape costs the thread of the HTTP API: processor time of one, by number of networks. */
export async function measureScrape(): Promise<void> {
  for (const count of [10, 1000, 5000]) await measure(count);
}

async function measure(count: number): Promise<void> {
  const networks = Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
  const block = createBlock({
    version: "bench",
    configuration: "",
    names: false,
    protocols: [
      {
        protocol: "dhcp4",
        kinds: [[1, "DISCOVER"]],
        networks,
        pools: networks.map((_, i) => ({ name: `10.${i >> 8}.${i & 255}.10-10.${i >> 8}.${i & 255}.200`, network: i, capacity: 191 })),
      },
    ],
  });
  const exposition = createExposition(
    () => block,
    () => Promise.resolve({}),
  );
  const times: number[] = [];
  let size = 0;
  for (let i = 0; i < SCRAPES; i++) {
    const before = process.threadCpuUsage();
    size = (await exposition.text())?.length ?? 0;
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1000);
  }
  const [first = 0, ...later] = times;
  later.sort((a, b) => a - b);
  const median = later[later.length >> 1] as number;
  process.stdout.write(`${count} networks: ${first.toFixed(1)} ms the first time, then ${median.toFixed(1)} ms; ${size} bytes\n`);
}
