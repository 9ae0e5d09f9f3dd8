import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Message, MessageType } from "../../../src/wire/dhcp4/message.ts";
import { addresses, configOf, text } from "../support/config.ts";
import { discover, inform, type MessageSpec, message, relayInfo, request } from "../support/messages.ts";
import { briefly, type Outcome } from "../support/outcome.ts";
import { type Server, serverOf, unicastFrom } from "../support/server.ts";

const NAMED = Uint8Array.of(0, ...text("red"));
const BY_ID = Uint8Array.of(1, 0, 0, 0x5e, 0, 0, 0, 1);
const TWO = Uint8Array.of(0, ...text("two"));
const GLOBAL = Uint8Array.of(255);
const CONTROL = new Uint8Array(0);
const RELAY = "192.0.2.1";

/** 10.0.0.0/24 is in no VPN, 10.0.1.0/24 in `red`, 10.0.2.0/24 in the one with the id, 10.0.3.0/24 and 10.0.4.0/24 are links of `two`. */
const server = (): Server =>
  serverOf(
    configOf({
      networks: Object.fromEntries([0, 1, 2, 3, 4].map((n) => [`10.0.${n}.0/24`, { ranges: [{ range: `10.0.${n}.100-10.0.${n}.199` }] }])),
      vss: { "10.0.1.0/24": NAMED, "10.0.2.0/24": BY_ID, "10.0.3.0/24": TWO, "10.0.4.0/24": TWO },
      leasequery: ["0.0.0.0/0"],
    }),
  );

/** Through a relay that names a VPN; 151 always comes with 152. */
const relayed = (giaddr: string, vss: Uint8Array | undefined, more: Readonly<Record<number, Uint8Array>> = {}): MessageSpec => ({
  giaddr,
  relay: relayInfo({ 1: text("port"), ...more, ...(vss === undefined ? {} : { 151: vss, 152: CONTROL }) }),
});
const option221 = (data: Uint8Array): MessageSpec => ({ more: [{ code: 221, data }] });

describe("virtual subnet selection (RFC 6607)", () => {
  const cases: readonly [name: string, spec: MessageSpec, outcome: string][] = [
    ["a VPN by name", relayed("10.0.1.1", NAMED), "OFFER 10.0.1.100"],
    ["a VPN by its id", relayed("10.0.2.1", BY_ID), "OFFER 10.0.2.100"],
    ["a VPN with one link, from a relay outside of it", relayed(RELAY, NAMED), "OFFER 10.0.1.100"],
    ["a VPN with one link, from a relay in a network of no VPN", relayed("10.0.0.1", NAMED), "OFFER 10.0.1.100"],
    ["a VPN with several links, by giaddr", relayed("10.0.4.1", TWO), "OFFER 10.0.4.100"],
    ["a VPN with several links, by link selection", relayed(RELAY, TWO, { 5: addresses("10.0.4.0") }), "OFFER 10.0.4.100"],
    ["a VPN with several links, from a relay outside of it", relayed(RELAY, TWO), "no-network"],
    ["link selection of a network in another VPN", relayed("10.0.1.1", NAMED, { 5: addresses("10.0.2.0") }), "other-vpn"],
    ["subnet selection of a network in another VPN", { ...relayed("10.0.1.1", NAMED), subnet: "10.0.2.0" }, "other-vpn"],
    ["an unknown VPN never gets a global address", relayed("10.0.0.1", Uint8Array.of(0, ...text("blue"))), "other-vpn"],
    ["an unknown type is an unknown VPN", relayed("10.0.0.1", Uint8Array.of(7)), "other-vpn"],
    ["nothing of a VPN where the network is in one", relayed("10.0.1.1", undefined), "other-vpn"],
    ["nothing of a VPN where the network is in none", relayed("10.0.0.1", undefined), "OFFER 10.0.0.100"],
    ["no VPN, explicitly", relayed("10.0.0.1", GLOBAL), "OFFER 10.0.0.100"],
    ["no VPN, explicitly, where the network is in one", relayed("10.0.1.1", GLOBAL), "other-vpn"],
    ["option 221 of the client", { giaddr: "10.0.1.1", ...option221(NAMED) }, "OFFER 10.0.1.100"],
    ["option 221 of a client on a link that is in no VPN (section 9)", option221(NAMED), "other-vpn"],
    ["option 82 that a client on such a link made up", { relay: relayInfo({ 151: NAMED }) }, "other-vpn"],
    ["option 221 of a client behind a relay outside of the VPN", { ...relayed("10.0.0.1", undefined), ...option221(NAMED) }, "other-vpn"],
    ["the relay's word before the client's (section 7.3)", { ...relayed("10.0.1.1", NAMED), ...option221(BY_ID) }, "OFFER 10.0.1.100"],
  ];
  for (const [name, spec, outcome] of cases) test(name, () => assert.equal(briefly(server().receive(discover(spec))), outcome));

  describe("what comes back (sections 7.1 and 7.2)", () => {
    const echoes = (outcome: Outcome): readonly string[] => outcome.options?.filter((option) => /^(82|221) /.test(option)) ?? [];
    const red = "82 0104706f7274970400726564";
    const spec = { ...relayed("10.0.1.1", NAMED), prl: [221] };
    const answers: readonly [name: string, message: Message, expected: readonly string[]][] = [
      ["151 without 152 in an OFFER", discover(spec), [red]],
      ["in an ACK", request({ ...spec, server: "10.0.0.1", requested: "10.0.1.150" }), [red]],
      ["in a NAK", request({ ...spec, requested: "10.0.0.150" }), [red]],
      ["of no VPN too", discover(relayed("10.0.0.1", GLOBAL)), ["82 0104706f72749701ff"]],
      [
        "152 alone is left as it is",
        discover({ giaddr: "10.0.0.1", relay: relayInfo({ 1: text("port"), 152: CONTROL }) }),
        ["82 0104706f72749800"],
      ],
      ["151 alone counts as much", discover({ giaddr: "10.0.1.1", relay: relayInfo({ 151: NAMED }) }), ["82 970400726564"]],
      ["option 221 as it came", discover({ giaddr: "10.0.1.1", ...option221(NAMED) }), ["221 00726564"]],
      [
        "option 221 with what was acted upon where option 82 is not echoed: straight to the client",
        inform({ ...spec, ciaddr: "10.0.1.150", ...option221(BY_ID) }),
        ["221 00726564"],
      ],
      ["option 221 with what was acted upon", discover({ ...spec, ...option221(BY_ID) }), ["221 00726564", red]],
    ];
    for (const [name, sent, expected] of answers) test(name, () => assert.deepEqual(echoes(server().receive(sent)), expected));
  });

  test("a client that renews without its relay is in the VPN that the relay last named", () => {
    const one = server();
    one.receive(request({ ...relayed("10.0.1.1", NAMED), server: "10.0.0.1", requested: "10.0.1.150" }));
    assert.equal(briefly(one.receive(request({ ciaddr: "10.0.1.150" }), unicastFrom("10.0.1.150"))), "ACK 10.0.1.150");
    assert.equal(briefly(one.receive(request({ ciaddr: "10.0.1.150", mac: "02:00:00:00:00:0b" }), unicastFrom("10.0.1.150"))), "other-vpn");
  });

  test("a LEASEQUERY asks about one VPN (section 5.2)", () => {
    const one = server();
    one.receive(request({ ...relayed("10.0.1.1", NAMED), server: "10.0.0.1", requested: "10.0.1.150" }));
    const ask = (spec: MessageSpec): string => {
      const query = message(MessageType.LEASEQUERY, { mac: "", htype: 0, giaddr: RELAY, prl: [], ...spec });
      const { options = [] } = one.consider(query, { source: RELAY, destination: "10.0.0.1" });
      return options.filter((option) => !option.startsWith("54")).join(", ");
    };
    assert.equal(ask({ ciaddr: "10.0.1.150", ...option221(NAMED) }), "53 LEASEACTIVE, 221 00726564");
    assert.equal(ask({ ciaddr: "10.0.1.151", ...option221(NAMED) }), "53 LEASEUNASSIGNED, 221 00726564");
    assert.equal(ask({ ciaddr: "10.0.1.150", ...option221(BY_ID) }), "53 LEASEUNKNOWN");
    assert.equal(ask({ ciaddr: "10.0.1.150" }), "53 LEASEUNKNOWN");
    assert.equal(ask({ mac: "02:00:00:00:00:0a", htype: 1 }), "53 LEASEUNKNOWN");
    assert.equal(ask({ mac: "02:00:00:00:00:0a", htype: 1, ...option221(NAMED) }), "53 LEASEACTIVE, 221 00726564");
  });

  test("a LEASEQUERY about an address does not tell the addresses of a like client in another VPN (section 5.2)", () => {
    const one = server();
    for (const [at, vss] of [
      ["10.0.1.150", NAMED],
      ["10.0.3.150", TWO],
      ["10.0.4.150", TWO],
    ] as const)
      one.receive(request({ ...relayed(at.replace("150", "1"), vss), id: "host", server: "10.0.0.1", requested: at }));
    one.lease("10.0.0.150", { mac: "02:00:00:00:00:0a", id: "host", expiry: 9000 });
    const associated = (ciaddr: string, spec: MessageSpec): string | undefined => {
      const query = message(MessageType.LEASEQUERY, { mac: "", htype: 0, giaddr: RELAY, prl: [92], ciaddr, ...spec });
      return one.consider(query, { source: RELAY, destination: "10.0.0.1" }).options?.find((option) => option.startsWith("92"));
    };
    assert.deepEqual(
      [associated("10.0.0.150", {}), associated("10.0.1.150", option221(NAMED)), associated("10.0.3.150", option221(TWO))],
      ["92 10.0.0.150", "92 10.0.1.150", "92 10.0.3.150 10.0.4.150"],
    );
  });
});
