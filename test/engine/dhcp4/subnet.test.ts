import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NetworkSpec } from "../support/config.ts";
import { addresses, configOf } from "../support/config.ts";
import { homeAndAway } from "../support/home.ts";
import { ALICE, BOB, discover, inform, type MessageSpec, relayInfo, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { ETH0, serverOf, type Way } from "../support/server.ts";

const POOL = (third: number): NetworkSpec => ({ ranges: [{ range: `10.0.${third}.100-10.0.${third}.199` }] });

const server = serverOf(
  configOf({
    networks: {
      "10.0.0.0/24": POOL(0),
      "10.0.1.0/24": POOL(1),
      "10.0.2.0/24": POOL(2),
      "10.0.3.0/24": { ...POOL(3), relays: ["192.0.2.9", "10.0.2.9"] },
      "10.0.4.0/24": POOL(4),
      "10.0.5.0/24": POOL(5),
    },
    shared: [["10.0.4.0/24", "10.0.5.0/24"]],
    interfaces: { eth4: "10.0.5.0/24", tun0: "10.0.1.0/24" },
  }),
);

const link = (address: string): Uint8Array => relayInfo({ 1: Uint8Array.of(7), 5: addresses(address) });
const to = (source: string): Way => ({ source, destination: "10.0.0.1" });

describe("subnet selection", () => {
  const cases: readonly [name: string, spec: MessageSpec, way: Way, network: string | undefined][] = [
    ["link selection before everything (RFC 3527)", { relay: link("10.0.1.0"), subnet: "10.0.2.0", giaddr: "10.0.3.1" }, {}, "10.0.1.0/24"],
    ["link selection of an unknown subnet: nowhere else", { relay: link("192.0.2.0"), giaddr: "10.0.3.1" }, {}, undefined],
    [
      "link selection of a wrong length does not count",
      { relay: relayInfo({ 5: Uint8Array.of(10, 0, 1) }), giaddr: "10.0.3.1" },
      {},
      "10.0.3.0/24",
    ],
    ["subnet selection before giaddr (RFC 3011)", { subnet: "10.0.2.0", giaddr: "10.0.3.1" }, {}, "10.0.2.0/24"],
    ["subnet selection of an unknown subnet: nowhere else", { subnet: "192.0.2.0", giaddr: "10.0.3.1" }, {}, undefined],
    [
      "subnet selection of a wrong length does not count",
      { more: [{ code: 118, data: Uint8Array.of(10) }], giaddr: "10.0.3.1" },
      {},
      "10.0.3.0/24",
    ],
    ["giaddr in a prefix", { giaddr: "10.0.2.1" }, to("10.0.1.5"), "10.0.2.0/24"],
    ["giaddr of a listed relay outside all prefixes", { giaddr: "192.0.2.9" }, {}, "10.0.3.0/24"],
    ["giaddr of a listed relay before the prefix that it is in", { giaddr: "10.0.2.9" }, {}, "10.0.3.0/24"],
    ["unknown giaddr: nowhere else", { giaddr: "192.0.2.1", ciaddr: "10.0.1.5" }, to("10.0.1.5"), undefined],
    ["giaddr before ciaddr", { giaddr: "10.0.2.1", ciaddr: "10.0.1.5" }, to("10.0.2.1"), "10.0.2.0/24"],
    ["unicast: ciaddr", { ciaddr: "10.0.1.5" }, to("10.0.2.5"), "10.0.1.0/24"],
    ["unicast: source", {}, to("10.0.2.5"), "10.0.2.0/24"],
    ["unicast: source when ciaddr is in no network", { ciaddr: "192.0.2.5" }, to("10.0.2.5"), "10.0.2.0/24"],
    ["unicast: interface when neither is known", { ciaddr: "192.0.2.5" }, to("192.0.2.5"), "10.0.0.0/24"],
    ["broadcast: the interface, whatever ciaddr and source say", { ciaddr: "10.0.1.5" }, { source: "10.0.1.5" }, "10.0.0.0/24"],
    ["broadcast of the subnet: the interface", { ciaddr: "10.0.1.5" }, { source: "10.0.1.5", destination: "10.0.0.255" }, "10.0.0.0/24"],
    [
      "broadcast of another subnet of the interface: the same",
      { ciaddr: "10.0.1.5" },
      {
        source: "10.0.1.5",
        destination: "10.9.9.255",
        interface: { ...ETH0, addresses: [ETH0, { address: 0x0a090901, prefixLength: 24 }] },
      },
      "10.0.0.0/24",
    ],
    ["interface by its address", {}, {}, "10.0.0.0/24"],
    ["interface by its name, before its address", {}, { interface: { ...ETH0, name: "tun0" } }, "10.0.1.0/24"],
    ["interface of a shared link: its first network", {}, { interface: { ...ETH0, name: "eth4" } }, "10.0.4.0/24"],
    ["interface in no network", {}, { interface: { ...ETH0, address: 0xc0000201 } }, undefined],
  ];
  for (const [name, spec, way, network] of cases) {
    test(name, () => {
      const chosen = server.explain(discover(spec), way).find((line) => line.startsWith("network: "));
      assert.equal(chosen?.slice("network: ".length), network);
      if (network === undefined) assert.deepEqual(server.consider(discover(spec), way), { silence: "no-network" });
    });
  }

  test("with subnet_selection: false, option 118 counts for nothing and is not echoed", () => {
    const plain = homeAndAway({}, { subnetSelection: false });
    const offer = plain.receive(discover({ subnet: "10.0.1.0", prl: [118] }));
    assert.match(offer.header ?? "", / yiaddr 10\.0\.0\.100$/);
    assert.deepEqual(offer.options?.slice(5), ["1 255.255.255.0", "3 10.0.0.1"]);
  });

  test("option 118 is echoed to whoever sends it, in OFFER, ACK and NAK (RFC 3011 section 2)", () => {
    const spec = { subnet: "10.0.2.0", giaddr: "10.0.0.9", prl: [1] };
    const options = ["1 255.255.255.0", "118 10.0.2.0"];
    const times = ["51 3600 s", "58 1800 s", "59 3150 s"];
    assert.deepEqual(server.consider(discover(spec)).options, ["53 OFFER", "54 10.0.0.1", ...times, ...options]);
    const taken = request({ ...spec, server: "10.0.0.1", requested: "10.0.2.150" });
    assert.deepEqual(server.consider(taken).options, ["53 ACK", "54 10.0.0.1", ...times, ...options]);
    assert.deepEqual(server.consider(inform({ ...spec, ciaddr: "10.0.2.7" })).options, ["53 ACK", "54 10.0.0.1", ...options]);
    assert.deepEqual(server.consider(request({ ...spec, requested: "10.0.1.150" })).options, [
      "53 NAK",
      "54 10.0.0.1",
      "56 the address is not on this network",
      "118 10.0.2.0",
    ]);
  });

  test("link selection of one network of a shared network: all of it is used, in its order, and clients keep what they have (RFC 3527 section 3)", () => {
    const shared = serverOf(
      configOf({
        networks: {
          "10.0.4.0/24": { ranges: [{ range: "10.0.4.100-10.0.4.100" }] },
          "10.0.5.0/24": { ranges: [{ range: "10.0.5.100-10.0.5.199" }] },
        },
        shared: [["10.0.4.0/24", "10.0.5.0/24"]],
      }),
    );
    const through = (mac: string, named: string): MessageSpec => ({ mac, giaddr: "192.0.2.1", relay: link(named) });
    const offered = (spec: MessageSpec): string => briefly(shared.receive(discover(spec)));
    assert.equal(offered(through(ALICE, "10.0.5.0")), "OFFER 10.0.4.100");
    assert.equal(offered(through(BOB, "10.0.4.0")), "OFFER 10.0.5.100");
    assert.equal(offered(through(BOB, "10.0.5.0")), "OFFER 10.0.5.100");
    assert.equal(shared.receive(discover(through(BOB, "10.0.5.0"))).to, "192.0.2.1:67 on 0 from 10.0.0.1");
    const kept = request({ ...through(ALICE, "10.0.5.0"), requested: "10.0.4.100" });
    assert.equal(briefly(shared.receive(kept)), "ACK 10.0.4.100");
  });
});
