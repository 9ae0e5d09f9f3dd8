import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encode } from "../../../src/wire/dhcp4/encode.ts";
import { annotated, rawMessage } from "../../wire/dhcp4/arbitrary.ts";
import type { NetworkSpec } from "../support/config.ts";
import { text } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { describe as inWords, type Outcome } from "../support/outcome.ts";

/*
 * Bytes in, bytes out: what made other servers crash, fall silent, or lose options. The client is 02:00:00:00:00:10.
 */

const FILE = 108;
const SNAME = 44;
const TYPE = "53 1 1";

/** The reply to a message of these options and fields, as its client reads it, and its length. */
function exchange(options: readonly number[], fields: Parameters<typeof rawMessage>[1] = {}, network: NetworkSpec = {}): [Outcome, number] {
  const request = decode(rawMessage(options, fields));
  assert.ok(request.ok);
  const decision = home(network).decide(request.message);
  assert.equal(decision.kind, "reply");
  if (decision.kind !== "reply") throw new Error("not answered");
  const bytes = new Uint8Array(1500);
  const length = encode(decision.message, bytes, decision.limit);
  const reply = decode(bytes, length);
  assert.ok(reply.ok);
  assert.deepEqual(reply.problems, []);
  return [inWords({ ...decision, message: reply.message }), length];
}

/** The options of the OFFER after those that every OFFER has. */
function offered(options: readonly number[], fields: Parameters<typeof rawMessage>[1] = {}, network: NetworkSpec = {}): readonly string[] {
  const [{ options: all = [] }] = exchange(options, fields, network);
  assert.deepEqual(all.slice(0, 6), ["53 OFFER", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "1 255.255.255.0"]);
  return all.slice(6);
}

const PRL = "55 2 3 15";
const ASKED = ["3 10.0.0.1", "15 example.org"];

describe("one odd option hides those behind it, or the whole message", () => {
  const cases: readonly [name: string, options: string, expected: readonly string[]][] = [
    ["a Latin-1 host name", `${TYPE} 12 6 0x6d 0xfc 0x6c 0x6c 0x65 0x72 ${PRL} 255`, ASKED],
    ["a host name without a byte", `${TYPE} 12 0 ${PRL} 255`, ASKED],
    ["a largest size of one byte", `${TYPE} 57 1 5 ${PRL} 255`, ASKED],
    ["a requested address of three bytes", `${TYPE} 50 3 10 0 0 ${PRL} 255`, ASKED],
    ["an FQDN whose name does not end", `${TYPE} 60 2 0 1 ${PRL} 255`, ASKED],
    ["a machine identifier of two bytes", `${TYPE} 97 2 0 1 ${PRL} 255`, ASKED],
    ["an architecture of three bytes", `${TYPE} 93 3 0 7 0 ${PRL} 255`, ASKED],
    ["an option that nobody knows", `${TYPE} 223 3 1 2 3 ${PRL} 255`, ASKED],
    ["an empty option 82, which goes back as it came", `${TYPE} 82 0 ${PRL} 255`, [...ASKED, "82 "]],
    ["an option that runs over the end, behind the others", `${TYPE} ${PRL} 12 200 65`, ASKED],
    ["a missing End", `${TYPE} ${PRL}`, ASKED],
    ["Pad between the options", `0 ${TYPE} 0 0 ${PRL} 0 255`, ASKED],
  ];
  for (const [name, options, expected] of cases) test(name, () => assert.deepEqual(offered(annotated(options)), expected));
});

describe("the pieces of a long option overwrite each other (RFC 3396)", () => {
  test("a client identifier in two pieces, with another option in between", () => {
    const pieces = [...annotated(TYPE), 61, 3, ...text("ali"), ...annotated(PRL), 61, 2, ...text("ce"), 255];
    assert.deepEqual(offered(pieces), [...ASKED, "61 alice"]);
  });

  test("a parameter list that goes on in file and sname", () => {
    const fields = { [FILE]: annotated("55 1 6 255"), [SNAME]: annotated("55 1 3 255") };
    assert.deepEqual(offered(annotated(`${TYPE} 52 1 3 55 1 15 255`), fields), ["15 example.org", "6 10.0.0.53", "3 10.0.0.1"]);
  });

  test("a value of 300 bytes is not sent, or crashes the encoder", () => {
    const options = { ...HOME.options, 43: new Uint8Array(300).fill(7) };
    assert.deepEqual(offered(annotated(`${TYPE} 57 2 5 220 55 1 43 255`), {}, { options }), [
      `43 ${"07".repeat(255)}`,
      `43 ${"07".repeat(45)}`,
      "3 10.0.0.1",
    ]);
  });
});

describe("options in file and sname are not read, and none are written (option 52)", () => {
  test("the message type stands in file", () => {
    assert.deepEqual(offered(annotated("52 1 1 255"), { [FILE]: annotated(`${TYPE} ${PRL} 255`) }), ASKED);
  });

  test("what does not fit into 548 bytes goes into file and sname", () => {
    const options = { 43: new Uint8Array(200).fill(1), 60: new Uint8Array(100).fill(2), 67: new Uint8Array(50).fill(3) };
    const [{ options: all = [] }, length] = exchange(annotated(`${TYPE} 55 3 43 60 67 255`), {}, { options });
    assert.ok(length <= 548);
    assert.deepEqual(all.slice(6).toSorted(), [`43 ${"01".repeat(200)}`, `60 ${"02".repeat(100)}`, `67 ${"03".repeat(50)}`]);
  });
});

describe("a hardware address that is longer than its field crashes the server", () => {
  for (const hlen of [15, 16]) {
    test(`hlen ${hlen}`, () => {
      const chaddr = Array.from({ length: 16 }, (_, i) => i + 1);
      const [outcome, length] = exchange(annotated(`${TYPE} 55 0 255`), { 2: [hlen], 28: chaddr });
      const shown = chaddr.slice(0, hlen).map((byte) => byte.toString(16).padStart(2, "0"));
      assert.equal(outcome.header, `op 2 htype 1 ${shown.join(":")} xid 3735928559 yiaddr 10.0.0.100`);
      assert.equal(outcome.to, "255.255.255.255:68 on 2 from 10.0.0.1");
      assert.equal(length, 300);
    });
  }

  for (const hlen of [17, 20, 255]) {
    test(`hlen ${hlen}: silence, for what stands in chaddr is only a part of it`, () => {
      const request = decode(rawMessage(annotated(`${TYPE} 55 0 255`), { 2: [hlen], 28: Array(16).fill(1) }));
      assert.ok(request.ok);
      assert.equal(request.message.hlen, hlen);
      assert.deepEqual(home().receive(request.message), { silence: "hardware-address-too-long" });
    });
  }
});

test("a reply to a BOOTP client is shorter than 300 bytes, or has a message type", () => {
  const [outcome, length] = exchange(annotated("255"));
  assert.equal(length, 300);
  assert.deepEqual(outcome.options, ["1 255.255.255.0", "3 10.0.0.1", "6 10.0.0.53", "15 example.org"]);
});
