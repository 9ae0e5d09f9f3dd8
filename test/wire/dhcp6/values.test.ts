import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { OPTIONS, type OptionDefinition, optionByCode } from "../../../src/wire/dhcp6/option-table.ts";
import { encodeOption } from "../../../src/wire/option-values.ts";
import { decodeValue, encodeValue, type JsonValue } from "../../../src/wire/values/values.ts";
import { anyValue } from "../values/arbitrary.ts";
import { hex } from "./arbitrary.ts";

function definition(code: number): OptionDefinition {
  return optionByCode(code) ?? assert.fail(`option ${code}`);
}

const A = "20010db8000000000000000000000001";
const B = "20010db8000000000000000000000002";

/**
 * Values as they are configured, and their bytes, after the figures of the RFCs. Decoding gives
 * `json` where it is not the same.
 */
const vectors: readonly { readonly code: number; readonly value: JsonValue; readonly data: string; readonly json?: JsonValue }[] = [
  { code: 1, value: "00:03:00:01:02", data: "0003000102", json: "0003000102" },
  {
    code: 3,
    value: {
      iaid: 7,
      t1: 1,
      t2: 2,
      options: {
        ia_address: [
          {
            address: "2001:db8::1",
            preferred_lifetime: 3,
            valid_lifetime: 4,
            options: { status_code: { status: "NoBinding", message: "" } },
          },
        ],
      },
    },
    data: `00000007 00000001 00000002 0005 001e ${A} 00000003 00000004 000d 0002 0003`,
    json: {
      iaid: 7,
      t1: 1,
      t2: 2,
      options: {
        ia_address: [
          { address: "2001:db8::1", preferred_lifetime: 3, valid_lifetime: 4, options: { status_code: { status: 3, message: "" } } },
        ],
      },
    },
  },
  { code: 4, value: { iaid: 7, options: {} }, data: "00000007" },
  { code: 6, value: [23, 24], data: "0017 0018" },
  { code: 6, value: [], data: "" },
  { code: 7, value: 255, data: "ff" },
  { code: 8, value: 100, data: "0064" },
  {
    code: 11,
    value: { protocol: 3, algorithm: 1, replay_detection_method: 0, replay_detection: "0000000000000001", information: "01ff" },
    data: "03 01 00 0000000000000001 01ff",
  },
  { code: 13, value: { status: 0, message: "fine" }, data: "0000 66696e65" },
  { code: 14, value: true, data: "" },
  { code: 15, value: ["ab", "c"], data: "0002 6162 0001 63" },
  { code: 16, value: { 4491: ["docsis3.0"] }, data: "0000118b 0009 646f63736973332e30" },
  { code: 16, value: { 9: [] }, data: "00000009" },
  {
    code: 17,
    value: { 4491: { 33: { type: "ip", value: "10.0.0.1" } } },
    data: "0000118b 0021 0004 0a000001",
    json: { 4491: { 33: { type: "hex", value: "0a000001" } } },
  },
  { code: 19, value: "RENEW", data: "05", json: 5 },
  { code: 21, value: ["a.b", "c"], data: "0161016200 016300" },
  { code: 23, value: ["2001:db8::1", "2001:db8::2"], data: `${A}${B}` },
  { code: 23, value: "2001:db8::1", data: A, json: ["2001:db8::1"] },
  { code: 24, value: "a.b", data: "0161016200", json: ["a.b"] },
  {
    code: 25,
    value: {
      iaid: 1,
      t1: 2,
      t2: 3,
      options: {
        ia_prefix: [
          {
            preferred_lifetime: 4,
            valid_lifetime: 5,
            prefix: "2001:db8::/56",
            options: { pd_exclude: { prefix_length: 64, subnet_id: "01" } },
          },
        ],
      },
    },
    data: "00000001 00000002 00000003 001a 001f 00000004 00000005 38 20010db8000000000000000000000000 0043 0002 4001",
  },
  { code: 29, value: "a.b", data: "0161016200" },
  { code: 32, value: 86400, data: "00015180" },
  { code: 36, value: { what: 1, country: "DE", elements: [{ ca_type: 3, ca_value: "Berlin" }] }, data: "01 4445 03 06 4265726c696e" },
  { code: 37, value: { enterprise: 9, id: "port" }, data: "00000009 706f7274" },
  { code: 39, value: { s: true, name: "pc.net." }, data: "01 027063036e657400", json: { s: true, o: false, n: false, name: "pc.net." } },
  { code: 39, value: { n: true, name: "pc" }, data: "04 027063", json: { s: false, o: false, n: true, name: "pc" } },
  { code: 39, value: { o: true, name: "" }, data: "02", json: { s: false, o: true, n: false, name: "" } },
  { code: 41, value: "EST5EDT4", data: "4553543545445434" },
  { code: 43, value: [18, 37], data: "0012 0025" },
  {
    code: 44,
    value: { query_type: "by_address", link_address: "::", options: {} },
    data: `01 ${"00".repeat(16)}`,
    json: { query_type: 1, link_address: "::", options: {} },
  },
  { code: 45, value: { client_identifier: "000301", clt_time: 5 }, data: "0001 0003 000301 002e 0004 00000005" },
  { code: 47, value: { peer_address: "2001:db8::1", message: "0c" }, data: `${A} 0c` },
  {
    code: 50,
    value: { mip6_home_network_prefix: ["2001:db8::/64"], mip6_home_agent_name: ["a"] },
    data: "0047 0011 40 20010db8000000000000000000000000 0049 0003 016100",
  },
  { code: 54, value: { information_service: ["2001:db8::1"] }, data: `0001 0010 ${A}` },
  { code: 55, value: { event_service: ["a.b"] }, data: "0003 0005 0161016200" },
  { code: 56, value: { server_address: "2001:db8::1" }, data: `0001 0010 ${A}` },
  { code: 56, value: { server_name: "a.b" }, data: "0003 0005 0161016200" },
  { code: 59, value: "tftp://[2001:db8::1]/a", data: toHex(new TextEncoder().encode("tftp://[2001:db8::1]/a")) },
  { code: 60, value: ["a=1", "b"], data: "0003 613d31 0001 62" },
  { code: 61, value: [7, 16], data: "0007 0010" },
  { code: 62, value: { interface_type: 1, major: 3, minor: 16 }, data: "01 03 10" },
  { code: 64, value: "aftr.example", data: "0461667472076578616d706c6500" },
  { code: 66, value: { erp_local_domain_name: "a" }, data: "0041 0003 016100" },
  { code: 68, value: { vss_type: 0, info: "616263" }, data: "00 616263" },
  { code: 74, value: { address: "2001:db8::1", preference: 1, domains: ["a", ""] }, data: `${A} 01 016100 00` },
  {
    code: 78,
    value: { priority: 1, weight: 2, transport_type: 3, port: 88, address: "2001:db8::1", realm: "R" },
    data: `0001 0002 03 0058 ${A} 52`,
  },
  { code: 79, value: { type: 1, address: "020000000010" }, data: "0001 020000000010" },
  { code: 82, value: 60, data: "0000003c" },
  // RFC 7078 section 2: a prefix of 60 bits takes eight bytes.
  {
    code: 84,
    value: { flags: 1, policies: { address_selection_policy: [{ label: 1, precedence: 40, prefix: "2001:db8::/60" }] } },
    data: "01 0055 000b 01 28 3c 20010db800000000",
  },
  { code: 88, value: [], data: "" },
  {
    code: 94,
    value: {
      s46_rule: [
        {
          flags: 1,
          ea_length: 16,
          ipv4_prefix: "192.0.2.0/24",
          ipv6_prefix: "2001:db8::/33",
          options: { s46_port_parameters: { offset: 6, psid_length: 8, psid: 52 << 8 } },
        },
      ],
      s46_border_relay: ["2001:db8::1"],
    },
    data: `0059 0015 01 10 18 c0000200 21 20010db800 005d 0004 06 08 3400 005a 0010 ${A}`,
  },
  { code: 95, value: { s46_default_mapping_rule: ["2001:db8::/64"] }, data: "005b 0009 40 20010db800000000" },
  {
    code: 96,
    value: { s46_binding: [{ ipv4_address: "192.0.2.1", ipv6_prefix: "2001:db8::/56", options: {} }] },
    data: "005c 000c c0000201 38 20010db8000000",
  },
  {
    code: 97,
    value: { four_rd_non_map_rule: { flags: 129, traffic_class: 0, domain_pmtu: 1280 } },
    data: "0063 0004 81 00 0500",
  },
  { code: 103, value: "https://a", data: "68747470733a2f2f61" },
  {
    code: 104,
    value: {
      ...{ flags: 128, time_unit: 1, seed_set_entry_lifetime: 2, data_message_k: 3, data_message_imin: 4, data_message_imax: 5 },
      ...{ data_message_timer_expirations: 6, control_message_k: 7, control_message_imin: 8, control_message_imax: 9 },
      control_message_timer_expirations: 10,
    },
    data: "80 01 0002 03 0004 05 0006 07 0008 09 000a",
  },
  { code: 111, value: [64, 94], data: "0040 005e" },
  {
    code: 113,
    value: { any_source: "ff0e::/96", source_specific: "ff3e::/96", unicast: "2001:db8::/32" },
    data: "60 ff0e00000000000000000000 60 ff3e00000000000000000000 20 20010db8",
  },
  { code: 116, value: { failover_dns_zone_name: "a", failover_dns_flags: 15 }, data: "0076 0003 016100 0077 0002 000f" },
  { code: 136, value: ["https://a", "b"], data: "0009 68747470733a2f2f61 0001 62" },
  { code: 137, value: "2001:db8::/44", data: "2c 20010db80000" },
  {
    code: 138,
    value: {
      iaid: 1,
      t1: 2,
      t2: 3,
      options: {
        link_layer_addresses: [
          { link_layer_type: 1, link_layer_address: "020000000010", extra_addresses: 3, valid_lifetime: 9, options: {} },
        ],
        slap_quadrant: [{ quadrant: 0, preference: 255 }],
      },
    },
    data: "00000001 00000002 00000003 008b 0012 0001 0006 020000000010 00000003 00000009 008c 0002 00 ff",
  },
  // RFC 9463 section 4.1
  {
    code: 144,
    value: { priority: 1, adn: "dns.a", addresses: ["2001:db8::1", "2001:db8::2"], alpn: ["dot"], port: 853 },
    data: `0001 0007 03646e73016100 0020 ${A}${B} 0001 0004 03646f74 0003 0002 0355`,
  },
  { code: 144, value: { priority: 1, adn: "a" }, data: "0001 0003 016100" },
  { code: 146, value: { transports: 3, name: "a.b" }, data: "0003 0161016200" },
  { code: 148, value: true, data: "" },
];

describe("values and their bytes", () => {
  for (const { code, value, data, json } of vectors) {
    const { name, type } = definition(code);
    test(`option ${code} ${name}: ${JSON.stringify(value).slice(0, 60)}`, () => {
      const encoded = encodeValue(type, value);
      assert.deepEqual(encoded, { ok: true, data: hex(data) });
      assert.deepEqual(decodeValue(type, hex(data)), { ok: true, value: json ?? value });
    });
  }
});

describe("options of several values", () => {
  const cases: readonly [code: number, value: JsonValue, values: readonly string[]][] = [
    [16, { 9: ["a"], 10: ["b"] }, ["00000009 0001 61", "0000000a 0001 62"]],
    [17, { 9: {}, 10: {} }, ["00000009", "0000000a"]],
    [56, [{ server_address: "2001:db8::1" }, { server_name: "a" }], [`0001 0010 ${A}`, "0003 0003 016100"]],
    [86, ["2001:db8::1", "2001:db8::2"], [A, B]],
    [86, [["2001:db8::1", "2001:db8::2"]], [`${A}${B}`]],
    [23, ["2001:db8::1", "2001:db8::2"], [`${A}${B}`]],
    [
      144,
      [
        { priority: 1, adn: "a" },
        { priority: 2, adn: "b" },
      ],
      ["0001 0003 016100", "0002 0003 016200"],
    ],
  ];
  for (const [code, value, values] of cases) {
    test(`option ${code}: ${JSON.stringify(value).slice(0, 60)}`, () => {
      assert.deepEqual(encodeOption(definition(code), value), { ok: true, values: values.map(hex) });
    });
  }
});

describe("what is no value", () => {
  const configured: readonly [code: number, value: JsonValue, path: readonly (string | number)[], problem: RegExp][] = [
    [23, ["10.0.0.1"], [0], /IPv6 address/],
    [82, 59, [], /60 to 86400/],
    [137, "2001:db8::1/64", [], /prefix such as 2001:db8::\/32, without bits/],
    [137, "2001:db8::/129", [], /prefix/],
    [137, 64, [], /prefix/],
    [
      94,
      { s46_rule: [{ flags: 0, ea_length: 0, ipv4_prefix: "192.0.2.1/24", ipv6_prefix: "::/0", options: {} }] },
      ["s46_rule", 0, "ipv4_prefix"],
      /10\.0\.0\.0\/8/,
    ],
    [39, { e: true, name: "a" }, ["e"], /unknown here/],
    [39, { s: 1, name: "a" }, ["s"], /true or false/],
    [56, { server: "a" }, ["server"], /server_address, multicast_address, server_name/],
    [144, { priority: 1, adn: "a", addresses: ["10.0.0.1"] }, ["addresses", 0], /IPv6 address/],
    [144, { priority: 1, adn: "a", port: 1 }, ["addresses"], /together/],
    [104, { flags: 0 }, ["time_unit"], /missing/],
  ];
  for (const [code, value, path, problem] of configured) {
    test(`option ${code} as ${JSON.stringify(value).slice(0, 60)}`, () => {
      const result = encodeValue(definition(code).type, value);
      assert.ok(!result.ok);
      assert.deepEqual(result.path, path);
      assert.match(result.problem, problem);
    });
  }

  const received: readonly [code: number, data: string, problem: RegExp][] = [
    [1, "0003", /needs 3 bytes/],
    [3, "00000007 00000001 000000", /needs 4 bytes/],
    [3, "00000007 00000001 00000002 0005 0001", /needs 1 bytes/],
    [14, "00", /left over/],
    [16, "000000", /needs 4 bytes/],
    [16, "00000009 0002 61", /needs 2 bytes/],
    [23, A.slice(2), /needs 16 bytes/],
    [39, "", /needs 1 bytes/],
    [39, "01 0570", /./],
    [71, "81 00000000000000000000000000000000", /129 is not the length of a prefix/],
    [91, "40 00", /needs 8 bytes/],
    [144, "0001 0003 016100 000f", /15 bytes are not a list of IPv6 addresses/],
    [144, "0001 0003 016100 0010 00", /needs 16 bytes/],
    [144, "0001 00", /needs 4 bytes/],
  ];
  for (const [code, data, problem] of received) {
    test(`option ${code} of ${data || "nothing"}`, () => {
      const result = decodeValue(definition(code).type, hex(data));
      assert.ok(!result.ok, JSON.stringify(result));
      assert.match(result.problem, problem);
    });
  }

  test("bits behind the length of a prefix mean nothing", () => {
    assert.deepEqual(decodeValue(definition(137).type, hex("2c 20010db8ffff")), { ok: true, value: "2001:db8:fff0::/44" });
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
      { numRuns: 25 },
    );
  });
}

test("decoding any data by any type gives a value or a problem, and such a value encodes to data with the same value", () => {
  const option = fc.constantFrom(...OPTIONS);
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    // Lengths and codes that make sense more often.
    fc
      .array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 13, 26, 67, 89), fc.integer({ min: 0, max: 255 })), {
        maxLength: 60,
      })
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
    { numRuns: 10000 },
  );
});
