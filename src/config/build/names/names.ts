import type { Config } from "../../model/config.ts";
import type { NamePolicy } from "../../model/names.ts";
import type { ConfigFile } from "../../schema/config.ts";
import type { Report } from "../../text/problems.ts";
import { buildDdns } from "./ddns.ts";
import { buildDns } from "./dns.ts";
import { domainsOf, type GivenDomains } from "./domains.ts";
import { reservedNames } from "./reserved.ts";
import { zonesOf } from "./zones.ts";

/** Keys that a file has, the refused ones too: what depends on them is not missing. */
export interface WrittenNames {
  readonly dns: ReadonlySet<string>;
  readonly tsigKeys: ReadonlySet<string>;
}

const KEEP_LEASES = "keep leases in a database: store: {sqlite: {path: leases.db}}";

/** The configuration with what of names there is. */
export function withNames(config: Config, file: ConfigFile, written: WrittenNames, report: Report): Config {
  const policy = policyOf(file);
  if (policy === undefined) return config;
  if (config.store.kind === "memory")
    for (const key of ["ddns", "dns"] as const)
      if (file[key] !== undefined)
        report.keyError([key], "names are read from where leases are kept, and these are in memory only", KEEP_LEASES);
  const domains = domainsOf(config, file);
  const ddns = file.ddns && buildDdns(file.ddns, written.tsigKeys, report);
  const dns = file.dns && buildDns(file.dns, written.dns, report);
  const { dhcp6 } = config;
  const named: Config = {
    ...config,
    names: policy,
    ...(dhcp6 === undefined ? {} : { dhcp6: { ...dhcp6, names: { ...policy, suffix: suffix6(policy, domains) } } }),
    ...(ddns === undefined ? {} : { ddns }),
  };
  if (dns === undefined) return named;
  const zones = zonesOf(named, file.dns?.zones, policy.suffix, domains);
  return { ...named, dns: { ...dns, zones }, reservedNames: reservedNames(named) };
}

/** Undefined: nobody sees to names. */
function policyOf({ ddns, dns }: ConfigFile): NamePolicy | undefined {
  if (ddns === undefined && dns === undefined) return undefined;
  const hasServers = [ddns?.forward, ddns?.reverse].some((servers = []) => servers.length > 0);
  return {
    suffix: ddns?.qualifying_suffix,
    updates: ddns?.enable_updates ?? true,
    // Where no other DNS server is known, the client itself could tell nobody.
    overridesClient: ddns?.override_client_updates ?? (dns !== undefined && !hasServers),
    overridesNoUpdates: ddns?.override_no_updates ?? false,
    generates: ddns?.generate_names ?? false,
  };
}

/**
 * What completes names of clients of DHCPv6. Where they are given no domain it is that of the
 * clients of DHCPv4, so that a host has one name in both.
 */
function suffix6({ suffix }: NamePolicy, { dhcp4, dhcp6 }: GivenDomains): string | undefined {
  if (suffix !== undefined || dhcp6.length > 0) return suffix;
  const atTop = dhcp4.find(({ path }) => path.length === 2);
  const names = new Set(dhcp4.flatMap(({ name }) => name ?? []));
  return atTop?.name ?? (names.size === 1 ? [...names][0] : undefined);
}
