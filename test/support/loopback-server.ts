import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type Program, watch } from "./namespaces.ts";

/** The program's entry point, for tests that start it as a process of its own. */
export const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** Where a test's server listens. */
export interface Place {
  readonly address: string;
  readonly port: number;
  /** Of ::1, for DHCPv6. */
  readonly port6: number;
}

let places = 0;

/**
 * An address of 127.0.0.0/8 that belongs to this process alone, so that tests run at the same time
 * without meeting, and ports below those that the system gives out. Of IPv6 there is one address
 * alone: of its ports twenty are this process's, and of one in a thousand that may run with it.
 */
export function newPlace(): Place {
  const { pid } = process;
  const place = places++;
  const address = `127.${64 + ((pid >>> 16) & 63)}.${(pid >>> 8) & 255}.${pid & 255}`;
  return { address, port: 6800 + place, port6: 10_000 + 20 * (pid % 1000) + (place % 20) };
}

/** A folder for this test's files, on a real disk where the system's folder for temporary files is on one. */
export function newFolder(t: { after(cleanUp: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into the folder and returns its path. */
export function writeIn(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Starts the program with these arguments; it is ended with the test. */
export function startLeasehold(t: TestContext, ...args: string[]): Program {
  const program = watch(spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] }));
  t.after(() => program.end());
  return program;
}

export interface ServerFiles {
  readonly config: string;
  readonly database: string;
  /** With the HTTP API of its configuration. */
  readonly api?: true;
}

/** Starts a server for relayed clients and waits until it listens. The configuration has to say `log: {format: json}` or leave it out. */
export async function startServer(t: TestContext, files: ServerFiles, { address, port, port6 }: Place): Promise<Program> {
  const program = startLeasehold(
    t,
    "serve",
    ...(files.api === true ? [] : ["--no-api"]),
    "-c",
    files.config,
    "-d",
    files.database,
    "--v4-addr",
    `${address}:${port}`,
    "--v6-addr",
    `[::1]:${port6}`,
  );
  // The machine may be busy.
  await program.line(/listening on /, 30_000);
  return program;
}

/**
 * What the server counted until it stopped, from its log in JSON: `received DISCOVER`,
 * `sent OFFER`, `silent: no-network` and so on; where it serves both protocols, of DHCPv4.
 */
export function countersOf(program: Program): Record<string, number> {
  const entries = program
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const stopped = entries.find(({ msg }) => msg === "DHCPv4 stopped" || msg === "DHCPv6 stopped");
  if (stopped === undefined) throw new Error(`the server did not say that it stopped:\n${program.output()}`);
  const { level, time, pid, hostname, msg, protocol, ...counters } = stopped;
  return counters as Record<string, number>;
}
