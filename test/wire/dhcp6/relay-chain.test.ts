import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeRelays } from "../../../src/wire/dhcp6/encode.ts";
import { packRelays, unpackRelays } from "../../../src/wire/dhcp6/relay-chain.ts";
import { anyMessage, hex, option, relay } from "./arbitrary.ts";

const LINK = "20010db8000000000000000000000001";
const PEER = "fe800000000000000000000000000002";
const RELAYS = [relay(1, [option(18, "6162")]), relay(0)];
const PACKED = `0028 0c01 ${LINK} ${PEER} 0012 0002 6162 0022 0c00 ${LINK} ${PEER}`;

describe("relays without the message", () => {
  test("are packed one behind the other, and read from that", () => {
    assert.equal(toHex(packRelays(RELAYS) as Uint8Array), toHex(hex(PACKED)));
    assert.deepEqual(unpackRelays(hex(PACKED)), RELAYS);
    assert.deepEqual([packRelays([]), unpackRelays(new Uint8Array(0))], [undefined, []]);
  });

  const malformed: readonly [name: string, packed: string, relays: number][] = [
    ["half a length", `${PACKED} 00`, 2],
    ["a length without a relay", `${PACKED} 0022`, 2],
    ["a relay that is cut off", PACKED.slice(0, -2), 1],
    ["a relay shorter than its header", "0021".padEnd(70, "0"), 0],
  ];
  for (const [name, packed, relays] of malformed)
    test(`what is malformed ends them: ${name}`, () => assert.equal(unpackRelays(hex(packed)).length, relays));

  test("are nested in each other for who asks for a lease (RFC 5007)", () => {
    const nested = encodeRelays(RELAYS);
    assert.equal(toHex(nested), toHex(hex(`0c01 ${LINK} ${PEER} 0012 0002 6162 0009 0022 0c00 ${LINK} ${PEER}`)));
    assert.equal(toHex(encodeRelays([relay(0)])), toHex(hex(`0c00 ${LINK} ${PEER}`)));
    assert.equal(decode(nested).ok, false);
  });

  test("any come back, and any bytes are some", () => {
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ maxLength: 200 }), ({ relays }, bytes) => {
        const packed = packRelays(relays);
        assert.deepEqual(packed === undefined ? [] : unpackRelays(packed), relays);
        assert.ok(unpackRelays(bytes).length <= bytes.length / 36);
      }),
    );
  });
});
