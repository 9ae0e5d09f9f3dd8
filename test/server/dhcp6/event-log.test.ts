import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decide } from "../../../src/engine/dhcp6/decide.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import { WORDS } from "../../../src/server/dhcp6/words.ts";
import { createEventLog } from "../../../src/server/event-log.ts";
import type { Protocol } from "../../../src/server/protocol.ts";
import { clientFqdnOption } from "../../../src/wire/dhcp6/client-fqdn.ts";
import type { Message } from "../../../src/wire/dhcp6/message.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import { fqdnOfText } from "../../../src/wire/fqdn-name.ts";
import { address } from "../../engine/support/dhcp6/config.ts";
import { message, SERVER_DUID } from "../../engine/support/dhcp6/messages.ts";
import { ETH0, home } from "../../engine/support/dhcp6/server.ts";
import { createLogs, factsOf } from "../../support/logs.ts";

const LAPTOP = [clientFqdnOption(0, fqdnOfText("laptop"))];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const SWITCH = { link: "2001:db8:1::fe", peer: "fe80::c", options: [{ code: OptionCode.interfaceId, data: text("Gi1/0/3") }] };
const ALICE = "00030001020000000" + "00a";
const [A, P] = ["2001:db8:1::100", "2001:db8:8000::/56"];

const who = { protocol: "dhcp6", message: "REQUEST", hardware_address: "02:00:00:00:00:0a", client_identifier: ALICE };

interface Step {
  readonly name: string;
  readonly message: Message;
  /** The line for people at `debug`. */
  readonly line: string;
  readonly facts?: object;
}

/** The life of a client, step by step. */
const LIFE: readonly Step[] = [
  {
    name: "a SOLICIT",
    message: message("SOLICIT", { na: { 1: [] }, pd: { 2: [] }, more: LAPTOP }),
    line: `DEBUG SOLICIT of ${ALICE} (laptop) on eth0 answered with ADVERTISE of ${A}, ${P} for 1h, sent to [fe80::a]:546`,
  },
  {
    name: "a new lease of an address and a prefix",
    message: message("REQUEST", { na: { 1: [A] }, pd: { 2: [P] }, more: LAPTOP }),
    line: `INFO  ${A}, ${P} leased to ${ALICE} (laptop) on eth0 for 1h`,
    facts: {
      level: "info",
      kind: "bound",
      ...who,
      hostname: "laptop",
      interface: "eth0",
      reply: "REPLY",
      address: `${A}, ${P}`,
      network: "2001:db8:1::/64",
      lease_time: 3600,
      to: "[fe80::a]:546",
    },
  },
  {
    name: "a renewal behind a port of a relay",
    message: message("RENEW", { na: { 1: [A] }, relays: [SWITCH] }),
    line: `INFO  ${A} renewed by ${ALICE} (laptop) behind relay 2001:db8:1::fe port 'Gi1/0/3' for 1h`,
    facts: {
      level: "info",
      kind: "renewed",
      ...who,
      message: "RENEW",
      hostname: "laptop",
      link_address: "2001:db8:1::fe",
      peer_address: "fe80::c",
      circuit_id: "4769312f302f33",
      interface: "eth0",
      reply: "REPLY",
      address: A,
      network: "2001:db8:1::/64",
      lease_time: 3600,
      to: "[fe80::a]:547",
    },
  },
  {
    name: "an address of another link",
    message: message("REQUEST", { na: { 1: ["2001:db8:99::1"] } }),
    line: `INFO  REPLY of 2001:db8:99::1 to ${ALICE} on eth0: an address is none of the client's link`,
    facts: {
      level: "info",
      kind: "refused",
      protocol: "dhcp6",
      message: "REQUEST",
      client_identifier: ALICE,
      interface: "eth0",
      reply: "REPLY",
      address: "2001:db8:99::1",
      reason: "NotOnLink",
      to: "[fe80::a]:546",
    },
  },
  {
    name: "a release",
    message: message("RELEASE", { pd: { 2: [P] } }),
    line: `INFO  ${P} released by ${ALICE} (laptop) on eth0`,
  },
  {
    name: "a release of what it has not got",
    message: message("RELEASE", { na: { 7: ["2001:db8:1::177"] } }),
    line: `DEBUG RELEASE of ${ALICE} on eth0 answered with REPLY of 2001:db8:1::177; this server knows nothing of this association, sent to [fe80::a]:546`,
  },
  {
    name: "an address that its client found in use",
    message: message("DECLINE", { na: { 1: [A] } }),
    line: `WARN  ${A} declined by ${ALICE} (laptop) on eth0, for somebody else uses it: not given out for 15m`,
    facts: {
      level: "warn",
      kind: "declined",
      ...who,
      message: "DECLINE",
      hostname: "laptop",
      interface: "eth0",
      address: A,
      network: "2001:db8:1::/64",
    },
  },
  {
    name: "settings alone",
    message: message("INFORMATION-REQUEST", { asks: [23] }),
    line: `DEBUG INFORMATION-REQUEST of ${ALICE} on eth0 answered with REPLY, sent to [fe80::a]:546`,
  },
];

function start(level: string, network: Parameters<typeof home>[0] = {}) {
  const server = home({ leaseTime: { default: 3600 }, ...network });
  const decider = createDecider(server.config);
  const logs = createLogs(level);
  const events = createEventLog({
    log: logs.log,
    uptime: () => 0,
    protocol: { words: WORDS, allowances: [], hooked: { protocol: "dhcp6" } as Protocol<Message, Uint8Array, never>["hooked"] },
    secret: [1, 2],
    stateOf: (one: Uint8Array) => server.table.stateOf(one),
    networkName: (one: Uint8Array) => server.table.space.networkName(one),
    interfaceName: () => "eth0",
    describeInterface: () => "eth0 (fe80::1)",
  });
  return {
    logs,
    receive(received: Message) {
      const isRelayed = received.relays.length > 0;
      const way = { source: address("fe80::a"), sourcePort: isRelayed ? 547 : 546, destination: address("ff02::1:2"), length: 100 };
      const decision = decide(
        { decider, leases: server.table, now: server.now, random: () => 0, serverIdentifier: SERVER_DUID },
        { message: received, interface: ETH0, serverPort: 547, ...way },
      );
      const datagram = { ...way, bytes: new Uint8Array(0), interfaceIndex: ETH0.index, waited: 0 };
      const entry = events.decided(received, decision, datagram);
      if (decision.kind === "reply") for (const change of decision.changes) server.table.apply(change);
      if (entry !== undefined) events.tell(entry);
    },
  };
}

describe("a transaction is one line, for people and in JSON", () => {
  const { logs, receive } = start("debug");
  for (const { name, message: received, line, facts } of LIFE) {
    test(name, () => {
      logs.pretty.length = 0;
      receive(received);
      assert.deepEqual(logs.pretty, [line]);
      if (facts === undefined) return;
      const { msg, ...said } = factsOf(logs.json.at(-1) as string);
      assert.deepEqual([said, msg], [facts, line.slice(6)]);
    });
  }
});

describe("who goes without is told of at `info`", () => {
  test("an ADVERTISE of nothing, once to each client", () => {
    const { logs, receive } = start("info", { ranges: [], prefixPools: [] });
    for (let i = 0; i < 9; i++) for (const client of [10, 11]) receive(message("SOLICIT", { client, na: { 1: [] } }));
    const told = (client: string) =>
      `INFO  ADVERTISE to ${client} on eth0: no address is free for this client; \`leasehold explain\` tells why`;
    assert.deepEqual(logs.pretty, [told(ALICE), told(ALICE.replace(/a$/, "b"))]);
    assert.equal(factsOf(logs.json[0] as string).reason, "NoAddrsAvail");
  });

  test("an address without the prefix that was asked for, too", () => {
    const { logs, receive } = start("info", { prefixPools: [] });
    receive(message("REQUEST", { na: { 1: [] }, pd: { 2: [] } }));
    assert.deepEqual(logs.pretty, [`INFO  ${A} leased to ${ALICE} on eth0 for 1h; no prefix is free for this client`]);
    assert.equal(factsOf(logs.json[0] as string).reason, "NoPrefixAvail");
  });

  test("a CONFIRM on another link, and a REBIND of what is not of the link", () => {
    const { logs, receive } = start("info");
    receive(message("CONFIRM", { na: { 1: ["2001:db8:99::1"] } }));
    receive(message("REBIND", { na: { 1: ["2001:db8:99::1"] } }));
    assert.deepEqual(logs.pretty, [
      `INFO  REPLY of 2001:db8:99::1 to ${ALICE} on eth0: an address is none of the client's link`,
      `INFO  REPLY of 2001:db8:99::1 to ${ALICE} on eth0: it may no longer use 2001:db8:99::1`,
    ]);
  });
});
