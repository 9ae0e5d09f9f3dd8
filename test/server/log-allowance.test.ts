import assert from "node:assert/strict";
import { test } from "node:test";
import { decline, discover, ethernetClient } from "../../src/client/dhcp4/messages.ts";
import { createLogAllowance } from "../../src/server/log-allowance.ts";
import { createBench } from "../support/pump.ts";

test("an allowance lasts a minute, and what was left out is told with the next entry", () => {
  let now = 500;
  const allowance = createLogAllowance(2, () => now);
  const ask = (count: number) => Array.from({ length: count }, allowance);
  assert.deepEqual(ask(5), [0, 0, undefined, undefined, undefined]);
  now += 59_999;
  assert.deepEqual(ask(1), [undefined]);
  now += 1;
  assert.deepEqual(ask(3), [4, 0, undefined]);
  now += 600_000;
  assert.deepEqual(ask(2), [1, 0]);
});

test("clients that decline one address after another do not fill the log, and all is counted", async () => {
  const bench = createBench("networks: { 10.0.0.0/16: { allocation: sequential, ranges: [{ range: 10.0.1.0-10.0.2.255 }] } }");
  const warnings = () => bench.log.map((line) => JSON.parse(line) as { level: number; msg: string }).filter(({ level }) => level === 40);
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
  assert.match(warnings().at(-1)?.msg ?? "", /^10\.0\.1\.100 is in use, .* \(70 such entries before it were left out\)$/);
});
