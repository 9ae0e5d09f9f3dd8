import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Hold, type LeaseChange, type LeaseOwner, LeaseState } from "../../src/leases/dhcp4/lease.ts";
import { OWNER_RECORD } from "../../src/leases/dhcp4/record.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { configOf, holdOf, leaseOf, lineOf, lineOfHold, ownerOf } from "../support/leases.ts";

const NET = 0x0a000000;
const OTHER_NET = 0x0a000100;
const SIZE = 6;

const config = configOf([[{ start: NET + 1, end: NET + SIZE }], [{ start: OTHER_NET + 1, end: OTHER_NET + SIZE }]], 1000);
const [range] = config.ranges as [(typeof config.ranges)[0]];

function hold(table: LeaseTable, one: Hold): void {
  assert.equal(table.apply({ kind: "hold", hold: one }), undefined);
}

describe("holds", () => {
  test("leave the lease of their address as it is, and take it out of the pool and the queue", () => {
    const table = createLeaseTable(config);
    for (const last of [1, 2]) table.apply({ kind: "put", lease: leaseOf(NET + last, last, LeaseState.released, 0, last) });
    hold(table, holdOf(NET + 1, 7, 30));
    hold(table, holdOf(NET + 3, 8, 30));
    assert.equal(lineOf(table.byAddress(NET + 1)), "10.0.0.1 released client 1 0..1");
    assert.equal(lineOfHold(table.holdOn(NET + 1)), "10.0.0.1 held for client 7 until 30");
    assert.equal(lineOfHold(table.heldBy(ownerOf(7).clientKey, 0)), "10.0.0.1 held for client 7 until 30");
    assert.equal(table.heldBy(ownerOf(7).clientKey, 1), undefined);
    assert.equal(lineOf(table.longestExpired(range)), "10.0.0.2 released client 2 0..2");
    assert.equal(table.unusedAddress(range, 0), NET + 4);
    assert.equal(table.inUse(range), 2);
    assert.deepEqual(table.expire(29, 100), []);
    assert.equal(table.inUse(range), 2);
    assert.deepEqual(table.expire(30, 100), []);
    assert.equal(table.inUse(range), 0);
    assert.equal(table.unusedAddress(range, 0), NET + 3);
    // In its place again.
    assert.equal(lineOf(table.longestExpired(range)), "10.0.0.1 released client 1 0..1");
  });

  test("a client has one on each link: a new one replaces the old one there", () => {
    const table = createLeaseTable(config);
    hold(table, holdOf(NET + 1, 7, 30));
    hold(table, holdOf(OTHER_NET + 1, 7, 30));
    hold(table, holdOf(NET + 2, 7, 40));
    assert.deepEqual([...table.holds()].map(lineOfHold).sort(), [
      "10.0.0.2 held for client 7 until 40",
      "10.0.1.1 held for client 7 until 30",
    ]);
    assert.equal(table.unusedAddress(range, 0), NET + 1);
  });

  test("one may be made of views of the hold that it replaces", () => {
    const table = createLeaseTable(config);
    const long = new Uint8Array(20).fill(0x61);
    hold(table, holdOf(NET + 1, 7, 30, { hostname: long, vendorClass: Uint8Array.of(1, 2, 3) }));
    const { owner } = table.holdOn(NET + 1) as Hold;
    const { clientKey, htype, chaddr, clientIdentifier, relayAgentInformation, limitKeys, hostname, vendorClass } = owner;
    // The same bytes in other places, of a record of the same size.
    const turned = {
      clientKey,
      htype,
      chaddr,
      clientIdentifier,
      relayAgentInformation,
      limitKeys,
      hostname: vendorClass,
      vendorClass: hostname,
    };
    hold(table, { address: NET + 1, until: 40, owner: turned });
    assert.deepEqual(
      OWNER_RECORD.copy(table.holdOn(NET + 1)?.owner as LeaseOwner),
      ownerOf(7, { hostname: Uint8Array.of(1, 2, 3), vendorClass: long }),
    );
  });

  test("the address is the client's when it is bound or declined, whoever it was held for", () => {
    for (const state of [LeaseState.bound, LeaseState.declined]) {
      const table = createLeaseTable(config);
      hold(table, holdOf(NET + 1, 7, 30));
      const { owner } = table.holdOn(NET + 1) as Hold;
      table.apply({ kind: "put", lease: { address: NET + 1, state, start: 0, expiry: 100, owner } });
      assert.deepEqual(OWNER_RECORD.copy(table.byAddress(NET + 1)?.owner as LeaseOwner), ownerOf(7));
      assert.equal(table.holdOn(NET + 1), undefined);
      assert.equal(table.inUse(range), 1);
    }
  });

  test("lapse a few at a time, and leave half of what may be moved on at once to leases", () => {
    const table = createLeaseTable(configOf([[{ start: NET + 1, end: NET + 100 }]], 1000));
    for (let i = 1; i <= 50; i++) hold(table, holdOf(NET + i, i, 10));
    for (let i = 51; i <= 100; i++) table.apply({ kind: "put", lease: leaseOf(NET + i, i, LeaseState.bound, 0, 9) });
    const left = (): number[] => [[...table.holds()].length, [...table.leases()].filter(({ state }) => state === LeaseState.bound).length];
    table.expire(9, 20);
    assert.deepEqual(left(), [50, 50]);
    table.expire(10, 20);
    assert.deepEqual(left(), [40, 40]);
    for (let i = 0; i < 8; i++) table.expire(10, 20);
    assert.deepEqual(left(), [0, 0]);
  });

  test("are as a plain list has them, whatever is held, withdrawn, bound, undone and over", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("hold" as const), at: fc.nat(11), client: fc.nat(5), lasts: fc.nat(40) }),
      fc.record({ kind: fc.constantFrom("withdraw" as const, "remove" as const), at: fc.nat(11) }),
      fc.record({
        kind: fc.constant("put" as const),
        at: fc.nat(11),
        client: fc.nat(5),
        state: fc.constantFrom(...Object.values(LeaseState)),
      }),
      fc.record({ kind: fc.constant("wait" as const), seconds: fc.nat(30) }),
    );
    const addressOf = (at: number): number => (at < SIZE ? NET + 1 + at : OTHER_NET + 1 + at - SIZE);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const table = createLeaseTable(config);
        let model: { address: number; client: number; until: number }[] = [];
        let now = 0;
        for (const one of steps) {
          if (one.kind === "wait") {
            now += one.seconds;
            table.expire(now, 1000);
            model = model.filter(({ until }) => until > now);
          } else if (one.kind === "hold") {
            const address = addressOf(one.at);
            const isOnLink = (other: number): boolean => other >>> 8 === address >>> 8;
            const until = now + one.lasts;
            model = model.filter((old) => old.address !== address && !(old.client === one.client && isOnLink(old.address)));
            model.push({ address, client: one.client, until });
            hold(table, holdOf(address, one.client, until));
          } else {
            const address = addressOf(one.at);
            const change: LeaseChange =
              one.kind === "put"
                ? { kind: "put", lease: leaseOf(address, one.client, one.state, now, now + 10) }
                : { kind: one.kind, address };
            const applied = table.apply(change);
            const ends =
              one.kind === "withdraw" || (one.kind === "put" && (one.state === LeaseState.bound || one.state === LeaseState.declined));
            if (ends) model = model.filter((old) => old.address !== address);
            // Undone half of the time: holds stay as they are.
            if (applied !== undefined && one.at % 2 === 0) table.undo(applied);
          }
          const expected = model.map(({ address, client, until }) => lineOfHold(holdOf(address, client, until))).sort();
          assert.deepEqual([...table.holds()].map(lineOfHold).sort(), expected);
          for (const { address, client, until } of model) {
            const line = lineOfHold(holdOf(address, client, until));
            assert.equal(lineOfHold(table.holdOn(address)), line);
            assert.equal(lineOfHold(table.heldBy(ownerOf(client).clientKey, address >>> 8 === NET >>> 8 ? 0 : 1)), line);
          }
          const taken = new Set(model.map(({ address }) => address));
          for (const { address } of table.leases()) taken.add(address);
          for (const each of config.ranges) {
            const free = Array.from({ length: SIZE }, (_, i) => each.start + i).filter((address) => !taken.has(address));
            assert.equal(table.unusedIn(each), free.length);
            assert.equal(table.unusedAddress(each, 0), free[0]);
            const ended = [...table.leases()]
              .filter(
                ({ address, state }) =>
                  (state === LeaseState.released || state === LeaseState.expired) && address >= each.start && address <= each.end,
              )
              .filter(({ address }) => table.holdOn(address) === undefined)
              .sort((a, b) => a.expiry - b.expiry);
            assert.equal(table.longestExpired(each)?.expiry, ended[0]?.expiry);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a flood of a hundred thousand takes about a hundred bytes each, and as many again no more", () => {
    const many = 100_000;
    const table = createLeaseTable(configOf([[{ start: NET, end: NET + 255 }]]));
    const chaddr = new Uint8Array(6);
    const flood = (from: number, until: number): void => {
      for (let i = from; i < from + many; i++) {
        chaddr.set([i >>> 16, i >>> 8, i], 3);
        hold(table, { ...holdOf(0x0b000000 + i, 0, until), owner: { ...ownerOf(0), chaddr, clientKey: Uint8Array.of(1, ...chaddr) } });
      }
    };
    const { arrayBuffers } = process.memoryUsage();
    flood(0, 10);
    const used = process.memoryUsage().arrayBuffers - arrayBuffers;
    assert.ok(used < 200 * many, `${used} bytes`);
    for (let i = 0; i < 200; i++) table.expire(10, 2000);
    assert.deepEqual([...table.holds()], []);
    flood(many, 20);
    assert.equal([...table.holds()].length, many);
  });
});
