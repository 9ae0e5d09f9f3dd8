import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatMessage } from "../../../src/wire/dhcp4/format.ts";
import { anyMessage, message, option } from "./arbitrary.ts";

const text = (code: number, value: string): { code: number; data: Uint8Array } => ({ code, data: new TextEncoder().encode(value) });

test("a message is shown with every field that is set and every option by name", () => {
  const value = message(
    [
      option(53, 5),
      option(54, 10, 0, 0, 1),
      option(6, 10, 0, 0, 2),
      option(6, 10, 0, 0, 3),
      text(12, "host"),
      option(93, 0, 7),
      option(1, 255, 255),
      option(223, 1, 2),
      option(224),
      option(82, 1, 4, 101, 116, 104, 48),
    ],
    {
      op: 2,
      hops: 1,
      secs: 3,
      flags: 0x8000,
      yiaddr: 0x0a000005,
      giaddr: 0x0a000001,
      sname: Uint8Array.of(115),
      file: new TextEncoder().encode("boot\u001b[2J"),
    },
  );
  assert.equal(
    formatMessage(value),
    [
      "DHCPACK reply, xid 0xdeadbeef",
      "  hops 1",
      "  secs 3",
      "  flags 0x8000 (broadcast)",
      "  yiaddr 10.0.0.5",
      "  giaddr 10.0.0.1",
      "  chaddr 02:00:00:00:00:10",
      '  sname "s"',
      '  file "boot\\u001b[2J"',
      "  option 53 message_type: 5 (ACK)",
      "  option 54 server_identifier: 10.0.0.1",
      "  option 6 domain_name_servers: 10.0.0.2, 10.0.0.3",
      '  option 12 hostname: "host"',
      "  option 93 client_architecture: 7 (x64-uefi)",
      "  option 1 subnet_mask: 0xffff (needs 4 bytes where 2 are left)",
      "  option 223 0x0102",
      "  option 224 no data",
      '  option 82 relay_agent_information: {"circuit_id":"eth0"}',
    ].join("\n"),
  );
});

test("BOOTP, unknown types and unusual hardware are told apart", () => {
  assert.match(
    formatMessage(message([], { cookie: false, chaddr: new Uint8Array(0), hlen: 0 })),
    /^BOOTP request, .*\n {2}chaddr none \(htype 1, hlen 0\)$/,
  );
  assert.match(formatMessage(message([option(53, 99)], { op: 7 })), /^DHCP message type 99 op 7,/);
});

test("any message is shown without an exception and without a character that a terminal acts on", () => {
  fc.assert(
    fc.property(anyMessage, (value) => {
      const shown = formatMessage(value);
      for (const line of shown.split("\n")) assert.doesNotMatch(line, /\p{Cc}|\u2028|\u2029|\u202e/u);
    }),
    { numRuns: 1000 },
  );
  assert.match(formatMessage(message([option(12, 0x9b, 0x32, 0x4a)])), /"\\u009b2J"/);
});
