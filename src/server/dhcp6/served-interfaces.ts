import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import type { ServedInterface } from "../../engine/dhcp6/exchange.ts";
import type { LocalInterface } from "../../io/transport.ts";
import { equalBytes } from "../../net/bytes.ts";
import { formatIpv6, type Ipv6 } from "../../net/ipv6.ts";
import { ipv6PrefixContains } from "../../net/ipv6-prefix.ts";
import type { ChosenInterfaces, InterfaceChoice, MissingInterface } from "../interface-list.ts";

/** What DHCPv6 is served on. */
export const INTERFACES: InterfaceChoice<Dhcp6Config, Ipv6, ServedInterface> = {
  choose: chooseInterfaces,
  describe: ({ name, address }) => `${name} (${formatIpv6(address)})`,
};

/**
 * The interfaces to serve out of those that the machine has now. Without `interfaces` in the
 * configuration these are all that are up and have an address: which of them are on a configured
 * network is for the engine to find, packet by packet, since relayed packets may come in on any.
 */
export function chooseInterfaces(config: Dhcp6Config, local: readonly LocalInterface<Ipv6>[]): ChosenInterfaces<ServedInterface> {
  const served: ServedInterface[] = [];
  const missing: MissingInterface[] = [];
  if (config.interfaces.length === 0) {
    for (const candidate of local) {
      const chosen = candidate.up ? serve(candidate, undefined) : undefined;
      if (chosen !== undefined) served.push(chosen);
    }
    return { served, missing, unserved: [] };
  }
  for (const { name, address } of config.interfaces) {
    const found = local.find((candidate) => candidate.name === name);
    const chosen = found?.up ? serve(found, address) : undefined;
    if (chosen !== undefined) served.push(chosen);
    else {
      // A link that has just come up has an address when nobody else turns out to have it.
      const passing = found?.up === true && found.addresses.length === 0;
      missing.push({ name, problem: problemOf(name, found, address, local), passing });
    }
  }
  return { served, missing, unserved: [] };
}

/** Every address of this machine but ::1, which is the same on all. */
export function ownAddresses(local: readonly LocalInterface<Ipv6>[]): readonly Ipv6[] {
  return local.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter((address) => !isLoopback(address));
}

/** Whether a network of the configuration is on the interface's link. */
export function isOnConfiguredNetwork(config: Dhcp6Config, { name, addresses }: ServedInterface): boolean {
  return (
    config.links.some((link) => link.interfaces.includes(name)) ||
    config.networks.some(({ prefix }) => addresses.some((address) => ipv6PrefixContains(prefix, address)))
  );
}

/** The address to answer from: the one asked for, else that of the link, else the first. */
function serve({ index, name, addresses: found }: LocalInterface<Ipv6>, wanted: Ipv6 | undefined): ServedInterface | undefined {
  const addresses = found.map(({ address }) => address);
  const address = wanted === undefined ? (addresses.find(isLinkLocal) ?? addresses[0]) : addresses.find((one) => equalBytes(one, wanted));
  return address && { index, name, address, addresses };
}

/** fe80::/10 (RFC 4291 section 2.5.6). */
function isLinkLocal(address: Ipv6): boolean {
  return address[0] === 0xfe && ((address[1] as number) & 0xc0) === 0x80;
}

function isLoopback(address: Ipv6): boolean {
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function problemOf(
  name: string,
  found: LocalInterface<Ipv6> | undefined,
  wanted: Ipv6 | undefined,
  local: readonly LocalInterface<Ipv6>[],
): string {
  if (found === undefined) return `interface ${name} does not exist; this machine has ${local.map((other) => other.name).join(", ")}`;
  if (!found.up) return `interface ${name} is down; bring it up with \`ip link set ${name} up\``;
  if (wanted === undefined || found.addresses.length === 0) {
    return `interface ${name} has no IPv6 address: is IPv6 off there (\`sysctl net.ipv6.conf.${name}.disable_ipv6\`)?`;
  }
  const has = found.addresses.map(({ address }) => formatIpv6(address)).join(", ");
  return `interface ${name} has no address ${formatIpv6(wanted)}; it has ${has}`;
}
