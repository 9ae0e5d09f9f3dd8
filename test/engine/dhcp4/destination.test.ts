import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { homeAndAway } from "../support/home.ts";
import { ALICE, discover, inform, relayInfo, request } from "../support/messages.ts";
import { type Server, unicastFrom, type Way } from "../support/server.ts";

const RELAY = "10.0.0.2";
const VIA = unicastFrom(RELAY);
const CIRCUIT = relayInfo({ 1: Uint8Array.of(7) });
const OWN_PORT = relayInfo({ 1: Uint8Array.of(7), 19: new Uint8Array(0) });
const HARDWARE = "02:00:00:00:00:0a";
const ELSEWHERE = "10.9.9.9";

const bound = (server: Server): void => server.lease("10.0.0.150", { mac: ALICE });

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
  describe("OFFER and ACK", () => {
    check([
      ["to the client's hardware, without ARP", discover(), {}, `10.0.0.150:68 ${HARDWARE} on 2 from 10.0.0.1`, "yiaddr 10.0.0.150"],
      ["broadcast when asked", discover({ broadcast: true }), {}, "255.255.255.255:68 on 2 from 10.0.0.1", "flags 8000 yiaddr 10.0.0.150"],
      [
        "to ciaddr, renewing",
        request({ ciaddr: "10.0.0.150" }),
        unicastFrom("10.0.0.150"),
        "10.0.0.150:68 on 2 from 10.0.0.1",
        "ciaddr 10.0.0.150 yiaddr 10.0.0.150",
      ],
      [
        "to ciaddr, rebinding, also with the broadcast bit",
        request({ ciaddr: "10.0.0.150", broadcast: true }),
        { source: "10.0.0.150" },
        "10.0.0.150:68 on 2 from 10.0.0.1",
        "flags 8000 ciaddr 10.0.0.150 yiaddr 10.0.0.150",
      ],
      ["to the relay", discover({ giaddr: RELAY, hops: 1 }), VIA, `${RELAY}:67 on 2 from 10.0.0.1`, `yiaddr 10.0.0.150 giaddr ${RELAY}`],
      [
        "to the relay although the source is another of its addresses",
        discover({ giaddr: RELAY, relay: CIRCUIT }),
        { ...unicastFrom("192.0.2.7"), sourcePort: 3000 },
        `${RELAY}:67 on 2 from 10.0.0.1`,
        `yiaddr 10.0.0.150 giaddr ${RELAY}`,
      ],
      [
        "to the relay before ciaddr and broadcast bit",
        request({ giaddr: RELAY, ciaddr: "10.0.0.150", broadcast: true }),
        VIA,
        `${RELAY}:67 on 2 from 10.0.0.1`,
        `flags 8000 ciaddr 10.0.0.150 yiaddr 10.0.0.150 giaddr ${RELAY}`,
      ],
      [
        "to the port that the relay names as its own (RFC 8357)",
        discover({ giaddr: RELAY, relay: OWN_PORT }),
        { ...VIA, sourcePort: 3000 },
        `${RELAY}:3000 on 2 from 10.0.0.1`,
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
        `${RELAY}:67 on 2 from 10.0.0.1`,
        `flags 8000 giaddr ${RELAY}`,
      ],
      [
        "to the relay's own port",
        request({ giaddr: RELAY, requested: ELSEWHERE, relay: OWN_PORT }),
        { ...VIA, sourcePort: 3000 },
        `${RELAY}:3000 on 2 from 10.0.0.1`,
        `flags 8000 giaddr ${RELAY}`,
      ],
    ]);
  });

  describe("ACK of an INFORM", () => {
    check([
      ["to ciaddr", inform({ ciaddr: "10.0.0.7" }), { source: "10.0.0.7" }, "10.0.0.7:68 on 2 from 10.0.0.1", "ciaddr 10.0.0.7"],
      [
        "to ciaddr although relayed",
        inform({ ciaddr: "10.0.0.7", giaddr: RELAY, hops: 1 }),
        VIA,
        "10.0.0.7:68 on 2 from 10.0.0.1",
        "ciaddr 10.0.0.7",
      ],
      [
        "to the relay without ciaddr, to be broadcast",
        inform({ giaddr: RELAY }),
        VIA,
        `${RELAY}:67 on 2 from 10.0.0.1`,
        `flags 8000 giaddr ${RELAY}`,
      ],
      ["to the source without ciaddr", inform(), { source: "10.0.0.7" }, "10.0.0.7:68 on 2 from 10.0.0.1", ""],
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
