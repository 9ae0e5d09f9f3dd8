import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { transferZone } from "../../../src/dns/updates/transfer.ts";
import { wireOfName } from "../../../src/wire/dns/name.ts";
import { RecordType } from "../../../src/wire/dns/type-code.ts";

/** A record of class IN, with its data at zero. */
function record(name: string, type: number, length: number): Uint8Array {
  return Uint8Array.of(...wireOfName(name), 0, type, 0, 1, 0, 0, 0, 60, 0, length, ...new Uint8Array(length));
}

const SOA = record("lan", RecordType.SOA, 22);
const HOST = record("pc.lan", RecordType.A, 4);

/** A server that sends these messages, each a list of records, and never comes to an end. */
async function endless(t: TestContext, every: number, first: readonly Uint8Array[], next: readonly Uint8Array[]): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", (asked) => {
      const say = (records: readonly Uint8Array[]): void => {
        const message = Buffer.concat([asked.subarray(2, 4), Uint8Array.of(0x84, 0, 0, 0, 0, records.length, 0, 0, 0, 0), ...records]);
        socket.write(Buffer.concat([Uint8Array.of(message.length >>> 8, message.length & 0xff), message]));
      };
      say(first);
      const timer = setInterval(() => say(next), every);
      socket.on("close", () => clearInterval(timer));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("a transfer that never ends is ended", () => {
  const cases = [
    ["when it has too many records", 1, [HOST, HOST], { mostRecords: 100 }, "it has more than 100 records"],
    ["when it takes too long", 50, [], { longest: 1000 }, "it takes more than 1 s"],
  ] as const;
  for (const [what, every, next, limits, expected] of cases) {
    test(what, { timeout: 60_000 }, async (t) => {
      const port = await endless(t, every, [SOA], next);
      const server = { address: "127.0.0.1", port, zone: "lan", key: undefined };
      const { signal } = new AbortController();
      const asked = { server, zone: "lan", now: () => 0, record: () => {}, signal, ...limits };
      assert.equal(await transferZone(asked), expected);
    });
  }
});
