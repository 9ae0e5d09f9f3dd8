import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NO_BYTES } from "../../../src/net/bytes.ts";
import { text } from "../support/config.ts";
import { home } from "../support/home.ts";
import { ALICE, BOB, discover, relayInfo, request } from "../support/messages.ts";
import { briefly } from "../support/outcome.ts";
import { unicastFrom } from "../support/server.ts";

const RAPID = { more: [{ code: 80, data: NO_BYTES }] };
const rapidHome = (network: Parameters<typeof home>[0] = {}) => home(network, { rapidCommit: true });

describe("rapid commit (RFC 4039)", () => {
  test("a rapid commit stores a lease of seconds for a promise of hours", () => {
    const server = rapidHome();
    assert.deepEqual(server.receive(discover({ ...RAPID, prl: [3, 80] })), {
      to: "10.0.0.100:68 02:00:00:00:00:0a on 2 from 10.0.0.1",
      header: "op 2 htype 1 02:00:00:00:00:0a yiaddr 10.0.0.100",
      options: ["53 ACK", "54 10.0.0.1", "51 3600 s", "58 1800 s", "59 3150 s", "80 ", "1 255.255.255.0", "3 10.0.0.1"],
      maxMessageSize: 548,
      changes: ["bound 10.0.0.100 1000..4600 of alice"],
    });
    server.now += 3599;
    server.table.expire(server.now, 100);
    assert.equal(briefly(server.receive(discover({ mac: BOB, requested: "10.0.0.100" }))), "OFFER 10.0.0.101");
  });

  const cases: readonly [name: string, allowed: boolean, spec: Parameters<typeof discover>[0], answer: string, has80: boolean][] = [
    ["not allowed: an OFFER, without option 80", false, RAPID, "OFFER 10.0.0.100", false],
    ["not asked for: an OFFER, without option 80", true, {}, "OFFER 10.0.0.100", false],
    ["asked for in option 55 only, where it must not be", true, { prl: [80] }, "OFFER 10.0.0.100", false],
    ["allowed and asked for", true, RAPID, "ACK 10.0.0.100", true],
    ["the address that the client asks for", true, { ...RAPID, requested: "10.0.0.150" }, "ACK 10.0.0.150", true],
  ];
  for (const [name, rapidCommit, spec, answer, has80] of cases) {
    test(name, () => {
      const outcome = home({}, { rapidCommit }).receive(discover(spec));
      assert.equal(briefly(outcome), answer);
      assert.equal(outcome.options?.includes("80 "), has80);
    });
  }

  test("only the ACK of a DISCOVER has option 80", () => {
    const server = rapidHome();
    server.receive(discover(RAPID));
    const renewed = server.receive(request({ ...RAPID, ciaddr: "10.0.0.100" }), unicastFrom("10.0.0.100"));
    assert.equal(briefly(renewed), "ACK 10.0.0.100");
    assert.equal(renewed.options?.includes("80 "), false);
  });

  test("a client that asks again gets the same address for the full time", () => {
    const server = rapidHome();
    server.receive(discover(RAPID));
    server.now += 100;
    assert.deepEqual(server.receive(discover(RAPID)).changes, ["bound 10.0.0.100 1100..4700 of alice"]);
  });

  test("an earlier offer is withdrawn, an earlier lease elsewhere released", () => {
    const reserved = { reservations: [{ address: "10.0.0.50", match: [{ kind: "option", code: 60, value: text("x") } as const] }] };
    const vendor = { more: [...RAPID.more, { code: 60, data: text("x") }] };
    const offered = rapidHome(reserved);
    offered.receive(discover());
    assert.deepEqual(offered.receive(discover(vendor)).changes, ["withdraw 10.0.0.100", "bound 10.0.0.50 1000..4600 of alice"]);
    const bound = rapidHome(reserved);
    bound.receive(discover(RAPID));
    assert.deepEqual(bound.receive(discover(vendor)).changes, [
      "released 10.0.0.100 1000..1000 of alice",
      "bound 10.0.0.50 1000..4600 of alice",
    ]);
  });

  test("through a relay, with option 82 last", () => {
    const relay = relayInfo({ 1: text("port") });
    const outcome = rapidHome().receive(discover({ ...RAPID, giaddr: "10.0.0.2", relay }), unicastFrom("10.0.0.2"));
    assert.equal(outcome.to, "10.0.0.2:67 on 0 from 10.0.0.1");
    assert.deepEqual(outcome.options?.at(-1), "82 0104706f7274");
    assert.deepEqual(outcome.changes, ["bound 10.0.0.100 1000..4600 of alice"]);
  });

  test("where addresses are probed first, an OFFER is probed for and nothing is committed", () => {
    const decision = rapidHome({ pingTimeout: 500 }).decide(discover(RAPID));
    assert.ok(decision.kind === "question" && decision.unanswered.kind === "reply");
    assert.deepEqual(decision.unanswered.message.options[0], { code: 53, data: Uint8Array.of(2) });
  });

  test("without a free address it is silent", () => {
    const server = rapidHome({ ranges: [{ range: "10.0.0.100-10.0.0.100" }] });
    server.lease("10.0.0.100", { mac: BOB });
    assert.deepEqual(server.receive(discover({ ...RAPID, mac: ALICE })), { silence: "no-address-free" });
  });
});
