import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { askFor, askForStatus, askServer, controlPath } from "../../src/server/control.ts";
import { newFolder, newPlace, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const MAC = (n: number): string => `02:00:5e:60:00:0${n}`;
const configOf = (reserved: string): string => `interfaces: [lo]
log: {format: json}
networks:
  10.77.0.0/16:
    options: {routers: 10.77.0.1, domain_name_servers: 10.77.0.1}
    ranges: [{range: 10.77.1.1-10.77.4.200}]
    reservations:
      - {match: {chaddr: "${MAC(9)}"}, ip: ${reserved}, hostname: nine}
v6:
  interfaces: [lo]
  networks:
    2001:db8:1::/64: {options: {dns_servers: "2001:db8:1::1"}, ranges: [{range: "2001:db8:1::10-2001:db8:1::20"}]}
`;
const FILE = configOf("10.77.9.9");
const reservation = (n: number, ip: string) => ({ match: { chaddr: MAC(n) }, ip });
const known = ({ id, origin, problem }: { id?: string; origin: string; problem?: string }) => [id ?? origin.split("/").at(-1), problem];

test("reservations that are added count from the next message on, outlive the server, and give way to the file", async (t: TestContext) => {
  const folder = newFolder(t);
  const files = { config: writeIn(folder, "c.yaml", FILE), database: join(folder, "leases.db") };
  const place = newPlace();
  const first = await startServer(t, files, place);
  const control = controlPath(files.database);
  const ask = async (request: { kind: string } & Record<string, unknown>): Promise<unknown> => {
    const answer = await askFor(control, request);
    return answer === undefined ? "no server" : "error" in answer ? { code: answer.code, error: answer.error } : answer.result;
  };
  const list = async () => ((await ask({ kind: "reservations" })) as Parameters<typeof known>[0][]).map(known);
  const probe = async (n: number): Promise<string | undefined> => {
    const to = ["--server", `${place.address}:${place.port}`, "--relay", "10.77.0.1", "--mac", MAC(n), "--timeout", "5"];
    return /leased (\S+) for/.exec((await runLeasehold("probe", ...to)).stdout)?.[1];
  };
  const ofRange = (await probe(1)) ?? "";
  assert.match(ofRange, /^10\.77\.[1-4]\./);

  // What is written to the file meanwhile waits for a reload.
  writeFileSync(files.config, "netwoks: 1");
  const [a, b, c] = await Promise.all([
    ask({ kind: "reserve", id: "a", reservation: reservation(1, "10.77.0.5"), by: "a test" }),
    ask({ kind: "reserve", reservation: { match: { duid: "00:03:00:01:02:00:00:00:00:01" }, addresses: ["2001:db8:1::7"] } }),
    ask({ kind: "reserve", id: "c", reservation: reservation(2, "10.77.9.9") }),
  ]);
  const { added, ...rest } = a as { added: string };
  assert.deepEqual(rest, { id: "a", reservation: reservation(1, "10.77.0.5"), by: "a test" });
  const named = (b as { id: string }).id;
  assert.match(named, /^[0-9a-f]{8}$/);
  const { code, error } = c as { code: string; error: string };
  assert.equal(code, "conflict");
  assert.match(
    error,
    /^nothing has changed: reservation c, added at \S+ by an operator: ip: error: 10\.77\.9\.9 is reserved for nine already\n.*: \S*c\.yaml:8:9$/,
  );
  assert.equal(await probe(1), "10.77.0.5");

  const refused: readonly [Record<string, unknown>, string, RegExp][] = [
    [
      { kind: "reserve", id: "d", reservation: reservation(2, "10.77.0.5") },
      "conflict",
      /the other one: reservation a, added at \S+ by a test/,
    ],
    [{ kind: "reserve", id: "a", reservation: reservation(2, "10.77.9.9") }, "conflict", /reserved for nine/],
    [{ kind: "reserve", id: "e", reservation: { mach: {} } }, "invalid", /unknown key "mach"/],
    [{ kind: "reserve", id: "a", exists: false, reservation: reservation(1, "10.77.0.7") }, "conflict", /there is a reservation a already/],
    [{ kind: "reserve", id: "f", exists: true, reservation: reservation(3, "10.77.0.7") }, "not-found", /no reservation f that was added/],
    [{ kind: "reserve", id: "g", exists: 1, reservation: reservation(3, "10.77.0.7") }, "invalid", /`exists` is true or false/],
    [{ kind: "reserve", id: "h", reservation: reservation(2, "10.1.1.1") }, "invalid", /in none of the networks/],
    [{ kind: "reserve", id: "a b", reservation: reservation(2, "10.77.0.7") }, "invalid", /`id` is up to 64/],
    [{ kind: "reserve" }, "invalid", /`reservation` is missing/],
    [{ kind: "reserve", reservation: reservation(2, "10.77.0.7"), by: 5 }, "invalid", /`by` is a text/],
    [{ kind: "unreserve", id: "i" }, "not-found", /there is no reservation i that was added/],
    [{ kind: "unreserve" }, "invalid", /`id` is up to 64/],
  ];
  await Promise.all(
    refused.map(async ([request, expected, words]) => {
      const answer = (await ask(request as { kind: string })) as { code: string; error: string };
      assert.equal(answer.code, expected, JSON.stringify([request, answer]));
      assert.match(answer.error, words);
    }),
  );
  assert.deepEqual(await list(), [
    ["c.yaml:8:9", undefined],
    ["a", undefined],
    [named, undefined],
  ]);

  // A change takes the place of what was there, also by the command line.
  const changed = await runLeasehold("reservations", "change", "-d", files.database, "a", JSON.stringify(reservation(1, "10.77.0.6")));
  assert.deepEqual([changed.status, changed.stdout, changed.stderr], [0, "", ""]);
  assert.equal(await probe(1), "10.77.0.6");
  assert.deepEqual(await ask({ kind: "unreserve", id: named }), { id: named });
  assert.equal(await first.end(), 0, first.output());

  // The file has the address now: it goes first, and the server starts all the same.
  writeFileSync(files.config, configOf("10.77.0.6"));
  const second = await startServer(t, files, place);
  const problem =
    /^reservation a, added at \S+ by leasehold reservations: ip: error: 10\.77\.0\.6 is reserved for nine already\n.*c\.yaml:8:9$/;
  const [, [id, why] = []] = await list();
  assert.equal(id, "a");
  assert.match(why ?? "", problem);
  await second.line(/the reservation a that was added is left out/, 5000);
  assert.match((await probe(1)) ?? "", /^10\.77\.[1-4]\./);
  const shown = await runLeasehold("reservations", "-d", files.database);
  assert.match(
    shown.stdout,
    /^\S+c\.yaml:8:9, in 10\.77\.0\.0\/16: \{ .*10\.77\.0\.6.* \}\na, added at .* \}\n {2}is not served by: reservation a,/,
  );
  const counted = async () => ((await askForStatus(control)) as { status: { configuration: object } }).status.configuration;
  assert.partialDeepStrictEqual(await counted(), { added: 0, failed: 0 });

  writeFileSync(files.config, FILE);
  assert.deepEqual(await askServer(control, { kind: "reload" }), { done: 2, notes: [] });
  assert.deepEqual(await list(), [
    ["c.yaml:8:9", undefined],
    ["a", undefined],
  ]);
  writeFileSync(files.config, configOf("10.77.0.6"));
  const reloaded = await askServer(control, { kind: "reload" });
  assert.ok(reloaded !== undefined && "done" in reloaded);
  assert.match(reloaded.notes?.join("\n") ?? "", /the reservation a that was added is left out/);
  const removed = await runLeasehold("reservations", "remove", "-d", files.database, "a");
  assert.deepEqual([removed.status, removed.stderr], [0, ""]);
  assert.deepEqual(await list(), [["c.yaml:8:9", undefined]]);
  writeFileSync(files.config, "netwoks: 1");
  assert.ok("error" in ((await askServer(control, { kind: "reload" })) ?? {}));
  assert.partialDeepStrictEqual(await counted(), { added: 0, failed: 1 });
  assert.equal(await second.end(), 0);

  const nobody = await runLeasehold("reservations", "add", "-d", files.database, JSON.stringify(reservation(1, "10.77.0.5")));
  assert.deepEqual([nobody.status, nobody.stdout], [1, ""]);
  assert.match(nobody.stderr, /no server runs with the lease database/);
});

test("a module that has changed since it was read has to be reloaded before a reservation is added", async (t: TestContext) => {
  const folder = newFolder(t);
  const range = (name: string): string => writeIn(folder, "ranges.ts", `export const range = "${name}";\n`);
  range("10.77.1.1-10.77.1.9");
  const config = writeIn(
    folder,
    "c.ts",
    'import { range } from "./ranges.ts";\nexport default { interfaces: ["lo"], networks: { "10.77.0.0/16": { options: { routers: "10.77.0.1", domain_name_servers: "10.77.0.1" }, ranges: [{ range }] } } };\n',
  );
  const database = join(folder, "leases.db");
  await startServer(t, { config, database }, newPlace());
  const control = controlPath(database);
  const hash = async () => ((await askForStatus(control)) as { status: { configuration: { hash: string } } }).status.configuration.hash;
  const reserve = () => askFor(control, { kind: "reserve", id: "a", reservation: reservation(1, "10.77.0.5") });
  const before = await hash();
  range("10.77.2.1-10.77.2.9");
  const refused = await reserve();
  assert.ok(refused !== undefined && "error" in refused && refused.code === "conflict", JSON.stringify(refused));
  assert.match(refused.error, /c\.ts has changed since it was read: reload it first/);
  assert.deepEqual(await askServer(control, { kind: "reload" }), { done: 1, notes: [] });
  assert.ok("result" in ((await reserve()) ?? {}));
  const after = await hash();
  assert.notEqual(after, before);
  range("10.77.1.1-10.77.1.9");
  await askServer(control, { kind: "reload" });
  assert.equal(await hash(), before);
});
