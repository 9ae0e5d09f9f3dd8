import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import type { LeaseWrite } from "../../../src/leases/lease.ts";
import { LeaseState, NEVER } from "../../../src/leases/lease.ts";
import type { Printed } from "../../../src/server/leases/printed.ts";
import { isProblem, type LeaseQuery, type LeaseSearch, leaseSearch } from "../../../src/server/leases/query.ts";
import { leaseHandlers } from "../../../src/server/leases/requests.ts";
import { allLeases } from "../../../src/server/leases/search.ts";
import { idOf } from "../../../src/store/sqlite/batch.ts";
import { preparePut, readLeases } from "../../../src/store/sqlite/rows.ts";
import { openForReading, openLeaseDatabase } from "../../../src/store/sqlite/schema.ts";
import { databaseIdentity, formatCursor, parseCursor, readSlice } from "../../../src/store/sqlite/search.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { leaseOf, putOf } from "../../support/leases.ts";
import { newFolder } from "../../support/loopback-server.ts";
import { LATER, ROWS, START, storedOf, tableOf } from "./support.ts";

const folder = newFolder({ after });
const database = join(folder, "leases.db");

before(async () => {
  const store = openSqliteStore(database);
  await store.commit(ROWS.map((row) => ({ kind: "put", ...row })));
  await store.close();
});

function read(query: LeaseQuery): LeaseSearch {
  const search = leaseSearch(query);
  assert.ok(!isProblem(search), JSON.stringify(search));
  return search;
}

/** The addresses that are found, in pages of so many leases. */
function found(path: string, query: LeaseQuery, limit = 1000): readonly string[] {
  const db = openForReading(path);
  try {
    return [...allLeases(read(query), { db, limit })].flat().map(({ address }) => address);
  } finally {
    db.close();
  }
}

const TABLE: readonly (readonly [query: LeaseQuery, addresses: readonly string[]])[] = [
  [
    {},
    [
      "10.0.0.1",
      "10.0.0.2",
      "10.0.0.3",
      "10.0.1.4",
      "10.0.1.5",
      "10.0.1.6",
      "10.0.1.7",
      "2001:db8::5",
      "2001:db8::6",
      "2001:db8:1:100::/56",
    ],
  ],
  [{ address: "10.0.0.2" }, ["10.0.0.2"]],
  [{ address: "10.0.0.0/30" }, ["10.0.0.1", "10.0.0.2", "10.0.0.3"]],
  [{ address: "10.0.1.4/31" }, ["10.0.1.4", "10.0.1.5"]],
  [{ address: "2001:db8::/64" }, ["2001:db8::5", "2001:db8::6"]],
  [{ address: "2001:db8::6" }, ["2001:db8::6"]],
  [{ address: "2001:db8:1::/48" }, ["2001:db8:1:100::/56"]],
  [{ address: "2001:db8:1:100::/56" }, ["2001:db8:1:100::/56"]],
  [{ address: "2001:db8:1:100::/57" }, []],
  [{ address: "2001:db8:1:100::" }, []],
  [{ network: "10.0.1.0/24", state: "bound" }, ["10.0.1.7"]],
  [{ network: "2001:db8::/64", protocol: "dhcp4" }, []],
  [{ state: "bound", protocol: "dhcp4" }, ["10.0.0.1", "10.0.0.2", "10.0.1.7"]],
  [{ state: "expired" }, ["10.0.0.3", "10.0.1.5"]],
  [{ state: "released" }, ["10.0.1.4"]],
  [{ state: "declined" }, ["10.0.1.6"]],
  [{ state: "any", protocol: "dhcp6" }, ["2001:db8::5", "2001:db8::6", "2001:db8:1:100::/56"]],
  [{ hardware_address: "02:00:00:00:00:02" }, ["10.0.0.2", "10.0.1.6"]],
  [{ hardware_address: "02-00-00-00-00-A" }, ["2001:db8::5"]],
  [{ hardware_address: "2:0:0:0:0:2" }, ["10.0.0.2", "10.0.1.6"]],
  [{ hardware_address: "0200.0000.0002" }, ["10.0.0.2", "10.0.1.6"]],
  [{ hardware_address: "f" }, []],
  [{ client: "01:02:00:00:00:00:02" }, ["10.0.0.2"]],
  [{ client: "01:02:00:00:00:00" }, []],
  [{ client: "000300010200000000bb" }, ["2001:db8::6"]],
  [{ client_id: "0102" }, ["10.0.0.1"]],
  [{ client_id: "ff" }, ["10.0.1.7"]],
  [{ duid: "00:03:00:01:02:00:00:00:00:a" }, ["10.0.1.7", "2001:db8::5", "2001:db8:1:100::/56"]],
  [{ duid: "00:03", iaid: "7" }, ["2001:db8::5", "2001:db8:1:100::/56"]],
  [{ iaid: "8" }, ["2001:db8::6"]],
  [{ hostname: "printer" }, ["10.0.0.1", "2001:db8::5"]],
  [{ hostname: "R-1" }, ["10.0.0.1"]],
  [{ hostname: "MSFT" }, []],
  [{ name: "HOME.lan" }, ["10.0.0.1", "2001:db8::5"]],
  [{ name: "r-6." }, ["2001:db8::5"]],
  [{ name: "Printer-1" }, ["10.0.0.1"]],
  [{ name: "MSFT" }, []],
  [{ name: "\ufffd" }, []],
  [{ circuit_id: "de:ad" }, ["10.0.0.1"]],
  [{ circuit_id: "657468" }, ["2001:db8::5"]],
  [{ circuit_id: "eth" }, ["2001:db8::5"]],
  [{ circuit_id: "'eth7'" }, ["2001:db8::5"]],
  [{ circuit_id: "'eth7'…" }, ["2001:db8::5"]],
  [{ circuit_id: '"et\\u0068"' }, ["2001:db8::5"]],
  [{ circuit_id: '"eth\\"' }, []],
  [{ circuit_id: "'dead'" }, []],
  [{ relay: '"eth7"' }, ["2001:db8::5"]],
  [{ remote_id: "Gi1/0/3" }, []],
  [{ remote_id: "cafe" }, ["10.0.0.1"]],
  [{ remote_id: "dead" }, []],
  [{ relay: "c" }, ["10.0.0.1"]],
];

describe("leases are found by what they have", () => {
  for (const [query, addresses] of TABLE) {
    test(`${JSON.stringify(query)} means ${addresses.length} of them, in a database as in memory`, async () => {
      assert.deepEqual(found(database, query), addresses);
      assert.deepEqual(found(database, query, 1), addresses);
      assert.deepEqual(await inMemory(query), addresses);
    });
  }

  test("a lease is told whole", () => {
    const db = openForReading(database);
    const leases = [...allLeases(read({ hostname: "printer" }), { db, limit: 10 })].flat();
    db.close();
    const common = { state: "bound", start: "2023-11-14T22:13:20Z", expiry: "2096-10-02T07:06:40Z" };
    assert.deepEqual(leases, [
      {
        ...common,
        address: "10.0.0.1",
        hardware_address: "02:00:00:00:00:01",
        client_identifier: "01020000000001",
        hostname: "Printer-1",
        name: "printer-1.home.lan",
        vendor_class: "MSFT 5.0",
        circuit_id: "deadbeef",
        remote_id: "cafe",
        network: "10.0.0.0/24",
      },
      {
        ...common,
        address: "2001:db8::5",
        hardware_address: "02:00:00:00:00:aa",
        client_identifier: "000300010200000000aa",
        hostname: "PRINTER-6",
        name: "printer-6.home.lan",
        vendor_class: null,
        circuit_id: "65746837",
        remote_id: null,
        network: "2001:db8::/64",
        association: "ia_na",
        iaid: 7,
      },
    ]);
  });

  for (const [query, expected] of [
    [{ address: "10.0.0" }, "address: an address such as 10.0.0.5, or a prefix such as 10.0.0.0/24"],
    [{ network: "10.0.0.1" }, "network: a network such as 10.0.0.0/24"],
    [{ state: "gone" }, "state: one of bound, released, expired, declined, any"],
    [{ protocol: "bootp" }, "protocol: one of dhcp4, dhcp6"],
    [{ hardware_address: "xy" }, "hardware_address: hex digits such as 52:54:00 or 525400"],
    [{ client: "1" }, "client: all hex digits of what a client is known by, such as 01:52:54:00:12:34:56"],
    [{ iaid: "-1" }, "iaid: a number from 0 to 4294967295"],
  ] satisfies [LeaseQuery, string][]) {
    test(`${JSON.stringify(query)} means nothing`, () => {
      const search = leaseSearch(query);
      assert.ok(isProblem(search));
      assert.equal(`${search.field}: ${search.expected}`, expected);
    });
  }
});

/** The same of a server that has the leases in its memory, asked for pages of three. */
async function inMemory(query: LeaseQuery): Promise<readonly string[]> {
  const { leases } = leaseHandlers({ tableOf, wallOffset: () => 0 });
  const addresses: string[] = [];
  let after: number | undefined;
  do {
    const page = (await leases({ kind: "leases", ...query, after, limit: 3 })) as { leases: Printed[]; next?: number };
    assert.ok(page.leases.length <= 3);
    addresses.push(...page.leases.map(({ address }) => address));
    after = page.next;
  } while (after !== undefined);
  return addresses;
}

test("an address and a client are found at once, in memory", async () => {
  const { lease } = leaseHandlers({ tableOf, wallOffset: () => 0 });
  const addresses = async (query: object) =>
    ((await lease({ kind: "lease", ...query })) as { leases: Printed[] }).leases.map(({ address }) => address);
  assert.deepEqual(await addresses({ address: "10.0.1.6" }), ["10.0.1.6"]);
  assert.deepEqual(await addresses({ address: "10.0.1.6", state: "bound" }), []);
  assert.deepEqual(await addresses({ address: "10.9.9.9" }), []);
  assert.deepEqual(await addresses({ address: "2001:db8:1:100::/56" }), ["2001:db8:1:100::/56"]);
  // What a client declined is nobody's.
  assert.deepEqual(await addresses({ client: "01:02:00:00:00:00:02" }), ["10.0.0.2"]);
  assert.deepEqual((await addresses({ client: "000300010200000000aa", iaid: 7 })).toSorted(), ["2001:db8:1:100::/56", "2001:db8::5"]);
  await assert.rejects(addresses({}), { name: "RefusedError", code: "invalid" });
  await assert.rejects(addresses({ address: "nowhere" }), { name: "RefusedError", code: "invalid" });
});

test("pages put together are all leases, while others come, go and change in between", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(60), { minLength: 1 }),
      fc.array(fc.tuple(fc.constantFrom("put", "remove"), fc.nat(60), fc.integer({ min: 1, max: 4 })), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 9 }),
      async (stay, changes, limit, most) => {
        const path = join(newFolder({ after }), "leases.db");
        const db = openLeaseDatabase(path);
        db.exec("PRAGMA synchronous = OFF");
        const put = preparePut(db);
        const write = (row: number, state: number) => {
          const { address, start, expiry, record, network } = storedOf(
            leaseOf(0x0a000000 + row, row, state as LeaseState, START, LATER),
            row,
          );
          put(idOf(0, row), address, state as LeaseState, start, expiry, record, network);
        };
        for (const row of stay) write(row, LeaseState.bound);
        const reader = openForReading(path);
        const search = read({});
        const seen: number[] = [];
        let next: bigint | undefined;
        let change = 0;
        do {
          let page = 0;
          next = readSlice(
            reader,
            { after: next, conditions: search.conditions, now: START, most },
            {
              visit(row) {
                seen.push(row.row);
                return ++page < limit;
              },
              onDamage: assert.fail,
            },
          );
          // A few changes between two pages; those rows that stay change at most their state.
          for (const [kind, row, state] of changes.slice(change, change + 5)) {
            if (kind === "put" || stay.includes(row)) write(row, state);
            else db.prepare("DELETE FROM leases WHERE id = ?").run(row);
          }
          change += 5;
        } while (next !== undefined);
        reader.close();
        db.close();
        assert.deepEqual(
          seen,
          [...new Set(seen)].sort((a, b) => a - b),
          "each once, in order",
        );
        assert.deepEqual(
          stay.filter((row) => !seen.includes(row)),
          [],
          "all that stay",
        );
      },
    ),
    { numRuns: 20 },
  );
});

test("damaged rows are found as what a server takes them for, whatever is asked", () => {
  const path = join(newFolder({ after }), "leases.db");
  const db = openLeaseDatabase(path);
  const put = preparePut(db);
  for (let row = 0; row < 8; row++) {
    const { address, state, start, expiry, record } = storedOf(leaseOf(0x0a000001 + row, row, LeaseState.bound, START, NEVER), row);
    put(idOf(0, row), address, state, start, expiry, record, "10.0.0.0/24");
  }
  db.exec("UPDATE leases SET state = 9 WHERE id = 1");
  db.exec("UPDATE leases SET start = 'x' WHERE id = 2");
  db.exec("UPDATE leases SET expiry = 99999999999 WHERE id = 3");
  db.exec("UPDATE leases SET record = x'00000007010011' WHERE id = 4");
  db.exec("UPDATE leases SET record = NULL WHERE id = 5");
  db.exec("UPDATE leases SET address = 'x' WHERE id = 6");
  // More than JavaScript has an exact form of, in a row far behind all others.
  db.exec("UPDATE leases SET start = 9223372036854775807, id = 9223372036854775807 WHERE id = 7");
  const whole = [...readLeases(db, () => {})];
  db.close();
  assert.equal(whole.length, 7);
  const reader = openForReading(path);
  for (const state of ["any", "bound", "released", "expired", "declined"]) {
    for (const most of [1, 2, 100]) {
      const search = read({ state });
      const told: string[] = [];
      const seen: string[] = [];
      let next: bigint | undefined;
      do {
        next = readSlice(
          reader,
          { after: next, conditions: search.conditions, now: START + 1, most },
          {
            visit(row, offset) {
              const lease = search.printed(row, offset, START + 1);
              if (lease !== undefined) seen.push(lease.address);
              return true;
            },
            onDamage: (text) => told.push(text),
          },
        );
      } while (next !== undefined);
      const all = whole.flatMap((row) => search.printed(row, 0, START + 1)?.address ?? []);
      assert.deepEqual(seen, all, `${state}, ${most} rows at once`);
      // Of a row whose address is damaged nobody can tell whether it is meant.
      if (state === "any") assert.equal(told.length, 7);
      if (state === "declined") assert.equal(told.length, 6);
    }
  }
  reader.close();
});

test("a cursor leads on in its own database alone", () => {
  const identity = databaseIdentity(database);
  for (const after of [-1n, 0n, 77n, 2n ** 40n, 2n ** 63n - 1n]) assert.equal(parseCursor(identity, formatCursor(identity, after)), after);
  assert.equal(parseCursor(identity, formatCursor("another", 7n)), undefined);
  for (const text of ["", "x", "....", formatCursor(identity, 2n ** 63n)]) assert.equal(parseCursor(identity, text), undefined, text);
});

test("no transaction stays open between two pages", async () => {
  const path = join(newFolder({ after }), "leases.db");
  const store = openSqliteStore(path);
  const put = (row: number): LeaseWrite => putOf(row, leaseOf(0x0a000001 + row, row, LeaseState.bound, START, NEVER), "");
  await store.commit([put(0), put(1), put(2)]);
  const db = openForReading(path);
  const pages = allLeases(read({}), { db, limit: 1 });
  pages.next();
  assert.equal(db.isTransaction, false);
  const other = openLeaseDatabase(path);
  // One that was would keep the log from being emptied.
  assert.equal(other.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.busy, 0);
  other.close();
  db.close();
  await store.close();
});
