import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const CONFIG = `networks:
  10.0.0.0/24:
    ranges: [{ range: 10.0.0.1-10.0.0.4 }, { range: 10.0.0.11-10.0.0.20 }]
    reservations: [{ match: { chaddr: "02:00:00:00:00:99" }, ip: 10.0.0.99 }]
`;

test("an address is given by hand, a conflict says whose it is, and usage counts it", async (t) => {
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  await startServer(t, { config: writeIn(folder, "leasehold.yaml", CONFIG), database }, newPlace());
  const run = (...args: string[]) => runLeasehold(args[0] as string, "-d", database, ...args.slice(1));
  const [added, taken, useless, table, ranges, unknown] = [
    await run("leases", "--add", "10.0.0.2", "--mac", "02:00:00:00:00:01", "--hostname", "box", "--lease-time", "infinite"),
    await run("leases", "--add", "10.0.0.2", "--mac", "02:00:00:00:00:02"),
    await run("leases", "--lease-time", "5"),
    await run("usage"),
    await run("usage", "--by", "range", "--json"),
    await run("usage", "--network", "10.9.0.0/24"),
  ];
  assert.deepEqual(added, { ...added, status: 0, stdout: "10.0.0.2 is leased\n", stderr: "" });
  assert.deepEqual(taken, {
    ...taken,
    status: 1,
    stdout: "",
    stderr: 'leasehold: 10.0.0.2 is leased to 02:00:00:00:00:01 ("box"): release it first\n',
  });
  assert.deepEqual(useless, { ...useless, status: 2, stderr: "leasehold: --lease-time: only a lease that is given by --add has one\n" });
  assert.deepEqual(table.stdout.split("\n"), [
    "NETWORK      CAPACITY  USED      HELD  DECLINED  FREE  REMEMBERED  RESERVED  OF THEM USED",
    "10.0.0.0/24        14     1  7%     0         0    13           0         1             0",
    "",
  ]);
  const place = { protocol: "dhcp4", link: "10.0.0.0/24", network: "10.0.0.0/24" };
  const rest = { held: 0, declined: 0 };
  assert.deepEqual(
    ranges.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    [
      { ...place, range: "10.0.0.1-10.0.0.4", capacity: 4, used: 1, ...rest, free: 3, remembered: 0 },
      { ...place, range: "10.0.0.11-10.0.0.20", capacity: 10, used: 0, ...rest, free: 10, remembered: 0 },
    ],
  );
  assert.deepEqual(unknown, { ...unknown, status: 1, stderr: "leasehold: 10.9.0.0/24: no such network is served\n" });
});
