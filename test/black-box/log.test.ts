/** A server goes on whatever becomes of its log, and whatever signals it is sent. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { countersOf, MAIN, newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

type Format = "json" | "pretty";

/** Debug, so that every message is worth an entry, and nothing holds entries back. */
const configOf = (format: Format): string => `
interfaces: [lo]
log: { format: ${format}, level: debug }
networks:
  10.77.0.0/16: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.1.1-10.77.200.200 }] }
`;

interface Scene {
  readonly folder: string;
  readonly server: string;
  /** Starts the server with its log going to this file descriptor. */
  start(stdout: number): ChildProcess;
}

function newScene(t: TestContext, format: Format): Scene {
  const folder = newFolder(t);
  const { address, port } = newPlace();
  const server = `${address}:${port}`;
  const config = writeIn(folder, "c.yaml", configOf(format));
  return {
    folder,
    server,
    start(stdout) {
      const args = [MAIN, "serve", "--no-api", "-c", config, "-d", join(folder, "leases.db"), "--v4-addr", server];
      const child = spawn(process.execPath, args, { stdio: ["ignore", stdout, "inherit"] });
      t.after(() => child.kill("SIGKILL"));
      return child;
    },
  };
}

/** A pipe: its reading end is held open and read by nobody. */
function newPipe(t: TestContext, folder: string): { readonly reader: number; readonly writer: number } {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  t.after(() => closeSync(writer));
  return { reader, writer };
}

async function listens({ folder }: Scene): Promise<void> {
  for (const end = Date.now() + 30_000; !existsSync(join(folder, "leases.db-control")); ) {
    assert.ok(Date.now() < end, "the server does not start");
    await delay(20);
  }
}

/** So many new leases, each with some entries of the log. */
async function obtain({ server }: Scene, leases: number): Promise<void> {
  const { status, stdout, stderr } = await runLeasehold(
    ...["bench", "new", "--server", server, "--relay", "10.77.0.1", "--clients", String(leases), "--window", "32", "--json"],
  );
  assert.equal(status, 0, stdout + stderr);
}

async function ends(child: ChildProcess, within: number): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const outcome = await Promise.race([ended, delay(within, "still there", { ref: false })]);
  assert.deepEqual(outcome, [0, null]);
}

for (const format of ["json", "pretty"] as const) {
  test(`a log that nobody reads stops nothing (${format})`, async (t) => {
    const scene = newScene(t, format);
    const { reader, writer } = newPipe(t, scene.folder);
    const child = scene.start(writer);
    await listens(scene);
    await obtain(scene, 5000);
    await ends(child, 10_000);
    // What the pipe holds is whole lines from the beginning.
    const bytes = Buffer.alloc(1 << 20);
    const text = bytes.subarray(0, readSync(reader, bytes)).toString();
    assert.match(text, /serving 10\.77\.0\.0\/16/);
    closeSync(reader);
  });

  test(`a log whose reader has gone stops nothing (${format})`, async (t) => {
    const scene = newScene(t, format);
    const { reader, writer } = newPipe(t, scene.folder);
    const child = scene.start(writer);
    await listens(scene);
    closeSync(reader);
    await obtain(scene, 2000);
    await ends(child, 10_000);
  });

  test(`a full disk under the log stops nothing (${format})`, async (t) => {
    const scene = newScene(t, format);
    const full = openSync("/dev/full", "w");
    t.after(() => closeSync(full));
    const child = scene.start(full);
    await listens(scene);
    await obtain(scene, 2000);
    await ends(child, 10_000);
  });
}

describe("signals", () => {
  test("SIGUSR1 logs the counters and opens no inspector; SIGUSR2 and others are answered with a word", async (t) => {
    const folder = newFolder(t);
    const config = writeIn(folder, "c.yaml", configOf("json"));
    const program = await startServer(t, { config, database: join(folder, "leases.db") }, newPlace());
    for (const signal of ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGIO", "SIGXFSZ"] as const) {
      process.kill(program.pid, signal);
      await program.line(new RegExp(signal === "SIGUSR1" ? "counters so far" : `${signal} is ignored: `), 20_000);
    }
    const listening = execFileSync("sh", ["-c", "cat /proc/net/tcp /proc/net/tcp6"]).toString();
    // 9229 is Node's inspector.
    assert.doesNotMatch(listening, /^ *\d+: \S+:240D \S+ 0A/m);
    assert.equal(await program.end("SIGTERM"), 0);
    assert.doesNotMatch(program.output(), /Debugger listening/);
    assert.deepEqual(countersOf(program), {});
  });

  for (const signal of ["SIGQUIT", "SIGXCPU", "SIGPWR"] as const) {
    test(`${signal} stops the server as SIGTERM does, with its summary`, async (t) => {
      const folder = newFolder(t);
      const config = writeIn(folder, "c.yaml", configOf("json"));
      const program = await startServer(t, { config, database: join(folder, "leases.db") }, newPlace());
      assert.equal(await program.end(signal), 0);
      assert.match(program.output(), new RegExp(`"msg":"${signal}: stopping"`));
      assert.match(program.output(), /"msg":"DHCPv4 stopped"/);
    });
  }
});
