import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServerIdentifierSpec } from "../../../src/config/model/dhcp6.ts";
import { fromHex, toHex } from "../../../src/net/bytes.ts";
import { type ServerIdentifierParts, serverIdentifier } from "../../../src/server/dhcp6/server-identifier.ts";
import { createFacts } from "../../../src/server/facts.ts";
import type { Fact } from "../../../src/store/store.ts";

const bytes = (hex: string) => fromHex(hex) as Uint8Array;
const SPEC: ServerIdentifierSpec = {
  type: "LLT",
  identifier: undefined,
  time: undefined,
  hardwareType: undefined,
  enterpriseId: undefined,
  persist: true,
  path: undefined,
};
/** 2026-01-01 00:00:05 UTC: 0x30e87585 seconds since 2000. */
const NOW = Date.UTC(2026, 0, 1, 0, 0, 5) / 1000;
const LOCAL = [
  { loopback: true, hardwareAddress: bytes("000000000000") },
  { loopback: false, hardwareAddress: new Uint8Array(0) },
  { loopback: false, hardwareAddress: bytes("020000000007") },
];

/** A start of a server. `kept`: what the store has, and is added to. */
function start(spec: Partial<ServerIdentifierSpec>, kept = new Map<string, Uint8Array>(), more: Partial<ServerIdentifierParts> = {}) {
  const warnings: string[] = [];
  const store = {
    commit(writes: readonly object[]) {
      for (const write of writes as Fact[]) kept.set(write.name, write.value);
      return Promise.resolve();
    },
  };
  const facts = createFacts(
    store,
    [...kept].map(([name, value]) => ({ name, value })),
  );
  const duid = serverIdentifier({
    spec: { ...SPEC, ...spec },
    facts,
    local: LOCAL,
    now: NOW,
    randomBytes: (length) => new Uint8Array(length).fill(0xff),
    readFile: () => undefined,
    warn: (text) => warnings.push(text),
    ...more,
  });
  return { duid: toHex(duid), kept, warnings };
}

describe("the DUID of a server", () => {
  const MADE: readonly (readonly [name: string, spec: Partial<ServerIdentifierSpec>, duid: string])[] = [
    ["LLT of the first hardware address there is, and of when it is made", {}, "0001000130e87585020000000007"],
    ["LLT as configured", { identifier: bytes("0200000000aa"), time: 7, hardwareType: 6 }, "00010006000000070200000000aa"],
    ["LL", { type: "LL" }, "00030001020000000007"],
    ["LL as configured", { type: "LL", identifier: bytes("aabb"), hardwareType: 32 }, "00030020aabb"],
    ["EN", { type: "EN", enterpriseId: 9 }, "000200000009ffffffffffffffff"],
    ["EN as configured", { type: "EN", enterpriseId: 9, identifier: bytes("0102") }, "0002000000090102"],
    ["UUID of version 4", { type: "UUID" }, "0004ffffffffffff4fffbfffffffffffffff"],
    ["UUID as configured", { type: "UUID", identifier: bytes("000102030405060708090a0b0c0d0e0f") }, "0004000102030405060708090a0b0c0d0e0f"],
  ];
  for (const [name, spec, duid] of MADE) {
    test(name, () => {
      assert.deepEqual(start(spec).duid, duid);
    });
  }

  test("where there is no hardware address it is a UUID", () => {
    assert.equal(start({}, undefined, { local: LOCAL.slice(0, 2) }).duid, "0004ffffffffffff4fffbfffffffffffffff");
  });

  test("it stays what it was over a restart, whatever becomes of the interface and the clock", () => {
    const { duid, kept } = start({});
    assert.equal(start({}, kept, { local: [], now: NOW + 1000 }).duid, duid);
  });

  test("it is another one when the configuration asks for that, and then stays so", () => {
    const { kept } = start({});
    const { duid } = start({ type: "LL" }, kept);
    assert.equal(duid, "00030001020000000007");
    assert.equal(start({ type: "LL" }, kept, { local: [] }).duid, duid);
  });

  test("with `persist: false` nothing is kept, nor is what was kept looked at", () => {
    const { kept } = start({});
    const before = new Map(kept);
    assert.equal(start({ persist: false }, kept, { now: NOW + 1 }).duid, "0001000130e87586020000000007");
    assert.deepEqual(kept, before);
  });

  test("what is damaged in the database is made anew", () => {
    const { kept, duid } = start({});
    kept.set("dhcp6.server_identifier", Uint8Array.of(1));
    assert.equal(start({}, kept).duid, duid);
  });

  test("the file of dora is read once, when it is there", () => {
    const path = "/var/lib/dora/server_id";
    const read: string[] = [];
    const file = {
      readFile(name: string) {
        read.push(name);
        return '{"identifier":"0001000165a0b1c2fe80000000000000020000fffe000007","duid_config":null}';
      },
    };
    const { duid, kept, warnings } = start({ path }, undefined, file);
    assert.deepEqual([duid, warnings], ["0001000165a0b1c2fe80000000000000020000fffe000007", []]);
    assert.equal(start({ path }, kept, file).duid, duid);
    assert.deepEqual(read, [path]);
  });

  for (const [content, says] of [
    ["{}", /holds no `identifier` of 3 to 130 bytes in hex/],
    ["DUID", /can't be read, so this server gets a new identifier/],
  ] as const) {
    test(`a file that holds ${content} is warned of`, () => {
      const { duid, warnings } = start({ path: "/x" }, undefined, { readFile: () => content });
      assert.equal(duid, "0001000130e87585020000000007");
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] as string, says);
    });
  }
});
