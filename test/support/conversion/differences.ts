import { toHex } from "../../../src/net/bytes.ts";
import type { Difference } from "./answers.ts";

/** Differences that are meant, as `docs/conversion.md` lists them. */
export interface Intended {
  /** Whose answers differ; "all": whoever's. */
  readonly of: "all" | "dhcpd" | "kea" | "dnsmasq";
  /** Of one file alone. */
  readonly file?: string;
  /** What differs, and why, for people. */
  readonly what: string;
  readonly why: string;
  readonly is: (difference: Difference) => boolean;
}

export const INTENDED: readonly Intended[] = [
  {
    of: "kea",
    what: "T1 and T2 (options 58 and 59) are sent also where no timers are configured, as half and 7/8 of the lease time.",
    why: "They are what RFC 2131 says that clients assume without them.",
    is: (one) => (one.field === "option 58" || one.field === "option 59") && one.theirs === "",
  },
  {
    of: "kea",
    what: "Clients that ask for the broadcast address (option 28) get it, as they get the subnet mask.",
    why: "It follows from the network; Kea sends it only where it is written down.",
    is: (one) => one.field === "option 28" && one.theirs === "",
  },
  {
    of: "kea",
    what: "An INFORM from a network that is not authoritative is not answered.",
    why: "Whoever is not in charge of a network tells nothing about it to clients that it does not serve. `authoritative: true` makes Leasehold answer.",
    is: (one) => one.asked.endsWith(": INFORM") && one.field === "answer" && one.ours === "",
  },
  {
    of: "kea",
    what: "The host name that a client sends (option 12) is not sent back to it.",
    why: "It knows its name; a name is sent where one is configured for the host.",
    is: (one) => one.field === "option 12" && one.ours === "" && one.theirs === toHex(new TextEncoder().encode("somebody")),
  },
];

/** What is left of differences once those that are meant are taken away. */
export function unintended(differences: readonly Difference[], of: string, file: string): readonly Difference[] {
  const meant = INTENDED.filter((one) => (one.of === "all" || one.of === of) && (one.file === undefined || one.file === file));
  return differences.filter((difference) => !meant.some(({ is }) => is(difference)));
}
