import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../../../src/net/bytes.ts";
import { OPTIONS, type OptionDefinition, optionByCode } from "../../../src/wire/dhcp4/option-table.ts";
import { decodeValue, encodeValue, type JsonValue } from "../../../src/wire/values/values.ts";
import { anyValue } from "./arbitrary.ts";

function definition(code: number): OptionDefinition {
  const found = optionByCode(code);
  assert.ok(found, `option ${code}`);
  return found;
}

function bytes(text: string): Uint8Array {
  const value = fromHex(text);
  assert.ok(value);
  return value;
}

/**
 * Values as they are configured, and their bytes; taken from the examples and figures of the RFCs.
 * Decoding gives `json` where it is not the same.
 */
const vectors: { code: number; value: unknown; data: string; json?: JsonValue }[] = [
  { code: 1, value: "255.255.255.0", data: "ffffff00" },
  { code: 2, value: -18000, data: "ffffb9b0" },
  { code: 3, value: "192.168.5.1", data: "c0a80501", json: ["192.168.5.1"] },
  { code: 3, value: ["192.168.5.1", "192.168.5.2"], data: "c0a80501c0a80502" },
  { code: 12, value: "müller", data: "6dc3bc6c6c6572" },
  { code: 13, value: 65535, data: "ffff" },
  { code: 19, value: true, data: "01" },
  { code: 20, value: false, data: "00" },
  { code: 21, value: ["10.0.0.0", "255.0.0.0", "10.1.0.0", "255.255.0.0"], data: "0a000000 ff000000 0a010000 ffff0000" },
  { code: 23, value: 64, data: "40" },
  { code: 25, value: [68, 1500], data: "004405dc" },
  { code: 33, value: ["10.0.0.0", "192.168.5.1"], data: "0a000000c0a80501" },
  { code: 37, value: 128, data: "80" },
  {
    code: 43,
    value: { 1: { type: "ip", value: "10.0.0.1" }, 2: { type: "str", value: "ab" } },
    data: "01040a000001 02026162",
    json: { 1: { type: "hex", value: "0a000001" }, 2: { type: "hex", value: "6162" } },
  },
  { code: 46, value: "h-node", data: "08", json: 8 },
  { code: 51, value: 0xffffffff, data: "ffffffff" },
  { code: 53, value: "ACK", data: "05", json: 5 },
  { code: 55, value: [1, 3, 6], data: "010306" },
  { code: 60, value: "PXEClient", data: "505845436c69656e74" },
  { code: 60, value: { type: "hex", value: "0001" }, data: "0001" },
  { code: 61, value: "01:02:00:00:00:00:10", data: "01020000000010", json: "01020000000010" },
  { code: 61, value: "'abc'", data: "616263", json: "616263" },
  // RFC 2242 section 3, shortened
  {
    code: 63,
    value: { nwip_exist_in_options_area: true, nsq_broadcast: true, preferred_dss: ["10.0.0.1"] },
    data: "0200 050101 06040a000001",
  },
  { code: 68, value: [], data: "" },
  { code: 77, value: ["ab", "c"], data: "02616201 63" },
  { code: 78, value: { mandatory: true, addresses: ["10.0.0.1"] }, data: "010a000001" },
  { code: 79, value: { mandatory: false, scopes: "a,b" }, data: "00612c62" },
  { code: 80, value: true, data: "" },
  // RFC 4702 section 2.3.1: "myhost.", complete and partial
  {
    code: 81,
    value: { s: true, name: "myhost." },
    data: "050000 066d79686f737400",
    json: { s: true, o: false, e: true, n: false, rcode1: 0, rcode2: 0, name: "myhost." },
  },
  {
    code: 81,
    value: { e: true, name: "myhost" },
    data: "040000 066d79686f7374",
    json: { s: false, o: false, e: true, n: false, rcode1: 0, rcode2: 0, name: "myhost" },
  },
  {
    code: 81,
    value: { e: false, name: "host.a" },
    data: "000000 686f73742e61",
    json: { s: false, o: false, e: false, n: false, rcode1: 0, rcode2: 0, name: "host.a" },
  },
  {
    code: 81,
    value: { e: true, name: "" },
    data: "040000",
    json: { s: false, o: false, e: true, n: false, rcode1: 0, rcode2: 0, name: "" },
  },
  {
    code: 82,
    value: {
      circuit_id: "eth0",
      remote_id: { type: "hex", value: "0102" },
      link_selection: "10.1.0.0",
      server_identifier_override: "10.0.0.9",
      relay_source_port: true,
    },
    data: "0104657468 30 02020102 05040a010000 0b040a000009 1300",
  },
  { code: 82, value: { vendor_specific_information: { 9: { 1: { type: "hex", value: "aa" } } } }, data: "0908 00000009 03 0101aa" },
  {
    code: 82,
    value: { virtual_subnet_selection: { vss_type: 0, info: "616263" }, virtual_subnet_selection_control: true },
    data: "970400616263 9800",
  },
  {
    code: 90,
    value: { protocol: 1, algorithm: 1, replay_detection_method: 0, replay_detection: "0000000000000001", information: "ff" },
    data: "010100 0000000000000001 ff",
  },
  { code: 93, value: ["x64-uefi", 0], data: "00070000", json: [7, 0] },
  { code: 94, value: { interface_type: 1, major: 3, minor: 16 }, data: "010310" },
  { code: 97, value: { uuid_type: 0, uuid: "00112233445566778899aabbccddeeff" }, data: "0000112233445566778899aabbccddeeff" },
  { code: 99, value: { what: 2, country: "DE", elements: [{ ca_type: 3, ca_value: "Ulm" }] }, data: "024445 0303556c6d" },
  { code: 108, value: 1800, data: "00000708" },
  { code: 109, value: "2001:db8::1", data: "20010db8000000000000000000000001" },
  { code: 114, value: "https://example.org/api", data: "68747470733a2f2f6578616d706c652e6f72672f617069" },
  { code: 116, value: 1, data: "01" },
  { code: 117, value: [6, 41], data: "00060029" },
  // RFC 3397 section 3
  {
    code: 119,
    value: ["eng.apple.com.", "marketing.apple.com"],
    data: "03656e67056170706c6503636f6d00 096d61726b6574696e67c004",
    json: ["eng.apple.com", "marketing.apple.com"],
  },
  { code: 119, value: "example.org", data: "076578616d706c65036f726700", json: ["example.org"] },
  // RFC 3361 section 3
  { code: 120, value: ["example.com", "example.net"], data: "00 076578616d706c6503636f6d00 076578616d706c65036e657400" },
  { code: 120, value: "10.0.0.1", data: "010a000001", json: ["10.0.0.1"] },
  // RFC 3442, the table of destination descriptors
  {
    code: 121,
    value: ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.17.0.0/16", "10.27.129.0/24", "10.229.0.128/25", "10.198.122.47/32"].map(
      (destination) => ({ destination, router: "10.0.0.1" }),
    ),
    data: "000a000001 080a0a000001 180a00000a000001 100a110a000001 180a1b810a000001 190ae500800a000001 200ac67a2f0a000001",
  },
  {
    code: 122,
    value: { primary_dhcp_server: "10.0.0.1", provisioning_server: "a.b", ticket_granting_server: true },
    data: "01040a000001 030600016101 6200 070101",
  },
  {
    code: 123,
    value: {
      latitude_resolution: 34,
      latitude: -33.5,
      longitude_resolution: 34,
      longitude: 151.25,
      altitude_type: 1,
      altitude_resolution: 30,
      altitude: -3.5,
      reserved: 0,
      datum: 1,
    },
    data: "8bbd000000 892e800000 17bffffc80 01",
  },
  { code: 124, value: { 9: ["ab", "c"] }, data: "00000009 05 0261620163", json: { 9: ["ab", "c"] } },
  {
    code: 125,
    value: { 3561: { 1: { type: "hex", value: "ff" } }, 9: {} },
    data: "00000009 00 00000de9 03 0101ff",
    json: { 3561: { 1: { type: "hex", value: "ff" } }, 9: {} },
  },
  { code: 137, value: "lost.example.org", data: "046c6f7374076578616d706c65036f726700" },
  { code: 138, value: ["10.0.0.1", "10.0.0.2"], data: "0a0000010a000002" },
  { code: 139, value: { command_service: ["10.0.0.1"] }, data: "02040a000001" },
  { code: 140, value: { information_service: ["a.b", "b"] }, data: "0108 0161016200 016200" },
  { code: 143, value: ["https://a", "b"], data: "0009 68747470733a2f2f61 000162" },
  { code: 146, value: { preference: 1, primary: "10.0.0.1", secondary: "10.0.0.2", domains: ["a"] }, data: "01 0a000001 0a000002 016100" },
  { code: 150, value: ["10.0.0.1", "10.0.0.2"], data: "0a0000010a000002" },
  { code: 151, value: { status: 0, message: "" }, data: "00" },
  { code: 158, value: [["10.0.0.1", "10.0.0.2"], ["10.0.0.3"]], data: "08 0a0000010a000002 04 0a000003" },
  { code: 159, value: { offset: 6, psid_length: 4, psid: 0x3000 }, data: "06043000" },
  // RFC 9463 section 5.1: a full instance, and one in the mode with a name alone
  {
    code: 162,
    value: [
      { priority: 1, adn: "a.b", addresses: ["10.0.0.1"], alpn: ["dot", "h2"], port: 853, dohpath: "/q{?dns}" },
      { priority: 2, adn: "c" },
    ],
    data: "002a 0001 05 0161016200 04 0a000001 0001 0007 03646f74026832 0003 0002 0355 0007 0008 2f717b3f646e737d 0006 0002 03 016300",
  },
  { code: 208, value: "f100747e", data: "f100747e" },
  {
    code: 212,
    value: { ipv4_mask_length: 8, prefix_length: 32, prefix: "2001:db8::", border_relays: ["10.0.0.1"] },
    data: "0820 20010db8000000000000000000000000 0a000001",
  },
  { code: 213, value: "a.b", data: "0161016200" },
  { code: 220, value: { flags: 0, suboptions: { subnet_request: { flags: 1, prefix_length: 24 } } }, data: "00 01020118" },
  { code: 221, value: { vss_type: 1, info: "00000000000001" }, data: "0100000000000001" },
  {
    code: 249,
    value: { destination: "10.0.0.0/8", router: "10.0.0.1" },
    data: "080a0a000001",
    json: [{ destination: "10.0.0.0/8", router: "10.0.0.1" }],
  },
  { code: 252, value: "http://wpad/wpad.dat", data: "687474703a2f2f777061642f777061642e646174" },
];

for (const { code, value, data, json } of vectors) {
  test(`option ${code} ${optionByCode(code)?.name}: ${JSON.stringify(value).slice(0, 60)}`, () => {
    const { type } = definition(code);
    const encoded = encodeValue(type, value);
    assert.ok(encoded.ok, JSON.stringify(encoded));
    assert.equal(toHex(encoded.data), toHex(bytes(data)));
    assert.deepEqual(decodeValue(type, bytes(data)), { ok: true, value: json ?? value });
  });
}

/** Values that must be refused, and where the problem is. */
const refused: { code: number; value: unknown; path: (string | number)[]; problem: RegExp }[] = [
  { code: 1, value: "255.255.255", path: [], problem: /IPv4 address/ },
  { code: 3, value: [], path: [], problem: /empty/ },
  { code: 3, value: ["10.0.0.1", "x"], path: [1], problem: /IPv4 address/ },
  { code: 12, value: "", path: [], problem: /empty/ },
  { code: 12, value: 5, path: [], problem: /text/ },
  { code: 19, value: 1, path: [], problem: /true or false/ },
  { code: 21, value: ["10.0.0.0"], path: [], problem: /at least 2/ },
  { code: 21, value: ["10.0.0.0", "10.0.0.1", "10.0.0.2"], path: [], problem: /multiple of 2/ },
  { code: 23, value: 0, path: [], problem: /1 to 255/ },
  { code: 26, value: 1500.5, path: [], problem: /whole number/ },
  { code: 43, value: { 1: "ab" }, path: ["1"], problem: /no definition/ },
  { code: 43, value: { 256: { type: "u8", value: 1 } }, path: ["256"], problem: /0 to 255/ },
  { code: 43, value: { 1: { type: "u8", value: 256 } }, path: ["1", "value"], problem: /0 to 255/ },
  { code: 43, value: { 1: { type: "hex", value: "00".repeat(256) } }, path: ["1"], problem: /at most 255/ },
  { code: 61, value: "00", path: [], problem: /at least 2/ },
  { code: 80, value: false, path: [], problem: /true/ },
  { code: 82, value: { circuit: "a" }, path: ["circuit"], problem: /circuit_id/ },
  { code: 82, value: { circuit_id: "a", 1: "b" }, path: ["circuit_id"], problem: /second time/ },
  { code: 97, value: { uuid_type: 0 }, path: ["uuid"], problem: /missing/ },
  { code: 97, value: { uuid_type: 0, uuid: "00", more: 1 }, path: ["more"], problem: /unknown/ },
  { code: 99, value: { what: 2, country: "DEU", elements: [] }, path: ["country"], problem: /2 bytes/ },
  { code: 119, value: ["a..b"], path: [0], problem: /empty label/ },
  { code: 119, value: ["müller.example"], path: [0], problem: /xn--/ },
  { code: 120, value: ["a..b"], path: [], problem: /IPv4 address.*or.*empty label/ },
  { code: 121, value: [{ destination: "10.0.0.1/8", router: "10.0.0.1" }], path: [0, "destination"], problem: /prefix/ },
  { code: 121, value: [{ destination: "10.0.0.0/8" }], path: [0, "router"], problem: /IPv4 address/ },
  { code: 123, value: { latitude: 1 }, path: ["latitude_resolution"], problem: /whole number/ },
  { code: 124, value: { x: ["a"] }, path: ["x"], problem: /enterprise number/ },
  { code: 125, value: { 9: { 1: { type: "hex", value: "00".repeat(254) } } }, path: ["9"], problem: /at most 255/ },
  { code: 162, value: [{ priority: 1, adn: "a", port: 1 }], path: [0, "addresses"], problem: /together/ },
  {
    code: 162,
    value: [{ priority: 1, adn: "a", addresses: ["1.1.1.1"], alpn: ["a"], params: { 1: "00" } }],
    path: [0, "params", "1"],
    problem: /second time/,
  },
  { code: 208, value: "f1", path: [], problem: /4 bytes/ },
  {
    code: 212,
    value: { ipv4_mask_length: 33, prefix_length: 1, prefix: "::", border_relays: [] },
    path: ["ipv4_mask_length"],
    problem: /0 to 32/,
  },
];

for (const { code, value, path, problem } of refused) {
  test(`option ${code} refuses ${JSON.stringify(value).slice(0, 60)}`, () => {
    const result = encodeValue(definition(code).type, value);
    assert.ok(!result.ok);
    assert.deepEqual(result.path, path);
    assert.match(result.problem, problem);
  });
}

/** Data that is not as its option prescribes: a problem, not a value and not an exception. */
const malformed: [code: number, data: string, problem: RegExp][] = [
  [1, "ffffff", /needs 4 bytes/],
  [1, "ffffff0000", /1 bytes are left over/],
  [3, "", /empty/],
  [3, "c0a80501c0", /needs 4 bytes/],
  [12, "", /empty/],
  [12, "0000", /empty/],
  [19, "02", /neither 0 nor 1/],
  [33, "0a000000", /fewer than 2/],
  [37, "00", /out of range/],
  [43, "0105aa", /needs 5 bytes/],
  [43, "01aa01", /needs/],
  [43, "0101aa0101bb", /twice/],
  [52, "04", /out of range/],
  [61, "00", /needs 2 bytes/],
  [77, "05616263", /needs 5 bytes/],
  [80, "00", /left over/],
  [81, "0000", /needs 3 bytes/],
  [119, "03656e67", /cut off/],
  [119, "c000", /backwards/],
  [119, "0161c000", /backwards/],
  [119, "016100c0", /cut off/],
  [119, "80616100", /unknown type/],
  [120, "05", /not a known kind/],
  [121, "210a0a0a0a0a0a000001", /not the length of a prefix/],
  [121, "180a0a0a", /needs 7 bytes/],
  [124, "0000000905026162", /needs 5 bytes/],
  [162, "0002 0001", /needs 3 bytes/],
];

for (const [code, data, problem] of malformed) {
  test(`option ${code} with data "${data}" is malformed`, () => {
    const result = decodeValue(definition(code).type, bytes(data));
    assert.ok(!result.ok, JSON.stringify(result));
    assert.match(result.problem, problem);
  });
}

test("a Latin-1 host name is read as Latin-1, and NULs behind text are dropped (RFC 2132 section 2)", () => {
  assert.deepEqual(decodeValue(definition(12).type, bytes("6dfc6c6c6572")), { ok: true, value: "müller" });
  assert.deepEqual(decodeValue(definition(12).type, bytes("616200")), { ok: true, value: "ab" });
});

test("option 43 may hold Pad, and ends at End (RFC 2132 section 8.4)", () => {
  assert.deepEqual(decodeValue(definition(43).type, bytes("00 0101aa 00 ff 99")), { ok: true, value: { 1: { type: "hex", value: "aa" } } });
});

test("a relay sub-option that is not as defined does not hide its neighbours", () => {
  assert.deepEqual(decodeValue(definition(82).type, bytes("05 02 0a01 01 01 61")), {
    ok: true,
    value: { link_selection: { type: "hex", value: "0a01" }, circuit_id: "a" },
  });
});

test("bits behind the length of a route's destination are ignored (RFC 3442)", () => {
  assert.deepEqual(decodeValue(definition(121).type, bytes("090affff 0a000001".replace("0affff", "0aff"))), {
    ok: true,
    value: [{ destination: "10.128.0.0/9", router: "10.0.0.1" }],
  });
});

for (const { code, name, type } of OPTIONS) {
  test(`every value of option ${code} ${name} survives encoding`, () => {
    fc.assert(
      fc.property(anyValue(type), (value) => {
        const encoded = encodeValue(type, value);
        assert.ok(encoded.ok, JSON.stringify(encoded));
        assert.deepEqual(decodeValue(type, encoded.data), { ok: true, value });
      }),
      { numRuns: 50 },
    );
  });
}

test("decoding any data by any type gives a value or a problem, and such a value encodes to data with the same value", () => {
  const option = fc.constantFrom(...OPTIONS);
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    // Lengths and tags that make sense more often.
    fc
      .array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 255 })), { maxLength: 40 })
      .map((values) => Uint8Array.from(values)),
  );
  fc.assert(
    fc.property(option, data, ({ type }, value) => {
      const first = decodeValue(type, value);
      if (!first.ok) {
        assert.ok(first.problem.length > 0);
        return;
      }
      const encoded = encodeValue(type, first.value);
      assert.ok(encoded.ok, JSON.stringify([encoded, first]));
      assert.deepEqual(decodeValue(type, encoded.data), first);
    }),
    { numRuns: 20000 },
  );
});

test("encoding anything gives data or a problem with a place, never an exception", () => {
  fc.assert(
    fc.property(fc.constantFrom(...OPTIONS), fc.anything({ withNullPrototype: true }), ({ type }, value) => {
      const result = encodeValue(type, value);
      if (!result.ok) assert.ok(result.problem.length > 0 && Array.isArray(result.path));
    }),
    { numRuns: 5000 },
  );
});
