import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientEvent, type ClientState, STOPPED, step } from "../../../src/client/dhcp4/index.ts";
import { ack, address, answerBytes, type Line, nak, offer, play, SETTINGS, start, tick, u32 } from "./script.ts";

const ALL = "0.0.0.0 > 255.255.255.255";
const DISCOVER = `DISCOVER #1, ${ALL}`;
const REQUEST = `REQUEST #1, ${ALL}, 50 10.0.0.5, 54 10.0.0.1`;
const CONFIGURE = "configure 10.0.0.5 of 10.0.0.1";
const EXTEND = "extend 10.0.0.5 of 10.0.0.1";
const RENEW = "10.0.0.5 > 10.0.0.1, ciaddr 10.0.0.5";
const REBIND = "10.0.0.5 > 255.255.255.255, ciaddr 10.0.0.5";

/** INIT to BOUND at second 0: 10.0.0.5 for an hour, T1 at 1800, T2 at 3150. */
const BIND: readonly Line[] = [
  [0, start, [DISCOVER], "selecting until 4"],
  [0, offer(), [REQUEST], "requesting until 4"],
  [0, ack(), [CONFIGURE], "bound until 1800"],
];

const STORIES: Readonly<Record<string, readonly Line[]>> = {
  "RFC 2131 figure 3: DISCOVER, OFFER, REQUEST, ACK; the lease counts from the REQUEST": [
    [0, start, [DISCOVER], "selecting until 4"],
    [1, offer(), [REQUEST], "requesting until 5"],
    [3, ack(), [CONFIGURE], "bound until 1801"],
  ],
  "4.1: DISCOVERs go out after 4, 8, 16, 32, 64, 64 seconds, in one transaction, for ever": [
    [0, start, [DISCOVER], "selecting until 4"],
    [4, tick, [`${DISCOVER}, secs 4`], "selecting until 12"],
    [12, tick, [`${DISCOVER}, secs 12`], "selecting until 28"],
    [28, tick, [`${DISCOVER}, secs 28`], "selecting until 60"],
    [60, tick, [`${DISCOVER}, secs 60`], "selecting until 124"],
    [124, tick, [`${DISCOVER}, secs 124`], "selecting until 188"],
    [188, tick, [`${DISCOVER}, secs 188`], "selecting until 252"],
  ],
  "3.1: REQUESTs repeat `secs` of the DISCOVER, and after 60 seconds without an answer the client starts over": [
    [0, start, [DISCOVER], "selecting until 4"],
    [4, tick, [`${DISCOVER}, secs 4`], "selecting until 12"],
    [5, offer(), [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5, 54 10.0.0.1`], "requesting until 9"],
    [9, tick, [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5, 54 10.0.0.1`], "requesting until 17"],
    [17, tick, [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5, 54 10.0.0.1`], "requesting until 33"],
    [33, tick, [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5, 54 10.0.0.1`], "requesting until 65"],
    [65, tick, [`DISCOVER #2, ${ALL}`], "selecting until 69"],
  ],
  "a tick before its time does nothing": [
    [0, start, [DISCOVER], "selecting until 4"],
    [3.9, tick, [], "selecting until 4"],
  ],
  "4.4.1: a machine that boots waits between one and ten seconds": [
    [0, { kind: "start", delayed: true }, [], "init until 5.5"],
    [1, start, [], "init until 5.5"],
    [5.5, tick, [DISCOVER], "selecting until 9.5"],
  ],
  "3.7: when the link is back the client asks whether its address is right there, and keeps it": [
    ...BIND,
    [100, { kind: "link" }, [`REQUEST #2, ${ALL}, 50 10.0.0.5`], "rebooting until 104"],
    [101, ack(), [CONFIGURE], "bound until 1900"],
  ],
  "3.7: a link that is another one refuses the address": [
    ...BIND,
    [100, { kind: "link" }, [`REQUEST #2, ${ALL}, 50 10.0.0.5`], "rebooting until 104"],
    [101, nak(), [`DISCOVER #3, ${ALL}`], "selecting until 105"],
  ],
  "a link that comes back has a client that looks for a server look again at once, and one that was not started do nothing": [
    [0, { kind: "link" }, [], "init"],
    [0, start, [DISCOVER], "selecting until 4"],
    [1, { kind: "link" }, [`DISCOVER #2, ${ALL}`], "selecting until 5"],
  ],
  "4.4.5: T1 asks the server, half of the time to T2 later again, T2 asks all, the end gives the address up": [
    ...BIND,
    [1800, tick, [`REQUEST #2, ${RENEW}`], "renewing until 2475"],
    [2475, tick, [`REQUEST #3, ${RENEW}, secs 675`], "renewing until 2812.5"],
    [2812.5, tick, [`REQUEST #4, ${RENEW}, secs 1012`], "renewing until 2981.25"],
    [2981.25, tick, [`REQUEST #5, ${RENEW}, secs 1181`], "renewing until 3065.625"],
    [3065.625, tick, [`REQUEST #6, ${RENEW}, secs 1265`], "renewing until 3125.625"],
    [3125.625, tick, [`REQUEST #7, ${RENEW}, secs 1325`], "renewing until 3150"],
    [3150, tick, [`REQUEST #8, ${REBIND}, secs 1350`], "rebinding until 3375"],
    [3375, tick, [`REQUEST #9, ${REBIND}, secs 1575`], "rebinding until 3487.5"],
    [3487.5, tick, [`REQUEST #10, ${REBIND}, secs 1687`], "rebinding until 3547.5"],
    [3547.5, tick, [`REQUEST #11, ${REBIND}, secs 1747`], "rebinding until 3600"],
    [3600, tick, ["deconfigure 10.0.0.5 of 10.0.0.1, expired", `DISCOVER #12, ${ALL}, 50 10.0.0.5`], "selecting until 3604"],
  ],
  "4.4.5: a renewed lease counts from the REQUEST that was answered": [
    ...BIND,
    [1800, tick, [`REQUEST #2, ${RENEW}`], "renewing until 2475"],
    [2475, tick, [`REQUEST #3, ${RENEW}, secs 675`], "renewing until 2812.5"],
    [2480, ack(), [EXTEND], "bound until 4275"],
  ],
  "a server says when T1 and T2 are": [
    [0, start, [DISCOVER], "selecting until 4"],
    [0, offer(), [REQUEST], "requesting until 4"],
    [0, ack({ options: { 58: u32(100), 59: u32(200) } }), [CONFIGURE], "bound until 100"],
    [100, tick, [`REQUEST #2, ${RENEW}`], "renewing until 160"],
    [160, tick, [`REQUEST #3, ${RENEW}, secs 60`], "renewing until 200"],
    [200, tick, [`REQUEST #4, ${REBIND}, secs 100`], "rebinding until 1900"],
  ],
  "T1 behind T2, or T2 behind the end, is not believed": [
    [0, start, [DISCOVER], "selecting until 4"],
    [0, offer(), [REQUEST], "requesting until 4"],
    [0, ack({ options: { 58: u32(3000), 59: u32(2000) } }), [CONFIGURE], "bound until 1800"],
  ],
  "3.3: a lease of 0xffffffff seconds never ends": [
    [0, start, [DISCOVER], "selecting until 4"],
    [0, offer({ options: { 51: u32(0xffffffff) } }), [REQUEST], "requesting until 4"],
    [0, ack({ options: { 51: u32(0xffffffff) } }), [CONFIGURE], "bound"],
    [1e9, tick, [], "bound"],
  ],
  "REBINDING takes another server's word, and it is that server's lease then": [
    ...BIND,
    [3150, tick, [`REQUEST #2, ${REBIND}`], "rebinding until 3375"],
    [3151, ack({ options: { 54: u32(address("10.0.0.2")) } }), ["extend 10.0.0.5 of 10.0.0.2"], "bound until 4950"],
  ],
  "a client that slept past the end of its lease does not use it again": [
    ...BIND,
    [9999, tick, ["deconfigure 10.0.0.5 of 10.0.0.1, expired", `DISCOVER #2, ${ALL}, 50 10.0.0.5`], "selecting until 10003"],
  ],
  "a renewal on request comes before T1": [...BIND, [60, { kind: "renew" }, [`REQUEST #2, ${RENEW}`], "renewing until 1605"]],
  "3.2: INIT-REBOOT asks for the known address, without a server identifier; an ACK from any server binds": [
    [0, { kind: "reboot", address: address("10.0.0.5") }, [`REQUEST #1, ${ALL}, 50 10.0.0.5`], "rebooting until 4"],
    [4, tick, [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5`], "rebooting until 12"],
    [5, ack(), [CONFIGURE], "bound until 1800"],
  ],
  "3.2: a NAK to INIT-REBOOT starts over at once, with a new transaction and without the address": [
    [0, { kind: "reboot", address: address("10.0.0.5") }, [`REQUEST #1, ${ALL}, 50 10.0.0.5`], "rebooting until 4"],
    [1, nak(), [`DISCOVER #2, ${ALL}`], "selecting until 5"],
  ],
  "INIT-REBOOT without an answer and without a lease starts over after 60 seconds": [
    [0, { kind: "reboot", address: address("10.0.0.5") }, [`REQUEST #1, ${ALL}, 50 10.0.0.5`], "rebooting until 4"],
    [4, tick, [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5`], "rebooting until 12"],
    [12, tick, [`REQUEST #1, ${ALL}, secs 12, 50 10.0.0.5`], "rebooting until 28"],
    [28, tick, [`REQUEST #1, ${ALL}, secs 28, 50 10.0.0.5`], "rebooting until 60"],
    [60, tick, [`DISCOVER #2, ${ALL}, 50 10.0.0.5`], "selecting until 64"],
  ],
  "a NAK to a renewal takes the address away": [
    ...BIND,
    [1800, tick, [`REQUEST #2, ${RENEW}`], "renewing until 2475"],
    [1801, nak(), ["deconfigure 10.0.0.5 of 10.0.0.1, refused", `DISCOVER #3, ${ALL}`], "selecting until 1805"],
  ],
  "a NAK from any server ends REBINDING": [
    ...BIND,
    [3150, tick, [`REQUEST #2, ${REBIND}`], "rebinding until 3375"],
    [
      3151,
      nak({ options: { 54: u32(address("10.0.0.2")) } }),
      ["deconfigure 10.0.0.5 of 10.0.0.1, refused", `DISCOVER #3, ${ALL}`],
      "selecting until 3155",
    ],
  ],
  "a server that refuses what it has just offered is not asked again for ten seconds": [
    [0, start, [DISCOVER], "selecting until 4"],
    [0, offer(), [REQUEST], "requesting until 4"],
    [1, nak(), [], "init until 11"],
    [11, tick, [`DISCOVER #2, ${ALL}`], "selecting until 15"],
  ],
  "3.1: an address that is in use is declined, and the client waits ten seconds": [
    ...BIND,
    [
      1,
      { kind: "conflict" },
      ["deconfigure 10.0.0.5 of 10.0.0.1, conflict", `DECLINE #2, ${ALL}, 50 10.0.0.5, 54 10.0.0.1`],
      "init until 11",
    ],
    [11, tick, [`DISCOVER #3, ${ALL}`], "selecting until 15"],
  ],
  "4.4.6: a release goes to the server from the address itself": [
    ...BIND,
    [
      60,
      { kind: "release" },
      ["RELEASE #2, 10.0.0.5 > 10.0.0.1, ciaddr 10.0.0.5, 54 10.0.0.1", "deconfigure 10.0.0.5 of 10.0.0.1, released"],
      "init",
    ],
    [61, tick, [], "init"],
    [62, start, [`DISCOVER #3, ${ALL}`], "selecting until 66"],
  ],
};

for (const [name, lines] of Object.entries(STORIES)) {
  test(name, () => {
    play(lines);
  });
}

test("3.2: after INIT-REBOOT without an answer a lease that has not run out is used on", () => {
  const bound = play(BIND);
  assert.equal(bound.kind, "bound");
  const lease = bound.lease;
  const silence: Line[] = [
    [100, { kind: "reboot", address: lease.address, lease }, [`REQUEST #1, ${ALL}, 50 10.0.0.5`], "rebooting until 104"],
    [104, tick, [`REQUEST #1, ${ALL}, secs 4, 50 10.0.0.5`], "rebooting until 112"],
    [112, tick, [`REQUEST #1, ${ALL}, secs 12, 50 10.0.0.5`], "rebooting until 128"],
    [128, tick, [`REQUEST #1, ${ALL}, secs 28, 50 10.0.0.5`], "rebooting until 160"],
    [160, tick, [CONFIGURE], "bound until 1800"],
  ];
  play(silence);
});

test("RFC 4039: an ACK to the DISCOVER binds when both sides want rapid commit", () => {
  const rapid = { ...SETTINGS, rapidCommit: true };
  const begin: Line = [0, start, [DISCOVER], "selecting until 4"];
  play([begin, [1, ack({ options: { 80: new Uint8Array(0) } }), [CONFIGURE], "bound until 1800"]], rapid);
  play([begin, [1, ack(), [], "selecting until 4"]], rapid);
  play([begin, [1, ack({ options: { 80: new Uint8Array(0) } }), [], "selecting until 4"]]);
});

test("4.1: randomness moves a retransmission by one second at most", () => {
  const table: readonly [random: number, wakeAt: number][] = [
    [0, 3000],
    [0.5, 4000],
    [0.999_999, 4999.998],
  ];
  for (const [random, wakeAt] of table) {
    assert.equal(step(SETTINGS, { kind: "init", wakeAt: Infinity }, start, 0, () => random).state.wakeAt, wakeAt);
  }
});

const EVENTS: readonly ClientEvent[] = [
  start,
  { kind: "reboot", address: 1 },
  { kind: "renew" },
  { kind: "conflict" },
  { kind: "release" },
];

test("an event that does not belong to a state changes nothing", () => {
  const belongs: Readonly<Record<ClientState["kind"], readonly ClientEvent["kind"][]>> = {
    init: ["start", "reboot"],
    selecting: [],
    requesting: [],
    rebooting: [],
    bound: ["renew", "conflict", "release"],
    renewing: ["conflict", "release"],
    rebinding: ["conflict", "release"],
  };
  for (const state of allStates()) {
    for (const event of EVENTS) {
      const result = step(SETTINGS, state, event, 0, () => 0.5);
      const changed = result.state !== state || result.actions.length > 0;
      assert.equal(changed, belongs[state.kind].includes(event.kind), `${event.kind} in ${state.kind}`);
    }
  }
});

/** One state of each kind. */
function allStates(): readonly ClientState[] {
  const bound = play(BIND);
  return [
    play([]),
    play(BIND.slice(0, 1)),
    play(BIND.slice(0, 2)),
    play([[0, { kind: "reboot", address: address("10.0.0.5") }, [`REQUEST #1, ${ALL}, 50 10.0.0.5`], "rebooting until 4"]]),
    bound,
    play([[1800, tick, [`REQUEST #1, ${RENEW}`], "renewing until 2475"]], SETTINGS, bound),
    play([[3150, tick, [`REQUEST #1, ${REBIND}`], "rebinding until 3375"]], SETTINGS, bound),
  ];
}

test("a server that says T1 = 0, or gives leases of seconds, is not asked as fast as it answers", () => {
  const times: readonly [lease: number, t1: number | undefined, t2: number | undefined, most: number][] = [
    [3600, 0, 3000, 2],
    [3600, 0, 0, 2],
    [0xffffffff, 0, 0, 2],
    [10, 0, 1, 30],
    [2, undefined, undefined, 70],
    [1, undefined, undefined, 140],
    [1, 0, 0, 140],
  ];
  for (const [lease, t1, t2, most] of times) {
    const options = { 51: u32(lease), 58: t1 === undefined ? undefined : u32(t1), 59: t2 === undefined ? undefined : u32(t2) };
    let { state } = step(SETTINGS, STOPPED, start, 0, () => 0.5);
    let sent = 1;
    let isAnswered = false;
    // Each message is answered a millisecond after it was sent.
    for (let now = 1; now < 60_000; now++) {
      const answer = state.kind === "selecting" ? offer({ options }) : ack({ options });
      const event: ClientEvent = !isAnswered && "xid" in state ? { kind: "datagram", bytes: answerBytes(answer, state.xid) } : tick;
      const next = step(SETTINGS, state, event, now, () => 0.5);
      state = next.state;
      const count = next.actions.filter(({ kind }) => kind === "send").length;
      isAnswered = count === 0;
      sent += count;
    }
    assert.ok(sent <= most, `${sent} messages in a minute for a lease of ${lease} s with T1 ${t1} and T2 ${t2}`);
    assert.ok(state.kind === "bound" || state.kind === "renewing", state.kind);
  }
});
