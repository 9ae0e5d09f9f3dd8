import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { iaAddressOption } from "../../../src/wire/dhcp6/identity-association.ts";
import { address, configOf } from "../support/dhcp6/config.ts";
import { ALICE, BOB, duid, type MessageSpec, message } from "../support/dhcp6/messages.ts";
import { HOME, home, type Server, START, serverOf, type Way } from "../support/dhcp6/server.ts";

const OWN = "2001:db8:1:0:aaaa::1";
const registering = (at = OWN, validLifetime = 3600) => iaAddressOption(address(at), 1800, validLifetime);
const open = () => home({}, { more: { addressRegistration: true } });
const inform = (spec: MessageSpec = {}) => message("ADDR-REG-INFORM", { more: [registering()], ...spec });
const FROM: Way = { source: OWN };

suite("address registration (RFC 9686)", () => {
  test("the address is recorded for as long as it is valid, and the answer has the same option", () => {
    const decision = open().decide(inform(), FROM);
    assert.ok(decision.kind === "reply");
    assert.deepEqual([decision.message.type, decision.message.options, decision.to.address], [37, [registering()], address(OWN)]);
    assert.deepEqual(open().receive(inform(), FROM).changes, [`${OWN} bound 10000-13600 host 0 of 10`]);
  });

  test("through a relay the address is that of the client", () => {
    const relays = [{ link: "2001:db8:1::9", peer: OWN }];
    assert.deepEqual(open().receive(inform({ relays })).changes, [`${OWN} bound 10000-13600 host 0 of 10`]);
    assert.equal(open().receive(inform({ relays: [{ link: "2001:db8:1::9", peer: "fe80::a" }] })).silence, "not-its-address");
  });

  for (const [what, spec, way, silence] of [
    ["without a client identifier", { client: null }, FROM, "no-client-identity"],
    ["with a server identifier", { server: "this" }, FROM, "unexpected-option"],
    ["with an Option Request option", { asks: [23] }, FROM, "unexpected-option"],
    ["with an association", { na: { 1: [] } }, FROM, "unexpected-option"],
    ["without an address", { more: [] }, FROM, "malformed-request"],
    ["with two addresses", { more: [registering(), registering()] }, FROM, "malformed-request"],
    ["from another address", {}, { source: "2001:db8:1::5" }, "not-its-address"],
    ["of no network of the link", { more: [registering("2001:db8:77::1")] }, { source: "2001:db8:77::1" }, "not-its-address"],
    ["of this server", { more: [registering("2001:db8:1::1")] }, { source: "2001:db8:1::1" }, "not-its-address"],
    ["of all routers of the network", { more: [registering("2001:db8:1::")] }, { source: "2001:db8:1::" }, "not-its-address"],
    ["to a unicast address", {}, { ...FROM, destination: "2001:db8:1::1" }, "sent-to-unicast"],
  ] satisfies readonly (readonly [string, MessageSpec, Way, string])[]) {
    test(`${what}: ${silence}`, () => assert.equal(open().receive(inform(spec), way).silence, silence));
  }

  test("a reserved address is registered by its own host alone", () => {
    const reservations = [{ match: [{ kind: "duid", value: duid(BOB) }], addresses: [OWN] }] as const;
    const server = home({ reservations }, { more: { addressRegistration: true } });
    assert.equal(server.receive(inform({ client: ALICE }), FROM).silence, "not-its-address");
    assert.equal(server.receive(inform({ client: BOB }), FROM).type, "ADDR-REG-REPLY");
  });

  test("where it is not allowed it is not answered", () => {
    assert.equal(home().receive(inform(), FROM).silence, "registration-not-enabled");
  });

  test("nobody is given a registered address", () => {
    const server = open();
    server.receive(message("ADDR-REG-INFORM", { more: [registering("2001:db8:1::100")] }), { source: "2001:db8:1::100" });
    assert.match(server.receive(message("SOLICIT", { client: BOB, na: { 1: ["2001:db8:1::100"] } })).ias?.["na 1"] ?? "", /::101 /);
  });

  test("an address that is only advertised to another client is: its host uses it, the other gets another one", () => {
    const server = open();
    const asks = { client: BOB, na: { 1: ["2001:db8:1::100"] } };
    assert.match(server.receive(message("SOLICIT", asks)).ias?.["na 1"] ?? "", /::100 /);
    const registered = server.receive(message("ADDR-REG-INFORM", { more: [registering("2001:db8:1::100")] }), {
      source: "2001:db8:1::100",
    });
    assert.equal(registered.type, "ADDR-REG-REPLY");
    assert.match(server.receive(message("REQUEST", asks)).ias?.["na 1"] ?? "", /::101 /);
  });

  const stays = (server: Server, client = ALICE) => {
    assert.equal(server.receive(inform({ client }), FROM).silence, "not-the-owner");
  };

  test("what was leased or declined is not registered, not by its client either", () => {
    const server = open();
    server.lease(OWN, { client: ALICE });
    stays(server);
    stays(server, BOB);
    server.lease(OWN, { client: BOB, state: "declined" });
    stays(server);
  });

  test("another host takes a registration over, the same prolongs it, and ends it with a lifetime of 0", () => {
    const server = open();
    server.receive(inform(), FROM);
    server.now += 100;
    assert.deepEqual(server.receive(inform(), FROM).changes, [`${OWN} bound 10100-13700 host 0 of 10`]);
    assert.deepEqual(server.receive(inform({ client: BOB }), FROM).changes, [`${OWN} bound 10100-13700 host 0 of 11`]);
    const end = { more: [registering(OWN, 0)] };
    assert.deepEqual(server.receive(inform(end), FROM).changes, undefined);
    assert.deepEqual(server.receive(inform({ client: BOB, ...end }), FROM).changes, [`${OWN} released 10100-10100 host 0 of 11`]);
  });

  test("a host may have several", () => {
    const server = open();
    server.receive(inform(), FROM);
    const other = "2001:db8:1:0:bbbb::1";
    server.receive(message("ADDR-REG-INFORM", { more: [registering(other)] }), { source: other });
    assert.ok(server.leaseAt(OWN) !== undefined && server.leaseAt(other) !== undefined);
  });

  test("an address in a prefix that was delegated to the client is its own", () => {
    const server = serverOf(configOf({ networks: { "2001:db8:1::/64": HOME }, more: { addressRegistration: true } }));
    const at = "2001:db8:8000:0:1::1";
    const sent = message("ADDR-REG-INFORM", { more: [registering(at)] });
    assert.equal(server.receive(sent, { source: at }).silence, "not-its-address");
    server.lease("2001:db8:8000::/56", { client: ALICE, expiry: START + 100 });
    assert.equal(server.receive(sent, { source: at }).type, "ADDR-REG-REPLY");
    assert.equal(
      server.receive(message("ADDR-REG-INFORM", { duid: duid(BOB), more: [registering(at)] }), { source: at }).silence,
      "not-its-address",
    );
  });
});
