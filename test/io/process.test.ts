import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createLab, type Program, watch } from "../support/namespaces.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";

const LISTENER = fileURLToPath(new URL("listener.ts", import.meta.url));

function start(t: TestContext, ...args: string[]): Program {
  const child: ChildProcess = spawn(process.execPath, [LISTENER, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const program = watch(child);
  t.after(() => program.end());
  return program;
}

for (const kind of process.platform === "linux" ? ["linux", "portable"] : ["portable"]) {
  test(`${kind}: a program that closes its transport ends by itself`, async (t) => {
    const program = start(t, "127.0.0.1", "0", kind);
    const port = Number(/\d+$/.exec(await program.line(/^listening/))?.[0]);
    const socket = createSocket("udp4");
    t.after(() => socket.close());
    socket.send("x", port, "127.0.0.1");
    await program.line(/^received 1$/);
    assert.equal(await program.end("SIGTERM"), 0);
    assert.match(program.output(), /closed/);
  });
}

test("without CAP_NET_RAW it works on, and says what it cannot do", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "setpriv")) return;
  const lab = createLab(t);
  const program = lab.start(lab.namespace("n"), "setpriv", "--bounding-set=-net_raw", process.execPath, LISTENER, "0.0.0.0", "67", "linux");
  assert.equal(await program.line(/^listening/), "listening on 67");
  assert.match(program.output(), /^limitation: Replies to clients that have no address yet are broadcast, .* root or CAP_NET_RAW\.$/m);
});

test("a privileged port without privileges is EACCES, with what to do", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "setpriv")) return;
  const lab = createLab(t);
  const where = lab.namespace("n");
  const run = async (kind: string) => {
    const program = lab.start(where, "setpriv", "--bounding-set=-net_bind_service", process.execPath, LISTENER, "0.0.0.0", "67", kind);
    assert.equal(await program.ended, 0);
    return program.output().trim();
  };
  const expected = "EACCES: UDP port 0.0.0.0:67 needs privileges: run as root or with CAP_NET_BIND_SERVICE, or listen on a port above 1023";
  assert.deepEqual([await run("linux"), await run("portable")], [expected, expected]);
});
