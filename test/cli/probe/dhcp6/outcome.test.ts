import assert from "node:assert/strict";
import { test } from "node:test";
import { conclude, type Success } from "../../../../src/cli/probe/dhcp6/outcome.ts";
import type { AssociationRequest } from "../../../../src/client/dhcp6/index.ts";
import { advertise, answerMessage, type Changes, type Ia, prefix, reply } from "../../../client/dhcp6/script.ts";

const NA: AssociationRequest = { kind: "IA_NA", iaid: 1, prefixes: [prefix("2001:db8::5/128")] };
const PD: AssociationRequest = { kind: "IA_PD", iaid: 1, prefixes: [prefix("2001:db8:5::/56")] };
const ADDRESS: Ia = { leases: ["2001:db8::5 1800 3600"] };
const PREFIX: Ia = { kind: "IA_PD", leases: ["2001:db8:5::/56 1800 4294967295"] };
const NO_PREFIX: Ia = { kind: "IA_PD", status: "NoPrefixAvail" };
const NO_IAS: Changes = { ias: [] };

const TABLE: readonly [
  name: string,
  answer: ReturnType<typeof reply>,
  success: Success,
  about: readonly AssociationRequest[],
  ok: boolean,
  text: string,
][] = [
  ["an offer", advertise(), "advertised", [NA], true, "advertised 2001:db8::5 for 3600 s by fe80::1 in 1 ms"],
  ["a lease", reply(), "leased", [NA], true, "leased 2001:db8::5 for 3600 s from fe80::1 in 1 ms"],
  [
    "both",
    reply({ ias: [ADDRESS, PREFIX] }),
    "renewed",
    [NA, PD],
    true,
    "renewed 2001:db8::5 for 3600 s, 2001:db8:5::/56 for ever from fe80::1 in 1 ms",
  ],
  [
    "one of two",
    reply({ ias: [ADDRESS, NO_PREFIX] }),
    "leased",
    [NA, PD],
    false,
    "leased 2001:db8::5 for 3600 s from fe80::1 in 1 ms, but IA_PD 1: NoPrefixAvail",
  ],
  [
    "one of two, in silence",
    reply({ ias: [ADDRESS] }),
    "leased",
    [NA, PD],
    false,
    "leased 2001:db8::5 for 3600 s from fe80::1 in 1 ms, but nothing for IA_PD 1",
  ],
  ["none", reply({ ias: [{ status: "NoAddrsAvail" }] }), "leased", [NA], false, "refused by fe80::1 (IA_NA 1: NoAddrsAvail)"],
  ["none, in silence", reply(NO_IAS), "leased", [NA], false, "refused by fe80::1 (nothing for IA_NA 1)"],
  ["no lifetime", reply({ ias: [{ leases: ["2001:db8::5 0 0"] }] }), "renewed", [NA], false, "refused by fe80::1 (nothing for IA_NA 1)"],
  ["the message refused", reply({ ...NO_IAS, status: "NotOnLink" }), "leased", [NA], false, "refused by fe80::1 (NotOnLink)"],
  ["another type", advertise(), "leased", [NA], false, "fe80::1 answered with ADVERTISE where the answer should be REPLY"],
  ["not an offer", reply(), "advertised", [NA], false, "fe80::1 answered with REPLY where the answer should be ADVERTISE"],
  ["confirmed", reply(NO_IAS), "confirmed", [NA], true, "confirmed 2001:db8::5, by fe80::1 in 1 ms"],
  ["not confirmed", reply({ ...NO_IAS, status: "NotOnLink" }), "confirmed", [NA], false, "refused by fe80::1 (NotOnLink)"],
  [
    "released",
    reply({ ...NO_IAS, status: "Success" }),
    "released",
    [NA, PD],
    true,
    "released 2001:db8::5, 2001:db8:5::/56, by fe80::1 in 1 ms",
  ],
  [
    "nothing to release",
    reply({ ias: [{ status: "NoBinding" }], status: "Success" }),
    "released",
    [NA],
    false,
    "refused by fe80::1 (IA_NA 1: NoBinding)",
  ],
  ["declined", reply(NO_IAS), "declined", [NA], true, "declined 2001:db8::5, by fe80::1 in 1 ms"],
  ["informed", reply(NO_IAS), "informed", [], true, "fe80::1 answered with REPLY and 2 options in 1 ms"],
  ["not informed", reply({ ...NO_IAS, status: "UnspecFail" }), "informed", [], false, "refused by fe80::1 (UnspecFail)"],
  [
    "anything is an answer",
    reply({ ...NO_IAS, status: "NotAllowed" }),
    "answered",
    [],
    true,
    "fe80::1 answered with REPLY and 3 options in 1 ms",
  ],
];
for (const [name, answer, success, about, ok, text] of TABLE) {
  test(`what an answer comes to: ${name}`, () => {
    assert.deepEqual(conclude(answerMessage(answer, 1), "fe80::1", "in 1 ms", success, about), { ok, text });
  });
}
