import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createZones, isReverseBranch } from "../../../src/dns/responder/zones.ts";

describe("zones", () => {
  const zones = createZones(["168.192.in-addr.arpa", "lan", "sub.lan", "deep.er.sub.lan", "5.168.192.in-addr.arpa", "example.com"]);
  const OF: readonly [name: string, zone: string | undefined][] = [
    ["lan", "lan"],
    ["a.lan", "lan"],
    ["a.b.lan", "lan"],
    ["sub.lan", "sub.lan"],
    ["er.sub.lan", "sub.lan"],
    ["x.deep.er.sub.lan", "deep.er.sub.lan"],
    ["xlan", undefined],
    ["x\\.lan", undefined],
    ["x\\\\.lan", "lan"],
    ["1.4.168.192.in-addr.arpa", "168.192.in-addr.arpa"],
    ["1.5.168.192.in-addr.arpa", "5.168.192.in-addr.arpa"],
    ["com", undefined],
    ["", undefined],
  ];
  for (const [name, zone] of OF) test(`${name || "the root"} is in ${zone}`, () => assert.equal(zones.of(name)?.name, zone));

  test("know which are right below others", () => {
    const below = (name: string): readonly string[] => zones.below(zones.of(name) as never).map((zone) => zone.name);
    assert.deepEqual(["lan", "sub.lan", "deep.er.sub.lan", "168.192.in-addr.arpa", "example.com"].map(below), [
      ["sub.lan"],
      ["deep.er.sub.lan"],
      [],
      ["5.168.192.in-addr.arpa"],
      [],
    ]);
  });

  test("have a name server that is called in a forward one", () => {
    assert.deepEqual(zones.of("example.com"), {
      name: "example.com",
      isReverse: false,
      host: "ns.example.com",
      contact: "hostmaster.example.com",
    });
    assert.deepEqual(zones.of("168.192.in-addr.arpa"), {
      name: "168.192.in-addr.arpa",
      isReverse: true,
      host: "ns.lan",
      contact: "hostmaster.lan",
    });
  });

  test("whose name is as long as names can be have one of a shorter label, or of that name", () => {
    const long = [63, 63, 63, 57].map((length) => "a".repeat(length)).join(".");
    assert.equal(createZones([long]).of(long)?.host, `ns.${long}`);
    assert.equal(createZones([long]).of(long)?.contact, long);
  });

  test("may be all names", () => {
    const [root] = createZones([""]).all;
    assert.deepEqual(root, { name: "", isReverse: false, host: "ns", contact: "hostmaster" });
    assert.deepEqual(createZones([""]).of("a.b"), root);
  });
});

describe("a name of a reverse tree", () => {
  const TABLE: readonly [name: string, isBranch: boolean][] = [
    ["in-addr.arpa", true],
    ["10.in-addr.arpa", true],
    ["255.168.192.in-addr.arpa", true],
    ["256.168.192.in-addr.arpa", false],
    ["01.168.192.in-addr.arpa", false],
    ["1.5.168.192.in-addr.arpa", false],
    ["x.192.in-addr.arpa", false],
    ["ip6.arpa", true],
    ["a.0.ip6.arpa", true],
    ["10.ip6.arpa", false],
    [`${"0.".repeat(31)}ip6.arpa`, true],
    [`${"0.".repeat(32)}ip6.arpa`, false],
  ];
  for (const [name, isBranch] of TABLE)
    test(`${name} has ${isBranch ? "addresses" : "none"} below it`, () => assert.equal(isReverseBranch(name), isBranch));
});
