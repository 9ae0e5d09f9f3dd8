import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover, ethernetClient } from "../../src/client/dhcp4/messages.ts";
import { ethernetClient as dhcp6Client, solicit } from "../../src/client/dhcp6/messages.ts";
import { SILENCE_REASONS, type SilenceReason } from "../../src/engine/decision.ts";
import type { Datagram } from "../../src/io/transport.ts";
import { wordsOf } from "../../src/server/dhcp4/words.ts";
import { WORDS as DHCP6_WORDS } from "../../src/server/dhcp6/words.ts";
import { createEventLog } from "../../src/server/event-log.ts";
import type { Protocol } from "../../src/server/protocol.ts";
import { address } from "../engine/support/dhcp6/config.ts";
import { createLogs, factsOf } from "../support/logs.ts";

type Level = "debug" | "info" | "warn";

/** At which level each is told of. Networks that are full are warned of when it is decided. */
const LEVELS: Readonly<Record<SilenceReason, Level>> = {
  "not-a-request": "debug",
  "bootp-not-enabled": "info",
  "not-for-a-server": "debug",
  "unsupported-message-type": "debug",
  "no-client-identity": "info",
  "hardware-address-too-long": "info",
  "identity-too-long": "info",
  "no-network": "warn",
  "other-vpn": "info",
  "no-server-address": "info",
  "another-server": "debug",
  "not-authoritative": "debug",
  "dropped-by-class": "info",
  "dropped-by-hook": "info",
  "refused-by-hook": "info",
  "hook-failed": "info",
  "no-range-for-class": "info",
  "no-reservation": "info",
  "limit-reached": "info",
  "no-address-free": "info",
  "malformed-request": "debug",
  "sent-to-unicast": "debug",
  "unexpected-option": "debug",
  "no-binding-here": "debug",
  "registration-not-enabled": "debug",
  "not-its-address": "debug",
  "not-the-owner": "debug",
  "interface-not-served": "info",
  "leasequery-not-enabled": "info",
  "requester-not-permitted": "info",
  "no-return-address": "info",
  "reply-too-large": "info",
  flood: "info",
  "being-probed": "debug",
  "conflicts-found": "info",
};

const transaction = { xid: 7, secs: 0 };
const mac = (client: number) => Uint8Array.of(2, 0, 0, 0, client >> 8, client & 255);
const relay6 = (link: string) => ({ hopCount: 0, linkAddress: address(link), peerAddress: address("fe80::a"), options: [] });

/** A protocol, its clients and its relays. */
function sceneOf<M, A, O>(
  protocol: "dhcp4" | "dhcp6",
  words: Protocol<M, A, O>["words"],
  source: A,
  messageOf: (client: number, relay?: number) => M,
) {
  return (level: string) => {
    const logs = createLogs(level);
    let now = 0;
    const events = createEventLog<M, A, O>({
      log: logs.log,
      uptime: () => now,
      protocol: { words, allowances: [], hooked: { protocol } as Protocol<M, A, O>["hooked"] },
      secret: [1, 2],
      stateOf: () => undefined,
      networkName: () => "",
      interfaceName: (index) => `eth${index}`,
      describeInterface: (index) => `eth${index} (its address)`,
    });
    const datagramOf = (interfaceIndex: number): Datagram<A> => {
      const bytes = new Uint8Array(0);
      return { bytes, length: 0, source, sourcePort: 68, destination: source, interfaceIndex, waited: 0 };
    };
    return {
      logs,
      events,
      pass(milliseconds: number) {
        now += milliseconds;
      },
      tell(reason: SilenceReason, client = 1, interfaceIndex = 0, relay?: number) {
        const datagram = datagramOf(interfaceIndex);
        if (reason === "interface-not-served") events.notServed(datagram);
        else events.decided(messageOf(client, relay), { kind: "silence", reason }, datagram);
      },
    };
  };
}

const SCENES = {
  dhcp4: sceneOf(
    "dhcp4",
    wordsOf(() => true),
    0,
    (client, relay = 0) => ({
      ...discover(ethernetClient(mac(client)), transaction),
      giaddr: relay === 0 ? 0 : 0x0a090000 + (relay << 8) + 1,
    }),
  ),
  dhcp6: sceneOf("dhcp6", DHCP6_WORDS, address("fe80::a"), (client, relay) => ({
    ...solicit(dhcp6Client(mac(client)), { transactionId: 7, elapsed: 0 }),
    relays: relay === undefined ? [] : [relay6(`2001:db8:${relay}::1`)],
  })),
};

for (const [name, start] of Object.entries(SCENES)) {
  describe(`every silence of ${name} has its reason in the log`, () => {
    for (const reason of Object.keys(SILENCE_REASONS) as SilenceReason[]) {
      test(`${reason}: from ${LEVELS[reason]} on`, () => {
        const found = (["warn", "info", "debug"] as const).map((level) => {
          const { tell, logs } = start(level);
          tell(reason);
          for (const line of logs.json) assert.equal(factsOf(line).reason, reason);
          return logs.json.map((line) => factsOf(line).level);
        });
        const told = LEVELS[reason];
        // Of places there is an entry beside that of the message.
        const isOfPlace = reason === "no-network" || reason === "interface-not-served";
        const above = (level: Level) => (told === "warn" || (told === "info" && level !== "warn") ? [told] : []);
        assert.deepEqual(found, [above("warn"), above("info"), isOfPlace ? [told, "debug"] : ["debug"]]);
      });
    }
  });

  test(`a client of ${name} that goes without is told of once an hour for each reason, and hides no other`, () => {
    const { tell, logs, pass, events } = start("info");
    for (let i = 0; i < 1000; i++) tell("no-reservation", 1);
    tell("no-reservation", 2);
    tell("limit-reached", 1);
    assert.equal(logs.pretty.length, 3);
    for (let client = 3; client < 40; client++) tell("no-reservation", client);
    assert.equal(logs.pretty.length, 21);
    tell("limit-reached", 2);
    assert.equal(logs.pretty.length, 22);
    pass(60_000);
    events.sumUp();
    assert.equal(
      logs.pretty.at(-1),
      "INFO  19 entries about messages not answered (no-reservation) were left out of this log: there were too many a minute",
    );
    pass(3_540_000);
    tell("no-reservation", 1);
    assert.equal(logs.pretty.length, 24);
  });

  test(`a relay of ${name} that no network holds is told of once an hour, and hides no other`, () => {
    const { tell, logs, pass } = start("info");
    for (let client = 0; client < 1000; client++) tell("no-network", client, 0, 1);
    tell("no-network", 1, 0, 2);
    tell("no-network", 1, 3);
    tell("no-network", 2, 3);
    assert.equal(logs.pretty.length, 3);
    pass(3_600_000);
    tell("no-network", 1, 0, 1);
    assert.deepEqual(logs.pretty.at(-1), logs.pretty[0]);
    for (let relay = 10; relay < 100; relay++) tell("no-network", 1, 0, relay);
    assert.equal(logs.pretty.length, 13);
  });
}

/** What is said of messages that select a link or a subnet, where option 118 counts and where not. */
function toldOfPlaces(): readonly string[] {
  const linkSelection = (third: number) => ({ code: 82, data: Uint8Array.of(5, 4, 10, 9, third, 0) });
  const subnetSelection = { code: 118, data: Uint8Array.of(10, 9, 4, 0) };
  const message = discover(ethernetClient(mac(1)), transaction);
  const places = [
    { ...message, giaddr: 0x0a090101, options: [...message.options, subnetSelection, linkSelection(2)] },
    { ...message, options: [...message.options, linkSelection(3)] },
    { ...message, options: [...message.options, subnetSelection] },
  ];
  return [true, false].flatMap((isHeeded) => {
    const words = wordsOf(() => isHeeded);
    const { tell, logs } = sceneOf("dhcp4", words, 0, (index) => places[index] as (typeof places)[number])("warn");
    for (let i = 0; i < places.length; i++) tell("no-network", i);
    return logs.pretty;
  });
}

test("whole lines", () => {
  const four = SCENES.dhcp4("info");
  four.tell("no-reservation");
  four.tell("no-network", 1, 0, 1);
  four.tell("no-network", 1, 1);
  four.tell("interface-not-served", 1, 2);
  assert.deepEqual(four.logs.pretty, [
    "INFO  DISCOVER of 02:00:00:00:00:01 on eth0 not answered: the networks of the client's link are for hosts with a reservation only, and the client has none: add one if it should be served",
    "WARN  no network holds the giaddr 10.9.1.1, so clients there get nothing: add its network (such as 10.9.1.0/24), or list it in `relays` of one",
    "WARN  no network holds eth1 (its address), so clients there get nothing: add its network, or list in `interfaces` what to serve",
    "INFO  messages that come in on eth2 are not answered: it is not in `interfaces`, or has no address to serve from",
  ]);
  assert.deepEqual(factsOf(four.logs.json[1] as string), {
    level: "warn",
    protocol: "dhcp4",
    message: "DISCOVER",
    hardware_address: "02:00:00:00:00:01",
    client_identifier: "01020000000001",
    giaddr: "10.9.1.1",
    interface: "eth0",
    reason: "no-network",
    msg: four.logs.pretty[1]?.slice(6),
  });
  assert.deepEqual(toldOfPlaces(), [
    "WARN  no network holds the link 10.9.2.0 that relay 10.9.1.1 selects, so clients there get nothing: add its network (such as 10.9.2.0/24)",
    "WARN  no network holds the link 10.9.3.0 that a relay selects, so clients there get nothing: add its network (such as 10.9.3.0/24)",
    "WARN  no network holds the subnet 10.9.4.0 that a client selects by option 118, so it gets nothing: add its network (such as 10.9.4.0/24), or heed no such option (`subnet_selection: false`)",
    "WARN  no network holds the link 10.9.2.0 that relay 10.9.1.1 selects, so clients there get nothing: add its network (such as 10.9.2.0/24)",
    "WARN  no network holds the link 10.9.3.0 that a relay selects, so clients there get nothing: add its network (such as 10.9.3.0/24)",
    "WARN  no network holds eth0 (its address), so clients there get nothing: add its network, or list in `interfaces` what to serve",
  ]);
  const six = SCENES.dhcp6("info");
  six.tell("no-network", 1, 0, 9);
  assert.deepEqual(six.logs.pretty, [
    "WARN  no network holds the link-address 2001:db8:9::1, so clients there get nothing: add its network (such as 2001:db8:9::/64), or list it in `relays` of one",
  ]);
});
