import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AssociationRequest,
  type ClientSettings,
  confirm,
  decline,
  informationRequest,
  rebind,
  release,
  renew,
  request,
  solicit,
} from "../../../src/client/dhcp6/index.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp6/message.ts";
import { requestedOptions } from "../../../src/wire/dhcp6/options.ts";
import { prefix, SETTINGS, serverDuid } from "./script.ts";

const EVERYTHING: ClientSettings = {
  ...SETTINGS,
  optionRequest: [23, 24],
  options: [{ code: 39, data: Uint8Array.of(0, 1, 97) }],
  rapidCommit: true,
  acceptReconfigure: true,
};
const TRANSACTION = { transactionId: 0xabcdef, elapsed: 1239 };
const SERVER = serverDuid(1);
const HAS: readonly AssociationRequest[] = [
  { kind: "IA_NA", iaid: 1, prefixes: [prefix("2001:db8::5/128")] },
  { kind: "IA_PD", iaid: 2, prefixes: [prefix("2001:db8:5::/56")] },
];

/** Each message, the codes of its options, and those that it asks for (RFC 8415 appendix B). */
const TABLE: readonly [message: Message, type: number, codes: readonly number[], asksFor: readonly number[]][] = [
  [solicit(EVERYTHING, TRANSACTION), MessageType.SOLICIT, [1, 14, 20, 8, 6, 3, 39], [23, 24, 82]],
  [request(EVERYTHING, TRANSACTION, SERVER, HAS), MessageType.REQUEST, [1, 2, 20, 8, 6, 3, 25, 39], [23, 24, 82]],
  [confirm(EVERYTHING, TRANSACTION, HAS.slice(0, 1)), MessageType.CONFIRM, [1, 8, 3], []],
  [renew(EVERYTHING, TRANSACTION, SERVER, HAS), MessageType.RENEW, [1, 2, 20, 8, 6, 3, 25, 39], [23, 24, 82]],
  [rebind(EVERYTHING, TRANSACTION, HAS), MessageType.REBIND, [1, 20, 8, 6, 3, 25, 39], [23, 24, 82]],
  [release(EVERYTHING, TRANSACTION, SERVER, HAS), MessageType.RELEASE, [1, 2, 8, 3, 25], []],
  [decline(EVERYTHING, TRANSACTION, SERVER, HAS.slice(0, 1)), MessageType.DECLINE, [1, 2, 8, 3], []],
  [informationRequest(EVERYTHING, TRANSACTION, undefined), MessageType["INFORMATION-REQUEST"], [1, 20, 8, 6, 39], [23, 24, 83, 32]],
  [informationRequest(EVERYTHING, TRANSACTION, SERVER), MessageType["INFORMATION-REQUEST"], [1, 2, 20, 8, 6, 39], [23, 24, 83, 32]],
];

test("appendix B: each message has its options, and no others", () => {
  for (const [message, type, codes, asksFor] of TABLE) {
    const found = message.options.map(({ code }) => code);
    assert.deepEqual([message.type, found, requestedOptions(message.options)], [type, codes, asksFor]);
    assert.deepEqual([message.transactionId, message.relays], [0xabcdef, []]);
  }
});

test("options that a client does not want to offer are not sent, and none is asked for twice", () => {
  const { options } = solicit({ ...EVERYTHING, rapidCommit: false, acceptReconfigure: false, optionRequest: [82, 23, 23] }, TRANSACTION);
  assert.deepEqual(
    [options.map(({ code }) => code), requestedOptions(options)],
    [
      [1, 8, 6, 3, 39],
      [82, 23],
    ],
  );
});

test("the values: identifiers, associations whose times are all zero, elapsed time in hundredths of a second", () => {
  const { options } = request(EVERYTHING, TRANSACTION, SERVER, HAS);
  assert.deepEqual(
    options.filter(({ code }) => code !== 6).map(({ code, data }) => `${code} ${toHex(data)}`),
    [
      "1 00030001020000000001",
      "2 00030001020000000901",
      "20 ",
      "8 007b",
      `3 000000010000000000000000${"00050018"}${"20010db8000000000000000000000005"}${"0000000000000000"}`,
      `25 000000020000000000000000${"001a0019"}${"0000000000000000"}38${"20010db8000500000000000000000000"}`,
      "39 000161",
    ],
  );
});

test("21.9: the elapsed time ends at 0xffff", () => {
  for (const [elapsed, hex] of [
    [0, "0000"],
    [9, "0000"],
    [10, "0001"],
    [655_350, "ffff"],
    [1e9, "ffff"],
  ] as const) {
    const { options } = solicit(SETTINGS, { transactionId: 1, elapsed });
    assert.equal(toHex(options.find(({ code }) => code === 8)?.data as Uint8Array), hex);
  }
});
