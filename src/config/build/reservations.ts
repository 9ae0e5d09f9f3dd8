import type { AnyReservationFile, Dhcp6ReservationFile, OptionsFile, ReservationFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import { describeValue } from "../text/expected.ts";
import type { Report } from "../text/problems.ts";
import type { HostEntry } from "./hosts.ts";

/** Reservations of the top level, by protocol. */
export interface TopReservations {
  readonly dhcp4: readonly HostEntry<ReservationFile>[];
  readonly dhcp6: readonly HostEntry<Dhcp6ReservationFile>[];
}

const PROTOCOLS = ["v4", "v6"] as const;
type Protocol = (typeof PROTOCOLS)[number];

const BOTH_HINT = "the reservation is for both protocols: name what both know, chaddr, duid or remote_id, or make two reservations of it";

/**
 * Tells which protocols the reservations of the top level are for. One with IPv6 addresses,
 * prefixes or an Interface-Id is for DHCPv6; so is one whose options are `{v6: ...}`. With an `ip`
 * or the like besides it is for both, and then its options are `{v4: ..., v6: ...}`. Any other is
 * for DHCPv4.
 */
export function splitReservations(files: readonly AnyReservationFile[] | undefined, hasDhcp6: boolean, report: Report): TopReservations {
  const dhcp4: HostEntry<ReservationFile>[] = [];
  const dhcp6: HostEntry<Dhcp6ReservationFile>[] = [];
  for (const [i, file] of (files ?? []).entries()) {
    const path = ["reservations", i];
    const [isDhcp4, isDhcp6] = protocolsOf(file);
    if (isDhcp6 && !hasDhcp6) report.keyError(path, "the reservation is for DHCPv6, which is not served", "add the section v6");
    if (!checkMatch(file, isDhcp4, isDhcp6, path, report)) continue;
    const split = isDhcp4 && isDhcp6;
    const options = readSplit(file.options, split, [...path, "options"], report);
    const required = readSplit(file.match.options, split, [...path, "match", "options"], report);
    if (isDhcp4) dhcp4.push({ file: { ...file, match: { ...file.match, options: required.v4 }, options: options.v4 }, path });
    if (!isDhcp6) continue;
    const { duid, client_id, chaddr, interface_id, remote_id } = file.match;
    const match = { duid, client_id, chaddr, interface_id, remote_id, options: required.v6 };
    dhcp6.push({ file: { ...file, match, options: options.v6 }, path });
  }
  return { dhcp4, dhcp6 };
}

function protocolsOf({ match, options, ...file }: AnyReservationFile): readonly [dhcp4: boolean, dhcp6: boolean] {
  const keys: readonly string[] = isByProtocol(options) ? Object.keys(options) : [];
  const isDhcp6 = file.addresses !== undefined || file.prefixes !== undefined || match.interface_id !== undefined || keys.includes("v6");
  const hasDhcp4Facts =
    file.ip !== undefined ||
    file.next_server !== undefined ||
    file.server_name !== undefined ||
    file.file_name !== undefined ||
    match.circuit_id !== undefined ||
    keys.includes("v4");
  return [hasDhcp4Facts || !isDhcp6, isDhcp6];
}

/** Whether the options are given by protocol: no option is named so. */
function isByProtocol(options: OptionsFile | undefined): options is { readonly [P in Protocol]?: unknown } {
  const keys = Object.keys(options ?? {});
  return keys.length > 0 && keys.every((key) => (PROTOCOLS as readonly string[]).includes(key));
}

/** What a reservation matches on has to be known in its protocol. */
function checkMatch({ match, config }: AnyReservationFile, isDhcp4: boolean, isDhcp6: boolean, path: Path, report: Report): boolean {
  const refuse = (key: keyof typeof match, message: string): boolean => {
    report.keyError([...path, "match", key], message, BOTH_HINT);
    return false;
  };
  if (isDhcp4 && isDhcp6) {
    if (match.circuit_id !== undefined) return refuse("circuit_id", "circuit_id is of DHCPv4");
    if (match.interface_id !== undefined) return refuse("interface_id", "interface_id is of DHCPv6");
    if (match.client_id !== undefined) return refuse("client_id", "client_id is another identifier in each protocol");
  }
  if (!isDhcp6 && config?.preferred_time !== undefined)
    report.keyError([...path, "config", "preferred_time"], '"preferred_time" is of DHCPv6, and the reservation is of DHCPv4', "remove it");
  return true;
}

function readSplit(
  options: OptionsFile | undefined,
  split: boolean,
  path: Path,
  report: Report,
): { readonly [P in Protocol]: OptionsFile | undefined } {
  if (options === undefined) return { v4: undefined, v6: undefined };
  if (isByProtocol(options)) return { v4: readMap(options.v4, [...path, "v4"], report), v6: readMap(options.v6, [...path, "v6"], report) };
  if (!split) return { v4: options, v6: options };
  const message = "the reservation is for both protocols: options of which of them?";
  report.keyError(path, message, "write {v4: {...}, v6: {...}}");
  return { v4: undefined, v6: undefined };
}

function readMap(value: unknown, path: Path, report: Report): OptionsFile | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) return value as OptionsFile;
  report.error(path, `expected a map of options, got ${describeValue(value)}`);
  return undefined;
}
