import assert from "node:assert/strict";
import { test } from "node:test";
import { discover, ethernetClient, requestExtension, requestInitReboot, requestSelecting } from "../../../src/client/dhcp4/messages.ts";
import { createBench } from "../../support/pump.ts";

const transaction = { xid: 7, secs: 0 };
const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, number));

function benchOf(network: string) {
  const bench = createBench(
    `networks: { 10.0.0.0/24: { allocation: sequential, options: { routers: 10.0.0.1 }, ${network} } }`,
    undefined,
    "info",
  );
  const warnings = () =>
    bench.log
      .splice(0)
      .map((line) => JSON.parse(line) as { level: string; msg: string })
      .filter(({ level }) => level === "warn")
      .map(({ msg }) => msg);
  return { bench, warnings };
}

test("a network without a free address was silent at the default level", async () => {
  const { bench, warnings } = benchOf("ranges: [{ range: 10.0.0.10-10.0.0.10 }]");
  bench.receive(requestSelecting(clientOf(1), transaction, { address: FIRST, serverIdentifier: SERVER }));
  await bench.store.succeed();
  assert.deepEqual(warnings(), []);
  for (let number = 2; number < 100; number++) bench.receive(discover(clientOf(number), transaction));
  const said = warnings();
  assert.equal(said.length, 1);
  assert.match(
    said[0] as string,
    /^no address is free on 10\.0\.0\.0\/24, and clients there get none: it needs more ranges or shorter lease times/,
  );
});

test("who has a reserved address was not said", async () => {
  const { bench, warnings } = benchOf(
    "ranges: [{ range: 10.0.0.10-10.0.0.20 }], reservations: [{ ip: 10.0.0.50, match: { options: { values: { 77: { type: str, value: kiosk } } } } }]",
  );
  const kiosk = { code: 77, data: new TextEncoder().encode("kiosk") };
  const asKiosk = (message: ReturnType<typeof discover>) => ({ ...message, options: [...message.options, kiosk] });
  bench.receive(asKiosk(requestInitReboot(clientOf(1), transaction, 0x0a000032)));
  await bench.store.succeed();
  assert.deepEqual(warnings(), []);
  const expected =
    "10.0.0.50 is reserved for option 77 = 'kiosk', but 02:00:00:00:00:01 has it: the host gets it when that lease ends; " +
    "`leasehold leases --release 10.0.0.50` ends it now";
  bench.receive(asKiosk(discover(clientOf(2), transaction)));
  assert.deepEqual(warnings(), [expected]);
  bench.receive(asKiosk(requestInitReboot(clientOf(2), transaction, 0x0a000032)));
  assert.deepEqual(warnings(), [expected]);
});

test("a client identifier that two live machines send is warned of, one that moves to a new network card is not", async () => {
  const { bench, warnings } = benchOf("ranges: [{ range: 10.0.0.10-10.0.0.20 }]");
  const clientIdentifier = Uint8Array.of(0xff, 1, 2, 3, 4);
  const [one, two] = [1, 2].map((number) => ({ ...clientOf(number), clientIdentifier }));
  const take = async (client = one) => {
    bench.receive(requestSelecting(client as NonNullable<typeof one>, transaction, { address: FIRST, serverIdentifier: SERVER }));
    await bench.store.succeed();
  };
  await take(one);
  await take(two);
  bench.receive(requestExtension(two as NonNullable<typeof two>, transaction, FIRST));
  await bench.store.succeed();
  assert.deepEqual(warnings(), []);
  bench.receive(requestExtension(one as NonNullable<typeof one>, transaction, FIRST));
  await bench.store.succeed();
  assert.deepEqual(warnings(), [
    "02:00:00:00:00:01 and 02:00:00:00:00:02 send the same client identifier, so they take 10.0.0.10 from each other: " +
      "is one machine a copy of the other? `chaddr_only: true` tells them apart",
  ]);
});
