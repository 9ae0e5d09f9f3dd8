import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Config } from "../../../src/config/model/config.ts";
import type { MessageSpec } from "../../engine/support/messages.ts";
import { ALICE, BOB, CAROL, discover, relayInfo, request } from "../../engine/support/messages.ts";
import { serverOf, type Way } from "../../engine/support/server.ts";
import { load } from "../load.ts";

/* A configuration can be sent to another thread, which then answers as this one does. */

const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);

const CONFIG = `
options: {domain_name: example.org}
option_definitions: {port: {code: 224, type: u16}}
limits: [{key: "relay4[1].hex", max: 1, class: phones}]
leasequery: {requesters: [10.0.0.2]}
flood_protection_threshold: {packets: 6, secs: 60}
client_classes:
  v4:
    - {name: phones, assert: "substring(option[60].text, 0, 5) == 'phone' and not member('SPAWN_port_7')", options: {port: 5060}}
    - {name: port, template: true, assert: "relay4[1].hex"}
    - {name: known, assert: "member('KNOWN')", config: {lease_time: 2h}}
    - {name: DROP, assert: "pkt4.mac == 0x02000000dead"}
${["a", "b", "c", "d"].map((name) => `    - {name: ${name}, assert: "option[77].text == '${name}'", file_name: ${name}.img}`).join("\n")}
reservations:
  - {match: {client_id: "'settings'"}, hostname: settings, options: {port: 1}}
  - {match: {chaddr: "${CAROL}"}, ip: 10.0.1.9, classes: [a]}
shared_networks: {office: [10.0.0.0/24, 10.0.1.0/24]}
networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1}
    ranges: [{range: 10.0.0.10-10.0.0.19}, {range: 10.0.0.20-10.0.0.29, class: phones}]
    limits: [{key: "ifelse(member('KNOWN'), '', option[60].hex)", max: 2}]
    reservations:
      - {match: {chaddr: "${BOB}"}, ip: 10.0.0.50, config: {lease_time: 3h}}
      - {match: {circuit_id: "'8'"}, ip: 10.0.0.51}
  10.0.1.0/24: {options: {routers: 10.0.1.1}, allocation: sequential, ranges: [{range: 10.0.1.10-10.0.1.19}]}
`;

const port = (value: string): MessageSpec => ({ giaddr: "10.0.0.2", relay: relayInfo({ 1: utf8(value) }) });
const vendor = (value: string): MessageSpec => ({ more: [{ code: 60, data: utf8(value) }] });
const asked: MessageSpec = { prl: [1, 3, 12, 15, 51, 224] };
const relayed: Way = { source: "10.0.0.2", sourcePort: 67, destination: "10.0.0.1" };

const MESSAGES: readonly (readonly [MessageSpec, Way?])[] = [
  [{ mac: ALICE }],
  [{ mac: BOB }],
  [{ mac: CAROL }],
  [{ id: "settings" }],
  [{ mac: "02:00:00:00:de:ad" }],
  [vendor("phone 1")],
  [{ ...port("7"), ...vendor("phone 2") }, relayed],
  [port("8"), relayed],
  [{ mac: "02:00:00:00:00:77", ...port("9"), ...vendor("phone 3") }, relayed],
  [{ mac: "02:00:00:00:00:78", ...port("9"), ...vendor("phone 4") }, relayed],
  [{ more: [{ code: 77, data: utf8("c") }] }],
];

/** What a server with this configuration answers to the messages, one after the other. */
function answers(config: Config): unknown[] {
  const server = serverOf(config);
  return MESSAGES.flatMap(([spec, way]) => {
    const why = server.explain(discover({ ...asked, ...spec }), way);
    const offer = server.receive(discover({ ...asked, ...spec }), way);
    const address = / yiaddr (\S+)/.exec(offer.header ?? "")?.[1];
    if (address === undefined) return [why, offer];
    return [why, offer, server.receive(request({ ...asked, ...spec, requested: address, server: "10.0.0.1" }), way)];
  });
}

test("a copy of a configuration, as another thread gets it, is the same, and decides alike", () => {
  const config = load(CONFIG);
  const copy = structuredClone(config);
  assert.deepEqual(copy, config);
  const told = answers(config);
  // The messages do come upon reservations, classes and limits.
  const text = JSON.stringify(told);
  for (const word of ["reservation: settings", "phones", "SPAWN_port_7", "KNOWN", "limit: ", "dropped-by-class", "10.0.0.50", "c.img"])
    assert.ok(text.includes(word), `${word} in ${text}`);
  assert.deepEqual(answers(copy), told);
});

test("what the copy's parts share is shared in it, too", () => {
  const copy = structuredClone(load(CONFIG));
  assert.equal(copy.networks[0]?.reservations[1], copy.networks[1]?.reservations[0]);
  assert.equal(copy.links[0]?.networks[1], copy.networks[1]);
});

test("the configurations of the examples are data", () => {
  for (const name of ["home", "names", "office", "quickstart"]) {
    const config = load(readFileSync(new URL(`../../../examples/${name}.yaml`, import.meta.url), "utf8"));
    assert.deepEqual(structuredClone(config), config, name);
  }
});
