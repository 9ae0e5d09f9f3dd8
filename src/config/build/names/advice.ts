import { isReverseName, isWithin } from "../../../wire/dns/name.ts";
import type { Config } from "../../model/config.ts";
import type { ConfigFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import { isError, type Report } from "../../text/problems.ts";
import { domainsOf, type GivenDomain } from "./domains.ts";

/*
 * What only a configuration without other problems can be told of its names: what is missing in it
 * may otherwise be what was refused.
 */

/** The domain of mDNS (RFC 6762 section 3). */
const MDNS = "local";
const MDNS_HINT = "name a domain that DNS may have: home.arpa (RFC 8375), or one of your own";

/** Reports what keeps names from resolving, and warns of what is probably not meant. */
export function adviseOnNames(config: Config, file: ConfigFile, report: Report): void {
  const { names, ddns, dns } = config;
  if (names === undefined) return;
  const domains = domainsOf(config, file);
  const given = [...domains.dhcp4, ...domains.dhcp6];
  if (dns !== undefined && dns.listen.length > 0) adviseOnZones(config, file, given, report);
  if (report.problems.some(isError)) return;
  adviseOnMdns(file, given, report);
  if (!names.updates) {
    if (file.dns !== undefined)
      report.warn(
        ["ddns", "enable_updates"],
        "enable_updates is false: of dns only reservations have names",
        "remove enable_updates, or dns",
      );
    return;
  }
  if (names.suffix === undefined && given.every(({ name }) => name === undefined))
    report.warn(
      [file.ddns === undefined ? "dns" : "ddns"],
      "no domain completes the names of clients: those that are not whole resolve nowhere",
      "add ddns: {qualifying_suffix: home.arpa}, or options: {domain_name: home.arpa}",
    );
  if (ddns === undefined && dns === undefined)
    report.warn(["ddns"], "ddns names no server: names resolve nowhere", "add forward and reverse, or dns: {listen: ADDRESS}");
  if (ddns === undefined)
    for (const key of ["ttl", "conflict"] as const)
      if (file.ddns?.[key] !== undefined)
        report.warn(["ddns", key], `"${key}" has no effect: ddns names no server`, "add forward or reverse, or remove it");
  adviseOnServers(config, report);
}

function adviseOnZones({ dns, names }: Config, file: ConfigFile, given: readonly GivenDomain[], report: Report): void {
  const zones = dns?.zones ?? [];
  if (file.dns?.zones === undefined) {
    for (const { name, written, path } of given)
      if (name === undefined) report.warn(path, `${JSON.stringify(written)} is no domain name: no zone is made of it`, "add zones to dns");
    if (zones.every(isReverseName))
      report.keyError(
        ["dns"],
        "no domain is answered for: clients are given none",
        "add options: {domain_name: home.arpa}, or dns: {zones: [home.arpa]}",
      );
    return;
  }
  const behind = names?.suffix === undefined ? given.map(({ name }) => name) : [names.suffix];
  for (const name of new Set(behind))
    if (name !== undefined && !zones.some((zone) => isWithin(name, zone)))
      report.warn(["dns", "zones"], `names of clients end in ${name}, which is in none of the zones`, `add ${name} to zones`);
}

function adviseOnMdns({ ddns, dns }: ConfigFile, given: readonly GivenDomain[], report: Report): void {
  const warn = (name: string | undefined, path: Path): void => {
    if (name !== undefined && isWithin(name, MDNS))
      report.warn(path, `"${name}" is a name of mDNS: many hosts never ask a DNS server for it`, MDNS_HINT);
  };
  warn(ddns?.qualifying_suffix, ["ddns", "qualifying_suffix"]);
  for (const [i, zone] of (dns?.zones ?? []).entries()) warn(zone, ["dns", "zones", i]);
  for (const { name, path } of given) warn(name, path);
}

/** Servers that are never told of anything. */
function adviseOnServers({ ddns, names }: Config, report: Report): void {
  for (const [i, { zone }] of (ddns?.forward ?? []).entries())
    if (zone !== undefined && isReverseName(zone))
      report.warn(["ddns", "forward", i, "name"], `${zone} is a zone of addresses, and no name is in it`, "put the entry into reverse");
  for (const [i, { zone }] of (ddns?.reverse ?? []).entries())
    if (zone !== undefined && !isReverseName(zone) && !REVERSE_PARENTS.has(zone))
      report.warn(
        ["ddns", "reverse", i, "name"],
        `${zone} is no zone of addresses`,
        "name it 5.168.192.in-addr.arpa or the like, or put the entry into forward",
      );
  const suffix = names?.suffix;
  const forward = ddns?.forward ?? [];
  if (suffix === undefined || forward.length === 0 || forward.some(({ zone }) => zone === undefined || isWithin(suffix, zone))) return;
  report.warn(
    ["ddns", "qualifying_suffix"],
    `names end in ${suffix}, and no server is told of that zone`,
    "add an entry to forward whose name it is",
  );
}

/** Above both kinds of zones of addresses. */
const REVERSE_PARENTS: ReadonlySet<string> = new Set(["arpa", ""]);
