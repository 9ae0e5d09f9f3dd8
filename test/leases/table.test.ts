import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Applied, type Lease, type LeaseChange, LeaseState, type LeaseWrite, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import { countedOneByOne } from "../support/address-counts.ts";
import { configOf, leaseOf, lineOf, ownerOf, putOf as putWrite, removeOf, storedOf, storeIn, timesOf } from "../support/leases.ts";

const NET = 0x0a000000;
const OTHER_NET = 0x0a000100;
const { bound, released, expired, declined } = LeaseState;

function tableOf(size = 10, affinity = 1000): LeaseTable {
  return createLeaseTable(configOf([[{ start: NET + 1, end: NET + size }], [{ start: OTHER_NET + 1, end: OTHER_NET + size }]], affinity));
}

function put(table: LeaseTable, lease: Lease): Applied {
  return table.apply({ kind: "put", lease }) as Applied;
}

function writesOf(done: readonly Applied[]): readonly LeaseWrite[] {
  return done.map(({ write }) => write);
}

const config = configOf([[{ start: NET + 1, end: NET + 10 }]]);
const range = config.ranges[0] as (typeof config.ranges)[0];

describe("LeaseTable: finding", () => {
  test("a client keeps a lease on each of two links", () => {
    const table = tableOf();
    put(table, leaseOf(NET + 1, 5, bound, 0, 100));
    put(table, leaseOf(OTHER_NET + 1, 5, bound, 0, 100));
    assert.equal(lineOf(table.ofClient(ownerOf(5).clientKey, 0)), "10.0.0.1 bound client 5 0..100");
    assert.equal(lineOf(table.ofClient(ownerOf(5).clientKey, 1)), "10.0.1.1 bound client 5 0..100");
    assert.equal(lineOf(table.ofClient(ownerOf(6).clientKey, 0)), "none");
  });

  test("a bound lease goes before one that is remembered, then what ended last; a declined one is nobody's", () => {
    const table = tableOf();
    const key = ownerOf(5).clientKey;
    put(table, leaseOf(NET + 4, 5, declined, 0, 100));
    assert.equal(lineOf(table.ofClient(key, 0)), "none");
    put(table, leaseOf(NET + 3, 5, expired, 0, 100));
    assert.equal(lineOf(table.ofClient(key, 0)), "10.0.0.3 expired client 5 0..100");
    put(table, leaseOf(NET + 2, 5, released, 0, 110));
    assert.equal(lineOf(table.ofClient(key, 0)), "10.0.0.2 released client 5 0..110");
    put(table, leaseOf(NET + 5, 5, released, 0, 90));
    assert.equal(lineOf(table.ofClient(key, 0)), "10.0.0.2 released client 5 0..110");
    put(table, leaseOf(NET + 1, 5, bound, 0, 100));
    assert.equal(lineOf(table.ofClient(key, 0)), "10.0.0.1 bound client 5 0..100");
    assert.equal(lineOf(table.ofClient(key, 0, NET + 1)), "10.0.0.2 released client 5 0..110");
  });

  test("a client's lease is found whatever it declines before and after", () => {
    const table = tableOf();
    const state = (address: number, next: Lease["state"]) => put(table, leaseOf(address, 1, next, 0, 100));
    state(NET + 1, declined);
    assert.equal(table.ofClient(ownerOf(1).clientKey, 0), undefined);
    state(NET + 2, bound);
    state(NET + 3, declined);
    assert.equal(lineOf(table.ofClient(ownerOf(1).clientKey, 0)), "10.0.0.2 bound client 1 0..100");
    const declining = state(NET + 2, declined);
    assert.equal(table.ofClient(ownerOf(1).clientKey, 0), undefined);
    table.undo(declining);
    assert.equal(lineOf(table.ofClient(ownerOf(1).clientKey, 0)), "10.0.0.2 bound client 1 0..100");
    // Probation is over, and the address is given to the same client again.
    state(NET + 1, bound);
    table.apply({ kind: "remove", address: NET + 2 });
    assert.equal(lineOf(table.ofClient(ownerOf(1).clientKey, 0)), "10.0.0.1 bound client 1 0..100");
  });

  test("an address that has a lease in whatever state is not unused", () => {
    for (const state of [bound, released, expired, declined]) {
      const table = tableOf(1);
      put(table, leaseOf(NET + 1, 5, state, 0, 100));
      assert.equal(table.unusedAddress(range, 0), undefined);
      table.apply({ kind: "remove", address: NET + 1 });
      assert.equal(table.unusedAddress(range, 0), NET + 1);
    }
  });

  test("an excluded address is neither unused nor reclaimed, even after its lease has been removed", () => {
    const table = createLeaseTable(configOf([[{ start: NET + 1, end: NET + 1, excluded: [{ start: NET + 1, end: NET + 1 }] }]]));
    assert.equal(table.unusedAddress(range, 0), undefined);
    put(table, leaseOf(NET + 1, 5, bound, 0, 100));
    put(table, leaseOf(NET + 1, 5, released, 0, 50));
    assert.equal(table.longestExpired(range), undefined);
    table.apply({ kind: "remove", address: NET + 1 });
    assert.equal(table.unusedAddress(range, 0), undefined);
  });
});

describe("LeaseTable: time", () => {
  const cases: [name: string, lease: Lease, at: number, then: string][] = [
    ["a bound lease expires and is remembered", leaseOf(NET + 1, 5, bound, 0, 100), 101, "10.0.0.1 expired client 5 0..100"],
    ["a bound lease has not expired in its last second", leaseOf(NET + 1, 5, bound, 0, 100), 100, "10.0.0.1 bound client 5 0..100"],
    ["an endless lease does not expire", leaseOf(NET + 1, 5, bound, 0, NEVER), 0xfffffffe, "10.0.0.1 bound client 5 0..4294967295"],
    ["a declined address becomes free", leaseOf(NET + 1, 5, declined, 0, 600), 601, "none"],
    ["an expired lease is forgotten after `affinity`", leaseOf(NET + 1, 5, expired, 0, 100), 1100, "none"],
    ["an expired lease is remembered until then", leaseOf(NET + 1, 5, expired, 0, 100), 1099, "10.0.0.1 expired client 5 0..100"],
    ["a released lease is forgotten after `affinity`", leaseOf(NET + 1, 5, released, 0, 100), 1100, "none"],
  ];
  for (const [name, lease, at, then] of cases) {
    test(name, () => {
      const table = tableOf();
      put(table, lease);
      table.expire(at, 100);
      assert.equal(lineOf(table.byAddress(NET + 1)), then);
    });
  }

  test("the lease that expired first is reclaimed first, whatever the order of rows", () => {
    const table = tableOf();
    put(table, leaseOf(NET + 1, 1, bound, 0, 300));
    put(table, leaseOf(NET + 2, 2, bound, 0, 100));
    put(table, leaseOf(NET + 3, 3, bound, 0, 200));
    table.expire(400, 10);
    assert.equal(lineOf(table.longestExpired(range)), "10.0.0.2 expired client 2 0..100");
    put(table, leaseOf(NET + 2, 9, bound, 400, 500));
    assert.equal(lineOf(table.longestExpired(range)), "10.0.0.3 expired client 3 0..200");
  });

  test("moves on no more leases at a time than allowed", () => {
    const table = tableOf();
    for (let i = 1; i <= 10; i++) put(table, leaseOf(NET + i, i, bound, 0, i));
    table.expire(50, 4);
    assert.deepEqual(
      [...table.leases()].map((lease) => lease.state),
      [expired, expired, expired, expired, bound, bound, bound, bound, bound, bound],
    );
    table.expire(50, 100);
    assert.ok([...table.leases()].every((lease) => lease.state === expired));
  });

  test("what is forgotten is removed from the store", () => {
    const table = tableOf();
    put(table, leaseOf(NET + 1, 1, bound, 0, 10));
    put(table, leaseOf(NET + 3, 3, declined, 0, 10));
    assert.deepEqual(writesOf(table.expire(11, 10)), [removeOf(1, NET + 3)]);
    assert.deepEqual(writesOf(table.expire(1010, 10)), [removeOf(0, NET + 1)]);
  });
});

describe("LeaseTable: how much of a range is in use", () => {
  const lines: [name: string, lease: Lease, inUse: number][] = [
    ["bound", leaseOf(NET + 1, 5, bound, 0, 100), 1],
    ["in probation", leaseOf(NET + 1, 5, declined, 0, 100), 1],
    ["released", leaseOf(NET + 1, 5, released, 0, 100), 0],
    ["expired", leaseOf(NET + 1, 5, expired, 0, 100), 0],
    ["excluded", leaseOf(NET + 2, 5, bound, 0, 100), 0],
    ["in another network", leaseOf(OTHER_NET + 1, 5, bound, 0, 100), 0],
  ];
  for (const [name, lease, inUse] of lines) {
    test(`${name}: now, after its time, after a restart`, () => {
      const excluded = [{ start: NET + 2, end: NET + 2 }];
      const table = () =>
        createLeaseTable(configOf([[{ start: NET + 1, end: NET + 10, excluded }], [{ start: OTHER_NET, end: OTHER_NET + 9 }]]));
      const [running, restarted] = [table(), table()];
      put(running, lease);
      assert.deepEqual([running.capacityOf(range), running.inUse(range)], [9, inUse]);
      running.expire(101, 10);
      assert.equal(running.inUse(range), 0);
      restarted.restore(storedOf(0, lease));
      restarted.restored(50);
      assert.equal(restarted.inUse(range), inUse);
    });
  }
});

describe("LeaseTable: writes", () => {
  test("a renewal writes only times", () => {
    const table = tableOf();
    const lease = leaseOf(NET + 1, 5, bound, 0, 100);
    assert.deepEqual(put(table, lease).write, putWrite(0, lease));
    const renewed = leaseOf(NET + 1, 5, bound, 50, 150);
    assert.deepEqual(put(table, renewed).write, timesOf(0, renewed));
  });

  test("a client with a new hostname is written whole", () => {
    const table = tableOf();
    put(table, leaseOf(NET + 1, 5, bound, 0, 100));
    const named = { ...leaseOf(NET + 1, 5, bound, 50, 150), owner: ownerOf(5, { hostname: Uint8Array.of(97) }) };
    const { write } = put(table, named);
    assert.equal(write?.kind, "put");
  });

  test("an address that is given to another client is written whole", () => {
    const table = tableOf();
    put(table, leaseOf(NET + 1, 5, bound, 0, 100));
    const { write } = put(table, leaseOf(NET + 1, 6, bound, 201, 301));
    assert.equal(write?.kind, "put");
  });
});

describe("LeaseTable: undo", () => {
  test("an address that was taken out is in its row again, where it is on disk, whatever row was freed meanwhile", () => {
    const table = tableOf(10, 50);
    put(table, leaseOf(NET + 1, 1, bound, 0, 500));
    put(table, leaseOf(NET + 2, 2, released, 0, 10));
    const removed = table.apply({ kind: "remove", address: NET + 1 }) as Applied;
    const [forgotten] = table.expire(100, 10) as [Applied];
    assert.deepEqual(forgotten.write, removeOf(1, NET + 2));
    table.undo(removed);
    assert.equal(put(table, leaseOf(NET + 3, 3, bound, 100, 500)).write?.row, 1);
    const renewed = leaseOf(NET + 1, 1, bound, 100, 600);
    assert.deepEqual(put(table, renewed).write, timesOf(0, renewed));
  });
});

describe("LeaseTable: restart", () => {
  test("leases come back in their rows, and free rows are used", () => {
    const table = tableOf();
    table.restore(storedOf(2, leaseOf(NET + 1, 1, bound, 0, 100)));
    table.restore(storedOf(4, leaseOf(NET + 2, 2, released, 0, 50)));
    table.restored(60);
    assert.equal(table.size, 2);
    assert.equal(lineOf(table.longestExpired(range)), "10.0.0.2 released client 2 0..50");
    const rows = [3, 4, 5].map((client) => put(table, leaseOf(NET + client, client, bound, 60, 100)).write?.row);
    assert.deepEqual(rows, [0, 1, 3]);
  });

  test("leases come back in their rows in whatever order they are read", () => {
    const table = tableOf();
    for (const row of [3, 0, 2]) table.restore(storedOf(row, leaseOf(NET + 1 + row, 1 + row, bound, 0, 100)));
    table.restored(60);
    for (const row of [3, 0, 2]) assert.equal(put(table, leaseOf(NET + 1 + row, 1 + row, bound, 60, 200)).write.row, row);
    assert.deepEqual(
      [5, 6].map((last) => put(table, leaseOf(NET + last, last, bound, 60, 100)).write.row),
      [1, 4],
    );
  });

  test("what ran out while no server ran is expired, the longest so first", () => {
    const table = tableOf();
    table.restore(storedOf(0, leaseOf(NET + 1, 1, bound, 0, 90)));
    table.restore(storedOf(1, leaseOf(NET + 2, 2, bound, 0, 80)));
    table.restore(storedOf(2, leaseOf(NET + 3, 3, released, 0, 85)));
    table.restored(100);
    const order: string[] = [];
    for (let lease = table.longestExpired(range); lease !== undefined; lease = table.longestExpired(range)) {
      order.push(lineOf(lease));
      table.apply({ kind: "remove", address: lease.address });
    }
    assert.deepEqual(order, ["10.0.0.2 expired client 2 0..80", "10.0.0.3 released client 3 0..85", "10.0.0.1 expired client 1 0..90"]);
  });

  test("of two rows with one address the later lease stays", () => {
    for (const [first, second, superseded] of [
      [10, 20, 0],
      [20, 10, 1],
    ] as const) {
      const table = tableOf();
      assert.equal(table.restore(storedOf(0, leaseOf(NET + 1, 1, bound, first, 100))), undefined);
      assert.equal(table.restore(storedOf(1, leaseOf(NET + 1, 2, bound, second, 100))), superseded);
      table.restored(50);
      assert.equal(table.size, 1);
      assert.equal(table.byAddress(NET + 1)?.start, 20);
    }
  });
});

describe("LeaseTable against a model", () => {
  const SIZE = 6;
  const change: fc.Arbitrary<LeaseChange> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: SIZE }), fc.nat(3), fc.integer({ min: 1, max: 4 }), fc.nat(300)).map(putOf),
    },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: SIZE }).map((i): LeaseChange => ({ kind: "remove", address: NET + i })) },
  );

  function putOf([address, client, state, expiry]: [number, number, number, number]): LeaseChange {
    const lease = leaseOf(NET + address, client, state as LeaseState, 0, expiry);
    return { kind: "put", lease: client === 3 ? { ...lease, owner: ownerOf(3, { hostname: Uint8Array.of(expiry & 255) }) } : lease };
  }

  function store(disk: Map<number, Lease>, write: LeaseWrite | undefined): void {
    if (write !== undefined) storeIn(disk, write);
  }

  /** What ran out may still be bound on disk, and in memory where nobody has noticed. */
  function asItIs(lease: Lease, now: number): Lease {
    const { address, state, start, expiry, owner } = lease;
    return { address, state: state === bound && expiry < now ? expired : state, start, expiry, owner };
  }

  function snapshot(table: LeaseTable): string[] {
    return [...table.leases()].map((lease) => `${lineOf(lease)} ${lease.owner.hostname ?? ""}`).sort();
  }

  test("is what the changes say", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const table = tableOf(SIZE);
        const model = new Map<number, Lease>();
        for (const one of changes) {
          table.apply(one);
          if (one.kind === "put") model.set(one.lease.address, one.lease);
          else if (one.kind === "remove") model.delete(one.address);
        }
        assert.deepEqual(snapshot(table), [...model.values()].map((lease) => `${lineOf(lease)} ${lease.owner.hostname ?? ""}`).sort());
        assert.equal(table.size, model.size);
        assert.equal(table.unusedIn(range), SIZE - model.size);
        assert.equal(table.capacityOf(range), SIZE);
        assert.equal(table.inUse(range), [...model.values()].filter(({ state }) => state !== released && state !== expired).length);
        for (let i = 1; i <= SIZE; i++) assert.equal(lineOf(table.byAddress(NET + i)), lineOf(model.get(NET + i)));
      }),
    );
  });

  test("undoing changes, the last one first, gives back what was before", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.array(change, { maxLength: 30 }), (kept, undone) => {
        const table = tableOf(SIZE);
        for (const one of kept) table.apply(one);
        const before = snapshot(table);
        const inUse = table.inUse(range);
        const applied = undone.flatMap((one) => table.apply(one) ?? []);
        for (const one of applied.reverse()) table.undo(one);
        assert.deepEqual(snapshot(table), before);
        assert.deepEqual([...table.counts.numbers], countedOneByOne(table));
        assert.equal(table.inUse(range), inUse);
      }),
    );
  });

  test("the writes alone rebuild the table, also after some were undone", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fc.integer({ min: 0, max: 5 })), { maxLength: 60 }), (steps) => {
        const table = tableOf(SIZE);
        const disk = new Map<number, Lease>();
        let now = 0;
        for (const [one, kind] of steps) {
          if (kind === 0) {
            const applied = table.apply(one);
            if (applied !== undefined) table.undo(applied);
          } else if (kind === 1) {
            now += 40;
            for (const { write } of table.expire(now, 100)) store(disk, write);
          } else {
            store(disk, table.apply(one)?.write);
          }
        }
        const inMemory = [...table.leases()];
        assert.equal(disk.size, inMemory.length);
        const onDisk = new Map([...disk.values()].map((lease) => [lease.address, lease]));
        assert.equal(onDisk.size, disk.size, "one row an address");
        for (const lease of inMemory) {
          const stored = onDisk.get(lease.address);
          assert.ok(stored !== undefined);
          assert.equal(lineOf(asItIs(stored, now)), lineOf(asItIs(lease, now)));
          assert.deepEqual(stored?.owner.hostname, lease.owner.hostname);
        }
      }),
    );
  });

  test("commits that fail, with what runs out meanwhile, leave memory and disk of one mind", () => {
    interface Commit {
      readonly applied: Applied[];
      readonly writes: LeaseWrite[];
    }
    const step = fc.oneof(
      { weight: 8, arbitrary: change },
      { weight: 3, arbitrary: fc.constantFrom("hand over" as const, "succeed" as const) },
      { weight: 2, arbitrary: fc.constantFrom("fail" as const, "time" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        // Short, so that rows are freed while commits are under way.
        const table = tableOf(SIZE, 50);
        const disk = new Map<number, Lease>();
        let underWay: Commit[] = [];
        let batch: Commit = { applied: [], writes: [] };
        let now = 0;
        const handOver = (commit: Commit) => underWay.push(commit);
        const handOverBatch = () => {
          handOver(batch);
          batch = { applied: [], writes: [] };
        };
        const succeed = () => {
          for (const write of underWay.shift()?.writes ?? []) store(disk, write);
        };
        for (const one of [...steps, "hand over", "succeed"] as const) {
          if (one === "hand over") handOverBatch();
          else if (one === "succeed") succeed();
          else if (one === "time") {
            now += 40;
            handOverBatch();
            const over = table.expire(now, 100);
            handOver({ applied: over, writes: over.map(({ write }) => write) });
          } else if (one === "fail") {
            handOverBatch();
            const undone = underWay.flatMap(({ applied }) => applied);
            for (const applied of undone.reverse()) table.undo(applied);
            underWay = [];
          } else {
            const applied = table.apply(one);
            if (applied === undefined) continue;
            batch.applied.push(applied);
            batch.writes.push(applied.write);
          }
        }
        while (underWay.length > 0) succeed();
        const again = tableOf(SIZE, 50);
        for (const [row, lease] of disk) again.restore(storedOf(row, lease));
        again.restored(now);
        for (const lease of table.leases()) {
          assert.equal(lineOf(again.byAddress(lease.address)), lineOf(asItIs(lease, now)));
        }
        assert.equal(again.size, table.size);
        for (const one of [table, again]) assert.deepEqual([...one.counts.numbers], countedOneByOne(one));
      }),
      { numRuns: 2000 },
    );
  });
});
