import assert from "node:assert/strict";
import { test } from "node:test";
import { createBranches } from "../../../src/dns/responder/branches.ts";
import { createZones } from "../../../src/dns/responder/zones.ts";
import { claim, nameTable } from "../name-table.ts";

test("names above those of clients exist, but for those that are too long for anybody to mean them", async () => {
  const labels = Array.from({ length: 40 }, (_, i) => `l${i}`);
  const names = nameTable(claim(`${labels.join(".")}.lan`, "10.0.0.1"), claim("a.l38.l39.lan", "10.0.0.2"));
  const branches = createBranches(createZones(["lan"]), names);
  await branches.done;
  const above = labels.map((_, i) => `${labels.slice(i).join(".")}.lan`);
  assert.deepEqual(above.filter(branches.has), above.slice(-16));
  branches.changed(names.remove("10.0.0.1"));
  assert.deepEqual(above.filter(branches.has), above.slice(-2));
  branches.changed(names.remove("10.0.0.2"));
  assert.deepEqual(above.filter(branches.has), []);
});
