/**
 * A server that has several addresses, or shares one with another server (VRRP): the one that is
 * asked answers, and is what clients know the server by.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { discover, ethernetClient, requestExtension, requestInitReboot, requestSelecting } from "../../src/client/dhcp4/index.ts";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../src/net/ipv4.ts";
import { parseMac } from "../../src/net/mac.ts";
import { type Message, optionIpv4 } from "../../src/wire/dhcp4/index.ts";
import { createDhcpClient } from "../support/dhcp-client.ts";
import { startLeasehold } from "../support/leasehold-process.ts";
import { createLab, type Lab, type Namespace } from "../support/namespaces.ts";
import { type Answer, openRawClient, type RawClient } from "../support/raw-client.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { MAIN } from "../support/run-leasehold.ts";
import { createClientPlace, createPair, createRouted, untilAddressesAreTested } from "./labs.ts";

const address = (text: string): Ipv4 => parseIpv4(text) as Ipv4;
const SHARED = "192.0.2.53";
const SERVER_MAC = parseMac("02:00:5e:52:00:01") as Uint8Array;
let transactions = 0;
const transaction = () => ({ xid: 0x5a5e0000 + transactions++, secs: 1 });
const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0x5e, 0x52, 1, number));

/** An address as keepalived puts it on a machine, on an interface that no client is on. */
function addShared(lab: Lab, where: Namespace): void {
  lab.exec(where, "ip", "link", "add", "elsewhere", "type", "bridge");
  lab.exec(where, "ip", "link", "set", "elsewhere", "up");
  lab.exec(where, "ip", "address", "add", `${SHARED}/32`, "dev", "elsewhere");
}

const identifierOf = (message: Message | undefined): string => formatIpv4((message && optionIpv4(message, 54)) ?? 0);

/** The way of the answer, and whom the client takes for the server. */
const seen = ({ packet, message }: Answer): string => `${packet} ${identifierOf(message)}`;

async function answerTo(raw: RawClient, ...what: Parameters<RawClient["send"]>): Promise<string | undefined> {
  raw.send(...what);
  const [answer] = await raw.answers(1);
  return answer && seen(answer);
}

const RELAYED = `
  config: { lease_time: 60, renew_time: 4 }
  networks:
    10.78.0.0/24:
      options: { routers: 10.78.0.1 }
      ranges: [{ range: 10.78.0.100-10.78.0.199 }]
`;

suite("an address that is shared", () => {
  test("relay and client hear from that which they send to, whichever interface has it", async (t) => {
    if (!requireNamespaces(t)) return;
    const { lab, server, client } = createPair(t, "02:00:5e:52:00:03");
    lab.exec(server, "ip", "link", "set", "eth0", "address", "02:00:5e:52:00:01");
    lab.exec(server, "ip", "address", "add", "10.77.0.5/24", "dev", "eth0");
    lab.exec(server, "ip", "address", "add", "10.77.0.6/32", "dev", "eth0");
    lab.exec(server, "ip", "address", "add", "192.0.2.54/32", "dev", "lo");
    lab.exec(server, "ip", "route", "add", "10.78.0.0/24", "dev", "eth0");
    addShared(lab, server);
    for (const one of ["10.78.0.1", "10.78.0.100"])
      lab.exec(server, "ip", "neigh", "replace", one, "lladdr", "02:00:5e:52:00:02", "dev", "eth0", "nud", "permanent");
    const raw = await openRawClient(t, lab, client);
    const leasehold = await startLeasehold(t, lab, server, RELAYED);
    const one = clientOf(1);
    const yiaddr = address("10.78.0.100");
    const viaRelay = (message: Message): Message => ({ ...message, hops: 1, giaddr: address("10.78.0.1") });
    for (const own of ["10.77.0.1", "10.77.0.5", "10.77.0.6", "192.0.2.54", SHARED]) {
      const fromRelay = { to: SERVER_MAC, source: address("10.78.0.1"), sourcePort: 67, destination: address(own) };
      const selected = { address: yiaddr, serverIdentifier: address(own) };
      const answers = [
        await answerTo(raw, viaRelay(discover(one, transaction(), { requestedAddress: yiaddr })), fromRelay),
        await answerTo(raw, viaRelay(requestSelecting(one, transaction(), selected)), fromRelay),
        // The same by another way: the client has chosen.
        await answerTo(raw, viaRelay(requestSelecting(one, transaction(), selected)), { ...fromRelay, destination: address("10.77.0.1") }),
        await answerTo(raw, viaRelay(requestInitReboot(one, transaction(), address("10.99.0.1"))), fromRelay),
        await answerTo(raw, requestExtension(one, transaction(), yiaddr), { ...fromRelay, source: yiaddr, sourcePort: 68 }),
      ];
      assert.deepEqual(answers, [
        `${own}:67 > 10.78.0.1:67 ${own}`,
        `${own}:67 > 10.78.0.1:67 ${own}`,
        `10.77.0.1:67 > 10.78.0.1:67 ${own}`,
        `${own}:67 > 10.78.0.1:67 ${own}`,
        `${own}:67 > 10.78.0.100:68 ${own}`,
      ]);
    }
    await leasehold.stop();
  });

  test("it moves here while the server runs, and away again", async (t) => {
    if (!requireNamespaces(t)) return;
    const { lab, server, client } = createPair(t, "02:00:5e:52:00:03");
    lab.exec(server, "ip", "link", "set", "eth0", "address", "02:00:5e:52:00:01");
    const raw = await openRawClient(t, lab, client);
    const config = "networks: { 10.77.0.0/24: { ranges: [{ range: 10.77.0.100-10.77.0.199 }] } }";
    const leasehold = await startLeasehold(t, lab, server, config);
    const request = () =>
      requestSelecting(clientOf(1), transaction(), { address: address("10.77.0.150"), serverIdentifier: address(SHARED) });
    const marker = (): Message => discover(clientOf(2), transaction());
    /** What answers the REQUEST, if anything does, and another client's DISCOVER behind it. */
    const look = async (count: number): Promise<string[]> => {
      raw.send(request());
      raw.send(marker());
      return (await raw.answers(count)).map(seen);
    };
    // The address of the marker's client.
    const [offer] = await look(1);
    const marked = offer as string;
    addShared(lab, server);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const there = await look(2);
    lab.exec(server, "ip", "address", "del", `${SHARED}/32`, "dev", "elsewhere");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const gone = await look(1);
    assert.match(marked, /^10\.77\.0\.1:67 > 10\.77\.0\.\d+:68 10\.77\.0\.1$/);
    // The OFFER waits for no commit, the ACK does.
    assert.deepEqual([there.toSorted(), gone], [[marked, `10.77.0.1:67 > 10.77.0.150:68 ${SHARED}`].toSorted(), [marked]]);
    const counters = await leasehold.stop();
    assert.equal(counters["silent: another-server"], 2);
  });

  test("a client on a link with two networks is answered from the address in its own", async (t) => {
    if (!requireNamespaces(t)) return;
    const { lab, server, client } = createPair(t, "02:00:5e:52:00:03");
    lab.exec(server, "ip", "address", "add", "10.78.0.1/24", "dev", "eth0");
    const raw = await openRawClient(t, lab, client);
    const leasehold = await startLeasehold(
      t,
      lab,
      server,
      `
      shared_networks: { link: [10.77.0.0/24, 10.78.0.0/24] }
      networks:
        10.77.0.0/24: { ranges: [{ range: 10.77.0.100-10.77.0.199 }] }
        10.78.0.0/24: { ranges: [{ range: 10.78.0.100-10.78.0.199 }] }
      `,
    );
    const answers = [];
    for (const [own, wanted] of [
      ["10.77.0.1", "10.77.0.150"],
      ["10.78.0.1", "10.78.0.150"],
    ] as const) {
      const one = clientOf(own === "10.77.0.1" ? 1 : 2);
      const selected = { address: address(wanted), serverIdentifier: address(own) };
      answers.push(await answerTo(raw, discover(one, transaction(), { requestedAddress: address(wanted) })));
      answers.push(await answerTo(raw, requestSelecting(one, transaction(), selected)));
    }
    assert.deepEqual(answers, [
      "10.77.0.1:67 > 10.77.0.150:68 10.77.0.1",
      "10.77.0.1:67 > 10.77.0.150:68 10.77.0.1",
      "10.78.0.1:67 > 10.78.0.150:68 10.78.0.1",
      "10.78.0.1:67 > 10.78.0.150:68 10.78.0.1",
    ]);
    await leasehold.stop();
  });

  for (const [what, own, serverId, identifier] of [
    ["isc-dhcp-relay sends to it, and its client renews at it", SHARED, "", SHARED],
    ["server_id of the top level is another machine's, and clients renew there", "10.79.0.1", "  server_id: 192.0.2.99", "192.0.2.99"],
  ] as const) {
    test(what, async (t) => {
      if (!requireNamespaces(t) || !requirePrograms(t, "dhcrelay", "dhclient")) return;
      const { lab, server, router } = createRouted(t);
      const place = createClientPlace(lab, "client", router, "inside", "02:00:5e:52:00:07");
      lab.exec(router, "ip", "address", "add", "10.78.0.1/24", "dev", "inside");
      lab.exec(router, "ip", "route", "add", "192.0.2.0/24", "via", "10.79.0.1");
      addShared(lab, server);
      const wire = await openRawClient(t, lab, router, "outside");
      const leasehold = await startLeasehold(t, lab, server, `${serverId}\n${RELAYED}`);
      const relay = lab.start(router, "dhcrelay", "-4", "-d", "--no-pid", "-a", "-id", "inside", "-iu", "outside", own);
      await relay.line(/^Sending on +Socket\/fallback/);
      const client = createDhcpClient(t, lab, place, { program: "dhclient" });
      client.start();
      const bound = await client.next("BOUND");
      // The relay hears renewals, too, and forwards them once more.
      const viaRelay = new Set((await wire.answers(2)).map(seen));
      assert.deepEqual([...viaRelay], [`${own}:67 > 10.78.0.1:67 ${identifier}`]);
      assert.equal(bound.server, identifier);
      if (identifier === own) {
        await relay.end();
        const renewed = await client.next("RENEW");
        const direct = (await wire.answers(1)).map(seen).filter((line) => !viaRelay.has(line));
        assert.deepEqual([...new Set(direct)], [`${own}:67 > ${bound.address}:68 ${identifier}`]);
        assert.equal(renewed.server, identifier);
      }
      await client.cut();
      await leasehold.stop();
    });
  }

  test("DHCPv6: a relay hears from that which it sends to", async (t) => {
    if (!requireNamespaces(t)) return;
    const lab = createLab(t);
    const [server, relay] = [lab.namespace("server"), lab.namespace("relay")];
    lab.cable(server, "eth0", relay, "eth0");
    for (const [where, device, one] of [
      [server, "eth0", "2001:db8:79::1/64"],
      [server, "eth0", "2001:db8:79::5/64"],
      [server, "lo", "2001:db8:53::53/128"],
      [relay, "eth0", "2001:db8:79::2/64"],
      [relay, "lo", "2001:db8:78::1/128"],
    ] as const)
      lab.exec(where, "ip", "address", "add", one, "dev", device, "nodad");
    lab.exec(server, "ip", "route", "add", "2001:db8:78::/64", "via", "2001:db8:79::2");
    lab.exec(relay, "ip", "route", "add", "2001:db8:53::/64", "via", "2001:db8:79::1");
    await untilAddressesAreTested(lab, [server, relay]);
    const config = `v6: { networks: { "2001:db8:78::/64": { ranges: [{ start: "2001:db8:78::100", end: "2001:db8:78::1ff" }] } } }`;
    const leasehold = await startLeasehold(t, lab, server, config);
    for (const own of ["2001:db8:79::1", "2001:db8:79::5", "2001:db8:53::53"]) {
      const command = ["probe", "-6", "--json", "--server", own, "--relay", "2001:db8:78::1"];
      const { exchanges } = JSON.parse(lab.exec(relay, process.execPath, MAIN, ...command)) as { exchanges: { from: string }[] };
      assert.deepEqual(
        exchanges.map(({ from }) => from),
        [`[${own}]:547`, `[${own}]:547`],
      );
    }
    await leasehold.stop();
  });
});
