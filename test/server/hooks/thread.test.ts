import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { loadConfigFile } from "../../../src/config/file.ts";
import { parseMac } from "../../../src/net/mac.ts";
import type { HookAnswer, HookCall } from "../../../src/server/hooks/messages.ts";
import { HooksError, type HookThread, startHookThread } from "../../../src/server/hooks/thread.ts";
import { encodeMessage as encode4 } from "../../../src/wire/dhcp4/encode.ts";
import { encodeMessage as encode6 } from "../../../src/wire/dhcp6/encode.ts";
import { message as message6 } from "../../engine/support/dhcp6/messages.ts";
import { ALICE, message as message4, relayInfo } from "../../engine/support/messages.ts";
import { newFolder, writeIn } from "../../support/loopback-server.ts";

/* The real thread, with modules as operators write them. */

interface Started {
  readonly thread: HookThread;
  readonly log: string[];
  readonly restarts: () => number;
  ask(call?: Partial<HookCall>): Promise<HookAnswer>;
}

const MESSAGE: HookCall = {
  hook: "message",
  protocol: "dhcp4",
  bytes: encode4(message4(1, { hostname: "pc" })),
  interfaceName: "eth0",
  source: 0x0a000001,
};

/** Starts the hooks of a module whose text begins with `export default {`. */
async function start(t: TestContext, module: string): Promise<Started> {
  const path = writeIn(newFolder(t), "leasehold.config.ts", module);
  const loaded = await loadConfigFile(path);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { hooks: spec, optionDefinitions: definitions = [] } = loaded.config;
  assert.ok(spec !== undefined);
  const log: string[] = [];
  let restarts = 0;
  const thread = await startHookThread({
    spec,
    definitions,
    log: pino({ level: "debug" }, { write: (line: string) => log.push(line) }),
    uptime: () => performance.now(),
    askers: new Set([{ answered() {}, restarted: () => void restarts++ }]),
  });
  t.after(() => thread.close());
  return {
    thread,
    log,
    restarts: () => restarts,
    ask: (call = {}) => new Promise((resolve) => thread.call({ ...MESSAGE, ...call }, resolve)),
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !holds() && Date.now() < end; ) await delay(20);
  assert.ok(holds());
}

/** Has the hook say what it sees. */
const SAYS = (what: string): string =>
  `export default { hooks: { budget: 5000, message(m) { return { drop: true, reason: JSON.stringify(${what}) }; } } };`;

async function seen(started: Started, call?: Partial<HookCall>): Promise<unknown> {
  const answer = await started.ask(call);
  assert.ok(answer.kind === "drop", JSON.stringify(answer));
  return JSON.parse(answer.reason ?? "null");
}

test("a module of hooks imports leasehold/... wherever it stands", async (t) => {
  const module = `import { formatIpv4 } from "leasehold/net";
${SAYS("formatIpv4(0x0a000001)")}`;
  assert.equal(await seen(await start(t, module)), "10.0.0.1");
});

describe("what the hook message sees", () => {
  test("of DHCPv4", async (t) => {
    const started = await start(t, SAYS("{ ...m, raw: [...m.raw(12)], frozen: Object.isFrozen(m) && Object.isFrozen(m.options) }"));
    const more = [
      { code: 60, data: new TextEncoder().encode("phone\0") },
      { code: 250, data: Uint8Array.of(1, 2) },
      { code: 57, data: Uint8Array.of(1) },
    ];
    const bytes = encode4(
      message4(1, { hostname: "pc", prl: [1, 3], giaddr: "10.0.1.1", relay: relayInfo({ 1: new TextEncoder().encode("port7") }), more }),
    );
    assert.deepEqual(await seen(started, { bytes }), {
      protocol: "dhcp4",
      type: "DISCOVER",
      interface: "eth0",
      source: "10.0.0.1",
      hostname: "pc",
      chaddr: ALICE,
      htype: 1,
      vendorClass: "phone",
      giaddr: "10.0.1.1",
      circuitId: "706f727437",
      options: {
        message_type: 1,
        hostname: "pc",
        parameter_request_list: [1, 3],
        vendor_class_identifier: { type: "hex", value: "70686f6e6500" },
        relay_agent_information: { circuit_id: "port7" },
        250: "0102",
      },
      raw: [112, 99],
      frozen: true,
    });
  });

  test("of DHCPv6", async (t) => {
    const started = await start(t, SAYS("{ ...m, relays: m.relays.map((relay) => ({ ...relay })) }"));
    const relay = {
      hopCount: 0,
      linkAddress: new Uint8Array(16),
      peerAddress: Uint8Array.of(...new Array(15).fill(0), 1),
      options: [{ code: 18, data: Uint8Array.of(65) }],
    };
    const request = message6("SOLICIT", { na: { 1: [] } });
    const bytes = encode6({ ...request, relays: [relay] });
    const { duid, options, ...view } = (await seen(started, { protocol: "dhcp6", bytes, source: new Uint8Array(16) })) as Record<
      string,
      unknown
    >;
    assert.equal(duid, "0003000102000000000a");
    assert.deepEqual(view, {
      protocol: "dhcp6",
      type: "SOLICIT",
      interface: "eth0",
      source: "::",
      chaddr: "02:00:00:00:00:0a",
      relays: [{ linkAddress: "::", peerAddress: "::1", options: { interface_id: "A" } }],
    });
    assert.ok(Array.isArray((options as { ia_na?: unknown }).ia_na));
  });
});

test("the hook reply sees the answer, and writes options as the configuration does", async (t) => {
  const started = await start(
    t,
    `export default {
      option_definitions: { door_code: { code: 224, type: "u16" } },
      hooks: {
        budget: 5000,
        reply(r, m) {
          switch (m.hostname) {
            case "own": return { options: { door_code: 7, domain_name: null, routers: ["10.0.0.1", "10.0.0.2"], log_servers: undefined } };
            case "wrong": return { options: { routers: "x" } };
            case "managed": return { options: { lease_time: 5 } };
            case "no": return { refuse: true, reason: r.type + " " + r.addresses + " " + r.options.routers };
          }
        },
      },
    };`,
  );
  const draft = (type: number): Uint8Array =>
    encode4({ ...message4(type, { more: [{ code: 3, data: Uint8Array.of(10, 0, 0, 9) }] }), op: 2, yiaddr: 0x0a000007 });
  const ask = (hostname: string, type = 5): Promise<HookAnswer> =>
    started.ask({ hook: "reply", bytes: encode4(message4(3, { hostname })), draft: draft(type) });
  assert.deepEqual(await ask("own"), {
    kind: "options",
    changes: [
      { code: 224, values: [Uint8Array.of(0, 7)] },
      { code: 15, values: [] },
      { code: 3, values: [Uint8Array.of(10, 0, 0, 1, 10, 0, 0, 2)] },
    ],
  });
  assert.deepEqual(await ask("no"), { kind: "refuse", reason: "ACK 10.0.0.7 10.0.0.9" });
  assert.deepEqual(await ask("other"), { kind: "nothing" });
  for (const [hostname, type, problem] of [
    ["wrong", 5, /^returned options\.routers: option 3 \(routers\): /],
    ["managed", 5, /^returned options\.lease_time: option 51 \(lease_time\) can't be configured \(set config/],
    ["own", 6, /^changed the options of a NAK/],
  ] as const) {
    const answer = await ask(hostname, type);
    assert.match(answer.kind === "failed" ? answer.problem : answer.kind, problem);
  }
});

test("what is thrown, or is no answer, is told with its place; a promise is waited for as long as the budget", async (t) => {
  const started = await start(
    t,
    `let calls = 0;
     export default { hooks: { budget: 200, async message() {
       switch (calls++) {
         case 0: throw new TypeError("out of order");
         case 1: return { clases: [] };
         case 2: return { classes: "x" };
         case 3: return { classes: ["a"], drop: false };
         case 4: await new Promise(() => {});
         case 5: return 7;
         case 6: throw undefined;
         case 7: throw Object.create(null);
         case 8: return { drop: true, reason: "x".repeat(600) };
         case 9: return { classes: Array.from({ length: 1001 }, () => "a") };
       }
     } } };`,
  );
  const answers: HookAnswer[] = [];
  for (let i = 0; i < 10; i++) answers.push(await started.ask());
  const [thrown, ...others] = answers;
  assert.match(thrown?.kind === "failed" ? thrown.problem : "", /^threw TypeError: out of order at file:.*leasehold\.config\.ts:4:/);
  assert.deepEqual(others, [
    { kind: "failed", problem: 'returned the unknown key "clases"; known keys: classes, drop, reason' },
    { kind: "failed", problem: 'returned classes that are no list of names: "x"' },
    { kind: "classes", names: ["a"] },
    { kind: "late" },
    { kind: "failed", problem: "returned 7, and neither nothing nor a map" },
    { kind: "failed", problem: "threw undefined" },
    { kind: "failed", problem: "threw what can't be described" },
    { kind: "drop", reason: "x".repeat(500) },
    { kind: "failed", problem: "returned 1001 classes; at most 1000 are taken" },
  ]);
});

test("a hook that comes to no end, or ends its thread, is started anew; nothing waits for it meanwhile", async (t) => {
  const started = await start(
    t,
    `export default { hooks: { budget: 300, message(m) {
       if (m.hostname === "endless") for (;;);
       if (m.hostname === "exit") process.exit(1);
       if (m.hostname === "later") setTimeout(() => { throw new Error("nobody catches it"); });
     } } };`,
  );
  const named = (hostname: string): Partial<HookCall> => ({ bytes: encode4(message4(1, { hostname })) });
  assert.deepEqual(await started.ask(named("endless")), { kind: "failed", problem: "a hook comes to no end" });
  assert.equal(started.thread.free, false);
  assert.equal(started.thread.downBecause, "a hook comes to no end");
  assert.equal(
    started.thread.tell({ protocol: "dhcp4", kind: "bound", address: 1, before: undefined, after: undefined, offset: 0 }),
    false,
  );
  await until(() => started.thread.free);
  assert.equal(started.restarts(), 1);
  assert.equal(started.thread.downBecause, undefined);
  assert.match(started.log.join(""), /leasehold\.config\.ts are started again in 1 s: a hook comes to no end/);
  const answer = await started.ask(named("exit"));
  assert.deepEqual(answer, { kind: "failed", problem: "the thread has ended" });
  assert.match(started.log.join(""), /are started again in 2 s: the thread has ended/);
  await until(() => started.thread.free);
  await started.ask(named("later"));
  await until(() => /are started again in 4 s: nobody catches it/.test(started.log.join("")));
});

test("the hook event is told of leases; what it throws, and what the module prints, is in the log", async (t) => {
  const started = await start(
    t,
    `export default { hooks: { event(e) {
       console.log(JSON.stringify(e));
       if (e.kind === "expired") throw new Error("out of order");
       if (e.kind === "released") return Promise.reject(new Error("later"));
     } } };`,
  );
  const owner = {
    clientKey: Uint8Array.of(1, 2),
    clientIdentifier: Uint8Array.of(1, 2),
    htype: 1,
    chaddr: parseMac(ALICE),
    hostname: new TextEncoder().encode("pc"),
    name: Uint8Array.of(3, ...new TextEncoder().encode("pc.lan")),
  };
  const after = { address: 0x0a000007, state: 1, start: 100, expiry: 0xffffffff, owner };
  const tell = (kind: "bound" | "expired" | "released"): boolean =>
    started.thread.tell({ protocol: "dhcp4", kind, address: 0x0a000007, before: undefined, after, offset: 1000 });
  assert.ok(tell("bound") && tell("expired") && tell("released"));
  await until(() => /out of order/.test(started.log.join("")) && /Error: later/.test(started.log.join("")));
  const said = started.log.map((line) => (JSON.parse(line) as { msg: string }).msg);
  const lease = `{"state":"bound","start":1100,"chaddr":"${ALICE}","clientIdentifier":"0102","hostname":"pc","name":"pc.lan"}`;
  assert.equal(said[0], `the hooks say: {"kind":"bound","protocol":"dhcp4","address":"10.0.0.7","after":${lease}}`);
  assert.match(said.join("\n"), /the hook event of .*leasehold\.config\.ts failed: threw Error: out of order at file:/);
});

test("a module that can't be imported there is refused", async (t) => {
  const path = join(newFolder(t), "leasehold.config.ts");
  writeFileSync(path, "throw new Error('out of order');");
  const spec = { module: path, message: true, reply: false, event: false, budget: 50, onFailure: "serve" as const };
  const log = pino({ level: "silent" });
  const started = startHookThread({ spec, definitions: [], log, uptime: () => 0, askers: new Set() });
  await assert.rejects(
    started,
    (error) => error instanceof HooksError && /leasehold\.config\.ts can't be used: out of order$/.test(error.message),
  );
});
