import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { recordOf } from "../src/leases/dhcp4/record.ts";
import { IPV4_SPACE } from "../src/leases/dhcp4/space.ts";
import { LeaseState } from "../src/leases/lease.ts";
import { openSqliteStore } from "../src/store/sqlite/store.ts";
import { ownerOf } from "../test/support/leases.ts";
import { createBenchLab, type Figures } from "./lab.ts";
import { median } from "./median.ts";
import { leaseholdWith } from "./servers.ts";

/** Leases that are there already; `LEASES=100000` for a quick look. */
const LEASES = Number(process.env.LEASES ?? 1_000_000);
/** Where the addresses of the load begin is where these do not lie. */
const FIRST_ADDRESS = 0x0ac90000;
const AT_ONCE = 10_000;
/** The aim: rate and latency under searches and exports, as shares of those without. */
const AIM = 0.1;

/**
 * A million leases, searched and exported over HTTP one request behind the other, while new clients
 * get leases; and the same without, round by round.
 */
export async function measureApi({ rounds, seconds }: { rounds: number; seconds: number }): Promise<void> {
  const lab = createBenchLab();
  const socket = join(lab.folder, "api");
  try {
    await fill(join(lab.folder, "leases.db"));
    const server = leaseholdWith("leasehold", `api: { listen: [], socket: ${socket} }\n`).start(lab, true);
    await lab.answers();
    await isServed(socket);
    let clients = 0;
    const measure = async (): Promise<Figures> => {
      const figures = await lab.load("new", "--seconds", String(seconds), "--window", "64", "--first-client", String(clients));
      clients += 2_000_000;
      if (figures.duplicates > 0) throw new Error("an address was bound twice");
      return figures;
    };
    const rates: number[] = [];
    const latencies: number[] = [];
    let told: Asked = { searches: 0, slowest: 0, exported: 0 };
    for (let round = 0; round < rounds; round++) {
      const without = await measure();
      const asking = ask(socket);
      const under = await measure();
      told = await asking.stop();
      rates.push(under.rate / without.rate);
      latencies.push(under.latency.wholeExchange.p99 / without.latency.wholeExchange.p99);
    }
    await server.end();
    const least = 1 - AIM;
    console.log(
      `${LEASES} leases, in the last round ${told.searches} pages and ${told.exported} bytes exported; the slowest page took ${Math.round(told.slowest)} ms`,
    );
    console.log(`rate of new leases, searched and exported: ${median(rates).toFixed(2)} of that without (aim: ${least})`);
    console.log(`p99 of DISCOVER to ACK: ${median(latencies).toFixed(2)} times that without (aim: ${1 + AIM})`);
  } finally {
    await lab.close();
  }
}

/** The API starts when packets leave it time to, so not under load. */
async function isServed(socketPath: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await get(socketPath, "/ping", () => true);
    } catch (error) {
      if (tries === 60) throw error;
      await delay(500);
    }
  }
}

async function fill(database: string): Promise<void> {
  const store = openSqliteStore(database);
  const now = Math.floor(Date.now() / 1000);
  for (let first = 0; first < LEASES; first += AT_ONCE) {
    await store.commit(
      Array.from({ length: Math.min(AT_ONCE, LEASES - first) }, (_, i) => {
        const row = first + i;
        const chaddr = Uint8Array.of(6, 0, row >>> 24, (row >>> 16) & 255, (row >>> 8) & 255, row & 255);
        const owner = ownerOf(row, { chaddr, clientKey: Uint8Array.of(1, ...chaddr), hostname: new TextEncoder().encode(`host-${row}`) });
        const address = FIRST_ADDRESS + row;
        return {
          kind: "put",
          space: IPV4_SPACE,
          row,
          address: Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255),
          state: LeaseState.bound,
          start: now,
          expiry: now + 86400,
          record: recordOf(owner),
          network: "10.0.0.0/8",
        } as const;
      }),
    );
  }
  await store.close();
}

interface Asked {
  readonly searches: number;
  /** Milliseconds. */
  readonly slowest: number;
  /** Bytes. */
  readonly exported: number;
}

/** Searches, page after page, and exports, each one request behind the other, until it is stopped. */
function ask(socketPath: string): { stop(): Promise<Asked> } {
  let stopped = false;
  let searches = 0;
  let slowest = 0;
  let exported = 0;
  const search = async (): Promise<void> => {
    let cursor = "";
    while (!stopped) {
      const start = performance.now();
      const chunks: Buffer[] = [];
      await get(socketPath, `/v1/leases/search?hostname=host-${LEASES - 1}${cursor}`, (chunk) => void chunks.push(chunk) === undefined);
      slowest = Math.max(slowest, performance.now() - start);
      searches++;
      const { next } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly next: string | null };
      cursor = next === null ? "" : `&cursor=${next}`;
    }
  };
  const take = async (): Promise<void> => {
    while (!stopped) {
      await get(socketPath, "/v1/leases/export?format=csv", (chunk) => {
        exported += chunk.length;
        return !stopped;
      });
    }
  };
  const both = Promise.all([search(), take()]);
  return {
    async stop() {
      stopped = true;
      await both;
      return { searches, slowest, exported };
    },
  };
}

/** `onChunk`: false: enough of it. */
function get(socketPath: string, path: string, onChunk: (chunk: Buffer) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, path, agent: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
      response.on("data", (chunk: Buffer) => {
        if (!onChunk(chunk)) asking.destroy();
      });
      response.on("close", () => resolve());
    });
    asking.on("error", (error) => (asking.destroyed ? resolve() : reject(error)));
    asking.end();
  });
}
