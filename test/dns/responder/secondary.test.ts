import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { describe, type TestContext, test } from "node:test";
import { readRecords, serialOfSoa } from "../../../src/wire/dns/read.ts";
import { until } from "../../store/support.ts";
import { freePort, type Named, startNamed } from "../../support/bind.ts";
import { transferZone } from "../../support/dig.ts";
import { requirePrograms } from "../../support/requirement.ts";
import { claim, type NameTable, nameTable } from "../name-table.ts";
import { serve } from "./serve.ts";
import { ZONES } from "./support.ts";

const AT_START = 10_000;

/** A `named` that takes all zones from the server at this port. */
function secondaryOf(t: TestContext, port: number, own: number): Promise<Named> {
  const primaries = [{ address: "127.0.0.1", port }];
  return startNamed(t, { port: own, zones: ZONES.map((name) => ({ name, primaries })) });
}

/** All records of all zones, as this server gives them. */
async function recordsOf(at: { readonly address: string; readonly port: number }): Promise<readonly string[]> {
  const zones = await Promise.all(ZONES.map((zone) => transferZone(at, zone)));
  return zones.flat().map(({ name, ttl, type, data }) => `${name} ${ttl} ${type} ${data}`);
}

async function has(named: Named, name: string, type: string, data: string | undefined): Promise<void> {
  for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { answers } = await named.query(name, type);
    if (answers[0]?.data === data) return;
    if (Date.now() > end) assert.fail(`${name} ${type} is ${answers[0]?.data}, not ${data}`);
  }
}

/**
 * Waits until it has all zones as they are: a zone that has changed gets its serial number a little
 * later.
 */
async function hasAll(named: Named, served: Parameters<typeof recordsOf>[0]): Promise<void> {
  for (const end = Date.now() + 20_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
    const [found, expected] = [await recordsOf(named), await recordsOf(served)];
    if (Date.now() < end && found.join() !== expected.join()) continue;
    assert.deepEqual(found, expected);
    return;
  }
}

test("a secondary of BIND takes forward and reverse zones, and follows their changes at once", async (t) => {
  if (!requirePrograms(t, "named", "dig")) return;
  const table: NameTable = nameTable(
    ...Array.from({ length: AT_START }, (_, i) =>
      claim(`host-${i}.lan`, i % 2 === 0 ? `192.168.5.${(i / 2) % 256}` : `2001:db8::${i.toString(16)}`),
    ),
  );
  const [own, port] = [await freePort(), await freePort()];
  const served = await serve(t, table, { listen: [{ address: "127.0.0.1", port }], secondaries: [{ address: "127.0.0.1", port: own }] });
  const { responder } = served;
  const named = await secondaryOf(t, port, own);
  await has(named, "host-1.lan", "AAAA", "2001:db8::1");
  await until(() => responder.status().counters.transfers >= ZONES.length);

  responder.changed(table.put(claim("new.lan", "192.168.5.7"), claim("new.lan", "2001:db8::7777")));
  await has(named, "new.lan", "A", "192.168.5.7");
  await has(named, "7.5.168.192.in-addr.arpa", "PTR", "new.lan");
  await has(named, "new.lan", "AAAA", "2001:db8::7777");
  responder.changed(table.put(claim("other.lan", "192.168.5.7")));
  await has(named, "7.5.168.192.in-addr.arpa", "PTR", "other.lan");
  await has(named, "new.lan", "A", undefined);
  responder.changed(table.remove("192.168.5.7"));
  await has(named, "7.5.168.192.in-addr.arpa", "PTR", undefined);
  await has(named, "other.lan", "A", undefined);

  // Many changes in little time are few transfers, and the last of them is there.
  const before = responder.status().counters.transfers;
  for (let i = 0; i < 200; i++) responder.changed(table.put(claim(`turn-${i}.lan`, "192.168.5.8")));
  await has(named, "turn-199.lan", "A", "192.168.5.8");
  await has(named, "8.5.168.192.in-addr.arpa", "PTR", "turn-199.lan");
  assert.ok(responder.status().counters.transfers - before <= 8, `${responder.status().counters.transfers - before} transfers`);
  await hasAll(named, served);

  // It was away, and asks when it is back.
  await named.kill();
  responder.changed(table.put(claim("meanwhile.lan", "192.168.5.9")));
  await named.start();
  await has(named, "meanwhile.lan", "A", "192.168.5.9");
  await until(() => responder.status().secondaries.every(({ waiting }) => waiting === 0));

  // After a start of this server too, with the serial numbers that it has saved.
  await responder.close();
  table.put(claim("later.lan", "192.168.5.10"));
  const again = await serve(t, table, served.spec, {}, served.serials);
  await has(named, "later.lan", "A", "192.168.5.10");
  await until(() => again.responder.status().secondaries.every(({ waiting, problem }) => waiting === 0 && problem === undefined));
  assert.deepEqual(again.told, [`info dns: listening at 127.0.0.1:${port}`]);
  await hasAll(named, served);
});

/** A secondary that says what the test wants; `answer` undefined: nothing. */
async function fakeSecondary(t: TestContext, port: number, answer: () => number | undefined) {
  const heard: { readonly zone: string; readonly serial: number | undefined; readonly at: number; readonly from: string }[] = [];
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  socket.on("message", (bytes, from) => {
    const read = readRecords(bytes);
    assert.equal(read.problem, undefined);
    if (read.problem !== undefined) return;
    assert.deepEqual([read.header.opcode, read.header.aa, read.header.qr, read.questions.length], [4, true, false, 1]);
    const soa = read.answers[0]?.data;
    heard.push({ zone: read.questions[0]?.name ?? "", serial: soa && serialOfSoa(soa), at: performance.now(), from: from.address });
    const rcode = answer();
    if (rcode === undefined) return;
    bytes[2] = (bytes[2] as number) | 0x80;
    bytes[3] = rcode;
    socket.send(bytes.subarray(0, read.questions[0]?.end).fill(0, 6, 12), from.port, from.address);
  });
  await new Promise<void>((resolve) => void socket.bind(port, "127.0.0.1", resolve));
  return heard;
}

describe("a secondary is told of a change", () => {
  const zones = ["lan"];

  test("with the serial number, from the address that it knows, once a second at most", async (t) => {
    const own = await freePort();
    const heard = await fakeSecondary(t, own, () => 0);
    const table = nameTable();
    const port = await freePort();
    const { responder, serials } = await serve(t, table, {
      zones,
      listen: [{ address: "127.0.0.9", port }],
      secondaries: [{ address: "127.0.0.1", port: own }],
    });
    await until(() => heard.length === 1);
    for (let i = 0; i < 20; i++) responder.changed(table.put(claim(`h${i}.lan`, "10.0.0.1")));
    await until(() => heard.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(heard.length, 2);
    const [first, second] = heard;
    assert.ok((second?.at as number) - (first?.at as number) >= 990);
    assert.deepEqual([second?.zone, second?.serial, second?.from], ["lan", serials.get("lan"), "127.0.0.9"]);
    assert.deepEqual(responder.status().secondaries, [
      { address: "127.0.0.1", port: own, waiting: 0, notifies: 2, failed: 0, problem: undefined },
    ]);
  });

  test("again and again until it answers", async (t) => {
    const own = await freePort();
    let isAwake = false;
    const heard = await fakeSecondary(t, own, () => (isAwake ? 0 : undefined));
    const { responder, told } = await serve(
      t,
      nameTable(),
      { zones, secondaries: [{ address: "127.0.0.1", port: own }] },
      { waits: [100, 200, 300, 10_000] },
    );
    await until(() => heard.length === 3);
    assert.equal(responder.status().secondaries[0]?.waiting, 1);
    isAwake = true;
    await until(() => responder.status().secondaries[0]?.waiting === 0);
    assert.equal(heard.length, 4);
    assert.deepEqual(told.slice(1), []);
  });

  test("not for ever: it is told in the log when it is given up, and when all is well again", async (t) => {
    const own = await freePort();
    const table = nameTable();
    const { responder, told } = await serve(t, table, { zones, secondaries: [{ address: "127.0.0.1", port: own }] }, { waits: [50, 50] });
    await until(() => responder.status().secondaries[0]?.failed === 1);
    const [status] = responder.status().secondaries;
    assert.equal(status?.waiting, 0);
    assert.match(status?.problem ?? "", /^it can't be told of changes: .*ECONNREFUSED/);
    const heard = await fakeSecondary(t, own, () => 0);
    responder.changed(table.put(claim("a.lan", "10.0.0.1")));
    await until(() => heard.length === 1 && responder.status().secondaries[0]?.problem === undefined);
    assert.equal(told.length, 3);
    assert.match(told[1] as string, /^warn dns: the secondary 127\.0\.0\.1:\d+: it can't be told/);
    assert.equal(told[2], `info dns: the secondary 127.0.0.1:${own} knows of the zones again`);
  });

  test("and if it does not want to know, that is told", async (t) => {
    const own = await freePort();
    const heard = await fakeSecondary(t, own, () => 9);
    const { responder, told, spec } = await serve(t, nameTable(), { zones, secondaries: [{ address: "127.0.0.1", port: own }] });
    await until(() => responder.status().secondaries[0]?.failed === 1);
    assert.equal(heard.length, 1);
    assert.deepEqual(told.slice(1), [
      `warn dns: the secondary 127.0.0.1:${own}: it says NOTAUTH to changes of lan: it has to be set up as a secondary of it`,
    ]);
    // What is no zone any more is no problem.
    await responder.configure({ ...spec, zones: [] });
    assert.equal(responder.status().secondaries[0]?.problem, undefined);
  });

  test("of each of many zones", async (t) => {
    const own = await freePort();
    const heard = await fakeSecondary(t, own, () => 0);
    const many = Array.from({ length: 100 }, (_, i) => `${i}.168.192.in-addr.arpa`);
    const { responder } = await serve(t, nameTable(), { zones: many, secondaries: [{ address: "127.0.0.1", port: own }] });
    await until(() => new Set(heard.map(({ zone }) => zone)).size === 100);
    await until(() => responder.status().secondaries[0]?.waiting === 0);
    assert.equal(heard.length, 100);
  });
});
