import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createDirection } from "../../../src/dns/updates/direction.ts";
import { createHealth } from "../../../src/dns/updates/health.ts";
import { createRetries } from "../../../src/dns/updates/retries.ts";
import { byZone, choose } from "../../../src/dns/updates/routes.ts";
import { until } from "../../store/support.ts";
import { type Behaviour, startDnsServer } from "../../support/dns-server.ts";
import { createDnsZone } from "../../support/dns-zone.ts";
import { claimOf, createTestNames, KEY, newUpdater, serverOf, specOf } from "./support.ts";

const claims = (count: number) => Array.from({ length: count }, (_, i) => claimOf(`h${i}.example.com`, `10.0.${i >> 8}.${i & 255}`, i));

describe("servers of a zone", () => {
  const ZONES: readonly (readonly [name: string, zone: string | undefined])[] = [
    ["a.example.com", "example.com"],
    ["example.com", "example.com"],
    ["a.b.example.com", "b.example.com"],
    ["a.xb.example.com", "example.com"],
    ["notexample.com", undefined],
    ["a.example.org", undefined],
    ["1.0.0.10.in-addr.arpa", "10.in-addr.arpa"],
  ];
  const entries = ["example.com", "b.example.com", undefined, "10.in-addr.arpa"].map((zone) => serverOf(53, zone));
  const zones = byZone([...entries, serverOf(54, "example.com")]);
  for (const [name, zone] of ZONES) {
    test(`${name} is in ${zone ?? "the zone that the server says"}`, () => {
      assert.deepEqual(
        choose(name, zones)?.map((server) => [server.zone, server.port]),
        zone === "example.com"
          ? [
              [zone, 53],
              [zone, 54],
            ]
          : [[zone, 53]],
      );
    });
  }

  test("are tried in their order", async (t) => {
    const zone = createDnsZone("example.com");
    let first: Behaviour = { rcode: 5 };
    const one = await startDnsServer(t, { zones: [zone], behave: () => first });
    const two = await startDnsServer(t, { zones: [zone] });
    const names = createTestNames(...claims(3));
    const { updater } = newUpdater({ spec: specOf([serverOf(one.port, "example.com"), serverOf(two.port, "example.com")]), names });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    assert.equal(zone.lines().length, 6);
    assert.deepEqual([one.received(), two.received()], [3, 3]);
    first = "normal";
    updater.touched(names.set(claimOf("new.example.com", "10.0.1.1", 9)));
    await until(() => updater.status().pending === 0);
    assert.deepEqual([one.received(), two.received()], [4, 3]);
    await one.stop();
    updater.touched(names.set(claimOf("newer.example.com", "10.0.1.2", 10)));
    await until(() => updater.status().pending === 0);
    assert.deepEqual([one.received(), two.received()], [4, 4]);
    const [down, up] = updater.status().servers;
    assert.deepEqual([down?.isUp, up?.isUp], [false, true]);
  });

  test("a server that does not say which zones it has is asked, for each domain once", async (t) => {
    const zones = ["example.com", "deep.example.com", "10.in-addr.arpa"].map(createDnsZone);
    const server = await startDnsServer(t, { zones, key: KEY });
    const names = createTestNames(claimOf("a.example.com", "10.0.0.1", 1), claimOf("b.example.com", "10.0.0.2", 2));
    names.set(claimOf("c.deep.example.com", "10.0.0.3", 3));
    names.set(claimOf("d.elsewhere.org", "10.0.0.4", 4));
    const any = [serverOf(server.port, undefined, KEY)];
    const { updater, logged } = newUpdater({ spec: specOf(any, any), names });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().results.ok === 6 && updater.status().results.notauth > 0);
    assert.deepEqual(
      zones.map((zone) => zone.lines().length),
      [4, 2, 6],
    );
    const asked = server.messages().filter(({ message }) => message.header.opcode === 0).length;
    updater.touched(names.set(claimOf("b2.example.com", "10.0.0.2", 2)));
    await until(() => zones[0]?.lines().some((line) => line.startsWith("b2.")) === true && updater.status().sending === 0);
    assert.equal(server.messages().filter(({ message }) => message.header.opcode === 0).length, asked);
    assert.match(logged.join("\n"), /update of d\.elsewhere\.org: it has no zone that the name is in/);
    assert.deepEqual(
      updater.pending(5).map(({ name, state }) => [name, state]),
      [["d.elsewhere.org", "waiting"]],
    );
  });

  for (const address of ["127.0.0.1", "::1"]) {
    test(`at ${address}, by TCP when an answer is truncated, and when the update is too long for UDP`, async (t) => {
      const zone = createDnsZone("example.com");
      const server = await startDnsServer(t, { zones: [zone], key: KEY, address, behave: () => "truncate" });
      const names = createTestNames(claimOf("a.example.com", "10.0.0.1"));
      const { updater } = newUpdater({ spec: specOf([serverOf(server.port, "example.com", KEY, address)]), names });
      t.after(() => updater.close());
      await updater.reconcileAll();
      await until(() => updater.status().pending === 0);
      assert.deepEqual(
        server.messages().map(({ over }) => over),
        ["udp", "tcp"],
      );
      // What was done by UDP, in this test, is done again: it is the same.
      for (let i = 2; i < 100; i++) names.set(claimOf("a.example.com", `10.0.0.${i}`));
      updater.touched({ names: new Set(["a.example.com"]), addresses: new Set() });
      await until(() => updater.status().pending === 0);
      assert.equal(server.messages().at(-1)?.over, "tcp");
      assert.equal(server.messages().length, 3);
      assert.equal(zone.lines().length, 100);
    });
  }

  test("while one is dead a single message at a time finds out, and nothing is lost", async (t) => {
    const zone = createDnsZone("example.com");
    let isDead = true;
    const server = await startDnsServer(t, { zones: [zone], behave: () => (isDead ? "drop" : "normal") });
    const names = createTestNames(...claims(500));
    const { updater, logged } = newUpdater({ spec: specOf([serverOf(server.port, "example.com")]), names, patience: 100 });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    // The first ones, each sent twice, and then probes.
    const { sending, pending } = updater.status();
    assert.equal(pending, 500);
    assert.ok(sending <= 1, `${sending} under way`);
    assert.ok(server.received() >= 64 && server.received() < 80, `${server.received()} messages`);
    assert.equal(logged.filter((line) => line.startsWith("warn")).length, 1);
    assert.equal(updater.pending(3).length, 3);
    isDead = false;
    await until(() => updater.status().pending === 0);
    assert.equal(zone.lines().length, 1000);
    assert.match(logged.at(-1) ?? "", /info: DNS server .* answers again/);
  });

  test("when one of many that were refused is taken, the others are tried too", async (t) => {
    const zone = createDnsZone("example.com");
    let isWrong = true;
    const server = await startDnsServer(t, { zones: [zone], behave: () => (isWrong ? { rcode: 5 } : "normal") });
    const names = createTestNames(...claims(50));
    const { updater } = newUpdater({ spec: specOf([serverOf(server.port, "example.com")]), names });
    t.after(() => updater.close());
    await updater.reconcileAll();
    // Each has failed at least twice, and would wait for some seconds.
    await until(() => updater.status().results.refused >= 150);
    isWrong = false;
    const start = performance.now();
    updater.touched(names.set(claimOf("new.example.com", "10.0.9.9", 99)));
    await until(() => updater.status().pending === 0);
    assert.ok(performance.now() - start < 3000);
    assert.equal(zone.lines().length, 102);
  });

  test("more than there is room for is found again", async (t) => {
    const zone = createDnsZone("example.com");
    const server = await startDnsServer(t, { zones: [zone] });
    const names = createTestNames();
    const { updater } = newUpdater({ spec: specOf([serverOf(server.port, "example.com")]), names, mostPending: 100 });
    t.after(() => updater.close());
    for (const claim of claims(400)) updater.touched(names.set(claim));
    // How far it comes in one turn is a matter of the machine, but never further than there is room.
    let most = 0;
    await until(() => {
      most = Math.max(most, updater.status().pending);
      return zone.lines().length === 800;
    });
    assert.ok(most > 0 && most <= 100, `${most}`);
    assert.ok(updater.status().dropped > 0);
  });
});

describe("a reload", () => {
  test("that takes a zone away takes away what was published there, and leaves what is not known any more", async (t) => {
    const zones = [createDnsZone("example.com"), createDnsZone("10.in-addr.arpa")] as const;
    const server = await startDnsServer(t, { zones });
    const names = createTestNames(...claims(5));
    const [forward, reverse] = [[serverOf(server.port, "example.com")], [serverOf(server.port, "10.in-addr.arpa")]] as const;
    const { updater, logged, db } = newUpdater({ spec: specOf(forward, reverse), names });
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    assert.deepEqual([zones[0].lines().length, zones[1].lines().length], [10, 10]);
    await updater.configure(specOf([], reverse));
    await until(() => updater.status().pending === 0);
    assert.deepEqual([zones[0].lines().length, zones[1].lines().length], [0, 10]);
    await updater.configure(specOf(forward, reverse));
    await until(() => updater.status().pending === 0);
    assert.deepEqual([zones[0].lines().length, zones[1].lines().length], [10, 10]);
    assert.deepEqual(logged, []);
    // A process that has never heard of the server.
    const count = (): unknown => db.prepare("SELECT count(*) AS count FROM published_forward").get()?.count;
    assert.equal(count(), 5);
    await updater.configure(specOf([serverOf(server.port, "example.org")], reverse));
    await until(() => updater.status().pending === 0);
    assert.equal(count(), 0);
    await updater.close();
  });

  test("without any ddns after a restart tells what stays", async (t) => {
    const zone = createDnsZone("example.com");
    const server = await startDnsServer(t, { zones: [zone] });
    const names = createTestNames(...claims(3));
    const path = `${(await import("node:fs")).mkdtempSync("/tmp/leasehold-updates-")}/names`;
    const first = newUpdater({ spec: specOf([serverOf(server.port, "example.com")]), names, path });
    await first.updater.reconcileAll();
    await until(() => first.updater.status().pending === 0);
    await first.updater.close();
    const { updater, logged, db } = newUpdater({ spec: undefined, names, path });
    t.after(() => updater.close());
    // Before it is configured nothing is forgotten.
    updater.touched({ names: new Set(names.names()), addresses: new Set() });
    await updater.reconcileAll();
    assert.equal(db.prepare("SELECT count(*) AS count FROM published_forward").get()?.count, 3);
    await updater.configure(undefined);
    await until(() => logged.length > 0);
    assert.match(logged.join(), /records of 3 names and addresses, h0\.example\.com for one, stay in the DNS/);
    assert.equal(db.prepare("SELECT count(*) AS count FROM published_forward").get()?.count, 0);
    assert.equal(zone.lines().length, 6);
  });

  test("to another server tells that one everything", async (t) => {
    const [old, now] = [createDnsZone("example.com"), createDnsZone("example.com")];
    const one = await startDnsServer(t, { zones: [old] });
    const two = await startDnsServer(t, { zones: [now] });
    const names = createTestNames(...claims(5));
    const { updater } = newUpdater({ spec: specOf([serverOf(one.port, "example.com")]), names });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    await updater.configure(specOf([serverOf(two.port, "example.com")]));
    await until(() => updater.status().pending === 0);
    assert.deepEqual(now.lines(), old.lines());
    assert.equal(now.lines().length, 10);
    // The same again is no change.
    const before = two.received();
    await updater.configure(specOf([serverOf(two.port, "example.com")]));
    assert.equal(two.received(), before);
  });
});

test("waits grow, and end in the order of their ends", () => {
  let time = 0;
  const retries = createRetries([10, 20], () => time);
  assert.deepEqual([retries.add("a"), retries.add("b"), retries.size, retries.next()], [10, 10, 2, 10]);
  time = 10;
  assert.deepEqual([retries.due(), retries.size, retries.next()], [["a", "b"], 0, undefined]);
  assert.deepEqual([retries.add("a"), retries.add("a"), retries.times("a"), retries.size, retries.dueAt("a")], [20, 20, 3, 1, 30]);
  retries.forget("b");
  assert.deepEqual([retries.add("b"), retries.next(), [...retries.keys()]], [10, 20, ["b", "a"]]);
  assert.deepEqual([retries.end("b"), retries.end("b"), retries.next()], [true, false, 30]);
});

test("health: waits double up to a minute, by failures one after the other", () => {
  let time = 0;
  const health = createHealth(
    () => time,
    () => 1,
  );
  assert.equal(health.mayAsk(), "yes");
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    health.failed(time);
    // Those that were under way with it.
    health.failed(time);
    waits.push((health.retryAt() as number) - time);
    assert.equal(health.mayAsk(), "no");
    time = (health.retryAt() as number) + 1;
    assert.equal(health.mayAsk(), "probe");
    health.probing();
    assert.deepEqual([health.mayAsk(), health.retryAt()], ["no", undefined]);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.deepEqual([health.worked(), health.worked(), health.mayAsk()], [true, false, "yes"]);
});

test("a direction without servers has nothing pending", () => {
  const unserved: string[] = [];
  const direction = createDirection({
    dnsNameOf: (key) => key,
    settle: () => Promise.resolve({ kind: "ok" }),
    settled() {},
    unserved: (key) => unserved.push(key),
    dropped() {},
    most: 10,
    now: () => 0,
  });
  direction.add("a");
  assert.deepEqual([direction.pending, direction.next(), unserved, direction.start(1)], [0, undefined, ["a"], false]);
});
