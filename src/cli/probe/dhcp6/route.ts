/**
 * Which way the probe's DHCPv6 messages travel: as a client on a link, or as the last of its
 * relays.
 */
import * as client from "../../../client/dhcp6/index.ts";
import { interfacesNamed, listIpv6Interfaces } from "../../../io/interfaces.ts";
import type { LocalInterface } from "../../../io/transport.ts";
import { IPV6_UNSPECIFIED, type Ipv6, parseIpv6 } from "../../../net/ipv6.ts";
import { type Endpoint, formatEndpoint, localAddressTowards, parseEndpoint, UsageError } from "../../endpoint.ts";
import { IPV6 } from "../../family.ts";
import type { Route } from "../exchange.ts";

export interface RouteFlags {
  readonly server?: string;
  readonly interface?: string;
  readonly relay?: readonly string[];
}

export interface ProbeRoute extends Route<Ipv6> {
  /** Hardware address of the interface that a client speaks on. */
  readonly hardwareAddress: Uint8Array | undefined;
}

/** ff05::1:3, to which relays send that know no server (RFC 8415 section 7.1). */
const ALL_DHCP_SERVERS = parseIpv6("ff05::1:3") as Ipv6;

export async function findRoute(flags: RouteFlags): Promise<ProbeRoute> {
  const isRelayed = flags.relay !== undefined && flags.relay.length > 0;
  const server = flags.server === undefined ? undefined : parseEndpoint(IPV6, flags.server);
  if (flags.interface === undefined) {
    // Servers discard what a client sends to their own addresses.
    if (!isRelayed) {
      throw new UsageError(
        "a DHCPv6 server answers clients on their own link: add --interface NAME to ask as a client there (root), or --relay LINK-ADDRESS to ask as a relay",
      );
    }
    return towards(server ?? parseEndpoint(IPV6, IPV6.exampleEndpoint));
  }
  const [link] = interfacesNamed(await listIpv6Interfaces(), [flags.interface]) as [LocalInterface<Ipv6>];
  const group = { address: isRelayed ? ALL_DHCP_SERVERS : client.ALL_DHCP_RELAY_AGENTS_AND_SERVERS, port: IPV6.serverPort };
  const { address, port } = server ?? group;
  return {
    name: server === undefined ? `the servers on the link of ${flags.interface}` : formatEndpoint(IPV6, server),
    listen: { address: IPV6_UNSPECIFIED, port: isRelayed ? answersTo(port) : IPV6.clientPort },
    interfaces: [link],
    destination: { address, port, hardwareAddress: undefined, interfaceIndex: link.index, source: IPV6_UNSPECIFIED },
    hardwareAddress: !isRelayed && link.hardwareAddress.length === 6 ? link.hardwareAddress : undefined,
  };
}

async function towards(server: Endpoint<Ipv6>): Promise<ProbeRoute> {
  return {
    name: formatEndpoint(IPV6, server),
    listen: { address: await localAddressTowards(IPV6, server.address), port: answersTo(server.port) },
    interfaces: [],
    destination: { ...server, hardwareAddress: undefined, interfaceIndex: 0, source: IPV6_UNSPECIFIED },
    hardwareAddress: undefined,
  };
}

/**
 * The port that a relay hears answers on: that of servers (section 7.2). A server on another port
 * answers to where the message came from.
 */
function answersTo(serverPort: number): number {
  return serverPort === IPV6.serverPort ? IPV6.serverPort : 0;
}
