import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { buildConfig, defineConfig, loadConfig } from "../../../src/config/load.ts";
import { printConfig } from "../../../src/config/print.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { discover } from "../../engine/support/messages.ts";
import { serverOf } from "../../engine/support/server.ts";
import { load, problemsOf } from "../load.ts";

/** A file with one definition, and one use of it at the top level. */
const using = (definition: string, option: string): string => `option_definitions: {mine: ${definition}}\noptions: {${option}}`;

function dataOf(text: string): Record<number, string> {
  return Object.fromEntries([...load(text).options.byCode.values()].map(({ code, data }) => [code, toHex(data)]));
}

describe("an option of the operator's own", () => {
  const values: readonly [type: string, value: string, data: string][] = [
    ["ip", "10.0.0.1", "0a000001"],
    ["[ip]", "[10.0.0.1, 10.0.0.2]", "0a0000010a000002"],
    ["[ip]", "10.0.0.1", "0a000001"],
    ["ip_list", "[10.0.0.1]", "0a000001"],
    ["ipv6", "'2001:db8::1'", "20010db8000000000000000000000001"],
    ["str", "'ä'", "c3a4"],
    ["domain", "a.example", "0161076578616d706c6500"],
    ["[domain]", "[a.example, b.example]", "0161076578616d706c65000162076578616d706c6500"],
    ["domain_list", "[a.example]", "0161076578616d706c6500"],
    ["u8", "255", "ff"],
    ["u16", "258", "0102"],
    ["u32", "4294967295", "ffffffff"],
    ["i8", "-1", "ff"],
    ["i16", "-2", "fffe"],
    ["i32", "-3", "fffffffd"],
    ["[u16]", "[1, 2, 3]", "000100020003"],
    ["bool", "true", "01"],
    ["flag", "true", ""],
    ["hex", "0a0b", "0a0b"],
    ["hex", `"'text'"`, "74657874"],
    ["routes", "[{destination: 10.0.0.0/8, router: 10.0.0.1}]", "080a0a000001"],
    ["sub_option", "{1: {type: u8, value: 7}}", "010107"],
    ["{port: u16, host: domain}", "{port: 80, host: a.example}", "00500161076578616d706c6500"],
    ["[{address: ip, port: u16}]", "[{address: 10.0.0.1, port: 1}, {address: 10.0.0.2, port: 2}]", "0a00000100010a0000020002"],
    ["{kind: u8, text: str}", "{kind: 1, text: abc}", "01616263"],
  ];
  for (const [type, value, data] of values) {
    test(`${type}: ${value}`, () => {
      for (const space of ["", ", space: dhcp4"]) {
        for (const option of [`mine: ${value}`, `224: ${value}`, `values: {mine: {value: ${value}}}`]) {
          assert.deepEqual(dataOf(using(`{code: 224, type: ${type}${space}}`, option)), { 224: data }, option);
        }
      }
      assert.deepEqual(dataOf(using(`{code: 7, type: ${type}, space: vendor-4491}`, `125: {4491: {mine: ${value}}}`)), {
        125: `0000118b${byte(data.length / 2 + 2)}07${byte(data.length / 2)}${data}`,
      });
      assert.deepEqual(dataOf(using(`{code: 7, type: ${type}, space: vendor-encapsulated}`, `vendor_extensions: {mine: ${value}}`)), {
        43: `07${byte(data.length / 2)}${data}`,
      });
    });
  }

  test("always, raw forms, and the code beside the name go as for standard options", () => {
    const config = load(using("{code: 224, type: str}", "mine: {value: abc, always: true}"));
    assert.deepEqual(
      config.options.always.map(({ code }) => code),
      [224],
    );
    assert.deepEqual(dataOf(using("{code: 224, type: str}", "mine: {type: b64, value: YWJj}")), { 224: "616263" });
    assert.deepEqual(problemsOf(using("{code: 224, type: u16}", "mine: {type: u8, value: 1}")), [
      "1:1 warning: no networks are configured: the server answers nobody",
      "2:11 warning: option 224 (mine): a value of type u8 does not fit this option: needs 2 bytes where 1 are left",
    ]);
    assert.deepEqual(problemsOf(using("{code: 224, type: u16}", "mine: 1, 224: 2")), ["2:11 option 224 (mine) is configured twice here"]);
  });

  test("codes whose standard definition only says that a vendor uses them can be defined", () => {
    assert.deepEqual(dataOf(using("{code: 128, type: ip}", "pxe_vendor_128: 10.0.0.1")), { 128: "0a000001" });
  });
});

function byte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

const FILE = `
option_definitions:
  door_code: {code: 230, type: u16}
  floor: {code: 1, type: str, space: vendor-encapsulated}
  tftp: {code: 2, type: [ip], space: vendor-4491}
client_classes:
  v4:
    - {name: a, assert: "option[door-code].hex == 0x0102", options: {domain_name: a.example}}
    - {name: b, assert: "option[43].option[floor].text == 'first' and vendor[4491].option[TFTP].exists", options: {log_servers: 10.0.0.7}}
    - {name: c, assert: "relay4[circuit_id].text == 'x' or option[82].option[remote_id].text == 'y'", options: {time_servers: 10.0.0.8}}
networks:
  10.0.0.0/24:
    allocation: sequential
    options: {routers: 10.0.0.1, door_code: 700, vendor_extensions: {floor: ground}, 125: {4491: {tftp: 10.0.0.9}}}
    ranges: [{range: 10.0.0.100-10.0.0.199}]
    reservations:
      - {ip: 10.0.0.20, match: {options: {door_code: 258}}}
`;

test("names are known in class expressions, matches and sub-options, and what is requested is sent", () => {
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
  const server = serverOf(load(FILE));
  const sent = (code: number, hex: string) => ({ code, data: bytes(hex) });
  const prl = [4, 7, 15, 43, 125, 230, 3];
  const configured = ["43 010667726f756e64", "125 0000118b0602040a000009", "230 02bc", "3 10.0.0.1"];
  const offer = (...more: { code: number; data: Uint8Array }[]) => {
    const { header, options } = server.consider(discover({ prl, more }));
    return [header?.split("yiaddr ")[1], ...(options ?? []).slice(6).filter((option) => !option.startsWith("82 "))];
  };
  assert.deepEqual(offer(), ["10.0.0.100", ...configured]);
  assert.deepEqual(offer(sent(230, "0102")), ["10.0.0.20", "15 a.example", ...configured]);
  assert.deepEqual(offer(sent(43, "01056669727374"), sent(125, "0000118b0602040a000001")), ["10.0.0.100", "7 0a000007", ...configured]);
  assert.deepEqual(offer(sent(82, "020179")), ["10.0.0.100", "4 0a000008", ...configured]);
});

test("the printed configuration has the definitions, and uses their names", () => {
  const printed = printConfig(load(FILE));
  const shape = (text: string): unknown => JSON.parse(JSON.stringify(load(text)));
  assert.deepEqual(shape(printed), shape(FILE));
  assert.equal(printConfig(load(printed)), printed);
  for (const line of ["code: 230", "door_code: 700", "floor: ground", "- 10.0.0.9", "door_code: 258", "space: vendor-4491"]) {
    assert.ok(printed.includes(line), line);
  }
});

test("mistakes are told at their place", () => {
  const cases: readonly [definitions: string, problem: string, hint: RegExp][] = [
    ["{a: {code: 224, type: ipp}}", '1:43 unknown type "ipp"', /did you mean "ip"/],
    ["{a: {code: 224, type: b64}}", '1:43 unknown type "b64"', /as hex/],
    ["{a: {code: 224, type: 5}}", "1:43 expected a type, got 5", /types: ip, ip_list/],
    ["{a: {code: 224, type: [str]}}", "1:44 values of this type can't stand in a list: nothing tells where one ends", /tell their end/],
    ["{a: {code: 224, type: [u8, ip]}}", "1:43 a list of values has one type", /different parts/],
    ["{a: {code: 224, type: {x: str, y: u8}}}", '1:47 "x" has to be the last field: nothing tells where a value of this type ends', /tell/],
    ["{a: {code: 224, type: {X: u8}}}", '1:44 "X" can\'t be the name of a field', /lower-case/],
    ["{a: {code: 224, type: {}}}", "1:43 the record has no fields", /host: domain/],
    ["{a: {type: ip}}", '1:22 "code" is missing', /224 to 254/],
    ["{a: {code: 224}}", '1:22 "type" is missing', /values are written/],
    ["{a: {code: 255, type: ip}}", "1:32 expected a code from 1 to 254, got 255", /^$/],
    ["{a: {code: x, type: ip}}", '1:32 expected a code from 1 to 254, got "x"', /^$/],
    ["{a: {code: 0, type: ip}}", "1:32 expected a code from 1 to 254, got 0", /^$/],
    ["{a: {code: 256, type: ip, space: vendor-encapsulated}}", "1:32 expected a code from 0 to 255, got 256", /^$/],
    ["{a: {code: 256, type: ip, space: vendor-9}}", "1:32 expected a code from 0 to 255, got 256", /^$/],
    ["{a: {code: 53, type: u8}}", "1:32 option 53 (message_type) can't be defined", /server sets/],
    ["{a: {code: 51, type: u8}}", "1:32 option 51 (lease_time) can't be defined", /lease_time/],
    ["{a: {code: 82, type: hex}}", "1:32 option 82 (relay_agent_information) can't be defined", /relay sent/],
    ["{a: {code: 118, type: ip}}", "1:32 option 118 (subnet_selection) can't be defined", /protocol/],
    ["{routers: {code: 224, type: ip}}", '1:22 "routers" is the name of option 3 already', /another name/],
    ["{dns_servers: {code: 224, type: ip}}", '1:22 "dns_servers" is the name of option 6 already', /another name/],
    ["{My-Option: {code: 224, type: ip}}", '1:22 "My-Option" can\'t be the name of an option', /lower-case/],
    ["{values: {code: 224, type: ip}}", '1:22 "values" can\'t be the name of an option', /not type/],
    ["{a: {code: 65536, type: ip, space: dhcp6}}", "1:32 expected a code from 1 to 65535, got 65536", /^$/],
    ["{a: {code: 3, type: hex, space: dhcp6}}", "1:32 option 3 (ia_na) can't be defined", /ranges, prefix_pools/],
    ["{dns_servers: {code: 65001, type: ip, space: dhcp6}}", '1:22 "dns_servers" is the name of option 23 already', /another name/],
    ["{a: {type: ip, space: dhcp6}}", '1:22 "code" is missing', /65001 to 65535/],
    ["{a: {code: 224, type: ip, space: dhcp}}", '1:54 unknown space "dhcp"', /did you mean "dhcp4"/],
    ["{a: {code: 224, type: ip, space: vendor-0}}", '1:54 unknown space "vendor-0"', /vendor-NUMBER/],
    ["{a: {code: 224, type: ip, space: vendor-4294967296}}", '1:54 unknown space "vendor-4294967296"', /vendor-NUMBER/],
    ["{a: {code: 224, typ: ip, type: ip}}", '1:37 unknown key "typ"', /did you mean "type"/],
    ["{a: 224}", "1:25 expected a definition such as {code: 224, type: str}, got 224", /^$/],
    ["{a: {code: 224, type: ip}, b: {code: 224, type: u8}}", '1:58 option 224 is "a" already', /keep one/],
    [
      "{a: {code: 1, type: ip, space: vendor-9}, b: {code: 1, type: u8, space: vendor-9}}",
      '1:73 sub-option 1 of vendor-9 is "a" already',
      /keep one/,
    ],
  ];
  for (const [definitions, problem, hint] of cases) {
    const text = `option_definitions: ${definitions}`;
    assert.deepEqual(problemsOf(text), [problem]);
    const result = loadConfig(text, "test.yaml");
    assert.match((result.ok ? undefined : result.diagnostics[0]?.hint) ?? "", hint, definitions);
  }
  assert.deepEqual(problemsOf("option_definitions: {a: {code: 224, type: ip}, a: {code: 225, type: ip}}"), [
    "1:1 warning: no networks are configured: the server answers nobody",
    '1:48 the key "a" is given twice',
  ]);
  assert.deepEqual(problemsOf("option_definitions: [a]"), ["1:21 expected a map from names to {code, type, space}, got a list"]);
});

test("an option of the table that the operator defines otherwise is his word: 150 as text, 162 of Wyse", () => {
  const text = `option_definitions: {tftp: {code: 150, type: str}, wyse: {code: 162, type: str}}\noptions: {tftp: tftp.example, 162: 10.0.0.9}`;
  assert.deepEqual(problemsOf(text), [
    "1:1 warning: no networks are configured: the server answers nobody",
    '1:29 warning: option 150 is "tftp_servers" already',
    '1:59 warning: option 162 is "encrypted_dns_resolvers" already',
  ]);
  assert.deepEqual(dataOf(text), { 150: "746674702e6578616d706c65", 162: "31302e302e302e39" });
});

test("sub-options have the codes 0 and 255 too, as inline", () => {
  for (const space of ["vendor-encapsulated", "vendor-9"]) {
    const definitions = `option_definitions: {a: {code: 0, type: u8, space: ${space}}, b: {code: 255, type: u8, space: ${space}}}`;
    const options = space === "vendor-9" ? "125: {9: {a: 1, b: 2}}" : "43: {a: 1, b: 2}";
    const data = space === "vendor-9" ? { 125: "0000000906000101ff0102" } : { 43: "000101ff0102" };
    assert.deepEqual(dataOf(`${definitions}\noptions: {${options}}`), data);
  }
});

test("the same code in another space, and the name of a standard option for a sub-option, are no mistakes", () => {
  load(
    "option_definitions: {a: {code: 230, type: ip}, b: {code: 230, type: ip, space: vendor-9}, routers: {code: 3, type: ip, space: vendor-encapsulated}}",
  );
});

test("using a definition that was refused is no second mistake", () => {
  const text = `option_definitions: {a: {code: 224, type: ipp}, b: {code: 1, type: ipp, space: vendor-9}, c: {code: 1, type: ipp, space: vendor-encapsulated}}
options: {a: 1, 224: 1, 43: {c: 1}, 125: {9: {b: 1}}}
client_classes: {v4: [{name: x, assert: "option[a].exists and vendor[9].option[b].exists and option[43].option[c].exists"}]}
reservations: [{match: {options: {a: 1}}}]`;
  assert.deepEqual(
    problemsOf(text).filter((problem) => !problem.startsWith("1:")),
    [],
  );
});

test("values, names and sub-options that are not as defined are told at their place", () => {
  const definitions = "option_definitions: {mine: {code: 224, type: u16}, sub: {code: 1, type: ip, space: vendor-9}}\n";
  const cases: readonly [string, string][] = [
    ["options: {mine: 70000}", "2:17 option 224 (mine): must be a whole number from 0 to 65535"],
    ["options: {min: 7}", '2:11 unknown option "min"'],
    [
      "options: {125: {9: {sub: x}}}",
      "2:26 option 125 (vendor_identifying_vendor_information): must be an IPv4 address such as 192.168.5.1",
    ],
    ["client_classes: {v4: [{name: x, assert: 'option[mined].exists'}]}", "2:41 unknown option mined (at character 8 of the expression)"],
    [
      "client_classes: {v4: [{name: x, assert: 'vendor[9].option[subb].exists'}]}",
      "2:41 unknown sub-option subb (at character 18 of the expression)",
    ],
    [
      "client_classes: {v4: [{name: x, assert: 'vendor[8].option[sub].exists'}]}",
      "2:41 unknown sub-option sub (at character 18 of the expression)",
    ],
  ];
  for (const [text, problem] of cases) assert.deepEqual(problemsOf(definitions + text), [problem]);
  const result = loadConfig(`${definitions}options: {min: 7}`, "test.yaml");
  assert.equal(result.ok ? "" : result.diagnostics[0]?.hint, 'did you mean "mine"?');
});

test("a sub-option that stands among the options is told where it belongs", () => {
  const definitions =
    "option_definitions: {sub: {code: 1, type: ip, space: vendor-9}, floor: {code: 1, type: str, space: vendor-encapsulated}}\n";
  const result = loadConfig(`${definitions}options: {sub: 10.0.0.1, floor: ground}`, "test.yaml");
  assert.deepEqual(result.ok ? [] : result.diagnostics.map(({ message, hint }) => [message, hint]), [
    ['unknown option "sub"', "it is a sub-option: write vendor_identifying_vendor_information: {9: {sub: ...}}"],
    ['unknown option "floor"', "it is a sub-option: write vendor_extensions: {floor: ...}"],
  ]);
});

const anyType: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom("ip", "str", "u8", "domain", "hex", "flag", "routes", "ipp"),
    fc.array(tie("type"), { minLength: 1, maxLength: 2 }),
    fc.dictionary(fc.constantFrom("a", "b", "constructor", "__proto__", "value"), tie("type"), { maxKeys: 3 }),
    fc.anything(),
  ),
})).type;

test("any definition and any value for it give a configuration or diagnostics, and what loads prints to the same", () => {
  const spaces = fc.constantFrom(undefined, "dhcp4", "vendor-encapsulated", "vendor-9", "dhcp6");
  fc.assert(
    fc.property(anyType, spaces, fc.jsonValue(), (type, space, value) => {
      const definition = space === undefined ? { code: 224, type } : { code: 224, type, space };
      const options = { mine: value, 43: { mine: value }, 125: { 9: { mine: value } } };
      for (const [key, option] of Object.entries(options)) {
        const result = buildConfig({ option_definitions: { mine: definition }, options: { [key]: option } });
        if (!result.ok) assert.ok(result.diagnostics.length > 0);
        else assert.deepEqual(load(printConfig(result.config)), result.config);
      }
    }),
    { numRuns: 500 },
  );
});

test("the compiler knows the form of definitions in a module", () => {
  const written = defineConfig({ option_definitions: { mine: { code: 224, type: [{ address: "ip", port: "u16" }], space: "dhcp4" } } });
  assert.ok(buildConfig(written).ok);
});
