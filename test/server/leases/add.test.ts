import assert from "node:assert/strict";
import { test } from "node:test";
import type { LeaseChange, LeaseOwner } from "../../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, DHCP4_LEASES } from "../../../src/leases/dhcp4/table.ts";
import { LeaseState } from "../../../src/leases/lease.ts";
import { formatIpv4, type Ipv4 } from "../../../src/net/ipv4.ts";
import { formatMac } from "../../../src/net/mac.ts";
import { addLease, type NewLease } from "../../../src/server/leases/add.ts";
import { configOf, leaseOf, ownerOf } from "../../support/leases.ts";

const ADDRESS = 0x0a000005;

function tableWith(...changes: readonly LeaseChange[]) {
  const table = createLeaseTable(configOf([[{ start: 0x0a000001, end: 0x0a000009 }]]));
  for (const change of changes) table.apply(change);
  return table;
}

function newLease(client: number): NewLease<Ipv4, LeaseOwner> {
  const describe = ({ chaddr }: LeaseOwner) => formatMac(chaddr);
  const owner = ownerOf(client);
  return {
    address: ADDRESS,
    owner,
    duration: 60,
    name: "10.0.0.5",
    client: describe(owner),
    isReserved: false,
    describe,
    format: formatIpv4,
  };
}

const bound = (address: Ipv4, client: number, expiry: number): LeaseChange => ({
  kind: "put",
  lease: leaseOf(address, client, LeaseState.bound, 0, expiry),
});
const offered = (client: number, until: number): LeaseChange => ({
  kind: "hold",
  hold: { address: ADDRESS, until, owner: ownerOf(client) },
});

test("an address is given that nobody has, or that the client itself has", async () => {
  const ended: LeaseChange = { kind: "put", lease: leaseOf(ADDRESS, 9, LeaseState.released, 0, 50) };
  for (const before of [
    [],
    [offered(1, 130)],
    [offered(9, 99)],
    [bound(ADDRESS, 1, 200)],
    [bound(ADDRESS, 9, 99)],
    [ended],
    [bound(0x0a000006, 1, 99)],
  ]) {
    const table = tableWith(...before);
    const done: unknown[] = [];
    const change = (changes: readonly LeaseChange[]) => Promise.resolve(void done.push(...changes));
    await addLease({ table, family: DHCP4_LEASES, change, clock: () => 100 }, newLease(1));
    assert.deepEqual(done, [
      { kind: "put", lease: { address: ADDRESS, state: LeaseState.bound, start: 100, expiry: 160, owner: ownerOf(1) } },
    ]);
  }
});

test("it says who has an address, and what the client has", async () => {
  for (const [before, says] of [
    [offered(9, 130), "10.0.0.5 has just been offered to 02:00:00:00:00:09: try again in a minute"],
    [bound(ADDRESS, 9, 100), "10.0.0.5 is leased to 02:00:00:00:00:09: release it first"],
    [bound(0x0a000006, 1, 100), "02:00:00:00:00:01 has 10.0.0.6 on the same link already: release that first"],
  ] satisfies [LeaseChange, string][]) {
    const parts = { table: tableWith(before), family: DHCP4_LEASES, change: () => assert.fail("nothing is given"), clock: () => 100 };
    await assert.rejects(addLease(parts, newLease(1)), { code: "conflict", message: says });
  }
});

test("a lease that can't be made durable is not given", async () => {
  const change = () => Promise.reject(new Error("the disk is full"));
  await assert.rejects(addLease({ table: tableWith(), family: DHCP4_LEASES, change, clock: () => 100 }, newLease(1)), {
    code: "unavailable",
    message: "10.0.0.5 was not given: the disk is full",
  });
});
