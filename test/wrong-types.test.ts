import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runInNewContext } from "node:vm";
import { dhcp4 as client4, dhcp6 as client6 } from "../src/client/index.ts";
import { loadConfig } from "../src/config/index.ts";
import { dhcp4 as engine4, dhcp6 as engine6 } from "../src/engine/index.ts";
import { dhcp4 as leases4, dhcp6 as leases6 } from "../src/leases/index.ts";
import { formatIpv4, formatIpv6, formatMac } from "../src/net/index.ts";
import { capture, dhcp4, dhcp6, frames } from "../src/wire/index.ts";

/* What a program without types gives by mistake: a TypeError that names the argument, and what to use instead. */

const loaded = loadConfig("{ networks: { 10.0.0.0/24: {} }, v6: { networks: { 'fd00::/64': {} } } }", "inline");
assert.ok(loaded.ok, JSON.stringify(loaded));
const decoded4 = dhcp4.decode(new Uint8Array(300));
const decoded6 = dhcp6.decode(Uint8Array.of(1, 0, 0, 1));

const result = (member: string) => `config: this is the result of loading: look at its \`ok\`, and give its \`${member}\``;
const maker = (name: string, member: string) => `give what ${name} of leasehold/config makes of it, its \`${member}\``;
const DECODED = "message: this is the result of decode: look at its `ok`, and give its `message`";
const IPV6_TEXT = "use parseIpv6 of leasehold/net, which makes it of text";
const MAC_TEXT = "use parseMac of leasehold/net, which makes it of text";

/** Of dhcp4 and dhcp6 alike. */
const NOT_BYTES: readonly (readonly [given: unknown, message: string])[] = [
  [new ArrayBuffer(300), "bytes: this is no Uint8Array but an ArrayBuffer: use new Uint8Array(buffer)"],
  [new SharedArrayBuffer(300), "bytes: this is no Uint8Array but a SharedArrayBuffer: use new Uint8Array(buffer)"],
  [
    new DataView(new ArrayBuffer(300)),
    "bytes: this is no Uint8Array but a DataView: use new Uint8Array(view.buffer, view.byteOffset, view.byteLength)",
  ],
  [
    new Uint16Array(300),
    "bytes: this is no Uint8Array but a Uint16Array: use new Uint8Array(view.buffer, view.byteOffset, view.byteLength)",
  ],
  [Array(300).fill(0), "bytes: this is no Uint8Array but a list: use Uint8Array.from(list)"],
  ["01010600", "bytes: this is no Uint8Array but a text"],
  [42, "bytes: this is no Uint8Array but a number"],
  [{}, "bytes: this is no Uint8Array but another object"],
  [null, "bytes: this is no Uint8Array but null"],
  [undefined, "bytes: this is no Uint8Array but undefined"],
];

assert.ok(decoded4.ok && decoded6.ok);
const MESSAGE4 = { ...decoded4.message, cookie: true };
const MESSAGE6 = decoded6.message;
const RELAY = { hopCount: 0, linkAddress: new Uint8Array(16), peerAddress: new Uint8Array(16), options: [] };
const encoders = { dhcp4, dhcp6 };
const IN_PACKET = { link: {}, ip: { version: 4 }, udp: { sourcePort: 68, destinationPort: 67 } };
const OPTION_VALUE = "use encodeOption, which makes it of a value";
const IPV4_TEXT = "use parseIpv4 of leasehold/net, which makes it of text";

/** What is no message to encode. */
const NOT_ENCODED: readonly (readonly [call: "dhcp4" | "dhcp6", given: unknown, message: string])[] = [
  ["dhcp4", decoded4, DECODED],
  ["dhcp6", decoded6, DECODED],
  ["dhcp4", "", "message: this is no message but a text: give the `message` of what decode gives"],
  ["dhcp4", { ...MESSAGE4, xid: 7n }, "message.xid: this is no number but a bigint"],
  ["dhcp4", { ...MESSAGE4, op: undefined }, "message.op: this is no number but undefined"],
  ["dhcp4", { ...MESSAGE4, yiaddr: "10.0.0.1" }, `message.yiaddr: this is no number but a text: ${IPV4_TEXT}`],
  ["dhcp4", { ...MESSAGE4, chaddr: "02:00:00:00:00:01" }, `message.chaddr: this is no Uint8Array but a text: ${MAC_TEXT}`],
  ["dhcp4", { ...MESSAGE4, file: "pxe" }, "message.file: this is no Uint8Array but a text: use new TextEncoder().encode(text)"],
  ["dhcp4", { ...MESSAGE4, cookie: undefined }, "message.cookie: this is no boolean but undefined"],
  ["dhcp4", { ...MESSAGE4, options: [null] }, "message.options[0]: this is no option but null"],
  ["dhcp4", { ...MESSAGE4, options: [{ code: "53", data: new Uint8Array(1) }] }, "message.options[0].code: this is no number but a text"],
  [
    "dhcp4",
    {
      ...MESSAGE4,
      options: [
        { code: 53, data: new Uint8Array(1) },
        { code: 12, data: "host" },
      ],
    },
    `message.options[1].data: this is no Uint8Array but a text: ${OPTION_VALUE}`,
  ],
  [
    "dhcp6",
    { ...MESSAGE6, options: [{ code: 1, data: [0, 3] }] },
    "message.options[0].data: this is no Uint8Array but a list: use Uint8Array.from(list)",
  ],
  ["dhcp6", { ...MESSAGE6, transactionId: "1" }, "message.transactionId: this is no number but a text"],
  ["dhcp6", { ...MESSAGE6, relays: undefined }, "message.relays: this is no list but undefined"],
  ["dhcp6", { ...MESSAGE6, relays: [undefined] }, "message.relays[0]: this is no relay but undefined"],
  [
    "dhcp6",
    { ...MESSAGE6, relays: [{ ...RELAY, linkAddress: "fd00::1" }] },
    `message.relays[0].linkAddress: this is no Uint8Array but a text: ${IPV6_TEXT}`,
  ],
];

const CASES: readonly (readonly [name: string, call: (given: never) => unknown, given: unknown, message: string])[] = [
  ...NOT_BYTES.flatMap(([given, message]) => [
    ["dhcp4.decode", dhcp4.decode, given, message] as const,
    ["dhcp6.decode", dhcp6.decode, given, message] as const,
  ]),
  ["dhcp4.describe", dhcp4.describe, decoded4, DECODED],
  ["dhcp4.formatMessage", dhcp4.formatMessage, decoded4, DECODED],
  ["dhcp6.describe", dhcp6.describe, decoded6, DECODED],
  ["dhcp6.formatMessage", dhcp6.formatMessage, decoded6, DECODED],
  ["dhcp4.describe", dhcp4.describe, undefined, "message: this is no message but undefined: give the `message` of what decode gives"],
  ["formatIpv4", formatIpv4, "10.0.0.1", "address: this is no number but a text: use parseIpv4 of leasehold/net, which makes it of text"],
  ["formatIpv4", formatIpv4, new Uint8Array(16), "address: this is no number but a Uint8Array: use formatIpv6"],
  ["formatIpv6", formatIpv6, "fd00::1", `address: this is no Uint8Array but a text: ${IPV6_TEXT}`],
  [
    "formatMac",
    formatMac,
    "02:00:00:00:00:01",
    "bytes: this is no Uint8Array but a text: use parseMac of leasehold/net, which makes them of text",
  ],
  ["dhcp4.ethernetClient", client4.ethernetClient, "02:00:00:00:00:01", `chaddr: this is no Uint8Array but a text: ${MAC_TEXT}`],
  ["dhcp6.ethernetClient", client6.ethernetClient, "02:00:00:00:00:01", `hardwareAddress: this is no Uint8Array but a text: ${MAC_TEXT}`],
  ["dhcp4.createDecider", engine4.createDecider, loaded, result("config")],
  ["dhcp6.createDecider", engine6.createDecider, loaded, result("config.dhcp6")],
  [
    "dhcp4.createDecider",
    engine4.createDecider,
    { networks: {} },
    `config: this is no checked configuration but another object: ${maker("buildConfig", "config")}`,
  ],
  [
    "dhcp6.createDecider",
    engine6.createDecider,
    undefined,
    `config: this is no configuration but undefined: ${maker("loadConfig", "config.dhcp6")}`,
  ],
  ["dhcp4.LeaseTable", (given) => new leases4.LeaseTable(given), loaded, result("config")],
  ["dhcp6.LeaseTable", (given) => new leases6.LeaseTable(given), loaded, result("config.dhcp6")],
  ...NOT_ENCODED.flatMap(([call, given, message]) => [
    [`${call}.encode`, (one: never) => encoders[call].encode(one, new Uint8Array(600), 600), given, message] as const,
    [`${call}.encodeMessage`, encoders[call].encodeMessage, given, message] as const,
    [
      `${call} in frames.encodePacket`,
      (one: never) => frames.encodePacket({ ...IN_PACKET, kind: call, message: one } as never),
      given,
      message,
    ] as const,
  ]),
  ["dhcp4.encode", (into) => dhcp4.encode(MESSAGE4, into, 600), "", "into: this is no Uint8Array but a text"],
  ["dhcp4.encode", (size) => dhcp4.encode(MESSAGE4, new Uint8Array(600), size), "600", "maxMessageSize: this is no number but a text"],
  ["dhcp6.encode", (into) => dhcp6.encode(MESSAGE6, into, 600), [0], "into: this is no Uint8Array but a list: use Uint8Array.from(list)"],
  ["dhcp6.encode", (limit) => dhcp6.encode(MESSAGE6, new Uint8Array(600), limit), undefined, "limit: this is no number but undefined"],
  ["dhcp4.encode", (size) => dhcp4.encode(MESSAGE4, new Uint8Array(600), size), NaN, "maxMessageSize: this is no number but NaN"],
  ["dhcp6.encode", (limit) => dhcp6.encode(MESSAGE6, new Uint8Array(600), limit), NaN, "limit: this is no number but NaN"],
  ["dhcp6.encodeRelays", dhcp6.encodeRelays, MESSAGE6, "relays: this is no list but another object"],
  [
    "dhcp6.encodeRelays",
    dhcp6.encodeRelays,
    [{ ...RELAY, options: [{ code: 18, data: "x" }] }],
    `relays[0].options[0].data: this is no Uint8Array but a text: ${OPTION_VALUE}`,
  ],
  [
    "capture.readCapture",
    capture.readCapture,
    "dhcp.pcap",
    "chunks: these are no pieces of a file but a text: use createReadStream(path) of node:fs, or a Uint8Array",
  ],
];

describe("a value of another type is refused by its name", () => {
  for (const [name, call, given, message] of CASES) {
    test(`${name}: ${message}`, () => assert.throws(() => call(given as never), { name: "TypeError", message }));
  }
});

const OPTION = { code: 12, data: new Uint8Array(1) };

/** What would be written as something else. */
const NOT_HELD: readonly (readonly [call: "dhcp4" | "dhcp6", given: unknown, message: string])[] = [
  ["dhcp4", { ...MESSAGE4, op: 256 }, "message.op: 256 is no whole number from 0 to 255"],
  ["dhcp4", { ...MESSAGE4, hops: -1 }, "message.hops: -1 is no whole number from 0 to 255"],
  ["dhcp4", { ...MESSAGE4, secs: 1.5 }, "message.secs: 1.5 is no whole number from 0 to 65535"],
  ["dhcp4", { ...MESSAGE4, flags: 0x10000 }, "message.flags: 65536 is no whole number from 0 to 65535"],
  ["dhcp4", { ...MESSAGE4, xid: -1 }, "message.xid: -1 is no whole number from 0 to 4294967295"],
  ["dhcp4", { ...MESSAGE4, yiaddr: 2 ** 32 }, "message.yiaddr: 4294967296 is no whole number from 0 to 4294967295"],
  ["dhcp4", { ...MESSAGE4, options: [OPTION, { ...OPTION, code: 999 }] }, "message.options[1].code: 999 is no whole number from 0 to 255"],
  ["dhcp6", { ...MESSAGE6, type: Infinity }, "message.type: Infinity is no whole number from 0 to 255"],
  ["dhcp6", { ...MESSAGE6, transactionId: 2 ** 24 }, "message.transactionId: 16777216 is no whole number from 0 to 16777215"],
  ["dhcp6", { ...MESSAGE6, options: [{ ...OPTION, code: 0x10000 }] }, "message.options[0].code: 65536 is no whole number from 0 to 65535"],
  ["dhcp6", { ...MESSAGE6, relays: [{ ...RELAY, hopCount: 256 }] }, "message.relays[0].hopCount: 256 is no whole number from 0 to 255"],
  [
    "dhcp6",
    { ...MESSAGE6, relays: [{ ...RELAY, peerAddress: new Uint8Array(4) }] },
    "message.relays[0].peerAddress: 4 bytes are no IPv6 address, which has 16",
  ],
];

const refusesRange = (name: string, call: () => unknown, message: string): void => {
  test(`${name}: ${message}`, () => assert.throws(call, { name: "RangeError", message }));
};

describe("a number that its field can't hold is refused by its name", () => {
  for (const [call, given, message] of NOT_HELD) {
    refusesRange(`${call}.encode`, () => encoders[call].encode(given as never, new Uint8Array(600), 600), message);
    refusesRange(`${call}.encodeMessage`, () => encoders[call].encodeMessage(given as never), message);
    refusesRange(
      `${call} in frames.encodePacket`,
      () => frames.encodePacket({ ...IN_PACKET, kind: call, message: given } as never),
      message,
    );
  }
  const short = "into: 10 bytes are fewer than the 300 of a message";
  refusesRange("dhcp4.encode", () => dhcp4.encode(MESSAGE4, new Uint8Array(10), 600), short);
  const relays = [{ ...RELAY, options: [{ ...OPTION, code: -1 }] }];
  refusesRange("dhcp6.encodeRelays", () => dhcp6.encodeRelays(relays), "relays[0].options[0].code: -1 is no whole number from 0 to 65535");
});

test("the largest number that a field holds is written", () => {
  const header = { op: 255, htype: 255, hlen: 255, hops: 255, xid: 0xffffffff, secs: 0xffff, flags: 0xffff };
  const addresses = { ciaddr: 0xffffffff, yiaddr: 0xffffffff, siaddr: 0xffffffff, giaddr: 0xffffffff };
  const four = { ...MESSAGE4, ...header, ...addresses, options: [{ ...OPTION, code: 254 }] };
  const read4 = dhcp4.decode(dhcp4.encodeMessage(four));
  assert.deepEqual(read4.ok && [read4.message.xid, read4.message.secs, read4.message.giaddr], [0xffffffff, 0xffff, 0xffffffff]);
  const six = { ...MESSAGE6, type: 255, transactionId: 0xffffff, options: [{ ...OPTION, code: 0xffff }] };
  const read6 = dhcp6.decode(dhcp6.encodeMessage(six));
  assert.deepEqual(read6.ok && [read6.message.transactionId, read6.message.options[0]?.code], [0xffffff, 0xffff]);
});

describe("bytes are taken wherever they are from", () => {
  const kinds: readonly (readonly [name: string, bytesOf: (bytes: Uint8Array) => Uint8Array])[] = [
    ["a Buffer", (bytes) => Buffer.from(bytes)],
    ["another realm", (bytes) => runInNewContext("Uint8Array.from(list)", { list: [...bytes] }) as Uint8Array],
  ];
  for (const [name, bytesOf] of kinds) {
    test(name, () => {
      assert.ok(dhcp4.decode(bytesOf(new Uint8Array(300))).ok);
      assert.ok(dhcp6.decode(bytesOf(Uint8Array.of(1, 0, 0, 1))).ok);
      assert.equal(formatMac(bytesOf(Uint8Array.of(2, 0, 0, 0, 0, 1))), "02:00:00:00:00:01");
    });
  }
});
