import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as fc from "fast-check";
import type { Claim, NameConflict } from "../../src/dns/claim.ts";
import { createNameTable, type NameTable } from "../../src/dns/name-table.ts";
import { formatAddress } from "../../src/net/address.ts";

interface Given {
  readonly host?: string;
  readonly reserved?: boolean;
  readonly leased?: boolean;
  readonly expiry?: number;
}

/** The claim of 10.0.0.`last`. */
function claim(name: string, last: number, { host = `mac ${last}`, reserved = false, leased = true, expiry = 100 }: Given = {}): Claim {
  const address = Uint8Array.of(10, 0, 0, last);
  return {
    address,
    addressText: formatAddress(address),
    name,
    identifier: leased ? Uint8Array.of(0, 1, last) : undefined,
    hosts: leased ? [host] : [],
    reserved,
    forward: true,
    reverse: true,
    expiry,
    lifetime: 60,
  };
}

/** Puts claims in, and forgets that they were new. */
function tableOf(...claims: readonly Claim[]): NameTable {
  const table = createNameTable();
  claims.forEach((one, i) => {
    table.put(i, one, i);
  });
  table.takeChanges();
  return table;
}

const holders = (table: NameTable, name: string): readonly string[] => table.byName(name).map(({ addressText }) => addressText);
const changesOf = (table: NameTable) => {
  const changes = table.takeChanges();
  return changes && { names: [...changes.names].sort(), addresses: [...changes.addresses].sort() };
};

describe("who has a name", () => {
  const cases: readonly (readonly [what: string, claims: readonly Claim[], expected: readonly string[]])[] = [
    ["nobody", [], []],
    ["the only one", [claim("a", 1)], ["10.0.0.1"]],
    ["the first of two", [claim("a", 1), claim("a", 2)], ["10.0.0.1"]],
    ["all of one host", [claim("a", 1), claim("a", 2, { host: "mac 1" })], ["10.0.0.1", "10.0.0.2"]],
    ["the reserved one, though it came later", [claim("a", 1), claim("a", 2, { reserved: true })], ["10.0.0.2"]],
    ["a reservation that nobody has come for", [claim("a", 1), claim("a", 2, { reserved: true, leased: false })], ["10.0.0.2"]],
    ["all that are reserved", [claim("a", 1, { reserved: true }), claim("a", 2, { reserved: true })], ["10.0.0.1", "10.0.0.2"]],
    [
      "a lease and the reservation that it is of, as one",
      [claim("a", 1, { reserved: true, leased: false }), claim("a", 1, { reserved: true })],
      ["10.0.0.1"],
    ],
    [
      "a lease of an address that was reserved under its name afterwards, as one",
      [claim("a", 1), claim("a", 1, { reserved: true, leased: false })],
      ["10.0.0.1"],
    ],
    [
      "what is of the host of a reserved one",
      [claim("a", 1, { host: "mac x" }), claim("a", 2, { reserved: true, host: "mac x" })],
      ["10.0.0.2", "10.0.0.1"],
    ],
  ];
  for (const [what, claims, expected] of cases) {
    test(what, () => {
      const table = tableOf(...claims);
      assert.deepEqual(holders(table, "a"), expected);
      assert.equal(table.size, expected.length === 0 ? 0 : 1);
      assert.deepEqual([...table.names()], expected.length === 0 ? [] : ["a"]);
      for (const { addressText } of claims) {
        assert.equal(table.byAddress(addressText)?.name, expected.includes(addressText) ? "a" : undefined, addressText);
      }
      assert.deepEqual(
        [...table.conflicts()].map(({ refused }) => refused),
        claims.map(({ addressText }) => addressText).filter((one) => !expected.includes(one)),
      );
    });
  }
});

describe("what has changed", () => {
  test("a name that is new, and its address", () => {
    const table = createNameTable();
    table.put(1, claim("a", 1), 1);
    assert.deepEqual(changesOf(table), { names: ["a"], addresses: ["10.0.0.1"] });
    assert.equal(changesOf(table), undefined);
  });

  test("both names of an address that is called otherwise", () => {
    const table = tableOf(claim("a", 1));
    table.put(0, claim("b", 1), 5);
    assert.deepEqual(changesOf(table), { names: ["a", "b"], addresses: ["10.0.0.1"] });
    assert.deepEqual([holders(table, "a"), holders(table, "b"), table.size], [[], ["10.0.0.1"], 1]);
  });

  test("both addresses of a name that goes to who waited for it", () => {
    const table = tableOf(claim("a", 1), claim("a", 2));
    table.put(0, undefined, 0);
    assert.deepEqual(changesOf(table), { names: ["a"], addresses: ["10.0.0.1", "10.0.0.2"] });
    assert.deepEqual(holders(table, "a"), ["10.0.0.2"]);
    assert.deepEqual([...table.conflicts()], []);
  });

  test("nothing where only the time is another one, which is what is looked up from then on", () => {
    const table = tableOf(claim("a", 1), claim("a", 2));
    table.put(0, claim("a", 1, { expiry: 900 }), 0);
    table.put(1, claim("a", 2, { expiry: 800 }), 1);
    assert.equal(changesOf(table), undefined);
    assert.deepEqual([table.byName("a")[0]?.expiry, table.byAddress("10.0.0.1")?.expiry], [900, 900]);
    table.put(0, undefined, 0);
    table.takeChanges();
    assert.equal(table.byName("a")[0]?.expiry, 800);
  });

  test("nothing for what was never there", () => {
    const table = createNameTable();
    table.put(4, undefined, 0);
    assert.equal(changesOf(table), undefined);
  });
});

test("of a lease and its reservation, the lease says what the address is called", () => {
  const table = createNameTable();
  table.put(-1, claim("printer", 1, { reserved: true, leased: false }), 0);
  table.put(1, claim("printer", 1, { reserved: true }), 1);
  table.takeChanges();
  assert.equal(table.byAddress("10.0.0.1")?.identifier?.length, 3);
  table.put(1, undefined, 0);
  table.takeChanges();
  assert.equal(table.byAddress("10.0.0.1")?.name, "printer");
});

test("a conflict is told once, and again when it comes again", () => {
  const told: NameConflict[] = [];
  const table = createNameTable((conflict) => told.push(conflict));
  const settle = () => table.takeChanges();
  table.put(1, claim("a", 1), 1);
  table.put(2, claim("a", 2), 2);
  settle();
  table.put(3, claim("a", 3), 3);
  settle();
  assert.deepEqual(told.splice(0), [
    { name: "a", owner: "10.0.0.1", refused: "10.0.0.2" },
    { name: "a", owner: "10.0.0.1", refused: "10.0.0.3" },
  ]);
  table.put(2, undefined, 2);
  settle();
  table.put(2, claim("a", 2), 9);
  settle();
  assert.deepEqual(told, [{ name: "a", owner: "10.0.0.1", refused: "10.0.0.2" }]);
});

/** The rule, said plainly: whoever looks at all claims comes to the same. */
function expectedHolders(claims: ReadonlyMap<number, { readonly claim: Claim; readonly order: number }>, name: string): readonly string[] {
  const all = [...claims.values()].filter((one) => one.claim.name === name).sort((a, b) => a.order - b.order);
  const reserved = all.filter((one) => one.claim.reserved);
  const owners = reserved.length > 0 ? reserved : all.slice(0, 1);
  return all
    .filter((one) => owners.includes(one) || one.claim.hosts.some((host) => owners.some((owner) => owner.claim.hosts.includes(host))))
    .map((one) => one.claim.addressText)
    .sort();
}

test("whatever comes and goes, each name is held by those whom the rule says", () => {
  const step = fc.record({
    key: fc.nat(9),
    name: fc.constantFrom("a", "b", "c", undefined),
    host: fc.constantFrom("mac x", "mac y", "mac z"),
    reserved: fc.boolean(),
    settles: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = createNameTable();
      const claims = new Map<number, { readonly claim: Claim; readonly order: number }>();
      steps.forEach(({ key, name, host, reserved, settles }, order) => {
        if (name === undefined) claims.delete(key);
        else claims.set(key, { claim: claim(name, key, { host, reserved }), order });
        table.put(key, claims.get(key)?.claim, order);
        if (settles) table.takeChanges();
      });
      table.takeChanges();
      for (const name of ["a", "b", "c"]) assert.deepEqual(holders(table, name).toSorted(), expectedHolders(claims, name), name);
      assert.equal(table.size, [...table.names()].length);
    }),
    { numRuns: 500 },
  );
});

describe("one name that thousands claim", () => {
  const MOST = 64;

  const ofNumber = (number: number, host: string, more: Given = {}): Claim => {
    const address = Uint8Array.of(10, 0, number >>> 8, number & 0xff);
    return { ...claim("pc.lan", 1, { host, ...more }), address, addressText: formatAddress(address) };
  };

  test("a host has so many addresses under it, besides those that are reserved", () => {
    const table = createNameTable();
    for (let i = 0; i < 100; i++) table.put(i, ofNumber(i, "mac 1"), i);
    table.takeChanges();
    assert.deepEqual(
      table.byName("pc.lan").map(({ addressText }) => addressText),
      Array.from({ length: MOST }, (_, i) => `10.0.0.${i}`),
    );
    assert.equal([...table.conflicts()].length, 100 - MOST);
    assert.equal(table.byAddress("10.0.0.64"), undefined);

    // When one of them goes, the next one has its place.
    table.put(0, undefined, 0);
    assert.ok(table.takeChanges()?.addresses.has("10.0.0.64"));
    assert.equal(table.byAddress("10.0.0.64")?.name, "pc.lan");

    for (let i = 0; i < 100; i++) table.put(-1 - i, ofNumber(256 + i, "", { reserved: true, leased: false }), i);
    table.takeChanges();
    assert.equal(table.byName("pc.lan").length, 100);
    table.put(-1, ofNumber(256, "mac 1", { reserved: true }), 0);
    table.takeChanges();
    assert.equal(table.byName("pc.lan").length, 100 + MOST);
  });

  for (const [what, hostOf] of [
    ["of one host", () => "mac 1"],
    ["of as many hosts", (i: number) => `mac ${i}`],
  ] as const) {
    test(`claims ${what} come, last longer and go in no time`, () => {
      const table = createNameTable();
      const start = performance.now();
      for (let i = 0; i < 20_000; i++) table.put(i, ofNumber(i, hostOf(i)), i);
      table.takeChanges();
      for (let i = 0; i < 20_000; i++) table.put(i, ofNumber(i, hostOf(i), { expiry: 200 }), i);
      for (let i = 0; i < 50; i++) {
        table.put(i, undefined, 0);
        const changes = table.takeChanges();
        for (const address of changes?.addresses ?? []) table.byAddress(address);
      }
      // It took a minute and more when each of them looked at all others.
      assert.ok(performance.now() - start < 15_000);
    });
  }
});
