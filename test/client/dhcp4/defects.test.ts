/** What goes wrong in another client, each with the test that would have shown it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ClientEvent, type ClientState, type ClientStep, STOPPED, step } from "../../../src/client/dhcp4/index.ts";
import type { Message } from "../../../src/wire/dhcp4/message.ts";
import { optionIpv4, optionValue } from "../../../src/wire/dhcp4/options.ts";
import { ack, address, answerBytes, type Changes, type Happening, nak, offer, SETTINGS, start, tick, u32 } from "./script.ts";

const HOSTNAME = { code: 12, data: Uint8Array.of(0x68) };
const settings = { ...SETTINGS, options: [HOSTNAME] };

/** A client's run: what each happening led to. */
function run(happenings: readonly [at: number, what: Happening][]): ClientStep[] {
  let state: ClientState = STOPPED;
  let calls = 0;
  return happenings.map(([at, what]) => {
    const xid = "xid" in state ? state.xid : 0;
    const event: ClientEvent = what.kind === "answer" ? { kind: "datagram", bytes: answerBytes(what, xid) } : what;
    const result = step(settings, state, event, at * 1000, () => 0.5 - ++calls * 2 ** -32);
    state = result.state;
    return result;
  });
}

function sent(result: ClientStep | undefined): { message: Message; from: number; to: number } {
  const action = result?.actions.find((candidate) => candidate.kind === "send");
  assert.ok(action?.kind === "send", "something was sent");
  return action;
}

test("the server named in a REQUEST is option 54 of the offer, not siaddr, which may be a boot server or zero", () => {
  for (const siaddr of [0, address("10.0.0.66")]) {
    const steps = run([
      [0, start],
      [0, offer({ siaddr })],
    ]);
    assert.equal(optionIpv4(sent(steps[1]).message, 54), address("10.0.0.1"));
  }
});

test("every message carries the client identifier, also those after the DISCOVER", () => {
  const bind: [number, Happening][] = [
    [0, start],
    [0, offer()],
    [0, ack()],
  ];
  const runs = [
    run([...bind, [1800, tick], [3150, tick]]),
    run([...bind, [1, { kind: "conflict" }]]),
    run([...bind, [1, { kind: "release" }]]),
    run([[0, { kind: "reboot", address: address("10.0.0.5") }]]),
  ];
  const messages = runs.flatMap((steps) =>
    steps.flatMap(({ actions }) => actions.flatMap((action) => (action.kind === "send" ? action.message : []))),
  );
  assert.equal(messages.length, 11);
  for (const message of messages) assert.deepEqual(optionValue(message, 61), SETTINGS.clientIdentifier);
});

test("options that the user set are in retransmissions and renewals too", () => {
  const steps = run([
    [0, start],
    [4, tick],
    [5, offer()],
    [6, ack()],
    [1806, tick],
    [3156, tick],
  ]);
  for (const i of [0, 1, 2, 4, 5]) assert.deepEqual(optionValue(sent(steps[i]).message, 12), HOSTNAME.data);
});

test("a renewal has ciaddr, no requested address and no server identifier, and goes to the server alone", () => {
  const steps = run([
    [0, start],
    [0, offer()],
    [0, ack()],
    [1800, tick],
  ]);
  const { message, from, to } = sent(steps[3]);
  assert.deepEqual(
    [message.ciaddr, from, to, optionIpv4(message, 50), optionIpv4(message, 54)],
    [address("10.0.0.5"), address("10.0.0.5"), address("10.0.0.1"), undefined, undefined],
  );
});

test("the answer to a renewal reaches the client: an ACK extends the lease, a NAK ends it", () => {
  const bind: [number, Happening][] = [
    [0, start],
    [0, offer()],
    [0, ack()],
    [1800, tick],
  ];
  assert.deepEqual(
    run([...bind, [1801, ack()]])[4]?.actions.map(({ kind }) => kind),
    ["extend"],
  );
  assert.deepEqual(
    run([...bind, [1801, nak()]])[4]?.actions.map(({ kind }) => kind),
    ["deconfigure", "send"],
  );
});

test("after a NAK the transaction is a new one, so that late answers to the old one don't count", () => {
  const steps = run([
    [0, { kind: "reboot", address: address("10.0.0.5") }],
    [1, nak()],
  ]);
  assert.notEqual(sent(steps[1]).message.xid, sent(steps[0]).message.xid);
});

test("renewal follows T1 and T2 of the lease, not a fixed time", () => {
  for (const leaseTime of [60, 3600, 86_400]) {
    const steps = run([
      [0, start],
      [0, offer()],
      [0, ack({ options: { 51: u32(leaseTime) } })],
    ]);
    assert.equal(Math.round(steps[2]?.state.wakeAt ?? 0), leaseTime * 500);
  }
});

test("an address whose lease has run out is not used any longer", () => {
  const steps = run([
    [0, start],
    [0, offer()],
    [0, ack()],
    [3600, tick],
  ]);
  assert.deepEqual(
    steps[3]?.actions.map(({ kind }) => kind),
    ["deconfigure", "send"],
  );
});

test("an answer with the right xid alone is not believed", () => {
  const other = { 54: u32(address("10.0.0.9")) };
  const table: readonly [what: string, before: [number, Happening][], answer: Happening][] = [
    ["an offer for another hardware address", [[0, start]], offer({ chaddr: Uint8Array.of(2, 0, 0, 0, 0, 9) })],
    ["an offer sent by a client", [[0, start]], offer({ op: 1 })],
    ["an offer without an address", [[0, start]], offer({ yiaddr: 0 })],
    ["an offer without a lease time", [[0, start]], offer({ options: { 51: undefined } })],
    ["an offer of a lease that lasts no time", [[0, start]], offer({ options: { 51: u32(0) } })],
    ["an offer without a server identifier", [[0, start]], offer({ options: { 54: undefined } })],
    ["an ACK to a DISCOVER", [[0, start]], ack()],
    ["a NAK to a DISCOVER", [[0, start]], nak()],
    [
      "an ACK from another server than the one chosen",
      [
        [0, start],
        [0, offer()],
      ],
      ack({ options: other }),
    ],
    [
      "an ACK for another address than the one offered",
      [
        [0, start],
        [0, offer()],
      ],
      ack({ yiaddr: address("10.0.0.6") }),
    ],
    [
      "a NAK from another server than the one chosen",
      [
        [0, start],
        [0, offer()],
      ],
      nak({ options: other }),
    ],
    [
      "a NAK without a server identifier",
      [
        [0, start],
        [0, offer()],
      ],
      nak({ options: { 54: undefined } }),
    ],
    [
      "another offer when one was chosen",
      [
        [0, start],
        [0, offer()],
      ],
      offer({ options: other }),
    ],
    [
      "an ACK to a renewal from another server",
      [
        [0, start],
        [0, offer()],
        [0, ack()],
        [1800, tick],
      ],
      ack({ options: other }),
    ],
    [
      "a NAK to a renewal from another server",
      [
        [0, start],
        [0, offer()],
        [0, ack()],
        [1800, tick],
      ],
      nak({ options: other }),
    ],
    [
      "an ACK to a rebinding for another address",
      [
        [0, start],
        [0, offer()],
        [0, ack()],
        [3150, tick],
      ],
      ack({ yiaddr: 7 }),
    ],
    [
      "a NAK to a bound client",
      [
        [0, start],
        [0, offer()],
        [0, ack()],
      ],
      nak(),
    ],
    ["an ACK to nothing", [], ack()],
  ];
  for (const [what, before, answer] of table) {
    const steps = run([...before, [before.at(-1)?.[0] ?? 0, answer]]);
    assert.deepEqual(steps.at(-1), { state: steps.at(-2)?.state ?? STOPPED, actions: [] }, what);
  }
});

test("the lease does not change when the buffer of its ACK is used again", () => {
  const steps = run([
    [0, start],
    [0, offer()],
  ]);
  const requesting = steps[1]?.state as Extract<ClientState, { kind: "requesting" }>;
  const bytes = answerBytes(ack(), requesting.xid);
  const { state } = step(SETTINGS, requesting, { kind: "datagram", bytes }, 0, () => 0.5);
  bytes.fill(0xff);
  assert.ok(state.kind === "bound");
  assert.equal(optionIpv4(state.lease.message, 54), address("10.0.0.1"));
});

/** A state of each kind that listens, and the two that don't. */
function states(): ClientState[] {
  const bind: [number, Happening][] = [
    [0, start],
    [0, offer()],
    [0, ack()],
  ];
  const all = [...run([...bind, [1800, tick], [3150, tick]]), ...run([[0, { kind: "reboot", address: address("10.0.0.5") }]])];
  return [STOPPED, ...all.map(({ state }) => state)];
}

test("random bytes never throw and change nothing, in every state", () => {
  const all = states();
  assert.deepEqual(new Set(all.map(({ kind }) => kind)).size, 7);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(...all), (bytes, state) => {
      assert.deepEqual(
        step(SETTINGS, state, { kind: "datagram", bytes }, 0, () => 0.5),
        { state, actions: [] },
      );
    }),
    { numRuns: 5000 },
  );
});

test("answers with bytes changed at random never throw, and lead to a bound lease only with an address and a time", () => {
  const changes: Changes = { options: { 58: u32(100), 59: u32(200), 61: SETTINGS.clientIdentifier } };
  const answers = [offer(changes), ack(changes), nak()];
  fc.assert(
    fc.property(
      fc.constantFrom(...states()),
      fc.constantFrom(...answers),
      fc.array(fc.tuple(fc.nat(299), fc.nat(255)), { maxLength: 4 }),
      fc.nat(300),
      (state, answer, damage, cut) => {
        const bytes = answerBytes(answer, "xid" in state ? state.xid : 0);
        for (const [at, value] of damage) bytes[at] = value;
        const next = step(SETTINGS, state, { kind: "datagram", bytes: bytes.subarray(0, 300 - cut) }, 0, () => 0.5).state;
        if (next.kind !== "bound") return;
        assert.notEqual(next.lease.address, 0);
        assert.ok(next.lease.t1 <= next.lease.t2 && next.lease.t2 <= next.lease.expiry);
      },
    ),
    { numRuns: 5000 },
  );
});
