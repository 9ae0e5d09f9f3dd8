import { toHex } from "../../../net/bytes.ts";
import { parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import { formatMac, parseMac } from "../../../net/mac.ts";
import type { PlainMap } from "../translation.ts";
import { addNote } from "../translation.ts";
import { bytesOf, identifierOf } from "./literal.ts";
import { configOf, permitsOf, readSettings, type Settings } from "./settings.ts";
import type { Statement } from "./statement.ts";
import { addressesOf } from "./words.ts";
import { isEmpty, leaveOut, noteFrom, type Work, wordAt } from "./work.ts";

/** A host as a reservation of one protocol. */
export interface Reserved {
  readonly protocol: "dhcp4" | "dhcp6";
  readonly reservation: PlainMap;
  /** Its first address; undefined: it has none. */
  readonly address: string | undefined;
  readonly from: Statement;
}

export interface HostContext {
  readonly work: Work;
  /** `use-host-decl-names` where the host stands. */
  readonly namesHosts: boolean;
  readonly drop: (protocol: "dhcp4" | "dhcp6") => string;
}

/** Reads `host NAME { ... }`; `group` is what the groups around it set. */
export function readHost(statement: Statement, group: Settings, context: HostContext): readonly Reserved[] {
  const { work } = context;
  const { settings, rest } = readSettings(statement.block ?? [], group, work);
  for (const one of rest) leaveOut(work, "error", one, "it can't stand in a host");
  const { flags } = settings;
  const name = wordAt(statement, 1);
  const addresses = listed(flags.get("fixed-address"), (text) => parseIpv4(text) !== undefined, work);
  const addresses6 = listed(flags.get("fixed-address6"), (text) => parseIpv6(text) !== undefined, work);
  const prefixes = listed(flags.get("fixed-prefix6"), (text) => /^[0-9a-f:.]+\/\d+$/i.test(text), work);
  const is6 = addresses6.length > 0 || prefixes.length > 0;
  const denied = permitsOf(settings).filter((one) => wordAt(one, 0) !== "allow");
  const isDenied = denied.some((one) => wordAt(one, 1) === "booting");
  for (const one of denied)
    if (wordAt(one, 1) !== "booting") leaveOut(work, "error", one, "in a host only `deny booting` has a counterpart");

  const make = (protocol: "dhcp4" | "dhcp6", match: PlainMap, more: PlainMap): Reserved => {
    const reservation: PlainMap = { ...more, match };
    const options = {
      ...(protocol === "dhcp4" ? group.options4 : group.options6),
      ...(protocol === "dhcp4" ? settings.options4 : settings.options6),
    };
    const { hostname, ...others } = options;
    const shown = context.namesHosts ? name : undefined;
    if (protocol === "dhcp4" && typeof hostname === "string") reservation.hostname = hostname;
    else if (shown !== undefined) reservation.hostname = shown;
    if (isDenied) reservation.classes = [context.drop(protocol)];
    if (settings.setsTimes !== undefined || group.setsTimes !== undefined)
      reservation.config = configOf({ ...settings, setsTimes: settings.setsTimes ?? group.setsTimes }, protocol === "dhcp6", work);
    if (protocol === "dhcp4") Object.assign(reservation, group.boot, settings.boot);
    if (!isEmpty(others)) reservation.options = others;
    copyNotes(work, settings.boot, reservation);
    copyNotes(work, protocol === "dhcp4" ? settings.options4 : settings.options6, others);
    return {
      protocol,
      reservation,
      address: (more.ip ?? (more.addresses as string[] | undefined)?.[0]) as string | undefined,
      from: statement,
    };
  };

  const made: Reserved[] = [];
  const { dhcp4, dhcp6 } = work.serves;
  if (dhcp4 && !(is6 && addresses.length === 0)) {
    const matches = identifiers4(settings, statement, work);
    for (const match of matches) {
      const named = addresses.length === 0 ? [undefined] : addresses;
      for (const ip of named) made.push(make("dhcp4", match, ip === undefined ? {} : { ip }));
    }
  }
  if (dhcp6 && (is6 || addresses.length === 0)) {
    for (const match of identifiers6(settings, statement, work)) {
      const more: PlainMap = {};
      if (addresses6.length > 0) more.addresses = addresses6;
      if (prefixes.length > 0) more.prefixes = prefixes;
      made.push(make("dhcp6", match, more));
    }
  }
  // The name that the file gives it is nowhere else.
  return made.map((one) => {
    if (one.reservation.hostname === name || name === "") return one;
    const { from } = one;
    return { ...one, from: { ...from, behind: from.behind ?? `host ${name}` } };
  });
}

/** Adds a reservation to a list. */
export function addReserved(list: PlainMap[], { reservation, from }: Reserved, work: Work): void {
  noteFrom(work, list, list.length, from);
  list.push(reservation);
}

function copyNotes(work: Work, from: PlainMap, to: PlainMap): void {
  for (const [key, note] of work.notes.of.get(from) ?? []) if (Object.hasOwn(to, key)) addNote(work.notes, to, key, note);
}

function listed(statement: Statement | undefined, isOne: (text: string) => boolean, work: Work): string[] {
  if (statement === undefined) return [];
  const all = addressesOf(statement.words.slice(1));
  const unknown = all.filter((text) => !isOne(text));
  if (unknown.length > 0) leaveOut(work, "error", statement, `${unknown.join(", ")}: names are not looked up`, "write the address");
  return all.filter(isOne);
}

/** How a client may be known: any of these is enough. */
function identifiers4({ flags }: Settings, statement: Statement, work: Work): readonly PlainMap[] {
  const found: PlainMap[] = [];
  const client = flags.get("client-identifier") ?? flags.get("uid");
  if (client !== undefined) {
    const bytes = client.words.at(-1) && bytesOf(client.words.at(-1) as Statement["words"][number]);
    if (bytes === undefined) leaveOut(work, "error", client, "the identifier is not understood");
    else found.push({ client_id: identifierOf(bytes) });
  }
  const hardware = hardwareOf(flags.get("hardware"), work);
  if (hardware !== undefined) found.push({ chaddr: hardware });
  const identifier = flags.get("host-identifier");
  if (identifier !== undefined) {
    const [, , option = "", value] = identifier.words.map(({ text }) => text);
    const bytes = value === undefined ? undefined : bytesOf(identifier.words[3] as Statement["words"][number]);
    const key = { "agent.circuit-id": "circuit_id", "agent.remote-id": "remote_id" }[option];
    const known = work.names.dhcp4.find(option);
    if (bytes === undefined || (key === undefined && known === undefined)) leaveOut(work, "error", identifier, "it is not understood");
    else if (key !== undefined) found.push({ [key]: identifierOf(bytes) });
    else if (known !== undefined) found.push({ options: { [known.name]: { type: "hex", value: toHex(bytes) } } });
  }
  if (found.length === 0)
    leaveOut(
      work,
      "error",
      statement,
      "nothing in it tells a client of DHCPv4",
      "write hardware ethernet, or option dhcp-client-identifier",
    );
  return found;
}

function identifiers6({ flags }: Settings, statement: Statement, work: Work): readonly PlainMap[] {
  const found: PlainMap[] = [];
  const identifier = flags.get("host-identifier");
  const duid = flags.get("client-identifier");
  const token = identifier !== undefined && wordAt(identifier, 2) === "dhcp6.client-id" ? identifier.words[3] : duid?.words.at(-1);
  const bytes = token === undefined ? undefined : bytesOf(token);
  if (bytes !== undefined) found.push({ duid: toHex(bytes).replace(/(..)(?=.)/g, "$1:") });
  else if (identifier !== undefined) leaveOut(work, "error", identifier, "only dhcp6.client-id has a counterpart");
  const hardware = hardwareOf(flags.get("hardware"), work);
  if (hardware !== undefined) found.push({ chaddr: hardware });
  if (found.length === 0 && identifier === undefined)
    leaveOut(work, "error", statement, "nothing in it tells a client of DHCPv6", "write host-identifier option dhcp6.client-id");
  return found;
}

function hardwareOf(statement: Statement | undefined, work: Work): string | undefined {
  if (statement === undefined) return undefined;
  const mac = parseMac(wordAt(statement, 2).replace(/\b(\w)\b/g, "0$1"));
  if (wordAt(statement, 1) === "ethernet" && mac !== undefined) return formatMac(mac);
  leaveOut(work, "error", statement, "only Ethernet addresses have a counterpart", "match by client_id");
  return undefined;
}
