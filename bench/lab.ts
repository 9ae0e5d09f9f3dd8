import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createLab, type Lab, type Namespace, type Program, watch } from "../test/support/namespaces.ts";

export const SERVER_ADDRESS = "10.0.0.1";
export const SERVER_INTERFACE = "srv0";

/** Two namespaces joined by a cable: a server with 10.0.0.1/8 on srv0, and a relay with 10.0.0.2/8, each on a processor of its own. */
export interface BenchLab {
  /** A folder on the disk of the checkout, for databases. */
  readonly folder: string;
  startServer(program: string, ...args: string[]): Program;
  /** Starts a program on the client's side; collects its output. */
  startClient(program: string, ...args: string[]): Program;
  /** Runs `leasehold bench` as the relay and returns its figures. */
  load(...args: string[]): Promise<Figures>;
  /** Waits until the server answers: milliseconds since the call. */
  answers(): Promise<number>;
  close(): Promise<void>;
}

/** What `leasehold bench --json` prints, as far as it is used here. Latency in milliseconds. */
export interface Figures {
  readonly startRate: number;
  readonly completed: number;
  readonly rate: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly latency: Record<"discoverToOffer" | "requestToAck" | "wholeExchange", Record<"p50" | "p99" | "max", number>>;
}

const MAIN = new URL("../src/cli/main.ts", import.meta.url).pathname;
/** `SERVER_CPUS=0,1` lets the server's threads use both processors; the load always has the second one. */
const SERVER_CPUS = process.env.SERVER_CPUS ?? "0";
const CLIENT_CPU = "1";

export function createBenchLab(): BenchLab {
  const cleanUps: (() => Promise<void>)[] = [];
  const lab = createLab({ after: (cleanUp) => cleanUps.push(cleanUp) });
  const server = lab.namespace("server");
  const client = lab.namespace("client");
  lab.cable(server, SERVER_INTERFACE, client, "cli0");
  setUp(lab, server, SERVER_INTERFACE, "10.0.0.1/8", "02:00:00:00:00:01", client, "cli0", "10.0.0.2/8", "02:00:00:00:00:02");
  const folder = mkdtempSync(join(import.meta.dirname, "run-"));
  const startClient = (program: string, ...args: string[]) => lab.start(client, "taskset", "-c", CLIENT_CPU, program, ...args);
  return {
    folder,
    startServer: (program, ...args) => lab.start(server, "taskset", "-c", SERVER_CPUS, program, ...args),
    startClient,
    async load(...args) {
      const output = await collect(client, MAIN, "bench", ...args, "--server", SERVER_ADDRESS, "--json");
      return JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as Figures;
    },
    async answers() {
      const start = performance.now();
      for (;;) {
        const probe = startClient(
          process.execPath,
          MAIN,
          "probe",
          "--server",
          SERVER_ADDRESS,
          "--relay",
          "10.0.0.2",
          "--type",
          "discover",
          "--timeout",
          "1",
        );
        if ((await probe.ended) === 0) return performance.now() - start;
        if (performance.now() - start > 60_000) throw new Error(`the server does not answer:\n${probe.output()}`);
        await delay(50);
      }
    },
    async close() {
      for (const cleanUp of cleanUps) await cleanUp();
      rmSync(folder, { recursive: true, force: true });
    },
  };

  /** Standard output only: progress goes to standard error. */
  async function collect(where: Namespace, ...args: string[]): Promise<string> {
    const child = spawn("ip", ["netns", "exec", where.name, "taskset", "-c", CLIENT_CPU, process.execPath, ...args], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    const program = watch(child);
    await program.ended;
    return program.output();
  }
}

function setUp(
  lab: Lab,
  a: Namespace,
  nameA: string,
  addressA: string,
  macA: string,
  b: Namespace,
  nameB: string,
  addressB: string,
  macB: string,
): void {
  for (const [where, name, address, mac] of [
    [a, nameA, addressA, macA],
    [b, nameB, addressB, macB],
  ] as const) {
    lab.exec(where, "ip", "link", "set", name, "address", mac);
    lab.exec(where, "ip", "address", "add", address, "dev", name);
  }
  // No ARP inside the measurement.
  lab.exec(a, "ip", "neighbour", "replace", addressB.replace("/8", ""), "lladdr", macB, "dev", nameA);
  lab.exec(b, "ip", "neighbour", "replace", addressA.replace("/8", ""), "lladdr", macA, "dev", nameB);
}

/** Resident memory of a process in bytes. */
export function residentMemory(pid: number): number {
  const pages = Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));
  return pages * 1024;
}
