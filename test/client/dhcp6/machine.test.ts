import assert from "node:assert/strict";
import { test } from "node:test";
import { type Binding, type ClientEvent, type Purpose, STOPPED, step } from "../../../src/client/dhcp6/index.ts";
import { encodeMessage } from "../../../src/wire/dhcp6/encode.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import {
  ADDRESS,
  advertise,
  answerBytes,
  answerMessage,
  type Changes,
  duplicate,
  type Ia,
  type Line,
  linkDown,
  linkUp,
  PREFIX,
  play,
  ROUTER,
  release,
  reply,
  SETTINGS,
  start,
  tick,
  u32,
} from "./script.ts";

const SOLICIT = "SOLICIT #1, NA 1 []";
const REQUEST = "REQUEST #2 to 1, NA 1 [2001:db8::5]";
const CONFIGURE = "configure 2001:db8::5 for 1800 3600";
const EXTEND = "extend 2001:db8::5 for 1800 3600";
const LOST = (reason: string): string => `deconfigure 2001:db8::5, ${reason}`;
const HAS = "NA 1 [2001:db8::5]";
const BOTH: Changes = { ias: [ADDRESS, PREFIX] };
const HAS_BOTH = "NA 1 [2001:db8::5], PD 1 [2001:db8:5::/56]";
const CONFIGURE_PREFIX = "configure 2001:db8:5::/56 for 1800 3600";
const NO_PREFIX: Ia = { kind: "IA_PD", status: "NoPrefixAvail" };
const NO_ADDRESS: Ia = { status: "NoAddrsAvail" };

/** Bound at second 1: 2001:db8::5 for an hour, T1 at 901, T2 at 1441. */
const BIND: readonly Line[] = [
  [0, start, [SOLICIT], "solicit until 1.05"],
  [0.5, advertise({ preference: 255 }), [REQUEST], "request until 1.5"],
  [1, reply(), [CONFIGURE, "options"], "bound until 901"],
];

/** The same with 2001:db8:5::/56. */
const BIND_BOTH: readonly Line[] = [
  [0, start, ["SOLICIT #1, NA 1 [], PD 1 [::/56]"], "solicit until 1.05"],
  [0.5, advertise({ ...BOTH, preference: 255 }), ["REQUEST #2 to 1, NA 1 [2001:db8::5], PD 1 [2001:db8:5::/56]"], "request until 1.5"],
  [1, reply(BOTH), [CONFIGURE, CONFIGURE_PREFIX, "options"], "bound until 901"],
];

type Stories = Readonly<Record<string, readonly Line[]>>;

const SOLICITING: Stories = {
  "18.2.1: advertisements are collected for the first RT, which is more than a second, then the first of them is taken": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise(), [], "solicit until 1.05"],
    [0.2, advertise({ server: 2 }), [], "solicit until 1.05"],
    [1.05, tick, [REQUEST], "request until 2.05"],
    [2, reply(), [CONFIGURE, "options"], "bound until 902"],
  ],
  "18.2.1: preference 255 is taken at once": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise(), [], "solicit until 1.05"],
    [0.2, advertise({ server: 2, preference: 255 }), ["REQUEST #2 to 2, NA 1 [2001:db8::5]"], "request until 1.2"],
  ],
  "18.2.9: the higher preference is taken; without the option it is 0": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise(), [], "solicit until 1.05"],
    [0.2, advertise({ server: 2, preference: 7 }), [], "solicit until 1.05"],
    [0.3, advertise({ server: 3, preference: 6 }), [], "solicit until 1.05"],
    [1.05, tick, ["REQUEST #2 to 2, NA 1 [2001:db8::5]"], "request until 2.05"],
  ],
  "18.2.1: after the first RT the first advertisement is taken at once; SOLICITs go on, twice as late each, for ever": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [1.05, tick, [`${SOLICIT}, after 1.05`], "solicit until 3.15"],
    [3.15, tick, [`${SOLICIT}, after 3.15`], "solicit until 7.35"],
    [7.35, tick, [`${SOLICIT}, after 7.35`], "solicit until 15.75"],
    [9, advertise(), [REQUEST], "request until 10"],
  ],
  "15: a tick before its time does nothing": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [1, tick, [], "solicit until 1.05"],
  ],
  "18.2.1: a machine that boots waits for up to a second; nothing is an answer before": [
    [0, { kind: "start", delayed: true }, [], "solicit until 0.5"],
    [0.1, advertise({ preference: 255 }), [], "solicit until 0.5"],
    [0.5, tick, [SOLICIT], "solicit until 1.55"],
  ],
  "18.2.9: an advertisement without leases is ignored": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise({ ias: [NO_ADDRESS], preference: 255 }), [], "solicit until 1.05"],
    [0.2, advertise({ ias: [], status: "NoAddrsAvail", preference: 255 }), [], "solicit until 1.05"],
    [0.3, advertise({ ias: [{ leases: ["2001:db8::5 0 0"] }], preference: 255 }), [], "solicit until 1.05"],
    [1.05, tick, [`${SOLICIT}, after 1.05`], "solicit until 3.15"],
  ],
  "16.3: what is not an answer to this client in this transaction is discarded": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, off: 1 }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, client: Uint8Array.of(0, 3, 0, 1, 9) }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, without: [OptionCode.clientIdentifier] }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, without: [OptionCode.serverIdentifier] }), [], "solicit until 1.05"],
    [0.1, reply(), [], "solicit until 1.05"],
    [0.1, reply({ rapid: true }), [], "solicit until 1.05"],
    [1.05, tick, [`${SOLICIT}, after 1.05`], "solicit until 3.15"],
  ],
  "RFC 7083: SOL_MAX_RT of an advertisement limits RT, even when it has no leases": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise({ ias: [NO_ADDRESS], options: [u32(OptionCode.solMaxRt, 60)] }), [], "solicit until 1.05"],
    [1.05, tick, [`${SOLICIT}, after 1.05`], "solicit until 3.15"],
    [3.15, tick, [`${SOLICIT}, after 3.15`], "solicit until 7.35"],
    [7.35, tick, [`${SOLICIT}, after 7.35`], "solicit until 15.75"],
    [15.75, tick, [`${SOLICIT}, after 15.75`], "solicit until 32.55"],
    [32.55, tick, [`${SOLICIT}, after 32.55`], "solicit until 66.15"],
    [66.15, tick, [`${SOLICIT}, after 66.15`], "solicit until 126.15"],
    [126.15, tick, [`${SOLICIT}, after 126.15`], "solicit until 186.15"],
  ],
  "18.2.2: an unanswered REQUEST is sent ten times, then the next server is asked, then all again": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise(), [], "solicit until 1.05"],
    [0.2, advertise({ server: 2 }), [], "solicit until 1.05"],
    [1.05, tick, [REQUEST], "request until 2.05"],
    [2.05, tick, [`${REQUEST}, after 1`], "request until 4.05"],
    [4.05, tick, [`${REQUEST}, after 3`], "request until 8.05"],
    [8.05, tick, [`${REQUEST}, after 7`], "request until 16.05"],
    [16.05, tick, [`${REQUEST}, after 15`], "request until 32.05"],
    [32.05, tick, [`${REQUEST}, after 31`], "request until 62.05"],
    [62.05, tick, [`${REQUEST}, after 61`], "request until 92.05"],
    [92.05, tick, [`${REQUEST}, after 91`], "request until 122.05"],
    [122.05, tick, [`${REQUEST}, after 121`], "request until 152.05"],
    [152.05, tick, [`${REQUEST}, after 151`], "request until 182.05"],
    [182.05, tick, ["REQUEST #3 to 2, NA 1 [2001:db8::5]"], "request until 183.05"],
    [183, reply({ ias: [NO_ADDRESS], server: 2 }), [], "solicit until 193"],
    [193, tick, ["SOLICIT #4, NA 1 []"], "solicit until 194.05"],
  ],
  "18.2.10: an answer of a server that was not asked is not one": [
    ...BIND.slice(0, 2),
    [1, reply({ server: 2 }), [], "request until 1.5"],
    [1, reply(), [CONFIGURE, "options"], "bound until 901"],
  ],
  "18.2.10: UnspecFail is asked again, at the pace of the REQUEST": [
    ...BIND.slice(0, 2),
    [1, reply({ status: "UnspecFail" }), [], "request until 1.5"],
    [1.5, tick, [`${REQUEST}, after 1`], "request until 3.5"],
    [2, reply(), [CONFIGURE, "options"], "bound until 902"],
  ],
  "18.2.10.1: NotOnLink starts over, a while later": [
    ...BIND.slice(0, 2),
    [1, reply({ ias: [{ status: "NotOnLink" }] }), [], "solicit until 11"],
    [11, tick, ["SOLICIT #3, NA 1 []"], "solicit until 12.05"],
  ],
  "NotOnLink for the message, too": [...BIND.slice(0, 2), [1, reply({ ias: [], status: "NotOnLink" }), [], "solicit until 11"]],
  "addresses that nobody can have, and lifetimes that can't be, are not taken": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, ias: [{ leases: ["ff02::1 1800 3600"] }] }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, ias: [{ leases: [":: 1800 3600"] }] }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, ias: [{ leases: ["fe80::1 1800 3600"] }] }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, ias: [{ leases: ["2001:db8::5 3601 3600"] }] }), [], "solicit until 1.05"],
    [0.1, advertise({ preference: 255, ias: [{ ...ADDRESS, t1: 1441 }] }), [], "solicit until 1.05"],
  ],
  "of a lease or an association that is repeated the first counts": [
    ...BIND.slice(0, 2),
    [
      1,
      reply({
        ias: [
          { ...ADDRESS, leases: ["2001:db8::5 1800 3600", "2001:db8::5 1 2"] },
          { ...ADDRESS, t1: 1 },
        ],
      }),
      [CONFIGURE, "options"],
      "bound until 901",
    ],
  ],
  "associations that were not asked for are not taken": [
    ...BIND.slice(0, 2),
    [1, reply({ ias: [ADDRESS, { ...ADDRESS, iaid: 7 }, PREFIX] }), [CONFIGURE, "options"], "bound until 901"],
  ],
};
for (const [name, lines] of Object.entries(SOLICITING)) test(`solicit: ${name}`, () => void play(lines));

const RAPID: Stories = {
  "a REPLY with the option binds at once": [
    [0, start, ["SOLICIT #1, rapid, NA 1 []"], "solicit until 1.05"],
    [0.1, advertise(), [], "solicit until 1.05"],
    [0.5, reply({ rapid: true }), [CONFIGURE, "options"], "bound until 900.5"],
  ],
  "a REPLY without the option is discarded": [
    [0, start, ["SOLICIT #1, rapid, NA 1 []"], "solicit until 1.05"],
    [0.5, reply(), [], "solicit until 1.05"],
  ],
  "a REPLY without leases does not end it": [
    [0, start, ["SOLICIT #1, rapid, NA 1 []"], "solicit until 1.05"],
    [0.1, advertise(), [], "solicit until 1.05"],
    [0.5, reply({ rapid: true, ias: [NO_ADDRESS] }), [], "solicit until 1.05"],
    [1.05, tick, [REQUEST], "request until 2.05"],
  ],
};
for (const [name, lines] of Object.entries(RAPID))
  test(`rapid commit: ${name}`, () => void play(lines, { ...SETTINGS, rapidCommit: true }));

const EXTENDING: Stories = {
  "18.2.4, 18.2.5: RENEW from T1 on, REBIND from T2 on, and at the end SOLICIT": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [911, tick, [`RENEW #3 to 1, ${HAS}, after 10`], "renew until 931"],
    [931, tick, [`RENEW #3 to 1, ${HAS}, after 30`], "renew until 971"],
    [971, tick, [`RENEW #3 to 1, ${HAS}, after 70`], "renew until 1051"],
    [1051, tick, [`RENEW #3 to 1, ${HAS}, after 150`], "renew until 1211"],
    [1211, tick, [`RENEW #3 to 1, ${HAS}, after 310`], "renew until 1441"],
    [1441, tick, [`REBIND #4, ${HAS}`], "rebind until 1451"],
    [1451, tick, [`REBIND #4, ${HAS}, after 10`], "rebind until 1471"],
    [1471, tick, [`REBIND #4, ${HAS}, after 30`], "rebind until 1511"],
    [1511, tick, [`REBIND #4, ${HAS}, after 70`], "rebind until 1591"],
    [1591, tick, [`REBIND #4, ${HAS}, after 150`], "rebind until 1751"],
    [1751, tick, [`REBIND #4, ${HAS}, after 310`], "rebind until 2071"],
    [2071, tick, [`REBIND #4, ${HAS}, after 630`], "rebind until 2671"],
    [2671, tick, [`REBIND #4, ${HAS}, after 655.35`], "rebind until 3271"],
    [3271, tick, [`REBIND #4, ${HAS}, after 655.35`], "rebind until 3601"],
    [3601, tick, [LOST("expired"), "SOLICIT #5, NA 1 []"], "solicit until 3602.05"],
  ],
  "18.2.10.1: times count from the REPLY": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [905, reply(), [EXTEND, "options"], "bound until 1805"],
  ],
  "18.2.5: a REBIND is answered by any server, whose lease it is then": [
    ...BIND,
    [1441, tick, [`REBIND #3, ${HAS}`], "rebind until 1451"],
    [1442, reply({ server: 2 }), [EXTEND, "options"], "bound until 2342"],
    [2342, tick, [`RENEW #4 to 2, ${HAS}`], "renew until 2352"],
    [2343, reply({ server: 1 }), [], "renew until 2352"],
  ],
  "18.2.10.1: a renewal may bring another address and take the old one": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [
      902,
      reply({ ias: [{ ...ADDRESS, leases: ["2001:db8::6 1800 3600", "2001:db8::5 0 0"] }] }),
      [LOST("refused"), "configure 2001:db8::6 for 1800 3600", "options"],
      "bound until 1802",
    ],
  ],
  "18.2.10.1: what a renewal does not speak of stays as it was": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [
      902,
      reply({ ias: [{ ...ADDRESS, leases: ["2001:db8::6 1800 3600"] }] }),
      ["configure 2001:db8::6 for 1800 3600", "options"],
      "bound until 1802",
    ],
    [1802, tick, ["RENEW #4 to 1, NA 1 [2001:db8::6 2001:db8::5]"], "renew until 1812"],
    [2342, tick, ["REBIND #5, NA 1 [2001:db8::6 2001:db8::5]"], "rebind until 2352"],
    [3601, tick, [LOST("expired"), "REBIND #5, NA 1 [2001:db8::6], after 655.35"], "rebind until 3621"],
  ],
  "18.2.10.1: an association that is not in the REPLY is asked for again as if none had come": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [] }), ["options"], "renew until 911"],
    [911, tick, [`RENEW #3 to 1, ${HAS}, after 10`], "renew until 931"],
  ],
  "18.2.10: a renewal that failed at the server is tried again at its pace": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ status: "UnspecFail" }), [], "renew until 911"],
  ],
  "18.2.10.1: NoBinding asks the server that said so anew; its answer is all there is": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [{ status: "NoBinding" }] }), ["options", `REQUEST #4 to 1, ${HAS}`], "request until 903"],
    [
      902.5,
      reply({ ias: [{ ...ADDRESS, leases: ["2001:db8::6 1800 3600"] }] }),
      [LOST("refused"), "configure 2001:db8::6 for 1800 3600", "options"],
      "bound until 1802.5",
    ],
  ],
  "NoBinding to a REBIND, of another server": [
    ...BIND,
    [1441, tick, [`REBIND #3, ${HAS}`], "rebind until 1451"],
    [1442, reply({ server: 2, ias: [{ status: "NoBinding" }] }), ["options", `REQUEST #4 to 2, ${HAS}`], "request until 1443"],
    [1443, reply({ server: 2 }), [EXTEND, "options"], "bound until 2343"],
  ],
  "a server that knows no binding and gives none takes the lease away": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [{ status: "NoBinding" }] }), ["options", `REQUEST #4 to 1, ${HAS}`], "request until 903"],
    [903, reply({ ias: [NO_ADDRESS] }), [LOST("refused")], "solicit until 913"],
  ],
  "a renewal that takes all away looks for servers": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [{ leases: ["2001:db8::5 0 0"] }] }), [LOST("refused"), "options", "SOLICIT #4, NA 1 []"], "solicit until 903.05"],
  ],
  "NoBinding for the message, too": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [], status: "NoBinding" }), ["options", `REQUEST #4 to 1, ${HAS}`], "request until 903"],
  ],
  "a lease that runs out while it is asked for anew is asked for still": [
    ...BIND,
    [3595, tick, [`REBIND #3, ${HAS}`], "rebind until 3601"],
    [3600, reply({ ias: [{ status: "NoBinding" }] }), ["options", `REQUEST #4 to 1, ${HAS}`], "request until 3601"],
    [3601, tick, [LOST("expired"), `REQUEST #4 to 1, ${HAS}, after 1`], "request until 3603"],
    [3602, reply(), [CONFIGURE, "options"], "bound until 4502"],
  ],
  "18.2.10.1: what an association with an error has besides is not taken": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [{ ...ADDRESS, leases: ["2001:db8::6 1800 3600"], status: "NoAddrsAvail" }] }), ["options"], "renew until 911"],
  ],
  "an association without its leases is as good as none": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [{ ...ADDRESS, leases: [] }] }), ["options"], "renew until 911"],
  ],
  "a renewal on request comes before T1": [
    ...BIND,
    [60, { kind: "renew" }, [`RENEW #3 to 1, ${HAS}`], "renew until 70"],
    [61, reply(), [EXTEND, "options"], "bound until 961"],
  ],
  "a client that slept past the end of its lease does not use it again": [
    ...BIND,
    [9999, tick, [LOST("expired"), "SOLICIT #3, NA 1 []"], "solicit until 10000.05"],
  ],
};
for (const [name, lines] of Object.entries(EXTENDING)) test(`extend: ${name}`, () => void play(lines));

/**
 * T1 and T2 of a server, and when the client asks then: RENEW, REBIND, SOLICIT; second 0 is that of
 * the REPLY.
 */
const TIMES: readonly [name: string, ia: Ia, renew: number | undefined, rebind: number | undefined, solicit: number | undefined][] = [
  ["the server's", { t1: 100, t2: 200 }, 100, 200, 3600],
  ["14.2: zero is for the client to choose: 0.5 and 0.8 of the preferred lifetime", { t1: 0, t2: 0 }, 900, 1440, 3600],
  ["zero with a deprecated address", { t1: 0, t2: 0, leases: ["2001:db8::5 0 3600"] }, 1800, 2880, 3600],
  ["14.2: chosen times are not at once", { t1: 0, t2: 0, leases: ["2001:db8::5 2 20"] }, 10, 16, 20],
  ["T2 zero is behind T1, whatever that is", { t1: 1700, t2: 0 }, 1700, 2720, 3600],
  ["T1 zero is before T2, whatever that is", { t1: 0, t2: 320 }, 200, 320, 3600],
  ["7.7: T2 infinite: no REBIND", { t1: 100, t2: 0xffffffff }, 100, undefined, 3600],
  ["7.7: T1 infinite: no RENEW either", { t1: 0xffffffff, t2: 0xffffffff }, undefined, undefined, 3600],
  ["a lease for ever", { t1: 0, t2: 0, leases: ["2001:db8::5 4294967295 4294967295"] }, undefined, undefined, undefined],
];
for (const [name, ia, renew, rebind, solicit] of TIMES) {
  test(`T1 and T2: ${name}`, () => {
    const settings = { ...SETTINGS, rapidCommit: true };
    const began = step(settings, STOPPED, start, 0, () => 0.5).state;
    const bytes = answerBytes(reply({ rapid: true, ias: [{ ...ADDRESS, ...ia }] }), began.exchange?.transactionId ?? 0, settings);
    let { state } = step(settings, began, { kind: "datagram", bytes, unicast: true }, 0, () => 0.5);
    const when: { [kind in Purpose["kind"]]?: number } = {};
    for (let i = 0; i < 100 && state.wakeAt < Infinity && when.solicit === undefined; i++) {
      const now = state.wakeAt;
      state = step(settings, state, tick, now, () => 0.5).state;
      if (state.exchange !== undefined) when[state.exchange.kind] ??= now / 1000;
    }
    assert.deepEqual([when.renew, when.rebind, when.solicit], [renew, rebind, solicit]);
  });
}

const SEVERAL: Stories = {
  "18.2.4: all associations are renewed at the earliest T1, and rebound at the earliest T2": [
    ...BIND_BOTH.slice(0, 2),
    [
      1,
      reply({
        ias: [
          { ...ADDRESS, t1: 900, t2: 1440 },
          { ...PREFIX, t1: 100, t2: 2000 },
        ],
      }),
      [CONFIGURE, CONFIGURE_PREFIX, "options"],
      "bound until 101",
    ],
    [101, tick, [`RENEW #3 to 1, ${HAS_BOTH}`], "renew until 111"],
    [1441, tick, [`REBIND #4, ${HAS_BOTH}`], "rebind until 1451"],
  ],
  "18.2: what could not be had is asked for again with each renewal": [
    ...BIND_BOTH.slice(0, 2),
    [1, reply({ ias: [ADDRESS, NO_PREFIX] }), [CONFIGURE, "options"], "bound until 901"],
    [901, tick, ["RENEW #3 to 1, NA 1 [2001:db8::5], PD 1 [::/56]"], "renew until 911"],
    [902, reply(BOTH), [EXTEND, CONFIGURE_PREFIX, "options"], "bound until 1802"],
  ],
  "an advertisement with more of what is wanted is preferred among equals": [
    [0, start, ["SOLICIT #1, NA 1 [], PD 1 [::/56]"], "solicit until 1.05"],
    [0.1, advertise({ ias: [ADDRESS, NO_PREFIX] }), [], "solicit until 1.05"],
    [0.2, advertise({ ...BOTH, server: 2 }), [], "solicit until 1.05"],
    [1.05, tick, [`REQUEST #2 to 2, ${HAS_BOTH}`], "request until 2.05"],
  ],
  "a renewal in which one of them is missing extends the other, and goes on": [
    ...BIND_BOTH,
    [901, tick, [`RENEW #3 to 1, ${HAS_BOTH}`], "renew until 911"],
    [902, reply({ ias: [ADDRESS] }), [EXTEND, "options"], "renew until 911"],
    [911, tick, [`RENEW #3 to 1, ${HAS_BOTH}, after 10`], "renew until 931"],
    [1441, tick, [`REBIND #4, ${HAS_BOTH}`], "rebind until 1451"],
    [1442, reply({ ias: [PREFIX], server: 2 }), ["extend 2001:db8:5::/56 for 1800 3600", "options"], "bound until 1802"],
  ],
  "18.2.10.1: NoBinding for one asks for all, and keeps the other meanwhile": [
    ...BIND_BOTH,
    [901, tick, [`RENEW #3 to 1, ${HAS_BOTH}`], "renew until 911"],
    [
      902,
      reply({ ias: [ADDRESS, { kind: "IA_PD", status: "NoBinding" }] }),
      [EXTEND, "options", `REQUEST #4 to 1, ${HAS_BOTH}`],
      "request until 903",
    ],
    [903, reply({ ias: [ADDRESS, NO_PREFIX] }), ["deconfigure 2001:db8:5::/56, refused", EXTEND, "options"], "bound until 1803"],
  ],
  "a REQUEST for what was not bound that is not answered starts over": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, reply({ ias: [{ status: "NoBinding" }] }), ["options", `REQUEST #4 to 1, ${HAS}`], "request until 903"],
    [903, tick, [`REQUEST #4 to 1, ${HAS}, after 1`], "request until 905"],
    [905, tick, [`REQUEST #4 to 1, ${HAS}, after 3`], "request until 909"],
    [909, tick, [`REQUEST #4 to 1, ${HAS}, after 7`], "request until 917"],
    [917, tick, [`REQUEST #4 to 1, ${HAS}, after 15`], "request until 933"],
    [933, tick, [`REQUEST #4 to 1, ${HAS}, after 31`], "request until 963"],
    [963, tick, [`REQUEST #4 to 1, ${HAS}, after 61`], "request until 993"],
    [993, tick, [`REQUEST #4 to 1, ${HAS}, after 91`], "request until 1023"],
    [1023, tick, [`REQUEST #4 to 1, ${HAS}, after 121`], "request until 1053"],
    [1053, tick, [`REQUEST #4 to 1, ${HAS}, after 151`], "request until 1083"],
    [1083, tick, [LOST("refused"), "SOLICIT #5, NA 1 []"], "solicit until 1084.05"],
  ],
  "a lease that runs out is no longer used, nor named; the others are": [
    ...BIND_BOTH.slice(0, 2),
    [
      1,
      reply({ ias: [{ ...ADDRESS, leases: ["2001:db8::5 50 60"], t1: 0xffffffff, t2: 0xffffffff }, PREFIX] }),
      ["configure 2001:db8::5 for 50 60", CONFIGURE_PREFIX, "options"],
      "bound until 61",
    ],
    [61, tick, [LOST("expired")], "bound until 901"],
    [901, tick, ["RENEW #3 to 1, NA 1 [], PD 1 [2001:db8:5::/56]"], "renew until 911"],
  ],
};
for (const [name, lines] of Object.entries(SEVERAL)) {
  test(`several associations: ${name}`, () => void play(lines, lines[0]?.[2][0] === SOLICIT ? SETTINGS : ROUTER));
}

const CONFIRM = `CONFIRM #3, ${HAS}`;
const MOVING: Stories = {
  "18.2.3: CONFIRM after a delay; Success lets the client go on": [
    ...BIND,
    [10, linkUp, [], "confirm until 10.5"],
    [10.5, tick, [CONFIRM], "confirm until 11.5"],
    [10.6, reply({ ias: [], server: 2 }), [], "bound until 901"],
  ],
  "18.2.3: CONFIRM goes on for ten seconds; without an answer what is known still holds": [
    ...BIND,
    [10, linkUp, [], "confirm until 10.5"],
    [10.5, tick, [CONFIRM], "confirm until 11.5"],
    [11.5, tick, [`${CONFIRM}, after 1`], "confirm until 13.5"],
    [13.5, tick, [`${CONFIRM}, after 3`], "confirm until 17.5"],
    [17.5, tick, [`${CONFIRM}, after 7`], "confirm until 20.5"],
    [20.5, tick, [], "bound until 901"],
  ],
  "18.2.10.3: NotOnLink counts when nobody says otherwise": [
    ...BIND,
    [10, linkUp, [], "confirm until 10.5"],
    [10.5, tick, [CONFIRM], "confirm until 11.5"],
    [10.6, reply({ ias: [], status: "NotOnLink" }), [], "confirm until 11.5"],
    [11.5, tick, [LOST("refused"), "SOLICIT #4, NA 1 []"], "solicit until 12.55"],
  ],
  "18.2.10.3: Success outdoes NotOnLink, and UnspecFail is neither": [
    ...BIND,
    [10, linkUp, [], "confirm until 10.5"],
    [10.5, tick, [CONFIRM], "confirm until 11.5"],
    [10.6, reply({ ias: [], status: "NotOnLink" }), [], "confirm until 11.5"],
    [10.7, reply({ ias: [], status: "UnspecFail", server: 2 }), [], "confirm until 11.5"],
    [10.8, reply({ ias: [], status: "Success", server: 3 }), [], "bound until 901"],
  ],
  "UnspecFail does not refuse": [
    ...BIND,
    [10, linkUp, [], "confirm until 10.5"],
    [10.5, tick, [CONFIRM], "confirm until 11.5"],
    [10.6, reply({ ias: [], status: "UnspecFail" }), [], "confirm until 11.5"],
    [11.5, tick, [`${CONFIRM}, after 1`], "confirm until 13.5"],
  ],
  "what is given back on a link that is down the server is not told": [
    ...BIND,
    [10, linkDown, [], "down, bound until 3601"],
    [11, release, [LOST("released")], "down, stopped"],
    [12, linkUp, [], "stopped"],
  ],
  "a duplicate on a link that is down is given up, the server is not told": [
    ...BIND,
    [10, linkDown, [], "down, bound until 3601"],
    [11, duplicate("2001:db8::5"), [LOST("conflict")], "down, init"],
    [12, linkUp, [], "solicit until 12.5"],
  ],
  "a link that is down is not spoken on; leases run out on it": [
    ...BIND,
    [10, linkDown, [], "down, bound until 3601"],
    [901, tick, [], "down, bound until 3601"],
    [3601, tick, [LOST("expired")], "down, init"],
    [4000, linkUp, [], "solicit until 4000.5"],
    [4000.5, tick, ["SOLICIT #3, NA 1 []"], "solicit until 4001.55"],
  ],
  "a renewal is due after the link was verified": [
    ...BIND,
    [10, linkDown, [], "down, bound until 3601"],
    [1000, linkUp, [], "confirm until 1000.5"],
    [1000.5, tick, [CONFIRM], "confirm until 1001.5"],
    [1000.6, reply({ ias: [] }), [], "bound until 901"],
    [1000.6, tick, [`RENEW #4 to 1, ${HAS}`], "renew until 1010.6"],
  ],
  "a link that comes up while nothing is held": [
    [0, linkDown, [], "down, stopped"],
    [0, start, [], "down, init"],
    [5, linkUp, [], "solicit until 5.5"],
    [5.5, tick, [SOLICIT], "solicit until 6.55"],
    [6, linkDown, [], "down, init"],
    [6, advertise({ preference: 255 }), [], "down, init"],
  ],
};
for (const [name, lines] of Object.entries(MOVING)) test(`move: ${name}`, () => void play(lines));

test("move: 18.2.12: with prefixes a REBIND takes the place of CONFIRM, at its pace; unanswered it changes nothing", () => {
  play(
    [
      ...BIND_BOTH,
      [10, linkUp, [], "rebind until 10.5"],
      [10.5, tick, [`REBIND #3, ${HAS_BOTH}`], "rebind until 11.5"],
      [11.5, tick, [`REBIND #3, ${HAS_BOTH}, after 1`], "rebind until 13.5"],
      [13.5, tick, [`REBIND #3, ${HAS_BOTH}, after 3`], "rebind until 17.5"],
      [17.5, tick, [`REBIND #3, ${HAS_BOTH}, after 7`], "rebind until 20.5"],
      [20.5, tick, [], "bound until 901"],
    ],
    ROUTER,
  );
});

test("move: the answer to that REBIND may take addresses of another link away", () => {
  play(
    [
      ...BIND_BOTH,
      [10, linkUp, [], "rebind until 10.5"],
      [10.5, tick, [`REBIND #3, ${HAS_BOTH}`], "rebind until 11.5"],
      [
        11,
        reply({ server: 2, ias: [{ leases: ["2001:db8::5 0 0", "2001:db8:9::5 1800 3600"], t1: 900, t2: 1440 }, PREFIX] }),
        [LOST("refused"), "configure 2001:db8:9::5 for 1800 3600", "extend 2001:db8:5::/56 for 1800 3600", "options"],
        "bound until 911",
      ],
    ],
    ROUTER,
  );
});

/** What the client had when the machine was switched off. */
const STORED = play(BIND).binding as Binding;
const STORED_BOTH = play(BIND_BOTH, ROUTER).binding as Binding;

const REBOOTING: Stories = {
  "18.2.12: what is confirmed is configured": [
    [100, { kind: "reboot", binding: STORED }, [], "confirm until 100.5"],
    [100.5, tick, [`CONFIRM #1, ${HAS}`], "confirm until 101.5"],
    [101, reply({ ias: [] }), ["configure 2001:db8::5 for 1700 3500"], "bound until 901"],
  ],
  "what is not configured yet is no conflict": [
    [100, { kind: "reboot", binding: STORED }, [], "confirm until 100.5"],
    [100.2, duplicate("2001:db8::5"), [], "confirm until 100.5"],
  ],
  "without an answer it is configured too": [
    [100, { kind: "reboot", binding: STORED }, [], "confirm until 100.5"],
    [100.5, tick, [`CONFIRM #1, ${HAS}`], "confirm until 101.5"],
    [110.5, tick, ["configure 2001:db8::5 for 1690.5 3490.5"], "bound until 901"],
  ],
  "what is refused never was": [
    [100, { kind: "reboot", binding: STORED }, [], "confirm until 100.5"],
    [100.5, tick, [`CONFIRM #1, ${HAS}`], "confirm until 101.5"],
    [101, reply({ ias: [], status: "NotOnLink" }), [], "confirm until 101.5"],
    [101.5, tick, ["SOLICIT #2, NA 1 []"], "solicit until 102.55"],
  ],
  "what has run out is not asked for": [
    [3602, { kind: "reboot", binding: STORED }, [], "solicit until 3602.5"],
    [3602.5, tick, [SOLICIT], "solicit until 3603.55"],
  ],
  "what runs out while it is asked for is not configured": [
    [3600, { kind: "reboot", binding: STORED }, [], "confirm until 3600.5"],
    [3600.5, tick, [`CONFIRM #1, ${HAS}`], "confirm until 3601"],
    [3601, tick, ["SOLICIT #2, NA 1 []"], "solicit until 3602.05"],
  ],
};
for (const [name, lines] of Object.entries(REBOOTING)) test(`reboot: ${name}`, () => void play(lines));

test("reboot: with prefixes by REBIND, and what the REPLY does not speak of is configured as well", () => {
  play(
    [
      [100, { kind: "reboot", binding: STORED_BOTH }, [], "rebind until 100.5"],
      [100.5, tick, [`REBIND #1, ${HAS_BOTH}`], "rebind until 101.5"],
      [101, reply({ ias: [PREFIX] }), ["configure 2001:db8::5 for 1700 3500", CONFIGURE_PREFIX, "options"], "bound until 901"],
    ],
    ROUTER,
  );
});

const GIVING_BACK: Stories = {
  "18.2.7: RELEASE after the leases are no longer used; four times, then no more": [
    ...BIND,
    [10, release, [LOST("released"), `RELEASE #3 to 1, ${HAS}`], "release until 11"],
    [11, tick, [`RELEASE #3 to 1, ${HAS}, after 1`], "release until 13"],
    [13, tick, [`RELEASE #3 to 1, ${HAS}, after 3`], "release until 17"],
    [17, tick, [`RELEASE #3 to 1, ${HAS}, after 7`], "release until 25"],
    [25, tick, [], "stopped"],
  ],
  "18.2.10.2: any REPLY completes it": [
    ...BIND,
    [10, release, [LOST("released"), `RELEASE #3 to 1, ${HAS}`], "release until 11"],
    [10.1, reply({ ias: [{ status: "NoBinding" }], status: "UnspecFail" }), [], "stopped"],
  ],
  "there is nothing to give back before there is a lease": [
    [0, start, [SOLICIT], "solicit until 1.05"],
    [1, release, [], "stopped"],
  ],
  "a client that was stopped can be started again": [
    ...BIND,
    [10, release, [LOST("released"), `RELEASE #3 to 1, ${HAS}`], "release until 11"],
    [10.1, start, ["SOLICIT #4, NA 1 []"], "solicit until 11.15"],
    [10.2, start, [], "solicit until 11.15"],
  ],
  "18.2.8: DECLINE of a duplicate, four times; then all anew, a while later": [
    ...BIND,
    [2, duplicate("2001:db8::5"), [LOST("conflict"), `DECLINE #3 to 1, ${HAS}`], "decline until 3"],
    [3, tick, [`DECLINE #3 to 1, ${HAS}, after 1`], "decline until 5"],
    [5, tick, [`DECLINE #3 to 1, ${HAS}, after 3`], "decline until 9"],
    [9, tick, [`DECLINE #3 to 1, ${HAS}, after 7`], "decline until 17"],
    [17, tick, [], "solicit until 27"],
    [27, tick, ["SOLICIT #4, NA 1 []"], "solicit until 28.05"],
  ],
  "18.2.10.2: any REPLY completes a DECLINE": [
    ...BIND,
    [2, duplicate("2001:db8::5"), [LOST("conflict"), `DECLINE #3 to 1, ${HAS}`], "decline until 3"],
    [2.5, reply({ ias: [{ status: "NoBinding" }] }), [], "solicit until 12.5"],
  ],
  "an address that the client does not have is no conflict": [...BIND, [2, duplicate("2001:db8::6"), [], "bound until 901"]],
  "a renewal that was under way is left for the DECLINE": [
    ...BIND,
    [901, tick, [`RENEW #3 to 1, ${HAS}`], "renew until 911"],
    [902, duplicate("2001:db8::5"), [LOST("conflict"), `DECLINE #4 to 1, ${HAS}`], "decline until 903"],
  ],
};
for (const [name, lines] of Object.entries(GIVING_BACK)) test(`give back: ${name}`, () => void play(lines));

test("give back: 18.2.8: DECLINE has no prefixes; they stay, and another address is asked for", () => {
  play(
    [
      ...BIND_BOTH,
      [2, duplicate("2001:db8::5"), [LOST("conflict"), `DECLINE #3 to 1, ${HAS}`], "decline until 3"],
      [2.5, reply({ ias: [] }), ["RENEW #4 to 1, NA 1 [], PD 1 [2001:db8:5::/56]"], "renew until 12.5"],
      [
        3,
        reply({ ias: [{ ...ADDRESS, leases: ["2001:db8::6 1800 3600"] }, PREFIX] }),
        ["configure 2001:db8::6 for 1800 3600", "extend 2001:db8:5::/56 for 1800 3600", "options"],
        "bound until 903",
      ],
      [
        10,
        release,
        [
          "deconfigure 2001:db8::6, released",
          "deconfigure 2001:db8:5::/56, released",
          "RELEASE #5 to 1, NA 1 [2001:db8::6], PD 1 [2001:db8:5::/56]",
        ],
        "release until 11",
      ],
    ],
    ROUTER,
  );
});

test("give back: a DECLINE goes on when the other leases run out", () => {
  const two: Ia = { ...ADDRESS, leases: ["2001:db8::5 2 3", "2001:db8::6 2 3"], t1: 0xffffffff, t2: 0xffffffff };
  play([
    ...BIND.slice(0, 2),
    [1, reply({ ias: [two] }), ["configure 2001:db8::5 for 2 3", "configure 2001:db8::6 for 2 3", "options"], "bound until 4"],
    [3.5, duplicate("2001:db8::5"), [LOST("conflict"), `DECLINE #3 to 1, ${HAS}`], "decline until 4"],
    [4, tick, ["deconfigure 2001:db8::6, expired"], "decline until 4.5"],
    [4.5, tick, [`DECLINE #3 to 1, ${HAS}, after 1`], "decline until 6.5"],
  ]);
});

test("what a relay would say to a relay is no answer to a client", () => {
  const { state } = step(SETTINGS, STOPPED, start, 0, () => 0.5);
  const message = answerMessage(advertise({ preference: 255 }), state.exchange?.transactionId ?? 0);
  const relay = { hopCount: 0, linkAddress: new Uint8Array(16), peerAddress: new Uint8Array(16), options: [] };
  for (const [relays, sends] of [
    [[relay], 0],
    [[], 1],
  ] as const) {
    const bytes = encodeMessage({ ...message, relays });
    assert.equal(step(SETTINGS, state, { kind: "datagram", bytes, unicast: true }, 1, () => 0.5).actions.length, sends);
  }
});

test("give back: a second duplicate is declined together with the first", () => {
  const two: Ia = { ...ADDRESS, leases: ["2001:db8::5 1800 3600", "2001:db8::6 1800 3600"] };
  play([
    ...BIND.slice(0, 2),
    [1, reply({ ias: [two] }), [CONFIGURE, "configure 2001:db8::6 for 1800 3600", "options"], "bound until 901"],
    [2, duplicate("2001:db8::5"), [LOST("conflict"), `DECLINE #3 to 1, ${HAS}`], "decline until 3"],
    [
      2.5,
      duplicate("2001:db8::6"),
      ["deconfigure 2001:db8::6, conflict", "DECLINE #4 to 1, NA 1 [2001:db8::5 2001:db8::6]"],
      "decline until 3.5",
    ],
    [2.6, reply({ ias: [] }), [], "solicit until 12.6"],
  ]);
});

const inform: ClientEvent = { kind: "inform" };
const REFRESH = (seconds: number): Changes => ({ ias: [], options: [u32(OptionCode.informationRefreshTime, seconds)] });
const INFORMING: Stories = {
  "18.2.6: after a delay, for ever, by 3600 seconds at most": [
    [0, inform, [], "information-request until 0.5"],
    [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
    [1.5, tick, ["INFORMATION-REQUEST #1, after 1"], "information-request until 3.5"],
    [3.5, tick, ["INFORMATION-REQUEST #1, after 3"], "information-request until 7.5"],
  ],
  "21.23: without a refresh time it is asked for again after a day": [
    [0, inform, [], "information-request until 0.5"],
    [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
    [1, reply({ ias: [] }), ["options"], "informed until 86401"],
    [86401, tick, [], "information-request until 86401.5"],
    [86401.5, tick, ["INFORMATION-REQUEST #2"], "information-request until 86402.5"],
  ],
  "21.23: the server's refresh time": [
    [0, inform, [], "information-request until 0.5"],
    [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
    [1, reply(REFRESH(3600)), ["options"], "informed until 3601"],
  ],
  "21.23: not less than 600 seconds": [
    [0, inform, [], "information-request until 0.5"],
    [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
    [1, reply(REFRESH(599)), ["options"], "informed until 601"],
  ],
  "7.7: infinity is never, but for another link, or on request": [
    [0, inform, [], "information-request until 0.5"],
    [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
    [1, reply(REFRESH(0xffffffff)), ["options"], "informed"],
    [100, linkUp, [], "information-request until 100.5"],
    [100.5, tick, ["INFORMATION-REQUEST #2"], "information-request until 101.5"],
    [101, reply(REFRESH(0xffffffff)), ["options"], "informed"],
    [200, { kind: "renew" }, ["INFORMATION-REQUEST #3"], "information-request until 201"],
    [201, release, [], "stopped"],
  ],
  "RFC 7083: INF_MAX_RT is obeyed, and what failed is asked for again": [
    [0, inform, [], "information-request until 0.5"],
    [0.5, tick, ["INFORMATION-REQUEST #1"], "information-request until 1.5"],
    [1, reply({ ias: [], status: "UnspecFail", options: [u32(OptionCode.infMaxRt, 60)] }), [], "information-request until 1.5"],
    [1.5, tick, ["INFORMATION-REQUEST #1, after 1"], "information-request until 3.5"],
    [3.5, tick, ["INFORMATION-REQUEST #1, after 3"], "information-request until 7.5"],
    [7.5, tick, ["INFORMATION-REQUEST #1, after 7"], "information-request until 15.5"],
    [15.5, tick, ["INFORMATION-REQUEST #1, after 15"], "information-request until 31.5"],
    [31.5, tick, ["INFORMATION-REQUEST #1, after 31"], "information-request until 63.5"],
    [63.5, tick, ["INFORMATION-REQUEST #1, after 63"], "information-request until 123.5"],
  ],
};
for (const [name, lines] of Object.entries(INFORMING)) test(`inform: ${name}`, () => void play(lines));

/** SOL_MAX_RT of three advertisements without leases, and what counts then. */
const SOL_MAX_RTS: readonly [name: string, said: readonly (number | undefined)[], counts: number][] = [
  ["none", [undefined, undefined], 3600],
  ["all the same", [60, 60, 60], 60],
  ["some say none", [undefined, 86400, undefined], 86400],
  ["18.2.9: different ones are none", [60, 61], 3600],
  ["different ones stay none", [60, 61, 60], 3600],
  ["21.24: too small", [59], 3600],
  ["21.24: too large", [86401], 3600],
  ["21.24: an impossible one does not count as different", [60, 59], 60],
];
for (const [name, said, counts] of SOL_MAX_RTS) {
  test(`SOL_MAX_RT and INF_MAX_RT: ${name}`, () => {
    const lines = said.map((seconds): Line => {
      const options = seconds === undefined ? [] : [u32(OptionCode.solMaxRt, seconds), u32(OptionCode.infMaxRt, seconds)];
      return [0.1, advertise({ ias: [NO_ADDRESS], options }), [], "solicit until 1.05"];
    });
    const { solMaxRt, infMaxRt } = play([[0, start, [SOLICIT], "solicit until 1.05"], ...lines]);
    assert.deepEqual([solMaxRt, infMaxRt], [counts * 1000, counts * 1000]);
  });
}

test("SOL_MAX_RT and INF_MAX_RT: those of a REPLY replace what was, whatever its status", () => {
  const { solMaxRt, infMaxRt } = play([
    ...BIND.slice(0, 2),
    [1, reply({ status: "UnspecFail", options: [u32(OptionCode.solMaxRt, 100), u32(OptionCode.infMaxRt, 200)] }), [], "request until 1.5"],
  ]);
  assert.deepEqual([solMaxRt, infMaxRt], [100_000, 200_000]);
});
