import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../../src/config/model/config.ts";
import type { Reservation } from "../../../src/config/model/dhcp4.ts";
import { indexReservations, type NetworkReservations, type ReservationIndex } from "../../../src/engine/dhcp4/reservation-index.ts";
import { fromHex, NO_BYTES } from "../../../src/net/bytes.ts";
import { inNetwork, load } from "../../config/load.ts";
import { address, text } from "../support/config.ts";

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? NO_BYTES;
const names = (list: readonly Reservation[] | undefined): readonly string[] => (list ?? []).map(({ name }) => name);

function indexOf(config: Config, network = 0): NetworkReservations {
  return indexReservations(config)[network] as NetworkReservations;
}

function onlyList(config: Config): ReservationIndex {
  const { lists } = indexOf(config);
  assert.equal(lists.length, 1);
  return lists[0] as ReservationIndex;
}

test("reservations are found by each identifier that they match on", () => {
  const config = load(
    inNetwork(
      "reservations:",
      "  - {hostname: a, ip: 10.0.0.2, match: {circuit_id: \"'port 7'\"}}",
      "  - {hostname: b, ip: 10.0.0.3, match: {remote_id: '01:02:ff', circuit_id: '03'}}",
      "  - {hostname: c, ip: 10.0.0.4, match: {duid: '0001'}}",
      "  - {hostname: d, ip: 10.0.0.5, match: {client_id: \"'abc'\"}}",
      '  - {hostname: e, ip: 10.0.0.6, match: {chaddr: "02:00:00:00:00:0b", client_id: "0102", options: {values: {60: {type: str, value: x}}}}}',
      "  - {hostname: f, ip: 10.0.0.7, match: {options: {vendor_class_identifier: x}}}",
      '  - {hostname: g, match: {chaddr: "02:00:00:00:00:0b", options: {vendor_class_identifier: x}}}',
    ),
  );
  const { chaddr, clientIdentifier, duid, circuitId, remoteId, others } = onlyList(config);
  assert.deepEqual([names(circuitId?.get(text("port 7"))), names(circuitId?.get(bytes("03")))], [["a"], ["b"]]);
  assert.deepEqual([names(remoteId?.get(bytes("0102ff"))), names(duid?.get(bytes("0001"))), names(others)], [["b"], ["c"], ["f"]]);
  assert.deepEqual(names(chaddr?.get(bytes("02000000000b"))), ["e", "g"]);
  assert.deepEqual([names(clientIdentifier?.get(bytes("0102"))), names(clientIdentifier?.get(text("abc")))], [["e"], ["d"]]);
  const { addresses } = indexOf(config);
  assert.deepEqual([...addresses], ["10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6", "10.0.0.7"].map(address));
});

test("what no reservation matches on has no index", () => {
  assert.deepEqual(Object.keys(onlyList(load(inNetwork("reservations: [{ip: 10.0.0.2, match: {duid: '0001'}}]")))), ["duid"]);
  assert.deepEqual(indexOf(load(inNetwork("authoritative: true"))).lists, []);
});

test("a network's own reservations stand before those of the top level; networks share the index of these", () => {
  const config = load(`
reservations:
  - {hostname: host, ip: 10.0.1.9, match: {chaddr: "02:00:00:00:00:01"}}
  - {hostname: settings, match: {chaddr: "02:00:00:00:00:02"}, options: {domain_name: x}}
networks:
  10.0.0.0/24: {options: {routers: 10.0.0.1}, reservations: [{hostname: own, match: {chaddr: "02:00:00:00:00:02"}}]}
  10.0.1.0/24: {options: {routers: 10.0.1.1}, config: {lease_time: 1h}}
  10.0.2.0/24: {next_server: 10.0.2.1}
`);
  const [first, second, third] = indexReservations(config);
  const found = (index: NetworkReservations | undefined, mac: string): readonly string[] =>
    (index?.lists ?? []).flatMap(({ chaddr }) => names(chaddr?.get(bytes(mac))));
  assert.deepEqual(found(first, "020000000002"), ["own", "settings"]);
  assert.deepEqual(found(second, "020000000001"), ["host"]);
  assert.equal(first?.lists[1], second?.lists[0]);
  // What they inherit differs.
  assert.notEqual(third?.lists[0], second?.lists[0]);
});
