import { formatMac } from "../../../net/mac.ts";
import { hostname as hostnameSchema } from "../../schema/values.ts";
import { formatIdentifier } from "../../text/identifier.ts";
import type { PlainMap } from "../translation.ts";
import { bootOf } from "./boot.ts";
import { type Classes, named } from "./classes.ts";
import type { Part } from "./json.ts";
import { bytesOfHex } from "./option-types.ts";
import { readOptionData } from "./options.ts";
import { finish, put, type Remark, report, type Section, take, takeName, takeTexts } from "./section.ts";

/** A host, and where Kea says it. */
export interface Host {
  readonly out: PlainMap;
  readonly section: Section;
  /** Its first address, if it has one. */
  readonly address: string | undefined;
}

const REMARKS: Readonly<Record<string, Remark>> = {
  "excluded-prefixes": ["error", "what is excluded of a reserved prefix can't be set", "prefix pools have excluded_prefix"],
  "option-def": ["error", "a reservation can't define options of its own", "define them in option_definitions"],
};

const ALL_IDENTIFIERS = ["hw-address", "duid", "circuit-id", "client-id", "flex-id"] as const;

/** A reservation; undefined: it can't be carried over, which is reported. */
export function readReservation(section: Section, classes: Classes, identifiers: readonly string[]): Host | undefined {
  const { context } = classes;
  const { family, work } = context;
  const match = readMatch(section, classes, identifiers);
  const out: PlainMap = {};
  const name = takeName(section, "hostname");
  put(work, out, "hostname", name === undefined ? undefined : hostnameOf(name, section, classes), take(section, "hostname"));
  out.match = match ?? {};
  const address = readAddresses(section, classes, out);
  const groups = takeTexts(section, "client-classes");
  if (groups.length > 0)
    put(
      work,
      out,
      "classes",
      groups.map(({ text }) => named(text, undefined, classes)),
      take(section, "client-classes"),
    );
  if (!family.isDhcp6) for (const [key, value, part] of bootOf(section)) put(work, out, key, value, part);
  const { options, serverId } = readOptionData(section, context);
  put(work, out, "options", options, take(section, "option-data"));
  if (serverId !== undefined)
    report(work, "error", serverId.part.at, "a reservation can't choose the server identifier", "set server_id in the network");
  const hostName = family.isDhcp6 ? undefined : "hostname";
  if (hostName !== undefined && out.hostname !== undefined && options !== undefined && hostName in options) {
    report(work, "warning", section.part.at, "the name of the host is given twice: the option host-name gives way to hostname");
    delete options[hostName];
    if (Object.keys(options).length === 0) delete out.options;
  }
  finish(section, "a reservation", REMARKS);
  return match === undefined ? undefined : { out, section, address };
}

function readMatch(section: Section, { context }: Classes, identifiers: readonly string[]): PlainMap | undefined {
  const { family, work } = context;
  const found = ALL_IDENTIFIERS.flatMap((key) => {
    const part = take(section, key);
    const text = part === undefined ? undefined : takeName(section, key);
    return part === undefined || text === undefined ? [] : [{ key, part, text }];
  });
  const [first] = found;
  if (first === undefined) {
    report(work, "error", section.part.at, "the reservation has no identifier");
    return undefined;
  }
  const { key, part, text } = first;
  const own = family.identifiers.find(([kea]) => kea === key)?.[1];
  if (own === undefined) {
    const hint =
      key === "flex-id" ? "match on options, or on circuit_id or remote_id of the relay, whatever the flex-id is made of" : undefined;
    report(work, "error", part.at, `a reservation by ${key} can't be carried over`, hint);
    return undefined;
  }
  if (!identifiers.includes(key)) {
    report(
      work,
      "warning",
      part.at,
      `the reservation by ${key} is left out: host-reservation-identifiers does not name it`,
      "nor does Kea heed it",
    );
    return undefined;
  }
  const bytes = bytesOfHex(text);
  if (bytes === undefined || bytes.length === 0) {
    report(work, "error", part.at, `"${key}" must be hex digits, or text in single quotes, got ${JSON.stringify(text.slice(0, 40))}`);
    return undefined;
  }
  if (own === "chaddr" && bytes.length !== 6) {
    report(work, "error", part.at, `a hardware address of ${bytes.length} bytes can't be reserved for`, "match on client_id");
    return undefined;
  }
  const match: PlainMap = {};
  put(work, match, own, /^'.*'$/s.test(text.trim()) ? formatIdentifier(bytes) : formatMac(bytes), part);
  return match;
}

function hostnameOf(name: string, section: Section, { context }: Classes): string | undefined {
  if (hostnameSchema.safeParse(name).success) return name;
  const part = take(section, "hostname") as Part;
  report(context.work, "error", part.at, `${JSON.stringify(name.slice(0, 60))} is not the name of a host`, "letters, digits and hyphens");
  return undefined;
}

/** Sets the addresses and prefixes; the first address is returned. */
function readAddresses(section: Section, { context }: Classes, out: PlainMap): string | undefined {
  const { family, work } = context;
  const normal = (text: string, part: Part): string | undefined => {
    const address = family.address(text);
    if (address === undefined) report(work, "error", part.at, `${JSON.stringify(text)} is not an address`);
    return address;
  };
  if (!family.isDhcp6) {
    const part = take(section, "ip-address");
    const text = takeName(section, "ip-address");
    if (part === undefined || text === undefined || text === "0.0.0.0") return undefined;
    put(work, out, "ip", normal(text, part), part);
    return out.ip as string | undefined;
  }
  const addresses = takeTexts(section, "ip-addresses").flatMap(({ text, part }) => normal(text, part) ?? []);
  if (addresses.length > 0) put(work, out, "addresses", addresses, take(section, "ip-addresses"));
  const prefixes = takeTexts(section, "prefixes").map(({ text }) => family.prefix(text) ?? text);
  if (prefixes.length > 0) put(work, out, "prefixes", prefixes, take(section, "prefixes"));
  return addresses[0];
}
