import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  bootpRequest,
  decline,
  discover,
  ethernetClient,
  inform,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "../../src/client/dhcp4/messages.ts";
import type { AnswerHandler, Prober } from "../../src/io/prober.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import type { Counters } from "../../src/server/counters.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import { type Bench, createBench } from "../support/pump.ts";

const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const ADDRESSES = 5;
const CONFIG = `
probation_period: 2m
ping_check: true
ping_timeout_ms: 500
flood_protection_threshold: { packets: 6, secs: 60 }
cache_threshold: 20
bootp_enable: true
networks:
  10.0.0.0/24:
    allocation: sequential
    config: { lease_time: 60 }
    ranges: [{ range: 10.0.0.10-10.0.0.14 }]
`;

const sum = (counts: Iterable<number>): number => [...counts].reduce((total, count) => total + count, 0);

/** What has become of received messages, by the comment on Counters. */
function settled({ sent, silent, noted, dropped }: Counters): number {
  const { undecodable: _, "waited-too-long": _late, overload: _shed, ...ofReceived } = dropped;
  return sum(sent) + sum(Object.values(silent)) + noted + sum(Object.values(ofReceived));
}

const message = fc.record({ kind: fc.nat(7), client: fc.nat(7), at: fc.nat(ADDRESSES) }).map(({ kind, client, at }): Message => {
  const settings = ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, client));
  const transaction = { xid: client, secs: 0 };
  const lease = { address: FIRST + at, serverIdentifier: SERVER };
  const messages = [
    () => discover(settings, transaction, { requestedAddress: lease.address }),
    () => requestSelecting(settings, transaction, lease),
    () => requestExtension(settings, transaction, lease.address),
    () => requestInitReboot(settings, transaction, lease.address),
    () => release(settings, client, lease),
    () => decline(settings, client, lease),
    () => inform(settings, transaction, lease.address),
    () => bootpRequest(settings, transaction),
  ];
  return (messages[kind] as () => Message)();
});

type Step =
  | { readonly batch: readonly (Message | Uint8Array)[]; readonly late: number }
  | "commit"
  | "fail"
  | "time"
  | "probe ends"
  | number;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      batch: fc.array(fc.oneof({ weight: 8, arbitrary: message }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 20 }) }), {
        maxLength: 6,
      }),
      late: fc.constantFrom(0, 0, 0, 30, 100, 1500),
    }),
  },
  { weight: 3, arbitrary: fc.constantFrom("commit" as const, "probe ends" as const) },
  { weight: 1, arbitrary: fc.constantFrom("fail" as const, "time" as const) },
  // An address that somebody answers for.
  { weight: 1, arbitrary: fc.nat(ADDRESSES) },
);

describe("the counters", () => {
  test("add up, whatever comes, fails, is probed, or is under way at the end", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let answer: AnswerHandler<Ipv4> = () => {};
        const prober: Prober<Ipv4> = {
          limitations: [],
          start(handler) {
            answer = handler;
          },
          ask: (address) => address !== FIRST + 2,
          close() {},
        };
        const bench: Bench = createBench(CONFIG, prober);
        const { counters, store, pump } = bench;
        let now = 1000;
        let datagrams = 0;
        for (const one of steps) {
          if (typeof one === "number") answer(FIRST + one, undefined);
          else if (one === "commit") await store.succeed();
          else if (one === "fail") await store.fail();
          else if (one === "probe ends") t.mock.timers.tick(500);
          else if (one === "time") {
            now += 40;
            bench.setTime(now);
            pump.expire();
          } else {
            datagrams += one.batch.length;
            bench.receiveLate(one.late, ...one.batch);
          }
        }
        const stopped = pump.stop();
        while (store.waiting.length > 0) await store.succeed();
        await stopped;
        const { undecodable, "waited-too-long": late, overload } = counters.dropped;
        const received = sum(counters.received);
        assert.equal(counters.dropped["internal-error"], 0, bench.log.join(""));
        assert.equal(received + undecodable + late + overload, datagrams);
        assert.equal(settled(counters), received);
        assert.equal(bench.sent.length, sum(counters.sent));
      }),
      { numRuns: 300 },
    );
  });
});
