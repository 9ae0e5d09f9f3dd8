import type { Config } from "../../config/model/config.ts";
import type { Network } from "../../config/model/dhcp4.ts";
import type { ServedInterface } from "../../engine/dhcp4/decide.ts";
import type { LocalInterface } from "../../io/transport.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { prefixContains, prefixOf } from "../../net/prefix.ts";
import { type ChosenInterfaces, chooseInterfaces as chooseFrom, type InterfaceChoice } from "../interface-list.ts";

/** What DHCPv4 is served on. */
export const INTERFACES: InterfaceChoice<Config, Ipv4, ServedInterface> = {
  choose: chooseInterfaces,
  describe: ({ name, address }) => `${name} (${formatIpv4(address)})`,
  isOnConfiguredNetwork,
};

/**
 * The interfaces to serve out of those that the machine has now, and the networks that get no
 * service.
 */
export function chooseInterfaces(config: Config, local: readonly LocalInterface<Ipv4>[]): ChosenInterfaces<ServedInterface> {
  const service = { serve: (found: LocalInterface<Ipv4>, wanted: Ipv4 | undefined) => serve(config, found, wanted), problem: problemOf };
  const { served, missing } = chooseFrom(config.interfaces, local, service);
  const unserved = served.flatMap((one) =>
    local.filter(({ index }) => index === one.index).flatMap((found) => subnetsLeftOut(config, one, found)),
  );
  return { served, missing, unserved };
}

/**
 * A message without relay that comes in on an interface is from one link, whatever addresses the
 * interface has. What is said of its other addresses in configured networks that are not on that
 * link: clients there get nothing, and are told that their addresses are wrong.
 */
function subnetsLeftOut(config: Config, chosen: ServedInterface, { name, addresses }: LocalInterface<Ipv4>): string[] {
  const own = networkOnInterface(config, chosen);
  if (own === undefined) return [];
  const left = new Map<Network, Ipv4>();
  for (const { address } of addresses) {
    const network = config.networks.find((one) => prefixContains(one.prefix, address));
    if (network !== undefined && network.link !== own.link && !left.has(network)) left.set(network, address);
  }
  return [...left].map(
    ([network, address]) =>
      `interface ${name} is in network ${own.name}, so clients on it get no address of ${network.name}, although the interface has ` +
      `${formatIpv4(address)} in it: \`shared_networks: { ${name}: [${own.name}, ${network.name}] }\` serves both`,
  );
}

function networkOnInterface(config: Config, { name, address }: ServedInterface): Network | undefined {
  const link = config.links.find(({ interfaces }) => interfaces.includes(name));
  return link?.networks[0] ?? config.networks.find((network) => prefixContains(network.prefix, address));
}

/** All addresses but those of 127.0.0.0/8, which are the same on every machine. */
export function ownAddresses(local: readonly LocalInterface<Ipv4>[]): ReadonlySet<Ipv4> {
  return new Set(local.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter((one) => one >>> 24 !== 127));
}

/** Whether a network of the configuration is on the interface's link. */
function isOnConfiguredNetwork(config: Config, { name, address }: ServedInterface): boolean {
  return (
    config.networks.some((network) => prefixContains(network.prefix, address)) ||
    config.links.some((link) => link.interfaces.includes(name))
  );
}

/**
 * The address to answer from: the one asked for, or else the first in its subnet; where none is
 * asked for the first in a configured network, else the first, and for clients of another network
 * the first in that. Whatever it is, who sends to another address of this machine is answered from
 * that (`answeringAddress`).
 */
function serve(
  config: Config,
  { index, name, mtu, addresses }: LocalInterface<Ipv4>,
  wanted: Ipv4 | undefined,
): ServedInterface | undefined {
  const chosen =
    wanted === undefined
      ? (addresses.find(({ address }) => config.networks.some((network) => prefixContains(network.prefix, address))) ?? addresses[0])
      : (addresses.find(({ address }) => address === wanted) ??
        addresses.find(({ address, prefixLength }) => prefixContains(prefixOf(address, prefixLength), wanted)));
  return chosen === undefined ? undefined : { index, name, mtu, ...chosen, addresses: wanted === undefined ? addresses : undefined };
}

function problemOf({ name, addresses }: LocalInterface<Ipv4>, wanted: Ipv4 | undefined): { readonly problem: string } {
  if (addresses.length === 0) return { problem: `interface ${name} has no IPv4 address; give it one in the network it is to serve` };
  const has = addresses.map(({ address }) => formatIpv4(address)).join(", ");
  return { problem: `interface ${name} has no address in the subnet of ${formatIpv4(wanted ?? 0)}; it has ${has}` };
}
