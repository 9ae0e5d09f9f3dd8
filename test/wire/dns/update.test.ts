import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { toHex } from "../../../src/net/bytes.ts";
import { encodeQuery } from "../../../src/wire/dns/query.ts";
import { RecordType } from "../../../src/wire/dns/type-code.ts";
import { addressType, type Change, encodeUpdate, nameData, type Prerequisite } from "../../../src/wire/dns/update.ts";
import { hex, nameHex } from "./bytes.ts";

const NAME = "a.example.com";
const ZONE = `${nameHex("example.com")} 0006 0001`;

/** Each part without spaces. */
function joined(...parts: readonly string[]): string {
  return parts.join("").replace(/\s/g, "");
}

describe("prerequisites (RFC 2136 section 2.4)", () => {
  const cases: readonly (readonly [prerequisite: Prerequisite, behindName: string])[] = [
    [{ kind: "name-in-use", name: NAME }, "00ff 00ff 00000000 0000"],
    [{ kind: "name-not-in-use", name: NAME }, "00ff 00fe 00000000 0000"],
    [{ kind: "rrset-exists", name: NAME, type: RecordType.DHCID }, "0031 00ff 00000000 0000"],
    [{ kind: "rrset-absent", name: NAME, type: RecordType.AAAA }, "001c 00fe 00000000 0000"],
    [{ kind: "rr-exists", name: NAME, type: RecordType.A, data: hex("c0000201") }, "0001 0001 00000000 0004 c0000201"],
  ];
  for (const [prerequisite, behindName] of cases) {
    test(prerequisite.kind, () => {
      const message = encodeUpdate({ id: 0xbeef, zone: "example.com", prerequisites: [prerequisite], changes: [] });
      assert.equal(toHex(message), joined("beef 2800 0001 0001 0000 0000", ZONE, nameHex(NAME), behindName));
    });
  }
});

describe("changes (RFC 2136 section 2.5)", () => {
  const cases: readonly (readonly [change: Change, behindName: string])[] = [
    [{ kind: "add", name: NAME, type: RecordType.A, ttl: 3600, data: hex("c0000201") }, "0001 0001 00000e10 0004 c0000201"],
    [{ kind: "delete-rrset", name: NAME, type: RecordType.PTR }, "000c 00ff 00000000 0000"],
    [{ kind: "delete-name", name: NAME }, "00ff 00ff 00000000 0000"],
    [{ kind: "delete-rr", name: NAME, type: RecordType.DHCID, data: hex("00") }, "0031 00fe 00000000 0001 00"],
  ];
  for (const [change, behindName] of cases) {
    test(change.kind, () => {
      const message = encodeUpdate({ id: 1, zone: "example.com", prerequisites: [], changes: [change] });
      assert.equal(toHex(message), joined("0001 2800 0001 0000 0001 0000", ZONE, nameHex(NAME), behindName));
    });
  }
});

test("several of both stand in their order", () => {
  const message = encodeUpdate({
    id: 2,
    zone: "",
    prerequisites: [
      { kind: "name-in-use", name: "b" },
      { kind: "name-in-use", name: "a" },
    ],
    changes: [
      { kind: "delete-name", name: "d" },
      { kind: "delete-name", name: "c" },
    ],
  });
  const records = ["b", "a", "d", "c"].map((name) => `${nameHex(name)} 00ff 00ff 00000000 0000`);
  assert.equal(toHex(message), joined("0002 2800 0001 0002 0002 0000 00 0006 0001", ...records));
});

test("data of records", () => {
  for (const [address, type] of [
    ["c0000201", RecordType.A],
    ["20010db8000000000000000000000001", RecordType.AAAA],
  ] as const) {
    assert.equal(addressType(hex(address)), type);
  }
  assert.equal(toHex(nameData("Host.Example")), nameHex("host.example"));
});

describe("questions", () => {
  test("alone", () => {
    const message = encodeQuery({ id: 3, name: NAME, type: RecordType.SOA });
    assert.equal(toHex(message), joined("0003 0000 0001 0000 0000 0000", nameHex(NAME), "0006 0001"));
  });

  test("with recursion, and EDNS", () => {
    const message = encodeQuery({ id: 3, name: NAME, type: RecordType.AAAA, recursionDesired: true, udpSize: 1232 });
    const opt = "00 0029 04d0 00000000 0000";
    assert.equal(toHex(message), joined("0003 0100 0001 0000 0000 0001", nameHex(NAME), "001c 0001", opt));
  });
});
