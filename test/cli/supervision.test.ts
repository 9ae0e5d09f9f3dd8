import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { createSupervision } from "../../src/cli/supervision.ts";
import { openServiceManager } from "../../src/io/linux/service-manager.ts";
import { StoreError } from "../../src/store/store.ts";
import { newFolder } from "../support/loopback-server.ts";
import { watch } from "../support/namespaces.ts";
import { requirePrograms } from "../support/requirement.ts";

/** Receives datagrams at a socket of the file system, or with @ of none, and prints each as JSON. */
const RECEIVER = `
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
path = sys.argv[1]
s.bind("\\0" + path[1:] if path.startswith("@") else path)
print("bound", flush=True)
while True: print("told " + json.dumps(s.recv(65536).decode().split("\\n")), flush=True)
`;

/** A service manager that listens at this path. */
async function listen(
  t: TestContext,
  path: string,
): Promise<{ told(): readonly (readonly string[])[]; line(pattern: RegExp): Promise<string> }> {
  const child: ChildProcess = spawn("python3", ["-c", RECEIVER, path]);
  const program = watch(child);
  t.after(() => program.end());
  await program.line(/^bound/, 30_000);
  return {
    told: () =>
      program
        .output()
        .split("\n")
        .slice(0, -1)
        .filter((line) => line.startsWith("told "))
        .map((line) => JSON.parse(line.slice(5))),
    line: (pattern) => program.line(pattern, 20_000),
  };
}

test("a service manager is told by its socket, be it a file or abstract", async (t) => {
  if (!requirePrograms(t, "python3")) return;
  for (const path of [join(newFolder(t), "notify"), `@leasehold-test-${process.pid}`]) {
    const receiver = await listen(t, path);
    const manager = openServiceManager({ NOTIFY_SOCKET: path });
    assert.ok(manager !== undefined);
    manager.notify("READY=1", "STATUS=two\nlines");
    await receiver.line(/^told/);
    assert.deepEqual(receiver.told(), [["READY=1", "STATUS=two lines"]]);
    manager.close();
  }
});

test("without one, or with none that there can be, nothing is told; a watchdog is one's own or nobody's", () => {
  const long = `/${"x".repeat(107)}`;
  for (const NOTIFY_SOCKET of [undefined, "", "vsock:2:1", long]) assert.equal(openServiceManager({ NOTIFY_SOCKET }), undefined);
  for (const [WATCHDOG_USEC, WATCHDOG_PID, expected] of [
    ["3000000", undefined, 3000],
    ["3000000", `${process.pid}`, 3000],
    ["3000000", "1", undefined],
    ["0", undefined, undefined],
    ["soon", undefined, undefined],
    [undefined, undefined, undefined],
  ] as const) {
    const manager = openServiceManager({ NOTIFY_SOCKET: "/nowhere", WATCHDOG_USEC, WATCHDOG_PID });
    assert.equal(manager?.watchdog, expected);
    // Nobody listens: that is of no matter.
    manager?.notify("READY=1");
    manager?.close();
  }
});

test("a server is ready, reloads, lives while its store answers, and stops", async (t) => {
  if (!requirePrograms(t, "python3")) return;
  const path = join(newFolder(t), "notify");
  const receiver = await listen(t, path);
  const environment = { NOTIFY_SOCKET: path, WATCHDOG_USEC: "100000", OTHER: "stays" };
  const supervision = createSupervision(environment);
  assert.deepEqual(environment, { OTHER: "stays" });
  // Like a disk that is full, then one that hangs.
  let answer: (error: StoreError) => void = () => {};
  let hangs = false;
  const store = {
    commit: () =>
      new Promise<void>((_, reject) => {
        answer = reject;
        if (!hangs) reject(new StoreError("full", "the disk is full"));
      }),
  };
  // What keeps the process alive in place of a server.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  let status = "serving";
  supervision.ready(store, () => status);
  await receiver.line(/WATCHDOG=1/);
  hangs = true;
  await delay(300);
  status = "hung";
  await receiver.line(/hung/);
  const during = receiver.told().filter(([, text]) => text === "STATUS=hung");
  assert.deepEqual(
    during.filter(([first]) => first === "WATCHDOG=1"),
    [],
  );
  hangs = false;
  answer(new StoreError("full", "the disk is full"));
  status = "well again";
  await receiver.line(/WATCHDOG=1.*well again/);
  // A database that is gone: a server that is started anew would begin with an empty one.
  status = "moved";
  await receiver.line(/WATCHDOG=1.*STATUS=moved/);
  const before = process.hrtime.bigint() / 1000n;
  await assert.rejects(
    supervision.reloading(() => Promise.reject(new Error("a broken file"))),
    /a broken file/,
  );
  supervision.stopping();
  await receiver.line(/STOPPING/);
  const told = receiver.told();
  assert.deepEqual(told[0], ["READY=1", "STATUS=serving"]);
  const [reloading, ready, stopping] = told.slice(-3);
  assert.match(reloading?.[1] ?? "", /^MONOTONIC_USEC=\d+$/);
  const at = BigInt(reloading?.[1]?.slice("MONOTONIC_USEC=".length) ?? 0);
  assert.ok(at >= before && at <= process.hrtime.bigint() / 1000n);
  assert.deepEqual([reloading?.[0], ready, stopping], ["RELOADING=1", ["READY=1", "STATUS=moved"], ["STOPPING=1", "STATUS=stopping"]]);
});
