import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  decline,
  discover,
  ethernetClient,
  inform,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "../../src/client/dhcp4/messages.ts";
import { createBench } from "../support/pump.ts";

const CONFIG = `
networks:
  10.0.0.0/24:
    allocation: sequential
    options: { routers: 10.0.0.1 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
`;
const client = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, 1));
const transaction = { xid: 7, secs: 0 };
const lease = { address: 0x0a00000a, serverIdentifier: 0x0a000001 };
const LEVELS = new Map([
  [20, "debug"],
  [30, "info"],
  [40, "warn"],
  [50, "error"],
]);

/** What the log says about each message that a client sends, one after the other. */
const LIFE = [
  ["a DISCOVER", discover(client, transaction), "debug: DISCOVER answered with OFFER of 10.0.0.10"],
  ["a new lease", requestSelecting(client, transaction, lease), "info: REQUEST answered with ACK of 10.0.0.10"],
  ["a renewal", requestExtension(client, transaction, lease.address), "debug: REQUEST answered with ACK of 10.0.0.10"],
  ["a release", release(client, 7, lease), "info: RELEASE noted"],
  [
    "a request to another server",
    requestSelecting(client, transaction, { ...lease, serverIdentifier: 0x0a000009 }),
    "debug: REQUEST not answered: the client speaks to another server (option 54, or the server name of a BOOTP request)",
  ],
  ["a return", requestSelecting(client, transaction, lease), "info: REQUEST answered with ACK of 10.0.0.10"],
  [
    "an address that its client found in use",
    decline(client, 7, lease),
    "warn: 10.0.0.10 is in use, says its client (DHCPDECLINE): it is not given out for 86400 s",
  ],
  [
    "an address of another network",
    requestInitReboot(client, transaction, 0x0a090909),
    "info: REQUEST answered with NAK: the address is not on this network",
  ],
  ["what is no DHCP message", Uint8Array.of(1, 2, 3), "debug: not a DHCP message"],
] as const;

describe("what is normal is logged as a warning, and what was leased is not told", () => {
  const bench = createBench(CONFIG);
  for (const [name, message, expected] of LIFE) {
    test(name, async () => {
      bench.log.length = 0;
      bench.receive(message);
      await bench.store.succeed();
      const entries = bench.log.map((line) => JSON.parse(line) as { level: number; msg: string });
      assert.deepEqual(
        entries.map(({ level, msg }) => `${LEVELS.get(level)}: ${msg}`),
        [expected],
      );
    });
  }
});

test("an entry says which client, where it is, and which address", async () => {
  const bench = createBench(CONFIG);
  const relayAgentInformation = { code: 82, data: Uint8Array.of(1, 4, 0x70, 0x6f, 0x72, 0x74, 2, 1, 9) };
  const message = requestSelecting(client, transaction, lease);
  bench.receive({ ...message, giaddr: 0x0a000002, options: [...message.options, relayAgentInformation] });
  await bench.store.succeed();
  bench.receive(release(client, 7, lease));
  await bench.store.succeed();
  const who = { chaddr: "02:00:00:00:00:01", clientIdentifier: "01020000000001" };
  assert.deepEqual(
    bench.log.map((line) => {
      const { level, time, pid, hostname, msg, ...facts } = JSON.parse(line);
      return facts;
    }),
    [
      { ...who, relay: "10.0.0.2", circuitId: "706f7274", remoteId: "09", address: "10.0.0.10", to: "10.0.0.2:67" },
      { ...who, address: "10.0.0.10" },
    ],
  );
});

test("an entry about a refusal or a question names the address that it is about, not 0.0.0.0", async () => {
  const bench = createBench(CONFIG);
  bench.receive(requestInitReboot(client, transaction, 0x0a090909));
  bench.receive(inform(client, transaction, 0x0a000063));
  await bench.store.succeed();
  assert.deepEqual(
    bench.log.map((line) => {
      const { address, msg } = JSON.parse(line);
      return [address, msg];
    }),
    [
      ["10.9.9.9", "REQUEST answered with NAK: the address is not on this network"],
      ["10.0.0.99", "INFORM answered with ACK"],
    ],
  );
});
