import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import type { OptionSet } from "../../src/config/model/common.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Reservation } from "../../src/config/model/dhcp4.ts";
import { printConfig } from "../../src/config/print.ts";
import { toHex } from "../../src/net/bytes.ts";
import { formatIpv4 } from "../../src/net/ipv4.ts";
import { formatAddressRange } from "../../src/net/range.ts";
import { discover, type MessageSpec } from "../engine/support/messages.ts";
import { ETH0, serverOf } from "../engine/support/server.ts";
import { load, problemsOf } from "./load.ts";

/*
 * Files written for dora load unchanged: files/dora.yaml and files/dora.json use every key of its
 * DHCPv4 schema.
 */

const read = (name: string): string => readFileSync(new URL(`files/${name}`, import.meta.url), "utf8");
const YAML = read("dora.yaml");
const JSON_TEXT = read("dora.json");

const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value);
const options = (set: OptionSet): Record<number, string> =>
  Object.fromEntries([...set.byCode.values()].map(({ code, data }) => [code, toHex(data)]));
const only = (name: string, source: string): Config => {
  const result = loadConfig(source, name);
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
};

test("the same file as JSON gives the same configuration", () => {
  const withoutFunctions = (config: Config): unknown => JSON.parse(JSON.stringify(config));
  assert.deepEqual(withoutFunctions(only("dora.json", JSON_TEXT)), withoutFunctions(only("dora.yaml", YAML)));
  const printed = printConfig(load(YAML));
  assert.equal(printConfig(load(printed)), printed);
});

test("it loads with warnings for what is written unusually, and for the gateway that dora would make up", () => {
  assert.deepEqual(problemsOf(YAML), [
    "25:3 warning: 172.20.0.1/22 is read as the network 172.20.0.0/22",
    "149:3 warning: the network 10.99.0.0/24 has no routers: its clients get no default gateway",
    "149:3 warning: clients of the network 10.99.0.0/24 are told no DNS server",
  ]);
});

test("the settings of the top level", () => {
  const { interfaces, chaddrOnly, cacheThreshold, floodProtection, bootp, rapidCommit } = load(YAML);
  assert.deepEqual(
    interfaces.map(({ name, address }) => [name, address && formatIpv4(address)]),
    [
      ["lan0", undefined],
      ["lan1", "172.20.0.1"],
    ],
  );
  assert.deepEqual(
    { chaddrOnly, cacheThreshold, floodProtection, bootp, rapidCommit },
    { chaddrOnly: false, cacheThreshold: 25, floodProtection: { packets: 20, seconds: 5 }, bootp: true, rapidCommit: true },
  );
});

test("the networks", () => {
  const shown = load(YAML).networks.map((network) => ({
    name: network.name,
    serverId: network.serverId && formatIpv4(network.serverId),
    authoritative: network.authoritative,
    probationPeriod: network.probationPeriod,
    pingTimeout: network.pingTimeout,
    serverName: text(network.boot.serverName),
    fileName: text(network.boot.fileName),
    options: options(network.options),
  }));
  assert.deepEqual(shown, [
    {
      name: "172.20.0.0/22",
      serverId: "172.20.0.1",
      authoritative: true,
      probationPeriod: 900,
      pingTimeout: 250,
      serverName: "boot.example",
      fileName: "images/start.img",
      options: {},
    },
    {
      name: "10.99.0.0/24",
      serverId: undefined,
      authoritative: false,
      probationPeriod: 86_400,
      pingTimeout: undefined,
      serverName: "",
      fileName: "",
      options: {},
    },
  ]);
});

test("the ranges: durations in every form, options of every kind, exceptions and a class", () => {
  const { ranges, classification } = load(YAML);
  const shown = ranges.map((range) => ({
    addresses: formatAddressRange(range),
    excluded: range.excluded.map(formatAddressRange),
    leaseTime: [range.leaseTime.default, range.leaseTime.min, range.leaseTime.max],
    class: classification?.classes[range.guard?.allowed ?? -1]?.name,
    options: options(range.options),
  }));
  assert.deepEqual(shown, [
    {
      addresses: "172.20.0.20-172.20.0.90",
      excluded: ["172.20.0.20-172.20.0.20", "172.20.0.33-172.20.0.33", "172.20.0.55-172.20.0.55"],
      leaseTime: [3600, 1200, 4800],
      class: undefined,
      options: {
        1: "fffffc00",
        3: "ac140001",
        6: "ac140002ac140003",
        15: Buffer.from("lab.example").toString("hex"),
        23: "40",
        37: "20",
        43: "010472696e670204ac140004",
        119: "036c6162076578616d706c6500066f6666696365c004",
        150: "ac140005ac140006",
        224: Buffer.from("foo").toString("hex"),
      },
    },
    {
      addresses: "172.20.1.10-172.20.1.20",
      excluded: [],
      leaseTime: [3600, 1800, 86_400],
      class: "phones",
      options: { 3: "ac140001" },
    },
    { addresses: "10.99.0.10-10.99.0.19", excluded: [], leaseTime: [86_400, 1200, 604_800], class: undefined, options: {} },
  ]);
});

test("the reservations: by hardware address, client identifier, option 82, several options; inside and outside of ranges", () => {
  const { networks, classification } = load(YAML);
  const matches = (reservation: Reservation): readonly string[] =>
    reservation.match.map((match) => {
      if (match.kind === "chaddr") return `chaddr ${toHex(match.chaddr)}`;
      return match.kind === "option" ? `${match.code} ${toHex(match.value)}` : `${match.kind} ${toHex(match.value)}`;
    });
  const shown = networks[0]?.reservations.flat().map((reservation) => ({
    address: formatIpv4(reservation.address ?? 0),
    match: matches(reservation),
    class: classification?.classes[reservation.guard?.allowed ?? -1]?.name,
    leaseTime: reservation.leaseTime && [reservation.leaseTime.default, reservation.leaseTime.min, reservation.leaseTime.max],
    options: options(reservation.ownOptions),
  }));
  assert.deepEqual(shown, [
    {
      address: "172.20.0.33",
      match: ["chaddr 02005e000033"],
      class: undefined,
      leaseTime: [86_400, 86_400, 86_400],
      options: { 12: Buffer.from("printer").toString("hex") },
    },
    { address: "172.20.2.34", match: ["clientIdentifier 0102005e000034"], class: "cameras", leaseTime: undefined, options: {} },
    { address: "172.20.2.35", match: ["82 0105706f72743702020a0b"], class: undefined, leaseTime: undefined, options: {} },
    { address: "172.20.2.36", match: ["60 726f626f74", "77 626c7565"], class: undefined, leaseTime: undefined, options: {} },
  ]);
});

test("clients get what the file says: each reservation for who matches all of it, ranges for their class", () => {
  const server = serverOf(load(YAML));
  const on = { interface: { ...ETH0, name: "lan0" } };
  const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));
  const option = (code: number, data: string) => ({ code, data: bytes(data) });
  const offered = (spec: MessageSpec): string | undefined => {
    const outcome = server.consider(discover({ giaddr: "172.20.0.9", ...spec }), on);
    return outcome.probe?.split(" ")[0] ?? / yiaddr (\S+)/.exec(outcome.header ?? "")?.[1];
  };
  const robot = option(60, Buffer.from("robot").toString("hex"));
  const blue = option(77, Buffer.from("blue").toString("hex"));
  const phone = option(60, Buffer.from("phone 7").toString("hex"));
  const cameraId = option(61, "0102005e000034");
  const cases: readonly [spec: MessageSpec, address: RegExp][] = [
    [{ mac: "02:00:5e:00:00:33" }, /^172\.20\.0\.33$/],
    [{ mac: "02:00:00:00:00:01", more: [cameraId] }, /^172\.20\.2\.34$/],
    // Not in the class of the reservation.
    [{ mac: "02:00:00:00:00:02", more: [cameraId] }, /^172\.20\.0\.\d+$/],
    [{ relay: bytes("0105706f72743702020a0b") }, /^172\.20\.2\.35$/],
    [{ relay: bytes("0105706f727437") }, /^172\.20\.0\.\d+$/],
    [{ more: [robot, blue] }, /^172\.20\.2\.36$/],
    [{ more: [robot] }, /^172\.20\.0\.\d+$/],
    [{ more: [blue] }, /^172\.20\.0\.\d+$/],
    [{ more: [phone] }, /^172\.20\.[01]\.\d+$/],
  ];
  for (const [spec, address] of cases) assert.match(offered(spec) ?? "none", address, JSON.stringify(spec));
});

test("what dora accepts and can't mean is refused, with what to do", () => {
  const network = (part: string): string => `networks: {10.0.0.0/24: {${part}}}`;
  const cases: readonly [text: string, problem: RegExp, hint: RegExp][] = [
    [network("ranges: [{start: 10.0.0.9, end: 10.0.0.5}]"), /ends .* before it starts/, /swap/],
    [network("ranges: [{start: 10.0.1.5, end: 10.0.1.9}]"), /outside the network/, /10\.0\.0\.0-10\.0\.0\.255/],
    [network("ranges: [{start: 10.0.0.5, end: 10.0.0.9, except: [10.0.0.20]}]"), /not inside the range/, /remove/],
    [network("ranges: [{start: 10.0.0.5, end: 10.0.0.9, class: nobody}]"), /no class "nobody"/, /client_classes/],
    [network("ranges: [{start: 10.0.0.5, end: 10.0.0.9, config: {lease_time: {default: 10, min: 20}}}]"), /shortest/, /^/],
    [network("ranges: [{start: 10.0.0.5, end: 10.0.0.9, options: {values: {51: {type: u32, value: 60}}}}]"), /option 51/, /lease_time/],
    [network(`server_name: "${"x".repeat(64)}"`), /64 bytes/, /shorter/],
    [network("reservations: [{ip: 10.0.1.9, match: {chaddr: '02:00:00:00:00:01'}}]"), /outside the network/, /put the reservation/],
    ["networks: {10.0.0.0/24: {}, 10.0.0.0/16: {}}", /overlaps/, /one network only/],
    ["chaddr_onli: true", /unknown key/, /chaddr_only/],
    ["ddns: {forward: [{name: a.org, ip: 10.0.0.1:53, key: k}], reverse: [], tsig_keys: {}}", /no key "k"/, /add it to tsig_keys/],
    ["ddns: {forward: [], reverse: [], tsig_keys: {k: {algorithm: hmac-md5, data: c2VjcmV0}}}", /hmac-md5 is not spoken/, /^/],
    ["v6: {networks: {2001:db8:1::/64: {server_id: 2001:db8::1}}}", /"server_id" is of DHCPv4/, /server_id in the section v6/],
  ];
  for (const [source, problem, hint] of cases) {
    const result = loadConfig(source, "dora.yaml");
    const [first] = result.ok ? [] : result.diagnostics.filter(({ severity }) => severity === "error");
    assert.match(first?.message ?? "", problem, source);
    assert.match(first?.hint ?? "", hint, source);
  }
});
