import { equalBytes } from "../../../net/bytes.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6 } from "../../../net/ipv6.ts";
import { firstAddress } from "../../../net/ipv6-prefix.ts";
import { INTERFACES, isLoopback } from "../../../server/dhcp6/served-interfaces.ts";
import type { ServedDhcp6 } from "../../../server/server.ts";
import { SERVER_PORT } from "../../../wire/dhcp6/ports.ts";
import type { StartFacts } from "../start-lines.ts";

/** DHCPv6 as it is served from the start; `address`: where it listens. */
export function startFactsOf({ config, interfaces, port }: ServedDhcp6, address: Ipv6): StartFacts {
  return {
    // Ranges of a /64 have more addresses than anybody counts.
    networks: config.networks.map(({ name }) => ({ name, unused: undefined })),
    withoutNetworks: "settings alone, no network",
    by: " by DHCPv6",
    listening: `${equalBytes(address, IPV6_UNSPECIFIED) ? "every IPv6 address" : formatIpv6(address)}, port ${port}`,
    interfaces: interfaces.map((one) => ({
      description: INTERFACES.describe(one),
      isOnNetwork: INTERFACES.isOnConfiguredNetwork(config, one),
      isLoopback: isLoopback(one.address),
    })),
    isForService: port === SERVER_PORT,
  };
}

/** What to try next, for who tries things out. */
export function adviceForTests({ port, config }: ServedDhcp6, address: Ipv6): readonly string[] {
  const [network] = config.networks;
  if (port === SERVER_PORT || network === undefined) return [];
  const to = `[${equalBytes(address, IPV6_UNSPECIFIED) ? "::1" : formatIpv6(address)}]:${port}`;
  const relay = formatIpv6(firstAddress(network.prefix));
  return [
    `port ${port} is for trying DHCPv6 out: every reply goes back to the sender`,
    `try it: \`leasehold probe -6 --server ${to} --relay ${relay}\` obtains an address and prints the exchange`,
  ];
}
