import { isWithin } from "../../wire/dns/name.ts";
import { encodeQuery } from "../../wire/dns/query.ts";
import type { DnsMessage } from "../../wire/dns/read.ts";
import { Rcode, RecordType } from "../../wire/dns/type-code.ts";
import type { Outcome } from "./outcome.ts";

/*
 * Which zone a name is in, where the configuration does not say: the server is asked for the SOA
 * record of the name, and with it, or with the answer that there is none, comes that of the zone.
 */

/** How long an answer is remembered, in milliseconds; the same, that there was none. */
const KNOWN_FOR = 600_000;
const UNKNOWN_FOR = 60_000;
const MOST_KNOWN = 10_000;
/** Labels of the reverse zone of a /64, below which it is not asked for each address. */
const LABELS_OF_LINK = 18;

export interface Zones {
  /**
   * The zone that a name is in. `""` never is one: the server has none for it. An outcome: it could
   * not be asked. `ask` sends a query to the server.
   */
  zoneOf(name: string, ask: (encode: (id: number) => Uint8Array) => Promise<Outcome>): Promise<string | Outcome>;
}

/** What one server says. `now`: milliseconds that never go back. */
export function createZones(now: () => number): Zones {
  const known = new Map<string, { readonly zone: string; readonly until: number }>();

  return {
    async zoneOf(name, ask) {
      const key = domainOf(name);
      const found = known.get(key);
      if (found !== undefined && found.until > now()) return found.zone;
      let zone = "";
      for (let owner = name; owner !== ""; owner = parentOf(owner)) {
        const asked = owner;
        const outcome = await ask((id) => encodeQuery({ id, name: asked, type: RecordType.SOA }));
        if (outcome.kind !== "answered" || outcome.message.header.rcode === Rcode.SERVFAIL) return outcome;
        zone = zoneIn(outcome.message, name);
        if (zone !== "") break;
      }
      known.delete(key);
      if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value as string);
      known.set(key, { zone, until: now() + (zone === "" ? UNKNOWN_FOR : KNOWN_FOR) });
      return zone;
    },
  };
}

/** Of which names with the same one are in the same zone, as a rule. */
function domainOf(name: string): string {
  const labels = name.split(".");
  if (labels.at(-2) === "ip6" && labels.length > LABELS_OF_LINK) return labels.slice(-LABELS_OF_LINK).join(".");
  return labels.slice(1).join(".");
}

function parentOf(name: string): string {
  const dot = name.indexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1);
}

function zoneIn({ answers, authorities }: DnsMessage, name: string): string {
  const soa = [...answers, ...authorities].find((record) => record.type === RecordType.SOA && isWithin(name, record.name));
  return soa?.name ?? "";
}
