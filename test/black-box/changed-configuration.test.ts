import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { newFolder, newPlace, type Place, startServer, writeIn } from "../support/loopback-server.ts";
import { runLeasehold } from "../support/run-leasehold.ts";

const HEAD = "log: {format: json, level: debug}\nconfig: {lease_time: 1h}\nnetworks:\n";
const NEAR = "  10.77.0.0/24: {options: {routers: 10.77.0.1}, allocation: sequential, ranges: [{range: 10.77.0.100-10.77.0.199}]}\n";
const MOVED = "  10.77.0.0/24: {options: {routers: 10.77.0.1}, allocation: sequential, ranges: [{range: 10.77.0.10-10.77.0.19}]}\n";
const FAR = "  10.78.0.0/24: {options: {routers: 10.78.0.1}, allocation: sequential, ranges: [{range: 10.78.0.100-10.78.0.199}]}\n";

/** A client behind this relay obtains a lease; the address that it gets. */
async function obtain({ address, port }: Place, relay: string, ...more: string[]): Promise<string | undefined> {
  const args = ["--server", `${address}:${port}`, "--relay", relay, "--mac", "02:00:5e:60:00:01", "--timeout", "2", "--json", ...more];
  const { stdout } = await runLeasehold("probe", ...args);
  const { exchanges } = JSON.parse(stdout) as { exchanges: { reply?: { yiaddr: string } }[] };
  return exchanges.at(-1)?.reply?.yiaddr;
}

/** The leases as they are listed. */
async function listed(database: string): Promise<string[]> {
  const { status, stdout, stderr } = await runLeasehold("leases", "--json", "-d", database);
  assert.equal(status, 0, stderr);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, string>)
    .map(({ address, state, network }) => `${address} ${state} ${network}`)
    .toSorted();
}

test("leases of a network that is no longer configured break the server or the list, and are lost", async (t: TestContext) => {
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const serve = async (networks: string, work: (place: Place) => Promise<void>): Promise<void> => {
    const place = newPlace();
    const program = await startServer(t, { config: writeIn(folder, "c.yaml", HEAD + networks), database }, place);
    await work(place);
    assert.equal(await program.end(), 0, program.output());
  };

  await serve(NEAR + FAR, async (place) => {
    assert.equal(await obtain(place, "10.77.0.1"), "10.77.0.100");
    assert.equal(await obtain(place, "10.78.0.1"), "10.78.0.100");
  });
  // One network is gone, and the range of the other has moved.
  await serve(MOVED, async (place) => {
    assert.equal(await obtain(place, "10.77.0.1"), "10.77.0.10");
    assert.equal(await obtain(place, "10.78.0.1"), undefined);
    assert.deepEqual(await listed(database), [
      "10.77.0.10 bound 10.77.0.0/24",
      "10.77.0.100 released 10.77.0.0/24",
      "10.78.0.100 bound 10.78.0.0/24",
    ]);
  });
  await serve(NEAR + FAR, async (place) => {
    assert.equal(await obtain(place, "10.78.0.1"), "10.78.0.100");
  });
});

test("a client keeps its address when `chaddr_only` is turned on, and when it is turned off again", async (t: TestContext) => {
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const obtained: (string | undefined)[] = [];
  for (const chaddrOnly of [false, true, true, false, false]) {
    const place = newPlace();
    const config = writeIn(folder, "c.yaml", `chaddr_only: ${chaddrOnly}\n${HEAD}${NEAR}`);
    const program = await startServer(t, { config, database }, place);
    obtained.push(await obtain(place, "10.77.0.1", "--client-id", "some host"));
    assert.equal(await program.end(), 0, program.output());
  }
  assert.deepEqual(obtained, Array(5).fill("10.77.0.100"));
});
