import { writeIpv4 } from "../../../net/ipv4.ts";
import { firstAddress, prefixLength } from "../../../net/ipv6-prefix.ts";
import { isReverseName, reverseZonesOf } from "../../../wire/dns/name.ts";
import type { Config } from "../../model/config.ts";
import type { GivenDomains } from "./domains.ts";

/**
 * The zones that are answered for: those that the file names (undefined: the domains that clients
 * are given), then those of the addresses of the networks. Whoever names such a zone himself gets
 * no other one of the same addresses.
 */
export function zonesOf(
  config: Config,
  named: readonly string[] | undefined,
  suffix: string | undefined,
  domains: GivenDomains,
): readonly string[] {
  const follows = reverseZonesOfNetworks(config);
  const chosen = new Set(named ?? domainNames(suffix, domains));
  const own = [...chosen].filter((zone) => !follows.has(zone));
  const ownReverse = new Set(own.filter(isReverseName));
  const around = new Set([...ownReverse].flatMap(zonesAround));
  const isTaken = (zone: string): boolean => around.has(zone) || zonesAround(zone).some((one) => ownReverse.has(one));
  return [...own, ...[...follows].filter((zone) => chosen.has(zone) || !isTaken(zone))];
}

/** A name, and every one that it is within. */
function zonesAround(name: string): readonly string[] {
  const labels = name.split(".");
  return labels.map((_, i) => labels.slice(i).join("."));
}

/** The zones of all addresses of the networks. */
export function reverseZonesOfNetworks({ networks, dhcp6 }: Config): ReadonlySet<string> {
  const zones = new Set<string>();
  const address = new Uint8Array(4);
  for (const { prefix } of networks) {
    writeIpv4(address, 0, prefix.address);
    for (const zone of reverseZonesOf(address, prefix.length)) zones.add(zone);
  }
  for (const { prefix } of dhcp6?.networks ?? [])
    for (const zone of reverseZonesOf(firstAddress(prefix), prefixLength(prefix))) zones.add(zone);
  return zones;
}

function domainNames(suffix: string | undefined, { dhcp4, dhcp6 }: GivenDomains): readonly string[] {
  return [suffix, ...[...dhcp4, ...dhcp6].map(({ name }) => name)].filter((name) => name !== undefined);
}
