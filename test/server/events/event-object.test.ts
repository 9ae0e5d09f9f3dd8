import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventKind } from "../../../src/config/model/events.ts";
import { Association } from "../../../src/leases/dhcp6/client-key.ts";
import { LeaseState, type NetworkedLease } from "../../../src/leases/lease.ts";
import { eventObject, type ToldEvent } from "../../../src/server/events/event-object.ts";
import type { Printed } from "../../../src/server/leases/printed.ts";
import { leaseOf, ownerOf } from "../../support/leases.ts";
import { LATER, lease6, START, storedOf } from "../leases/support.ts";

test("events of an address that a probe found in use say so, and those of a declined one do not", () => {
  const declined = leaseOf(0x0a000006, 6, LeaseState.declined, START, LATER);
  const of6 = (more = {}) => ({
    ...lease6(0, "2001:db8::6", Association.addresses, 7, "000300010200000000aa", more),
    state: LeaseState.declined,
  });
  const told = (lease: NetworkedLease, kind: EventKind) =>
    eventObject({ ...lease, number: 3, kind, time: 0, leaseTime: START, flags: 0 }, 2) as ToldEvent & Pick<Printed, "found_by">;
  assert.deepEqual(
    [
      told(storedOf(declined, 0), "declined"),
      told(storedOf({ ...declined, owner: ownerOf(6, { foundByProbe: true }) }, 0), "conflict"),
      told(of6(), "declined"),
      told(of6({ foundByProbe: true }), "conflict"),
      // The end of a probation is told with the lease as it was.
      told(of6({ foundByProbe: true }), "removed"),
    ].map(({ kind, address, found_by }) => [kind, address, found_by]),
    [
      ["declined", "10.0.0.6", undefined],
      ["conflict", "10.0.0.6", "probe"],
      ["declined", "2001:db8::6", undefined],
      ["conflict", "2001:db8::6", "probe"],
      ["removed", "2001:db8::6", "probe"],
    ],
  );
});
