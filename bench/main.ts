/**
 * `npm run bench [-- NAME ...] [-- --rounds N --seconds N]`: figures as ratios to peers measured in the same run. Needs root (network namespaces) and two
 * processors; peers that are not installed are left out. See docs/explanation/benchmarks.md for what the figures mean.
 */
import { parseArgs } from "node:util";
import { measureApi } from "./api-search.ts";
import { measureClasses } from "./classes.ts";
import { measureDns } from "./dns.ts";
import { measureDnsFlood } from "./dns-flood.ts";
import { measureGrowth } from "./growth.ts";
import { measureImport } from "./import-leases.ts";
import { measureLatency } from "./latency.ts";
import { measureLog } from "./log.ts";
import { measureScrape } from "./metrics.ts";
import { measureOverload } from "./overload.ts";
import { measurePeers } from "./peers.ts";
import { measurePerfdhcp } from "./perfdhcp.ts";
import { measureRates } from "./rates.ts";
import { measureReload } from "./reload.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" }, seconds: { type: "string", default: "6" } },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);

const benches: Record<string, () => Promise<void> | void> = {
  rates: () => measureRates({ rounds, seconds }),
  peers: () => measurePeers({ rounds, seconds }),
  overload: () => measureOverload({ rounds, seconds }),
  latency: () => measureLatency({ seconds }),
  log: () => measureLog({ rounds, seconds }),
  perfdhcp: () => measurePerfdhcp({ seconds }),
  growth: measureGrowth,
  reload: () => measureReload({ seconds }),
  import: measureImport,
  api: () => measureApi({ rounds, seconds }),
  classes: () => measureClasses({ rounds, seconds }),
  dns: () => measureDns({ rounds, seconds }),
  "dns-flood": () => measureDnsFlood({ rounds, seconds }),
  scrape: measureScrape,
};

const chosen = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = chosen.find((name) => !(name in benches));
if (unknown !== undefined || process.getuid?.() !== 0) {
  console.error(
    unknown === undefined
      ? "the benches need root: they make network namespaces"
      : `no bench ${unknown}; there are ${Object.keys(benches).join(", ")}`,
  );
  process.exit(2);
}
for (const name of chosen) {
  console.log(`\n== ${name}`);
  await benches[name]?.();
}
