import { toHex } from "../../../net/bytes.ts";
import { formatIpv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix } from "../../../net/ipv6-prefix.ts";
import { formatMac } from "../../../net/mac.ts";
import { OptionCode } from "../../../wire/dhcp6/option-code.ts";
import type { ConfiguredOption } from "../../model/common.ts";
import type { ReservationMatch } from "../../model/dhcp6.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { readMatchOptions, readOptions } from "../../options/values.ts";
import type { Dhcp6ReservationFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import { formatIdentifier } from "../../text/identifier.ts";
import type { Report } from "../../text/problems.ts";
import { type HostEntry, type HostKeys, withoutSameMatch } from "../hosts.ts";

/** A reservation as far as it does not depend on the network it applies in. */
export interface Host {
  readonly file: Dhcp6ReservationFile;
  readonly path: Path;
  readonly name: string;
  readonly match: readonly ReservationMatch[];
  readonly options: readonly ConfiguredOption[];
}

/** Matches on an identifier by their keys in the file. */
export const MATCH_KEYS = { duid: "duid", interfaceId: "interface_id", remoteId: "remote_id" } as const;

/** How hosts of DHCPv6 are told apart. */
export const HOST_KEYS: HostKeys<Pick<Host, "match">> = {
  keyOf: ({ match }) => match.map(describeExactly).sort().join(" "),
  describe: ({ match }) => describeMatches(match),
};

/** Reads a list of reservations. Of those with the same match only the first is kept. */
export function readHosts(
  entries: readonly HostEntry<Dhcp6ReservationFile>[],
  dictionary: OptionDictionary,
  report: Report,
): readonly Host[] {
  const hosts = entries.flatMap(({ file, path }): Host[] => {
    const match = readMatches(file.match, [...path, "match"], dictionary, report);
    const options = readOptions(file.options, [...path, "options"], dictionary, report);
    return match.length === 0 ? [] : [{ file, path, name: file.hostname ?? describeMatches(match), match, options }];
  });
  return withoutSameMatch(hosts, HOST_KEYS, report);
}

function readMatches(
  file: Dhcp6ReservationFile["match"],
  path: Path,
  dictionary: OptionDictionary,
  report: Report,
): readonly ReservationMatch[] {
  const matches: ReservationMatch[] = [];
  const twice = (place: Path, one: string, other: string): void =>
    report.keyError(place, `the DUID is given twice: as ${one} and as ${other}`, "keep one of the two", [...path, one]);
  if (file.duid !== undefined && file.client_id !== undefined) twice([...path, "client_id"], "duid", "client_id");
  const duid = file.duid ?? file.client_id;
  if (duid !== undefined) matches.push({ kind: "duid", value: duid });
  if (file.chaddr !== undefined) matches.push({ kind: "chaddr", chaddr: file.chaddr });
  if (file.interface_id !== undefined) matches.push({ kind: "interfaceId", value: file.interface_id });
  if (file.remote_id !== undefined) matches.push({ kind: "remoteId", value: file.remote_id });
  const before = report.problems.length;
  const options = readMatchOptions(file.options, [...path, "options"], dictionary, report);
  for (const { code, data } of options) {
    if (code !== OptionCode.clientIdentifier) matches.push({ kind: "option", code, value: data });
    else if (duid === undefined) matches.push({ kind: "duid", value: data });
    else twice([...path, "options"], file.duid === undefined ? "client_id" : "duid", `option ${code}`);
  }
  if (file.options !== undefined && options.length === 0 && report.problems.length === before && !dictionary.incomplete) {
    const hint = "name at least one: options: {values: {60: {type: str, value: abc}}}";
    report.keyError([...path, "options"], "the match names no option", hint);
  }
  return matches;
}

function describeExactly(match: ReservationMatch): string {
  if (match.kind === "chaddr") return `chaddr ${toHex(match.chaddr)}`;
  if (match.kind !== "option") return `${MATCH_KEYS[match.kind]} ${toHex(match.value)}`;
  return `option ${match.code} ${toHex(match.value)}`;
}

/** A reservation's matches in words. */
export function describeMatches(matches: readonly ReservationMatch[]): string {
  return matches
    .map((match) => {
      if (match.kind === "chaddr") return formatMac(match.chaddr);
      if (match.kind === "duid") return `duid ${formatMac(match.value)}`;
      return `${match.kind === "option" ? `option ${match.code} =` : MATCH_KEYS[match.kind]} ${formatIdentifier(match.value)}`;
    })
    .join(", ");
}

/** What is reserved for a host, in words; undefined: nothing is. */
export function placeOf({ addresses = [], prefixes = [] }: Pick<Dhcp6ReservationFile, "addresses" | "prefixes">): string | undefined {
  const [first] = [...addresses.map(formatIpv6), ...prefixes.map(formatIpv6Prefix)];
  return first;
}
