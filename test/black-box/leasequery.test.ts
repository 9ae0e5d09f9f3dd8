/** What a relay that asks about leases is told, seen from the cable: RFC 4388 and RFC 6148. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ethernetClient, requestSelecting } from "../../src/client/dhcp4/index.ts";
import { fromHex, NO_BYTES, toHex } from "../../src/net/bytes.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { formatMac, parseMac } from "../../src/net/mac.ts";
import { type Message, MessageType, optionValue } from "../../src/wire/dhcp4/index.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { type Answer, type Envelope, openRawClient } from "../support/raw-client.ts";
import { requireNamespaces } from "../support/requirement.ts";
import { createPair } from "./labs.ts";

const address = (text: string): Ipv4 => parseIpv4(text) as Ipv4;
const SERVER_MAC = parseMac("02:00:5e:50:00:01") as Uint8Array;
const RELAY_MAC = parseMac("02:00:5e:50:00:02") as Uint8Array;
const GIADDR = address("10.78.0.1");
const CIRCUIT = "0104706f72740204686f6d65";

const CONFIG = `
  config: { lease_time: 300 }
  leasequery: { requesters: [10.78.0.1] }
  networks:
    10.77.0.0/24:
      options: { routers: 10.77.0.1 }
    10.78.0.0/24:
      options: { routers: 10.78.0.1 }
      ranges: [{ range: 10.78.0.100-10.78.0.199 }]
`;

test("a relay is told about the lease of a client behind it, whatever it asks by; others are told nothing", async (t) => {
  if (!requireNamespaces(t)) return;
  const { lab, server, client: place } = createPair(t, "02:00:5e:50:00:03");
  lab.exec(server, "ip", "link", "set", "eth0", "address", formatMac(SERVER_MAC));
  lab.exec(server, "ip", "route", "add", "10.78.0.0/24", "dev", "eth0");
  lab.exec(server, "ip", "neigh", "replace", formatIpv4(GIADDR), "lladdr", formatMac(RELAY_MAC), "dev", "eth0", "nud", "permanent");
  const raw = await openRawClient(t, lab, place);
  const leasehold = await startLeasehold(t, lab, server, CONFIG);
  const fromRelay: Envelope = { to: SERVER_MAC, source: GIADDR, sourcePort: 67, destination: address("10.77.0.1") };
  const host = ethernetClient(Uint8Array.of(2, 0, 0x5e, 0x51, 0, 1));
  const yiaddr = address("10.78.0.150");

  const exchange = async (message: Message, envelope = fromRelay): Promise<Answer> => {
    raw.send(message, envelope);
    const [answer] = await raw.answers(1);
    assert.ok(answer !== undefined, "there is no answer");
    return answer;
  };
  const option82 = { code: 82, data: fromHex(CIRCUIT) as Uint8Array };
  const selected = requestSelecting(host, { xid: 1, secs: 0 }, { address: yiaddr, serverIdentifier: address("10.77.0.1") });
  const ack = await exchange({ ...selected, hops: 1, giaddr: GIADDR, options: [...selected.options, option82] });
  assert.equal(ack.message.yiaddr, yiaddr);

  let xid = 100;
  const query = (about: Partial<Message>, ...options: Message["options"]): Message => ({
    ...selected,
    ...{ xid: xid++, htype: 0, hlen: 0, chaddr: NO_BYTES, giaddr: GIADDR, ...about },
    options: [{ code: 53, data: Uint8Array.of(MessageType.LEASEQUERY) }, { code: 55, data: Uint8Array.of(51, 61, 82, 92, 3) }, ...options],
  });
  const identifier = { code: 61, data: host.clientIdentifier as Uint8Array };
  for (const message of [
    query({ ciaddr: yiaddr }),
    query({ htype: 1, hlen: 6, chaddr: host.chaddr }),
    query({}, identifier),
    query({}, { code: 82, data: fromHex("0204686f6d65") as Uint8Array }),
  ]) {
    const answer = await exchange(message);
    assert.equal(answer.packet, "10.77.0.1:67 > 10.78.0.1:67");
    assert.equal(answer.frame, `${formatMac(SERVER_MAC)} > ${formatMac(RELAY_MAC)}`);
    const { xid: id, ciaddr, giaddr, htype, chaddr, options } = answer.message;
    assert.deepEqual(
      { id, ciaddr, giaddr, htype, chaddr: formatMac(chaddr) },
      { id: message.xid, ciaddr: yiaddr, giaddr: GIADDR, htype: 1, chaddr: formatMac(host.chaddr) },
    );
    const left = optionValue(answer.message, 51);
    assert.ok(left !== undefined && left.length === 4 && toHex(left) <= "0000012c");
    assert.deepEqual(
      options.filter(({ code }) => code !== 51).map(({ code, data }) => `${code} ${toHex(data)}`),
      ["53 0d", "54 0a4d0001", `61 ${toHex(identifier.data)}`, "92 0a4e0096", "3 0a4e0001", `82 ${CIRCUIT}`],
    );
  }

  // Nobody else: the next answer is that of the query behind it.
  raw.send(query({ ciaddr: yiaddr, giaddr: address("10.78.0.2") }), fromRelay);
  raw.send(query({ ciaddr: yiaddr }), { ...fromRelay, source: address("10.77.0.2") });
  const unassigned = query({ ciaddr: address("10.78.0.151") });
  const answer = await exchange(unassigned);
  assert.equal(answer.message.xid, unassigned.xid);
  assert.deepEqual(
    answer.message.options.map(({ code, data }) => `${code} ${toHex(data)}`),
    ["53 0b"],
  );
  assert.deepEqual(await leasehold.stop(), {
    ...{ "received REQUEST": 1, "received LEASEQUERY": 7, "sent ACK": 1, "sent LEASEACTIVE": 4, "sent LEASEUNASSIGNED": 1 },
    ...{ "silent: requester-not-permitted": 2, bound: 1, commits: 1 },
  });
});
