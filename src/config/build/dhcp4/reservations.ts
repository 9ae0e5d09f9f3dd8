import { toHex } from "../../../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { formatMac } from "../../../net/mac.ts";
import { formatIpv4Prefix, type Ipv4Prefix, prefixContains } from "../../../net/prefix.ts";
import { OptionCode } from "../../../wire/dhcp4/option-code.ts";
import type { ConfiguredOption } from "../../model/common.ts";
import type { BootFields, ReservationMatch } from "../../model/dhcp4.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import { optionTitle, readMatchOptions, readOptions } from "../../options/values.ts";
import type { ReservationFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import { formatIdentifier } from "../../text/identifier.ts";
import type { Report } from "../../text/problems.ts";
import { type HostEntry, type HostKeys, withoutSameMatch, withoutSecondPlace } from "../hosts.ts";
import { unusableAddresses } from "./ranges.ts";

/** A reservation as far as it does not depend on the network it applies in. */
export interface Host {
  readonly file: ReservationFile;
  readonly path: Path;
  readonly name: string;
  readonly address: Ipv4 | undefined;
  readonly match: readonly ReservationMatch[];
  readonly options: readonly ConfiguredOption[];
}

/** Option 61, which has a match of its own. */
const CLIENT_IDENTIFIER = OptionCode.clientIdentifier;
const HOST_NAME = OptionCode.hostName;
/** The shortest client identifier: a type and one byte (RFC 2132 section 9.14). */
const SHORTEST_IDENTIFIER = 2;

/** Matches on an identifier by their keys in the file. */
export const MATCH_KEYS = { clientIdentifier: "client_id", duid: "duid", circuitId: "circuit_id", remoteId: "remote_id" } as const;

/** How hosts of DHCPv4 are told apart. */
const HOST_KEYS: HostKeys<Host> = { keyOf: matchKey, describe: ({ match }) => describeMatches(match) };

/** Reads a list of reservations. Of those with the same match only the first is kept. */
export function readHosts(entries: readonly HostEntry<ReservationFile>[], dictionary: OptionDictionary, report: Report): readonly Host[] {
  return withoutSameMatch(
    entries.flatMap(({ file, path }) => readHost(file, path, dictionary, report) ?? []),
    HOST_KEYS,
    report,
  );
}

function readHost(file: ReservationFile, path: Path, dictionary: OptionDictionary, report: Report): Host | undefined {
  const match = readMatches(file.match, [...path, "match"], dictionary, report);
  const options = readOptions(file.options, [...path, "options"], dictionary, report);
  if (file.hostname !== undefined && options.some((option) => option.code === HOST_NAME)) {
    report.keyError(
      [...path, "hostname"],
      `the host's name is given twice: as hostname and as ${optionTitle(HOST_NAME, dictionary)}`,
      "keep one of the two",
      [...path, "options"],
    );
  }
  if (match.length === 0) return undefined;
  return { file, path, name: file.hostname ?? describeMatches(match), address: file.ip, match, options };
}

function readMatches(
  file: ReservationFile["match"],
  path: Path,
  dictionary: OptionDictionary,
  report: Report,
): readonly ReservationMatch[] {
  const matches: ReservationMatch[] = [];
  if (file.chaddr !== undefined) matches.push({ kind: "chaddr", chaddr: file.chaddr });
  if (file.client_id !== undefined) {
    warnOfShort(file.client_id, [...path, "client_id"], report);
    matches.push({ kind: "clientIdentifier", value: file.client_id });
  }
  if (file.duid !== undefined) matches.push({ kind: "duid", value: file.duid });
  if (file.circuit_id !== undefined) matches.push({ kind: "circuitId", value: file.circuit_id });
  if (file.remote_id !== undefined) matches.push({ kind: "remoteId", value: file.remote_id });
  const before = report.problems.length;
  const options = readMatchOptions(file.options, [...path, "options"], dictionary, report);
  for (const { code, data } of options) {
    if (code !== CLIENT_IDENTIFIER) matches.push({ kind: "option", code, value: data });
    else if (file.client_id === undefined) {
      warnOfShort(data, [...path, "options"], report);
      matches.push({ kind: "clientIdentifier", value: data });
    } else
      report.keyError(
        [...path, "client_id"],
        "the client identifier is given twice: as client_id and as option 61",
        "keep one of the two",
        [...path, "options"],
      );
  }
  if (file.options !== undefined && options.length === 0 && report.problems.length === before && !dictionary.incomplete) {
    report.keyError(
      [...path, "options"],
      "the match names no option",
      "name at least one: options: {values: {60: {type: str, value: abc}}}",
    );
  }
  return matches;
}

/**
 * Clients that send such an identifier are known by their hardware address: many of them send the
 * same.
 */
function warnOfShort(clientIdentifier: Uint8Array, path: Path, report: Report): void {
  if (clientIdentifier.length >= SHORTEST_IDENTIFIER) return;
  report.warn(
    path,
    "no client matches: a client identifier has at least two bytes (RFC 2132)",
    "a client that sends a shorter one is known by its hardware address: match: {chaddr: ADDRESS}",
  );
}

/** The same for two reservations that match the same clients. */
function matchKey(host: Host): string {
  return host.match.map(describeExactly).sort().join(" ");
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
      return match.kind === "option"
        ? `option ${match.code} = ${formatIdentifier(match.value)}`
        : `${MATCH_KEYS[match.kind]} ${formatIdentifier(match.value)}`;
    })
    .join(", ");
}

/** The hosts of one network whose addresses can be reserved there; the others are reported. */
export function checkAddresses(hosts: readonly Host[], prefix: Ipv4Prefix, serverId: Ipv4 | undefined, report: Report): readonly Host[] {
  const taken = new Map<Ipv4, Host>();
  const fitting = hosts.filter((host) => {
    const { address } = host;
    if (address === undefined) return true;
    const problem = addressProblem(address, prefix, serverId);
    const other = taken.get(address);
    if (problem !== undefined) report.error([...host.path, "ip"], ...problem);
    else if (other !== undefined)
      report.error([...host.path, "ip"], `${formatIpv4(address)} is reserved for ${other.name} already`, undefined, other.path);
    else taken.set(address, host);
    return problem === undefined && other === undefined;
  });
  return withoutSecondPlace(fitting, HOST_KEYS, ({ address }) => (address === undefined ? undefined : formatIpv4(address)), report);
}

function addressProblem(address: Ipv4, prefix: Ipv4Prefix, serverId: Ipv4 | undefined): [message: string, hint?: string] | undefined {
  const text = formatIpv4(address);
  const network = formatIpv4Prefix(prefix);
  if (!prefixContains(prefix, address))
    return [`${text} is outside the network ${network}`, "put the reservation in the network that holds its address"];
  if (address === serverId) return [`${text} is the server's own address (server_id)`];
  const unusable = unusableAddresses(prefix).indexOf(address);
  return unusable < 0
    ? undefined
    : [`${text} is the ${unusable === 0 ? "network" : "broadcast"} address of ${network}`, "reserve another address"];
}

interface BootFile {
  readonly next_server?: Ipv4 | undefined;
  readonly server_name?: Uint8Array | undefined;
  readonly file_name?: Uint8Array | undefined;
}

/** siaddr, sname and file of one place over those around it, each on its own. */
export function readBoot(file: BootFile, outer: BootFields): BootFields {
  // The very same where nothing is set: networks that hand down the same settings share what
  // inherits them.
  if (file.next_server === undefined && file.server_name === undefined && file.file_name === undefined) return outer;
  const fields = {
    nextServer: file.next_server ?? outer.nextServer,
    serverName: file.server_name ?? outer.serverName,
    fileName: file.file_name ?? outer.fileName,
  };
  const outerIsOwn = outer.nextServerIsOwn;
  return outerIsOwn === undefined ? fields : { ...fields, nextServerIsOwn: outerIsOwn || file.next_server !== undefined };
}
