import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Named } from "../support/bind.ts";
import { type DnsRecord, lineOf } from "../support/dig.ts";
import { type Hosts, openHosts } from "../support/dns-clients.ts";
import { newFolder, newPlace, startLeasehold } from "../support/loopback-server.ts";
import { samplesOf } from "../support/metrics.ts";
import type { Program } from "../support/namespaces.ts";
import { type Ended, runLeasehold } from "../support/run-leasehold.ts";

/** A server for relayed clients of both protocols, on loopback, with an HTTP API, that is stopped, killed and started anew at the same place. */
export interface Site extends Hosts {
  /** A folder for files of the test. */
  readonly folder: string;
  start(): Promise<void>;
  /** Ends it with SIGTERM, which must succeed. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Writes the configuration anew and has the server read it. */
  reload(config: string): Promise<void>;
  /** Lines of its log by now, of all its lives. */
  log(): string;
  /** The first line of its log that matches, there already or within half a minute. */
  line(pattern: RegExp): Promise<string>;
  /** Runs `leasehold NAMES... -d DATABASE ARGUMENTS...`. */
  run(names: readonly string[], ...args: readonly string[]): Promise<Ended>;
  /** Bound leases: names by address; an empty one where there is none. */
  names(): Promise<Readonly<Record<string, string>>>;
  /** Samples of `/metrics`. */
  metrics(): Promise<ReadonlyMap<string, number>>;
}

export async function startSite(t: TestContext, config: string): Promise<Site> {
  const folder = newFolder(t);
  const [file, database] = [join(folder, "leasehold.yaml"), join(folder, "leases.db")];
  const [v4, api] = [newPlace(), newPlace()];
  const write = (text: string): void => writeFileSync(file, `log: {format: json}\napi: {listen: ["${api.address}:${api.port}"]}\n${text}`);
  write(config);
  let program: Program | undefined;
  let before = "";
  const log = (): string => before + (program?.output() ?? "");
  const start = async (): Promise<void> => {
    before = log();
    const at = ["--v4-addr", `${v4.address}:${v4.port}`, "--v6-addr", `[::1]:${v4.port6}`];
    program = startLeasehold(t, "serve", "-c", file, "-d", database, ...at);
    // That comes when it listens for clients. The machine may be busy.
    await program.line(/HTTP API: /, 60_000);
  };
  t.after(() => {
    const lines = log()
      .split("\n")
      .filter((line) => !/ (answered with|leased to|renewed by|released by) /.test(line));
    if ("passed" in t && t.passed === false) t.diagnostic(`the server said:\n${lines.join("\n").slice(-10_000)}`);
  });
  await start();
  const hosts = await openHosts(t, v4);
  const run = (names: readonly string[], ...args: readonly string[]): Promise<Ended> => runLeasehold(...names, "-d", database, ...args);
  return {
    ...hosts,
    folder,
    start,
    log,
    run,
    stop: async () => assert.equal(await program?.end("SIGTERM"), 0, log().slice(-5000)),
    kill: async () => assert.equal(await program?.end("SIGKILL"), "SIGKILL"),
    async reload(text) {
      write(text);
      const { status, stdout, stderr } = await run(["reload"]);
      assert.equal(status, 0, stdout + stderr);
    },
    line: (pattern) => (program as Program).line(pattern, 30_000),
    async names() {
      const { status, stdout, stderr } = await run(["leases"], "--json");
      assert.equal(status, 0, stderr);
      const rows = stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { address: string; state: string; name: string | null });
      return Object.fromEntries(rows.filter(({ state }) => state === "bound").map(({ address, name }) => [address, name ?? ""]));
    },
    metrics: async () => samplesOf(await (await fetch(`http://${api.address}:${api.port}/metrics`)).text()),
  };
}

/** What the DNS server has of clients: all but what a zone has to have, as lines, in order. */
export async function linesOf(named: Named, zones: readonly string[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const zone of zones) {
    const records = await named.transfer(zone);
    lines.push(...records.filter((record) => isOfClient(record, zone)).map(lineOf));
  }
  return lines.sort();
}

function isOfClient({ name, type }: DnsRecord, zone: string): boolean {
  return name !== zone || (type !== "SOA" && type !== "NS");
}

/** Looks until it is as wanted; after `patience`, in milliseconds, asserts that it is. */
export async function eventually<T>(look: () => Promise<T>, check: (found: T) => void, patience = 60_000): Promise<void> {
  for (const end = Date.now() + patience; ; await delay(250)) {
    const found = await look().catch((error: unknown) => error as Error);
    const late = Date.now() > end;
    try {
      if (found instanceof Error) throw found;
      check(found);
      return;
    } catch (error) {
      if (late) throw error;
    }
  }
}
