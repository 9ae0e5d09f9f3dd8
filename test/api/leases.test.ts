import assert from "node:assert/strict";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Association } from "../../src/leases/dhcp6/client-key.ts";
import { LeaseState, type LeaseWrite, NEVER } from "../../src/leases/lease.ts";
import type { Printed } from "../../src/server/leases/printed.ts";
import { leaseHandlers } from "../../src/server/leases/requests.ts";
import { answerRequest } from "../../src/server/requests.ts";
import { openLeaseDatabase } from "../../src/store/sqlite/schema.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import { LATER, lease6, ROWS, START, storedOf, tableOf } from "../server/leases/support.ts";
import { leaseOf, ownerOf, putOf } from "../support/leases.ts";
import { newFolder } from "../support/loopback-server.ts";
import { ADMIN, asked, open, READ, send } from "./support.ts";

const folder = newFolder({ after });
const database = join(folder, "leases.db");

before(async () => {
  const store = openSqliteStore(database);
  await store.commit(ROWS.map((row) => ({ kind: "put", ...row })));
  await store.close();
});

/** Answers as a server does that has the same leases in memory. */
const answer = (asking: unknown): Promise<object> =>
  answerRequest(
    asking,
    { operate: () => assert.fail(), status: () => assert.fail(), handlers: leaseHandlers({ tableOf, wallOffset: () => 0 }) },
    { parse: () => assert.fail(), format: () => assert.fail() },
  );

interface Page {
  readonly leases: readonly Printed[];
  readonly next: string | null;
}

async function get<T>(url: string): Promise<T> {
  const { status, text } = await send(url, { token: READ });
  assert.equal(status, 200, text);
  return JSON.parse(text) as T;
}

/** The addresses of all pages, each of so many leases at most. */
async function addressesOf(url: string, limit = 100): Promise<readonly string[]> {
  const found: string[] = [];
  let cursor = "";
  do {
    const { leases, next }: Page = await get(`${url}${cursor}`);
    assert.ok(leases.length <= limit);
    found.push(...leases.map(({ address }) => address));
    cursor = next === null ? "" : `&cursor=${next}`;
  } while (cursor !== "");
  return found;
}

for (const [where, path] of [
  ["the database", database],
  ["the server's memory", undefined],
] as const) {
  describe(`leases in ${where}`, () => {
    const start = (t: TestContext) => open(t, {}, answer, path === undefined ? {} : { database: path });

    test("pages put together are all leases, and each part of a query narrows them", async (t) => {
      const { url } = await start(t);
      const all = [
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
      ];
      assert.deepEqual(await addressesOf(`${url}/v1/leases/search?limit=3`, 3), all);
      for (const [query, addresses] of [
        ["address=10.0.0.2", ["10.0.0.2"]],
        ["address=10.0.0.2&state=released", []],
        ["address=10.0.1.0/24&state=bound", ["10.0.1.7"]],
        ["network=2001:db8::/64&hostname=printer", ["2001:db8::5"]],
        ["name=PRINTER-1.HOME", ["10.0.0.1"]],
        ["client=01:02:00:00:00:00:02&protocol=dhcp4", ["10.0.0.2"]],
        ["client=000300010200000000bb&iaid=8", ["2001:db8::6"]],
        ["duid=00:03&iaid=7", ["2001:db8::5", "2001:db8:1:100::/56"]],
        ["circuit_id=dead", ["10.0.0.1"]],
      ] satisfies [string, string[]][]) {
        assert.deepEqual(await addressesOf(`${url}/v1/leases/search?${query}`), addresses, query);
      }
    });

    test("an export is all of what is looked for, in either format", async (t) => {
      const { url } = await start(t);
      const csv = await send(`${url}/v1/leases/export?format=csv&state=bound&protocol=dhcp4`, { token: READ });
      assert.equal(csv.headers["content-type"], "text/csv; charset=utf-8; header=present");
      assert.deepEqual(csv.text.split("\n"), [
        "address,state,hardware_address,client_identifier,hostname,start,expiry,vendor_class,circuit_id,remote_id,network,name,found_by",
        "10.0.0.1,bound,02:00:00:00:00:01,01020000000001,Printer-1,2023-11-14T22:13:20Z,2096-10-02T07:06:40Z,MSFT 5.0,deadbeef,cafe,10.0.0.0/24,printer-1.home.lan,",
        "10.0.0.2,bound,02:00:00:00:00:02,,,2023-11-14T22:13:20Z,never,,,,10.0.0.0/24,,",
        "10.0.1.7,bound,02:00:00:00:00:07,ff00000001000300010200000000aa,,2023-11-14T22:13:20Z,2096-10-02T07:06:40Z,,,,10.0.1.0/24,,",
        "",
      ]);
      const jsonl = await send(`${url}/v1/leases/export`, { token: READ });
      const lines = jsonl.text.split("\n");
      assert.equal(lines.pop(), "");
      const addresses = lines.map((line) => (JSON.parse(line) as Printed).address);
      assert.deepEqual(addresses, await addressesOf(`${url}/v1/leases/search?state=any`));
    });
  });
}

test("that a probe found an address in use is told of leases of both protocols", async (t) => {
  const path = join(newFolder(t), "leases.db");
  const declined = leaseOf(0x0a000006, 6, LeaseState.declined, START, LATER);
  const of6 = (row: number, address: string, more = {}) => lease6(row, address, Association.addresses, row, "000300010200000000aa", more);
  const store = openSqliteStore(path);
  await store.commit(
    [
      storedOf(declined, 0),
      storedOf({ ...declined, address: 0x0a000007, owner: ownerOf(7, { foundByProbe: true }) }, 1),
      of6(0, "2001:db8::6"),
      of6(1, "2001:db8::7", { foundByProbe: true }),
    ].map((lease) => ({ kind: "put", ...lease, state: LeaseState.declined })),
  );
  await store.close();
  const { url } = await open(t, {}, answer, { database: path });
  const { leases }: Page = await get(`${url}/v1/leases/search?state=declined`);
  assert.deepEqual(
    leases.map(({ address, found_by }) => [address, found_by]),
    [
      ["10.0.0.6", undefined],
      ["10.0.0.7", "probe"],
      ["2001:db8::6", undefined],
      ["2001:db8::7", "probe"],
    ],
  );
});

test("one lease is told by its address; what is none, or has none, is a problem", async (t) => {
  const { url } = await open(t, {}, answer, { database });
  assert.equal((await get<Printed>(`${url}/v1/leases/10.0.0.1`)).hostname, "Printer-1");
  assert.equal((await get<Printed>(`${url}/v1/leases/2001:db8:1:100::%2F56`)).association, "ia_pd");
  for (const [path, status, detail] of [
    ["10.0.0.99", 404, "10.0.0.99 has no lease"],
    ["nowhere", 400, "address: expected an address such as 10.0.0.5, or a prefix such as 10.0.0.0/24"],
    ["search?network=10.0.0.1", 400, "network: expected a network such as 10.0.0.0/24"],
    ["search?cursor=AAAA", 400, "cursor: it is none of this lease database: begin anew without one"],
    ["search?limit=0", 400, /^limit: /],
    ["search?netwrok=10.0.0.0/24", 400, /^there is no query parameter "netwrok": there are address, network, state, /],
    ["search?state=gone", 400, /^state: /],
  ] satisfies [string, number, string | RegExp][]) {
    const answered = await send(`${url}/v1/leases/${path}`, { token: READ });
    const problem = JSON.parse(answered.text) as { readonly status: number; readonly detail: string };
    assert.equal(problem.status, status);
    if (typeof detail === "string") assert.equal(problem.detail, detail);
    else assert.match(problem.detail, detail);
  }
});

test("a database that is gone is said before an export begins", async (t) => {
  const { url } = await open(t, {}, answer, { database: join(folder, "none.db") });
  assert.equal((await send(`${url}/v1/leases/export`, { token: READ })).status, 503);
  assert.equal((await send(`${url}/v1/leases/search`, { token: READ })).status, 503);
});

test("who may change something gives a lease, and is told it", async (t) => {
  const lease = { ...JSON.parse(JSON.stringify(await leaseOfMemory("10.0.0.1"))), iaid: 7, association: "ia_na" };
  const { answer, requests } = asked({ "add-lease": { result: {} }, lease: { result: { leases: [lease] } } });
  const { url } = await open(t, {}, answer);
  const body = JSON.stringify({ address: "10.0.0.1", hardware_address: "02:00:00:00:00:01", lease_time: 60 });
  assert.equal((await send(`${url}/v1/leases`, { method: "POST", token: READ, body })).status, 403);
  assert.deepEqual(requests, []);
  const added = await send(`${url}/v1/leases`, { method: "POST", token: ADMIN, body });
  assert.deepEqual([added.status, JSON.parse(added.text)], [201, lease]);
  assert.deepEqual(requests, [
    { kind: "add-lease", address: "10.0.0.1", hardware_address: "02:00:00:00:00:01", lease_time: 60 },
    { kind: "lease", address: "10.0.0.1" },
  ]);
  assert.equal((await send(`${url}/v1/leases`, { method: "POST", token: ADMIN, body: '{"address":"10.0.0.1","colour":1}' })).status, 400);
});

async function leaseOfMemory(address: string): Promise<Printed> {
  const { result } = (await answer({ kind: "lease", address })) as { readonly result: { readonly leases: readonly [Printed] } };
  return result.leases[0];
}

test("whoever stops reading an export keeps nothing from the database", async (t) => {
  const path = join(newFolder(t), "leases.db");
  const store = openSqliteStore(path);
  const put = (row: number): LeaseWrite => putOf(row, leaseOf(0x0a000000 + row, row & 0xffff, LeaseState.bound, 1, NEVER), "10.0.0.0/8");
  await store.commit(Array.from({ length: 100_000 }, (_, row) => put(row)));
  await store.close();
  const { url } = await open(t, {}, answer, { database: path });
  const asking = request(`${url}/v1/leases/export?format=csv`, { headers: { authorization: `Bearer ${READ}` }, agent: false });
  const first = await new Promise<number>((resolve, reject) => {
    asking.on("error", reject);
    asking.on("response", (response) => {
      response.once("data", (chunk: Buffer) => {
        response.pause();
        resolve(chunk.length);
      });
    });
    asking.end();
  });
  assert.ok(first > 0);
  await setTimeout(200);
  const db = openLeaseDatabase(path);
  db.exec("UPDATE leases SET state = 2");
  // A reader that is at work would keep what it reads in the log.
  assert.deepEqual({ ...db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get() }, { busy: 0, log: 0, checkpointed: 0 });
  db.close();
  asking.destroy();
});
