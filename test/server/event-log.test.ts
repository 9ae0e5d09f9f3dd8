import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  bootpRequest,
  decline,
  discover,
  ethernetClient,
  inform,
  release,
  requestExtension,
  requestInitReboot,
  requestSelecting,
} from "../../src/client/dhcp4/messages.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import { factsOf } from "../support/logs.ts";
import { createBench } from "../support/pump.ts";

const CONFIG = `
bootp_enable: true
networks:
  10.0.0.0/24:
    allocation: sequential
    config: { lease_time: 3600 }
    options: { routers: 10.0.0.1 }
    ranges: [{ range: 10.0.0.10-10.0.0.12 }]
`;
const clientOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, 0, number));
const client = clientOf(1);
const transaction = { xid: 7, secs: 0 };
const SERVER = 0x0a000001;
const FIRST = 0x0a00000a;
const lease = { address: FIRST, serverIdentifier: SERVER };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function named(message: Message, hostname = "printer"): Message {
  return { ...message, options: [...message.options, { code: 12, data: text(hostname) }] };
}

/** As a relay sends it on, from one of its ports. */
function relayed(message: Message, circuitId = "Gi1/0/3"): Message {
  const relayAgentInformation = { code: 82, data: Uint8Array.of(1, circuitId.length, ...text(circuitId), 2, 1, 9) };
  return { ...message, giaddr: 0x0a000002, options: [...message.options, relayAgentInformation] };
}

function requestWithName(hostname: string): Message {
  return named(requestSelecting(clientOf(3), transaction, { ...lease, address: FIRST + 1 }), hostname);
}

interface Step {
  readonly name: string;
  readonly message: Message | Uint8Array;
  /** Lines for people at `debug`, in order. */
  readonly lines: readonly string[];
  /** The facts of the last of them, in JSON. */
  readonly facts?: object;
}

const who = { protocol: "dhcp4", message: "REQUEST", hardware_address: "02:00:00:00:00:01", client_identifier: "01020000000001" };
const host = { ...who, hostname: "printer", interface: "eth0" };
const at = "02:00:00:00:00:01 (printer) on eth0";

/** The life of a client, step by step. */
const LIFE: readonly Step[] = [
  {
    name: "a DISCOVER",
    message: named(discover(client, transaction)),
    lines: [`DEBUG DISCOVER of ${at} answered with OFFER of 10.0.0.10 for 1h, sent to 10.0.0.10:68`],
    facts: {
      level: "debug",
      ...host,
      message: "DISCOVER",
      reply: "OFFER",
      address: "10.0.0.10",
      network: "10.0.0.0/24",
      lease_time: 3600,
      to: "10.0.0.10:68",
    },
  },
  {
    name: "a new lease",
    message: named(requestSelecting(client, transaction, lease)),
    lines: [`INFO  10.0.0.10 leased to ${at} for 1h`],
    facts: {
      level: "info",
      kind: "bound",
      ...host,
      reply: "ACK",
      address: "10.0.0.10",
      network: "10.0.0.0/24",
      lease_time: 3600,
      to: "10.0.0.10:68",
    },
  },
  {
    name: "a renewal, in which the client does not say its name",
    message: requestExtension(client, transaction, FIRST),
    lines: [`INFO  10.0.0.10 renewed by ${at} for 1h`],
    facts: {
      level: "info",
      kind: "renewed",
      ...host,
      reply: "ACK",
      address: "10.0.0.10",
      network: "10.0.0.0/24",
      lease_time: 3600,
      to: "10.0.0.10:68",
    },
  },
  {
    name: "a move",
    message: requestSelecting(client, transaction, { ...lease, address: FIRST + 1 }),
    lines: ["INFO  10.0.0.11 leased to 02:00:00:00:00:01 on eth0 for 1h, in place of 10.0.0.10"],
    facts: {
      level: "info",
      kind: "bound",
      ...who,
      interface: "eth0",
      reply: "ACK",
      address: "10.0.0.11",
      network: "10.0.0.0/24",
      lease_time: 3600,
      to: "10.0.0.11:68",
      released: "10.0.0.10",
    },
  },
  {
    name: "a release",
    message: release(client, 7, { ...lease, address: FIRST + 1 }),
    lines: ["INFO  10.0.0.11 released by 02:00:00:00:00:01 on eth0"],
    facts: { level: "info", kind: "released", ...who, message: "RELEASE", interface: "eth0", address: "10.0.0.11", network: "10.0.0.0/24" },
  },
  {
    name: "a request to another server",
    message: requestSelecting(client, transaction, { ...lease, serverIdentifier: 0x0a000009 }),
    lines: [
      "INFO  another DHCPv4 server, 10.0.0.9, serves eth0: a client speaks to it: REQUEST of 02:00:00:00:00:01. If it should not be there, clients may get from it what does not work",
      "DEBUG REQUEST of 02:00:00:00:00:01 on eth0 not answered: the client speaks to another server (option 54, or the server name of a BOOTP request)",
    ],
    facts: { level: "debug", ...who, interface: "eth0", from: "0.0.0.0:68", reason: "another-server" },
  },
  {
    name: "behind a port of a relay",
    message: named(relayed(requestSelecting(client, transaction, lease))),
    lines: ["INFO  10.0.0.10 leased to 02:00:00:00:00:01 (printer) behind relay 10.0.0.2 port 'Gi1/0/3' for 1h"],
    facts: {
      level: "info",
      kind: "bound",
      ...host,
      giaddr: "10.0.0.2",
      circuit_id: "4769312f302f33",
      remote_id: "09",
      reply: "ACK",
      address: "10.0.0.10",
      network: "10.0.0.0/24",
      lease_time: 3600,
      to: "10.0.0.2:67",
    },
  },
  {
    name: "an address that its client found in use",
    message: decline(client, 7, lease),
    lines: ["WARN  10.0.0.10 declined by 02:00:00:00:00:01 (printer) on eth0, for somebody else uses it: not given out for 1d"],
    facts: { level: "warn", kind: "declined", ...host, message: "DECLINE", address: "10.0.0.10", network: "10.0.0.0/24" },
  },
  {
    name: "an address of another network",
    message: requestInitReboot(client, transaction, 0x0a090909),
    lines: ["INFO  NAK of 10.9.9.9 to 02:00:00:00:00:01 on eth0: the address is not on this network"],
    facts: {
      level: "info",
      kind: "refused",
      ...who,
      interface: "eth0",
      reply: "NAK",
      address: "10.9.9.9",
      reason: "the address is not on this network",
      to: "255.255.255.255:68",
    },
  },
  {
    name: "an INFORM",
    message: inform(client, transaction, 0x0a000063),
    lines: ["DEBUG INFORM of 02:00:00:00:00:01 on eth0 answered with ACK of 10.0.0.99, sent to 10.0.0.99:68"],
    facts: { level: "debug", ...who, message: "INFORM", interface: "eth0", reply: "ACK", address: "10.0.0.99", to: "10.0.0.99:68" },
  },
  {
    name: "a BOOTP client",
    message: bootpRequest(clientOf(2), transaction),
    lines: ["INFO  10.0.0.12 leased to 02:00:00:00:00:02 on eth0 for ever"],
    facts: {
      level: "info",
      kind: "bound",
      protocol: "dhcp4",
      message: "BOOTP message",
      hardware_address: "02:00:00:00:00:02",
      interface: "eth0",
      reply: "BOOTP message",
      address: "10.0.0.12",
      network: "10.0.0.0/24",
      lease_time: 0xffffffff,
      to: "10.0.0.12:68",
    },
  },
  {
    name: "what a client says of itself makes no line of its own",
    message: named(requestSelecting(clientOf(3), transaction, { ...lease, address: FIRST + 1 }), "a\nb"),
    lines: ['INFO  10.0.0.11 leased to 02:00:00:00:00:03 ("a\ufffdb") on eth0 for 1h'],
  },
  {
    name: "nor does it go on with the sentence",
    message: relayed(requestWithName('x) on eth1 for 1d; 10.0.0.9 leased to 02:00:00:00:00:09 ("y'), "1' for 1h, in place of '10.0.0.9"),
    lines: [
      'INFO  10.0.0.11 renewed by 02:00:00:00:00:03 ("x) on eth1 for 1d; 10.0.0.9 leased to 02:00:00:00:00:09 (\\"y") behind relay 10.0.0.2 port "1\' for 1h, in place of \'10.0.0.9" for 1h',
    ],
  },
  {
    name: "what is no DHCP message",
    message: Uint8Array.of(1, 2, 3),
    lines: ["DEBUG not a DHCP message  from=0.0.0.0:68 kind=too-short offset=3"],
  },
];

describe("a transaction is one line, for people and in JSON", () => {
  const bench = createBench(CONFIG);
  for (const { name, message, lines, facts } of LIFE) {
    test(name, async () => {
      bench.pretty.length = 0;
      bench.receive(message);
      await bench.store.succeed();
      assert.deepEqual(bench.pretty, lines);
      if (facts === undefined) return;
      const { msg, ...said } = factsOf(bench.log.at(-1) as string);
      assert.deepEqual(said, facts);
      assert.equal(msg, lines.at(-1)?.slice(6));
    });
  }

  test("the time is as in RFC 3339", () => {
    const { time } = JSON.parse(bench.log[0] as string) as { time: string };
    assert.equal(new Date(time).toISOString(), time);
  });
});

describe("of what clients can cause at will so much is written a minute at `info`", () => {
  const RANGE = CONFIG.replace("10.0.0.10-10.0.0.12", "10.0.0.10-10.0.0.250")
    .replaceAll("10.0.0.0/24", "10.0.0.0/16")
    .replace("10.0.0.250", "10.0.200.1");
  const macOf = (number: number) => ethernetClient(Uint8Array.of(2, 0, 0, 0, number >> 8, number & 255));

  async function written(messages: readonly Message[], before: readonly Message[] = []): Promise<readonly string[]> {
    const bench = createBench(RANGE, undefined, "info");
    for (const list of [before, messages]) {
      bench.pretty.length = 0;
      for (let i = 0; i < list.length; i += 64) {
        bench.receive(...list.slice(i, i + 64));
        await bench.store.succeed();
      }
    }
    const count = bench.pretty.length;
    bench.pretty.length = 0;
    bench.setTime(1061);
    bench.events.sumUp();
    return [`${count} lines`, ...bench.pretty];
  }
  const leftOut = (count: number, about: string) =>
    `INFO  ${count} entries about ${about} were left out of this log: there were too many a minute`;
  const many = (count: number, make: (number: number) => Message) => Array.from({ length: count }, (_, i) => make(i));
  const leases = (count: number) =>
    many(count, (i) => requestSelecting(macOf(i), transaction, { address: FIRST + i, serverIdentifier: SERVER }));

  test("new leases", async () => assert.deepEqual(await written(leases(1005)), ["1000 lines", leftOut(5, "new leases")]));
  test("renewals", async () => {
    const renewals = many(65, (i) => requestExtension(macOf(i), transaction, FIRST + i));
    assert.deepEqual(await written(renewals, leases(65)), ["60 lines", leftOut(5, "renewals")]);
  });
  test("releases", async () => {
    const releases = many(205, (i) => release(macOf(i), 7, { address: FIRST + i, serverIdentifier: SERVER }));
    assert.deepEqual(await written(releases, leases(205)), ["200 lines", leftOut(5, "releases")]);
  });
  test("refusals", async () => {
    const refused = many(65, (i) => requestInitReboot(macOf(i), transaction, 0x0b000000 + i));
    assert.deepEqual(await written(refused), ["60 lines", leftOut(5, "refusals")]);
  });
  test("and what is declined", async () => {
    const declined = many(35, (i) => decline(macOf(i), 7, { address: FIRST + i, serverIdentifier: SERVER }));
    assert.deepEqual(await written(declined, leases(35)), ["30 lines", leftOut(5, "warnings")]);
  });
});
