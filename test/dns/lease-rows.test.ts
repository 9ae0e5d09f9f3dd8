import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openLeaseRows } from "../../src/dns/lease-rows.ts";
import { bootId } from "../../src/io/boot-clock.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { newFolder } from "../support/loopback-server.ts";

test("lease time is a whole second, whatever boot the clock is of: a name lasts as long as its lease", async (t) => {
  for (const boot of ["", "of another boot", bootId() ?? ""]) {
    const database = join(newFolder(t), "leases.db");
    const store = openSqliteStore(database);
    await store.load(() => {});
    await store.commit([{ kind: "clock", offset: 7, trusted: 7, boot, bootOffset: 1_000_000 }]);
    const rows = openLeaseRows(database);
    const { now, wallOffset } = rows.clock();
    rows.close();
    await store.close();
    assert.deepEqual([Number.isInteger(now), wallOffset], [true, 7], `boot ${boot}, at ${now}`);
  }
});
