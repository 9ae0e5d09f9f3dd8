import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Lab, Namespace, Program } from "./namespaces.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const run = promisify(execFile);

/** The server as its user runs it: a process of its own, on port 67 of a namespace. */
export interface LeaseholdProcess {
  readonly database: string;
  /** What it has written so far. */
  output(): string;
  /** The first line, written already or within a minute, that matches. */
  line(pattern: RegExp): Promise<string>;
  /** The leases as `leasehold leases` lists them, by address. */
  leases(): Promise<ListedLease[]>;
  /**
   * The same once they are as wanted, for what nobody is told of, such as a release. After 10
   * seconds they are returned as they are.
   */
  leasesWhen(wanted: (leases: readonly ListedLease[]) => boolean): Promise<ListedLease[]>;
  /**
   * Ends it with SIGTERM, which must succeed, and returns the counters of its last words: those
   * that are not zero.
   */
  stop(): Promise<Readonly<Record<string, number>>>;
  /** Ends it with SIGKILL: no time for last words. */
  kill(): Promise<void>;
}

/** A line of `leasehold leases --json`. */
export interface ListedLease {
  readonly address: string;
  readonly state: string;
  readonly hardware_address: string;
  readonly client_identifier: string | null;
  readonly hostname: string | null;
  readonly start: string;
  readonly expiry: string;
  readonly vendor_class: string | null;
  readonly circuit_id: string | null;
  readonly remote_id: string | null;
  readonly network: string;
  readonly found_by?: string;
}

export interface StartOptions {
  /** Default: a new one. */
  readonly database?: string;
  /** A program with arguments that runs the server, such as one that takes privileges from it. */
  readonly through?: readonly string[];
}

/** Starts the server with a configuration in YAML. Resolves when it listens. */
export async function startLeasehold(
  t: TestContext,
  lab: Lab,
  where: Namespace,
  config: string,
  { database = join(temporaryFolder(t), "leases.db"), through = [] }: StartOptions = {},
): Promise<LeaseholdProcess> {
  const file = join(temporaryFolder(t), "leasehold.yaml");
  writeFileSync(file, `log: { format: json, level: debug }\n${outdent(config)}`);
  // `env` without settings only runs the program that follows.
  const program = lab.start(where, "env", ...through, process.execPath, MAIN, "serve", "--no-api", "-c", file, "-d", database);
  tellOnFailure(t, () => `the server said:\n${program.output()}`);
  // The machine may be busy.
  await program.line(/"listening on /, 60_000);
  return {
    database,
    output: program.output,
    line: (pattern) => program.line(pattern, 60_000),
    leases: () => listLeases(database),
    async leasesWhen(wanted) {
      for (const end = Date.now() + 10_000; ; ) {
        const leases = await listLeases(database);
        if (wanted(leases) || Date.now() > end) return leases;
      }
    },
    async stop() {
      const status = await program.end("SIGTERM");
      if (status !== 0) throw new Error(`the server ended with ${status}:\n${program.output()}`);
      return lastCounters(program);
    },
    kill: async () => void (await program.end("SIGKILL")),
  };
}

async function listLeases(database: string): Promise<ListedLease[]> {
  const { stdout } = await run(process.execPath, [MAIN, "leases", "--json", "-d", database], { maxBuffer: 1 << 26 });
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ListedLease);
}

/** What the server counted, out of the line that it logs at its end. */
function lastCounters(program: Program): Record<string, number> {
  const line = program
    .output()
    .split("\n")
    .find((candidate) => /"msg":"DHCPv[46] stopped"/.test(candidate));
  if (line === undefined) throw new Error(`the server did not say that it stopped:\n${program.output()}`);
  const { level, time, pid, hostname, msg, protocol, ...counters } = JSON.parse(line);
  return counters as Record<string, number>;
}

/** A folder that is removed when the test is over. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Text from within an indented program: what its first line is indented by is taken from all lines.
 */
function outdent(text: string): string {
  const indentation = /^ *(?=\S)/m.exec(text)?.[0] ?? "";
  return text.replaceAll(new RegExp(`^${indentation}`, "gm"), "");
}

/** Adds to the report of a test that fails what programs said meanwhile. */
export function tellOnFailure(t: TestContext, tell: () => string): void {
  t.after(() => {
    // Not in the type definitions yet.
    if ("passed" in t && t.passed === false) t.diagnostic(tell());
  });
}
