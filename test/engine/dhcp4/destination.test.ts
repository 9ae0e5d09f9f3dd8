import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { address, configOf, type NetworkSpec } from "../support/config.ts";
import { AWAY, HOME, home, homeAndAway } from "../support/home.ts";
import { ALICE, discover, inform, relayInfo, request } from "../support/messages.ts";
import { ETH0, type Server, serverOf, unicastFrom, type Way } from "../support/server.ts";

const RELAY = "10.0.0.2";
const VIA = unicastFrom(RELAY);
const CIRCUIT = relayInfo({ 1: Uint8Array.of(7) });
const OWN_PORT = relayInfo({ 1: Uint8Array.of(7), 19: new Uint8Array(0) });
const HARDWARE = "02:00:00:00:00:0a";
const ELSEWHERE = "10.9.9.9";

const bound = (server: Server): void => {
  server.lease("10.0.0.150", { mac: ALICE });
  server.lease("10.0.1.150", { mac: ALICE });
};

type Case = readonly [name: string, message: Message, way: Way, to: string, header: string];

/** The header without what is the same in all of them. */
function brief(header: string | undefined): string {
  return (header ?? "").replace(`op 2 htype 1 ${HARDWARE}`, "").trim();
}

function check(cases: readonly Case[]): void {
  for (const [name, message, way, to, header] of cases) {
    test(name, () => {
      const server = homeAndAway();
      bound(server);
      const outcome = server.receive(message, way);
      assert.equal(outcome.to, to);
      assert.equal(brief(outcome.header), header);
    });
  }
}

describe("where replies go (RFC 2131 section 4.1)", () => {
  /** NetworkManager before 1.58, and others, put an address in ciaddr that they had once. */
  describe("a ciaddr that the client does not have counts for nothing", () => {
    const byHardware = `10.0.0.150:68 ${HARDWARE} on 2 from 10.0.0.1`;
    const byBroadcast = "255.255.255.255:68 on 2 from 10.0.0.1";
    const lost = { requested: "10.0.0.150", ciaddr: "10.0.0.150" };
    const selecting = { ...lost, server: "10.0.0.1" };
    check([
      ["DISCOVER with its old address", discover(lost), {}, byHardware, "yiaddr 10.0.0.150"],
      ["DISCOVER with one of elsewhere", discover({ ciaddr: "192.168.10.4" }), {}, byHardware, "yiaddr 10.0.0.150"],
      ["DISCOVER that asks for broadcast", discover({ ...lost, broadcast: true }), {}, byBroadcast, "flags 8000 yiaddr 10.0.0.150"],
      ["SELECTING", request(selecting), {}, byHardware, "ciaddr 10.0.0.150 yiaddr 10.0.0.150"],
      [
        "SELECTING that asks for broadcast",
        request({ ...selecting, broadcast: true }),
        {},
        byBroadcast,
        "flags 8000 ciaddr 10.0.0.150 yiaddr 10.0.0.150",
      ],
      ["INIT-REBOOT", request(lost), {}, byHardware, "ciaddr 10.0.0.150 yiaddr 10.0.0.150"],
      [
        "INIT-REBOOT that asks for broadcast",
        request({ ...lost, broadcast: true }),
        {},
        byBroadcast,
        "flags 8000 ciaddr 10.0.0.150 yiaddr 10.0.0.150",
      ],
    ]);

    test("the ACK of a rapid commit", () => {
      const server = home({}, { rapidCommit: true });
      for (const [broadcast, to] of [
        [false, `10.0.0.100:68 ${HARDWARE} on 2 from 10.0.0.1`],
        [true, byBroadcast],
      ] as const) {
        const message = discover({ ciaddr: "10.0.0.100", broadcast, more: [{ code: 80, data: new Uint8Array(0) }] });
        assert.equal(server.receive(message).to, to);
      }
    });
  });

  describe("by the routing table to whoever is behind a router", () => {
    const far = { ciaddr: "10.0.1.150" };
    check([
      ["a renewal", request(far), unicastFrom("10.0.1.150"), "10.0.1.150:68 on 0 from 10.0.0.1", "ciaddr 10.0.1.150 yiaddr 10.0.1.150"],
      [
        "a renewal that has option 50 all the same",
        request({ ...far, requested: "10.0.1.150" }),
        unicastFrom("10.0.1.150"),
        "10.0.1.150:68 on 0 from 10.0.0.1",
        "ciaddr 10.0.1.150 yiaddr 10.0.1.150",
      ],
      ["an INFORM", inform(far), unicastFrom("10.0.1.150"), "10.0.1.150:68 on 0 from 10.0.0.1", "ciaddr 10.0.1.150"],
    ]);
  });

  describe("only to addresses that a client or a relay can have", () => {
    const IMPOSSIBLE = ["127.0.0.1", "0.0.0.7", "224.0.0.1", "255.255.255.255", "10.0.0.0", "10.0.0.255", "10.0.1.255", "8.8.8.8"];
    for (const ciaddr of IMPOSSIBLE) {
      test(`INFORM with ciaddr ${ciaddr}`, () => {
        for (const way of [{}, { source: ciaddr }, VIA]) {
          assert.deepEqual(homeAndAway().receive(inform({ ciaddr }), way), { silence: "no-return-address" });
          const through = inform({ ciaddr, giaddr: RELAY });
          assert.deepEqual(homeAndAway().receive(through, way), { silence: "no-return-address" });
        }
      });
    }
    test("INFORM without ciaddr, from an address of elsewhere", () => {
      assert.deepEqual(homeAndAway().receive(inform(), unicastFrom("8.8.8.8")), { silence: "no-return-address" });
    });
    for (const giaddr of IMPOSSIBLE.filter((one) => one !== "8.8.8.8")) {
      test(`giaddr ${giaddr}`, () => {
        for (const message of [discover({ giaddr }), request({ giaddr, requested: ELSEWHERE }), inform({ giaddr })]) {
          assert.deepEqual(homeAndAway().receive(message, VIA), { silence: "no-return-address" });
        }
      });
    }
  });

  /** The source of the reply, and option 54 of it, which is what the client then knows the server by. */
  describe("from the address that the other side knows", () => {
    const OWN = ["10.0.0.1", "10.0.0.5", "10.0.0.6", "192.0.2.53"];
    const ALIASES = ["10.0.0.1", "10.0.0.6", "10.0.1.1"].map((one) => ({ address: address(one), prefixLength: 24 }));
    const TWO_NETWORKS = { ...ETH0, addresses: ALIASES };
    const to = (destination: string, more: Way = {}): Way => ({ source: RELAY, destination, ...more });
    const relayed = discover({ giaddr: RELAY });
    /** Option 82 with sub-option 11: the relay wants to be taken for the server. */
    const overridden = discover({ giaddr: RELAY, relay: relayInfo({ 11: Uint8Array.of(10, 0, 0, 2) }) });
    const renewal = request({ ciaddr: "10.0.0.150" });
    const cases: readonly [name: string, message: Message, way: Way, network: NetworkSpec, source: string, identifier: string][] = [
      ["the one that the relay sent to", relayed, to("10.0.0.6"), {}, "10.0.0.6", "10.0.0.6"],
      ["also one of another interface, or of lo", relayed, to("192.0.2.53"), {}, "192.0.2.53", "192.0.2.53"],
      ["not one that is none of this machine", relayed, to("10.0.0.7"), {}, "10.0.0.1", "10.0.0.1"],
      ["the interface's, when the relay broadcasts", relayed, to("255.255.255.255"), {}, "10.0.0.1", "10.0.0.1"],
      ["the one that the client renews at", renewal, to("192.0.2.53", { source: "10.0.0.150" }), {}, "192.0.2.53", "192.0.2.53"],
      ["in a NAK too", request({ giaddr: RELAY, requested: ELSEWHERE }), to("10.0.0.6"), {}, "10.0.0.6", "10.0.0.6"],
      ["and in the ACK of an INFORM", inform({ ciaddr: "10.0.0.7" }), to("10.0.0.6"), {}, "10.0.0.6", "10.0.0.6"],
      ["the interface's, for a client of the link", discover(), {}, {}, "10.0.0.1", "10.0.0.1"],
      ["server_id", relayed, to("10.0.0.6"), { serverId: "10.0.0.5" }, "10.0.0.5", "10.0.0.5"],
      ["server_id for a client of the link", discover(), {}, { serverId: "10.0.0.5" }, "10.0.0.5", "10.0.0.5"],
      ["server_id that is another machine's now", relayed, to("10.0.0.6"), { serverId: "10.0.0.9" }, "10.0.0.6", "10.0.0.9"],
      ["the relay's word on option 54 before all", overridden, to("10.0.0.6"), { serverId: "10.0.0.5" }, "10.0.0.5", "10.0.0.2"],
      ["the relay's word without server_id", overridden, to("10.0.0.6"), {}, "10.0.0.6", "10.0.0.2"],
      ["of several, that in the client's network", discover(), { interface: TWO_NETWORKS }, {}, "10.0.0.1", "10.0.0.1"],
      [
        "and of its own network, on a link with two",
        discover({ requested: "10.0.1.150" }),
        { interface: TWO_NETWORKS },
        { ranges: [] },
        "10.0.1.1",
        "10.0.1.1",
      ],
      [
        "what goes to the broadcast address of one of them goes to nobody alone",
        discover(),
        { interface: TWO_NETWORKS, source: "10.0.0.150", destination: "10.0.1.255" },
        {},
        "10.0.0.1",
        "10.0.0.1",
      ],
    ];
    for (const [name, message, way, network, source, identifier] of cases) {
      test(name, () => {
        const networks = { "10.0.0.0/24": { ...HOME, ...network }, "10.0.1.0/24": AWAY };
        const server = serverOf(configOf({ networks, shared: [["10.0.0.0/24", "10.0.1.0/24"]] }));
        server.ownAddresses = OWN;
        bound(server);
        const { to, options } = server.receive(message, way);
        const option54 = options?.find((one) => one.startsWith("54 "));
        assert.deepEqual([to?.split(" from ")[1], option54], [source, `54 ${identifier}`]);
      });
    }

    test("a library that does not tell of its machine's addresses answers from the interface's", () => {
      assert.equal(homeAndAway().receive(relayed, to("10.0.0.6")).to, `${RELAY}:67 on 0 from 10.0.0.1`);
    });
  });

  /** Addresses move between servers (VRRP), before, while and after they run. */
  describe("a REQUEST that names an address of this machine is for this server", () => {
    const selecting = request({ requested: "10.0.0.100", server: "192.0.2.53" });
    test("once it has the address, and no longer when it is gone", () => {
      const server = homeAndAway();
      const answers = [["10.0.0.1"], ["10.0.0.1", "192.0.2.53"], ["10.0.0.1"]].map((own) => {
        server.ownAddresses = own;
        const { silence, to, options } = server.consider(selecting);
        return silence ?? [to, options?.[1]];
      });
      const ack = [`10.0.0.100:68 ${HARDWARE} on 2 from 10.0.0.1`, "54 192.0.2.53"];
      assert.deepEqual(answers, ["another-server", ack, "another-server"]);
    });
  });

  describe("OFFER and ACK", () => {
    check([
      ["to the client's hardware, without ARP", discover(), {}, `10.0.0.150:68 ${HARDWARE} on 2 from 10.0.0.1`, "yiaddr 10.0.0.150"],
      ["broadcast when asked", discover({ broadcast: true }), {}, "255.255.255.255:68 on 2 from 10.0.0.1", "flags 8000 yiaddr 10.0.0.150"],
      [
        "to ciaddr, renewing",
        request({ ciaddr: "10.0.0.150" }),
        unicastFrom("10.0.0.150"),
        `10.0.0.150:68 ${HARDWARE} on 2 from 10.0.0.1`,
        "ciaddr 10.0.0.150 yiaddr 10.0.0.150",
      ],
      [
        "to ciaddr, rebinding, also with the broadcast bit",
        request({ ciaddr: "10.0.0.150", broadcast: true }),
        { source: "10.0.0.150" },
        `10.0.0.150:68 ${HARDWARE} on 2 from 10.0.0.1`,
        "flags 8000 ciaddr 10.0.0.150 yiaddr 10.0.0.150",
      ],
      ["to the relay", discover({ giaddr: RELAY, hops: 1 }), VIA, `${RELAY}:67 on 0 from 10.0.0.1`, `yiaddr 10.0.0.150 giaddr ${RELAY}`],
      [
        "to the relay although the source is another of its addresses",
        discover({ giaddr: RELAY, relay: CIRCUIT }),
        { ...unicastFrom("192.0.2.7"), sourcePort: 3000 },
        `${RELAY}:67 on 0 from 10.0.0.1`,
        `yiaddr 10.0.0.150 giaddr ${RELAY}`,
      ],
      [
        "to the relay before ciaddr and broadcast bit",
        request({ giaddr: RELAY, ciaddr: "10.0.0.150", broadcast: true }),
        VIA,
        `${RELAY}:67 on 0 from 10.0.0.1`,
        `flags 8000 ciaddr 10.0.0.150 yiaddr 10.0.0.150 giaddr ${RELAY}`,
      ],
      [
        "to the port that the relay names as its own (RFC 8357)",
        discover({ giaddr: RELAY, relay: OWN_PORT }),
        { ...VIA, sourcePort: 3000 },
        `${RELAY}:3000 on 0 from 10.0.0.1`,
        `yiaddr 10.0.0.150 giaddr ${RELAY}`,
      ],
    ]);

    test("broadcast to clients whose hardware address is not an Ethernet address", () => {
      for (const spec of [
        { htype: 32, id: "infiniband" },
        { mac: "", id: "no hardware address" },
      ]) {
        assert.equal(homeAndAway().receive(discover(spec)).to, "255.255.255.255:68 on 2 from 10.0.0.1");
      }
    });
  });

  describe("NAK", () => {
    check([
      ["always broadcast on the client's link", request({ requested: ELSEWHERE }), {}, "255.255.255.255:68 on 2 from 10.0.0.1", ""],
      [
        "broadcast to a renewing client too",
        request({ ciaddr: ELSEWHERE }),
        unicastFrom(ELSEWHERE),
        "255.255.255.255:68 on 2 from 10.0.0.1",
        "",
      ],
      [
        "to the relay, which must broadcast it",
        request({ giaddr: RELAY, requested: ELSEWHERE }),
        VIA,
        `${RELAY}:67 on 0 from 10.0.0.1`,
        `flags 8000 giaddr ${RELAY}`,
      ],
      [
        "to the relay's own port",
        request({ giaddr: RELAY, requested: ELSEWHERE, relay: OWN_PORT }),
        { ...VIA, sourcePort: 3000 },
        `${RELAY}:3000 on 0 from 10.0.0.1`,
        `flags 8000 giaddr ${RELAY}`,
      ],
    ]);
  });

  describe("ACK of an INFORM", () => {
    check([
      [
        "to ciaddr",
        inform({ ciaddr: "10.0.0.7" }),
        { source: "10.0.0.7" },
        `10.0.0.7:68 ${HARDWARE} on 2 from 10.0.0.1`,
        "ciaddr 10.0.0.7",
      ],
      [
        "to ciaddr although relayed",
        inform({ ciaddr: "10.0.0.7", giaddr: RELAY, hops: 1 }),
        VIA,
        "10.0.0.7:68 on 0 from 10.0.0.1",
        "ciaddr 10.0.0.7",
      ],
      [
        "to the relay without ciaddr, to be broadcast",
        inform({ giaddr: RELAY }),
        VIA,
        `${RELAY}:67 on 0 from 10.0.0.1`,
        `flags 8000 giaddr ${RELAY}`,
      ],
      ["to the source without ciaddr", inform(), { source: "10.0.0.7" }, `10.0.0.7:68 ${HARDWARE} on 2 from 10.0.0.1`, ""],
    ]);

    test("without any address there is nowhere to answer to", () => {
      assert.deepEqual(homeAndAway().receive(inform()), { silence: "no-return-address" });
    });
  });

  describe("on another port than 67 everything goes back to the sender", () => {
    const way = { source: "10.0.0.9", sourcePort: 5000, serverPort: 6767 };
    const to = "10.0.0.9:5000 on 2 from 10.0.0.1";
    check([
      ["OFFER", discover(), way, to, "yiaddr 10.0.0.150"],
      ["OFFER with broadcast bit", discover({ broadcast: true }), way, to, "flags 8000 yiaddr 10.0.0.150"],
      ["OFFER through a relay", discover({ giaddr: RELAY }), way, to, `yiaddr 10.0.0.150 giaddr ${RELAY}`],
      ["ACK of a renewal", request({ ciaddr: "10.0.0.150" }), way, to, "ciaddr 10.0.0.150 yiaddr 10.0.0.150"],
      ["NAK", request({ requested: ELSEWHERE }), way, to, ""],
      ["INFORM", inform({ ciaddr: "10.0.0.7" }), way, to, "ciaddr 10.0.0.7"],
      [
        "a sender without address is reached by broadcast",
        discover(),
        { ...way, source: "0.0.0.0" },
        "255.255.255.255:5000 on 2 from 10.0.0.1",
        "yiaddr 10.0.0.150",
      ],
    ]);
  });
});
