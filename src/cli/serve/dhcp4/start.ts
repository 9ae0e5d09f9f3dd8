import { formatIpv4, type Ipv4 } from "../../../net/ipv4.ts";
import { type Ipv4Prefix, prefixContains } from "../../../net/prefix.ts";
import { INTERFACES } from "../../../server/dhcp4/served-interfaces.ts";
import type { ServedDhcp4 } from "../../../server/server.ts";
import { SERVER_PORT } from "../../../wire/dhcp4/ports.ts";
import type { StartFacts } from "../start-lines.ts";

const LOOPBACK: Ipv4 = 0x7f000001;

/** DHCPv4 as it is served from the start; `address`: where it listens. */
export function startFactsOf({ config, interfaces, table, port }: ServedDhcp4, address: Ipv4): StartFacts {
  const unused = config.networks.map(() => 0);
  for (const range of config.ranges) unused[range.network] = (unused[range.network] ?? 0) + table.unusedIn(range);
  return {
    networks: config.networks.map(({ name }, i) => ({ name, unused: unused[i] })),
    withoutNetworks: undefined,
    by: "",
    listening: `${address === 0 ? "every address" : formatIpv4(address)}, port ${port}`,
    interfaces: interfaces.map((one) => ({
      description: INTERFACES.describe(one),
      isOnNetwork: INTERFACES.isOnConfiguredNetwork(config, one),
      isLoopback: one.address >>> 24 === 127,
    })),
    isForService: port === SERVER_PORT,
  };
}

/** What to try next, for who tries things out. */
export function adviceForTests({ port, config }: ServedDhcp4, address: Ipv4): readonly string[] {
  const [network] = config.networks;
  if (port === SERVER_PORT || network === undefined) return [];
  const asked = address === 0 ? LOOPBACK : address;
  // Who asks from there is a client of the network that holds the address, or else of a relay's.
  const isServed = config.networks.some(({ prefix }) => prefixContains(prefix, asked));
  const relay = isServed ? "" : ` --relay ${formatIpv4(firstHost(network.prefix))}`;
  const to = `${formatIpv4(asked)}:${port}${relay}`;
  return [
    `port ${port} is for trying things out: every reply goes back to the sender`,
    `try it: in a second terminal, \`leasehold probe --server ${to}\` obtains a lease and prints the exchange`,
  ];
}

/** The first address that a relay can have there. */
function firstHost({ address, length }: Ipv4Prefix): Ipv4 {
  return length >= 31 ? address : address + 1;
}
