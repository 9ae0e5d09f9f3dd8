import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { DHCP6_MESSAGES, type Dhcp6Subject, firstVendorClass } from "../../../src/config/class-expression/dhcp6/index.ts";
import {
  compileClassification,
  compileCondition,
  compileValue,
  findOptions,
  readExpression,
} from "../../../src/config/class-expression/index.ts";
import { STANDARD_DHCP6 } from "../../../src/config/options/dhcp6.ts";
import { fromHex, NO_BYTES, toHex } from "../../../src/net/bytes.ts";
import { type Ipv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import type { Message, Option, Relay } from "../../../src/wire/dhcp6/message.ts";
import { load } from "../load.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => fromHex(text) as Uint8Array;
const ip = (text: string): Ipv6 => parseIpv6(text) as Ipv6;

const DUID = "0001000112345678020000000001";
const IA_ADDRESS = `0005 0018 ${"20010db8000000000000000000000005"} 00000064 000000c8`;
const IA_PREFIX = "001a 0023 00000064 000000c8 38 20010db8010000000000000000000000 0043 0006 3c 0102030405";

const OPTIONS: readonly Option[] = [
  { code: 1, data: hex(DUID) },
  { code: 3, data: hex(`0000002a 00000000 00000000 ${IA_ADDRESS}`) },
  { code: 25, data: hex(`00000001 00000000 00000000 ${IA_PREFIX}`) },
  { code: 14, data: NO_BYTES },
  { code: 6, data: hex("0017 0018") },
  // Vendor classes of two enterprises, the first with two data.
  { code: 16, data: hex("0000118b 0009 646f63736973332e30 0002 6162") },
  { code: 16, data: hex("00000137 0004 4d534654") },
  // Vendor options likewise.
  { code: 17, data: hex("0000118b 0001 0003 616263 0025 0001 07") },
  { code: 17, data: hex("00000137 0001 0002 7879") },
  { code: 1000, data: utf8("far\0") },
];

const relay = (link: string, peer: string, ...options: readonly Option[]): Relay => ({
  hopCount: 0,
  linkAddress: ip(link),
  peerAddress: ip(peer),
  options,
});

const MESSAGE: Message = {
  type: 1,
  transactionId: 0x123456,
  options: OPTIONS,
  relays: [
    relay("2001:db8:f::1", "2001:db8:e::1", { code: 18, data: utf8("uplink") }),
    relay(
      "2001:db8:1::1",
      "fe80::1",
      { code: 18, data: utf8("ge-0/0/1") },
      { code: 37, data: hex("00000009 6974") },
      { code: 17, data: hex("00000009 0001 0001 05") },
    ),
  ],
};

const CLASSES = ["phones", "KNOWN"];
const classNumber = (name: string): number => CLASSES.indexOf(name);

function subject(message: Message = MESSAGE): Dhcp6Subject {
  return {
    message,
    interfaceName: utf8("eth0"),
    source: ip("2001:db8:f::1"),
    destination: ip("ff05::1:3"),
    length: 300,
    classes: Uint8Array.of(1, 0),
    failed: false,
  };
}

/** The value as text when all of it is printable ASCII, else as hex. */
function value(text: string, message: Message = MESSAGE): string {
  const result = readExpression(text, "value", STANDARD_DHCP6);
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  const bytes = compileValue(result.node, classNumber, DHCP6_MESSAGES)(subject(message));
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? new TextDecoder().decode(bytes) : `0x${toHex(bytes)}`;
}

function condition(text: string, message: Message = MESSAGE): boolean {
  const result = readExpression(text, "condition", STANDARD_DHCP6);
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  return compileCondition(result.node, classNumber, DHCP6_MESSAGES)(subject(message));
}

const VALUES: readonly (readonly [text: string, value: string])[] = [
  ["option[1].hex", `0x${DUID}`],
  ["option[client-id].hex", `0x${DUID}`],
  ["option[1000].text", "far"],
  ["option[1000].hex", "0x66617200"],
  ["option[999].hex", ""],
  ["substring(option[1].hex, 8, all)", "0x020000000001"],
  // What stands in an option: behind the numbers of an IA, of its address, of its prefix.
  ["option[3].option[5].hex", "0x20010db800000000000000000000000500000064000000c8"],
  ["addrtotext(substring(option[ia_na].option[ia_address].hex, 0, 16))", "2001:db8::5"],
  ["option[25].option[26].option[67].hex", "0x3c0102030405"],
  ["option[3].option[26].hex", ""],
  ["option[17].option[37].hex", "0x07"],
  // relay6[0] is the relay nearest to the server, relay6[-1] the one nearest to the client.
  ["relay6[0].option[18].text", "uplink"],
  ["relay6[1].option[interface_id].text", "ge-0/0/1"],
  ["relay6[-1].option[18].text", "ge-0/0/1"],
  ["relay6[-2].option[18].text", "uplink"],
  ["relay6[2].option[18].hex", ""],
  ["relay6[-3].option[18].hex", ""],
  ["substring(relay6[-1].option[37].hex, 4, all)", "it"],
  ["relay6[1].option[17].option[1].hex", "0x05"],
  ["addrtotext(relay6[0].linkaddr)", "2001:db8:f::1"],
  ["addrtotext(relay6[0].peeraddr)", "2001:db8:e::1"],
  ["addrtotext(relay6[-1].linkaddr)", "2001:db8:1::1"],
  ["addrtotext(relay6[-1].peeraddr)", "fe80::1"],
  ["relay6[9].peeraddr", ""],
  ["pkt6.msgtype", "0x00000001"],
  ["uint32totext(pkt6.transid)", "1193046"],
  ["pkt.iface", "eth0"],
  ["addrtotext(pkt.src)", "2001:db8:f::1"],
  ["addrtotext(pkt.dst)", "ff05::1:3"],
  ["uint32totext(pkt.len)", "300"],
  ["vendor[4491].option[1].hex", "abc"],
  ["vendor[311].option[1].hex", "xy"],
  ["vendor[*].option[1].hex", "abc"],
  ["vendor[9].option[1].hex", ""],
  ["vendor.enterprise", "0x0000118b"],
  ["vendor-class.enterprise", "0x0000118b"],
  ["vendor-class[4491].data", "docsis3.0"],
  ["vendor-class[4491].data[1]", "ab"],
  ["vendor-class[4491].data[2]", ""],
  ["vendor-class[311].data[0]", "MSFT"],
];

const CONDITIONS: readonly (readonly [text: string, holds: boolean])[] = [
  ["option[14].exists", true],
  ["option[15].exists", false],
  ["option[3].option[5].exists and not option[3].option[13].exists", true],
  ["relay6[0].option[18].exists and not relay6[2].option[18].exists", true],
  ["relay6[-1].option[37].exists and not relay6[0].option[37].exists", true],
  ["pkt6.msgtype == 1 and pkt6.transid == 0x00123456", true],
  ["pkt6.msgtype == 3", false],
  ["pkt.dst == ff05::1:3 and pkt.src != ff05::1:3", true],
  ["relay6[-1].peeraddr == fe80::1 and relay6[-1].linkaddr == 2001:db8:1::1", true],
  ["vendor[311].exists and vendor[*].exists and not vendor[9].exists", true],
  ["vendor[4491].option[37].exists and not vendor[311].option[37].exists", true],
  ["vendor-class[311].exists and not vendor-class[9].exists", true],
  ["member('phones') and not known", true],
  ["substring(vendor-class[4491].data, 0, 6) == 'docsis'", true],
];

describe("the language of DHCPv6 classes is that of Kea", () => {
  for (const [text, wanted] of VALUES) test(text, () => assert.equal(value(text), wanted));
  for (const [text, wanted] of CONDITIONS) test(text, () => assert.equal(condition(text), wanted));
});

test("mistakes are told at their place", () => {
  const cases: readonly (readonly [text: string, offset: number, message: RegExp])[] = [
    ["relay4[1].hex", 0, /relay4 is of DHCPv4, this class is for DHCPv6/],
    ["pkt4.mac", 0, /pkt4 is of DHCPv4/],
    ["pkt6.mac", 5, /expected one of msgtype, transid/],
    ["relay6[32].peeraddr", 7, /from -32 to 31, got 32/],
    ["relay6[0].hex", 10, /expected option\[CODE\], peeraddr or linkaddr, got hex/],
    ["relay6[x].peeraddr", 7, /expected the number of a relay/],
    ["option[65536].hex", 7, /from 1 to 65535, got 65536/],
    ["option[17].option[65536].hex", 18, /from 0 to 65535, got 65536/],
    ["option[client_idd].hex", 7, /unknown option client_idd/],
  ];
  for (const [text, offset, message] of cases) {
    const result = readExpression(text, "value", STANDARD_DHCP6);
    assert.ok(!result.ok, text);
    assert.match(result.problem.message, message, text);
    assert.equal(result.problem.offset, offset, text);
  }
});

test("a message without relays, options or data in them has empty values", () => {
  const bare: Message = { type: 11, transactionId: 0, options: [], relays: [] };
  for (const [text] of VALUES.filter(([one]) => !one.includes("pkt"))) assert.equal(value(text, bare), "", text);
});

test("no options crash an expression, and what is cut off is not read", () => {
  const option = fc.record({ code: fc.constantFrom(1, 3, 16, 17, 18, 25), data: fc.uint8Array({ maxLength: 60 }) });
  const compiled = VALUES.map(([text]) => {
    const result = readExpression(text, "value", STANDARD_DHCP6);
    assert.ok(result.ok);
    return compileValue(result.node, classNumber, DHCP6_MESSAGES);
  });
  fc.assert(
    fc.property(fc.array(option, { maxLength: 6 }), fc.array(option, { maxLength: 4 }), (options, ofRelay) => {
      const about = subject({ ...MESSAGE, options, relays: [relay("::", "::", ...ofRelay)] });
      for (const evaluate of compiled) assert.ok(evaluate(about) instanceof Uint8Array);
    }),
    { numRuns: 300 },
  );
  assert.equal(
    value("option[3].option[5].hex", { ...MESSAGE, options: [{ code: 3, data: hex("0000002a 00000000 00000000 0005 0018 2001") }] }),
    "",
  );
  assert.equal(value("vendor-class[4491].data", { ...MESSAGE, options: [{ code: 16, data: hex("0000118b 0009 6162") }] }), "");
});

test("the vendor class that the server makes classes of is the first data of the first one", () => {
  assert.deepEqual(firstVendorClass(MESSAGE), utf8("docsis3.0"));
  assert.equal(firstVendorClass({ options: [] }), undefined);
  assert.equal(firstVendorClass({ options: [{ code: 16, data: hex("0000118b") }] }), undefined);
});

test("classes that share look-ups find the same as each alone", () => {
  const names = VALUES.map((_, i) => `c${i}`);
  const classes = VALUES.map(([text], i) => ({ name: names[i], assert: `${text} == ${text} and ${text} != 'nothing'` }));
  const config = load(JSON.stringify({ v6: {}, client_classes: { v6: classes } }));
  const classification = config.dhcp6?.classification;
  assert.ok(classification);
  const { lookups, early } = compileClassification(classification, DHCP6_MESSAGES);
  const found: (Uint8Array | undefined | null)[] = [];
  findOptions(lookups, MESSAGE, found);
  const about = { ...subject(), found };
  assert.deepEqual(
    early.classes.map((one) => one.condition(about)),
    classes.map(() => true),
  );
});
