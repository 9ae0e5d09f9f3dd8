/**
 * Who asks about leases over TCP, and by LEASEQUERY of DHCPv6: a server of its own, with a database
 * that it finds.
 */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Association, clientKeyOf } from "../../src/leases/dhcp6/client-key.ts";
import { LeaseState } from "../../src/leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../src/leases/dhcp6/record.ts";
import { relayRecord } from "../../src/leases/dhcp6/relays.ts";
import { IPV6_SPACE } from "../../src/leases/dhcp6/space.ts";
import { openSqliteStore } from "../../src/store/sqlite/store.ts";
import type { StoreWrite } from "../../src/store/store.ts";
import { MessageType } from "../../src/wire/dhcp4/message.ts";
import { message } from "../engine/support/messages.ts";
import { describeMessage } from "../engine/support/outcome.ts";
import { connectRequester, DHCP4, DHCP6 } from "../support/bulk-requester.ts";
import { address, prefix } from "../support/dhcp6-config.ts";
import { describeAnswer, duidOf, leasequery } from "../support/dhcp6-leasequery.ts";
import { leaseOf, putOf } from "../support/leases.ts";
import { newFolder, newPlace, startLeasehold, writeIn } from "../support/loopback-server.ts";

const START = Math.floor(Date.now() / 1000) - 100;
const NEVER = 0xffffffff;

function put6(row: number, leased: string, association: Association): StoreWrite {
  const relay = {
    hopCount: 0,
    linkAddress: address("2001:db8:1::1"),
    peerAddress: address("fe80::7"),
    options: [{ code: 53, data: new TextEncoder().encode("relay") }],
  };
  const owner = {
    clientKey: clientKeyOf(association, 7, duidOf(1)),
    preferredLifetime: NEVER,
    peerAddress: address("2001:db8:9::9"),
    relays: relayRecord([relay]),
    interfaceName: undefined,
    hardware: undefined,
    hostname: undefined,
    vendorClass: undefined,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
  const record = new Uint8Array(OWNER_RECORD.size(owner));
  OWNER_RECORD.write(owner, record, 0);
  const at = prefix(leased);
  return {
    kind: "put",
    space: IPV6_SPACE,
    row,
    address: at,
    state: LeaseState.bound,
    start: START,
    expiry: NEVER,
    record,
    network: "2001:db8:1::/64",
  };
}

test("bulk leasequery of both protocols, and LEASEQUERY of DHCPv6", async (t) => {
  const place = newPlace();
  const folder = newFolder(t);
  const database = join(folder, "leases.db");
  const store = openSqliteStore(database);
  await store.commit([
    putOf(0, leaseOf(0x0a000001, 1, LeaseState.bound, START, NEVER)),
    put6(0, "2001:db8:1::5", Association.addresses),
    put6(1, "2001:db8:ff00::/56", Association.prefixes),
  ]);
  await store.close();
  const config = writeIn(
    folder,
    "config.yaml",
    `
log: { format: json, level: info }
leasequery: { requesters: [127.0.0.0/8, "::1"], bulk: { listen: [${place.address}, "[::1]:${place.port6}"] } }
networks: { 10.0.0.0/24: { ranges: [{ range: 10.0.0.1-10.0.0.2 }] } }
v6:
  interfaces: [lo]
  options: { dns_servers: 2001:db8::53 }
  networks:
    2001:db8:1::/64:
      interfaces: [lo]
      ranges: [{ start: 2001:db8:1::1, end: 2001:db8:1::ff }]
      prefix_pools: [{ prefix: 2001:db8:ff00::/40, delegated_length: 56 }]
`,
  );
  const program = startLeasehold(
    t,
    "serve",
    "--no-api",
    "-c",
    config,
    "-d",
    database,
    "--v4-addr",
    `${place.address}:${place.port}`,
    "--v6-addr",
    `[::1]:${place.port6}`,
  );
  // The machine may be busy.
  await program.line(/listening on ::1, port/, 30_000);

  const one = await connectRequester(t, DHCP4, { host: place.address, port: place.port });
  one.send(message(MessageType.BULKLEASEQUERY, { mac: "", htype: 0, prl: [51, 156] }));
  assert.deepEqual((await one.read(3)).map(describeMessage), [
    {
      header: "op 2 htype 1 02:00:00:00:00:01 ciaddr 10.0.0.1",
      options: ["53 LEASEACTIVE", `54 ${place.address}`, `51 ${NEVER} s`, "156 02"],
    },
    { header: "op 2 htype 0  ciaddr 10.0.0.2", options: ["53 LEASEUNASSIGNED", "156 01"] },
    { header: "op 2 htype 0 ", options: ["53 LEASEQUERYDONE"] },
  ]);

  const told =
    /^client 1; 2001:db8:1::5 for 4294967295 4294967295; 2001:db8:ff00::\/56 for 4294967295 4294967295; heard 1\d\d s ago; 23 20010db8/;
  const two = await connectRequester(t, DHCP6, { host: "::1", port: place.port6 });
  const query = leasequery({ by: "byRelayId", relayId: "relay", requested: [23] });
  two.send(query);
  const [reply, done] = (await two.read(2)).map(describeAnswer);
  assert.match(reply?.[3] ?? "", told);
  assert.deepEqual(done, ["LEASEQUERY-DONE"]);

  const socket = createSocket("udp6");
  t.after(() => socket.close());
  socket.bind(0, "::1");
  await once(socket, "listening");
  socket.send(DHCP6.encode(query), place.port6, "::1");
  const [bytes, from] = (await once(socket, "message")) as [Uint8Array, { readonly port: number }];
  const answer = describeAnswer(DHCP6.decode(Uint8Array.from(bytes)));
  assert.equal(from.port, place.port6);
  assert.match(answer[3] ?? "", told);

  assert.equal(await program.end("SIGTERM"), 0);
  const stopped = program
    .output()
    .split("\n")
    .filter((line) => /"msg":"DHCPv[46] stopped"/.test(line))
    .map((line) => JSON.parse(line) as Record<string, number>);
  const count = (name: string): number => stopped.reduce((sum, counters) => sum + (counters[name] ?? 0), 0);
  const names = ["BULKLEASEQUERY", "LEASEQUERY"].map((name) => `received ${name}`);
  const answers = ["LEASEACTIVE", "LEASEUNASSIGNED", "LEASEQUERYDONE", "LEASEQUERY-REPLY", "LEASEQUERY-DONE"].map((name) => `sent ${name}`);
  assert.deepEqual([...names, ...answers].map(count), [1, 2, 1, 1, 1, 2, 1]);
});
