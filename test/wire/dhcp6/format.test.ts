import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatMessage } from "../../../src/wire/dhcp6/format.ts";
import { iaAddressOption, iaOption, statusOption } from "../../../src/wire/dhcp6/identity-association.ts";
import { address, anyMessage, hex, message, option, relay } from "./arbitrary.ts";

test("a message is shown with its relays, its options by name, and what is not as it should be", () => {
  const shown = formatMessage(
    message(
      [
        option(1, "00030001020000000010"),
        option(6, "00170018"),
        option(8, "00"),
        option(14),
        iaOption(3, 7, 1800, 2880, [iaAddressOption(address("2001:db8::5"), 3000, 4000, [statusOption(0, "ok")])]),
        option(23, "20010db8000000000000000000000001 fe800000000000000000000000000001"),
        option(24, "076578616d706c65036f726700"),
        option(65000, "0a"),
      ],
      { type: 3, transactionId: 0x00beef, relays: [relay(1, [option(18, "65746830")]), relay(0, [], { linkAddress: address("::") })] },
    ),
  );
  assert.equal(
    shown,
    `REQUEST, transaction 0x00beef
  relay at hop 1, link-address 2001:db8::1, peer-address fe80::2
    option 18 interface_id: "eth0"
  relay at hop 0, link-address ::, peer-address fe80::2
  option 1 client_identifier: 00030001020000000010
  option 6 option_request: 23, 24
  option 8 elapsed_time: 0x00 (needs 2 bytes where 1 are left)
  option 14 rapid_commit: true
  option 3 ia_na: {"iaid":7,"t1":1800,"t2":2880,"options":{"ia_address":[{"address":"2001:db8::5","preferred_lifetime":3000,"valid_lifetime":4000,"options":{"status_code":{"status":"Success","message":"ok"}}}]}}
  option 23 dns_servers: 2001:db8::1, fe80::1
  option 24 domain_search: example.org
  option 65000 0x0a`,
  );
});

test("numbers have their names inside of others too, if they have any", () => {
  const shown = formatMessage(message([option(13, "0002 6e6f"), option(13, "0063"), option(44, `03 ${"00".repeat(16)}`)], { type: 7 }));
  assert.equal(
    shown,
    `REPLY, transaction 0xabcdef
  option 13 status_code: {"status":"NoAddrsAvail","message":"no"}
  option 13 status_code: {"status":99,"message":""}
  option 44 lq_query: {"query_type":"by_relay_id","link_address":"::","options":{}}`,
  );
});

test("a type without a name is shown as a number", () => {
  assert.equal(formatMessage(message([], { type: 200, transactionId: 1 })), "message type 200, transaction 0x000001");
});

test("any message is shown in one line for each of its parts, without anything that a terminal would act on", () => {
  fc.assert(
    fc.property(anyMessage, (any) => {
      const lines = formatMessage({ ...any, options: [...any.options, { code: 15, data: hex("0002 1b5b") }] }).split("\n");
      assert.equal(lines.length, 2 + any.options.length + any.relays.reduce((sum, { options }) => sum + 1 + options.length, 0));
      for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u);
    }),
  );
});
