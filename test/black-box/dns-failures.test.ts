import assert from "node:assert/strict";
import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import { type Named, type NamedOptions, startNamed } from "../support/bind.ts";
import { endpointOf } from "../support/dig.ts";
import { forwardLines, identityOfMac, reverseLines } from "../support/dns-records.ts";
import { createFalseClock } from "../support/false-clock.ts";
import { newFolder } from "../support/loopback-server.ts";
import { requirePrograms } from "../support/requirement.ts";
import { eventually, linesOf, startSite } from "./dns-site.ts";

const KEY = { name: "leasehold", algorithm: "hmac-sha256", secret: "bGVhc2Vob2xkIGtleSBmb3IgdGVzdHMgb25seSEhISE=" };
const OTHER_SECRET = "YW5vdGhlciBzZWNyZXQgdGhhbiB0aGUgb3RoZXIgb25l";
const ZONE = "lan.example";
const REVERSE = "77.10.in-addr.arpa";
const MAC = Uint8Array.of(2, 0, 0, 2, 0, 1);

/** What a DNS server does wrong, how that is counted, and what the log says of it. */
interface Failure {
  readonly result: string;
  readonly says: RegExp;
  /** How the server is started, if it is. */
  readonly options?: (right: NamedOptions, t: TestContext) => NamedOptions | undefined;
  readonly before?: (named: Named) => Promise<void> | void;
  /** Has it do right from now on. */
  readonly mend?: (named: Named, right: NamedOptions) => Promise<void> | void;
}

const restart = async (named: Named, right: NamedOptions): Promise<void> => {
  await named.stop();
  await named.start({ env: {}, ...right });
};
const zonesWith = (right: NamedOptions, more: object): NamedOptions => ({
  ...right,
  zones: right.zones.map((zone) => (zone.name === ZONE ? { ...zone, ...more } : zone)),
});

const FAILURES: readonly Failure[] = [
  { result: "refused", says: /REFUSED/, options: (right) => zonesWith(right, { updates: "none" }) },
  {
    result: "servfail",
    says: /SERVFAIL/,
    // It can't write what has changed.
    before: (named) => void mkdirSync(join(named.folder, `${ZONE}.zone.jnl`)),
    mend: async (named, right) => {
      await named.stop();
      rmdirSync(join(named.folder, `${ZONE}.zone.jnl`));
      await named.start(right);
    },
  },
  { result: "notauth", says: /NOTAUTH/, options: (right) => ({ ...right, zones: right.zones.filter(({ name }) => name !== ZONE) }) },
  {
    result: "badkey",
    says: /BADKEY/,
    options: (right) => ({
      keys: [{ ...KEY, name: "another" }],
      zones: right.zones.map((zone) => ({ ...zone, updates: "another" })),
    }),
  },
  { result: "badsig", says: /BADSIG/, options: (right) => ({ ...right, keys: [{ ...KEY, secret: OTHER_SECRET }] }) },
  {
    result: "badtime",
    says: /BADTIME/,
    options: (right, t) => {
      const clock = createFalseClock(t, newFolder(t));
      clock?.set(-10_000);
      return clock && { ...right, env: clock.env };
    },
  },
  { result: "timeout", says: /no answer|not answer/, before: (named) => named.pause(), mend: (named) => named.resume() },
  { result: "unreachable", says: /ECONNREFUSED|refuse/, before: (named) => named.kill(), mend: (named, right) => named.start(right) },
];

// They wait for what is tried again later.
suite("a DNS server that", { concurrency: 2 }, () => {
  for (const { result, says, options, before, mend = restart } of FAILURES) {
    test(`answers ${result}: the lease is there at once, the failure is told apart, and the name follows when it is mended`, async (t: TestContext) => {
      if (!requirePrograms(t, "named", "dig")) return;
      const right: NamedOptions = { keys: [KEY], zones: [ZONE, REVERSE].map((name) => ({ name, updates: KEY.name })) };
      const wrong = options === undefined ? right : options(right, t);
      if (wrong === undefined) return;
      const named = await startNamed(t, wrong);
      await before?.(named);
      const server = `ip: "${endpointOf(named)}", key: leasehold`;
      const site = await startSite(
        t,
        `
ddns:
  qualifying_suffix: ${ZONE}
  tsig_keys: { leasehold: { algorithm: ${KEY.algorithm}, data: "${KEY.secret}" } }
  forward: [{ name: ${ZONE}, ${server} }]
  reverse: [{ name: ${REVERSE}, ${server} }]
networks: { 10.77.0.0/16: { options: { routers: 10.77.0.1 }, ranges: [{ range: 10.77.1.1-10.77.1.250 }] } }
`,
      );
      const host = site.host4(MAC);
      const start = performance.now();
      const { kind } = await host.obtain("10.77.0.1", { hostname: "tester" });
      assert.equal(kind, "ACK");
      assert.ok(performance.now() - start < 4000, "the DNS server held up a lease");

      await eventually(site.metrics, (found) => {
        const results = [...found].filter(([name, count]) => name.startsWith("leasehold_dns_updates_total") && count > 0);
        const names = results.map(([name]) => /result="(\w+)"/.exec(name)?.[1]).filter((name) => name !== "ok");
        assert.deepEqual(names, [result]);
      });
      const line = await site.line(new RegExp(`"level":"warn".*(${says.source})`));
      assert.ok(line.includes(endpointOf(named)), line);
      const pending = await site.run(["dns", "pending"]);
      assert.equal(pending.status, 0, pending.stderr);
      assert.match(pending.stdout, /tester\.lan\.example/);

      await mend(named, right);
      const [address = "none"] = host.addresses;
      const name = `tester.${ZONE}`;
      const expected = [...forwardLines(name, [address], identityOfMac(MAC)), ...reverseLines(name, address, identityOfMac(MAC))];
      await eventually(
        () => linesOf(named, [ZONE, REVERSE]),
        (found) => assert.deepEqual(found, expected.sort()),
        90_000,
      );
    });
  }
});
