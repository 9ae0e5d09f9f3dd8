import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { dhcidOf } from "../../../src/wire/dns/dhcid.ts";
import { reverseName, wireOfName } from "../../../src/wire/dns/name.ts";
import { until } from "../../store/support.ts";
import { type Behaviour, startDnsServer } from "../../support/dns-server.ts";
import { createDnsZone } from "../../support/dns-zone.ts";
import { createRandom } from "../../support/random.ts";
import { claimOf, createTestNames, newUpdater, serverOf, specOf, type TestNames } from "./support.ts";

/*
 * Whenever the process dies, before a message, behind it, or between its being carried out and the
 * answer: what is left to be done is found again, nothing that is not wanted stays, and what others
 * have in the zone is as it was.
 */

const RUNS = 40;
const LIVES = 6;
const OTHERS = [
  { name: "static.example.com", type: 1, ttl: 60, data: Uint8Array.of(192, 0, 2, 1) },
  { name: "taken.example.com", type: 1, ttl: 60, data: Uint8Array.of(192, 0, 2, 2) },
  { name: "taken.example.com", type: 49, ttl: 60, data: new Uint8Array(35).fill(7) },
] as const;

/** What both zones are to have. */
function wantedLines(names: TestNames): readonly string[] {
  const lines = OTHERS.map(({ name, type, data }) => `${name} ${type === 1 ? "A" : "DHCID"} ${toHex(data)}`);
  for (const claim of names.all()) {
    if (claim.name.startsWith("static.") || claim.name.startsWith("taken.")) continue;
    const dhcid = toHex(dhcidOf(claim.identifier as Uint8Array, claim.name));
    lines.push(`${claim.name} A ${toHex(claim.address)}`, `${claim.name} DHCID ${dhcid}`);
    lines.push(`${reverseName(claim.address)} PTR ${toHex(wireOfName(claim.name))}`, `${reverseName(claim.address)} DHCID ${dhcid}`);
  }
  return [...new Set(lines)].sort();
}

describe("updates over the death of the process", () => {
  for (let run = 0; run < RUNS; run++) {
    test(`run ${run}`, async (t) => {
      const random = createRandom(1000 + run);
      const folder = mkdtempSync(join(tmpdir(), "leasehold-updates-"));
      const zones = [createDnsZone("example.com"), createDnsZone("0.0.10.in-addr.arpa")];
      for (const record of OTHERS) zones[0]?.add(record);
      /** Messages until it dies; below 0: it does not hear of anything any more. */
      let left = 0;
      let die = (): void => {};
      const server = await startDnsServer(t, {
        zones,
        behave(): Behaviour {
          if (left < 0) return "drop";
          if (left-- > 0) return "normal";
          die();
          return random.below(2) === 0 ? "drop" : "lose-answer";
        },
      });
      const spec = specOf([serverOf(server.port, "example.com")], [serverOf(server.port, "0.0.10.in-addr.arpa")]);
      const names = createTestNames();
      let path = join(folder, "0");

      /** One host has a name at a time; hosts, names and addresses come together anew each time. */
      function change(): ReturnType<TestNames["set"]> {
        const address = `10.0.0.${1 + random.below(4)}`;
        if (random.below(4) === 0) return names.remove(address);
        const name = `${random.pick(["a", "b", "c", "d", "static", "taken"])}.example.com`;
        const free = names.byName(name).every(({ addressText }) => addressText === address);
        return free ? names.set(claimOf(name, address, 1 + random.below(3))) : names.remove(address);
      }

      for (let life = 1; life <= LIVES; life++) {
        const isLast = life === LIVES;
        left = isLast ? 100_000 : random.below(8);
        const { updater, db } = newUpdater({ spec, names, path });
        const next = join(folder, String(life));
        let isDead = false;
        die = () => {
          isDead = true;
          // What another process would find.
          for (const suffix of ["", "-wal"]) if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, `${next}${suffix}`);
        };
        for (let i = random.below(3); i > 0; i--) change();
        await updater.reconcileAll();
        for (let i = 0; i < 12 && !isDead; i++) {
          updater.touched(change());
          await new Promise((resolve) => setTimeout(resolve, random.below(3)));
        }
        await until(() => isDead || updater.status().pending === 0);
        if (!isDead) die();
        left = -1;
        await updater.close();
        db.close();
        if (isLast) assert.deepEqual(zones.flatMap((zone) => zone.lines()).sort(), wantedLines(names));
        path = next;
      }
    });
  }
});
