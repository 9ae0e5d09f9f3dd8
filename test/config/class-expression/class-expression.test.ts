import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DHCP4_MESSAGES, type Dhcp4Subject } from "../../../src/config/class-expression/dhcp4/index.ts";
import {
  classReferences,
  compileCondition,
  compileValue,
  type ExpressionProblem,
  readExpression,
} from "../../../src/config/class-expression/index.ts";
import { fromHex, NO_BYTES, toHex } from "../../../src/net/bytes.ts";
import { parseIpv4 } from "../../../src/net/ipv4.ts";
import type { Message, Option } from "../../../src/wire/dhcp4/message.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (text: string): Uint8Array => fromHex(text) ?? NO_BYTES;
const ip = (text: string): number => parseIpv4(text) ?? 0;

const OPTIONS: readonly Option[] = [
  { code: 53, data: Uint8Array.of(1) },
  { code: 12, data: utf8("Desk-7\0") },
  { code: 50, data: hex("0a000042") },
  { code: 57, data: hex("05dc") },
  { code: 60, data: utf8("PXEClient:Arch:00007:UNDI:003016") },
  { code: 61, data: hex("01020000000 00a".replace(" ", "")) },
  { code: 77, data: NO_BYTES },
  { code: 93, data: hex("0007") },
  { code: 82, data: hex("0104706f7274 0203aabbcc 0700 0903 010199".replaceAll(" ", "")) },
  // Two vendors: 4491 with sub-options 1 and 2, then 311.
  { code: 125, data: hex("0000118b 08 0103616263 020101 00000137 03 010105".replaceAll(" ", "")) },
  // Vendor class of 4491: two chunks.
  { code: 124, data: hex("0000118b 0a 09646f63736973332e30 00000137 07 02616203787978".replaceAll(" ", "")) },
];

const MESSAGE: Message = {
  op: 1,
  htype: 1,
  hlen: 6,
  hops: 0,
  xid: 12345,
  secs: 0,
  flags: 0,
  ciaddr: ip("10.0.0.5"),
  yiaddr: 0,
  siaddr: 0,
  giaddr: ip("192.0.2.1"),
  chaddr: hex("02000000000a"),
  sname: NO_BYTES,
  file: NO_BYTES,
  cookie: true,
  options: OPTIONS,
};

const CLASSES = ["phones", "KNOWN"];

function subject(message: Message = MESSAGE): Dhcp4Subject {
  return {
    message,
    interfaceName: utf8("eth0"),
    source: ip("192.0.2.1"),
    destination: ip("10.0.0.1"),
    length: 300,
    classes: Uint8Array.of(1, 1),
    failed: false,
  };
}

const classNumber = (name: string): number => CLASSES.indexOf(name);

function condition(text: string, message: Message = MESSAGE): boolean {
  const result = readExpression(text, "condition");
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  return compileCondition(result.node, classNumber, DHCP4_MESSAGES)(subject(message));
}

/** The value as text when all of it is printable ASCII, else as hex. */
function value(text: string, message: Message = MESSAGE): string {
  const result = readExpression(text, "value");
  assert.ok(result.ok, `${text}: ${JSON.stringify(result)}`);
  const bytes = compileValue(result.node, classNumber, DHCP4_MESSAGES)(subject(message));
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? new TextDecoder().decode(bytes) : `0x${toHex(bytes)}`;
}

/** Values with what Kea's manual and Kea's own rules give for them. */
const VALUES: readonly (readonly [expression: string, result: string])[] = [
  // literals
  ["'foobar'", "foobar"],
  ["''", ""],
  ["'a b\tc'", "0x6120620963"],
  ["0x666f6f", "foo"],
  ["0X666F6f", "foo"],
  ["0x1", "0x01"],
  ["0xabc", "0x0abc"],
  ["10.0.0.1", "0x0a000001"],
  ["255.255.255.255", "0xffffffff"],
  ["2001:db8::1", "0x20010db8000000000000000000000001"],
  ["::", "0x00000000000000000000000000000000"],
  ["::ffff:10.0.0.1", "0x00000000000000000000ffff0a000001"],
  ["fe80::1", "0xfe800000000000000000000000000001"],
  ["123", "0x0000007b"],
  ["0", "0x00000000"],
  ["4294967295", "0xffffffff"],
  ["('foo')", "foo"],
  // options
  ["option[60].hex", "PXEClient:Arch:00007:UNDI:003016"],
  ["option[60].text", "PXEClient:Arch:00007:UNDI:003016"],
  ["option[vendor_class_identifier].hex", "PXEClient:Arch:00007:UNDI:003016"],
  ["option[vendor-class-identifier].hex", "PXEClient:Arch:00007:UNDI:003016"],
  ["option[ host_name ].text", "Desk-7"],
  ["option[12].hex", "0x4465736b2d3700"],
  ["option[93].hex", "0x0007"],
  ["option[57].hex", "0x05dc"],
  ["option[77].hex", ""],
  ["option[77].text", ""],
  ["option[224].hex", ""],
  ["option[224].text", ""],
  ["option[82].option[1].hex", "port"],
  ["option[82].option[1].text", "port"],
  ["option[82].option[99].hex", ""],
  ["option[224].option[1].hex", ""],
  ["option[82].option[9].option[1].hex", "0x99"],
  ["relay4[1].hex", "port"],
  ["relay4[1].text", "port"],
  ["relay4[2].hex", "0xaabbcc"],
  ["relay4[9].option[1].hex", "0x99"],
  ["relay4[7].hex", ""],
  ["relay4[99].hex", ""],
  ["option[125].option[1].hex", "abc"],
  // vendors
  ["vendor[4491].option[1].hex", "abc"],
  ["vendor[4491].option[1].text", "abc"],
  ["vendor[4491].option[2].hex", "0x01"],
  ["vendor[4491].option[3].hex", ""],
  ["vendor[311].option[1].hex", "0x05"],
  ["vendor[*].option[1].hex", "abc"],
  ["vendor[0].option[1].hex", "abc"],
  ["vendor[9].option[1].hex", ""],
  ["vendor.enterprise", "0x0000118b"],
  ["vendor-class.enterprise", "0x0000118b"],
  ["vendor-class[4491].data", "docsis3.0"],
  ["vendor-class[4491].data[0]", "docsis3.0"],
  ["vendor-class[4491].data[1]", ""],
  ["vendor-class[311].data[1]", "xyx"],
  ["vendor-class[*].data", "docsis3.0"],
  ["vendor-class[9].data", ""],
  // fields
  ["pkt4.mac", "0x02000000000a"],
  ["pkt4.hlen", "0x00000006"],
  ["pkt4.htype", "0x00000001"],
  ["pkt4.ciaddr", "0x0a000005"],
  ["pkt4.giaddr", "0xc0000201"],
  ["pkt4.yiaddr", "0x00000000"],
  ["pkt4.siaddr", "0x00000000"],
  ["pkt4.msgtype", "0x00000001"],
  ["pkt4.transid", "0x00003039"],
  ["pkt.iface", "eth0"],
  ["pkt.src", "0xc0000201"],
  ["pkt.dst", "0x0a000001"],
  ["pkt.len", "0x0000012c"],
  // substring: the table of Kea's manual, then its edges
  ["substring('foobar', 0, 6)", "foobar"],
  ["substring('foobar', 3, 3)", "bar"],
  ["substring('foobar', 3, all)", "bar"],
  ["substring('foobar', 1, 4)", "ooba"],
  ["substring('foobar', -5, 4)", "ooba"],
  ["substring('foobar', -1, -3)", "oba"],
  ["substring('foobar', 4, -2)", "ob"],
  ["substring('foobar', 10, 2)", ""],
  ["substring('foobar', -1, all)", "r"],
  ["substring('foobar', -6, all)", "foobar"],
  ["substring('foobar', -7, all)", ""],
  ["substring('foobar', 6, all)", ""],
  ["substring('foobar', 5, all)", "r"],
  ["substring('foobar', 0, 0)", ""],
  ["substring('foobar', 2, 100)", "obar"],
  ["substring('foobar', 2, -100)", "fo"],
  ["substring('foobar', 0, -3)", ""],
  ["substring('', 0, all)", ""],
  ["substring(option[224].hex, 0, 3)", ""],
  ["substring(option[60].hex, 0, 9)", "PXEClient"],
  ["substring(pkt4.mac, 0, 3)", "0x020000"],
  // concat
  ["concat('foo', 'bar')", "foobar"],
  ["concat('', 'bar')", "bar"],
  ["concat(option[224].hex, 'x')", "x"],
  ["'foo' + 'bar'", "foobar"],
  ["'a' + 'b' + 'c'", "abc"],
  ["concat('a' + 'b', concat('c', 'd'))", "abcd"],
  ["0x0102 + 0x03", "0x010203"],
  // split
  ["split('foo.bar', '.', 2)", "bar"],
  ["split('foo.bar', '.', 1)", "foo"],
  ["split('foo.bar', '.', 3)", ""],
  ["split('foo.bar', '.', 0)", ""],
  ["split('foo.bar', '.', -1)", ""],
  ["split('foo..bar', '.', 2)", ""],
  ["split('foo..bar', '.', 3)", "bar"],
  ["split('a.b:c', '.:', 3)", "c"],
  ["split('.a', '.', 1)", ""],
  ["split('a.', '.', 2)", ""],
  ["split('foo.bar', '', 1)", "foo.bar"],
  ["split('foo.bar', '-', 1)", "foo.bar"],
  ["split('', '.', 1)", ""],
  ["split(option[60].hex, ':', 3)", "00007"],
  // ifelse
  ["ifelse('foo' == 'bar', 'us', 'them')", "them"],
  ["ifelse(option[60].exists, 'us', 'them')", "us"],
  ["ifelse(member('phones'), substring('abc', 0, 1), 'x')", "a"],
  // hexstring
  ["hexstring('foo', '-')", "66-6f-6f"],
  ["hexstring(0x0a1b2c3e, ':')", "0a:1b:2c:3e"],
  ["hexstring(pkt4.mac, ':')", "02:00:00:00:00:0a"],
  ["hexstring(pkt4.mac, '')", "02000000000a"],
  ["hexstring(0xff, ':')", "ff"],
  ["hexstring('', ':')", ""],
  ["hexstring(0x0102, '--')", "01--02"],
  // case
  ["lcase('LoWeR')", "lower"],
  ["ucase('UpPer 1é')", "0x555050455220 31c3a9".replace(" ", "")],
  ["lcase(option[224].text)", ""],
  // numbers and addresses to text
  ["addrtotext(10.0.0.1)", "10.0.0.1"],
  ["addrtotext(2003:db8::)", "2003:db8::"],
  ["addrtotext(pkt4.giaddr)", "192.0.2.1"],
  ["addrtotext(option[50].hex)", "10.0.0.66"],
  ["addrtotext('')", ""],
  ["addrtotext('abc')", ""],
  ["int8totext(0xff)", "-1"],
  ["int8totext(0x7f)", "127"],
  ["int8totext(0x80)", "-128"],
  ["int16totext(0xffff)", "-1"],
  ["int16totext(0x7fff)", "32767"],
  ["int32totext(0xffffffff)", "-1"],
  ["int32totext(2147483647)", "2147483647"],
  ["uint8totext(0xff)", "255"],
  ["uint16totext(0xffff)", "65535"],
  ["uint16totext(option[93].hex)", "7"],
  ["uint32totext(4294967295)", "4294967295"],
  ["uint32totext(pkt4.msgtype)", "1"],
  ["uint8totext('')", ""],
  ["uint8totext(0x0102)", ""],
  ["'port ' + uint8totext(0x0102)", ""],
];

const CONDITIONS: readonly (readonly [expression: string, result: boolean])[] = [
  ["true", true],
  ["false", false],
  ["'foo' == 'bar'", false],
  ["'foo' == 'foo'", true],
  ["'foo' != 'bar'", true],
  ["'foo' == 0x666f6f", true],
  ["'Foo' == 'foo'", false],
  ["not ('foo' == 'bar')", true],
  ["not 'foo' == 'bar'", true],
  ["not not 'foo' == 'foo'", true],
  ["not not not true", false],
  ["('foo' == 'bar') and ('bar' == 'foo')", false],
  ["('foo' == 'bar') or ('bar' == 'bar')", true],
  ["true or true and false", true],
  ["(true or true) and false", false],
  ["not false and false", false],
  ["not (false and false)", true],
  ["false or false or true", true],
  ["true and true and false", false],
  // parts compared where they stand
  ["substring('foobar', 0, 3) == 'foo'", true],
  ["substring('foobar', 3, all) == 'bar'", true],
  ["substring('foobar', 3, 2) == 'bar'", false],
  ["substring('foobar', 3, 9) == 'bar'", true],
  ["substring('foobar', 6, 1) == ''", true],
  ["substring('foobar', 9, all) == ''", true],
  ["substring('foobar', 9, 1) == 'r'", false],
  ["substring('foobar', 4, -2) == 'ob'", true],
  ["substring('foobar', -1, -3) == 'oba'", true],
  ["substring(option[224].hex, 0, 0) == ''", true],
  // is it there
  ["option[60].exists", true],
  ["option[77].exists", true],
  ["option[224].exists", false],
  ["option[82].option[1].exists", true],
  ["option[82].option[7].exists", true],
  ["option[82].option[99].exists", false],
  ["option[224].option[1].exists", false],
  ["relay4[2].exists", true],
  ["relay4[99].exists", false],
  ["vendor[*].exists", true],
  ["vendor[0].exists", true],
  ["vendor[4491].exists", true],
  ["vendor[311].exists", true],
  ["vendor[9].exists", false],
  ["vendor[4491].option[1].exists", true],
  ["vendor[4491].option[3].exists", false],
  ["vendor-class[*].exists", true],
  ["vendor-class[4491].exists", true],
  ["vendor-class[9].exists", false],
  // what is not there is empty
  ["option[224].hex == ''", true],
  ["'' == option[224].hex", true],
  ["option[224].hex == 'a'", false],
  ["'a' == option[224].hex", false],
  ["option[224].hex != 'a'", true],
  // numbers and addresses are strings of four bytes
  ["pkt4.msgtype == 1", true],
  ["1 == pkt4.msgtype", true],
  ["pkt4.msgtype == 0x00000001", true],
  ["pkt4.msgtype == 0x1", false],
  ["pkt4.msgtype != 0x1", true],
  ["pkt4.hlen == pkt4.htype", false],
  ["pkt4.transid == 12345", true],
  ["pkt4.giaddr == 192.0.2.1", true],
  ["pkt4.giaddr == pkt.src", true],
  ["pkt4.giaddr != 0.0.0.0", true],
  ["option[50].hex == 10.0.0.66", true],
  ["10.0.0.66 == option[50].hex", true],
  ["option[93].hex == 7", false],
  ["option[93].hex == 0x0007", true],
  ["1 == 0x00000001", true],
  ["10.0.0.1 == 167772161", true],
  ["pkt.len == 300", true],
  ["pkt.iface == 'eth0'", true],
  ["pkt4.mac == 0x02000000000a", true],
  ["substring(pkt4.mac, 0, 1) == 0x02", true],
  // classes
  ["member('phones')", true],
  ["member('others')", false],
  ["not member('others') and member('phones')", true],
  ["known", true],
  ["unknown", false],
  ["member('KNOWN') == known", true],
  // conditions compared, and chosen between
  ["option[60].exists == true", true],
  ["option[224].exists == false", true],
  ["true != false", true],
  ["ifelse(option[60].exists, option[93].exists, false)", true],
  ["ifelse(false, true, member('others'))", false],
  // a value that can't be converted: nothing holds
  ["addrtotext('abc') == ''", false],
  ["not (addrtotext('abc') == 'x')", false],
  ["int16totext(pkt4.mac) != 'x' or true", false],
  ["true or int16totext(pkt4.mac) == 'x'", true],
  // written in whole
  ["substring(option[60].hex,0,9)=='PXEClient' and (option[93].hex==0x0007 or option[93].hex==0x0009)", true],
  ["  option [ 60 ] . exists \n and\ttrue\r\n", true],
  ["lcase(split(option[60].text, ':', 2)) == 'arch' and not option[175].exists", true],
  ["concat(relay4[1].hex, hexstring(relay4[2].hex, '')) == 'portaabbcc'", true],
];

test("values", () => {
  for (const [text, expected] of VALUES) assert.equal(value(text), expected, text);
});

test("conditions", () => {
  for (const [text, expected] of CONDITIONS) assert.equal(condition(text), expected, text);
});

test("the tables are large enough to be a reference", () => {
  assert.ok(VALUES.length + CONDITIONS.length >= 150, String(VALUES.length + CONDITIONS.length));
});

test("a message without options", () => {
  const bare: Message = { ...MESSAGE, cookie: false, options: [] };
  for (const text of [
    "option[60].hex",
    "relay4[1].hex",
    "vendor.enterprise",
    "vendor-class.enterprise",
    "vendor-class[*].data",
    "vendor[*].option[1].hex",
  ])
    assert.equal(value(text, bare), "", text);
  for (const text of ["vendor[*].exists", "vendor-class[*].exists", "relay4[1].exists", "option[53].exists"])
    assert.equal(condition(text, bare), false, text);
  assert.equal(condition("pkt4.msgtype == 0", bare), true);
});

const PROBLEMS: readonly (readonly [expression: string, wanted: "condition" | "value", offset: number, message: RegExp])[] = [
  ["", "condition", 0, /expected a value or a condition, got end of the expression/],
  ["option[60].exists option[61].exists", "condition", 18, /unexpected option after the end/],
  ["'a' == 'a' trailing", "condition", 11, /unexpected trailing after the end/],
  ["'a' == 'b' == true", "condition", 11, /unexpected == after the end/],
  ["option[60]", "condition", 0, /expected a condition, got a value/],
  ["vendor[1]", "condition", 9, /expected \., got end of the expression/],
  ["option[60].hexx", "condition", 11, /expected hex, text, exists or option\[CODE\], got hexx/],
  ["option[0].hex", "value", 7, /from 1 to 254, got 0/],
  ["option[255].hex", "value", 7, /from 1 to 254, got 255/],
  ["option[vendor_clas_identifier].hex", "value", 7, /unknown option vendor_clas_identifier/],
  ["relay4[256].hex", "value", 7, /from 0 to 255, got 256/],
  ["vendor[4294967296].exists", "condition", 7, /from 0 to 4294967295/],
  ["vendor[1].hex", "value", 10, /expected exists or option\[CODE\], got hex/],
  ["vendor-class[1].hex", "value", 16, /expected exists, data or data\[INDEX\], got hex/],
  ["vendor.id", "value", 7, /expected enterprise, got id/],
  ["pkt4.macc", "value", 5, /expected one of mac, hlen/],
  ["pkt.mac", "value", 4, /expected one of iface, src/],
  ["pkt6.msgtype == 1", "condition", 0, /pkt6 is of DHCPv6/],
  ["'abc", "value", 0, /no closing quote/],
  ['"abc"', "value", 0, /single quotes/],
  ["'a' = 'b'", "condition", 4, /unexpected =/],
  ["true && false", "condition", 5, /unexpected &/],
  ["!true", "condition", 0, /unexpected !/],
  ["256.0.0.1", "value", 0, /neither a number nor an address/],
  ["1:2:3", "value", 0, /neither a number nor an address/],
  ["0xzz", "value", 0, /not a hexadecimal string/],
  ["12abc", "value", 0, /unexpected "12abc"/],
  ["4294967296", "value", 0, /not a number from 0 to 4294967295/],
  ["int8totext(-1)", "value", 11, /not a number from 0/],
  ["abc == 'abc'", "condition", 0, /unknown word abc/],
  ["substrin('abc', 0, 1)", "value", 0, /unknown word substrin/],
  ["substring('abc', 'x', 1)", "value", 17, /expected a starting position/],
  ["substring('abc', 0)", "value", 18, /expected ,, got \)/],
  ["substring('abc', 0, any)", "value", 20, /expected a length or all, got any/],
  ["substring('abc', 99999999999, 1)", "value", 17, /expected a starting position from/],
  ["split('a', '.', 'x')", "value", 16, /expected the number of a field/],
  ["member(phones)", "condition", 7, /the name of a class in quotes, got phones/],
  ["(true", "condition", 5, /expected \), got end of the expression/],
  ["true and", "condition", 8, /expected a value or a condition/],
  ["not", "condition", 3, /expected a value or a condition/],
  // types
  ["option[60].hex", "condition", 0, /expected a condition, got a value/],
  ["'true'", "condition", 0, /expected a condition, got a value/],
  ["option[60].exists", "value", 0, /expected a value, got a condition/],
  ["not 'a'", "condition", 4, /expected a condition, got a value/],
  ["true and option[60].hex", "condition", 9, /expected a condition, got a value/],
  ["option[60].exists == 'true'", "condition", 21, /expected a condition, got a value/],
  ["'true' == option[60].exists", "condition", 10, /expected a value, got a condition/],
  ["concat(true, 'a') == 'a'", "condition", 7, /expected a value, got a condition/],
  ["'a' + true", "value", 6, /expected a value, got a condition/],
  ["ifelse('a', 'b', 'c')", "value", 7, /expected a condition, got a value/],
  ["ifelse(true, 'b', true)", "value", 18, /expected a value, got a condition/],
  ["substring(true, 0, 1)", "value", 10, /expected a value, got a condition/],
  ["split('a', known, 1)", "value", 11, /expected a value, got a condition/],
  ["hexstring('a', known)", "value", 15, /expected a value, got a condition/],
  ["lcase(known)", "value", 6, /expected a value, got a condition/],
];

test("problems are told with their place in the expression", () => {
  for (const [text, wanted, offset, message] of PROBLEMS) {
    const problem = problemOf(text, wanted);
    assert.ok(problem !== undefined, text);
    assert.match(problem.message, message, text);
    assert.equal(problem.offset, offset, text);
  }
  assert.equal(problemOf("substrin('abc', 0, 1)", "value")?.hint, 'did you mean "substring"?');
});

function problemOf(text: string, wanted: "condition" | "value"): ExpressionProblem | undefined {
  const result = readExpression(text, wanted);
  return result.ok ? undefined : result.problem;
}

test("deep and long expressions are refused, long chains are not deep", () => {
  assert.match(problemOf(`${"(".repeat(2000)}true`, "condition")?.message ?? "", /nested too deeply/);
  assert.match(problemOf("lcase(".repeat(500), "value")?.message ?? "", /nested too deeply/);
  assert.match(problemOf(`true${" ".repeat(9000)}`, "condition")?.message ?? "", /longer than 8192 characters/);
  assert.match(problemOf(`option[43]${".option[1]".repeat(100)}.hex`, "value")?.message ?? "", /nested too deeply/);
  assert.equal(condition(`true${" and true".repeat(900)}`), true);
  assert.equal(condition(`${"not ".repeat(2000)}true`), true);
  assert.equal(value(`'a'${" + 'a'".repeat(900)}`).length, 901);
});

test("references to classes are found wherever they stand", () => {
  const text = "member('a') and 'x' == ifelse(known, hexstring(split(ifelse(member('b'), 'y', 'z'), '.', 1), ':'), 'q') or unknown";
  const result = readExpression(text, "condition");
  assert.ok(result.ok);
  assert.deepEqual(classReferences(result.node), [
    { name: "a", at: 0 },
    { name: "KNOWN", at: text.indexOf("known") },
    { name: "b", at: text.indexOf("member('b')") },
    { name: "UNKNOWN", at: text.indexOf("unknown") },
  ]);
});

/** Pieces that make sense together more often than letters do. */
const piece = fc.constantFrom(
  ..."option relay4 vendor vendor-class pkt4 pkt member substring concat split ifelse hexstring lcase addrtotext int8totext known true not and or == != + ( ) [ ] , . * 1 60 -1 all 0x12 10.0.0.1 ::1 'x' 'KNOWN' hex text exists data enterprise mac iface".split(
    " ",
  ),
);
const expressionText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(" ")),
  fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
  fc
    .tuple(fc.constantFrom(...VALUES.map(([text]) => text), ...CONDITIONS.map(([text]) => text)), fc.nat(80), fc.nat(5), piece)
    .map(([text, at, remove, insert]) => text.slice(0, at) + insert + text.slice(at + remove)),
);

test("no text crashes the parser: it is an expression that can be evaluated, or a problem at a place in it", () => {
  fc.assert(
    fc.property(expressionText, fc.constantFrom("condition" as const, "value" as const), (text, wanted) => {
      const result = readExpression(text, wanted);
      if (!result.ok) {
        assert.ok(result.problem.offset >= 0 && result.problem.offset <= text.length && result.problem.message.length > 0);
        return;
      }
      classReferences(result.node);
      if (wanted === "condition") assert.equal(typeof compileCondition(result.node, classNumber, DHCP4_MESSAGES)(subject()), "boolean");
      else assert.ok(compileValue(result.node, classNumber, DHCP4_MESSAGES)(subject()) instanceof Uint8Array);
    }),
    { numRuns: 5000 },
  );
});

test("no message crashes an expression", () => {
  const option = fc.record({
    code: fc.constantFrom(12, 43, 60, 61, 82, 93, 124, 125),
    data: fc.uint8Array({ maxLength: 40 }),
  });
  const compiled = [...VALUES.map(([text]) => text)].map((text) => {
    const result = readExpression(text, "value");
    assert.ok(result.ok);
    return compileValue(result.node, classNumber, DHCP4_MESSAGES);
  });
  fc.assert(
    fc.property(fc.array(option, { maxLength: 6 }), (options) => {
      const about = subject({ ...MESSAGE, options });
      for (const evaluate of compiled) assert.ok(evaluate(about) instanceof Uint8Array);
    }),
    { numRuns: 500 },
  );
});

test("without a postfix the value is meant, and a postfix on any value changes nothing, as in dora", () => {
  assert.ok(condition("option[60] == 'PXEClient:Arch:00007:UNDI:003016'"));
  assert.ok(condition("relay4[1] == 'port'"));
  assert.ok(condition("option[82].option[1] == 'port' and option[77] == ''"));
  assert.ok(condition("vendor[4491].option[1] == 'abc'"));
  assert.ok(condition("pkt4.mac.hex == 0x02000000000a and 'port'.hex == relay4[1].hex"));
  assert.ok(condition("substring(option[60].hex, 0, 3).text == ('PXE').hex"));
  assert.equal(problemOf("('a' == 'a').hex", "condition")?.offset, 12);
});

test("a quote inside a string is written twice", () => {
  const message = { ...MESSAGE, options: [{ code: 12, data: utf8("it's") }] };
  assert.ok(condition("option[12] == 'it''s'", message));
  assert.ok(condition("option[12] == 'it' + '''' + 's' and '' == ''", message));
  assert.equal(problemOf("'it''s' == 'x' trailing", "condition")?.offset, 15);
});

test("a vendor class without lengths inside, as dhcpcd and Kea send it, is one chunk", () => {
  const sends = (data: string): Message => ({ ...MESSAGE, options: [{ code: 124, data: hex(data.replaceAll(" ", "")) }] });
  const plain = sends("0000118b 09 646f63736973332e30");
  assert.ok(condition("vendor-class[4491].data[0] == 'docsis3.0' and vendor-class[4491].data == 'docsis3.0'", plain));
  assert.ok(condition("vendor-class[4491].data[1] == ''", plain));
  assert.ok(condition("vendor-class[4491].data[0] == 'docsis3.0'", sends("0000118b 0a 09646f63736973332e30")));
  // RFC 2132 section 2: NULs at the end of a text are no part of it.
  assert.ok(condition("vendor-class[4491].data[0] == 'docsis3.0'", sends("0000118b 0a 646f63736973332e3000")));
  // The enterprise number alone.
  assert.ok(condition("vendor-class[4491].exists and vendor-class.enterprise == 4491", sends("0000118b")));
  assert.ok(condition("not vendor-class[311].exists", sends("0000118b")));
  assert.ok(condition("vendor-class[4491].data[0] == ''", sends("0000118b")));
});
