import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable } from "../../src/leases/dhcp4/table.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { configOf, leaseOf, putOf, storedOf } from "../support/leases.ts";
import { createFolder, exec, openStore, stored } from "./support.ts";

const { newPath } = createFolder();
const { bound, declined } = LeaseState;
const lease = (client: number) => leaseOf(0x0a000000 + client, client, bound, 10, 20);

/** A database with the leases of clients 1 to 3 in rows 1 to 3, which the statement has damaged. */
async function damaged(sql: string): Promise<string> {
  const path = newPath();
  const store = openSqliteStore(path);
  await store.commit([1, 2, 3].map((client) => putOf(client, lease(client))));
  await store.close();
  exec(path, sql);
  return path;
}

describe("of a damaged row", () => {
  const UNBELIEVABLE: readonly (readonly [what: string, set: string, column: RegExp])[] = [
    ["a state that there is not", "state = 0", /\(state\)/],
    ["a state out of range", "state = 250", /\(state\)/],
    ["a state that is text", "state = 'bound'", /\(state\)/],
    ["a start before 1970", "start = -1", /\(start\)/],
    ["a fraction", "start = 1.5", /\(start\)/],
    ["an end past what 32 bits hold", "expiry = 4294967296", /\(expiry\)/],
    ["a number that JavaScript has no exact form of", "expiry = 9223372036854775807", /\(expiry\)/],
    ["a record that is missing", "record = NULL", /\(record\)/],
    ["a record that is text", "record = 'abc'", /\(record\)/],
    ["a record that is cut off", "record = substr(record, 1, 7)", /\(record\)/],
    ["a record with bytes behind it", "record = record || x'00'", /\(record\)/],
    ["a record of nothing", "record = zeroblob(0)", /\(record\)/],
    ["a record that is too long", "record = zeroblob(70000)", /\(record\)/],
  ];
  for (const [what, set, column] of UNBELIEVABLE) {
    test(`nobody gets the address: ${what}`, async (t) => {
      const { store, warnings } = openStore(t, await damaged(`UPDATE leases SET ${set} WHERE id = 2`));
      const { address, state, start, expiry, owner } = (await stored(store)).get(2) ?? assert.fail("the address is lost");
      assert.deepEqual([address, state, start, expiry], [0x0a000002, declined, 0, NEVER]);
      assert.deepEqual([owner.chaddr.length, owner.clientIdentifier], [0, undefined]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] as string, column);
      assert.match(warnings[0] as string, /^row 2 of the lease database is damaged.*10\.0\.0\.2.*--unblock 10\.0\.0\.2/);
      const others = await stored(store);
      assert.deepEqual([others.get(1), others.get(3)], [lease(1), lease(3)]);
    });
  }

  for (const set of ["address = NULL", "address = 'x'", "address = 4294967296", "address = x''", "address = zeroblob(100)"]) {
    test(`nothing is taken when not even the address can be read: ${set}`, async (t) => {
      const { store, warnings } = openStore(t, await damaged(`UPDATE leases SET ${set} WHERE id = 2`));
      assert.deepEqual(
        [...(await stored(store))],
        [
          [1, lease(1)],
          [3, lease(3)],
        ],
      );
      assert.deepEqual(warnings, ["row 2 of the lease database is damaged (address): nobody can tell whose lease it was"]);
    });
  }
});

describe("a row whose number is out of all proportion gets another one", () => {
  for (const [number, isDamage] of [
    [3_000_000_000, false],
    [2 ** 40, true],
    ["9223372036854775807", true],
    ["-9223372036854775808", true],
    [-1, true],
  ] as const) {
    test(String(number), async (t) => {
      const path = await damaged(`UPDATE leases SET id = ${number} WHERE id = 2`);
      const first = openStore(t, path);
      const leases = await stored(first.store);
      assert.deepEqual(
        [...leases],
        [
          [1, lease(1)],
          [3, lease(3)],
          [4, lease(2)],
        ],
      );
      assert.equal(first.warnings.length, isDamage ? 1 : 0);
      if (isDamage) assert.match(first.warnings[0] as string, new RegExp(`^row ${number} .* impossible number: it is row 4 now$`));
      // Columns of the table have room for every row up to the highest.
      const table = createLeaseTable(configOf([[{ start: 0x0a000001, end: 0x0a0000fe }]]));
      for (const [row, one] of leases) table.restore(storedOf(row, one));
      assert.equal(table.size, 3);
      await first.store.close();
      const again = openStore(t, path);
      assert.deepEqual([...(await stored(again.store)).keys()], [1, 3, 4]);
      assert.deepEqual(again.warnings, []);
    });
  }

  test("but not one that many leases have come and gone before", async (t) => {
    const path = newPath();
    const store = openSqliteStore(path);
    await store.commit([putOf(60_000, lease(1))]);
    await store.close();
    assert.deepEqual([...(await stored(openStore(t, path).store)).keys()], [60_000]);
  });
});

test("a file of no bytes is a new database", async (t) => {
  const path = newPath();
  writeFileSync(path, "");
  const { store } = openStore(t, path);
  await store.commit([putOf(1, lease(1))]);
  assert.equal((await stored(store)).size, 1);
});
