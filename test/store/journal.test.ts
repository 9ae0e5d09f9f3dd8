import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LeaseState, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { EventCode, type EventWrite } from "../../src/store/event.ts";
import { createJournalReader, type StoredEvent } from "../../src/store/sqlite/journal-reader.ts";
import { openForReading } from "../../src/store/sqlite/schema.ts";
import { leaseOf, putOf, removeOf, timesOf } from "../support/leases.ts";
import { createFolder, exec, openStore, until } from "./support.ts";

const { newPath } = createFolder();
const { bound, released, expired } = LeaseState;

const event = (row: number, code: EventCode, time = 100, flags = 0): EventWrite => ({ kind: "event", code, flags, space: 0, row, time });
const lease = (client: number, state: LeaseState = bound, expiry = 200) => leaseOf(0x0a000000 + client, client, state, 100, expiry);

/** What a reader of the journal at this path says. */
function reading<T>(path: string, question: (reader: ReturnType<typeof createJournalReader>) => T): T {
  const db = openForReading(path);
  try {
    return question(createJournalReader(db));
  } finally {
    db.close();
  }
}

const eventsIn = (path: string): readonly StoredEvent[] => reading(path, (reader) => reader.after(0, 1e6).events);
const line = ({ number, kind, address, state, start, expiry, leaseTime, network }: StoredEvent): string =>
  `${number} ${kind} ${address.at(-1)} ${Object.keys(LeaseState)[state - 1]} ${start}..${expiry} at ${leaseTime} ${network}`;

describe("the journal", () => {
  test("says how a lease stood at the place of the batch, by the wall clock", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    const before = Date.now();
    await store.commit([
      { kind: "clock", offset: 1000, trusted: 1000, boot: "b", bootOffset: 0 },
      putOf(1, lease(1), "net"),
      event(1, EventCode.bound, 100, 1),
      timesOf(1, lease(1, released, 150)),
      event(1, EventCode.released, 150),
      putOf(1, lease(2, bound, NEVER), "net"),
      event(1, EventCode.bound, 151),
      event(1, EventCode.removed, 152),
      removeOf(1, 0x0a000002),
    ]);
    await store.commit([
      { kind: "clock", offset: 5000, trusted: 1000, boot: "b", bootOffset: 0 },
      putOf(1, lease(3), ""),
      event(1, EventCode.bound, 160),
    ]);
    const events = eventsIn(path);
    assert.deepEqual(events.map(line), [
      "1 bound 1 bound 1100..1200 at 100 net",
      "2 released 1 released 1100..1150 at 150 net",
      `3 bound 2 bound 1100..${NEVER} at 151 net`,
      `4 removed 2 bound 1100..${NEVER} at 152 net`,
      "5 bound 3 bound 5100..5200 at 160 ",
    ]);
    assert.deepEqual(
      events.map(({ flags }) => flags),
      [1, 0, 0, 0, 0],
    );
    for (const { time } of events) assert.ok(time >= before && time <= Date.now());
  });

  test("of a batch that fails nothing is in it, and the clock of it does not count", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    exec(path, "CREATE TRIGGER refuse BEFORE INSERT ON leases WHEN NEW.id = 9 BEGIN SELECT RAISE(ABORT, 'refused'); END");
    await assert.rejects(
      store.commit([
        { kind: "clock", offset: 7000, trusted: 0, boot: "b", bootOffset: 0 },
        putOf(1, lease(1)),
        event(1, EventCode.bound),
        putOf(9, lease(9)),
      ]),
    );
    await store.commit([putOf(2, lease(2)), event(2, EventCode.bound)]);
    assert.deepEqual(eventsIn(path).map(line), ["1 bound 2 bound 100..200 at 100 10.0.0.0/24"]);
  });

  test("an event of a row that is not there is none", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    await store.commit([event(1, EventCode.bound)]);
    assert.deepEqual(eventsIn(path), []);
  });

  test("what was forgotten is gone, the last event stays, and numbers go on", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    const many = Array.from({ length: 12_000 }, (_, i) => [putOf(i, lease(1 + i)), event(i, EventCode.bound, i)]).flat();
    await store.commit(many);
    await store.commit([{ kind: "prune", through: 7000 }]);
    const ends = () => reading(path, (reader) => reader.ends());
    await until(() => ends().first === 7001);
    await store.commit([{ kind: "prune", through: Number.MAX_SAFE_INTEGER }]);
    await until(() => ends().first === 12_000);
    await store.close();
    const { store: next } = openStore(t, path);
    await next.commit([event(3, EventCode.expired)]);
    assert.deepEqual(ends(), { first: 12_000, last: 12_001 });
    assert.deepEqual(
      reading(path, (reader) => reader.after(12_000, 10).events.map(({ number, kind }) => [number, kind])),
      [[12_001, "expired"]],
    );
  });

  test("events of an address are found, whether they are in the index yet or not", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    const numbersOf = (client: number, from = 1, to = 1e9) =>
      reading(path, (reader) => reader.ofAddress(Uint8Array.of(10, 0, client >> 8, client & 255), from, to).map(({ number }) => number));
    const round = (from: number) =>
      Array.from({ length: 3000 }, (_, i) => [putOf(i, lease(1 + i)), event(i, EventCode.bound, from + i)]).flat();
    await store.commit(round(0));
    assert.deepEqual(numbersOf(7), [7], "without an index");
    await store.commit([{ kind: "index", wanted: true }]);
    await store.commit(round(3000));
    await until(() => countIn(path) >= 5000);
    await store.commit([timesOf(6, lease(7, expired)), event(6, EventCode.expired, 9000)]);
    assert.deepEqual(
      [numbersOf(7), numbersOf(7, 8), numbersOf(7, 8, 6000), numbersOf(2500)],
      [[7, 3007, 6001], [3007, 6001], [3007], [2500, 5500]],
    );
    await store.commit([{ kind: "prune", through: 4000 }]);
    await until(() => reading(path, (reader) => reader.ends().first) === 4001);
    assert.deepEqual([numbersOf(7), numbersOf(2500)], [[6001], [5500]]);
    assert.ok(countIn(path) <= 2000, "what is forgotten is forgotten in the index");
    await store.commit([{ kind: "index", wanted: false }]);
    assert.equal(countIn(path), 0);
    assert.deepEqual(numbersOf(2500), [5500]);
  });

  test("the last event before a time is found by lease time", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    assert.equal(
      reading(path, (reader) => reader.before(100)),
      0,
    );
    await store.commit([putOf(1, lease(1)), ...[10, 20, 20, 20, 30].map((time) => event(1, EventCode.renewed, time))]);
    const found = [0, 10, 11, 20, 21, 30, 31].map((time) => reading(path, (reader) => reader.before(time)));
    assert.deepEqual(found, [0, 0, 1, 1, 4, 4, 5]);
  });

  test("a damaged row is left out, and the others are read", async (t) => {
    const path = newPath();
    const { store } = openStore(t, path);
    await store.commit([putOf(1, lease(1)), ...[1, 2, 3, 4, 5].map((time) => event(1, EventCode.renewed, time))]);
    exec(
      path,
      "UPDATE events SET record = x'00' WHERE number = 2; UPDATE events SET code = 99 WHERE number = 3; UPDATE events SET time = 'x' WHERE number = 5",
    );
    assert.deepEqual(
      reading(path, (reader) => {
        const { events, end } = reader.after(0, 10);
        return [events.map(({ number }) => number), end];
      }),
      [[1, 4], 5],
    );
  });
});

function countIn(path: string): number {
  const db = openForReading(path);
  try {
    return Number(db.prepare("SELECT count(*) AS count FROM events_by_address").get()?.count);
  } finally {
    db.close();
  }
}
