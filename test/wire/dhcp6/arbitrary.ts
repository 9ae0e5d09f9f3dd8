/** Messages and bytes for the tests of the codec. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { fromHex } from "../../../src/net/bytes.ts";
import { parseIpv6 } from "../../../src/net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix, parseIpv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import type { Message, Option, Relay } from "../../../src/wire/dhcp6/message.ts";

/** Bytes from hex digits; spaces and line ends are ignored. */
export function hex(text: string): Uint8Array {
  const bytes = fromHex(text);
  assert.ok(bytes, text);
  return bytes;
}

export function address(text: string): Uint8Array {
  const bytes = parseIpv6(text);
  assert.ok(bytes, text);
  return bytes;
}

export function prefix(text: string): Ipv6Prefix {
  const bytes = parseIpv6Prefix(text);
  assert.ok(bytes, text);
  return bytes;
}

export function option(code: number, data = ""): Option {
  return { code, data: hex(data) };
}

export function message(options: readonly Option[], fields: Partial<Message> = {}): Message {
  return { type: 1, transactionId: 0xabcdef, options, relays: [], ...fields };
}

export function relay(hopCount: number, options: readonly Option[] = [], fields: Partial<Relay> = {}): Relay {
  return { hopCount, linkAddress: address("2001:db8::1"), peerAddress: address("fe80::2"), options, ...fields };
}

/** Any code but that of the Relay Message option. */
const code = fc.oneof(fc.integer({ min: 0, max: 150 }), fc.integer({ min: 0, max: 0xffff })).filter((value) => value !== 9);
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 });

const PLAIN: { noNullPrototype: true } = { noNullPrototype: true };

export const anyOption: fc.Arbitrary<Option> = fc.record({ code, data: fc.uint8Array({ maxLength: 40 }) }, PLAIN);
export const anyPrefix: fc.Arbitrary<Ipv6Prefix> = fc
  .tuple(ipv6, fc.integer({ min: 0, max: 128 }))
  .map(([bytes, length]) => ipv6Prefix(bytes, length));

const anyRelay: fc.Arbitrary<Relay> = fc.record(
  {
    hopCount: fc.nat(255),
    linkAddress: ipv6,
    peerAddress: ipv6,
    options: fc.array(anyOption, { maxLength: 4 }),
  },
  PLAIN,
);

export const anyMessage: fc.Arbitrary<Message> = fc.record(
  {
    type: fc.nat(255).filter((type) => type !== 12 && type !== 13),
    transactionId: fc.nat(0xffffff),
    options: fc.array(anyOption, { maxLength: 12 }),
    relays: fc.oneof(fc.constant([]), fc.array(anyRelay, { maxLength: 32 })),
  },
  PLAIN,
);
