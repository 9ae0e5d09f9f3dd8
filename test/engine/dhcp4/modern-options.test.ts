import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromHex, NO_BYTES, toHex } from "../../../src/net/bytes.ts";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encode } from "../../../src/wire/dhcp4/encode.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { load } from "../../config/load.ts";
import { type MessageSpec, request } from "../support/messages.ts";
import { serverOf } from "../support/server.ts";

/*
 * Options as an operator writes them, and the bytes that a client gets that asks for them: from the file to the wire and back.
 */

/** The ACK as it arrives, and its size. */
function acknowledged(options: string, spec: MessageSpec, rest = ""): { readonly message: Message; readonly bytes: Uint8Array } {
  const server = serverOf(
    load(`${rest}\nnetworks: {10.0.0.0/24: {ranges: [{range: 10.0.0.100-10.0.0.199}], options: {routers: 10.0.0.1, ${options}}}}`),
  );
  const decision = server.decide(request({ requested: "10.0.0.150", ...spec }));
  assert.equal(decision.kind, "reply");
  if (decision.kind !== "reply") throw new Error("no reply");
  const into = new Uint8Array(2000);
  const bytes = into.slice(0, encode(decision.message, into, decision.limit));
  const decoded = decode(bytes);
  assert.ok(decoded.ok);
  assert.deepEqual(decoded.problems, []);
  return { message: decoded.message, bytes };
}

const hex = (value: string): string => toHex(new TextEncoder().encode(value));

/** Data of an option as hex. */
function dataIn(message: Message, code: number): string | undefined {
  const parts = message.options.filter((option) => option.code === code);
  return parts.length === 0 ? undefined : parts.map(({ data }) => toHex(data)).join("");
}

const ROUTES = [
  "{destination: 0.0.0.0/0, router: 10.0.0.1}",
  "{destination: 10.0.0.0/8, router: 10.0.0.1}",
  "{destination: 10.17.0.0/16, router: 10.0.0.2}",
  "{destination: 10.27.129.0/24, router: 10.0.0.2}",
  "{destination: 10.229.0.128/25, router: 10.0.0.2}",
  "{destination: 10.198.122.47/32, router: 10.0.0.2}",
].join(", ");
/** The descriptors of RFC 3442, "Classless Route Option Format". */
const ROUTES_HEX = "000a000001" + "080a0a000001" + "100a110a000002" + "180a1b810a000002" + "190ae500800a000002" + "200ac67a2f0a000002";

const CASES: readonly [what: string, options: string, code: number, data: string][] = [
  ["captive portal (RFC 8910)", 'captive_portal: "https://portal.example/api"', 114, hex("https://portal.example/api")],
  [
    "no captive portal here (RFC 8910 section 2)",
    'captive_portal: "urn:ietf:params:capport:unrestricted"',
    114,
    hex("urn:ietf:params:capport:unrestricted"),
  ],
  ["classless routes (RFC 3442)", `classless_static_routes: [${ROUTES}]`, 121, ROUTES_HEX],
  ["Microsoft's classless routes", `microsoft_classless_static_routes: [${ROUTES}]`, 249, ROUTES_HEX],
  [
    "domain search, compressed (RFC 3397 section 2)",
    "domain_search: [eng.apple.com, marketing.apple.com]",
    119,
    `03${hex("eng")}05${hex("apple")}03${hex("com")}0009${hex("marketing")}c004`,
  ],
  [
    "encrypted DNS resolvers (RFC 9463 section 5.1)",
    "encrypted_dns_resolvers: [{priority: 1, adn: dns.example, addresses: [10.0.0.53], alpn: [dot, h2], port: 8443}]",
    162,
    `002600010d03${hex("dns")}07${hex("example")}00040a0000350001000703${hex("dot")}02${hex("h2")}0003000220fb`,
  ],
  [
    "an encrypted DNS resolver by its name alone (RFC 9463 section 3.1.6)",
    "encrypted_dns_resolvers: {priority: 0, adn: dns.example}",
    162,
    `001000000d03${hex("dns")}07${hex("example")}00`,
  ],
  [
    "vendor-specific information with sub-options (RFC 2132 section 8.4)",
    'vendor_extensions: {1: {type: ip, value: [10.0.0.5, 10.0.0.6]}, 2: {type: str, value: ring}, 240: {type: hex, value: "00ff"}}',
    43,
    `01080a0000050a0000060204${hex("ring")}f00200ff`,
  ],
  ["vendor-identifying vendor class (RFC 3925 section 3)", "124: {4491: [docsis3.0]}", 124, `0000118b0a09${hex("docsis3.0")}`],
  [
    "vendor-identifying information of two vendors (RFC 3925 section 4)",
    "125: {4491: {2: {type: ip, value: 10.0.0.9}}, 3561: {1: {type: str, value: ACS}}}",
    125,
    `00000de9050103${hex("ACS")}0000118b0602040a000009`,
  ],
  ["IPv6-only preferred (RFC 8925)", "ipv6_only_preferred: 1800", 108, "00000708"],
  ["auto-configure (RFC 2563)", "auto_configure: 0", 116, "00"],
  ["TFTP servers by address (RFC 5859)", "tftp_servers: [10.0.0.5, 10.0.0.6]", 150, "0a0000050a000006"],
  ["TFTP server by name", "tftp_server_name: tftp.example", 66, hex("tftp.example")],
  ["boot file as an option", "bootfile_name: boot/x64.efi", 67, hex("boot/x64.efi")],
  ["POSIX time zone (RFC 4833)", 'posix_timezone: "CET-1CEST,M3.5.0,M10.5.0/3"', 100, hex("CET-1CEST,M3.5.0,M10.5.0/3")],
  ["time zone by name (RFC 4833)", "tz_database_timezone: Europe/Vienna", 101, hex("Europe/Vienna")],
  [
    "SIP servers by name (RFC 3361 section 3.1)",
    "sip_servers: [sip1.example, sip2.example]",
    120,
    `0004${hex("sip1")}07${hex("example")}0004${hex("sip2")}c005`,
  ],
  ["SIP servers by address (RFC 3361 section 3.2)", "sip_servers: [10.0.0.7, 10.0.0.8]", 120, "010a0000070a000008"],
  [
    "6rd (RFC 5969 section 7.1.1)",
    'six_rd: {ipv4_mask_length: 8, prefix_length: 32, prefix: "2001:db8::", border_relays: [192.0.2.1]}',
    212,
    "0820" + "20010db8000000000000000000000000" + "c0000201",
  ],
  ["PXELINUX's magic (RFC 5071 section 3)", "pxelinux_magic: f100747e", 208, "f100747e"],
  ["PXELINUX's configuration file (RFC 5071)", "pxelinux_config_file: conf/lab", 209, hex("conf/lab")],
  ["PXELINUX's path prefix (RFC 5071)", 'pxelinux_path_prefix: "http://10.0.0.5/tftp/"', 210, hex("http://10.0.0.5/tftp/")],
  ["PXELINUX's reboot time (RFC 5071)", "pxelinux_reboot_time: 300", 211, "0000012c"],
  ["web proxy auto-discovery", 'wpad: "http://wpad.example/wpad.dat"', 252, hex("http://wpad.example/wpad.dat")],
];

describe("what is configured is what the client that asks for it gets", () => {
  for (const [what, options, code, data] of CASES) {
    test(`${code}: ${what}`, () => {
      assert.equal(dataIn(acknowledged(options, { prl: [code] }).message, code), data);
      assert.equal(dataIn(acknowledged(options, { prl: [6] }).message, code), undefined);
    });
  }
});

test("a client that asks for classless routes gets them in place of the router; one that does not gets the router (RFC 3442)", () => {
  const options = `classless_static_routes: [${ROUTES}]`;
  const both = acknowledged(options, { prl: [3, 121] }).message;
  assert.deepEqual([dataIn(both, 3), dataIn(both, 121)], [undefined, ROUTES_HEX]);
  const old = acknowledged(options, { prl: [3] }).message;
  assert.deepEqual([dataIn(old, 3), dataIn(old, 121)], ["0a000001", undefined]);
});

describe("options of more than 255 bytes are divided (RFC 3396)", () => {
  const cases: readonly [what: string, options: string, code: number, data: string][] = [
    ["text", `224: {type: str, value: ${"x".repeat(300)}}`, 224, "78".repeat(300)],
    [
      "routes",
      `classless_static_routes: [${Array.from({ length: 40 }, (_, i) => `{destination: 10.1.${i}.0/24, router: 10.0.0.1}`).join(", ")}]`,
      121,
      Array.from({ length: 40 }, (_, i) => `180a01${i.toString(16).padStart(2, "0")}0a000001`).join(""),
    ],
    [
      "compressed names, whose pointers count from the start of the whole option (RFC 3397 section 2)",
      `domain_search: [${Array.from({ length: 30 }, (_, i) => `host${10 + i}long.example`).join(", ")}]`,
      119,
      Array.from({ length: 30 }, (_, i) => `0a${hex(`host${10 + i}long`)}${i === 0 ? `07${hex("example")}00` : "c00b"}`).join(""),
    ],
  ];
  for (const [what, options, code, data] of cases) {
    test(what, () => {
      const { message, bytes } = acknowledged(options, { prl: [code], maxSize: 1500 });
      assert.equal(dataIn(message, code), data);
      const wire = toHex(bytes);
      assert.ok(wire.includes(toHex(Uint8Array.of(code, 255)) + data.slice(0, 510)), "the first piece has 255 bytes");
      assert.ok(wire.includes(toHex(Uint8Array.of(code, data.length / 2 - 255)) + data.slice(510)), "the second piece has the rest");
    });
  }
});

describe("a message that is too small takes options into file and sname (option 52, RFC 2131 section 4.1)", () => {
  const long = (code: number, length: number): string => `${code}: {type: str, value: ${"y".repeat(length)}}`;
  const options = `${long(224, 160)}, ${long(225, 100)}, ${long(226, 50)}, ${long(227, 30)}`;
  const prl = [224, 225, 226, 227];
  const missing = (spec: MessageSpec, more = ""): readonly number[] => {
    const { message, bytes } = acknowledged(`${options}`, { prl, ...spec }, more);
    assert.ok(bytes.length <= (spec.maxSize ?? 576) - 28);
    return prl.filter((code) => dataIn(message, code) === undefined);
  };
  test("all are there", () => {
    const { message, bytes } = acknowledged(options, { prl });
    assert.ok(bytes.length <= 548);
    assert.deepEqual(
      prl.map((code) => dataIn(message, code)?.length),
      [320, 200, 100, 60],
    );
    assert.ok(toHex(bytes).includes("340101"));
  });
  test("fields that carry a boot file or a server name hold no options, and what does not fit is left out whole, the last first", () => {
    assert.deepEqual(missing({}, "file_name: boot.img"), [227]);
    assert.deepEqual(missing({}, "file_name: boot.img\nserver_name: tftp"), [226, 227]);
  });
  test("a client that takes larger messages needs no overload", () => {
    const { message, bytes } = acknowledged(options, { prl, maxSize: 1500 });
    assert.deepEqual([message.file, message.sname], [NO_BYTES, NO_BYTES]);
    assert.ok(bytes.length > 548);
    assert.equal(toHex(bytes).includes("340101"), false);
  });
});

describe("the client machine identifier (option 97, RFC 4578 section 2.3)", () => {
  const uuid = fromHex("00112233445566778899aabbccddeeff00") as Uint8Array;
  test("a client that sends it gets it back, asked for or not, once", () => {
    for (const prl of [[3], [97, 3]]) {
      const { message } = acknowledged("", { prl, more: [{ code: 97, data: uuid }] });
      assert.deepEqual(
        message.options.filter(({ code }) => code === 97).map(({ data }) => toHex(data)),
        [toHex(uuid)],
      );
    }
  });
  test("one of another size is none, and nobody else gets one", () => {
    for (const more of [[], [{ code: 97, data: uuid.subarray(0, 16) }]]) {
      assert.equal(dataIn(acknowledged("", { prl: [97], more }).message, 97), undefined);
    }
  });
});
