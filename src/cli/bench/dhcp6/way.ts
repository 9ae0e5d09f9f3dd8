import { ALL_DHCP_RELAY_AGENTS_AND_SERVERS } from "../../../client/dhcp6/index.ts";
import { interfacesNamed, listIpv6Interfaces } from "../../../io/interfaces.ts";
import type { LocalInterface } from "../../../io/transport.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6 } from "../../../net/ipv6.ts";
import { formatEndpoint, localAddressTowards, parseAddress, parseEndpoint, UsageError } from "../../endpoint.ts";
import { IPV6 } from "../../family.ts";
import type { Way, WayFlags } from "../way.ts";

export async function findDhcp6Way(flags: WayFlags): Promise<Way<Ipv6>> {
  if (flags.interface !== undefined) {
    if (flags.relay !== undefined) throw new UsageError("--interface and --relay: speak either as clients or as a relay");
    const [link] = interfacesNamed(await listIpv6Interfaces(), [flags.interface]) as [LocalInterface<Ipv6>];
    return {
      name: `the server on the link of ${flags.interface}`,
      relay: undefined,
      listen: { address: IPV6_UNSPECIFIED, port: IPV6.clientPort },
      interfaces: [link],
      destination: {
        address: ALL_DHCP_RELAY_AGENTS_AND_SERVERS,
        port: IPV6.serverPort,
        hardwareAddress: undefined,
        interfaceIndex: link.index,
        source: IPV6_UNSPECIFIED,
      },
      advice: "does a server serve that link, and has it a free address?",
    };
  }
  const server = parseEndpoint(IPV6, flags.server ?? IPV6.exampleEndpoint);
  const local = await localAddressTowards(IPV6, server.address);
  const relay = flags.relay === undefined ? local : parseAddress(IPV6, "--relay", flags.relay);
  return {
    name: formatEndpoint(IPV6, server),
    relay,
    // A relay hears answers on the port of servers; a server on any other port answers to where the
    // message came from.
    listen: { address: local, port: server.port === IPV6.serverPort ? IPV6.serverPort : 0 },
    interfaces: [],
    destination: { ...server, hardwareAddress: undefined, interfaceIndex: 0, source: IPV6_UNSPECIFIED },
    advice: `does a server listen there, has it a network that holds the relay's link-address ${formatIpv6(relay)}, and what is asked for in it?`,
  };
}
