import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { formatIpv4, type Ipv4 } from "../../src/net/ipv4.ts";
import { askFor, askForStatus, askServer, type Control, openControl } from "../../src/server/control.ts";
import { ADDRESS_TEXT } from "../../src/server/dhcp4/operations.ts";
import type { Status } from "../../src/server/operations.ts";
import { type Controlled, type ControlRequest, RefusedError } from "../../src/server/requests.ts";
import { StoreError } from "../../src/store/store.ts";

const folder = mkdtempSync(join(tmpdir(), "leasehold-control-"));
after(() => rmSync(folder, { recursive: true }));
let sockets = 0;
const newPath = () => join(folder, `${sockets++}.db-control`);
const FORM = 'expected a line such as {"kind": "unblock", "addresses": "10.0.0.5-10.0.0.9"}';
const MISUNDERSTOOD = `${JSON.stringify({ error: FORM, code: "invalid" })}\n`;
const UNKNOWN_KIND = `${JSON.stringify({ error: `${FORM}; kind is one of release, delete, unblock, reconfigure, reload, status`, code: "invalid" })}\n`;
const STATUS: Status = {
  version: "1.2.3",
  uptime: 7,
  healthy: true,
  health: { state: "ok", reasons: [] },
  configuration: { file: "/etc/leasehold.yaml", loaded: "2026-11-01T00:00:00.000Z", hash: "", failed: 0, added: 0 },
  store: "memory",
  leases: { known: 3, bound: 1, released: 1, expired: 0, declined: 1 },
  interfaces: [{ name: "eth0", address: "10.0.0.1" }],
  counters: { "received DISCOVER": 5 },
};
const nothing: Controlled<Ipv4> = { operate: () => Promise.resolve(0), status: () => STATUS };
const line = (address: string): string => `{"kind":"unblock","addresses":"${address}-${address}"}`;
const unblock = (address: string): ControlRequest => ({ kind: "unblock", addresses: `${address}-${address}` });

async function open(t: TestContext, path: string, controlled: Partial<Controlled<Ipv4>>): Promise<Control> {
  const control = await openControl(path, { ...nothing, ...controlled }, ADDRESS_TEXT);
  t.after(() => control.close());
  return control;
}

/** Two addresses on probation, each of which can be taken off it once. */
function twoOnProbation(): Controlled<Ipv4> {
  const declined = new Set(["10.0.0.2", "10.0.0.3"]);
  return { ...nothing, operate: ({ addresses }) => Promise.resolve(declined.delete(formatIpv4(addresses.start)) ? 1 : 0) };
}

/** What is answered to these bytes, until the server ends the connection. */
function answerTo(path: string, ...chunks: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(path, () => {
      for (const chunk of chunks) socket.write(chunk);
    });
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "EPIPE" || error.code === "ECONNRESET" ? resolve(text) : reject(error),
    );
    socket.on("close", () => resolve(text));
  });
}

test("an answer holds nothing that a terminal would obey, and is not too deep", async (t) => {
  const answers = new Map<string, unknown>([
    ["refused", { error: "\u001b]0;owned\u0007\u009b2J\n  at\tonce\u202e" }],
    ["result", { result: [{ "na\u001bme": "a\rb", list: [1, null, true] }] }],
    ["deep", { result: JSON.parse(`${"[".repeat(1000)}${"]".repeat(1000)}`) }],
  ]);
  const path = newPath();
  const server = createServer((socket) =>
    socket.on("data", (data) => socket.end(`${JSON.stringify(answers.get(JSON.parse(String(data)).kind))}\n`)),
  );
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.deepEqual(await askFor(path, { kind: "refused" }), { error: "\ufffd]0;owned\ufffd\ufffd2J\n  at\tonce\ufffd" });
  assert.deepEqual(await askFor(path, { kind: "result" }), { result: [{ "na\ufffdme": "a\ufffdb", list: [1, null, true] }] });
  await assert.rejects(askFor(path, { kind: "deep" }), { message: `what answers at ${path} is no Leasehold server` });
});

describe("the control socket", () => {
  const lines: readonly (readonly [name: string, chunks: readonly string[], answer: string])[] = [
    ["a request", [`${line("10.0.0.2")}\n`], '{"done":1}\n'],
    ["a request in pieces", [line("10.0.0.2").slice(0, 9), line("10.0.0.2").slice(9), "\n"], '{"done":1}\n'],
    ["an address that is not on probation", [`${line("10.0.0.9")}\n`], '{"done":0}\n'],
    ["only the first line", [`${line("10.0.0.2")}\n${line("10.0.0.3")}\n`], '{"done":1}\n'],
    ["no JSON", ["unblock 10.0.0.2\n"], MISUNDERSTOOD],
    ["null", ["null\n"], MISUNDERSTOOD],
    ["an array", ['["unblock"]\n'], MISUNDERSTOOD],
    ["no address", [`${line("10.0.0.256")}\n`], MISUNDERSTOOD],
    ["an unknown state", ['{"kind":"delete","addresses":"10.0.0.2-10.0.0.2","state":"lost"}\n'], MISUNDERSTOOD],
    ["an unknown kind", ['{"kind":"erase","addresses":"10.0.0.2-10.0.0.2"}\n'], UNKNOWN_KIND],
    ["an address as a number", ['{"kind":"unblock","addresses":167772162}\n'], MISUNDERSTOOD],
    ["nested deeply", [`${"[".repeat(1000)}\n`], MISUNDERSTOOD],
    ["no end of the line", ["x".repeat(70_000)], ""],
  ];
  for (const [name, chunks, expected] of lines) {
    test(`answers ${name}`, async (t) => {
      const path = newPath();
      await open(t, path, twoOnProbation());
      assert.equal(await answerTo(path, ...chunks), expected);
    });
  }

  test("of two requests for one address at once, one is told that it is done", async (t) => {
    const path = newPath();
    await open(t, path, twoOnProbation());
    const ask = () => askServer(path, unblock("10.0.0.2"));
    const answers = await Promise.all([ask(), ask(), askServer(path, unblock("10.0.0.3"))]);
    assert.deepEqual(answers[2], { done: 1 });
    assert.deepEqual(
      answers
        .slice(0, 2)
        .map((answer) => JSON.stringify(answer))
        .sort(),
      ['{"done":0}', '{"done":1}'],
    );
  });

  test("says why the address stays as it is", async (t) => {
    const path = newPath();
    await open(t, path, { operate: () => Promise.reject(new StoreError("full", "the disk is full")) });
    assert.deepEqual(await askServer(path, unblock("10.0.0.2")), { error: "the disk is full" });
  });

  test("tells how the server is", async (t) => {
    const path = newPath();
    await open(t, path, {});
    assert.deepEqual(await askForStatus(path), { status: STATUS });
    assert.equal(await answerTo(path, '{"kind":"status"}\n'), `${JSON.stringify({ status: STATUS })}\n`);
  });

  test("has the configuration read again, and says all that is wrong with it", async (t) => {
    const [path, failing, unable] = [newPath(), newPath(), newPath()];
    await open(t, path, { reload: () => Promise.resolve({ networks: 2, notes: ["a note"] }) });
    assert.deepEqual(await askServer(path, { kind: "reload" }), { done: 2, notes: ["a note"] });
    const problems = Array.from({ length: 10_000 }, (_, i) => `leasehold.yaml:${i + 1}:1: no such option`).join("\n");
    await open(t, failing, { reload: () => Promise.reject(new Error(problems)) });
    assert.deepEqual(await askServer(failing, { kind: "reload" }), { error: problems });
    await open(t, unable, {});
    assert.deepEqual(await askServer(unable, { kind: "reload" }), {
      error: "this server can't take over a changed configuration: restart it",
      code: "unavailable",
    });
  });

  test("asks what else the server can tell, and says why it does not", async (t) => {
    const path = newPath();
    const handlers = {
      echo: (request: object) => Promise.resolve(request),
      refuse: () => Promise.reject(new RefusedError("conflict", "10.0.0.2 is reserved already")),
      fail: () => Promise.reject(new Error("a defect")),
    };
    await open(t, path, { handlers });
    assert.deepEqual(await askFor(path, { kind: "echo", of: [1] }), { result: { kind: "echo", of: [1] } });
    assert.deepEqual(await askFor(path, { kind: "refuse" }), { error: "10.0.0.2 is reserved already", code: "conflict" });
    assert.deepEqual(await askFor(path, { kind: "fail" }), { error: "a defect" });
    assert.equal(await answerTo(path, '{"kind":"toString"}\n'), MISUNDERSTOOD);
  });

  test("once closed, answers what was asked before, and asks no more of the server", async (t) => {
    const path = newPath();
    let asked = 0;
    let finish: (done: number) => void = () => {};
    const control = await open(t, path, {
      operate() {
        asked++;
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    });
    const late = connect(path);
    await new Promise((resolve) => late.once("connect", resolve));
    const early = askServer(path, unblock("10.0.0.2"));
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
    control.close();
    const answered = new Promise((resolve) => late.setEncoding("utf8").once("data", resolve));
    late.write(`${line("10.0.0.3")}\n`);
    assert.equal(await answered, '{"error":"the server is stopping: ask again when it has ended"}\n');
    finish(1);
    assert.deepEqual(await early, { done: 1 });
    assert.equal(asked, 1);
    assert.equal(await askServer(path, unblock("10.0.0.2")), undefined);
  });

  test("takes the place of a socket that was left behind, and of nothing else", async (t) => {
    const path = newPath();
    // Two servers can't hold the lock of one database: the first one stands for one that was
    // killed.
    await open(t, path, twoOnProbation());
    await open(t, path, { operate: () => Promise.resolve(0) });
    assert.deepEqual(await askServer(path, unblock("10.0.0.2")), { done: 0 });
    const file = newPath();
    writeFileSync(file, "mine");
    await assert.rejects(openControl(file, twoOnProbation(), ADDRESS_TEXT), /EADDRINUSE/);
  });

  test("a path that is too long for a socket is refused in words", async () => {
    const path = join(folder, "x".repeat(120));
    await assert.rejects(openControl(path, twoOnProbation(), ADDRESS_TEXT), {
      message: `its path has ${path.length} bytes, more than a socket's may have (107 on Linux): give the lease database a shorter path`,
    });
    assert.equal(await askServer(path, unblock("10.0.0.2")), undefined);
  });

  for (const reply of ["hello\n", "{}\n", "null\n"]) {
    test(`what answers ${JSON.stringify(reply)} is no server of ours`, async (t) => {
      const path = newPath();
      const other = createServer((socket) => socket.end(reply)).listen(path);
      t.after(() => other.close());
      await new Promise((resolve) => other.once("listening", resolve));
      await assert.rejects(askServer(path, unblock("10.0.0.2")), /no Leasehold server/);
    });
  }
});
