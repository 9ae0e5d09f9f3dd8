import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, type TestContext, test } from "node:test";
import type { NameChanges } from "../../../src/dns/claim.ts";
import { dhcidOf } from "../../../src/wire/dns/dhcid.ts";
import { reverseName } from "../../../src/wire/dns/name.ts";
import { until } from "../../store/support.ts";
import { type Named, startNamed } from "../../support/bind.ts";
import { type DnsKey, lineOf } from "../../support/dig.ts";
import { createRandom } from "../../support/random.ts";
import { requirePrograms } from "../../support/requirement.ts";
import { claimOf, createTestNames, newUpdater, serverOf, specOf, type TestNames } from "./support.ts";

/* What BIND has in its zones at the end. */

const SECRET = Buffer.from(Uint8Array.from({ length: 64 }, (_, i) => i * 3)).toString("base64");
const KEY: DnsKey = { name: "dhcp", algorithm: "hmac-sha512", secret: SECRET };
const TSIG = { name: "dhcp", algorithm: "hmac-sha512", secret: Buffer.from(SECRET, "base64") } as const;
const FORWARD = "example.com";
const REVERSE = "10.in-addr.arpa";
const REVERSE_6 = "8.b.d.0.1.0.0.2.ip6.arpa";
const ZONES = [FORWARD, REVERSE, REVERSE_6];

function spec(port: number, more = {}) {
  const reverse = [serverOf(port, REVERSE, TSIG), serverOf(port, REVERSE_6, TSIG, "::1")];
  return specOf([serverOf(port, FORWARD, TSIG)], reverse, more);
}

async function linesOf(named: Named): Promise<readonly string[]> {
  const zones = await Promise.all(ZONES.map((zone) => named.transfer(zone, { key: KEY })));
  return zones
    .flat()
    .filter(({ type }) => type !== "SOA" && type !== "NS")
    .map(lineOf)
    .sort();
}

/** What names of one host each make. */
function wantedLines(names: TestNames): readonly string[] {
  const lines = names.all().flatMap(({ name, address, addressText, identifier }) => {
    const dhcid = Buffer.from(dhcidOf(identifier as Uint8Array, name)).toString("base64");
    const own = [`${name} ${address.length === 4 ? "A" : "AAAA"} ${addressText}`, `${name} DHCID ${dhcid}`];
    return [...own, `${reverseName(address)} PTR ${name}`, `${reverseName(address)} DHCID ${dhcid}`];
  });
  return [...new Set(lines)].sort();
}

const start = (t: TestContext, records: readonly string[] = []): Promise<Named> =>
  startNamed(t, {
    keys: [KEY],
    zones: ZONES.map((name) => ({ name, updates: "dhcp", transfers: "dhcp", ...(name === FORWARD ? { records } : {}) })),
  });

describe("BIND", () => {
  test("has what clients of both protocols have after they came, changed and went, and after it was killed", async (t) => {
    if (!requirePrograms(t, "named", "dig")) return;
    const named = await start(t);
    const names = createTestNames();
    const random = createRandom(7);
    const { updater } = newUpdater({ spec: spec(named.port), names, patience: 2000 });
    t.after(() => updater.close());
    const HOSTS = 150;
    const address4 = (host: number): string => `10.0.${host >> 8}.${host & 255}`;
    const address6 = (host: number): string => `2001:db8::${(host + 1).toString(16)}`;
    function change(host: number): NameChanges {
      const family = random.below(2) === 0 ? address4(host) : address6(host);
      if (random.below(4) === 0) return names.remove(family);
      return names.set(claimOf(`host-${host}-${random.below(3)}.${FORWARD}`, family, host));
    }
    for (let round = 0; round < 4; round++) {
      for (let host = 0; host < HOSTS; host++) updater.touched(change(host));
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (round === 1) await named.kill();
      if (round === 2) await named.start();
    }
    await until(() => updater.status().pending === 0);
    assert.deepEqual(await linesOf(named), wantedLines(names));
    const { zones } = await updater.sync({ repair: false });
    assert.deepEqual(
      zones.map(({ zone, how, problem, missing, wrong, orphaned, foreign }) => ({ zone, how, problem, missing, wrong, orphaned, foreign })),
      ZONES.map((zone) => ({ zone, how: "axfr", problem: undefined, missing: 0, wrong: 0, orphaned: 0, foreign: 0 })),
    );
    assert.ok(zones.every(({ right }) => right > 10));
  });

  test("keeps what others have, whoever asks for it, and what was taken over goes again", async (t) => {
    if (!requirePrograms(t, "named", "dig")) return;
    const other = Buffer.from(new Uint8Array(35).fill(1)).toString("base64");
    const records = ["static A 192.0.2.1", "taken A 192.0.2.2", `taken DHCID ${other}`, "text TXT hello"];
    const named = await start(t, records);
    const hosts = ["static", "taken", "text", "free"].map((name, i) => claimOf(`${name}.${FORWARD}`, `10.0.0.${i}`, i));
    const names = createTestNames(...hosts);
    const before = await linesOf(named);
    const { updater, logged } = newUpdater({ spec: spec(named.port), names, patience: 2000 });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    const own = (n: number): readonly string[] => wantedLines(createTestNames(hosts[n] as (typeof hosts)[number]));
    assert.deepEqual(await linesOf(named), [...before, ...own(3)].sort());
    assert.equal(updater.status().conflicts, 3);
    assert.deepEqual(
      updater.pending(10).map(({ name, state }) => `${name} ${state}`),
      ["static", "taken", "text"].map((name) => `${name}.${FORWARD} conflict`),
    );
    assert.equal(logged.filter((line) => line.startsWith("warn") && line.includes("is there already")).length, 3);

    await updater.configure(spec(named.port, { conflict: "overwrite" }));
    for (const { name, addressText } of hosts) updater.touched({ names: new Set([name]), addresses: new Set([addressText]) });
    await until(() => updater.status().pending === 0);
    const others = before.filter((line) => !line.startsWith("taken"));
    assert.deepEqual(await linesOf(named), [...others, ...own(3), ...own(1)].sort());

    for (const { addressText } of hosts) updater.touched(names.remove(addressText));
    await until(() => updater.status().pending === 0);
    assert.deepEqual(await linesOf(named), others);
  });

  test("is made right again after somebody has changed what it has", async (t) => {
    if (!requirePrograms(t, "named", "dig", "nsupdate")) return;
    const orphan = Buffer.from(new Uint8Array(35).fill(1)).toString("base64");
    const named = await start(t, ["orphan A 10.0.0.9", `orphan DHCID ${orphan}`, "hand A 10.0.0.8"]);
    const hosts = ["a", "b", "c"].map((name, i) => claimOf(`${name}.${FORWARD}`, `10.0.0.${i}`, i));
    const names = createTestNames(...hosts);
    const { updater } = newUpdater({ spec: spec(named.port), names, patience: 2000 });
    t.after(() => updater.close());
    await updater.reconcileAll();
    await until(() => updater.status().pending === 0);
    const lines = [
      `server 127.0.0.1 ${named.port}`,
      `zone ${FORWARD}`,
      `update delete a.${FORWARD} A`,
      `update add a.${FORWARD} 60 A 10.9.9.9`,
      `update delete b.${FORWARD}`,
      "send",
      `zone ${REVERSE}`,
      `update delete ${reverseName(Uint8Array.of(10, 0, 0, 2))} PTR`,
      "send",
      "",
    ];
    const { status, stderr } = spawnSync("nsupdate", ["-y", `${KEY.algorithm}:${KEY.name}:${SECRET}`], { input: lines.join("\n") });
    assert.equal(status, 0, String(stderr));
    const found = await updater.sync({ repair: false });
    const counts = found.zones.map(({ right, missing, wrong, orphaned, foreign, repaired }) => [
      right,
      missing,
      wrong,
      orphaned,
      foreign,
      repaired,
    ]);
    assert.deepEqual(counts, [
      [1, 1, 1, 1, 0, 0],
      [2, 1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
    assert.deepEqual(found.zones[0]?.examples, [`a.${FORWARD}: wrong`, `b.${FORWARD}: missing`, `orphan.${FORWARD}: orphaned`]);
    const { zones } = await updater.sync({ repair: true });
    assert.deepEqual(
      zones.map(({ repaired }) => repaired),
      [3, 1, 0],
    );
    await until(() => updater.status().pending === 0);
    assert.deepEqual(await linesOf(named), [...wantedLines(names), `hand.${FORWARD} A 10.0.0.8`].sort());
  });
});
