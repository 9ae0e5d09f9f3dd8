import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { type Context, decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import { createLeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encode, encodeMessage } from "../../../src/wire/dhcp4/encode.ts";
import { type Message, MessageType, type Option } from "../../../src/wire/dhcp4/message.ts";
import { message } from "../support/messages.ts";
import { received } from "../support/server.ts";

/*
 * A message costs in proportion to its length, whatever is in it: else one packet does the work of
 * many.
 */

const CONFIG = `
options: { domain_name_servers: 10.0.0.1, domain_name: a.b, ntp_servers: 10.0.0.2, domain_search: [a.b], time_offset: 0, interface_mtu: 1500,
  log_servers: 10.0.0.4, classless_static_routes: [{ destination: 10.0.0.0/8, router: 10.0.0.1 }] }
client_classes: { v4: [{ name: phones, assert: "option[60].text == 'phone' or option[77].hex == 0x01" }] }
networks:
  10.0.0.0/24:
    options: { routers: 10.0.0.1 }
    ranges: [{ range: 10.0.0.10-10.0.0.200 }]
    reservations: [${Array.from({ length: 200 }, (_, i) => `{ match: { options: { values: { 200: { type: u8, value: ${i} } } } } }`).join(", ")}]
`;

const loaded = loadConfig(CONFIG, "cost.yaml");
assert.ok(loaded.ok, JSON.stringify(loaded));
const context: Context = { decider: createDecider(loaded.config), leases: createLeaseTable(loaded.config), now: 1000, random: 0 };
const room = new Uint8Array(65_535);

/**
 * Milliseconds for one byte of the message, from its bytes to those of the answer: the best of
 * several runs.
 */
function costOfByte(bytes: Uint8Array): number {
  const rounds = Math.ceil(400_000 / bytes.length);
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

const filled = (code: number, data: Uint8Array): Message => message(MessageType.DISCOVER, { prl: [1, 3, 6, 121], more: [{ code, data }] });
const asked = [6, 15, 42, 119, 2, 26, 7, 121];
const many = (code: (i: number) => number, count: number, size: number): Option[] =>
  Array.from({ length: count }, (_, i) => ({ code: code(i), data: new Uint8Array(size) }));

const usual = encodeMessage(message(MessageType.DISCOVER, { prl: [1, 3, 6, 15, 28, 42, 119, 121] }));

/**
 * How many times that of a usual message a byte costs, in the best of several moments: a machine
 * may be busy with other things in most of them.
 */
function ratioOf(bytes: Uint8Array): number {
  let best = Infinity;
  for (let moment = 0; moment < 5 && best >= 5; moment++) best = Math.min(best, costOfByte(bytes) / costOfByte(usual));
  return best;
}

const cases: readonly [name: string, message: Message][] = [
  [
    "a list of 60,000 configured options",
    message(MessageType.DISCOVER, { prl: Array.from({ length: 60_000 }, (_, i) => asked[i % 8] ?? 0) }),
  ],
  ["a list of 60,000 that nobody knows", message(MessageType.DISCOVER, { prl: Array.from({ length: 60_000 }, (_, i) => 130 + (i % 20)) })],
  ["a list of 60,000 of all codes", message(MessageType.DISCOVER, { prl: Array.from({ length: 60_000 }, (_, i) => i % 256) })],
  ...[12, 43, 60, 77, 81, 97, 124, 125, 200].map((code): [string, Message] => [
    `option ${code} of 60,000 bytes`,
    filled(code, new Uint8Array(60_000).fill(65)),
  ]),
  ["30,000 empty options", message(MessageType.DISCOVER, { more: many(() => 224, 30_000, 0) })],
  ["20,000 options of all codes", message(MessageType.DISCOVER, { more: many((i) => 100 + (i % 150), 20_000, 1) })],
  ["30,000 empty pieces of an option that reservations ask for", message(MessageType.DISCOVER, { more: many(() => 200, 30_000, 0) })],
];

for (const [name, one] of cases) {
  test(`${name}: a byte costs at most five times that of a usual message`, () => {
    const bytes = encodeMessage(one);
    assert.ok(bytes.length > 59_000);
    const ratio = ratioOf(bytes);
    assert.ok(ratio < 5, `${ratio.toFixed(1)} times`);
  });
}

test("encoding a message of 20,000 options that don't fit takes as long as its length deserves, not as the square of it", () => {
  const cost = (count: number): number => {
    const one = message(MessageType.DISCOVER, { more: many((i) => 1 + (i % 49), count, 1) });
    let best = Infinity;
    for (let run = 0; run < 7; run++) {
      const start = performance.now();
      encode(one, room, 548);
      best = Math.min(best, performance.now() - start);
    }
    return best / count;
  };
  cost(2000);
  assert.ok(cost(20_000) < 5 * cost(2000) + 0.0005);
});
