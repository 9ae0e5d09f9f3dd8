import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../../src/config/load.ts";
import { decide } from "../../../src/engine/dhcp4/decide.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import type { Decision } from "../../../src/engine/dhcp4/decision.ts";
import { describe } from "../../../src/engine/dhcp4/trace.ts";
import { createLeaseTable } from "../../../src/leases/dhcp4/table.ts";
import { formatIpv4, readIpv4 } from "../../../src/net/ipv4.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { ALICE, BOB, CAROL, type MessageSpec, message, relayInfo } from "../support/messages.ts";
import { ETH0, START } from "../support/server.ts";

const HEAD = `
options: {domain_name: top, log_servers: 10.0.0.7, ntp_servers: 10.0.0.6}
config: {lease_time: 2h}
file_name: top.img
client_classes:
  v4:
    - {name: other, assert: "member('phone') and false"}
    - {name: phone, assert: "substring(option[60].hex, 0, 5) == 'phone'", config: {lease_time: 10m}, file_name: phone.img,
       next_server: 10.0.0.8, options: {domain_name: phones, log_servers: {value: null}, tftp_server_name: {value: t, always: true}}}
    - {name: second, assert: "option[60].text == 'phone2'", config: {lease_time: 20m}, file_name: second.img,
       options: {domain_name: second, ntp_servers: 10.0.0.5}}
    - {name: DROP, assert: "pkt4.mac == 0x02000000000c"}
    - {name: stranger, assert: "unknown and not member('phone')"}
`;

/** Decides about a message to a server with these networks. */
function ask(networks: string, type: MessageType | undefined, spec: MessageSpec, trace?: string[], head = HEAD): Decision {
  const loaded = loadConfig(`${head}networks:\n${networks}`, "x.yaml");
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const { config } = loaded;
  const context = { decider: createDecider(config), leases: createLeaseTable(config), now: START, random: 0 };
  const request: Message = message(type, { prl: [1, 3, 6, 7, 15, 42], ...spec });
  const received = { message: request, interface: ETH0, source: 0, sourcePort: 68, destination: 0xffffffff, serverPort: 67, length: 300 };
  return decide(context, received, trace && ((event) => trace.push(`${event.rule}: ${describe(event)}`)));
}

const discover = (networks: string, spec: MessageSpec, trace?: string[]): Decision => ask(networks, MessageType.DISCOVER, spec, trace);
const vendor = (text: string): MessageSpec => ({ more: [{ code: 60, data: new TextEncoder().encode(text) }] });

/** What a client is offered, in short; the reason when it gets no answer. */
function brief(decision: Decision): string {
  if (decision.kind !== "reply") return decision.kind === "silence" ? decision.reason : decision.kind;
  const { message: reply } = decision;
  const text = (bytes: Uint8Array | undefined): string => (bytes === undefined ? "-" : new TextDecoder().decode(bytes));
  const address = (bytes: Uint8Array | undefined): string => (bytes === undefined ? "-" : formatIpv4(readIpv4(bytes, 0)));
  const time = optionValue(reply, 51);
  return [
    formatIpv4(reply.yiaddr),
    time === undefined ? "-" : readIpv4(time, 0),
    `domain ${text(optionValue(reply, 15))}`,
    `log ${address(optionValue(reply, 7))}`,
    `ntp ${address(optionValue(reply, 42))}`,
    `tftp ${text(optionValue(reply, 66))}`,
    `boot ${formatIpv4(reply.siaddr)} ${text(reply.file)}`,
  ].join(" ");
}

const PLAIN = "  10.0.0.0/24: {ranges: [{range: 10.0.0.10-10.0.0.19}], allocation: sequential}";

test("settings of classes come before those of the top level, in the order of the classes", () => {
  assert.equal(brief(discover(PLAIN, {})), "10.0.0.10 7200 domain top log 10.0.0.7 ntp 10.0.0.6 tftp - boot 0.0.0.0 top.img");
  assert.equal(brief(discover(PLAIN, vendor("phone1"))), "10.0.0.10 600 domain phones log - ntp 10.0.0.6 tftp t boot 10.0.0.8 phone.img");
  assert.equal(brief(discover(PLAIN, vendor("phone2"))), "10.0.0.10 600 domain phones log - ntp 10.0.0.5 tftp t boot 10.0.0.8 phone.img");
});

test("network, range and reservation come before classes", () => {
  const network = `  10.0.0.0/24: {ranges: [{range: 10.0.0.10-10.0.0.19}], allocation: sequential, next_server: 0.0.0.0, file_name: net.img,
    options: {domain_name: net}, config: {lease_time: 3h}}`;
  assert.equal(brief(discover(network, vendor("phone1"))), "10.0.0.10 10800 domain net log - ntp 10.0.0.6 tftp t boot 0.0.0.0 net.img");
  const range =
    "  10.0.0.0/24: {ranges: [{range: 10.0.0.10-10.0.0.19, config: {lease_time: 3h}, options: {domain_name: range}}], allocation: sequential}";
  assert.equal(brief(discover(range, vendor("phone1"))), "10.0.0.10 10800 domain range log - ntp 10.0.0.6 tftp t boot 10.0.0.8 phone.img");
  const host = `  10.0.0.0/24: {reservations: [{ip: 10.0.0.5, match: {chaddr: "${ALICE}"}, file_name: host.img, options: {log_servers: 10.0.0.4}}]}`;
  assert.equal(
    brief(discover(host, vendor("phone1"))),
    "10.0.0.5 600 domain phones log 10.0.0.4 ntp 10.0.0.6 tftp t boot 10.0.0.8 host.img",
  );
});

test("an INFORM gets the settings of its classes", () => {
  assert.equal(
    brief(ask(PLAIN, MessageType.INFORM, { ciaddr: "10.0.0.77", ...vendor("phone1") })),
    "0.0.0.0 - domain phones log - ntp 10.0.0.6 tftp t boot 10.0.0.8 phone.img",
  );
});

const address = (decision: Decision): string => brief(decision).split(" ")[0] as string;
const RANGES = `  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.10-10.0.0.19, class: phone}, {range: 10.0.0.20-10.0.0.29, deny_class: phone, class: ALL}]`;

test("a range is for its class", () => {
  assert.equal(address(discover(RANGES, vendor("phone1"))), "10.0.0.10");
  assert.equal(address(discover(RANGES, {})), "10.0.0.20");
  // What a client asks for is no way around.
  assert.equal(address(discover(RANGES, { requested: "10.0.0.15" })), "10.0.0.20");
  assert.equal(address(discover(RANGES, { ...vendor("phone1"), requested: "10.0.0.25" })), "10.0.0.10");
});

test("a REQUEST of an address that is for another class is refused", () => {
  const decision = ask(RANGES, MessageType.REQUEST, { requested: "10.0.0.15", server: "10.0.0.1" });
  assert.ok(decision.kind === "reply");
  assert.deepEqual(optionValue(decision.message, 53), Uint8Array.of(MessageType.NAK));
  const accepted = ask(RANGES, MessageType.REQUEST, { requested: "10.0.0.25", server: "10.0.0.1" });
  assert.equal(address(accepted), "10.0.0.25");
});

test("a network is for its class, and the next one on the link is used", () => {
  const text = `  10.0.0.0/24: {class: phone, allocation: sequential, ranges: [{range: 10.0.0.10-10.0.0.19}]}
  10.0.1.0/24: {deny_class: phone, allocation: sequential, ranges: [{range: 10.0.1.10-10.0.1.19}]}
shared_networks: {floor: [10.0.0.0/24, 10.0.1.0/24]}`;
  assert.equal(address(discover(text, vendor("phone1"))), "10.0.0.10");
  assert.equal(address(discover(text, {})), "10.0.1.10");
});

test("a client for whose classes there is no range gets no answer, and the reason says so", () => {
  const text = "  10.0.0.0/24: {ranges: [{range: 10.0.0.10-10.0.0.19, class: phone}]}";
  assert.equal(brief(discover(text, {})), "no-range-for-class");
  assert.equal(brief(discover("  10.0.0.0/24: {class: phone, ranges: [{range: 10.0.0.10-10.0.0.19}]}", {})), "no-range-for-class");
});

test("a reservation with a class is only for clients in it", () => {
  const text = `  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.10-10.0.0.19}]
    reservations: [{ip: 10.0.0.5, class: phone, match: {chaddr: "${ALICE}"}}]`;
  assert.equal(address(discover(text, vendor("phone1"))), "10.0.0.5");
  assert.equal(address(discover(text, {})), "10.0.0.10");
});

test("clients in DROP are not answered", () => {
  assert.equal(brief(discover(PLAIN, { mac: CAROL })), "dropped-by-class");
  assert.equal(address(discover(PLAIN, { mac: BOB })), "10.0.0.10");
});

test("the class DROP is not honoured for every type of message", () => {
  for (const type of [MessageType.REQUEST, MessageType.INFORM, MessageType.RELEASE, MessageType.DECLINE]) {
    const spec = { mac: CAROL, ciaddr: "10.0.0.10", requested: "10.0.0.10" };
    assert.equal(brief(ask(PLAIN, type, spec)), "dropped-by-class");
  }
});

test("classes count for nothing in BOOTP", () => {
  assert.equal(brief(ask(PLAIN, undefined, { mac: CAROL })), "dropped-by-class");
  const text = `  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.10-10.0.0.19, deny_class: BOOTP}, {range: 10.0.0.20-10.0.0.29, class: BOOTP}]`;
  assert.equal(address(ask(text, MessageType.DISCOVER, {})), "10.0.0.10");
  assert.match(
    brief(ask(text, undefined, vendor("phone1"), undefined, `bootp_enable: true\n${HEAD}`)),
    /^10\.0\.0\.20 - domain phones .* boot 10\.0\.0\.8 phone\.img$/,
  );
});

test("KNOWN, UNKNOWN and what depends on them", () => {
  const text = `  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.10-10.0.0.19, class: KNOWN}, {range: 10.0.0.20-10.0.0.29, class: stranger}, {range: 10.0.0.30-10.0.0.39, class: UNKNOWN}]
    reservations: [{match: {chaddr: "${ALICE}"}, hostname: alice}]`;
  assert.equal(address(discover(text, {})), "10.0.0.10");
  assert.equal(address(discover(text, { mac: BOB })), "10.0.0.20");
  assert.equal(address(discover(text, { mac: BOB, ...vendor("phone1") })), "10.0.0.30");
});

test("VENDOR_CLASS_ and what option 60 says", () => {
  const text = "  10.0.0.0/24: {allocation: sequential, ranges: [{range: 10.0.0.10-10.0.0.19, class: VENDOR_CLASS_MSFT 5.0}]}";
  assert.equal(address(discover(text, vendor("MSFT 5.0"))), "10.0.0.10");
  // A NUL at the end is not part of the text (RFC 2132 section 2).
  assert.equal(address(discover(text, vendor("MSFT 5.0\0"))), "10.0.0.10");
  assert.equal(brief(discover(text, vendor("MSFT 5.0\0x"))), "no-range-for-class");
  assert.equal(brief(discover(text, vendor("MSFT 5."))), "no-range-for-class");
  assert.equal(address(discover(text, vendor("MSFT 5.0\0\0"))), "10.0.0.10");
  assert.equal(brief(discover(text, vendor("MSFT 5.01"))), "no-range-for-class");
  assert.equal(brief(discover(text, {})), "no-range-for-class");
});

const GIVEN = `
options: {domain_name: top}
client_classes:
  v4:
    - {name: boss, options: {domain_name: boss}, config: {lease_time: 9m}, file_name: boss.img}
    - {name: after, assert: "member('boss')", options: {log_servers: 10.0.0.9}}
    - {name: both, assert: "option[60].text == 'both'", config: {lease_time: 11m}, options: {domain_name: both}}
    - {name: DROP}
`;
const GIVEN_NETWORK = `  10.0.0.0/24:
    allocation: sequential
    ranges: [{range: 10.0.0.10-10.0.0.19, class: after}, {range: 10.0.0.20-10.0.0.29, deny_class: boss}]
    reservations: [{match: {chaddr: "${ALICE}"}, classes: [boss, both]}, {match: {chaddr: "${CAROL}"}, classes: [DROP]}]`;

test("a reservation puts its host into classes, whose settings and guards apply", () => {
  const offer = (spec: MessageSpec): string => brief(ask(GIVEN_NETWORK, MessageType.DISCOVER, spec, undefined, GIVEN));
  assert.equal(offer({}), "10.0.0.10 540 domain boss log 10.0.0.9 ntp - tftp - boot 0.0.0.0 boss.img");
  assert.equal(offer({ mac: BOB }), "10.0.0.20 86400 domain top log - ntp - tftp - boot 0.0.0.0 ");
  assert.equal(offer({ mac: BOB, ...vendor("both") }), "10.0.0.20 660 domain both log - ntp - tftp - boot 0.0.0.0 ");
});

test("a global reservation puts its host into classes in every network", () => {
  const head = `reservations: [{match: {chaddr: "${ALICE}"}, classes: [boss]}]${GIVEN}`;
  assert.equal(
    brief(ask(PLAIN, MessageType.DISCOVER, {}, undefined, head)),
    "10.0.0.10 540 domain boss log 10.0.0.9 ntp - tftp - boot 0.0.0.0 boss.img",
  );
});

test("a host that its reservation puts into DROP is not answered", () => {
  const trace: string[] = [];
  assert.equal(brief(ask(GIVEN_NETWORK, MessageType.DISCOVER, { mac: CAROL }, trace, GIVEN)), "dropped-by-class");
  assert.ok(trace.includes("classes: DROP"), trace.join("\n"));
});

const SPAWNING = `
options: {domain_name: top}
client_classes:
  v4:
    - {name: port, template: true, assert: "relay4[1].hex", options: {domain_name: port}, config: {lease_time: 10m}}
    - {name: SPAWN_port_seven, options: {log_servers: 10.0.0.9}}
    - {name: user, assert: "member('SPAWN_port_nine') or member('SPAWN_port_seven')", file_name: user.img}
`;
const SPAWNING_NETWORK = `  10.0.0.0/24:
    allocation: sequential
    ranges:
      - {range: 10.0.0.10-10.0.0.19, class: SPAWN_port_nine}
      - {range: 10.0.0.20-10.0.0.29, class: port}
      - {range: 10.0.0.30-10.0.0.39}`;

test("a template makes a class of each value", () => {
  const offer = (circuitId: string | undefined): string => {
    const id = circuitId === undefined ? undefined : new TextEncoder().encode(circuitId);
    const relay = id && relayInfo({ 1: id });
    return brief(ask(SPAWNING_NETWORK, MessageType.DISCOVER, relay === undefined ? {} : { relay }, undefined, SPAWNING));
  };
  for (const [circuitId, expected] of [
    [undefined, "10.0.0.30 86400 domain top log - ntp - tftp - boot 0.0.0.0 "],
    ["", "10.0.0.30 86400 domain top log - ntp - tftp - boot 0.0.0.0 "],
    ["other", "10.0.0.20 600 domain port log - ntp - tftp - boot 0.0.0.0 "],
    ["seven", "10.0.0.20 600 domain port log 10.0.0.9 ntp - tftp - boot 0.0.0.0 user.img"],
    ["nine", "10.0.0.10 600 domain port log - ntp - tftp - boot 0.0.0.0 user.img"],
    ["nine\0", "10.0.0.20 600 domain port log - ntp - tftp - boot 0.0.0.0 "],
  ] as const) {
    assert.equal(offer(circuitId), expected, circuitId);
  }
});

test("the trace names the classes", () => {
  const trace: string[] = [];
  discover(PLAIN, vendor("phone2"), trace);
  assert.ok(trace.includes("classes: phone, second, UNKNOWN"), trace.join("\n"));
});

test("a class by subscriber id (RFC 3993) or relay id (RFC 6925) guards ranges and reservations", () => {
  const head = `
client_classes:
  v4:
    - {name: gold, assert: "relay4[6].hex == 'gold'"}
    - {name: north, assert: "relay4[12].hex == 0x0001aabb"}
`;
  const networks = `
  10.0.0.0/24:
    ranges: [{range: 10.0.0.100-10.0.0.100, class: gold}, {range: 10.0.0.200-10.0.0.200, deny_class: gold}]
    reservations: [{ip: 10.0.0.7, match: {circuit_id: "'port'"}, class: north}]
`;
  const offered = (subOptions: Readonly<Record<number, Uint8Array>>): string => {
    const decision = ask(networks, MessageType.DISCOVER, { giaddr: "10.0.0.2", relay: relayInfo(subOptions) }, undefined, head);
    return decision.kind === "reply" ? formatIpv4(decision.message.yiaddr) : decision.kind;
  };
  const port = new TextEncoder().encode("port");
  assert.equal(offered({ 1: port, 6: new TextEncoder().encode("gold") }), "10.0.0.100");
  assert.equal(offered({ 1: port, 6: new TextEncoder().encode("silver") }), "10.0.0.200");
  assert.equal(offered({ 1: port, 12: Uint8Array.of(0, 1, 0xaa, 0xbb) }), "10.0.0.7");
  assert.equal(offered({ 1: port, 12: Uint8Array.of(0, 1, 0xaa, 0xbc) }), "10.0.0.200");
});

test("a range whose addresses are all reserved, as in dora's files, serves those that have them", () => {
  const text = `  10.0.0.0/24:
    ranges: [{range: 10.0.0.10-10.0.0.10}]
    reservations: [{ip: 10.0.0.10, match: {chaddr: "${ALICE}"}}]`;
  assert.equal(address(discover(text, {})), "10.0.0.10");
  assert.equal(brief(discover(text, { mac: BOB })), "no-address-free");
});
