import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { buildTranslation } from "../../../../src/config/import/build.ts";
import { DNSMASQ } from "../../../../src/config/import/dnsmasq/format.ts";

const FOLDER = new URL("files/", import.meta.url);
const NO_FILES = { read: () => ({ reason: "there is no such file" }), list: () => [] };

for (const name of readdirSync(FOLDER)) {
  test(`${name} is served as it stands`, () => {
    const built = buildTranslation(DNSMASQ.translate(readFileSync(new URL(name, FOLDER), "utf8"), name, NO_FILES));
    assert.deepEqual(built.ok ? [] : built.diagnostics.filter(({ severity }) => severity === "error"), []);
  });
}

test("files that include each other are read once inside themselves", () => {
  const texts: Readonly<Record<string, string>> = {
    "self.conf": "conf-file=self.conf\nconf-file=other.conf\n",
    "other.conf": "conf-file=self.conf\nconf-file=self.conf\n",
  };
  const files = { read: (name: string) => ({ name, text: texts[name] ?? "" }), list: () => [] };
  const { findings } = DNSMASQ.translate(texts["self.conf"] as string, "self.conf", files);
  assert.deepEqual(
    findings.map(({ origin, message }) => `${origin.file}:${origin.line}: ${message}`),
    [
      "self.conf:1: self.conf includes itself: it is not read again",
      ...[1, 2].map((line) => `other.conf:${line}: self.conf includes itself: it is not read again`),
    ],
  );
});

test("files that include others many times come to an end", () => {
  const files = { read: (name: string) => ({ name, text: `conf-file=${name}x\n`.repeat(3) }), list: () => [] };
  const { findings } = DNSMASQ.translate("conf-file=x\n", "many.conf", files);
  assert.ok(findings.some(({ message }) => message === "more than 10000 files are included: the rest is not read"));
});

test("words that JavaScript knows are words as others", () => {
  const { findings } = DNSMASQ.translate(
    "constructor\n__proto__=1\ndhcp-range=10.0.0.1,10.0.0.9,255.255.255.0\ndhcp-option=tag:constructor,3,10.0.0.1\n",
    "dnsmasq.conf",
    NO_FILES,
  );
  const messages = findings.map(({ message }) => message);
  for (const message of [
    'unknown key "constructor"',
    'unknown key "__proto__"',
    "dhcp-option: no line sets the tag constructor, so this is for nobody, and left out",
  ])
    assert.ok(messages.includes(message), message);
});

for (const [line, expected] of [
  ["interface=eth*", "2: interface: eth* stands for several interfaces: all are served"],
  ["dhcp-ignore", "2: dhcp-ignore: it names no tag"],
] as const) {
  test(`${line} is not dropped in silence`, () => {
    const { findings } = DNSMASQ.translate(`dhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\n${line}\n`, "dnsmasq.conf", NO_FILES);
    const errors = findings.filter(({ severity }) => severity === "error");
    assert.ok(errors.some(({ origin, message }) => `${origin.line}: ${message}` === expected));
  });
}

test("dhcp-ignore takes a tag with tag: before it or without", () => {
  const dropped = ["tag:phone", "phone"].map((tag) => {
    const text = `dhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\ndhcp-vendorclass=set:phone,Phone\ndhcp-ignore=${tag}\n`;
    return DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES).value;
  });
  assert.match(JSON.stringify(dropped[0]), /"DROP"/);
  assert.deepEqual(dropped[1], dropped[0]);
});

test("dhcp-lease-max is a limit of all leases, which is served", () => {
  const text = "listen-address=10.0.0.1\ndhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\ndhcp-lease-max=40\n";
  const translation = DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES);
  assert.deepEqual(translation.value.limits, [{ key: "'all'", max: 40 }]);
  assert.ok(buildTranslation(translation).ok);
});

test("dhcp-ignore by a tag that no line sets ignores nobody", () => {
  const text = "listen-address=10.0.0.1\ndhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\ndhcp-ignore=tag:phone\n";
  const translation = DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES);
  assert.ok(buildTranslation(translation).ok);
  assert.deepEqual(
    translation.findings.map(({ severity, origin, message }) => `${origin.line} ${severity}: ${message}`),
    ["3 warning: dhcp-ignore: no line sets the tag phone, so nobody is ignored"],
  );
});

test("what is said of names says how Leasehold has them", () => {
  const text =
    "listen-address=10.0.0.1\ndhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\nexpand-hosts\nauth-zone=a.org,10.0.0.0/8\ndhcp-generate-names\n";
  const translation = DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES);
  assert.ok(buildTranslation(translation).ok);
  assert.deepEqual(
    translation.findings.map(({ severity, origin, message, hint }) => `${origin.line} ${severity}: ${message} | ${hint}`),
    [
      "3 warning: DNS stays with dnsmasq: auth-zone, expand-hosts | keep dnsmasq for it, with neither dhcp-range nor enable-ra; dns: {hosts_file: FILE} gives it the names of clients, by addn-hosts=FILE",
      "4 warning: auth-zone: the names of clients in a.org are known to Leasehold | dns: {listen: ADDRESS, zones: [a.org]} answers for them, and has secondaries too",
      "5 warning: dhcp-generate-names: names are made of addresses for all clients, or for none | ddns: {generate_names: true}",
    ],
  );
});

for (const [port, said] of [
  ["port=0\n", []],
  ["port=53\nport=0\n", []],
  ["port=5353\n", ["DNS stays with dnsmasq: cache-size, port"]],
] as const) {
  test(`nothing is said of the DNS where it is off: ${port.trim().replaceAll("\n", ", ")}`, () => {
    const text = `listen-address=10.0.0.1\ndhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\n${port}cache-size=100\n`;
    const { findings, value } = DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES);
    assert.deepEqual(
      [findings.map(({ message }) => message), value.options],
      [said, { broadcast_addr: "10.0.0.255", routers: "10.0.0.1" }],
    );
  });
}

test("a folder or file that can't be read is told with its line", () => {
  const files = { ...NO_FILES, list: () => ({ reason: "there is no such folder" }) };
  const text =
    "listen-address=10.0.0.1\ndhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\nconf-dir=/etc/dnsmasq.d,*.conf\ndhcp-hostsfile=/etc/hosts.d\n";
  const { findings } = DNSMASQ.translate(text, "dnsmasq.conf", files);
  assert.deepEqual(
    findings.filter(({ severity }) => severity === "error").map(({ origin, message }) => `${origin.line} ${message}`),
    ["3 the folder /etc/dnsmasq.d can't be read: there is no such folder", "4 /etc/hosts.d can't be read: there is no such file"],
  );
});

const USUAL = { broadcast_addr: "10.0.0.255", routers: "10.0.0.1", domain_name_servers: "10.0.0.1" };
const HEAD = "listen-address=10.0.0.1\ndhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\n";

for (const [line, options] of [
  ['dhcp-option-force=252,"\\n"', { web_proxy_autodiscovery: { value: "\n", always: true } }],
  ['dhcp-option=17,"\\\\ \\" \\t \\n \\r \\b \\e \\x"', { root_path: '\\ " \t \n \r \b \u001b \\x' }],
  ['dhcp-option=17," a, b # c"  # d', { root_path: " a, b # c" }],
  ['dhcp-option=17,a" b"c\\n', { root_path: "a bc\\n" }],
  // What is in quotes is text, whatever it looks like.
  ['dhcp-option=224,"5"', { 224: { type: "str", value: "5" } }],
  ['dhcp-option=224,"10.0.0.9"', { 224: { type: "str", value: "10.0.0.9" } }],
  ["dhcp-option=224,5", { 224: { type: "hex", value: "05" } }],
] as const) {
  test(`quotes are read as by dnsmasq: ${line}`, () => {
    const translation = DNSMASQ.translate(`${HEAD}${line}\n`, "dnsmasq.conf", NO_FILES);
    assert.deepEqual([translation.value.options, translation.findings], [{ ...options, ...USUAL }, []]);
    assert.ok(buildTranslation(translation).ok);
  });
}

test("quotes are read wherever they stand", () => {
  const lines = [
    'domain="a.example"',
    'dhcp-vendorclass=set:phone,"a \\"b\\""',
    'dhcp-userclass=set:phone,"it\'s"',
    'dhcp-match=set:phone,60,"5"',
    'dhcp-circuitid=set:phone,"01:02"',
    'dhcp-host=id:"01:02",set:phone,10.0.0.11',
    'dhcp-host=id:"a\\tb",10.0.0.12',
    'dhcp-boot="a,b",server',
  ];
  const { value, findings } = DNSMASQ.translate(`${HEAD}${lines.join("\n")}\n`, "dnsmasq.conf", NO_FILES);
  assert.deepEqual(
    findings.map(({ origin, message }) => `${origin.line} ${message}`),
    [
      "4 dhcp-vendorclass: dnsmasq finds this text anywhere in the option, Leasehold at its beginning",
      "5 dhcp-userclass: dnsmasq finds this text anywhere in the option, Leasehold at its beginning",
      "6 dhcp-match: dnsmasq finds this text anywhere in the option, Leasehold at its beginning",
    ],
  );
  const conditions = [
    "substring(option[vendor_class_identifier].hex, 0, 5) == 'a \"b\"'",
    "substring(option[user_class].hex, 0, 4) == 0x69742773 or substring(option[user_class].hex, 1, 4) == 0x69742773",
    "substring(option[vendor_class_identifier].hex, 0, 1) == '5'",
    "relay4[circuit_id].hex == '01:02'",
  ];
  assert.deepEqual(value, {
    authoritative: false,
    ping_check: true,
    options: { domain_name: "a.example", ...USUAL },
    next_server: "10.0.0.1",
    server_name: "server",
    file_name: "a,b",
    client_classes: { v4: [{ name: "phone", assert: conditions.join(" or ") }] },
    networks: {
      "10.0.0.0/24": {
        config: { lease_time: { default: "1h", min: 120, max: "1h" } },
        ranges: [{ range: "10.0.0.10-10.0.0.90" }],
        reservations: [
          { match: { client_id: "'01:02'" }, ip: "10.0.0.11", classes: ["phone"] },
          { match: { client_id: "610962" }, ip: "10.0.0.12" },
        ],
      },
    },
  });
});

test("quotes without an end are an error, as for dnsmasq", () => {
  const { findings } = DNSMASQ.translate(`${HEAD}dhcp-option=17,"a # b\n`, "dnsmasq.conf", NO_FILES);
  assert.deepEqual(
    findings.map(({ severity, origin, message }) => `${origin.line} ${severity}: ${message}`),
    ['3 error: missing ": the text in quotes has no end'],
  );
});

const EMPTY = { type: "hex", value: "" } as const;

for (const [line, options, said] of [
  ["dhcp-option=66", { ...USUAL, tftp_server_name: EMPTY }],
  ['dhcp-option=66,""', { ...USUAL, tftp_server_name: EMPTY }],
  ["dhcp-option-force=224", { ...USUAL, 224: { ...EMPTY, always: true } }],
  ["dhcp-option=option:router", { broadcast_addr: "10.0.0.255", domain_name_servers: "10.0.0.1" }],
  ["dhcp-option=6", { broadcast_addr: "10.0.0.255", routers: "10.0.0.1" }],
  ["dhcp-option=28", { ...USUAL, broadcast_addr: { value: null } }],
  ["dhcp-option-force=option:domain-name", { ...USUAL, domain_name: { value: null } }],
  ["dhcp-option=12", { ...USUAL, hostname: { value: null } }],
  ["dhcp-option=1", USUAL, "3 error: dhcp-option: Leasehold tells each client the netmask, which this line keeps from being sent"],
  ["dhcp-option=option:T1", USUAL, "3 error: dhcp-option: renewal_time without a time ends dnsmasq when a client asks"],
] as const) {
  test(`an option without data: ${line}`, () => {
    const { value, findings } = DNSMASQ.translate(`${HEAD}${line}\n`, "dnsmasq.conf", NO_FILES);
    assert.deepEqual(
      [value.options, findings.map(({ severity, origin, message }) => `${origin.line} ${severity}: ${message}`)],
      [options, said === undefined ? [] : [said]],
    );
  });
}

const LAN = "listen-address=10.0.0.1\ndhcp-range=lan,10.0.0.10,10.0.0.90,255.255.255.0\ndhcp-range=10.0.1.10,10.0.1.90,255.255.255.0\n";
const TWO = `${LAN}dhcp-option=option:router,10.0.0.1\ndhcp-option=6,10.0.0.1\n`;

test("tags without set: and tag: are those of dnsmasq, whose versions of old had no other", () => {
  const written = ["lan,17,/a", "!lan,17,/b", "net:lan,224,tag:x", "set:lan,option:mtu,1400", "lan,vendor:,1,2"];
  const today = ["tag:lan,17,/a", "tag:!lan,17,/b", "tag:lan,224,tag:x", "tag:lan,option:mtu,1400", "tag:lan,vendor:,1,2"];
  const [old, now] = [written, today].map((lines) => {
    const text = `${TWO}${lines.map((line) => `dhcp-option=${line}\n`).join("")}dhcp-match=net:pc,60,PC\ndhcp-host=net:pc,02:00:00:00:00:01\n`;
    const { value, findings } = DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES);
    return { value, findings: findings.map(({ origin, message }) => `${origin.line} ${message}`) };
  });
  assert.deepEqual(old, now);
  assert.deepEqual(old?.findings, ["11 dhcp-match: dnsmasq finds this text anywhere in the option, Leasehold at its beginning"]);
  const common = { config: { lease_time: { default: "1h", min: 120, max: "1h" } } };
  assert.deepEqual(old?.value, {
    authoritative: false,
    ping_check: true,
    options: { routers: "10.0.0.1", domain_name_servers: "10.0.0.1" },
    client_classes: {
      v4: [{ name: "pc", assert: "substring(option[vendor_class_identifier].hex, 0, 2) == 'PC'" }],
    },
    networks: {
      "10.0.0.0/24": {
        ...common,
        ranges: [{ range: "10.0.0.10-10.0.0.90" }],
        options: {
          root_path: "/a",
          224: { type: "str", value: "tag:x" },
          interface_mtu: 1400,
          vendor_extensions: { 1: { type: "hex", value: "02" } },
          broadcast_addr: "10.0.0.255",
        },
        next_server: "10.0.0.1",
      },
      "10.0.1.0/24": {
        ...common,
        ranges: [{ range: "10.0.1.10-10.0.1.90" }],
        options: { root_path: "/b", broadcast_addr: "10.0.1.255" },
      },
    },
    reservations: [{ match: { chaddr: "02:00:00:00:00:01" }, classes: ["pc"] }],
  });
});

for (const [line, said] of [
  ["dhcp-option=lan", "dhcp-option: it names no option | write tag:lan,option:NAME or the number of the option"],
  ["dhcp-option=router,10.0.0.1", "dhcp-option: it names no option | write option:router or the number of the option"],
  ["dhcp-option=lan,router,10.0.0.1", "dhcp-option: it names no option | write tag:lan,option:router or the number of the option"],
  ["dhcp-range=cafe,10.0.2.1,10.0.2.9", 'dhcp-range: "cafe" is no address, and without set: no tag to dnsmasq | write set:cafe'],
  ["dhcp-range=lan", 'dhcp-range: "lan" is no address | dhcp-range=FIRST,LAST[,NETMASK][,LEASE TIME]; if it is a tag, write set:lan'],
  ["dhcp-vendorclass=net:pc,PC", "dhcp-vendorclass: by net:pc dnsmasq sets a tag that no other line can name | write set:pc"],
] as const) {
  test(`a tag that can't be told says what to write, and nothing else is said: ${line}`, () => {
    const after = line.includes("cafe") ? ",255.255.255.0\ndhcp-option=tag:cafe,17,/a\ndhcp-host=02:00:00:00:00:01,10.0.2.5\n" : "\n";
    const { findings } = DNSMASQ.translate(
      `${HEAD.replace("listen-address=10.0.0.1\n", "dhcp-option=6\n")}dhcp-option=3\n${line}${after}`,
      "dnsmasq.conf",
      NO_FILES,
    );
    assert.deepEqual(
      findings.map(({ severity, origin, message, hint }) => `${origin.line} ${severity}: ${message} | ${hint}`),
      [`4 error: ${said}`],
    );
  });
}

test("an option that is named without option: is not taken for one that dnsmasq sends of itself", () => {
  const text = "dhcp-range=10.0.0.10,10.0.0.90,255.255.255.0\ndhcp-option=router,10.0.0.1\ndhcp-option=6\n";
  const { findings } = DNSMASQ.translate(text, "dnsmasq.conf", NO_FILES);
  assert.deepEqual(
    findings.map(({ origin, message }) => `${origin.line} ${message}`),
    ["2 dhcp-option: it names no option"],
  );
});
