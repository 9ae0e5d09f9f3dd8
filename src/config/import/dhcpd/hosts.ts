import { parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import type { PlainMap } from "../translation.ts";
import { settingsOf } from "./classes.ts";
import { bytesOf, identifierOf } from "./data.ts";
import { findOption, readValue } from "./options.ts";
import { applySettings, listOf, type Setting } from "./settings.ts";
import type { Statement } from "./syntax.ts";
import { type Family, put, report, type Work } from "./work.ts";

/** A host with what the groups around it say. */
export interface Host {
  readonly statement: Statement;
  readonly inherited: readonly Setting[];
  /** Whether the name of the declaration is the host's name. */
  readonly usesName: boolean;
}

/** A reservation that is made of a host, and where it belongs. */
export interface MadeHost {
  readonly family: Family;
  readonly out: PlainMap;
  readonly address: string | undefined;
  readonly statement: Statement;
}

/** The reservations that a host becomes; `global` are the settings of the top level. */
export function readHost(
  { statement, inherited, usesName }: Host,
  global: readonly Setting[],
  work: Work,
): { readonly made: readonly MadeHost[]; readonly isDropped: boolean } {
  const name = statement.words[1]?.text ?? "";
  const match: PlainMap = {};
  const identifiers: { readonly key: string; readonly value: unknown; readonly family: Family }[] = [];
  const settings: Setting[] = [];
  const v4: string[] = [];
  const v6: string[] = [];
  const prefixes: string[] = [];
  let isDropped = false;
  for (const one of statement.block ?? []) {
    const [first, second = "", third = ""] = one.words.map(({ text }) => text);
    const last = one.words.at(-1);
    if (first === "hardware") identifiers.push({ key: "chaddr", value: third.toLowerCase().replace(/\b([0-9a-f])\b/g, "0$1"), family: 4 });
    else if (first === "dynamic" || first === "deleted") report(work, "warning", one, "the host was made by OMAPI");
    else if ((first === "option" && second === "dhcp-client-identifier") || first === "uid" || first === "dhcp-client-identifier") {
      const bytes = last && bytesOf(last);
      if (bytes !== undefined) identifiers.push({ key: "client_id", value: identifierOf(bytes), family: 4 });
      else report(work, "error", one, "the client identifier can't be read: text in quotes or hex is expected");
    } else if (first === "host-identifier") identifiers.push(...readIdentifier(one, work));
    else if (first === "fixed-address") {
      for (const address of listOf(one)) {
        if (parseIpv4(address) !== undefined) v4.push(address);
        else report(work, "error", one, `${address}: Leasehold looks up no names`, "write the address of the host");
      }
    } else if (first === "fixed-address6") v6.push(...listOf(one).filter((address) => parseIpv6(address) !== undefined));
    else if (first === "fixed-prefix6") prefixes.push(second);
    else if ((first === "deny" || first === "ignore") && second === "booting") isDropped = true;
    else settings.push(...settingsOf(one, work, "a host"));
  }
  const hostName = settings.find((one) => one.kind === "option" && (one.key === "hostname" || one.key === "host_name"));
  const rest = settings.filter((one) => one !== hostName);
  const has6 =
    v6.length > 0 ||
    prefixes.length > 0 ||
    identifiers.some(({ key, family }) => family === 6 && key !== "chaddr") ||
    (!work.has4 && work.has6);
  const makeOne = (family: Family, address: string | undefined, by: readonly (typeof identifiers)[number][]): MadeHost => {
    const out: PlainMap = {};
    const named = hostName?.kind === "option" ? hostName.value : usesName ? name : undefined;
    if (named !== undefined) put(work, out, "hostname", named, undefined);
    if (family === 4) put(work, out, "ip", address, undefined);
    put(work, out, "match", { ...match, ...Object.fromEntries(by.map(({ key, value }) => [key, value])) }, undefined);
    if (family === 6 && v6.length > 0) put(work, out, "addresses", v6, undefined);
    if (family === 6 && prefixes.length > 0) put(work, out, "prefixes", prefixes, undefined);
    applySettings(work, out, [...inherited, ...rest], global, family, "host");
    if (isDropped) out.classes = ["DROP"];
    const behind = statement.behind ?? (named === name ? undefined : name);
    return { family, out, address: family === 4 ? address : v6[0], statement: { ...statement, behind } };
  };
  const made: MadeHost[] = [];
  if (identifiers.length === 0) {
    report(work, "error", statement, `nothing tells who the host "${name}" is`);
    return { made, isDropped: false };
  }
  const for4 = identifiers.filter(({ family }) => family === 4);
  if (!has6 || v4.length > 0) {
    // Any of several identifiers tells a host in dhcpd; in Leasehold all that are named must hold.
    const [first, ...others] = for4;
    if (first !== undefined) {
      if (v4.length === 0) for (const one of for4) made.push(makeOne(4, undefined, [one]));
      else {
        for (const address of v4) made.push(makeOne(4, address, [first]));
        for (const one of others)
          report(
            work,
            "warning",
            statement,
            `the host "${name}" is known by its ${first.key} alone: an address is reserved by one identifier, not by its ${one.key} too`,
          );
      }
    }
  }
  if (has6) {
    const [first] = [...identifiers.filter(({ family }) => family === 6), ...for4.filter(({ key }) => key === "chaddr")];
    if (first !== undefined) made.push(makeOne(6, undefined, [first]));
  }
  return { made, isDropped };
}

/** `host-identifier option NAME VALUE` and `host-identifier v6relopt N NAME VALUE`. */
function readIdentifier(
  statement: Statement,
  work: Work,
): readonly { readonly key: string; readonly value: unknown; readonly family: Family }[] {
  const { words } = statement;
  const isRelays = words[1]?.text === "v6relopt";
  const name = words[isRelays ? 3 : 2]?.text ?? "";
  const value = words.slice(isRelays ? 4 : 3);
  const bytes = value.length === 1 && value[0] !== undefined ? bytesOf(value[0]) : undefined;
  const direct = KEYS[name];
  if (direct !== undefined && bytes !== undefined) {
    // The number of the enterprise stands before a remote id of DHCPv6.
    const own = name === "dhcp6.remote-id" ? bytes.subarray(4) : bytes;
    return [{ key: direct[0], value: identifierOf(own), family: direct[1] }];
  }
  const known = isRelays ? undefined : findOption(name, work.definitions);
  const read = known && readValue(known, value);
  if (known !== undefined && read?.ok)
    return [{ key: "options", value: { [known.own]: read.value }, family: known.protocol.addressSize === 4 ? 4 : 6 }];
  report(work, "error", statement, `a host can't be known by ${name} in Leasehold`);
  return [];
}

const KEYS: Readonly<Record<string, readonly [key: string, family: Family]>> = {
  "dhcp-client-identifier": ["client_id", 4],
  "agent.circuit-id": ["circuit_id", 4],
  "agent.remote-id": ["remote_id", 4],
  "dhcp6.client-id": ["duid", 6],
  "dhcp6.interface-id": ["interface_id", 6],
  "dhcp6.remote-id": ["remote_id", 6],
};
