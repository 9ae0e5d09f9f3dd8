import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import type { ServedInterface } from "../../engine/dhcp6/exchange.ts";
import type { LocalInterface } from "../../io/transport.ts";
import { equalBytes } from "../../net/bytes.ts";
import { formatIpv6, type Ipv6, isLinkLocal } from "../../net/ipv6.ts";
import { ipv6PrefixContains } from "../../net/ipv6-prefix.ts";
import {
  type ChosenInterfaces,
  chooseInterfaces as chooseFrom,
  type InterfaceChoice,
  type MissingInterface,
  NO_LINK,
} from "../interface-list.ts";

/** What DHCPv6 is served on. */
export const INTERFACES: InterfaceChoice<Dhcp6Config, Ipv6, ServedInterface> = {
  choose: chooseInterfaces,
  describe: ({ name, address }) => `${name} (${formatIpv6(address)})`,
  isOnConfiguredNetwork,
};

/** The interfaces to serve out of those that the machine has now. */
export function chooseInterfaces(config: Dhcp6Config, local: readonly LocalInterface<Ipv6>[]): ChosenInterfaces<ServedInterface> {
  return { ...chooseFrom(config.interfaces, local, { serve, problem: problemOf }), unserved: [] };
}

/** Every address of this machine but ::1, which is the same on all. */
export function ownAddresses(local: readonly LocalInterface<Ipv6>[]): readonly Ipv6[] {
  return local.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter((address) => !isLoopback(address));
}

/** Whether a network of the configuration is on the interface's link. */
function isOnConfiguredNetwork(config: Dhcp6Config, { name, addresses }: ServedInterface): boolean {
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

export function isLoopback(address: Ipv6): boolean {
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

function problemOf(
  { name, addresses, linkUp }: LocalInterface<Ipv6>,
  wanted: Ipv6 | undefined,
): Pick<MissingInterface, "problem" | "passing"> {
  if (wanted === undefined || addresses.length === 0) {
    // Nor does it get one of the link before there is one.
    const reason = linkUp === false ? `, and ${NO_LINK}` : `: is IPv6 off there (\`sysctl net.ipv6.conf.${name}.disable_ipv6\`)?`;
    const problem = `interface ${name} has no IPv6 address${reason}`;
    // A link that has just come up has an address when nobody else turns out to have it.
    return { problem, passing: addresses.length === 0 };
  }
  const has = addresses.map(({ address }) => formatIpv6(address)).join(", ");
  return { problem: `interface ${name} has no address ${formatIpv6(wanted)}; it has ${has}` };
}
