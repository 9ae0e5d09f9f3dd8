import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NEVER } from "../../../src/leases/dhcp4/lease.ts";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { addresses, type ConfigSpec, type NetworkSpec, text } from "../support/config.ts";
import { homeAndAway } from "../support/home.ts";
import { ALICE, BOB, CAROL, type MessageSpec, mac, message, relayInfo } from "../support/messages.ts";
import type { Outcome } from "../support/outcome.ts";
import type { Server, Way } from "../support/server.ts";

const REQUESTER = "10.9.0.1";
const FROM: Way = { source: REQUESTER, sourcePort: 67, destination: "10.0.0.1" };
const TO = `${REQUESTER}:67 on 0 from 10.0.0.1`;
const CIRCUIT = relayInfo({ 1: text("port"), 2: text("home-7") });

const query = (spec: MessageSpec = {}): Message =>
  message(MessageType.LEASEQUERY, { mac: "", htype: 0, giaddr: REQUESTER, prl: [51], ...spec });

function server(network: NetworkSpec = {}, rest: Omit<ConfigSpec, "networks"> = {}): Server {
  const made = homeAndAway(network, { leasequery: ["10.9.0.0/24"], ...rest });
  made.lease("10.0.0.100", { mac: ALICE, start: 500, expiry: 4100, relay: CIRCUIT, hostname: "box", vendorClass: "MSFT" });
  made.lease("10.0.0.101", { mac: BOB, id: "bob's id", start: 900, expiry: 4500 });
  made.lease("10.0.1.101", { mac: BOB, id: "bob's id", start: 950, expiry: 4550, relay: relayInfo({ 2: text("home-8") }) });
  made.lease("10.0.0.102", { mac: CAROL, expiry: 999 });
  made.lease("10.0.0.103", { mac: CAROL, state: "released", expiry: 900, relay: relayInfo({ 2: text("home-9") }) });
  made.lease("10.0.0.104", { mac: CAROL, state: "declined" });
  return made;
}

const ask = (spec: MessageSpec, way: Way = FROM): Outcome => server().consider(query(spec), way);

/** The type of the answer, and the address that it is about. */
function brief(outcome: Outcome): string {
  if (outcome.silence !== undefined) return outcome.silence;
  const ciaddr = / ciaddr ([\d.]+)/.exec(outcome.header ?? "")?.[1] ?? "";
  return `${outcome.options?.[0]?.slice(3)} ${ciaddr}`.trim();
}

describe("LEASEQUERY (RFC 4388)", () => {
  test("an active lease: whose it is, the times that remain, and what was asked for; to giaddr", () => {
    const outcome = ask({ ciaddr: "10.0.0.100", prl: [51, 58, 59, 61, 60, 12, 82, 91, 92, 1, 3, 43] });
    assert.deepEqual(outcome, {
      to: TO,
      header: `op 2 htype 1 ${ALICE} ciaddr 10.0.0.100 giaddr ${REQUESTER}`,
      options: [
        "53 LEASEACTIVE",
        "54 10.0.0.1",
        "51 3100 s",
        "58 1300 s",
        "59 2650 s",
        "60 4d534654",
        "12 box",
        "82 0104706f72740206686f6d652d37",
        "91 500 s",
        "92 10.0.0.100",
        "1 255.255.255.0",
        "3 10.0.0.1",
      ],
      limit: 548,
      changes: [],
    });
  });

  test("an address without a lease, and one of somebody else: only the type and the query's own fields (sections 6.4 and 6.4.2)", () => {
    for (const [ciaddr, type] of [
      ["10.0.0.150", "LEASEUNASSIGNED"],
      ["192.0.2.1", "LEASEUNKNOWN"],
    ] as const) {
      const outcome = ask({ ciaddr, prl: [51, 61, 82, 1], relay: CIRCUIT });
      const header = `op 2 htype 0  ciaddr ${ciaddr} giaddr ${REQUESTER}`;
      assert.deepEqual(outcome, { to: TO, header, options: [`53 ${type}`], limit: 548, changes: [] });
    }
  });

  describe("what is asked about (sections 6.3 and 6.4.1)", () => {
    const cases: readonly [name: string, spec: MessageSpec, answer: string][] = [
      ["an address, bound", { ciaddr: "10.0.0.100" }, "LEASEACTIVE 10.0.0.100"],
      ["an address, never used", { ciaddr: "10.0.0.150" }, "LEASEUNASSIGNED 10.0.0.150"],
      ["an address, run out unnoticed", { ciaddr: "10.0.0.102" }, "LEASEUNASSIGNED 10.0.0.102"],
      ["an address, released", { ciaddr: "10.0.0.103" }, "LEASEUNASSIGNED 10.0.0.103"],
      ["an address, in probation", { ciaddr: "10.0.0.104" }, "LEASEUNASSIGNED 10.0.0.104"],
      ["an address outside the ranges", { ciaddr: "10.0.0.9" }, "LEASEUNKNOWN 10.0.0.9"],
      ["an address outside the ranges, reserved", { ciaddr: "10.0.0.7" }, "LEASEUNASSIGNED 10.0.0.7"],
      ["an address of another network than giaddr would say", { ciaddr: "10.0.1.101" }, "LEASEACTIVE 10.0.1.101"],
      ["a hardware address", { mac: ALICE, htype: 1 }, "LEASEACTIVE 10.0.0.100"],
      ["a hardware address, although the client is known by an identifier", { mac: BOB, htype: 1 }, "LEASEACTIVE 10.0.1.101"],
      ["a hardware address of another type", { mac: ALICE, htype: 6 }, "LEASEUNKNOWN"],
      ["a hardware address without a lease in force", { mac: CAROL, htype: 1 }, "LEASEUNKNOWN"],
      ["a hardware address that is unknown", { mac: "02:00:00:00:00:99", htype: 1 }, "LEASEUNKNOWN"],
      ["a client identifier: the address of the last transaction", { id: "bob's id" }, "LEASEACTIVE 10.0.1.101"],
      ["a client identifier that is unknown", { id: "dave" }, "LEASEUNKNOWN"],
      [
        "an identifier that nobody sent, though a client without one is known by the same bytes",
        { id: "\u0001\u0002\0\0\0\0\n" },
        "LEASEUNKNOWN",
      ],
      ["a remote id (RFC 6148)", { relay: relayInfo({ 2: text("home-7") }) }, "LEASEACTIVE 10.0.0.100"],
      ["a remote id of a lease that is over", { relay: relayInfo({ 2: text("home-9") }) }, "LEASEUNKNOWN"],
      [
        "a remote id with another thing: the other thing",
        { ciaddr: "10.0.0.100", relay: relayInfo({ 2: text("home-8") }) },
        "LEASEACTIVE 10.0.0.100",
      ],
      ["nothing", {}, "malformed-request"],
      ["nothing, with a circuit id", { relay: relayInfo({ 1: text("port") }) }, "malformed-request"],
      ["a hardware address of zeros is none", { ciaddr: "10.0.0.100", mac: "00:00:00:00:00:00", htype: 1 }, "LEASEACTIVE 10.0.0.100"],
      ["an address and a hardware address", { ciaddr: "10.0.0.100", mac: ALICE }, "malformed-request"],
      ["an address and an identifier", { ciaddr: "10.0.0.100", id: "alice" }, "malformed-request"],
      ["an identifier and a hardware address", { id: "bob's id", mac: BOB }, "malformed-request"],
      ["an option 82 of several pieces", { ciaddr: "10.0.0.100", relay: new Uint8Array(256) }, "identity-too-long"],
      ["no giaddr", { giaddr: "0.0.0.0", ciaddr: "10.0.0.100" }, "malformed-request"],
    ];
    const reserved: NetworkSpec = {
      reservations: [{ address: "10.0.0.7", match: [{ kind: "chaddr", chaddr: mac("02:00:00:00:00:77") }] }],
    };
    for (const [name, spec, answer] of cases) {
      test(name, () => assert.equal(brief(server(reserved).consider(query(spec), FROM)), answer));
    }
  });

  test("a LEASEUNKNOWN about a remote id carries the query's option 82, and nothing else (RFC 6148 section 4.3)", () => {
    assert.deepEqual(ask({ relay: relayInfo({ 2: text("x") }), prl: [51, 92] }).options, ["53 LEASEUNKNOWN", "82 020178"]);
  });

  describe("who may ask: giaddr and source both have to be permitted", () => {
    const cases: readonly [name: string, spec: MessageSpec, source: string, answer: string][] = [
      ["both", { giaddr: "10.9.0.2" }, "10.9.0.3", "LEASEACTIVE 10.0.0.100"],
      ["only giaddr", {}, "10.8.0.1", "requester-not-permitted"],
      ["only the source", { giaddr: "10.8.0.1" }, REQUESTER, "requester-not-permitted"],
      ["neither", { giaddr: "10.8.0.1" }, "10.8.0.1", "requester-not-permitted"],
    ];
    for (const [name, spec, source, answer] of cases) {
      test(name, () => assert.equal(brief(ask({ ciaddr: "10.0.0.100", ...spec }, { ...FROM, source })), answer));
    }
    test("nobody, where it is not configured", () => {
      assert.equal(brief(homeAndAway().consider(query({ ciaddr: "10.0.0.100" }), FROM)), "leasequery-not-enabled");
    });
  });

  describe("several addresses of one client (section 6.4.1)", () => {
    const cases: readonly [name: string, spec: MessageSpec, options: readonly string[]][] = [
      ["all of them, the last one first, though not asked for", { id: "bob's id", prl: [] }, ["92 10.0.1.101 10.0.0.101"]],
      ["by hardware address", { mac: BOB, htype: 1, prl: [92] }, ["92 10.0.1.101 10.0.0.101"]],
      ["by remote id: only those behind it", { relay: relayInfo({ 2: text("home-8") }), prl: [92] }, ["92 10.0.1.101"]],
      ["by address, not asked for", { ciaddr: "10.0.0.101", prl: [] }, []],
      ["by address, asked for: that one first", { ciaddr: "10.0.0.101", prl: [92] }, ["92 10.0.0.101 10.0.1.101"]],
      ["a single one, not asked for", { mac: ALICE, htype: 1, prl: [] }, []],
      ["a single one, asked for", { mac: ALICE, htype: 1, prl: [92] }, ["92 10.0.0.100"]],
    ];
    for (const [name, spec, options] of cases) {
      test(name, () => assert.deepEqual(ask(spec).options?.slice(2), options));
    }

    test("of more than one option holds, the last ones", () => {
      const crowded = server();
      for (let i = 0; i < 90; i++) crowded.lease(`10.0.0.${105 + i}`, { mac: BOB, id: `id ${i}`, start: 1001 + i, expiry: 9000 });
      const [, , associated] = crowded.consider(query({ mac: BOB, htype: 1, prl: [92] }), FROM).options ?? [];
      assert.equal(associated, `92 ${Array.from({ length: 63 }, (_, i) => `10.0.0.${194 - i}`).join(" ")}`);
    });
  });

  describe("times (section 6.4.2)", () => {
    const cases: readonly [name: string, start: number, expiry: number, options: readonly string[]][] = [
      ["in the first half", 900, 4500, ["51 3500 s", "58 1700 s", "59 3050 s", "91 100 s"]],
      ["behind T1", 100, 1300, ["51 300 s", "59 150 s", "91 900 s"]],
      ["behind T2", 100, 1020, ["51 20 s", "91 900 s"]],
      ["for ever", 900, NEVER, [`51 ${NEVER} s`, "58 2147483547 s", "59 3758096283 s", "91 100 s"]],
      ["from the future, after the clock was set back", 1500, 5100, ["51 4100 s", "58 2300 s", "59 3650 s", "91 0 s"]],
    ];
    for (const [name, start, expiry, options] of cases) {
      test(name, () => {
        const one = server();
        one.lease("10.0.0.120", { mac: "02:00:00:00:00:20", start, expiry });
        assert.deepEqual(one.consider(query({ ciaddr: "10.0.0.120", prl: [51, 58, 59, 91] }), FROM).options?.slice(2), options);
      });
    }
  });

  test("without a parameter request list: what the ACK of this lease has", () => {
    assert.deepEqual(
      server({ options: { 3: addresses("10.0.0.1"), 6: null, 42: { always: addresses("10.0.0.42") } } }).consider(
        query({ ciaddr: "10.0.0.100", prl: null }),
        FROM,
      ).options,
      [
        "53 LEASEACTIVE",
        "54 10.0.0.1",
        "1 255.255.255.0",
        "42 10.0.0.42",
        "3 10.0.0.1",
        "51 3100 s",
        "58 1300 s",
        "59 2650 s",
        "82 0104706f72740206686f6d652d37",
      ],
    );
  });

  test("settings are those of the client: its reservation, found by the option 82 that is kept, wins over the network", () => {
    const reservations = [
      { match: [{ kind: "circuitId", value: text("port") }], hostname: "desk", options: { 3: addresses("10.0.0.3") } },
    ] as const;
    assert.deepEqual(
      server({ reservations })
        .consider(query({ ciaddr: "10.0.0.100", prl: [3, 12] }), FROM)
        .options?.slice(2),
      ["3 10.0.0.3", "12 desk"],
    );
  });

  test("the relay that stands in for the server is named, as it was to the client (RFC 5107)", () => {
    const one = server();
    one.lease("10.0.0.120", { mac: "02:00:00:00:00:20", relay: relayInfo({ 11: addresses("10.0.0.2") }) });
    assert.equal(one.consider(query({ ciaddr: "10.0.0.120" }), FROM).options?.[1], "54 10.0.0.2");
  });

  test("a query whose hardware address is longer than its field is not answered", () => {
    const long = { ...query({ ciaddr: "10.0.0.150" }), hlen: 207, chaddr: new Uint8Array(16) };
    assert.deepEqual(server().receive(long, FROM), { silence: "hardware-address-too-long" });
  });

  test("a parameter request list that repeats a code looks up the client's leases once, not each time", () => {
    const one = server();
    let looked = 0;
    const withTrait = one.table.withTrait.bind(one.table);
    one.table.withTrait = (trait, value) => {
      looked++;
      return withTrait(trait, value);
    };
    const outcome = one.consider(query({ ciaddr: "10.0.0.101", prl: Array.from({ length: 1000 }, () => 92) }), FROM);
    assert.deepEqual([outcome.options?.slice(2), looked], [["92 10.0.0.101 10.0.1.101"], 1]);
  });

  test("what only the protocol has a use for is not sent", () => {
    assert.deepEqual(ask({ ciaddr: "10.0.0.100", prl: [50, 52, 53, 54, 55, 57, 118, 255, 0] }).options, ["53 LEASEACTIVE", "54 10.0.0.1"]);
  });

  test("a requester that sends from a port of its own is answered there (RFC 8357); on another port than 67 everybody is", () => {
    assert.equal(
      ask({ ciaddr: "10.0.0.150", relay: relayInfo({ 19: new Uint8Array(0) }) }, { ...FROM, sourcePort: 5067 }).to,
      `${REQUESTER}:5067 on 0 from 10.0.0.1`,
    );
    assert.equal(
      ask({ ciaddr: "10.0.0.150" }, { ...FROM, source: "10.9.0.9", sourcePort: 5067, serverPort: 6767 }).to,
      "10.9.0.9:5067 on 2 from 10.0.0.1",
    );
  });

  test("with chaddr_only an identifier still finds those who sent it", () => {
    assert.equal(brief(server({}, { chaddrOnly: true }).consider(query({ id: "bob's id" }), FROM)), "LEASEACTIVE 10.0.1.101");
  });

  test("explained in words", () => {
    const lines = server().explain(query({ mac: ALICE, htype: 1 }), FROM);
    assert.deepEqual(lines, ["leasequery: by chaddr 02000000000a", "reply: LEASEACTIVE about 10.0.0.100"]);
  });
});
