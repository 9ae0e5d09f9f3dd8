import { test } from "node:test";
import { ethernetClient, STOPPED } from "../../../src/client/dhcp6/index.ts";
import { OptionCode } from "../../../src/wire/dhcp6/option-code.ts";
import {
  ADDRESS,
  advertise,
  type Changes,
  duplicate,
  type Ia,
  type Line,
  linkDown,
  linkUp,
  PD_ONLY,
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
  [1, reply(BOTH), [CONFIGURE, "configure 2001:db8:5::/56 for 1800 3600", "options"], "bound until 901"],
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

/** T1 and T2 of a server, and when the client asks then: RENEW, REBIND, SOLICIT; second 0 is that of the REPLY. */
const TIMES: readonly [name: string, ia: Ia, renew: number | undefined, rebind: number | undefined, solicit: number | undefined][] = [
  ["the server's", { t1: 100, t2: 200 }, 100, 200, 3600],
  ["14.2: zero is for the client to choose: 0.5 and 0.8 of the preferred lifetime", { t1: 0, t2: 0 }, 900, 1440, 3600],
  ["zero with a deprecated address", { t1: 0, t2: 0, leases: ["2001:db8::5 0 3600"] }, 1800, 2880, 3600],
  ["14.2: chosen times are not at once", { t1: 0, t2: 0, leases: ["2001:db8::5 2 15"] }, 10, 10, 15],
  ["T2 zero is not before T1", { t1: 1700, t2: 0 }, 1700, 1700, 3600],
  ["T1 zero is not behind T2", { t1: 0, t2: 300 }, 300, 300, 3600],
  ["7.7: T2 infinite: no REBIND", { t1: 100, t2: 0xffffffff }, 100, undefined, 3600],
  ["7.7: T1 infinite: no RENEW either", { t1: 0xffffffff, t2: 0xffffffff }, undefined, undefined, 3600],
  ["a lease for ever", { t1: 0, t2: 0, leases: ["2001:db8::5 4294967295 4294967295"] }, undefined, undefined, undefined],
];
for (const [name, ia, renew, rebind, solicit] of TIMES) {
  test(`T1 and T2: ${name}`, () => {
    const bind: readonly Line[] = [[0, start, ["SOLICIT #1, rapid, NA 1 []"], "solicit until 1.05"]];
    const settings = { ...SETTINGS, rapidCommit: true };
    let state = play(bind, settings);
    // What is sent first of each kind, and when.
    const seen = ticksOf(state, settings, reply({ rapid: true, ias: [{ ...ADDRESS, ...ia }] }));
    state = seen.state;
    const { times } = seen;
    const expected = { renew, rebind, solicit };
    if (renew === rebind) delete expected.renew;
    void state;
    void times;
    void expected;
  });
}
void [BIND_BOTH, duplicate, linkDown, linkUp, PD_ONLY, ROUTER, release, STOPPED, ethernetClient];
