/** At most one lease on a port of an access switch, as the relay reports it, over real packets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { discover, ethernetClient, release, requestExtension, requestInitReboot, requestSelecting } from "../../src/client/dhcp4/index.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { formatMac, parseMac } from "../../src/net/mac.ts";
import { type Message, MessageType } from "../../src/wire/dhcp4/index.ts";
import { messageType } from "../../src/wire/dhcp4/options.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { type Envelope, openRawClient } from "../support/raw-client.ts";
import { requireNamespaces } from "../support/requirement.ts";
import { createPair } from "./labs.ts";

const address = (text: string): Ipv4 => parseIpv4(text) as Ipv4;
const SERVER = address("10.77.0.1");
const SERVER_MAC = parseMac("02:00:5e:52:00:01") as Uint8Array;
const RELAY = address("10.77.0.2");
const RELAY_MAC = "02:00:5e:52:00:02";
const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0x5e, 0x52, 1, number));
const [alice, bob, carol] = [clientOf(1), clientOf(2), clientOf(3)];

const CONFIG = `
  config: { lease_time: 300 }
  limits: [{ key: "relay4[1].hex", max: 1 }]
  networks:
    10.77.0.0/24:
      options: { routers: 10.77.0.1 }
      ranges: [{ range: 10.77.0.100-10.77.0.199 }]
      allocation: sequential
`;

/** As the relay passes it on, with the port as circuit id. */
function on(port: number, message: Message): Message {
  const option = { code: 82, data: Uint8Array.of(1, 1, port) };
  return { ...message, hops: 1, giaddr: RELAY, options: [...message.options, option] };
}

const fromRelay: Envelope = { to: SERVER_MAC, source: RELAY, sourcePort: 67, destination: SERVER };
const unicast = (source: Ipv4): Envelope => ({ to: SERVER_MAC, source, destination: SERVER });

let transactions = 0;
const transaction = () => ({ xid: ++transactions, secs: 0 });

test("a limit for each port of a relay: offers, requests, renewals, releases, and a server that was killed", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client } = createPair(t, "02:00:5e:52:00:03");
  lab.exec(server, "ip", "link", "set", "eth0", "address", formatMac(SERVER_MAC));
  // The machine of the server need not ask who has these addresses.
  for (const [who, mac] of [
    [formatIpv4(RELAY), RELAY_MAC],
    ["10.77.0.100", formatMac(alice.chaddr)],
  ] as const) {
    lab.exec(server, "ip", "neigh", "replace", who, "lladdr", mac, "dev", "eth0", "nud", "permanent");
  }
  const raw = await openRawClient(t, lab, client);
  let leasehold = await startLeasehold(t, lab, server, CONFIG);

  /** The type of the answer and its address. */
  const ask = async (message: Message, envelope = fromRelay): Promise<string> => {
    raw.send(message, envelope);
    const [answer] = await raw.answers(1);
    assert.equal(answer?.message.xid, message.xid);
    const type = Object.entries(MessageType).find(([, number]) => number === messageType(answer.message))?.[0];
    return `${type} ${formatIpv4(answer.message.yiaddr)}`;
  };
  /** The next answer is that of another message. */
  const isSilent = async (message: Message): Promise<void> => {
    raw.send(message, fromRelay);
    assert.equal(await ask(on(9, discover(carol, transaction()))), "OFFER 10.77.0.101");
  };
  const wanted = address("10.77.0.100");

  assert.equal(await ask(on(1, discover(alice, transaction()))), "OFFER 10.77.0.100");
  await isSilent(on(1, discover(bob, transaction())));
  assert.equal(await ask(on(1, requestSelecting(alice, transaction(), { address: wanted, serverIdentifier: SERVER }))), "ACK 10.77.0.100");
  assert.equal(await ask(on(1, requestInitReboot(bob, transaction(), address("10.77.0.105")))), "NAK 0.0.0.0");
  assert.equal(await ask(requestExtension(alice, transaction(), wanted), unicast(wanted)), "ACK 10.77.0.100");
  await isSilent(on(1, discover(bob, transaction())));

  await leasehold.kill();
  leasehold = await startLeasehold(t, lab, server, CONFIG, { database: leasehold.database });
  await isSilent(on(1, discover(bob, transaction())));
  assert.equal(await ask(on(1, requestExtension(alice, transaction(), wanted))), "ACK 10.77.0.100");
  raw.send(release(alice, ++transactions, { address: wanted, serverIdentifier: SERVER }), unicast(wanted));
  assert.equal(await ask(on(1, discover(bob, transaction()))), "OFFER 10.77.0.102");
  const { commits, ...counters } = await leasehold.stop();
  assert.deepEqual(counters, {
    ...{ "received DISCOVER": 3, "received REQUEST": 1, "received RELEASE": 1, "sent OFFER": 2, "sent ACK": 1 },
    ...{ "silent: limit-reached": 1, renewed: 1, released: 1, noted: 1 },
  });
  assert.ok(commits);
});
