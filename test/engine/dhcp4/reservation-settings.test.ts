import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "../../config/load.ts";
import { ALICE, BOB, discover } from "../support/messages.ts";
import { type Server, serverOf } from "../support/server.ts";

const LEASE_TIME = 51;

/** The lease time that a client is offered, in seconds. */
function leaseTime(server: Server, mac: string): number {
  const decision = server.decide(discover({ mac }));
  assert.ok(decision.kind === "reply");
  const data = decision.message.options.find(({ code }) => code === LEASE_TIME)?.data ?? new Uint8Array(4);
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}

const config = load(`
networks:
  10.0.0.0/24:
    options: {routers: 10.0.0.1}
    config: {lease_time: 1000}
    ranges:
      - {range: 10.0.0.10-10.0.0.19, config: {lease_time: 2000}}
      - {range: 10.0.0.20-10.0.0.29, config: {lease_time: 3000}, except: [10.0.0.20]}
    reservations:
      - {ip: 10.0.0.20, match: {chaddr: "${ALICE}"}}
      - {match: {chaddr: "${BOB}"}, config: {renew_time: 100}}
`);

test("a reservation that says nothing of lease times has those of the range of its client's address", () => {
  const server = serverOf(config);
  assert.equal(leaseTime(server, ALICE), 3000);
  // Somebody else has its address: it is given one of the other range, for as long as everybody there.
  const other = serverOf(config);
  other.lease("10.0.0.20", { mac: "02:00:00:00:00:77" });
  for (let i = 21; i < 30; i++) other.lease(`10.0.0.${i}`, { mac: `02:00:00:00:01:${i}` });
  assert.equal(leaseTime(other, ALICE), 2000);
});

test("one without an address that says something has that over the lease times of its network", () => {
  assert.equal(leaseTime(serverOf(config), BOB), 1000);
});
