import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inProbation } from "../../../src/engine/dhcp6/conflict-check.ts";
import { createDecider } from "../../../src/engine/dhcp6/decider.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { address, configOf } from "../support/dhcp6/config.ts";
import { ALICE, BOB, flag, message } from "../support/dhcp6/messages.ts";
import { describeLeaseAt } from "../support/dhcp6/outcome.ts";
import { HOME, home, START, serverOf } from "../support/dhcp6/server.ts";

const A100 = "2001:db8:1::100";
const A101 = "2001:db8:1::101";
const SOLICIT = message("SOLICIT", { na: { 1: [] }, pd: { 1: [] } });
const probing = () => home({ pingTimeout: 500 });
const states = (known: Readonly<Record<string, "free" | "under way">>) => ({ stateOf: (at: Uint8Array) => known[formatIpv6(at)] });

suite("whether somebody uses the address", () => {
  test("is asked before it is advertised, on the client's link; prefixes are not", () => {
    const server = probing();
    const decision = server.decide(SOLICIT);
    assert.ok(decision.kind === "question");
    assert.deepEqual(decision.about, {
      kind: "conflict-probe",
      address: address(A100),
      timeout: 500,
      interfaceIndex: 2,
      hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 10),
    });
    assert.equal(decision.unanswered.kind, "reply");
    assert.equal(server.holdOn(A100), `${A100} held until 10030 na 1 of 10`);
    assert.equal(server.holdOn("2001:db8:8000::/56"), "2001:db8:8000::/56 held until 10030 pd 1 of 10");
  });

  test("it is advertised when nobody does", () => {
    const server = probing();
    server.receive(SOLICIT);
    server.answers = states({ [A100]: "under way" });
    assert.equal(server.receive(SOLICIT).asks, A100);
    server.answers = states({ [A100]: "free" });
    assert.match(server.receive(SOLICIT).ias?.["na 1"] ?? "", /::100 /);
  });

  test("is asked of one address after the other", () => {
    const server = probing();
    const two = message("SOLICIT", { na: { 1: [], 2: [] } });
    assert.equal(server.receive(two).asks, A100);
    server.answers = states({ [A100]: "free" });
    assert.equal(server.receive(two).asks, A101);
    server.answers = states({ [A100]: "free", [A101]: "free" });
    assert.equal(server.receive(two).type, "ADVERTISE");
  });

  test("is not asked of its own address, nor through a relay, nor before a REPLY", () => {
    const server = probing();
    server.lease(A100, { client: ALICE, state: "expired", expiry: START - 50 });
    assert.equal(server.consider(SOLICIT).type, "ADVERTISE");
    assert.equal(
      server.consider(message("SOLICIT", { client: BOB, na: { 1: [] }, relays: [{ link: "2001:db8:1::9" }] })).type,
      "ADVERTISE",
    );
    assert.equal(server.consider(message("REQUEST", { client: BOB, na: { 1: [] } })).type, "REPLY");
  });

  test("a rapid commit waits for it, as an ADVERTISE", () => {
    const server = home({ pingTimeout: 500, rapidCommit: true });
    assert.equal(server.receive(message("SOLICIT", { na: { 1: [] }, more: [flag(14)] })).asks, A100);
  });

  test("the hold outlasts the question", () => {
    const server = serverOf(configOf({ networks: { "2001:db8:1::/64": { ...HOME, pingTimeout: 40_500 } }, more: { offerHold: 30 } }));
    server.receive(SOLICIT);
    assert.equal(server.holdOn(A100), `${A100} held until 10042 na 1 of 10`);
  });
});

test("an address in use is in probation, on record for the client that was to get it, unless somebody has it by now", () => {
  const config = configOf({ networks: { "2001:db8:1::/64": { ...HOME, pingTimeout: 500 } } });
  const server = serverOf(config);
  const context = { decider: createDecider(config), leases: server.table, now: START };
  assert.equal(inProbation(context, address(A100)), undefined);
  server.receive(SOLICIT);
  const declined = inProbation(context, address(A100));
  assert.equal(declined && describeLeaseAt(declined), `${A100} declined 10000-10900 na 1 of 10`);
  assert.equal(declined?.owner.foundByProbe, true);
  server.receive(message("REQUEST", { na: { 1: [] } }));
  assert.equal(inProbation(context, address(A100)), undefined);
});
