import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answerBulkLeasequery, type BulkContext } from "../../../src/engine/dhcp4/bulk-leasequery.ts";
import { createDecider } from "../../../src/engine/dhcp4/decider.ts";
import type { Received } from "../../../src/engine/dhcp4/exchange.ts";
import { NEVER } from "../../../src/leases/dhcp4/lease.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { address, addresses, type ConfigSpec, configOf, text } from "../support/config.ts";
import { ALICE, BOB, CAROL, type MessageSpec, mac, message, relayInfo, u32 } from "../support/messages.ts";
import { describeMessage } from "../support/outcome.ts";
import { received, type Server, START, serverOf } from "../support/server.ts";

const SERVER = "10.0.0.1";
const REQUESTER = "10.9.0.1";
/** What the clock on the wall says when lease time is 0. */
const WALL = 1_700_000_000;
const CIRCUIT = relayInfo({ 1: text("port"), 2: text("home-7"), 12: text("relay-1") });
const RED = Uint8Array.of(0, ...text("red"));

const CONFIG: ConfigSpec = {
  networks: {
    "10.0.0.0/24": {
      ranges: [{ range: "10.0.0.98-10.0.0.106", except: ["10.0.0.98"] }],
      reservations: [
        { address: "10.0.0.7", match: [{ kind: "chaddr", chaddr: mac("02:00:00:00:00:77") }] },
        { address: "10.0.0.99", match: [{ kind: "chaddr", chaddr: mac("02:00:00:00:00:78") }], options: { 3: addresses("10.0.0.3") } },
      ],
      options: { 3: addresses("10.0.0.1"), 15: text("example.org") },
    },
    "10.0.1.0/24": { ranges: [{ range: "10.0.1.100-10.0.1.101" }] },
    "10.0.2.0/24": { ranges: [{ range: "10.0.2.100-10.0.2.101" }] },
  },
  vss: { "10.0.2.0/24": RED },
  leasequery: ["10.9.0.0/24"],
};

/**
 * The requests of a bulk query, and how it goes on: what `present` gives can change between two
 * answers.
 */
interface Bulk {
  readonly server: Server;
  present: () => BulkContext | undefined;
  begin(spec?: MessageSpec, more?: Partial<Received>): ReturnType<typeof answerBulkLeasequery>;
  ask(spec?: MessageSpec, more?: Partial<Received>): readonly Message[];
}

function bulk(config: ConfigSpec = CONFIG): Bulk {
  const server = serverOf(configOf(config));
  const decider = createDecider(configOf(config));
  server.lease("10.0.0.100", { mac: ALICE, start: 500, expiry: 4100, relay: CIRCUIT, hostname: "box", vendorClass: "MSFT" });
  server.lease("10.0.0.101", { mac: BOB, id: "bob's id", start: 900, expiry: 4500 });
  server.lease("10.0.0.102", { mac: CAROL, start: 600, expiry: 999, relay: CIRCUIT });
  server.lease("10.0.0.103", {
    mac: CAROL,
    id: "carol",
    start: 100,
    expiry: 900,
    state: "released",
    relay: relayInfo({ 2: text("home-9") }),
  });
  server.lease("10.0.0.104", { mac: CAROL, start: 700, expiry: 1600, state: "declined" });
  server.lease("10.0.0.105", { mac: CAROL, start: 100, expiry: 999, state: "declined" });
  server.lease("10.0.0.40", { mac: BOB, start: 300, expiry: NEVER, relay: CIRCUIT });
  server.lease("10.0.0.7", { mac: "02:00:00:00:00:77", start: 950, expiry: 1100, htype: 6 });
  server.lease("10.0.1.101", { mac: BOB, id: "bob's id", start: 950, expiry: 4550, relay: relayInfo({ 2: text("home-8") }) });
  server.lease("10.0.2.100", { mac: BOB, id: "bob's id", start: 960, expiry: 4560, relay: CIRCUIT });
  server.lease("192.0.2.1", { mac: BOB, id: "bob's id", start: 900, expiry: 4500 });
  return {
    server,
    present: () => ({ decider, leases: server.table, now: server.now, random: 0, wallOffset: WALL }),
    begin(spec = {}, more = {}) {
      const query = message(MessageType.BULKLEASEQUERY, { mac: "", htype: 0, prl: [156], ...spec });
      const way = { source: REQUESTER, destination: SERVER };
      const one = { ...received(query, way), interface: { index: 0, name: "", address: address(SERVER), prefixLength: 32 }, ...more };
      return answerBulkLeasequery(() => this.present(), one);
    },
    ask(spec, more) {
      return [...this.begin(spec, more)].filter((one) => one !== undefined);
    },
  };
}

/** Type, address and state of each answer. */
function brief(answers: readonly Message[]): readonly string[] {
  return answers.map((answer) => {
    const { header, options } = describeMessage(answer);
    const value = (code: number): string | undefined => options.find((one) => one.startsWith(`${code} `))?.slice(String(code).length + 1);
    const about = / ciaddr ([\d.]+)/.exec(header)?.[1];
    const type = { LEASEACTIVE: "active", LEASEUNASSIGNED: "unassigned", LEASEQUERYDONE: "done" }[value(53) as string];
    return [type, about, value(156), value(151)].filter((part) => part !== undefined).join(" ");
  });
}

const DONE = ["done"];
const option = (code: number, data: Uint8Array): MessageSpec => ({ more: [{ code, data }] });
const from = (time: number): MessageSpec => option(154, u32(WALL + time));
const to = (time: number): MessageSpec => option(155, u32(WALL + time));
const between = (first: number, last: number): MessageSpec => ({ more: [...(from(first).more ?? []), ...(to(last).more ?? [])] });

describe("DHCPBULKLEASEQUERY (RFC 6926)", () => {
  test("all configured addresses, each once: those of ranges, reserved ones, and what was given out before (section 8.2)", () => {
    assert.deepEqual(brief(bulk().ask()), [
      "active 10.0.0.100 02",
      "active 10.0.0.101 02",
      "unassigned 10.0.0.102 03",
      "unassigned 10.0.0.103 04",
      "unassigned 10.0.0.104 05",
      "unassigned 10.0.0.105 01",
      "unassigned 10.0.0.106 01",
      "unassigned 10.0.1.100 01",
      "active 10.0.1.101 02",
      "active 10.0.0.7 02",
      "unassigned 10.0.0.99 01",
      "active 10.0.0.40 02",
      "done",
    ]);
  });

  describe("primary queries: bindings that are in force (sections 7.2 and 8.2)", () => {
    const cases: readonly [name: string, spec: MessageSpec, answers: readonly string[]][] = [
      ["hardware address", { mac: ALICE, htype: 1 }, ["active 10.0.0.100 02"]],
      ["hardware address of another type", { mac: ALICE, htype: 6 }, []],
      [
        "hardware address of clients with identifiers",
        { mac: BOB, htype: 1 },
        ["active 10.0.1.101 02", "active 10.0.0.40 02", "active 10.0.0.101 02"],
      ],
      ["hardware address without a lease in force", { mac: CAROL, htype: 1 }, []],
      ["client identifier", { id: "bob's id" }, ["active 10.0.1.101 02", "active 10.0.0.101 02"]],
      ["client identifier that is none, of one byte", { id: "x" }, []],
      ["remote id", { relay: relayInfo({ 2: text("home-7") }) }, ["active 10.0.0.40 02", "active 10.0.0.100 02"]],
      ["remote id of a lease that is over", { relay: relayInfo({ 2: text("home-9") }) }, []],
      ["relay id", { relay: relayInfo({ 12: text("relay-1") }) }, ["active 10.0.0.100 02", "active 10.0.0.40 02"]],
      ["relay id that is unknown", { relay: relayInfo({ 12: text("relay-2") }) }, []],
    ];
    for (const [name, spec, answers] of cases) {
      test(name, () => assert.deepEqual(brief(bulk().ask(spec)), [...answers, "done"]));
    }

    test("more leases with one hardware address than an index finds: all of them", () => {
      const config = { ...CONFIG, networks: { "10.4.0.0/16": { ranges: [{ range: "10.4.0.1-10.4.6.0" }] } } };
      const one = bulk(config);
      for (let i = 0; i < 1200; i++) one.server.lease(`10.4.${i >> 8}.${i & 255}`, { mac: ALICE, id: `id ${i}` });
      const found = one.ask({ mac: ALICE, htype: 1 });
      assert.deepEqual([found.length, new Set(found.map(({ ciaddr }) => ciaddr)).size], [1201, 1201]);
    });
  });

  describe("queries that are refused (section 8.2)", () => {
    const malformed = "3 ciaddr, yiaddr and siaddr have to be zero";
    const several = "4 the query asks by more than one thing";
    const noTime = "3 option 154 or 155 is no time";
    const cases: readonly [name: string, spec: MessageSpec, status: string][] = [
      ["ciaddr", { ciaddr: "10.0.0.100" }, malformed],
      ["hardware address and identifier", { mac: ALICE, htype: 1, id: "alice" }, several],
      ["identifier and remote id", { id: "alice", relay: relayInfo({ 2: text("home-7") }) }, several],
      ["remote id and relay id", { relay: CIRCUIT }, several],
      ["a time of three bytes", option(154, new Uint8Array(3)), noTime],
      ["an empty time", option(155, new Uint8Array(0)), noTime],
      ["an identifier of several pieces", { id: "x".repeat(256) }, "3 option 61 or 82 is longer than one option holds"],
    ];
    for (const [name, spec, status] of cases) {
      test(name, () => {
        const answers = bulk().ask(spec).map(describeMessage);
        assert.deepEqual(
          answers.map(({ options }) => options),
          [["53 LEASEQUERYDONE", `54 ${SERVER}`, `151 ${status}`]],
        );
      });
    }
    test("yiaddr, and siaddr", () => {
      for (const field of ["yiaddr", "siaddr"]) {
        const query = { ...message(MessageType.BULKLEASEQUERY, { mac: "" }), [field]: 1 };
        assert.deepEqual(brief(bulk().ask({}, { message: query })), [`done ${malformed}`]);
      }
    });
    test("a hardware address longer than its field", () => {
      const query = { ...message(MessageType.BULKLEASEQUERY, { mac: "" }), hlen: 17, chaddr: new Uint8Array(16) };
      assert.deepEqual(brief(bulk().ask({}, { message: query })), ["done 3 the hardware address is longer than its field"]);
    });
    test("a requester that may not ask", () => {
      assert.deepEqual(brief(bulk().ask({}, { source: address("10.8.0.1") })), ["done 4 the requester is not permitted to ask"]);
    });
  });

  describe("what changed in a time: when the client was last given its lease, or the state began (section 8.2)", () => {
    const reserved = "active 10.0.0.7 02";
    const away = "active 10.0.1.101 02";
    const expired = "unassigned 10.0.0.102 03";
    const cases: readonly [name: string, spec: MessageSpec, answers: readonly string[]][] = [
      ["from a second on, which counts", from(950), [expired, "unassigned 10.0.0.105 01", away, reserved]],
      ["from the next one on", from(951), [expired, "unassigned 10.0.0.105 01"]],
      ["up to a second, which counts", to(100), ["unassigned 10.0.0.103 04", "unassigned 10.0.0.105 01"]],
      ["up to the one before", to(99), []],
      ["between", between(301, 600), ["active 10.0.0.100 02", expired]],
      ["the end of what was released", between(899, 899), []],
      ["the end of what was released: that very second", between(900, 900), ["active 10.0.0.101 02", "unassigned 10.0.0.103 04"]],
      ["an end before the start", between(900, 100), []],
      ["with a primary query", { id: "bob's id", ...from(950) }, [away]],
    ];
    for (const [name, spec, answers] of cases) {
      test(name, () => assert.deepEqual(brief(bulk().ask(spec)), [...answers, "done"]));
    }
  });

  describe("VPNs: the one that is named, which each answer about it names (sections 6.2.9 and 8.2)", () => {
    const inRed = ["active 10.0.2.100 in 00726564"];
    const inNone = ["active 10.0.1.101", "active 10.0.0.101"];
    const cases: readonly [name: string, vss: Uint8Array | undefined, answers: readonly string[]][] = [
      ["none", undefined, inNone],
      ["by name", RED, inRed],
      ["one that is not configured", Uint8Array.of(0, ...text("blue")), []],
      ["the global one", Uint8Array.of(255), inNone],
      ["all of them", Uint8Array.of(254), [...inRed, ...inNone]],
    ];
    for (const [name, vss, expected] of cases) {
      test(name, () => {
        const answers = bulk().ask({ id: "bob's id", prl: [], ...(vss === undefined ? {} : option(221, vss)) });
        const described = answers.map((answer, i) => {
          const vpn = describeMessage(answer).options.find((one) => one.startsWith("221 "));
          return `${brief(answers)[i]}${vpn === undefined ? "" : ` in ${vpn.slice(4)}`}`;
        });
        assert.deepEqual(described, [...expected, "done"]);
      });
    }
  });

  describe("what an answer has (section 8.3)", () => {
    const PRL = [1, 3, 12, 15, 51, 58, 59, 60, 61, 82, 91, 92, 152, 153, 156, 157, 91];
    const time = `152 ${WALL + START} s`;

    test("a lease in force; the server identifier only in the first answer, never the addresses of the client (92)", () => {
      const [active, done] = bulk().ask({ mac: ALICE, htype: 1, prl: PRL }).map(describeMessage);
      assert.deepEqual(active, {
        header: `op 2 htype 1 ${ALICE} ciaddr 10.0.0.100`,
        options: [
          "53 LEASEACTIVE",
          `54 ${SERVER}`,
          "1 255.255.255.0",
          "3 10.0.0.1",
          "12 box",
          "15 example.org",
          "51 3100 s",
          "58 1300 s",
          "59 2650 s",
          "60 4d534654",
          "82 0104706f72740206686f6d652d370c0772656c61792d31",
          "91 500 s",
          time,
          "153 500 s",
          "156 02",
        ],
      });
      assert.deepEqual(done, { header: "op 2 htype 0 ", options: ["53 LEASEQUERYDONE"] });
    });

    const about = (spec: MessageSpec, ciaddr: string) => {
      const answers = bulk().ask({ prl: PRL, ...spec });
      return describeMessage(answers.find((one) => one.ciaddr === address(ciaddr)) as Message);
    };
    const cases: readonly [name: string, ciaddr: string, header: string, options: readonly string[]][] = [
      [
        "expired: of the last client",
        "10.0.0.102",
        `op 2 htype 1 ${CAROL} ciaddr 10.0.0.102`,
        ["82 0104706f72740206686f6d652d370c0772656c61792d31", "91 400 s", time, "153 1 s", "156 03"],
      ],
      [
        "released: of the last client",
        "10.0.0.103",
        `op 2 htype 1 ${CAROL} ciaddr 10.0.0.103`,
        ["61 carol", "82 0206686f6d652d39", "91 900 s", time, "153 100 s", "156 04"],
      ],
      ["in probation: for how long yet", "10.0.0.104", "op 2 htype 0  ciaddr 10.0.0.104", ["51 600 s", time, "153 300 s", "156 05"]],
      ["probation is over", "10.0.0.105", "op 2 htype 0  ciaddr 10.0.0.105", [time, "153 1 s", "156 01"]],
      ["never used: since ever", "10.0.0.106", "op 2 htype 0  ciaddr 10.0.0.106", [time, `153 ${WALL + START} s`, "156 01"]],
    ];
    for (const [name, ciaddr, header, options] of cases) {
      test(name, () => assert.deepEqual(about({}, ciaddr), { header, options: ["53 LEASEUNASSIGNED", ...options] }));
    }

    test("without a parameter request list: what the ACK of the lease has", () => {
      assert.deepEqual(about({ mac: ALICE, htype: 1, prl: null }, "10.0.0.100").options.slice(2), [
        "1 255.255.255.0",
        "3 10.0.0.1",
        "15 example.org",
        "51 3100 s",
        "58 1300 s",
        "59 2650 s",
        "82 0104706f72740206686f6d652d370c0772656c61792d31",
      ]);
    });

    test("the fields of the query that tell the requester which it was", () => {
      const query = { ...message(MessageType.BULKLEASEQUERY, { mac: "", giaddr: "10.9.0.7", broadcast: true }), xid: 77 };
      const answers = bulk().ask({}, { message: query });
      assert.deepEqual(
        new Set(answers.map(({ xid, giaddr, flags, secs, hops }) => [xid, giaddr, flags, secs, hops].join(" "))),
        new Set([`77 ${address("10.9.0.7")} 32768 0 0`]),
      );
    });
  });

  describe("while it is answered", () => {
    test("each answer is true of the moment in which it is asked for, and no address comes twice", () => {
      const one = bulk();
      const answers = one.begin({ prl: [152, 156] });
      const next = (): Message | undefined => answers.next().value as Message | undefined;
      const first = next();
      // Forgotten and given again, in another row.
      const seen = [first, next(), next()].filter((answer) => answer !== undefined);
      one.server.table.apply({ kind: "remove", address: address("10.0.0.100") });
      one.server.lease("10.0.0.106", { mac: CAROL });
      one.server.lease("10.0.0.100", { mac: ALICE });
      one.server.now += 10;
      const rest = [...answers].filter((answer) => answer !== undefined);
      const lines = brief([...seen, ...rest]);
      assert.deepEqual([lines.filter((line) => line.includes("10.0.0.100")).length, lines.includes("active 10.0.0.106 02")], [1, true]);
      assert.deepEqual(describeMessage(rest[0] as Message).options.at(-2), `152 ${WALL + START + 10} s`);
    });

    const ends: readonly [name: string, present: (one: Bulk) => BulkContext | undefined, last: string][] = [
      ["the server stops", () => undefined, "done 2 the server is stopping"],
      [
        "the configuration changes",
        (one) => ({ ...(bulk().present() as BulkContext), leases: one.server.table }),
        "done 2 the configuration of the server has changed: ask again",
      ],
    ];
    for (const [name, present, last] of ends) {
      test(`${name}: it is terminated, with a reason (section 8.5)`, () => {
        const one = bulk();
        const answers = one.begin();
        while (answers.next().value === undefined);
        const changed = present(one);
        one.present = () => changed;
        const { value } = answers.next();
        assert.deepEqual([brief([value as Message]), answers.next()], [[last], { done: true, value: "aborted" }]);
      });
    }

    test("a server that stops before it began", () => {
      const one = bulk();
      one.present = () => undefined;
      assert.deepEqual(brief(one.ask()), ["done 2 the server is stopping"]);
    });

    test("addresses that are not told of are given one by one, too: a large range holds up nobody", () => {
      const config = { ...CONFIG, networks: { "10.0.0.0/8": { ranges: [{ range: "10.0.0.0-10.255.255.255" }] } } };
      const answers = bulk(config).begin({ relay: relayInfo({ 12: text("x") }) });
      for (let i = 0; i < 90; i++) assert.deepEqual(answers.next(), { done: false, value: undefined });
    });
  });

  test("without leases: done", () => {
    assert.deepEqual(brief(bulk().ask({ id: "nobody" })), DONE);
  });
});
