import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { replyDestination } from "../../../src/engine/dhcp6/destination.ts";
import { relaysOf } from "../../../src/leases/dhcp6/relays.ts";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv6, parseIpv6 } from "../../../src/net/ipv6.ts";
import type { Relay } from "../../../src/wire/dhcp6/message.ts";
import { configOf, text } from "../support/dhcp6/config.ts";
import { message, option, type RelaySpec } from "../support/dhcp6/messages.ts";
import { AWAY, ETH0, ETH1, HOME, home, homeAndAway, received, serverOf, type Way } from "../support/dhcp6/server.ts";

const interfaceId = (value: string) => ({ code: 18, data: text(value) });

/** Home is also port7 and relay 2001:db8:f::1; away is on eth1 and port8. */
function placed() {
  return serverOf(
    configOf({
      networks: {
        "2001:db8:1::/64": { ...HOME, interfaceIds: ["port7"], relays: ["2001:db8:f::1"] },
        "2001:db8:2::/64": { ...AWAY, interfaces: ["wlan0"], interfaceIds: ["port8"] },
      },
    }),
  );
}

suite("where a client is (RFC 8415 section 13.1)", () => {
  const HOME_LINK = "2001:db8:1::9";
  const AWAY_LINK = "2001:db8:2::9";
  for (const [what, relays, way, network] of [
    ["no relay: the interface whose address is in the network", [], {}, "1"],
    ["no relay: another interface", [], { interface: ETH1 }, "2"],
    ["no relay: the interface that is listed, whatever addresses it has", [], { interface: { ...ETH0, name: "wlan0" } }, "2"],
    ["an interface of no network", [], { interface: { ...ETH0, addresses: [ETH0.address] } }, undefined],
    ["link-address", [{ link: AWAY_LINK }], {}, "2"],
    ["link-address of the relay nearest to the client", [{ link: HOME_LINK }, { link: AWAY_LINK }], {}, "2"],
    ["a relay without link-address is passed over", [{ link: AWAY_LINK }, { link: "::" }], {}, "2"],
    ["and so is one with a link-local one", [{ link: AWAY_LINK }, { link: "fe80::9" }], {}, "2"],
    ["no relay has one: the receiving interface", [{ link: "::" }, { link: "fe80::9" }], { interface: ETH1 }, "2"],
    ["a link-address that is configured for a link", [{ link: "2001:db8:f::1" }], { interface: ETH1 }, "1"],
    ["a link-address of no network decides alone", [{ link: AWAY_LINK }, { link: "2001:db8:77::1" }], {}, undefined],
    ["Interface-Id goes before link-address", [{ link: HOME_LINK, options: [interfaceId("port8")] }], {}, "2"],
    ["Interface-Id of any relay", [{ link: HOME_LINK, options: [interfaceId("port8")] }, { link: HOME_LINK }], {}, "2"],
    ["that nearest to the client first", [{ options: [interfaceId("port8")] }, { options: [interfaceId("port7")] }], {}, "1"],
    ["an Interface-Id that is not configured says nothing", [{ link: AWAY_LINK, options: [interfaceId("port9")] }], {}, "2"],
  ] satisfies readonly (readonly [string, readonly RelaySpec[], Way, string | undefined])[]) {
    test(what, () => {
      const { ias, silence } = placed().receive(message("SOLICIT", { na: { 1: [] }, relays }), way);
      const expected = network === undefined ? undefined : { "na 1": `1250/2000: 2001:db8:${network}::100 2500/4000` };
      assert.deepEqual([ias, silence], [expected, network === undefined ? "no-network" : undefined]);
    });
  }
});

suite("where the answer goes (section 18.3.10)", () => {
  const relays = [{ link: "2001:db8:1::9" }];
  const withPort = [{ link: "2001:db8:1::9", options: [option(135, 0, 0)] }];
  const innerPort = [{ link: "2001:db8:1::9" }, { options: [option(135, 0, 0)] }];
  for (const [what, spec, way, to, source] of [
    ["a client hears on its port", {}, { sourcePort: 40_000 }, "fe80::a:546%2", "fe80::1"],
    ["a relay hears on the server's", { relays }, { sourcePort: 40_000 }, "2001:db8:f::9:547%0", "2001:db8:1::1"],
    ["from the address that the relay chose", { relays }, { destination: "2001:db8:5::53" }, "2001:db8:f::9:547%0", "2001:db8:5::53"],
    ["as the system chooses where it chose none", { relays }, { destination: "ff05::1:3" }, "2001:db8:f::9:547%0", "::"],
    ["and where the transport can't tell", { relays }, { destination: "::" }, "2001:db8:f::9:547%0", "::"],
    [
      "a relay that says so hears on its source port (RFC 8357)",
      { relays: withPort },
      { sourcePort: 40_000 },
      "2001:db8:f::9:40000%0",
      "2001:db8:1::1",
    ],
    ["another relay's port is not its own", { relays: innerPort }, { sourcePort: 40_000 }, "2001:db8:f::9:547%0", "2001:db8:1::1"],
    ["a relay of the link is answered there", { relays }, { source: "fe80::77" }, "fe80::77:547%2", "2001:db8:1::1"],
    [
      "from the link's address where it asked all",
      { relays },
      { source: "fe80::77", destination: "ff02::1:2" },
      "fe80::77:547%2",
      "fe80::1",
    ],
    [
      "by that interface where a routed one asked its link-local address",
      { relays },
      { destination: "fe80::1" },
      "2001:db8:f::9:547%2",
      "fe80::1",
    ],
    ["on a port of tests all goes back where it came from", {}, { sourcePort: 40_000, serverPort: 1547 }, "fe80::a:40000%2", "fe80::1"],
    ["relays too", { relays }, { sourcePort: 40_000, serverPort: 1547 }, "2001:db8:f::9:40000%0", "2001:db8:1::1"],
  ] as const) {
    test(what, () => {
      const server = home();
      assert.equal(server.consider(message("INFORMATION-REQUEST", spec), way).to, to);
      const decision = server.decide(message("INFORMATION-REQUEST", spec), way);
      assert.equal(decision.kind === "reply" && formatIpv6(decision.to.source), source);
    });
  }

  test("it is known by bytes of its own, for those of the datagram are used again", () => {
    const way = received(message("INFORMATION-REQUEST"));
    way.destination.set(parseIpv6("2001:db8:1::1") as Uint8Array);
    const { address, source } = replyDestination(way);
    way.source.fill(0xee);
    way.destination.fill(0xee);
    assert.deepEqual([address, source].map(formatIpv6), ["fe80::a", "2001:db8:1::1"]);
  });
});

const described = ({ hopCount, linkAddress, peerAddress, options }: Relay): string =>
  `${hopCount} ${formatIpv6(linkAddress)} ${formatIpv6(peerAddress)} ${options.map(({ code, data }) => `${code}:${toHex(data)}`).join(" ")}`;

suite("the relays of an answer (section 19.3)", () => {
  const sent: readonly RelaySpec[] = [
    { link: "2001:db8:f::1", peer: "2001:db8:1::9", hops: 1, options: [option(18, 1), option(37, 0, 0, 0, 9, 1), option(135, 2, 35)] },
    // Echo request (RFC 4994): what it lists is given back, and the list is not.
    {
      link: "2001:db8:1::9",
      peer: "fe80::a",
      hops: 0,
      options: [option(43, 0, 38, 0, 99), option(38, 7), option(18, 2), option(37, 0, 0, 0, 9)],
    },
  ];

  test("are those of the message, each with its Interface-Id, its port and what it asked for", () => {
    const decision = home().decide(message("SOLICIT", { relays: sent }));
    assert.deepEqual(decision.kind === "reply" && decision.message.relays.map(described), [
      "1 2001:db8:f::1 2001:db8:1::9 18:01 135:0223",
      "0 2001:db8:1::9 fe80::a 38:07 18:02",
    ]);
  });

  test("are kept with the lease as they were, with the address that answers go to", () => {
    const server = home();
    server.decide(message("REQUEST", { na: { 1: [] }, relays: sent }));
    const owner = [...server.table.leases()][0]?.owner;
    assert.deepEqual(relaysOf(owner?.relays).map(described), [
      "1 2001:db8:f::1 2001:db8:1::9 18:01 37:0000000901 135:0223",
      "0 2001:db8:1::9 fe80::a 43:00260063 38:07 18:02 37:00000009",
    ]);
    assert.equal(formatIpv6(owner?.peerAddress ?? new Uint8Array(16)), "2001:db8:f::9");
  });

  test("are not kept when they say more than anybody needs to know", () => {
    const server = home();
    const relays = [{ link: "2001:db8:1::9", options: [{ code: 18, data: new Uint8Array(2000) }] }];
    server.decide(message("REQUEST", { na: { 1: [] }, relays }));
    const owner = [...server.table.leases()][0]?.owner;
    // The address of a relay alone would be taken for that of the client.
    assert.deepEqual([owner?.relays, owner?.peerAddress], [undefined, undefined]);
  });

  test("a client that moved behind other relays is known by the last ones", () => {
    const server = home();
    server.decide(message("REQUEST", { na: { 1: [] }, relays: sent }));
    server.decide(message("RENEW", { na: { 1: ["2001:db8:1::100"] } }));
    assert.equal([...server.table.leases()][0]?.owner.relays, undefined);
  });
});

suite("options that relays supply (RFC 6422)", () => {
  const supplies = (...options: readonly (readonly number[])[]) => ({
    code: 66,
    data: Uint8Array.from(options.flatMap(([code = 0, ...data]) => [0, code, 0, data.length, ...data])),
  });
  const relays = [
    { link: "2001:db8:1::9", options: [supplies([65, 1], [94, 2])] },
    { link: "2001:db8:1::9", options: [supplies([65, 3], [23, 4])] },
  ];
  for (const [what, asks, configured, expected] of [
    ["those that a relay may supply and the client asks for, of the relay nearest to it", [23, 65, 94], {}, ["65: 03", "94: 02"]],
    ["not those that the client does not ask for", [23, 94], {}, ["94: 02"]],
    ["the server's own go first", [65, 94], { 65: Uint8Array.of(9) }, ["65: 09", "94: 02"]],
  ] as const) {
    test(what, () => {
      assert.deepEqual(home({ options: configured }).receive(message("INFORMATION-REQUEST", { asks, relays })).options, expected);
    });
  }
});

test("an answer through relays does not depend on the interface", () => {
  const server = homeAndAway();
  const outcome = server.receive(message("SOLICIT", { na: { 1: [] }, relays: [{ link: "2001:db8:1::9" }] }), { interface: ETH1 });
  assert.deepEqual([outcome.to, outcome.ias], ["2001:db8:f::9:547%0", { "na 1": "1250/2000: 2001:db8:1::100 2500/4000" }]);
});

suite("relay headers that leave no room for the reply", () => {
  const relaysOf = (size: number): readonly RelaySpec[] => [{ link: "2001:db8:1::9", options: [option(18, ...new Uint8Array(size))] }];
  for (const [size, silence] of [
    [1500, undefined],
    [3800, undefined],
    [4000, "reply-too-large"],
    [60_000, "reply-too-large"],
  ] as const) {
    for (const type of ["SOLICIT", "REQUEST"] as const) {
      test(`${type} with an Interface-Id of ${size} bytes: ${silence ?? "answered"}`, () => {
        const server = home();
        const outcome = server.receive(message(type, { na: { 1: [] }, relays: relaysOf(size) }));
        assert.equal(outcome.silence, silence);
        assert.deepEqual(
          [server.table.size, [...server.table.holds()].length > 0],
          [type === "REQUEST" && !silence ? 1 : 0, type === "SOLICIT" && !silence],
        );
      });
    }
  }

  test("what is configured is left out before the answer is", () => {
    const server = home({ options: { 65: new Uint8Array(1000) } });
    const outcome = server.receive(message("REQUEST", { na: { 1: [] }, asks: [65], relays: relaysOf(3500) }));
    assert.deepEqual([outcome.silence, outcome.ias], [undefined, { "na 1": "1250/2000: 2001:db8:1::100 2500/4000" }]);
  });

  test("a RELEASE that can't be answered releases nothing", () => {
    const server = home();
    server.receive(message("REQUEST", { na: { 1: [] } }));
    const before = server.leaseAt("2001:db8:1::100");
    assert.equal(server.receive(message("RELEASE", { na: { 1: ["2001:db8:1::100"] }, relays: relaysOf(4050) })).silence, "reply-too-large");
    assert.equal(server.leaseAt("2001:db8:1::100"), before);
  });
});
