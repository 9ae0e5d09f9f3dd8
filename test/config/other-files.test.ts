import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfigText } from "../../src/config/file.ts";
import { loadConfig } from "../../src/config/load.ts";

/** The problems of a text: place, message, hint. */
function told(text: string, name = "test.conf"): readonly string[] {
  const result = loadConfig(text, name);
  assert.ok(!result.ok);
  return result.diagnostics.map(({ line, column, message, hint }) => `${line}:${column} ${message}\nhint: ${hint}`);
}

const BESIDE = "write a configuration of the DHCP server beside it: networks: {PREFIX: {ranges: [{start: FIRST, end: LAST}]}}";

test("a file of something else is told from a configuration with mistakes, in one sentence", () => {
  const table: readonly (readonly [text: string, problem: string])[] = [
    [
      "SQLite format 3\0\x10\0\x01\x01\0@  \0",
      "0:0 this is a SQLite database, such as leases are kept in, and no configuration\nhint: name the file of the configuration; the database is named by store: {sqlite: {path: ...}} in it",
    ],
    ["\ufffd\ufffdn\0e\0t\0", "0:0 the text is UTF-16, and has to be UTF-8\nhint: save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 FILE"],
    ["n\0e\0t\0", "0:0 the text is UTF-16, and has to be UTF-8\nhint: save it as UTF-8, or: iconv -f UTF-16 -t UTF-8 FILE"],
    [
      "\x7fELF\0\0",
      "0:0 this is no text: it has NUL characters\nhint: name the file of the configuration, which is YAML, JSON or a TypeScript module",
    ],
    [
      "# The format\nlease 10.0.0.5 {\n  starts 4 2024/01/01 00:00:00;\n}\n",
      "0:0 these are the leases of ISC dhcpd, and no configuration\nhint: its configuration is dhcpd.conf, which can be given as it is",
    ],
    [
      "# lan\n[Match]\nName=eth0\n\n[Network]\nDHCPServer=yes\n",
      `0:0 this is a file of systemd-networkd, which says how this machine's own interfaces are set up\nhint: ${BESIDE}`,
    ],
    [
      "network:\n  # cloud-init\n\n  version: 2\n  ethernets: {eth0: {dhcp4: true}}\n",
      `0:0 this is a file of netplan, which says how this machine's own interfaces are set up\nhint: ${BESIDE}`,
    ],
    ["networks:\r  10.0.0.0/24: {}\r", "0:0 the lines end in CR alone\nhint: save it with lines that end in LF, or in CR LF"],
    [
      '{"name": "x", "version": 1}',
      "1:1 nothing in it is of a configuration of Leasehold: its keys are name, version\nhint: is it the right file? One has networks, or v6",
    ],
  ];
  for (const [text, problem] of table) assert.deepEqual(told(text), [problem]);
});

test("a BOM, and lines that end in CR LF, are no mistake", () => {
  const text =
    "\ufeffnetworks:\r\n  10.0.0.0/24:\r\n    options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}\r\n    ranges: [{range: 10.0.0.5-10.0.0.9}]\r\n";
  assert.deepEqual(loadConfig(text, "test.yaml").ok, true);
});

test("a file of another server is known by what it says, whatever its name", () => {
  const table: readonly (readonly [text: string, title: string | undefined])[] = [
    ["# mine\n\nsubnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.5 10.0.0.9; }\n", "ISC dhcpd"],
    ["host printer { hardware ethernet 02:00:00:00:00:01; fixed-address 10.0.0.5; }\n", "ISC dhcpd"],
    ["group {\n  host a {\n    hardware ethernet 02:00:00:00:00:01;\n  }\n}\n", "ISC dhcpd"],
    ['// mine\n{ "Dhcp4": { "subnet4": [ { "subnet": "10.0.0.0/24" "pools": [] } ] } }', "Kea"],
    ['{ "subnet4": [ { "subnet": "10.0.0.0/24" } ] }', "Kea"],
    ["dhcp-range=192.168.0.50,192.168.0.150,12h\n", "dnsmasq.conf"],
    ["# mine\ninterface=eth0\nserver=1.1.1.1\n", "dnsmasq.conf"],
    ["netwoks:\n  10.0.0.0/24: {}\n", undefined],
    ["hots: {}\nnetworks: {}\n", undefined],
    ["lease 10.0.0.5 {\n  starts 4 2024/01/01 00:00:00;\n  hardware ethernet 02:00:00:00:00:01;\n}\n", undefined],
    ["interfaces:[eth0]\nnetworks:\n  10.0.0.0/24: {}\n", undefined],
    ["{networks: {10.0.0.0/24 {}}}\n", undefined],
  ];
  for (const name of ["dhcp.conf", "dhcp.txt", "dhcp.yaml", "dhcp"])
    for (const [text, title] of table) assert.equal(loadConfigText(text, name).translatedFrom, title, `${name}: ${text}`);
});

test("what is not YAML says what YAML wants", () => {
  const table: readonly (readonly [text: string, problem: string])[] = [
    ["options: {a: @x}", '1:14 not valid YAML: plain value cannot start with reserved character @\nhint: put the text in quotes: "..."'],
    ["a:\n  - b\n c: d", "3:2 indented by 1 space the line belongs to nothing above it\nhint: indent it by 0 spaces, as the key above it"],
    [
      "networks: {10.0.0.0/24: {ranges: [{range: 10.0.0.5-10.0.0.9]}}}",
      "1:60 not valid YAML: flow map in block collection must be sufficiently indented and end with a }\nhint: each { needs its }, each [ its ], and what is between them is indented more than the key",
    ],
    [
      "options:\n  domain_name: foo: bar",
      '2:16 not valid YAML: nested mappings are not allowed in compact mappings\nhint: text that has ": " in it stands in quotes; each key has a line of its own',
    ],
    [
      "networks:\n  10.0.0.0/24:\n    authoritative:true",
      '3:5 expected a network: a map with ranges, reservations, options and so on, got "authoritative:true"\nhint: a space is missing behind the colon: authoritative: true',
    ],
    ["a:\n\tb: c", "2:1 a tab is used for indentation\nhint: use spaces"],
  ];
  for (const [text, problem] of table) assert.deepEqual(told(text, "test.yaml"), [problem]);
});

test("a line that is indented by too little or too much says by how much it could be", () => {
  const by = (columns: string, what: string): string => `hint: indent it by ${columns}, as ${what}`;
  const beside = "the keys above it that it belongs beside";
  const table: readonly (readonly [text: string, place: string, count: string, hint: string])[] = [
    ["networks:\n  a:\n    options: {b: 1}\n   ranges: []\n", "4:4", "3 spaces", by("4, 2 or 0 spaces", beside)],
    ["networks:\n  a:\n    options: {b: 1}\n     ranges: []\n", "4:6", "5 spaces", by("4, 2 or 0 spaces", beside)],
    ["networks:\n   a:\n     b: 1\n  c:\n    b: 1\n", "4:3", "2 spaces", by("5, 3 or 0 spaces", beside)],
    // The parser takes it for more of the value above it.
    ["options:\n  a: 1\n   b: 2\n", "3:4", "3 spaces", by("2 or 0 spaces", beside)],
    ["options:\n  a: some text\n\n  # more\n     b: 2\n", "5:6", "5 spaces", by("2 or 0 spaces", beside)],
    ["ranges:\n  - start: 1\n   end: 2\n", "3:4", "3 spaces", by("4 or 0 spaces", beside)],
    ["ranges:\n  - start: 1\n     end: 2\n", "3:6", "5 spaces", by("4 or 0 spaces", beside)],
    ["ranges:\n  - start: 1\n  end: 2\n", "3:3", "2 spaces", by("4 or 0 spaces", beside)],
    ["a:\n  ranges:\n    - start: 1\n   - start: 2\n", "4:4", "3 spaces", by("4 spaces", "the entry above it")],
    ["a:\n  ranges:\n    - start: 1\n     - start: 2\n", "4:6", "5 spaces", by("4 spaces", "the entry above it")],
    [" a: 1\nb: 2\n", "2:1", "0 spaces", by("1 space", "the key above it")],
    // A CR without an LF ends no line.
    ["# x\ry\na: {}\n b: {}\nc: {}\n", "3:2", "1 space", by("0 spaces", "the key above it")],
    ['"a b":\n  "c\\"d": {}\n   "e": {}\n', "3:4", "3 spaces", by("2 or 0 spaces", beside)],
    ["a:\n  b:\n    c: {}\n  # note\n\n# more\n   d: {}\n", "7:4", "3 spaces", by("4, 2 or 0 spaces", beside)],
    // Between brackets, and in a block of text, no line begins a key that it could stand beside.
    ["networks:\n  a:\n    b: {c: 1,\n        d: 2}\n   ranges: []\n", "5:4", "3 spaces", by("4, 2 or 0 spaces", beside)],
    ["networks:\n  a:\n    b: |\n        d: 2\n   ranges: []\n", "5:4", "3 spaces", by("4, 2 or 0 spaces", beside)],
    // Of many none is listed.
    [`${"- ".repeat(20)}a: 1\n - b\n`, "2:2", "1 space", "hint: indent it as the entries above it that it belongs beside"],
  ];
  for (const [text, place, count, hint] of table)
    assert.deepEqual(told(text, "test.yaml"), [`${place} indented by ${count} the line belongs to nothing above it\n${hint}`], text);
});

test("what is not known of the lines above is not said, and what stands between brackets or quotes is no misplaced line", () => {
  const misplaced = "the line belongs to nothing above it\nhint: indent it";
  const beside = "as the keys above it that it belongs beside";
  const table: readonly (readonly [text: string, problems: readonly string[]])[] = [
    // What is above the second one begins in a line that is misplaced itself.
    [
      "a:\n  - b: 1\n   c: 2\n     d: 3\n",
      [`3:4 indented by 3 spaces ${misplaced} by 4 or 0 spaces, ${beside}`, `4:6 indented by 5 spaces ${misplaced} ${beside}`],
    ],
    // Each of several in a row.
    [
      "a:\n  b: {}\n   c: {}\n   d: {}\n",
      ["3:4", "4:4"].map((place) => `${place} indented by 3 spaces ${misplaced} by 2 or 0 spaces, ${beside}`),
    ],
    // The first key has a name in front of it.
    [
      '&x a: 1\nc: "y"\n   d: 2\n',
      [
        "3:1 not valid YAML: all mapping items must start at the same column\nhint: indent the keys of one map by the same number of spaces",
      ],
    ],
  ];
  for (const [text, problems] of table) assert.deepEqual(told(text, "test.yaml"), problems, text);
  for (const text of [
    "a: 'x\n   b: c' : d\n",
    "a:\n  b: 'x\n   c: d' e\n",
    'a: ["x" c: 1,\n - d: "y" z\n ]\n',
    'a:\n  - {b: 1,\n   c: "x" d: 1}\n',
  ])
    assert.doesNotMatch(told(text, "test.yaml").join("\n"), /indented by/, text);
});

test("what stands beside what it belongs into says where it belongs", () => {
  const table: readonly (readonly [text: string, problems: readonly string[]])[] = [
    [
      "networks:\n10.0.0.0/24:\n  ranges: []",
      ['2:1 unknown key "10.0.0.0/24"\nhint: it names a network: indent it, and what it has, below "networks"'],
    ],
    [
      "networks:\n  10.0.0.0/24:\n  ranges: []\n",
      [
        '2:3 "10.0.0.0/24" has no value\nhint: remove the key, or give it a value indented below it',
        '3:3 "ranges" stands beside the networks\nhint: indent it, and what it has, below the network that it is of',
      ],
    ],
    [
      "v6:\n  networks:\n    2001:db8::/64: {options: {dns_servers: 2001:db8::1}}\n    prefix_pools: {}\n",
      ['4:5 "prefix_pools" stands beside the networks\nhint: indent it, and what it has, below the network that it is of'],
    ],
    [
      "networks:\n  10.0.0.0/24:\n    ranges:\n      -range: 10.0.0.5-10.0.0.9",
      ["4:7 expected a list of ranges, got a map\nhint: each entry of a list begins with a dash and a space: - range: ..."],
    ],
  ];
  for (const [text, problems] of table) assert.deepEqual(told(text, "test.yaml"), problems, text);
});

test("a colon without a space behind it, or none, is told where a key is needed, without what may be a secret", () => {
  const table: readonly (readonly [text: string, problem: string])[] = [
    [
      "a:\n  token:xyz\n  b: 2\n",
      "2:3 not valid YAML: implicit keys need to be on a single line\nhint: a space is missing behind the colon: token: ...",
    ],
    [
      "a:\n  b: 2\n  token:xyz\n",
      "3:3 not valid YAML: implicit map keys need to be followed by map values\nhint: a space is missing behind the colon: token: ...",
    ],
    [
      "a:\n  10.0.0.0/24\n    b: 2\n",
      "2:3 not valid YAML: implicit keys need to be on a single line\nhint: behind a key stand a colon and a space: key: value",
    ],
    [
      "a: {b: 1\n c: 2}\n",
      "1:8 not valid YAML: implicit keys need to be on a single line\nhint: between what stands in { } or [ ] stand commas",
    ],
  ];
  for (const [text, problem] of table) assert.deepEqual(told(text, "test.yaml"), [problem], text);
});
