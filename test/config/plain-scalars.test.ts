import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toHex } from "../../src/net/bytes.ts";
import { inNetwork, load, problemsOf } from "./load.ts";

/** The data of the only option of a configuration with this value. */
function dataOf(value: string): string {
  const [option] = [...load(`options:\n  224: ${value}`).options.byCode.values()];
  return toHex(option?.data ?? new Uint8Array(0));
}

const ascii = (text: string): string => toHex(new TextEncoder().encode(text));

test("a plain scalar is its characters where text is wanted, whatever YAML makes of it", () => {
  for (const digits of ["001122334455", "001122", "1234", "0102", "1e10"]) assert.equal(dataOf(`{type: hex, value: ${digits}}`), digits);
  for (const text of ["001122", "1e3", "true", "null", "~", "0x10", "1_000", "5", "-0", "1.50", ".5", "0o17"])
    assert.equal(dataOf(`{type: str, value: ${text}}`), ascii(text), text);
  assert.equal(dataOf("{type: str, value: [001, foo, true]}"), ascii("001footrue"));
  assert.equal(dataOf("{type: b64, value: 1234}"), "d76df8");
  assert.equal(dataOf("{type: domain, value: 1e3}"), "0331653300");
  assert.equal(dataOf("{type: sub_option, value: {1: {type: str, value: 0x10}}}"), `0104${ascii("0x10")}`);
  // Numbers stay numbers.
  assert.equal(dataOf("{type: u16, value: 0x10}"), "0010");
});

test("a plain scalar is its characters in keys of the file too", () => {
  const config = load(
    `${inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]", "server_name: 001", "file_name: 1e3")}
interfaces: [0x10]
reservations:
  - {ip: 10.0.0.20, hostname: 007, match: {chaddr: 001122334455}}
  - {ip: 10.0.0.21, match: {client_id: 010203}}
client_classes: {v4: [{name: 007, assert: true}]}`,
  );
  assert.deepEqual(config.interfaces, [{ name: "0x10", address: undefined }]);
  assert.equal(new TextDecoder().decode(config.networks[0]?.boot.serverName), "001");
  assert.equal(new TextDecoder().decode(config.networks[0]?.boot.fileName), "1e3");
  const [first, second] = config.networks[0]?.reservations.flat() ?? [];
  assert.equal(first?.hostname, "007");
  assert.deepEqual(first?.match, [{ kind: "chaddr", chaddr: Uint8Array.of(0, 0x11, 0x22, 0x33, 0x44, 0x55) }]);
  assert.deepEqual(second?.match, [{ kind: "clientIdentifier", value: Uint8Array.of(1, 2, 3) }]);
  assert.equal(config.classification?.classes[0]?.name, "007");
});

test("values behind an alias or a merge key are characters too, and entries of lists that were refused shift none", () => {
  const text = `${inNetwork("ranges: [{range: 10.0.0.5-10.0.0.9}]")}
reservations:
  - {match: {}}
  - {ip: 10.0.0.20, match: {options: {60: {type: hex, value: 0102}}}, options: {224: {type: str, value: 1e3}}}`;
  assert.deepEqual(problemsOf(text), ["6:13 the reservation matches on nothing"]);
  assert.equal(
    toHex(load("options: {225: &a {type: hex, value: 0102}, 224: *a}").options.byCode.get(224)?.data ?? new Uint8Array(0)),
    "0102",
  );
});

test("a key without a value is not set, as in dora", () => {
  const config = load(`interfaces:
    # - eth0
config:
networks:
  10.0.0.0/24:
    server_id:
    ranges:
      - {start: 10.0.0.5, end: 10.0.0.9, class: , except: , options: {routers: 10.0.0.1}}
    reservations:
    probation_period: ~
client_classes:
  v4:
options:
  values:
`);
  assert.deepEqual(config.interfaces, []);
  assert.equal(config.networks[0]?.serverId, undefined);
  assert.equal(config.networks[0]?.probationPeriod, 86_400);
  assert.deepEqual(config.ranges[0]?.excluded, []);
  // Names are the operator's own: one without a value is a mistake.
  assert.deepEqual(problemsOf("networks:\n  10.0.0.0/24:"), ['2:3 "10.0.0.0/24" has no value']);
  assert.deepEqual(problemsOf(inNetwork("reservations: [{match: }]")), ['4:20 "match" is missing']);
});

test("files of dora: its samples of today", () => {
  const text = readFileSync(new URL("./files/dora-sample.yaml", import.meta.url), "utf8");
  assert.deepEqual(problemsOf(text), [
    "4:1 warning: clients of the networks 192.168.1.100/30, 192.168.0.0/24 are told no DNS server",
    "5:3 warning: the router 192.168.1.1 is outside the network 192.168.1.100/30: its clients can't reach it",
    "9:9 warning: the clients get subnet_mask 192.168.1.1, which is not that of 192.168.1.100/30",
    "20:9 warning: the range 192.168.0.100-192.168.0.101 has no address to give out: all of them are reserved",
  ]);
  const [, network] = load(text).networks;
  assert.deepEqual(network?.reservations.flat()[0]?.match, [
    { kind: "clientIdentifier", value: Uint8Array.of(0, 0x11, 0x22, 0x33, 0x44, 0x55) },
  ]);
});

test("MAC addresses as documents and switches write them", () => {
  for (const mac of ["aa-bb-cc-dd-ee-ff", "AA:BB:CC:DD:EE:FF", "aabb.ccdd.eeff", "AABBCCDDEEFF", "aa:bb:cc:dd:ee:ff"]) {
    const config = load(inNetwork(`reservations: [{ip: 10.0.0.9, match: {chaddr: "${mac}"}}]`));
    const chaddr = Uint8Array.of(0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff);
    assert.deepEqual(config.networks[0]?.reservations.flat()[0]?.match, [{ kind: "chaddr", chaddr }], mac);
  }
  for (const mac of ["aa:bb-cc:dd:ee:ff", "aabb.ccdd.eef", "aabbccddeef", "aabb:ccdd:eeff", "aa.bb.cc.dd.ee.ff"])
    assert.deepEqual(problemsOf(inNetwork(`reservations: [{ip: 10.0.0.9, match: {chaddr: "${mac}"}}]`)), [
      `4:51 expected a hardware address such as 52:54:00:12:34:56, got "${mac}"`,
    ]);
});

test("a final dot in a hostname is taken", () => {
  const config = load(inNetwork("reservations: [{ip: 10.0.0.9, hostname: printer.example., match: {chaddr: 02:00:00:00:00:01}}]"));
  assert.equal(config.networks[0]?.reservations.flat()[0]?.hostname, "printer.example");
});
