import { nameOfRcode, Rcode } from "../../wire/dns/type-code.ts";
import type { Outcome } from "./outcome.ts";

/*
 * What can become of an update, and what to do about it.
 */

/** How an update ended, as it is counted. */
export const UPDATE_RESULTS = [
  "ok",
  "conflict",
  "refused",
  "servfail",
  "notauth",
  "badkey",
  "badsig",
  "badtime",
  "unsigned",
  "formerr",
  "notimp",
  "timeout",
  "unreachable",
  "no-server",
  "other",
] as const;
/** One of `UPDATE_RESULTS`. */
export type UpdateResult = (typeof UPDATE_RESULTS)[number];

/** A message that brought nothing about. */
export interface Failure {
  readonly result: UpdateResult;
  /** What the server said, or did not, and what to do: for people. */
  readonly text: string;
  /** What fails with it: all that is sent to the server, all with its key, or this one name only. */
  readonly scope: "server" | "key" | "name";
}

/** What an answer to an update means: its prerequisites held, or did not, or it failed. */
export type Judged = "done" | "unmet" | Failure;

const UNMET: readonly number[] = [Rcode.YXDOMAIN, Rcode.YXRRSET, Rcode.NXRRSET, Rcode.NXDOMAIN];

const BY_RCODE: Readonly<Record<number, readonly [UpdateResult, string]>> = {
  [Rcode.FORMERR]: ["formerr", "it does not understand the message"],
  [Rcode.SERVFAIL]: ["servfail", "it fails itself: its own log says why"],
  [Rcode.NOTIMP]: ["notimp", "it takes no updates: name another server under ddns"],
  [Rcode.REFUSED]: ["refused", "it does not permit this update: look at allow-update or update-policy of the zone there"],
  [Rcode.NOTAUTH]: ["notauth", "it has no authority for the zone: name the zone's primary server under ddns"],
  [Rcode.NOTZONE]: ["other", "the name is not within the zone: look at the names of entries under ddns"],
};

const BY_TSIG: Readonly<Record<string, readonly [UpdateResult, string]>> = {
  BADKEY: ["badkey", "it does not know the key: its name and algorithm have to be the same on both sides"],
  BADSIG: ["badsig", "the secret of the key is another one there"],
  BADTIME: ["badtime", "its clock and this machine's are too far apart"],
};

/** What to think of what came back. `now`: seconds since 1970. */
export function judgeOutcome(outcome: Outcome, now: number): Judged {
  switch (outcome.kind) {
    case "answered": {
      const { rcode } = outcome.message.header;
      if (rcode === Rcode.NOERROR) return "done";
      if (UNMET.includes(rcode)) return "unmet";
      const [result, advice] = BY_RCODE[rcode] ?? ["other", "an answer that is none to an update"];
      return { result, text: `${nameOfRcode(rcode)}: ${advice}`, scope: "name" };
    }
    case "key-refused": {
      const [result, advice] = BY_TSIG[outcome.error] ?? ["other", "it does not take the signature"];
      const apart = outcome.serverTime === undefined ? "" : ` (by ${Math.abs(Math.round(outcome.serverTime - now))} s)`;
      return { result, text: `${outcome.error}: ${advice}${apart}`, scope: "key" };
    }
    case "forged":
      if (outcome.error === "BADTIME")
        return {
          result: "badtime",
          text: "its answer is signed at another time: its clock and this machine's are too far apart",
          scope: "key",
        };
      return { result: "badsig", text: `the signature of its answer is wrong (${outcome.error}), so nothing in it counts`, scope: "key" };
    case "unsigned":
      return {
        result: "unsigned",
        text: `${nameOfRcode(outcome.rcode)}: its answer is not signed, though the update was, so nothing in it counts`,
        scope: "key",
      };
    case "malformed":
      return { result: "other", text: `its answer is malformed: ${outcome.problem}`, scope: "name" };
    case "closed":
      return { result: "other", text: "updates have ended", scope: "server" };
    case "timeout":
      return { result: "timeout", text: "it does not answer", scope: "server" };
    case "unreachable":
      return { result: "unreachable", text: `it can't be reached (${outcome.code})`, scope: "server" };
  }
}

/** All of them at zero. */
export function noResults(): Record<UpdateResult, number> {
  return Object.fromEntries(UPDATE_RESULTS.map((result) => [result, 0])) as Record<UpdateResult, number>;
}
