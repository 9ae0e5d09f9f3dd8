import assert from "node:assert/strict";
import { test } from "node:test";
import { decline, discover, ethernetClient, requestInitReboot } from "../../src/client/dhcp4/messages.ts";
import { createLogAllowance } from "../../src/io/log-allowance.ts";
import { type Bench, createBench } from "../support/pump.ts";

test("an allowance lasts a minute, and what was left out is told with the next entry", () => {
  let now = 500;
  const allowance = createLogAllowance(2, () => now);
  const ask = (count: number) => Array.from({ length: count }, () => allowance.take());
  assert.deepEqual(ask(5), [0, 0, undefined, undefined, undefined]);
  now += 59_999;
  assert.deepEqual(ask(1), [undefined]);
  now += 1;
  assert.deepEqual(ask(3), [4, 0, undefined]);
  now += 600_000;
  assert.deepEqual(ask(2), [1, 0]);
});

test("what was left out of a minute that is over is told once, though nothing comes after it", () => {
  let now = 0;
  const allowance = createLogAllowance(1, () => now);
  for (let i = 0; i < 5; i++) allowance.take();
  assert.equal(allowance.overdue(), 0);
  now = 60_000;
  assert.deepEqual([allowance.overdue(), allowance.overdue(), allowance.take()], [4, 0, 0]);
});

/** Entries at these levels a flood writes, of so many messages in one minute. */
const FLOODS: readonly [name: string, most: number, (bench: Bench, number: number) => void][] = [
  ["refusals", 60, (bench, number) => bench.receive(requestInitReboot(clientOf(number), { xid: number, secs: 0 }, 0x0a090909))],
  ["new leases", 1000, (bench, number) => bench.receive({ ...discover(clientOf(number), { xid: number, secs: 0 }), options: [] })],
  [
    "new leases",
    1000,
    (bench, number) => bench.receive(requestInitReboot(clientOf(number), { xid: number, secs: 0 }, 0x0a000100 + number)),
  ],
];

const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, number >>> 8, number));

for (const [name, most, send] of FLOODS) {
  test(`a flood of ${name} writes ${most} entries a minute at the most, and the log says how many it left out`, async () => {
    const bench = createBench(
      "bootp_enable: true\nnetworks: { 10.0.0.0/16: { allocation: sequential, ranges: [{ range: 10.0.1.0-10.0.200.255 }] } }",
      undefined,
      "info",
    );
    for (let number = 0; number < 2000; number++) {
      send(bench, number);
      await bench.store.succeed();
    }
    assert.equal(bench.log.length, most);
    bench.events.sumUp();
    assert.equal(bench.log.length, most);
    bench.setTime(1061);
    bench.events.sumUp();
    assert.equal(
      JSON.parse(bench.log.at(-1) ?? "").msg,
      `${2000 - most} entries about ${name} were left out of this log: there were too many a minute`,
    );
    assert.equal(bench.log.length, most + 1);
  });
}

test("clients that decline one address after another do not fill the log, and all is counted", async () => {
  const bench = createBench(
    "networks: { 10.0.0.0/16: { allocation: sequential, ranges: [{ range: 10.0.1.0-10.0.2.255 }] } }",
    undefined,
    "info",
  );
  const warnings = () =>
    bench.log.map((line) => JSON.parse(line) as { level: string; msg: string }).filter(({ level }) => level === "warn");
  const declineOne = async (number: number) => {
    const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, number >>> 8, number));
    bench.receive(discover(client, { xid: number, secs: 0 }));
    bench.receive(decline(client, number, { address: 0x0a000100 + number, serverIdentifier: 0x0a000001 }));
    await bench.store.succeed();
  };
  for (let number = 0; number < 100; number++) await declineOne(number);
  assert.equal(bench.counters.declined, 100);
  assert.equal(warnings().length, 30);
  bench.setTime(1060);
  await declineOne(100);
  assert.match(warnings().at(-1)?.msg ?? "", /^10\.0\.1\.100 declined by .* \(70 such entries before it were left out\)$/);
});
