import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ClientEvent, type ClientLease, type ClientSettings, leasesOf, STOPPED, step } from "../../../src/client/dhcp6/index.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { advertise, answerBytes, type Changes, type Ia, ROUTER, reply } from "./script.ts";

const SETTINGS: ClientSettings = { ...ROUTER, rapidCommit: true, acceptReconfigure: true };

const lifetimes = fc.constantFrom("1800 3600", "0 0", "30 60", "4294967295 4294967295", "5 4");
const ia: fc.Arbitrary<Ia> = fc.record(
  {
    iaid: fc.constantFrom(1, 1, 1, 2),
    t1: fc.constantFrom(0, 20, 900, 0xffffffff),
    t2: fc.constantFrom(0, 30, 1440, 0xffffffff),
    status: fc.constantFrom("Success", "NoBinding", "NoAddrsAvail", "NotOnLink", "UnspecFail"),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Ia>;
const address: fc.Arbitrary<Ia> = fc
  .tuple(ia, fc.array(fc.tuple(fc.constantFrom("2001:db8::5", "2001:db8::6", "ff02::1"), lifetimes), { maxLength: 3 }))
  .map(([rest, leases]) => ({ ...rest, leases: leases.map((parts) => parts.join(" ")) }));
const delegated: fc.Arbitrary<Ia> = fc
  .tuple(ia, fc.array(fc.tuple(fc.constantFrom("2001:db8:5::/56", "::/56"), lifetimes), { maxLength: 2 }))
  .map(([rest, leases]) => ({ ...rest, kind: "IA_PD", leases: leases.map((parts) => parts.join(" ")) }));
const changes: fc.Arbitrary<Changes> = fc.record(
  {
    server: fc.constantFrom(1, 2),
    ias: fc.array(fc.oneof(address, delegated), { maxLength: 4 }),
    status: fc.constantFrom("Success", "NoBinding", "NotOnLink", "UnspecFail"),
    preference: fc.constantFrom(0, 7, 255),
    rapid: fc.boolean(),
  },
  { requiredKeys: ["server"] },
) as fc.Arbitrary<Changes>;

type Happening = ClientEvent | ReturnType<typeof reply>;
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ClientEvent>({ kind: "tick" }) },
  { weight: 6, arbitrary: changes.map(reply) },
  { weight: 3, arbitrary: changes.map(advertise) },
  { weight: 2, arbitrary: fc.boolean().map((delayed): ClientEvent => ({ kind: "start", delayed })) },
  fc.constantFrom<ClientEvent>({ kind: "inform" }, { kind: "renew" }, { kind: "release" }),
  fc.boolean().map((up): ClientEvent => ({ kind: "link", up })),
  fc
    .constantFrom("2001:db8::5", "2001:db8::6")
    .map((text): ClientEvent => ({ kind: "duplicate", addresses: [parseIpv6(text) as Uint8Array] })),
  fc.uint8Array({ maxLength: 60 }).map((bytes): ClientEvent => ({ kind: "datagram", bytes, unicast: true })),
);

test("whatever happens: what was said to be configured is what is held, nothing is sent on a link that is down, and no time is behind", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(happening, fc.constantFrom(0, 0, 100, 5_000)), { maxLength: 60 }),
      fc.infiniteStream(fc.nat(0xffff).map((draw) => draw / 0x10000)),
      (happenings, draws) => {
        const random = (): number => draws.next().value as number;
        let state = STOPPED;
        let now = 0;
        const configured = new Map<string, ClientLease>();
        for (const [what, later] of happenings) {
          const isTick = what.kind === "tick";
          now = isTick && state.wakeAt < Infinity ? Math.max(now, state.wakeAt) : now + later;
          const event: ClientEvent =
            what.kind === "answer"
              ? { kind: "datagram", bytes: answerBytes(what, state.exchange?.transactionId ?? 0, SETTINGS), unicast: true }
              : what;
          const before = state;
          const result = step(SETTINGS, state, event, now, random);
          state = result.state;
          for (const action of result.actions) {
            switch (action.kind) {
              case "send":
                assert.ok(state.linkUp, "sent on a link that is down");
                break;
              case "configure":
                assert.ok(!configured.has(keyOf(action.lease)), "configured twice");
                configured.set(keyOf(action.lease), action.lease);
                break;
              case "extend":
                assert.ok(configured.has(keyOf(action.lease)), "extended what is not configured");
                configured.set(keyOf(action.lease), action.lease);
                break;
              case "deconfigure":
                assert.ok(configured.delete(keyOf(action.lease)), "taken away what is not configured");
            }
          }
          assert.deepEqual([...configured.keys()].toSorted(), leasesOf(state.binding).map(keyOf).toSorted());
          for (const lease of leasesOf(state.binding)) assert.equal(configured.get(keyOf(lease)), lease, "the lifetimes that were told");
          if (isTick && now >= before.wakeAt) {
            assert.ok(state.wakeAt > now, `a tick that leaves something due: ${state.exchange?.kind}`);
            assert.ok(
              leasesOf(state.binding).every(({ validUntil }) => validUntil > now),
              "a lease past its end",
            );
          }
          assert.equal(state.wants === "nothing" && state.binding !== undefined, false);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

function keyOf({ kind, iaid, prefix }: ClientLease): string {
  return `${kind} ${iaid} ${toHex(prefix)}`;
}
