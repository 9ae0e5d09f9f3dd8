import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import {
  isSignedReconfigure,
  readAuthentication,
  reconfigureKeyOf,
  reconfigureKeyOption,
  signReconfigure,
} from "../../../src/wire/dhcp6/authentication.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { anyMessage, hex, message, option, relay } from "./arbitrary.ts";

const KEY = hex("000102030405060708090a0b0c0d0e0f");
const REPLAY = hex("0000000000000001");
const RECONFIGURE = message([option(2, "0003000102"), option(1, "0003000103"), option(19, "05")], {
  type: MessageType.RECONFIGURE,
  transactionId: 0,
});

const expectedDigest = (zeroed: string): string => createHmac("md5", KEY).update(hex(zeroed)).digest("hex");

test("the option that gives a client its key (RFC 8415 section 20.4.1)", () => {
  const given = reconfigureKeyOption(KEY, REPLAY);
  assert.deepEqual(given, option(11, "03 01 00 0000000000000001 01 000102030405060708090a0b0c0d0e0f"));
  assert.deepEqual(reconfigureKeyOf([option(1, "00"), given]), KEY);
  assert.deepEqual(readAuthentication(given.data), {
    protocol: 3,
    algorithm: 1,
    replayDetectionMethod: 0,
    replayDetection: REPLAY,
    information: hex(`01 ${toHex(KEY)}`),
  });
  assert.equal(readAuthentication(new Uint8Array(10)), undefined);
});

describe("no key", () => {
  const bytes = "000102030405060708090a0b0c0d0e0f";
  const cases: readonly [name: string, value: string][] = [
    ["of the delayed protocol", `02 01 00 0000000000000001 01 ${bytes}`],
    ["for another algorithm", `03 02 00 0000000000000001 01 ${bytes}`],
    ["with another replay detection", `03 01 01 0000000000000001 01 ${bytes}`],
    ["but a digest", `03 01 00 0000000000000001 02 ${bytes}`],
    ["too short", `03 01 00 0000000000000001 01 ${bytes.slice(2)}`],
    ["too long", `03 01 00 0000000000000001 01 ${bytes}00`],
    ["of nothing", ""],
  ];
  for (const [name, value] of cases) test(name, () => assert.equal(reconfigureKeyOf([option(11, value)]), undefined));
  test("without the option", () => assert.equal(reconfigureKeyOf([]), undefined));
});

describe("a signed Reconfigure (section 20.4.2)", () => {
  const head = "0a000000 0002 0005 0003000102 0001 0005 0003000103 0013 0001 05 000b 001c 03 01 00 0000000000000001 02";
  const digest = expectedDigest(`${head} ${"00".repeat(16)}`);

  test("has the digest of all of it, with zeros in its place", () => {
    assert.equal(toHex(encodeMessage(signReconfigure(RECONFIGURE, KEY, REPLAY))), toHex(hex(`${head} ${digest}`)));
  });

  test("is signed without the relays around it", () => {
    const relayed = signReconfigure({ ...RECONFIGURE, relays: [relay(0)] }, KEY, REPLAY);
    assert.equal(toHex(relayed.options.at(-1)?.data as Uint8Array).slice(-32), digest);
    assert.ok(isSignedReconfigure(relayed, KEY));
  });

  const signed = signReconfigure(RECONFIGURE, KEY, REPLAY);
  const last = signed.options.at(-1) as Message["options"][number];
  const spoilt = last.data.slice();
  spoilt[27] = (spoilt[27] as number) ^ 1;
  const others: readonly [name: string, message: Message][] = [
    ["of another transaction", { ...signed, transactionId: 1 }],
    ["of another type", { ...signed, type: MessageType.REPLY }],
    ["with another option", { ...signed, options: [option(20), ...signed.options] }],
    ["with options in another order", { ...signed, options: signed.options.toReversed() }],
    ["with another digest", { ...signed, options: signed.options.with(-1, { code: 11, data: spoilt }) }],
    ["with two of them", { ...signed, options: [...signed.options, last] }],
    ["with none", RECONFIGURE],
    ["with a key in its place", { ...RECONFIGURE, options: [...RECONFIGURE.options, reconfigureKeyOption(KEY, REPLAY)] }],
  ];
  test("is accepted with its key", () => assert.ok(isSignedReconfigure(signed, KEY)));
  test("is not accepted with another key", () => assert.ok(!isSignedReconfigure(signed, hex("00".repeat(16)))));
  for (const [name, other] of others) test(`is not accepted: ${name}`, () => assert.ok(!isSignedReconfigure(other, KEY)));

  test("any message is accepted as it was signed, once it has been sent", () => {
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ minLength: 16, maxLength: 16 }), (any, key) => {
        const options = any.options.filter(({ code }) => code !== 11);
        const result = decode(encodeMessage(signReconfigure({ ...any, options }, key, REPLAY)));
        assert.ok(result.ok && isSignedReconfigure(result.message, key));
      }),
      { numRuns: 50 },
    );
  });
});
