import assert from "node:assert/strict";
import { test } from "node:test";
import { createDirection } from "../../../src/dns/updates/direction.ts";
import { createRouteMaker, NO_ROUTES } from "../../../src/dns/updates/route-table.ts";

test("so many wait at the most; what is there already is not one more", () => {
  const dropped: string[] = [];
  const direction = createDirection({
    dnsNameOf: (key) => key,
    settle: () => assert.fail("nothing is started"),
    settled: () => {},
    unserved: (key) => assert.fail(key),
    dropped: (key) => dropped.push(key),
    most: 2,
    now: () => 0,
  });
  const maker = createRouteMaker({ uptime: () => 0, now: () => 0, patience: undefined });
  direction.setTable(maker.make([{ zone: "lan", address: "127.0.0.1", port: 53, key: undefined }], NO_ROUTES));
  for (const name of ["a.lan", "b.lan", "c.lan", "a.lan"]) direction.add(name);
  assert.deepEqual([direction.pending, dropped, [...direction.list()].map(({ key }) => key)], [2, ["c.lan"], ["a.lan", "b.lan"]]);
});
