import { toHex } from "../../../src/net/bytes.ts";
import type { Difference } from "./answers.ts";

/** Differences that are meant, as `docs/reference/conversion.md` lists them. */
export interface Intended {
  /** Whose answers differ; "all": whoever's. */
  readonly of: "all" | "dhcpd" | "kea" | "dnsmasq" | "dhcpd, kea" | "dhcpd, dnsmasq" | "dhcpd, kea, dnsmasq";
  /** Of one file alone. */
  readonly file?: string;
  /** What differs, and why, for people. */
  readonly what: string;
  readonly why: string;
  readonly is: (difference: Difference) => boolean;
}

/** Seconds, for what is rounded on both sides. */
const ROUNDING = 2;

/** Whether these are the same but for numbers that differ by no more than the seconds that passed. */
function areSecondsApart(theirs: readonly number[], ours: readonly number[], took: number): boolean {
  return theirs.length === ours.length && theirs.every((their, i) => Math.abs(their - (ours[i] ?? Number.NaN)) <= took + ROUNDING);
}

/** Whether T1 and T2 are 0.5 and 0.8 of the shortest preferred lifetime. */
function areRecommended({ field, ours, answer }: Difference): boolean {
  const given = answer?.[field.replace(" times", "")] ?? "";
  const preferred = Math.min(...[...given.matchAll(/\bpreferred (\d+)/g)].map(([, seconds]) => Number(seconds)));
  return ours === `T1 ${Math.floor(preferred * 0.5)}, T2 ${Math.floor(preferred * 0.8)}`;
}

/** What T1 (option 58) or T2 (option 59) are where nobody says it, in hex (RFC 2131 section 4.4.5). */
function partOfLease({ field, answer }: Difference): string {
  const part = field === "option 58" ? 0.5 : field === "option 59" ? 0.875 : undefined;
  const lease = Number(`0x${answer?.["option 51"]}`);
  return part === undefined || Number.isNaN(lease)
    ? ""
    : Math.floor(lease * part)
        .toString(16)
        .padStart(8, "0");
}

/** T1 and T2 in text. */
function timesOf(text: string): readonly number[] {
  return (text.match(LIFETIMES) ?? []).map(Number);
}

const LIFETIMES = /(?<=\b(?:T1|T2|preferred|valid) )\d+/g;

export const INTENDED: readonly Intended[] = [
  {
    of: "all",
    what: "Who asks again within seconds is told what is left of the lease, or the whole lease time anew: seconds more or less.",
    why: "Not every server writes a lease anew that has just been given.",
    is: (one) =>
      (/^option (51|58|59)$/.test(one.field) &&
        areSecondsApart([Number(`0x${one.theirs}`)], [Number(`0x${one.ours}`)], one.took) &&
        /: (renewing|after a restart|REQUEST)$/.test(one.asked)) ||
      (/^IA_(NA|PD)( times)?$/.test(one.field) &&
        one.theirs.replaceAll(LIFETIMES, "") === one.ours.replaceAll(LIFETIMES, "") &&
        areSecondsApart((one.theirs.match(LIFETIMES) ?? []).map(Number), (one.ours.match(LIFETIMES) ?? []).map(Number), one.took) &&
        /: (REQUEST|RENEW|REBIND)$/.test(one.asked)),
  },
  {
    of: "dhcpd, dnsmasq",
    what: "A client that asks for nothing (no option 55) gets what every client needs, not all that is configured.",
    why: "Options that nobody asked for fill the packet. `{value: ..., always: true}` sends one to all.",
    is: (one) => one.field.startsWith("option ") && one.ours === "" && one.asked.includes("one that asks for nothing"),
  },
  {
    of: "all",
    what: "A refusal (DHCPNAK) says why in words (option 56), and in words of its own.",
    why: "Whoever looks at the packets knows at once.",
    is: (one) => one.field === "option 56" && one.ours !== "" && one.answer?.type === "NAK",
  },
  {
    of: "all",
    what: "Routers and static routes (options 3 and 33) are left out where classless routes (option 121) are sent.",
    why: "Clients that ask for these ignore the others (RFC 3442).",
    is: (one) => (one.field === "option 3" || one.field === "option 33") && one.ours === "" && one.answer?.["option 121"] !== undefined,
  },
  {
    of: "all",
    what: "DHCPv6: the information refresh time (option 32) is in answers to INFORMATION-REQUEST alone.",
    why: "It has no meaning elsewhere (RFC 8415 section 21.23).",
    is: (one) =>
      one.field === "option 32" &&
      one.ours === "" &&
      one.asked.includes(":") &&
      !one.asked.endsWith("INFORMATION-REQUEST") &&
      one.answer?.status !== undefined,
  },
  {
    of: "all",
    what: "DHCPv6: the preference of the server (option 7) is in ADVERTISE messages alone.",
    why: "It is for choosing among these (RFC 8415 sections 18.2.1 and 21.8).",
    is: (one) => one.field === "option 7" && one.ours === "" && one.answer?.status !== undefined && one.answer.type !== "ADVERTISE",
  },
  {
    of: "dhcpd",
    what: "DHCPv6: T1 and T2 are sent also where no timers are configured, as 0.5 and 0.8 of the preferred lifetime; dhcpd sends 0 and 0.",
    why: "0 leaves them to the client; these are the values that RFC 8415 section 21.4 recommends.",
    is: (one) => /^IA_(NA|PD) times$/.test(one.field) && one.theirs === "T1 0, T2 0" && areRecommended(one),
  },
  {
    of: "kea",
    what: "DHCPv6: vendor options (17) are sent with their values to each client that asks for them.",
    why: "Kea sends the enterprise number alone to clients that do not name the vendor themselves.",
    is: (one) => one.field === "option 17" && one.theirs.length === 8 && one.ours.startsWith(one.theirs),
  },
  {
    of: "kea",
    what: "DHCPv6: a client that renews what it never had is given an address where there is one, else told NoAddrsAvail; Kea tells it NoBinding.",
    why: "RFC 8415 section 18.3.4 allows the server to make the binding.",
    is: (one) => one.asked.endsWith(": RENEW") && one.field.endsWith(" status") && one.theirs === "3" && one.ours === "2",
  },
  {
    of: "kea",
    what: "DHCPv6: the release of what a client never had succeeds as a whole; only the IA says NoBinding.",
    why: "So RFC 8415 section 18.3.7 has it.",
    is: (one) => one.asked.endsWith(": RELEASE") && one.field === "status" && one.theirs === "3" && one.ours === "0",
  },
  {
    of: "kea",
    what: "DHCPv6: the answer to a RELEASE names only those IAs of which nothing was known.",
    why: "RFC 8415 section 18.3.7 asks for these; Kea names all.",
    is: (one) => one.asked.endsWith(": RELEASE") && one.field.startsWith("IA_") && one.ours === "",
  },
  {
    of: "kea",
    what: "DHCPv6: a host with several reserved addresses gets all of them at once.",
    why: "They are all its own; Kea gives one for each IA that the client has.",
    is: (one) => one.field === "IA_NA" && one.theirs !== "" && one.ours.startsWith(`${one.theirs}; `),
  },
  {
    of: "kea",
    what: "DHCPv6: a client that rebinds what it never had, and for which there is nothing, is told NoBinding; Kea tells it NoAddrsAvail.",
    why: "RFC 8415 section 18.3.5.",
    is: (one) => one.asked.endsWith(": REBIND") && one.field.endsWith(" status") && one.theirs === "2" && one.ours === "3",
  },
  {
    of: "dhcpd, kea",
    what: "In a shared network an INFORM is answered with the settings of the network that the address of the client is in.",
    why: "They are the ones that fit it; Kea takes those of the first network.",
    is: (one) => one.asked.endsWith(": INFORM") && one.field === "option 3" && one.theirs !== "" && one.ours !== "",
  },
  {
    of: "kea",
    what: "A refusal has the server identifier of the network (option 54), where one is configured.",
    why: "It is the one that the client knows from its lease; Kea takes the address of the interface.",
    is: (one) => one.field === "option 54" && one.answer?.type === "NAK" && one.theirs.length === 8 && one.ours.length === 8,
  },
  {
    of: "kea",
    what: "The answer to an INFORM has the subnet mask (option 1), where the client asks for it.",
    why: "Clients that have their address from elsewhere may want it; Kea tells it with a lease alone.",
    is: (one) => one.field === "option 1" && one.theirs === "" && one.ours.length === 8 && one.asked.endsWith(": INFORM"),
  },
  {
    of: "dhcpd, kea, dnsmasq",
    what: "The client identifier (option 61) is sent back, as the client sent it.",
    why: "RFC 6842 wants it; dhcpd does not do it, Kea not with `echo-client-id` false.",
    is: (one) => one.field === "option 61" && one.theirs === "" && one.ours !== "",
  },
  {
    of: "kea",
    what: "Options of a vendor (option 125) are sent with their values to each client that asks for them.",
    why: "Kea sends the enterprise number alone to clients that do not name the vendor themselves.",
    is: (one) => one.field === "option 125" && one.ours.startsWith(one.theirs.slice(0, 8)) && /^[0-9a-f]{8}00$/.test(one.theirs),
  },
  {
    of: "dnsmasq",
    what: "DHCPv6: a client that asks for no option is sent none.",
    why: "The Option Request says what a client wants (RFC 8415 section 18.3).",
    is: (one) => one.field === "option 23" && one.ours === "" && one.asked.includes("one in a hurry"),
  },
  {
    of: "dnsmasq",
    what: "DHCPv6: the information refresh time (option 32) is sent where it is configured.",
    why: "Clients ask again after a day by themselves (RFC 8415 section 21.23); dnsmasq sends the lease time.",
    is: (one) => one.field === "option 32" && one.ours === "" && one.asked.endsWith(": INFORMATION-REQUEST"),
  },
  {
    of: "dnsmasq",
    what: "T1 and T2 are the same for all clients; dnsmasq makes them shorter at random.",
    why: "Clients do so themselves (RFC 2131 section 4.4.5).",
    is: (one) =>
      (/^option 5[89]$/.test(one.field) && Number(`0x${one.theirs}`) < Number(`0x${one.ours}`) && one.ours === partOfLease(one)) ||
      (one.field === "IA_NA times" && timesOf(one.theirs).every((time, i) => time <= (timesOf(one.ours)[i] ?? 0))),
  },
  {
    of: "dhcpd",
    file: "vendor.conf",
    what: "Options of a vendor (option 125) are sent to clients that ask for them.",
    why: "dhcpd does not send what this file sets of them.",
    is: (one) => one.field === "option 125" && one.theirs === "" && one.ours !== "",
  },
  {
    of: "dhcpd",
    file: "office6.conf",
    what: "DHCPv6: no address is preferred for longer than it is valid, and T2 comes before the end of the lease.",
    why: "Clients leave out what has it otherwise (RFC 8415 sections 21.4 and 21.6).",
    is: (one) =>
      (one.field === "IA_NA times" && one.theirs === "T1 3600, T2 7200" && one.ours === "T1 3600, T2 5760") ||
      (one.field === "IA_NA" &&
        one.theirs.replaceAll(LIFETIMES, "") === one.ours.replaceAll(LIFETIMES, "") &&
        areSecondsApart(timesOf(one.theirs), [604_800, 7200], one.took) &&
        areSecondsApart([7200, 7200], timesOf(one.ours), one.took)),
  },
  {
    of: "dhcpd, kea",
    what: "T1 and T2 (options 58 and 59) are sent also where no timers are configured, as half and 7/8 of the lease time.",
    why: "They are what RFC 2131 says that clients assume without them.",
    is: (one) => one.theirs === "" && one.ours !== "" && one.ours === partOfLease(one),
  },
  {
    of: "dhcpd, kea",
    what: "Clients that ask for the broadcast address (option 28) get it, as they get the subnet mask.",
    why: "It follows from the network; the others send it only where it is written down.",
    is: (one) => one.field === "option 28" && one.theirs === "" && one.ours.length === 8,
  },
  {
    of: "kea",
    what: "An INFORM from a network that is not authoritative is not answered.",
    why: "Whoever is not in charge of a network tells nothing about it to clients that it does not serve. `authoritative: true` makes Leasehold answer.",
    is: (one) => one.asked.endsWith(": INFORM") && one.field === "answer" && one.theirs === "ACK" && one.ours === "",
  },
  {
    of: "kea",
    what: "The host name that a client sends (option 12) is not sent back to it.",
    why: "It knows its name; a name is sent where one is configured for the host.",
    is: (one) => one.field === "option 12" && one.theirs === toHex(new TextEncoder().encode("somebody")),
  },
];

/** What is left of differences once those that are meant are taken away. */
export function unintended(differences: readonly Difference[], of: string, file: string): readonly Difference[] {
  const meant = INTENDED.filter(
    (one) => (one.of === "all" || one.of.split(", ").includes(of)) && (one.file === undefined || one.file === file),
  );
  return differences.filter((difference) => !meant.some(({ is }) => is(difference)));
}
