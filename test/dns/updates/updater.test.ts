import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { dhcidOf } from "../../../src/wire/dns/dhcid.ts";
import type { DnsMessage } from "../../../src/wire/dns/read.ts";
import { Rcode, RecordType } from "../../../src/wire/dns/type-code.ts";
import { until } from "../../store/support.ts";
import { type Behaviour, startDnsServer } from "../../support/dns-server.ts";
import { createDnsZone } from "../../support/dns-zone.ts";
import { claimOf, createTestNames, KEY, newUpdater, serverOf, specOf } from "./support.ts";

const dhcid = (host: number, name: string): string => toHex(dhcidOf(claimOf(name, "10.0.0.1", host).identifier as Uint8Array, name));

describe("updates", () => {
  test("a name comes, changes and goes, with its PTR record", async (t) => {
    const zones = [createDnsZone("example.com"), createDnsZone("0.0.10.in-addr.arpa")] as const;
    const server = await startDnsServer(t, { zones, key: KEY });
    const names = createTestNames();
    const spec = specOf([serverOf(server.port, "example.com", KEY)], [serverOf(server.port, "0.0.10.in-addr.arpa", KEY)]);
    const { updater, logged } = newUpdater({ spec, names });
    t.after(() => updater.close());
    const settled = () => until(() => updater.status().pending === 0);
    updater.touched(names.set(claimOf("one.example.com", "10.0.0.1")));
    await settled();
    assert.deepEqual(zones[0].lines(), [`one.example.com A 0a000001`, `one.example.com DHCID ${dhcid(1, "one.example.com")}`]);
    assert.deepEqual(zones[1].lines(), [
      `1.0.0.10.in-addr.arpa DHCID ${dhcid(1, "one.example.com")}`,
      `1.0.0.10.in-addr.arpa PTR 036f6e65076578616d706c6503636f6d00`,
    ]);
    assert.equal(server.received(), 2);
    updater.touched(names.set(claimOf("two.example.com", "10.0.0.1")));
    await settled();
    assert.deepEqual(zones[0].lines(), [`two.example.com A 0a000001`, `two.example.com DHCID ${dhcid(1, "two.example.com")}`]);
    assert.match(zones[1].lines()[1] ?? "", /PTR 0374776f/);
    updater.touched(names.remove("10.0.0.1"));
    await settled();
    assert.deepEqual([...zones[0].lines(), ...zones[1].lines()], []);
    assert.deepEqual(logged, []);
    assert.equal(updater.status().results.ok, 7);
  });

  const FAILURES: readonly (readonly [behaviour: Behaviour, result: string, text: RegExp])[] = [
    [{ rcode: Rcode.REFUSED }, "refused", /update of a\.example\.com: REFUSED: it does not permit/],
    [{ rcode: Rcode.SERVFAIL }, "servfail", /SERVFAIL/],
    [{ rcode: Rcode.NOTAUTH }, "notauth", /NOTAUTH: it has no authority/],
    [{ rcode: Rcode.FORMERR }, "formerr", /FORMERR/],
    [{ rcode: Rcode.NOTIMP }, "notimp", /NOTIMP: it takes no updates/],
    [{ rcode: Rcode.NOTZONE }, "other", /NOTZONE/],
    [{ tsigError: Rcode.BADKEY }, "badkey", /with key dhcp: BADKEY: it does not know the key/],
    [{ tsigError: Rcode.BADSIG }, "badsig", /BADSIG: the secret of the key is another one/],
    [{ tsigError: Rcode.BADTIME, serverTime: Date.now() / 1000 + 10_000 }, "badtime", /BADTIME: its clock .* \(by (?:10000|99\d\d) s\)/],
    ["unsigned", "unsigned", /its answer is not signed/],
    ["bad-mac", "badsig", /the signature of its answer is wrong/],
    ["malformed", "other", /malformed/],
    ["drop", "timeout", /does not answer; updates for it wait/],
  ];
  for (const [behaviour, result, text] of FAILURES) {
    test(`${JSON.stringify(behaviour)} is counted as ${result}, logged, and tried again`, async (t) => {
      let behave = behaviour;
      const zone = createDnsZone("example.com");
      const server = await startDnsServer(t, { zones: [zone], key: KEY, behave: () => behave });
      const names = createTestNames(claimOf("a.example.com", "10.0.0.1"));
      const { updater, logged } = newUpdater({ spec: specOf([serverOf(server.port, "example.com", KEY)]), names });
      t.after(() => updater.close());
      await updater.reconcileAll();
      await until(() => Object.values(updater.status().results).some((count) => count > 0));
      const { results } = updater.status();
      assert.deepEqual(
        Object.entries(results).filter(([, count]) => count > 0),
        [[result, 1]],
      );
      assert.match(logged.join("\n"), text);
      const [pending] = updater.pending(10);
      assert.equal(pending?.name, "a.example.com");
      assert.notEqual(pending?.problem, undefined);
      behave = "normal";
      await until(() => updater.status().pending === 0);
      assert.equal(zone.lines().length, 2);
      assert.equal(updater.status().servers[0]?.isUp, true);
    });
  }

  test("nothing is sent of which can't be written that it may be there", async (t) => {
    const zone = createDnsZone("example.com");
    const server = await startDnsServer(t, { zones: [zone] });
    const names = createTestNames();
    const { updater, logged, db } = newUpdater({ spec: specOf([serverOf(server.port, "example.com")]), names });
    t.after(() => updater.close());
    const pages = Number(db.prepare("PRAGMA page_count").get()?.page_count);
    db.exec(`PRAGMA max_page_count = ${pages}`);
    for (let i = 0; i < 200; i++) updater.touched(names.set(claimOf(`h${i}.example.com`, `10.0.0.${i}`, i)));
    await until(() => updater.status().results.other > 10);
    assert.equal(logged.filter((line) => /can't be written: database or disk is full; updates wait/.test(line)).length, 1);
    const known = new Set(
      db
        .prepare("SELECT name FROM published_forward")
        .all()
        .map(({ name }) => name),
    );
    assert.deepEqual(
      zone.records().filter(({ name }) => !known.has(name)),
      [],
    );
    db.exec("PRAGMA max_page_count = 100000");
    await until(() => zone.lines().length === 400);
  });

  test("a reservation that nobody has come for has its name, and whoever comes for it keeps it", async (t) => {
    const zone = createDnsZone("example.com");
    const server = await startDnsServer(t, { zones: [zone] });
    const reserved = claimOf("a.example.com", "10.0.0.1", 1, { identifier: undefined, reserved: true, reverse: false });
    const names = createTestNames(reserved);
    const { updater } = newUpdater({ spec: specOf([serverOf(server.port, "example.com")]), names });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    const nobody = zone.lines();
    assert.equal(nobody.length, 2);
    updater.touched(names.set(claimOf("a.example.com", "10.0.0.1", 1)));
    await until(() => updater.status().pending === 0);
    const somebody = [`a.example.com A 0a000001`, `a.example.com DHCID ${dhcid(1, "a.example.com")}`];
    assert.deepEqual(zone.lines(), somebody);
    // It is told of nothing when he goes, for nobody else is there.
    updater.touched(names.set(reserved));
    await until(() => updater.status().pending === 0);
    assert.deepEqual([zone.lines(), server.received()], [somebody, 2]);
  });

  test("a zone that is not given away is compared by questions", async (t) => {
    const zones = [createDnsZone("example.com"), createDnsZone("10.in-addr.arpa")] as const;
    const isTransfer = ({ questions }: DnsMessage): boolean => questions[0]?.type === RecordType.AXFR;
    const server = await startDnsServer(t, { zones, behave: (message) => (isTransfer(message) ? { rcode: Rcode.REFUSED } : "normal") });
    const names = createTestNames(...[1, 2, 3].map((i) => claimOf(`h${i}.example.com`, `10.0.0.${i}`, i)));
    const spec = specOf([serverOf(server.port, "example.com")], [serverOf(server.port, "10.in-addr.arpa")]);
    const { updater } = newUpdater({ spec, names });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    const before = zones.map((zone) => zone.lines());
    zones[0].removeAll();
    const sync = async (repair: boolean): Promise<unknown> =>
      (await updater.sync({ repair })).zones.map(({ zone, how, problem, right, missing, repaired }) => [
        zone,
        how,
        problem?.replace(/^\S+ /, ""),
        right,
        missing,
        repaired,
      ]);
    const problem = "gives no transfer of the zone: REFUSED";
    assert.deepEqual(await sync(false), [
      ["example.com", "queries", problem, 0, 3, 0],
      ["10.in-addr.arpa", "queries", problem, 3, 0, 0],
    ]);
    // Two at the same time come one after the other.
    const [, second] = await Promise.all([sync(true), sync(true)]);
    await until(() => updater.status().pending === 0);
    assert.deepEqual(
      zones.map((zone) => zone.lines()),
      before,
    );
    assert.ok(second !== undefined);
    await server.stop();
    assert.deepEqual(
      (await updater.sync({ repair: false })).zones.map(({ how, server: at }) => [how, at]),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });
});
