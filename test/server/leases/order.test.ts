import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { LeaseState } from "../../../src/leases/lease.ts";
import { type LeaseOrder, leasesInOrder } from "../../../src/server/leases/order.ts";
import type { Printed } from "../../../src/server/leases/printed.ts";
import { isProblem, type LeaseQuery, leaseSearch } from "../../../src/server/leases/query.ts";
import { openForReading } from "../../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import { leaseOf, ownerOf, putOf, removeOf } from "../../support/leases.ts";
import { newFolder } from "../../support/loopback-server.ts";
import { LATER, ROWS, START } from "./support.ts";

const folder = newFolder({ after });
const database = join(folder, "leases.db");
const mixed = join(folder, "mixed.db");

const named = (address: number, client: number, hostname: string | undefined, start: number, expiry: number) => ({
  ...leaseOf(address, client, LeaseState.bound, start, expiry),
  owner: ownerOf(client, hostname === undefined ? {} : { hostname: new TextEncoder().encode(hostname) }),
});
const LEASES = [
  named(0x0a000102, 1, undefined, START + 2, LATER),
  named(0x0a000014, 3, "beta", START, LATER + 3),
  named(0x0a000009, 2, "Alpha", START + 1, LATER + 1),
  named(0x0a000101, 4, "alpha", START, LATER + 1),
];

before(async () => {
  const store = openSqliteStore(database);
  await store.commit(ROWS.toReversed().map((row) => ({ kind: "put", ...row })));
  await store.close();
  const other = openSqliteStore(mixed);
  await other.commit(LEASES.map((lease, row) => putOf(row, lease)));
  await other.close();
});

function listed(path: string, order: LeaseOrder, reverse: boolean, query: LeaseQuery = {}, onFound?: (lease: Printed) => void): string[] {
  const search = leaseSearch(query);
  assert.ok(!isProblem(search));
  const db = openForReading(path);
  try {
    return Array.from(leasesInOrder(search, { db, order, reverse, onFound }), ({ address }) => address);
  } finally {
    db.close();
  }
}

describe("leases in order", () => {
  const ORDERS: readonly (readonly [order: LeaseOrder, reverse: boolean, addresses: readonly string[]])[] = [
    ["address", false, ["10.0.0.9", "10.0.0.20", "10.0.1.1", "10.0.1.2"]],
    ["address", true, ["10.0.1.2", "10.0.1.1", "10.0.0.20", "10.0.0.9"]],
    ["expiry", false, ["10.0.1.2", "10.0.0.9", "10.0.1.1", "10.0.0.20"]],
    ["expiry", true, ["10.0.0.20", "10.0.1.1", "10.0.0.9", "10.0.1.2"]],
    ["start", false, ["10.0.0.20", "10.0.1.1", "10.0.0.9", "10.0.1.2"]],
    ["mac", false, ["10.0.1.2", "10.0.0.9", "10.0.0.20", "10.0.1.1"]],
    // Who has no name comes last, whichever way.
    ["hostname", false, ["10.0.0.9", "10.0.1.1", "10.0.0.20", "10.0.1.2"]],
    ["hostname", true, ["10.0.0.20", "10.0.1.1", "10.0.0.9", "10.0.1.2"]],
  ];
  for (const [order, reverse, addresses] of ORDERS) {
    test(`by ${order}${reverse ? ", the last first" : ""}`, () => assert.deepEqual(listed(mixed, order, reverse), addresses));
  }

  test("those of IPv6 come behind those of IPv4, by the number of their address", () => {
    assert.deepEqual(listed(database, "address", false), [
      ...["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.4", "10.0.1.5", "10.0.1.6", "10.0.1.7"],
      ...["2001:db8::5", "2001:db8::6", "2001:db8:1:100::/56"],
    ]);
    assert.deepEqual(listed(database, "address", true, { address: "2001:db8::/64" }), ["2001:db8::6", "2001:db8::5"]);
  });

  test("all are told of before the first comes, and what has gone meanwhile does not come", async () => {
    const path = join(folder, "going.db");
    const store = openSqliteStore(path);
    await store.commit(Array.from({ length: 2500 }, (_, i) => putOf(i, leaseOf(0x0a000000 + i, i, LeaseState.bound, START, LATER))));
    const search = leaseSearch({});
    assert.ok(!isProblem(search));
    const db = openForReading(path);
    let found = 0;
    const leases = leasesInOrder(search, { db, order: "address", reverse: true, onFound: () => void found++ });
    assert.deepEqual([leases.next().value.address, found], ["10.0.9.195", 2500]);
    await store.commit([removeOf(0, 0x0a000000)]);
    const rest = [...leases];
    assert.deepEqual([rest.length, rest.at(-1)?.address], [2498, "10.0.0.1"]);
    db.close();
    await store.close();
  });
});
