import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode } from "../../../src/wire/dhcp4/decode.ts";
import { encode } from "../../../src/wire/dhcp4/encode.ts";
import { optionValue } from "../../../src/wire/dhcp4/options.ts";
import { addresses, configOf, type NetworkSpec, type OptionsSpec, type RangeSpec, text } from "../support/config.ts";
import { HOME, home } from "../support/home.ts";
import { ALICE, discover, type MessageSpec, mac, relayInfo, request } from "../support/messages.ts";
import { serverOf, unicastFrom } from "../support/server.ts";

const HEAD = ["53 OFFER", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s"];
const MASK = "1 255.255.255.0";
const matchAlice = [{ kind: "chaddr", chaddr: mac(ALICE) } as const];

/** 0.0.0.0/0 by 10.0.0.1, as option 121 has it. */
const ROUTE = Uint8Array.of(0, 10, 0, 0, 1);
const ROUTE_HEX = "000a000001";
const ROUTES: OptionsSpec = { 3: addresses("10.0.0.1"), 6: addresses("10.0.0.53"), 33: addresses("10.9.0.0", "10.0.0.254") };

/** The options of an OFFER after the ones that every OFFER has. */
function offered(network: NetworkSpec, spec: MessageSpec, top: OptionsSpec = {}): readonly string[] {
  const options = home({ options: {}, ...network }, { options: top }).receive(discover(spec)).options ?? [];
  assert.deepEqual(options.slice(0, HEAD.length), HEAD);
  return options.slice(HEAD.length);
}

describe("options of an OFFER or ACK", () => {
  describe("what is sent, and in which order", () => {
    const options: OptionsSpec = { ...HOME.options, 42: addresses("10.0.0.42"), 119: text("search") };
    const cases: readonly [name: string, spec: MessageSpec, options: OptionsSpec, expected: readonly string[]][] = [
      [
        "what is asked for, in the order asked",
        { prl: [15, 42, 6, 3] },
        options,
        [MASK, "15 example.org", "42 10.0.0.42", "6 10.0.0.53", "3 10.0.0.1"],
      ],
      ["the mask before the router, asked for or not", { prl: [3, 1] }, options, [MASK, "3 10.0.0.1"]],
      [
        "classless routes instead of routers and static routes, whatever the order (RFC 3442)",
        { prl: [3, 33, 121, 6] },
        { ...ROUTES, 121: ROUTE },
        [MASK, `121 ${ROUTE_HEX}`, "6 10.0.0.53"],
      ],
      [
        "routers for a client that does not ask for classless routes",
        { prl: [3, 6] },
        { ...ROUTES, 121: ROUTE },
        [MASK, "3 10.0.0.1", "6 10.0.0.53"],
      ],
      ["routers where no classless routes are configured", { prl: [121, 3] }, ROUTES, [MASK, "3 10.0.0.1"]],
      ["routers where classless routes are not to be inherited", { prl: [121, 3] }, { ...ROUTES, 121: null }, [MASK, "3 10.0.0.1"]],
      [
        "routers beside classless routes where they are sent always",
        { prl: [121, 3] },
        { 3: { always: addresses("10.0.0.1") }, 121: ROUTE },
        [MASK, "3 10.0.0.1", `121 ${ROUTE_HEX}`],
      ],
      ["once, however often asked for", { prl: [6, 6, 3, 1, 1, 6, 3] }, options, [MASK, "6 10.0.0.53", "3 10.0.0.1"]],
      ["not what is not configured", { prl: [2, 7, 3] }, options, [MASK, "3 10.0.0.1"]],
      ["not what is not asked for", { prl: [6, 3] }, options, [MASK, "6 10.0.0.53", "3 10.0.0.1"]],
      ["the router behind the rest, though not asked for", { prl: [6] }, options, [MASK, "6 10.0.0.53", "3 10.0.0.1"]],
      ["no router where none is to be inherited", { prl: [6] }, { ...options, 3: null }, [MASK, "6 10.0.0.53"]],
      ["no router unasked beside classless routes (RFC 3442)", { prl: [121] }, { ...ROUTES, 121: ROUTE }, [MASK, `121 ${ROUTE_HEX}`]],
      [
        "the router unasked where no classless routes are asked for",
        { prl: [6] },
        { ...ROUTES, 121: ROUTE },
        [MASK, "6 10.0.0.53", "3 10.0.0.1"],
      ],
      ["nothing but the mask and the router for an empty list", { prl: [] }, options, [MASK, "3 10.0.0.1"]],
      ["router, DNS and domain name without a list", { prl: null }, options, [MASK, "3 10.0.0.1", "6 10.0.0.53", "15 example.org"]],
      ["a configured mask", { prl: [3] }, { ...options, 1: addresses("255.255.0.0") }, ["1 255.255.0.0", "3 10.0.0.1"]],
      ["the mask of the prefix where none is to be inherited", { prl: [] }, { 1: null }, [MASK]],
      [
        "always, though not asked for, before the rest",
        { prl: [15, 6] },
        { ...options, 42: { always: addresses("10.0.0.42") } },
        [MASK, "42 10.0.0.42", "15 example.org", "6 10.0.0.53", "3 10.0.0.1"],
      ],
      ["always, though no list is sent", { prl: null }, { 42: { always: addresses("10.0.0.42") } }, [MASK, "42 10.0.0.42"]],
      ["always once", { prl: [42] }, { 42: { always: addresses("10.0.0.42") } }, [MASK, "42 10.0.0.42"]],
      ["the broadcast address of the prefix, if asked for", { prl: [28] }, options, [MASK, "28 10.0.0.255", "3 10.0.0.1"]],
      ["a configured broadcast address", { prl: [28] }, { 28: addresses("10.0.0.0") }, [MASK, "28 10.0.0.0"]],
      ["no broadcast address where none is to be sent", { prl: [28] }, { 28: null }, [MASK]],
      [
        "never the server's own options from a list",
        { prl: [0, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 61, 82, 118, 255] },
        options,
        [MASK, "3 10.0.0.1"],
      ],
      [
        "never the server's own options from the configuration",
        { prl: [] },
        { 61: { always: text("x") }, 82: { always: text("x") } },
        [MASK],
      ],
      [
        "echoes last, option 82 at the end",
        { prl: [6], id: "alice", relay: relayInfo({ 1: text("port") }) },
        options,
        [MASK, "6 10.0.0.53", "3 10.0.0.1", "61 alice", "82 0104706f7274"],
      ],
      [
        "option 82 from a switch that is no relay is echoed too",
        { prl: [], relay: Uint8Array.of(9, 9) },
        options,
        [MASK, "3 10.0.0.1", "82 0909"],
      ],
    ];
    for (const [name, spec, network, expected] of cases) test(name, () => assert.deepEqual(offered({ options: network }, spec), expected));

    test("prefixes of 31 bits have no broadcast address (RFC 3021)", () => {
      const server = serverOf(configOf({ networks: { "10.0.0.0/31": { ranges: [{ range: "10.0.0.0-10.0.0.0" }] } } }));
      assert.deepEqual(server.receive(discover({ prl: [28] })).options, [...HEAD, "1 255.255.255.254"]);
    });
  });

  describe("precedence: the closest wins", () => {
    const at = (place: string): OptionsSpec => ({ 15: text(place) });
    const range = (options: OptionsSpec): readonly RangeSpec[] => [{ range: "10.0.0.100-10.0.0.199", options }];
    const cases: readonly [name: string, network: NetworkSpec, top: OptionsSpec, expected: string | undefined][] = [
      ["top level", {}, at("top"), "top"],
      ["network over top level", { options: at("network") }, at("top"), "network"],
      ["range over network", { options: at("network"), ranges: range(at("range")) }, at("top"), "range"],
      [
        "reservation over range",
        { ranges: range(at("range")), reservations: [{ match: matchAlice, address: "10.0.0.150", options: at("reservation") }] },
        at("top"),
        "reservation",
      ],
      [
        "reservation without address over range",
        { ranges: range(at("range")), reservations: [{ match: matchAlice, options: at("reservation") }] },
        at("top"),
        "reservation",
      ],
      ["reservation without that option: range", { ranges: range(at("range")), reservations: [{ match: matchAlice }] }, at("top"), "range"],
      ["not inherited at the network", { options: { 15: null } }, at("top"), undefined],
      ["not inherited at the range", { options: at("network"), ranges: range({ 15: null }) }, at("top"), undefined],
      [
        "not inherited at the reservation",
        { options: at("network"), reservations: [{ match: matchAlice, options: { 15: null } }] },
        at("top"),
        undefined,
      ],
      ["not inherited further out, given closer", { options: { 15: null }, ranges: range(at("range")) }, at("top"), "range"],
    ];
    for (const [name, network, top, expected] of cases) {
      test(name, () => {
        const spec = { prl: [15] };
        assert.deepEqual(offered(network, spec, top), expected === undefined ? [MASK] : [MASK, `15 ${expected}`]);
      });
    }

    test("an option that is sent always further out takes its value, and whether it is sent, from the closest place", () => {
      const top = { 42: { always: addresses("10.0.0.42") } };
      assert.deepEqual(offered({}, { prl: [] }, top), [MASK, "42 10.0.0.42"]);
      assert.deepEqual(offered({ options: { 42: { always: addresses("10.0.0.43") } } }, { prl: [] }, top), [MASK, "42 10.0.0.43"]);
      assert.deepEqual(offered({ options: { 42: addresses("10.0.0.43") } }, { prl: [] }, top), [MASK]);
      assert.deepEqual(offered({ options: { 42: null } }, { prl: [42] }, top), [MASK]);
    });
  });

  describe("host name of a reservation (option 12)", () => {
    const reserved = (options: OptionsSpec = {}): NetworkSpec => ({ reservations: [{ match: matchAlice, hostname: "printer", options }] });
    test("where it is asked for", () => assert.deepEqual(offered(reserved(), { prl: [12, 28] }), [MASK, "12 printer", "28 10.0.0.255"]));
    test("though it is not asked for", () => assert.deepEqual(offered(reserved(), { prl: [28] }), [MASK, "28 10.0.0.255", "12 printer"]));
    test("written out as option 12 instead", () =>
      assert.deepEqual(offered(reserved({ 12: text("copier") }), { prl: [12] }), [MASK, "12 copier"]));
  });

  test("siaddr, sname and file come from the network, or from the reservation", () => {
    const boot = { nextServer: "10.0.0.7", serverName: "boot", fileName: "kernel" };
    const header = "op 2 htype 1 02:00:00:00:00:0a";
    assert.equal(home({ boot }).receive(discover()).header, `${header} yiaddr 10.0.0.100 siaddr 10.0.0.7 sname boot file kernel`);
    const reservations = [{ match: matchAlice, boot: { nextServer: "10.0.0.8" } }];
    assert.equal(
      home({ boot, reservations }).receive(discover()).header,
      `${header} yiaddr 10.0.0.100 siaddr 10.0.0.8 sname boot file kernel`,
    );
  });

  describe("largest reply (option 57 less 28 bytes of headers)", () => {
    const cases: readonly [sent: number | undefined, expected: number][] = [
      [undefined, 548],
      [576, 548],
      [575, 548],
      [0, 548],
      [1000, 972],
      [1500, 1472],
      [65535, 1472],
    ];
    for (const [maxSize, expected] of cases) {
      test(`${maxSize ?? "not sent"}: ${expected}`, () => {
        assert.equal(home().receive(discover(maxSize === undefined ? {} : { maxSize })).limit, expected);
      });
    }
  });

  test("server_id is option 54; the source stays the interface's address", () => {
    const outcome = home({ serverId: "192.0.2.1" }).receive(discover());
    assert.equal(outcome.options?.[1], "54 192.0.2.1");
    assert.equal(outcome.to, "10.0.0.100:68 02:00:00:00:00:0a on 2 from 10.0.0.1");
  });

  test("what the client says about itself is kept with its lease; what a later message leaves out stays as it was", () => {
    const server = home();
    const relay = relayInfo({ 1: text("port") });
    const vendor = { code: 60, data: text("vendor") };
    const first = server.decide(request({ requested: "10.0.0.150", giaddr: "10.0.0.2", hostname: "laptop", relay, more: [vendor] }));
    const renewed = server.decide(request({ ciaddr: "10.0.0.150" }), unicastFrom("10.0.0.150"));
    const owners = [first, renewed].map((decision) => {
      const change = decision.kind === "reply" ? decision.changes[0] : undefined;
      return change?.kind === "put" ? { ...change.lease.owner } : undefined;
    });
    const expected = {
      clientKey: Uint8Array.of(1, ...mac(ALICE)),
      clientIdentifier: undefined,
      htype: 1,
      chaddr: mac(ALICE),
      hostname: text("laptop"),
      vendorClass: text("vendor"),
      relayAgentInformation: relay,
      limitKeys: undefined,
      name: undefined,
    };
    assert.deepEqual(owners, [expected, expected]);
  });

  test("a host name is kept without NULs at its end (RFC 2132 section 2), and none is no name", () => {
    const server = home();
    const hostnames = ["laptop\0", "laptop\0\0", "\0", ""].map((hostname) => {
      const decision = server.decide(request({ requested: "10.0.0.150", hostname }));
      const change = decision.kind === "reply" ? decision.changes[0] : undefined;
      return change?.kind === "put" ? change.lease.owner.hostname : undefined;
    });
    assert.deepEqual(hostnames, new Array(4).fill(text("laptop")));
  });
});

describe("classless routes that don't fit never cost a client its router (RFC 3442)", () => {
  const cases: readonly [name: string, routes: number, spec: MessageSpec, sent: readonly number[]][] = [
    ["they fit", 250, { prl: [3, 121] }, [121]],
    ["just so", 267, { prl: [3, 121] }, [121]],
    ["beside the end of the options they go into an empty field too", 268, { prl: [3, 121] }, [3, 121]],
    ["they fit nowhere", 600, { prl: [121, 3] }, [3]],
    ["they fit in the larger reply that the client accepts", 600, { prl: [121, 3], maxSize: 1500 }, [121]],
    ["what is asked for before them takes the room", 250, { prl: [15, 121, 3] }, [3]],
    ["what the relay says takes the room", 600, { prl: [121, 3], giaddr: "10.0.0.1", relay: new Uint8Array(200), maxSize: 1000 }, [3, 121]],
    ["they are sent always, and not looked for twice", 267, { prl: [121, 3] }, [121]],
  ];
  for (const [name, routes, spec, sent] of cases) {
    test(name, () => {
      const data = new Uint8Array(routes);
      const options: OptionsSpec = {
        3: addresses("10.0.0.1"),
        15: text("x".repeat(60)),
        121: name.startsWith("they are sent always") ? { always: data } : data,
      };
      const decision = home({ options }).decide(discover(spec));
      assert.ok(decision.kind === "reply");
      const bytes = new Uint8Array(2048);
      const decoded = decode(bytes, encode(decision.message, bytes, decision.limit));
      assert.ok(decoded.ok);
      assert.deepEqual(
        [3, 121].filter((code) => optionValue(decoded.message, code) !== undefined),
        sent,
      );
    });
  }
});
