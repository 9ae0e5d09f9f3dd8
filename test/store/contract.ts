import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { hardwareKey } from "../../src/leases/dhcp4/client-key.ts";
import { type Lease, LeaseState, type LeaseWrite, NEVER } from "../../src/leases/dhcp4/lease.ts";
import { type Fact, type LeaseStore, StoreError } from "../../src/store/store.ts";
import { leaseIn, leaseOf, ownerOf, putOf, removeOf, timesOf } from "../support/leases.ts";
import { stored } from "./support.ts";

/** How the contract gets at a kind of store. */
export interface StoreKind {
  /**
   * Opens the store at a place of its own for each test, for the second time as a server does that
   * was started again.
   */
  open(t: TestContext, place: string): LeaseStore;
  /** Whether leases outlive the store. */
  readonly keeps: boolean;
  /**
   * Makes every put of this address fail, from elsewhere, until the result is called. Left out:
   * commits can't fail.
   */
  refuse?(place: string, address: number): () => void;
}

const { bound, released, expired, declined } = LeaseState;
const text = (value: string) => new TextEncoder().encode(value);

/** Owners with every field there is, and the corners of each. */
const LEASES: readonly Lease[] = [
  ownerOf(1),
  ownerOf(2, {
    clientIdentifier: Uint8Array.of(255, 0, 1, 2),
    clientKey: Uint8Array.of(255, 0, 1, 2),
    hostname: Uint8Array.of(0xe9, 0x27, 0),
    vendorClass: text("MSFT 5.0"),
    relayAgentInformation: Uint8Array.of(1, 3, 0x65, 0x74, 0x68, 2, 2, 9, 8),
    limitKeys: Uint8Array.of(0, 2, 7, 8),
  }),
  // Known by the hardware address, whatever else was sent: an empty identifier, a short one, and
  // one that does not count (chaddr_only).
  ownerOf(3, { clientIdentifier: new Uint8Array(0) }),
  ownerOf(4, { clientIdentifier: Uint8Array.of(7) }),
  ownerOf(5, { clientIdentifier: text("does not count") }),
  // Known by it, however short.
  ownerOf(6, { clientIdentifier: Uint8Array.of(7), clientKey: Uint8Array.of(7) }),
  ownerOf(7, { clientIdentifier: new Uint8Array(0), clientKey: new Uint8Array(0) }),
  // The identifier that says the same as the hardware address.
  ownerOf(8, { clientIdentifier: ownerOf(8).clientKey }),
  // No hardware address, or one of another kind of network.
  ownerOf(9, { htype: 255, chaddr: new Uint8Array(0), clientKey: hardwareKey(255, new Uint8Array(0)) }),
  ownerOf(10, { htype: 32, chaddr: new Uint8Array(20).fill(5), clientKey: hardwareKey(32, new Uint8Array(20).fill(5)) }),
  // Sent, but empty: not the same as not sent.
  ownerOf(11, {
    hostname: new Uint8Array(0),
    vendorClass: new Uint8Array(0),
    relayAgentInformation: new Uint8Array(0),
    limitKeys: new Uint8Array(0),
  }),
  ownerOf(12, { hostname: new Uint8Array(65535).fill(0x61) }),
].map((owner, i) => ({ address: 0x0a000001 + i, state: bound, start: 1_700_000_000 + i, expiry: 1_700_003_600 + i, owner }));

/** What every store promises (src/store/store.ts). */
export function describeStore(name: string, kind: StoreKind): void {
  const put = (row: number, client = row, network?: string) => putOf(row, leaseOf(0x0a000000 + client, client, bound, 10, 20), network);
  const lease = (client: number) => leaseOf(0x0a000000 + client, client, bound, 10, 20);
  let places = 0;
  const newPlace = () => `contract-${places++}`;

  /** What a server finds that is started after this one. */
  async function leftBy(t: TestContext, store: LeaseStore, place: string): Promise<[number, Lease][]> {
    await store.close();
    const next = kind.open(t, place);
    const leases = [...(await stored(next))].sort(([a], [b]) => a - b);
    await next.close();
    return leases;
  }
  const kept = (...leases: [number, Lease][]) => (kind.keeps ? leases : []);

  describe(`contract of a store: ${name}`, () => {
    test("there is nothing in a new one", async (t) => {
      assert.deepEqual([...(await stored(kind.open(t, newPlace())))], []);
    });

    test("every field of every owner comes back as it was, the key too", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      await store.commit(LEASES.map((one, row) => putOf(row, one)));
      assert.deepEqual(await leftBy(t, store, place), kept(...LEASES.map((one, row): [number, Lease] => [row, one])));
    });

    test("so do all states, and times up to their ends", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const leases = [
        leaseOf(0, 1, bound, 0, NEVER),
        leaseOf(0xffffffff, 2, released, 0xffffffff, 0),
        leaseOf(0x7fffffff, 3, expired, 0x7fffffff, 0x80000000),
        leaseOf(0x80000000, 4, declined, 0x80000000, 0xfffffffe),
      ];
      await store.commit(leases.map((one, row) => putOf(row * 1000, one)));
      assert.deepEqual(await leftBy(t, store, place), kept(...leases.map((one, row): [number, Lease] => [row * 1000, one])));
    });

    test("the clock that was written last comes back, and is no lease", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      assert.equal(await store.load(() => {}), undefined);
      const clock = { offset: -1_795_000_000, trusted: 2 ** 33, boot: "26e35236-6958-4e5f-a5f0-98782046e676", bootOffset: 0 };
      await store.commit([{ kind: "clock", ...clock, offset: 7, boot: "another" }, put(1)]);
      await store.commit([{ kind: "clock", ...clock }]);
      await store.close();
      const next = kind.open(t, place);
      const leases: [number, Lease][] = [];
      const saved = await next.load((lease) => leases.push([lease.row, leaseIn(lease)]));
      await next.close();
      assert.deepEqual(saved, kind.keeps ? clock : undefined);
      assert.deepEqual(leases, kept([1, lease(1)]));
    });

    test("of a fact what was written last comes back, beside other facts and the leases", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const fact = (name: string, ...value: number[]) => ({ name, value: Uint8Array.from(value) });
      await store.load(
        () => {},
        () => assert.fail("a new store knows nothing"),
      );
      await store.commit([put(1), { kind: "fact", ...fact("duid", 1) }, { kind: "fact", ...fact("büro") }]);
      await store.commit([{ kind: "fact", ...fact("duid", 0, 255) }]);
      await store.close();
      const next = kind.open(t, place);
      const facts: Fact[] = [];
      let leases = 0;
      await next.load(
        () => leases++,
        (one) => facts.push({ ...one, value: Uint8Array.from(one.value) }),
      );
      await next.close();
      const byName = facts.sort((a, b) => (a.name < b.name ? -1 : 1));
      assert.deepEqual(byName, kind.keeps ? [fact("büro"), fact("duid", 0, 255)] : []);
      assert.equal(leases, kind.keeps ? 1 : 0);
    });

    test("a fact that is forgotten is gone, and no other", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const fact = (name: string) => ({ name, value: Uint8Array.of(1) });
      const names = ["one", "büro", "three", "four"];
      await store.commit([...names.map((name) => ({ kind: "fact" as const, ...fact(name) })), { kind: "forget", name: "one" }]);
      await store.commit([
        { kind: "forget", name: "büro" },
        { kind: "forget", name: "unknown" },
        { kind: "forget", name: "four" },
      ]);
      await store.commit([{ kind: "fact", ...fact("four") }]);
      await store.close();
      const next = kind.open(t, place);
      const found: string[] = [];
      await next.load(
        () => {},
        ({ name }) => found.push(name),
      );
      await next.close();
      assert.deepEqual(found.sort(), kind.keeps ? ["four", "three"] : []);
    });

    test("the last write of a row counts, in one batch and over several", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const later = { ...lease(1), state: released, start: 30, expiry: 40 };
      await store.commit([put(1), put(2), put(3), put(4)]);
      await store.commit([put(2, 9), timesOf(1, later), removeOf(3, 0x0a000003)]);
      await store.commit([removeOf(4, 0x0a000004), put(4, 8), put(5), timesOf(5, { ...lease(5), expiry: 50 })]);
      assert.deepEqual(await leftBy(t, store, place), kept([1, later], [2, lease(9)], [4, lease(8)], [5, { ...lease(5), expiry: 50 }]));
    });

    test("batches settle in order, an empty one after those before it", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const settled: number[] = [];
      const batches = Array.from({ length: 200 }, (_, i): LeaseWrite[] => (i % 3 === 2 ? [] : [put(i)]));
      await Promise.all(batches.map((writes, i) => store.commit(writes).then(() => settled.push(i))));
      await store.commit([]);
      assert.deepEqual(
        settled,
        batches.map((_, i) => i),
      );
      assert.equal((await leftBy(t, store, place)).length, kind.keeps ? 134 : 0);
    });

    test("what was handed over may be used again as soon as the call returns", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const first = store.commit([put(1)]);
      const write = put(2) as Extract<LeaseWrite, { kind: "put" }>;
      const writes = [write];
      const second = store.commit(writes);
      write.record.fill(0xee);
      writes.length = 0;
      await Promise.all([first, second]);
      assert.deepEqual(await leftBy(t, store, place), kept([1, lease(1)], [2, lease(2)]));
    });

    test("closing waits for what was handed over, takes nothing more, and may be done twice", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const settled: string[] = [];
      const commits = [1, 2, 3].map((row) => store.commit([put(row)]).then(() => settled.push("commit")));
      await Promise.all([store.close().then(() => settled.push("close")), ...commits]);
      assert.deepEqual(settled, ["commit", "commit", "commit", "close"]);
      await store.close();
      await assert.rejects(store.commit([put(4)]), StoreError);
      await assert.rejects(store.commit([]), StoreError);
      assert.deepEqual(await leftBy(t, store, place), kept([1, lease(1)], [2, lease(2)], [3, lease(3)]));
    });

    const { refuse } = kind;
    if (refuse === undefined) return;

    test("of a batch that fails nothing is kept, and what is handed over later succeeds", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      await store.commit([put(1)]);
      const allow = refuse(place, 0x0a000003);
      await assert.rejects(store.commit([put(2), timesOf(1, { ...lease(1), expiry: 99 }), put(3), put(4)]), StoreError);
      // Though the cause is still there, for others than this address it is none.
      await store.commit([put(5)]);
      await assert.rejects(store.commit([put(3)]), StoreError);
      await assert.rejects(store.commit([removeOf(1, 0x0a000001), put(3)]), StoreError);
      allow();
      await store.commit([put(3)]);
      assert.deepEqual(await leftBy(t, store, place), kept([1, lease(1)], [3, lease(3)], [5, lease(5)]));
    });

    test("everything that was handed over before a failure was reported fails with it", async (t) => {
      const place = newPlace();
      const store = kind.open(t, place);
      const allow = refuse(place, 0x0a000001);
      const settled: string[] = [];
      const outcome = (writes: LeaseWrite[], label: string) =>
        store.commit(writes).then(
          () => settled.push(`${label} done`),
          (error) => settled.push(`${label} ${error instanceof StoreError}`),
        );
      await Promise.all([outcome([put(1)], "a"), outcome([put(2)], "b"), outcome([], "c"), outcome([put(3)], "d")]);
      assert.deepEqual(settled, ["a true", "b true", "c true", "d true"]);
      allow();
      await store.commit([put(2)]);
      assert.deepEqual(await leftBy(t, store, place), kept([2, lease(2)]));
    });
  });
}
