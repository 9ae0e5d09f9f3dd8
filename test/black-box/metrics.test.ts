import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { samplesOf } from "../support/metrics.ts";
import { watch } from "../support/namespaces.ts";
import { findProgram, requirePrograms } from "../support/requirement.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const PATIENCE = 30_000;

/** What `look` finds, asked until it is something. */
async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await delay(100)) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not within ${PATIENCE / 1000} s`);
}

test("Prometheus reads what a server did, and the networks that it serves now", async (t: TestContext) => {
  if (!requirePrograms(t, "prometheus")) return;
  const folder = newFolder(t);
  const [place, api, own] = [newPlace(), newPlace(), newPlace()];
  const configOf = (networks: string) =>
    `interfaces: [lo]\nlog: {format: json}\napi: {listen: ["${api.address}:${api.port}"]}\nnetworks:\n${networks}`;
  const network = (name: string) =>
    `  10.77.${name}.0/24: {ranges: [{range: 10.77.${name}.10-10.77.${name}.19}], options: {routers: 10.77.${name}.1}}\n`;
  const config = writeIn(folder, "c.yaml", configOf(network("0")));
  const program = await startServer(t, { config, database: join(folder, "leases.db"), api: true }, place);
  await program.line(/HTTP API: /, PATIENCE);

  const { status, stdout } = await runLeasehold("probe", "--server", `${place.address}:${place.port}`, "--relay", "10.77.0.1");
  assert.equal(status, 0, stdout);
  const metrics = `http://${api.address}:${api.port}/metrics`;
  const read = async () => samplesOf(await (await fetch(metrics)).text());
  const samples = await eventually("the exchange is counted", async () => {
    const now = await read();
    return now.get('leasehold_sent_messages_total{protocol="dhcp4",type="ack"}') === 1 ? now : undefined;
  });
  const number = (name: string, labels = "") => samples.get(`${name}{protocol="dhcp4"${labels}}`);
  assert.deepEqual(
    {
      discovers: number("leasehold_received_messages_total", ',type="discover"'),
      bound: number("leasehold_lease_changes_total", ',change="bound"'),
      answered: number("leasehold_response_seconds_count"),
      decided: number("leasehold_decision_seconds_count"),
      committed: number("leasehold_commit_seconds_count") === number("leasehold_commits_total"),
      waiting: number("leasehold_replies_waiting"),
      addresses: ["bound", "held", "declined", "remembered", "unused"].map((state) =>
        number("leasehold_network_addresses", `,network="10.77.0.0/24",state="${state}"`),
      ),
    },
    { discovers: 1, bound: 1, answered: 2, decided: 2, committed: true, waiting: 0, addresses: [1, 0, 0, 0, 9] },
  );
  assert.ok((number("leasehold_received_bytes_total") as number) > 400);
  assert.ok((samples.get('leasehold_store_bytes{file="wal"}') as number) > 0);

  writeFileSync(
    join(folder, "prometheus.yml"),
    `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: leasehold, static_configs: [{targets: ["${api.address}:${api.port}"]}]}]\n`,
  );
  const prometheus = watch(
    spawn(
      findProgram("prometheus") as string,
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${own.address}:${own.port}`,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    ),
  );
  t.after(() => prometheus.end());
  const ask = async (query: string): Promise<string | undefined> => {
    const answer = await fetch(`http://${own.address}:${own.port}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as {
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
    };
    return data.result[0]?.value[1];
  };
  assert.equal(await eventually("a scrape", () => ask("up{job='leasehold'} == 1")), "1");
  assert.equal(await ask("leasehold_range_addresses{state='bound'}"), "1");
  assert.equal(await ask("leasehold_response_seconds_count"), "2");

  writeIn(folder, "c.yaml", configOf(network("1")));
  process.kill(program.pid as number, "SIGHUP");
  await eventually("the new network", () => ask("leasehold_range_capacity{network='10.77.1.0/24'}"));
  const names = [...(await read()).keys()].filter((name) => name.startsWith("leasehold_network_capacity"));
  assert.deepEqual(names, ['leasehold_network_capacity{protocol="dhcp4",network="10.77.1.0/24"}']);
});
