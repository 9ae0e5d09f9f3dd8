import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { hardwareKey } from "../../src/leases/dhcp4/client-key.ts";
import { type Lease, type LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { openForReading, openLeaseDatabase } from "../../src/store/sqlite/schema.ts";
import { putOf } from "../support/leases.ts";
import { requirePrograms } from "../support/requirement.ts";
import { createFolder, exec, openStore, rowsIn, stored } from "./support.ts";

const { newPath } = createFolder();
const text = (value: string) => new TextEncoder().encode(value);

/** Written by version 0.1.0, whose format is the second: 20 rows with every column filled, in every state. */
const FORMAT_2 = fileURLToPath(new URL("files/format-2.sqlite", import.meta.url));
/** The same rows as commit 4fd0415 wrote them, whose format is the fourth: it has a clock, a name of 300 bytes, and keys that are neither identifier nor hardware. */
const FORMAT_4 = fileURLToPath(new URL("files/format-4.sqlite", import.meta.url));

/** What that version wrote in row 2 * i. */
function leaseNumber(i: number): Lease {
  const chaddr = Uint8Array.of(2, 0, 0, 0, 1, i);
  const clientIdentifier = i % 3 === 0 ? undefined : Uint8Array.of(255, 0, 0, 0, i);
  return {
    address: 0x0a000000 + (i % 2) * 0x10000 + 10 + i,
    state: (1 + (i % 4)) as LeaseState,
    start: 1_700_000_000 + i,
    expiry: i % 5 === 0 ? NEVER : 1_700_003_600 + i,
    owner: {
      clientKey: clientIdentifier ?? hardwareKey(1, chaddr),
      clientIdentifier,
      htype: 1,
      chaddr,
      hostname: text(`host-${i}`),
      vendorClass: text("MSFT 5.0"),
      relayAgentInformation: Uint8Array.of(1, 2, 0x65, i, 2, 2, 9, i),
      limitKeys: Uint8Array.of(0, 2, 7, i),
    },
  };
}

const EXPECTED = new Map(Array.from({ length: 20 }, (_, i) => [2 * i, [leaseNumber(i), `10.${i % 2}.0.0/16`] as const]));

test("a database of the version before is read as it is, and keeps every lease when a server opens it", async (t) => {
  const path = newPath();
  copyFileSync(FORMAT_2, path);
  assert.deepEqual(rowsIn(path), EXPECTED);

  const { store, warnings } = openStore(t, path);
  assert.deepEqual(await stored(store), new Map([...EXPECTED].map(([row, [lease]]) => [row, lease])));
  const other = {
    ...leaseNumber(30),
    owner: { ...leaseNumber(30).owner, clientKey: hardwareKey(1, leaseNumber(30).owner.chaddr), clientIdentifier: text("not its key") },
  };
  await store.commit([putOf(60, other, "10.0.0.0/16")]);
  await store.close();
  assert.deepEqual(rowsIn(path), new Map([...EXPECTED, [60, [other, "10.0.0.0/16"]]]));
  assert.deepEqual(warnings, []);
});

test("a database of the fourth format, too, with its clock and with keys of any kind", async (t) => {
  const path = newPath();
  copyFileSync(FORMAT_4, path);
  const expected = new Map(
    [...EXPECTED].map(([row, [lease, network]]) => {
      const i = row / 2;
      const clientKey = i % 7 === 6 ? Uint8Array.of(9, 9, i) : lease.owner.clientKey;
      const hostname = i === 4 ? new Uint8Array(300).fill(97) : lease.owner.hostname;
      return [row, [{ ...lease, owner: { ...lease.owner, clientKey, hostname } }, network] as const];
    }),
  );
  const shown = viewIn(path);
  assert.deepEqual(rowsIn(path), expected);
  const { store, warnings } = openStore(t, path);
  const clock = await store.load(() => {});
  assert.deepEqual(clock, { offset: 12, trusted: 11, boot: "b", bootOffset: -5 });
  assert.deepEqual(await stored(store), new Map([...expected].map(([row, [lease]]) => [row, lease])));
  await store.close();
  assert.deepEqual(rowsIn(path), expected);
  assert.deepEqual(viewIn(path), shown);
  assert.deepEqual(warnings, []);
});

/** What people see who read the database by hand. */
function viewIn(path: string): unknown[] {
  const db = openForReading(path);
  try {
    return db.prepare("SELECT * FROM lease ORDER BY address").all();
  } finally {
    db.close();
  }
}

const DAMAGED: readonly (readonly [set: string, column: RegExp])[] = [
  ["state = 250", /\(state\)/],
  ["start = 1.5", /\(start\)/],
  ["expiry = 9223372036854775807", /\(expiry\)/],
  ["htype = 256", /\(record\)/],
  ["hardware_address = 7", /\(record\)/],
  ["hardware_address = zeroblob(256)", /\(record\)/],
  ["client_identifier = 1", /\(record\)/],
  ["client_identifier = zeroblob(70000)", /\(record\)/],
  ["client_key = 'abc'", /\(record\)/],
  ["relay_agent_information = 'abc'", /\(record\)/],
  ["limit_keys = zeroblob(65536)", /\(record\)/],
];
for (const [set, column] of DAMAGED) {
  test(`what was damaged before stays so, and its address is nobody's: ${set}`, async (t) => {
    const path = newPath();
    copyFileSync(FORMAT_4, path);
    exec(path, `UPDATE leases SET ${set} WHERE row = 2`);
    const { store, warnings } = openStore(t, path);
    const leases = await stored(store);
    const { address, state, expiry, owner } = leases.get(2) ?? assert.fail("the address is lost");
    assert.deepEqual([address, state, expiry, owner.chaddr.length], [leaseNumber(1).address, 4, NEVER, 0]);
    assert.equal(leases.size, 20);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] as string, column);
  });
}

for (const set of ["address = -5", "address = 'x'", "address = 4294967296", "address = 9223372036854775807"]) {
  test(`of a row without an address nothing is left: ${set}`, async (t) => {
    const path = newPath();
    copyFileSync(FORMAT_4, path);
    exec(path, `UPDATE leases SET ${set} WHERE row = 2`);
    const { store, warnings } = openStore(t, path);
    assert.equal((await stored(store)).size, 19);
    assert.deepEqual(warnings, ["row 2 of the lease database is damaged (address): nobody can tell whose lease it was"]);
  });
}

test("rows with impossible numbers get others", async (t) => {
  const path = newPath();
  copyFileSync(FORMAT_4, path);
  exec(path, "UPDATE leases SET row = -9223372036854775808 WHERE row = 2; UPDATE leases SET row = 9223372036854775807 WHERE row = 4");
  const { store, warnings } = openStore(t, path);
  assert.equal((await stored(store)).size, 20);
  assert.deepEqual(warnings, []);
});

test("of a client that sent an identifier of fewer than two bytes the hardware address is the key, also in a database of the version before", async (t) => {
  const path = newPath();
  copyFileSync(FORMAT_2, path);
  exec(path, "UPDATE leases SET client_identifier = x'' WHERE row = 2; UPDATE leases SET client_identifier = x'07' WHERE row = 4");
  const leases = await stored(openStore(t, path).store);
  const keys = [2, 4].map((row) => [leases.get(row)?.owner.clientKey, leases.get(row)?.owner.clientIdentifier]);
  assert.deepEqual(keys, [
    [Uint8Array.of(1, 2, 0, 0, 0, 1, 1), new Uint8Array(0)],
    [Uint8Array.of(1, 2, 0, 0, 0, 1, 2), Uint8Array.of(7)],
  ]);
});

test("whoever reads the database by hand sees the same before and after, with the system's own sqlite3", (t) => {
  if (!requirePrograms(t, "sqlite3")) return;
  const path = newPath();
  copyFileSync(FORMAT_4, path);
  const shown = () => execFileSync("sqlite3", ["-readonly", path, "SELECT * FROM lease ORDER BY address"]).toString();
  const before = shown();
  openLeaseDatabase(path).close();
  assert.equal(shown(), before);
  assert.equal(before.trim().split("\n").length, 20);
});
