import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, decide } from "../../../src/engine/dhcp6/decide.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import { createLeaseTable } from "../../../src/leases/dhcp6/table.ts";
import { decode } from "../../../src/wire/dhcp6/decode.ts";
import { encode, encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { iaAddressOption, iaOption } from "../../../src/wire/dhcp6/identity-association.ts";
import type { Message, Option } from "../../../src/wire/dhcp6/message.ts";
import { optionRequest } from "../../../src/wire/dhcp6/options.ts";
import { address, configOf } from "../support/dhcp6/config.ts";
import { message, SERVER_DUID } from "../support/dhcp6/messages.ts";
import { HOME, received } from "../support/dhcp6/server.ts";

/*
 * A message costs in proportion to its length, whatever is in it: else one packet does the work of
 * many.
 */

const one = Uint8Array.of(1);
const config = configOf({
  networks: {
    "2001:db8:1::/64": {
      ...HOME,
      reservations: Array.from({ length: 100 }, (_, i) => ({ match: [{ kind: "option", code: 200, value: Uint8Array.of(i) }] })),
    },
  },
  options: { 21: one, 22: one, 23: one, 24: one, 27: one, 28: one, 31: one, 41: one, 42: one, 56: one },
});
const context: Context = {
  decider: createDecider(config),
  leases: createLeaseTable(config),
  now: 1000,
  random: () => 0,
  serverIdentifier: SERVER_DUID,
};
const room = new Uint8Array(65_535);

/**
 * Milliseconds for one byte of the message, from its bytes to those of the answer: the best of
 * several runs.
 */
function costOfByte(bytes: Uint8Array): number {
  const rounds = Math.ceil(200_000 / bytes.length);
  let best = Infinity;
  for (let run = 0; run < 7; run++) {
    const start = performance.now();
    for (let i = 0; i < rounds; i++) {
      const decoded = decode(bytes);
      assert.ok(decoded.ok);
      const decision = decide(context, received(decoded.message));
      if (decision.kind === "reply") encode(decision.message, room, decision.limit);
    }
    best = Math.min(best, (performance.now() - start) / rounds / bytes.length);
  }
  return best;
}

const usual = encodeMessage(message("SOLICIT", { na: { 1: [] }, asks: [23, 24, 31, 56] }));

/**
 * How many times that of a usual message a byte costs, in the best of several moments: a machine
 * may be busy with other things in most of them.
 */
function ratioOf(bytes: Uint8Array): number {
  let best = Infinity;
  for (let moment = 0; moment < 5 && best >= 5; moment++) best = Math.min(best, costOfByte(bytes) / costOfByte(usual));
  return best;
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const many = (count: number, code: (i: number) => number): Option[] => times(count, (i) => ({ code: code(i), data: new Uint8Array(0) }));
const joined = (options: readonly Option[]): Uint8Array =>
  Uint8Array.from(options.flatMap(({ code, data }) => [code >>> 8, code & 255, data.length >>> 8, data.length & 255, ...data]));
const addresses = times(1900, (i) => iaAddressOption(address(`2001:db8:${(i % 7) + 1}::${i.toString(16)}`), 0, 0));

const cases: readonly (readonly [name: string, message: Message])[] = [
  [
    "a list of 30,000 configured options",
    message("SOLICIT", { asks: times(30_000, (i) => [21, 22, 23, 24, 27, 28, 31, 41][i % 8] as number) }),
  ],
  ["a list of 30,000 options of all codes", message("SOLICIT", { asks: times(30_000, (i) => i) })],
  ["3,700 associations", message("SOLICIT", { more: times(3700, (i) => iaOption(3, i, 0, 0, [])) })],
  ["3,700 associations with one IAID", message("SOLICIT", { more: times(3700, () => iaOption(25, 1, 0, 0, [])) })],
  ["an association with 1,900 addresses", message("SOLICIT", { more: [iaOption(3, 1, 0, 0, addresses)] })],
  ["a CONFIRM of 1,900 addresses", message("CONFIRM", { more: [iaOption(3, 1, 0, 0, addresses)] })],
  ["a RELEASE of 1,900 addresses", message("RELEASE", { more: [iaOption(3, 1, 0, 0, addresses)] })],
  ["15,000 empty options", message("SOLICIT", { more: many(15_000, (i) => 300 + (i % 500)) })],
  ["15,000 empty options that reservations ask for", message("SOLICIT", { more: many(15_000, () => 200) })],
  [
    "a relay that wants 15,000 codes of 7,000 options back",
    message("SOLICIT", {
      relays: [{ link: "2001:db8:1::9", options: [{ ...optionRequest(times(15_000, (i) => i)), code: 43 }, ...many(7000, () => 20_000)] }],
    }),
  ],
  [
    "a relay that supplies 7,000 options to a client that asks for 15,000",
    message("SOLICIT", {
      asks: times(15_000, () => 64),
      relays: [{ link: "2001:db8:1::9", options: [{ code: 66, data: joined(many(7000, () => 65)) }] }],
    }),
  ],
  [
    "32 relays with 400 options each",
    message("SOLICIT", { relays: times(32, () => ({ link: "2001:db8:1::9", options: many(400, (i) => i + 300) })) }),
  ],
];

for (const [name, sent] of cases) {
  test(`${name}: a byte costs at most five times that of a usual message`, () => {
    const bytes = encodeMessage(sent);
    assert.ok(bytes.length > 45_000, String(bytes.length));
    const ratio = ratioOf(bytes);
    assert.ok(ratio < 5, `${ratio.toFixed(1)} times`);
  });
}
