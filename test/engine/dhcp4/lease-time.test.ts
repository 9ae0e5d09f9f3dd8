import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decideLeaseTime, timersOf } from "../../../src/engine/common/lease-time.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import { endAfter, NEVER } from "../../../src/leases/dhcp4/lease.ts";
import { readIpv4 } from "../../../src/net/ipv4.ts";
import { configOf } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, discover, mac, request } from "../support/messages.ts";

const LIMITS = { default: 3600, min: 600, max: 7200, renew: undefined, rebind: undefined };
const INFINITE = 0xffffffff;

describe("lease time (RFC 2131 section 3.3)", () => {
  const cases: readonly [name: string, limits: Partial<typeof LIMITS>, requested: number | undefined, expected: number][] = [
    ["the default", {}, undefined, 3600],
    ["what is asked for", {}, 5000, 5000],
    ["at least the minimum", {}, 1, 600],
    ["zero is the minimum", {}, 0, 600],
    ["at most the maximum", {}, 10_000, 7200],
    ["above 2^31 is long, not negative", {}, 0x80000000, 7200],
    ["infinite where it is not allowed", {}, INFINITE, 7200],
    ["infinite where it is allowed", { max: INFINITE }, INFINITE, INFINITE],
    ["infinite by default", { default: INFINITE, max: INFINITE }, undefined, INFINITE],
  ];
  for (const [name, limits, requested, expected] of cases) {
    test(name, () => assert.equal(decideLeaseTime({ ...LIMITS, ...limits }, requested), expected));
  }

  test("when it ends: what would pass the last second of 32 bits is not taken for endless", () => {
    assert.equal(endAfter(1000, 3600), 4600);
    assert.equal(endAfter(1000, INFINITE), NEVER);
    assert.equal(endAfter(4_000_000_000, 4_000_000_000), NEVER - 1);
    assert.equal(endAfter(NEVER - 3600, 3600), NEVER - 1);
  });

  test("a lease that passes the year 2106 ends", () => {
    const server = home({});
    server.now = 0xffffffff - 100;
    assert.deepEqual(server.receive(request({ server: "10.0.0.1", requested: "10.0.0.100" })).changes, [
      "bound 10.0.0.100 4294967195..4294967294 of alice",
    ]);
  });

  test("what is announced and what is kept agree, in OFFER and ACK alike", () => {
    for (const leaseTime of [undefined, 1, 5000, INFINITE]) {
      const server = home({ leaseTime: { max: INFINITE } });
      const wish = leaseTime === undefined ? {} : { leaseTime };
      const offer = server.receive(discover(wish));
      const ack = server.receive(request({ ...wish, server: "10.0.0.1", requested: "10.0.0.100" }));
      const seconds = { undefined: 3600, 1: 600, 5000: 5000, [INFINITE]: INFINITE }[String(leaseTime)] as number;
      assert.equal(offer.options?.[2], `51 ${seconds} s`);
      assert.equal(ack.options?.[2], `51 ${seconds} s`);
      assert.deepEqual(offer.options?.slice(1), ack.options?.slice(1));
      assert.deepEqual(ack.changes, [`bound 10.0.0.100 1000..${seconds === INFINITE ? NEVER : 1000 + seconds} of alice`]);
    }
  });

  test("the closest place decides: reservation, range, network", () => {
    const leaseTime = (value: number): { default: number } => ({ default: value });
    const ranges = [{ range: "10.0.0.100-10.0.0.199", leaseTime: leaseTime(2000) }];
    const match = [{ kind: "chaddr", chaddr: mac(ALICE) } as const];
    const announced = (network: Parameters<typeof home>[0]): string | undefined =>
      home({ leaseTime: leaseTime(1000), ...network }).receive(discover()).options?.[2];
    assert.equal(announced({}), "51 1000 s");
    assert.equal(announced({ ranges }), "51 2000 s");
    assert.equal(announced({ ranges, reservations: [{ match }] }), "51 2000 s");
    assert.equal(announced({ ranges, reservations: [{ match, leaseTime: leaseTime(3000) }] }), "51 3000 s");
    assert.equal(announced({ ranges, reservations: [{ match, address: "10.0.0.150" }] }), "51 2000 s");
    assert.equal(announced({ ranges, reservations: [{ match, address: "10.0.0.50" }] }), "51 1000 s");
    assert.equal(announced({ ranges, reservations: [{ match, address: "10.0.0.50", leaseTime: leaseTime(3000) }] }), "51 3000 s");
  });
});

describe("T1 and T2 (RFC 2131 section 4.4.5)", () => {
  const cases: readonly [name: string, renew: number | undefined, rebind: number | undefined, duration: number, t1: number, t2: number][] =
    [
      ["1/2 and 7/8", undefined, undefined, 3600, 1800, 3150],
      ["as configured", 1000, 2000, 3600, 1000, 2000],
      ["T1 alone configured", 1000, undefined, 3600, 1000, 3150],
      ["T2 alone configured", undefined, 2000, 3600, 1800, 2000],
      ["a lease shorter than both", 5000, 6000, 3600, 1800, 3150],
      ["a lease shorter than T2", 1000, 6000, 3600, 1000, 3150],
      ["T1 not before T2", 2500, 2000, 3600, 1800, 2000],
      ["T2 before half of the lease", undefined, 700, 3600, 400, 700],
      ["infinite", undefined, undefined, INFINITE, 0x7fffffff, 3_758_096_383],
    ];
  for (const [name, renew, rebind, duration, t1, t2] of cases) {
    test(name, () => assert.deepEqual(timersOf({ ...LIMITS, renew, rebind }, duration), { renew: t1, rebind: t2 }));
  }

  test("0 < T1 < T2 < lease whatever is configured, and none for leases under 3 seconds", () => {
    const seconds = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: INFINITE }));
    const setting = fc.option(seconds, { nil: undefined });
    fc.assert(
      fc.property(seconds, setting, setting, (duration, renew, rebind) => {
        const timers = timersOf({ ...LIMITS, renew, rebind }, duration);
        if (duration < 3) assert.equal(timers, undefined);
        else
          assert.ok(
            timers !== undefined && 0 < timers.renew && timers.renew < timers.rebind && timers.rebind < duration,
            JSON.stringify(timers),
          );
      }),
    );
  });

  test("options 51, 58 and 59 carry them, the same objects each time for the default lease time", () => {
    const { leaseTimeOptions } = createDecider(configOf({ networks: { "10.0.0.0/24": HOME } }));
    const values = leaseTimeOptions(LIMITS, 5000).map(({ code, data }) => [code, readIpv4(data, 0)]);
    assert.deepEqual(values, [
      [51, 5000],
      [58, 2500],
      [59, 4375],
    ]);
    assert.equal(leaseTimeOptions(LIMITS, 3600), leaseTimeOptions(LIMITS, 3600));
    assert.deepEqual(
      leaseTimeOptions({ ...LIMITS, min: 1 }, 2).map(({ code }) => code),
      [51],
    );
  });
});
