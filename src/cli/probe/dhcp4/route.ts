/**
 * Which way the probe's messages travel: as a client beside the server, as a client on a link, or
 * as a relay.
 */
import { interfacesNamed, listInterfaces } from "../../../io/interfaces.ts";
import type { LocalInterface } from "../../../io/transport.ts";
import { IPV4_ANY, type Ipv4 } from "../../../net/ipv4.ts";
import {
  type Endpoint,
  formatEndpoint,
  linkBroadcast,
  localAddressTowards,
  parseAddress,
  parseEndpoint,
  QUICKSTART_SERVER,
  UsageError,
} from "../../endpoint.ts";
import { IPV4 } from "../../family.ts";
import type { Route } from "../exchange.ts";

export interface RouteFlags {
  readonly server?: string;
  readonly interface?: string;
  readonly relay?: string;
  readonly ciaddr?: string;
}

export interface ProbeRoute extends Route<Ipv4> {
  /** The server, when one is named. */
  readonly server: Ipv4 | undefined;
  /** The relay's address; undefined for a client. */
  readonly giaddr: Ipv4 | undefined;
  /** The address of this machine on the way, for an INFORM. */
  readonly localAddress: Ipv4;
  /** Hardware address of the interface that was named, or that has the client's address. */
  readonly hardwareAddress: Uint8Array | undefined;
}

/** The way that the flags describe. `answered` is false for messages that get no answer. */
export async function findRoute(flags: RouteFlags, informs: boolean, answered: boolean): Promise<ProbeRoute> {
  if (flags.interface !== undefined) {
    if (flags.relay !== undefined) throw new UsageError("--interface and --relay: speak either as a client or as a relay");
    return onLink(flags.interface, flags.server === undefined ? undefined : parseEndpoint(IPV4, flags.server));
  }
  const server = parseEndpoint(IPV4, flags.server ?? QUICKSTART_SERVER);
  const localAddress = await localAddressTowards(IPV4, server.address);
  const route = {
    name: formatEndpoint(IPV4, server),
    server: server.address,
    giaddr: flags.relay === undefined ? undefined : parseAddress(IPV4, "--relay", flags.relay),
    localAddress,
    hardwareAddress: undefined,
    interfaces: [],
    destination: { ...server, hardwareAddress: undefined, interfaceIndex: 0, source: IPV4_ANY },
  };
  const ciaddr = flags.ciaddr === undefined ? undefined : parseAddress(IPV4, "--ciaddr", flags.ciaddr);
  const listen = answersGoTo(server, route.giaddr, ciaddr ?? (informs ? localAddress : undefined), localAddress, answered);
  // From the same address: that of the interface on the way may not be one that the server expects
  // a relay's question from.
  const hardwareAddress = listen.port === IPV4.clientPort ? await hardwareAddressAt(listen.address) : undefined;
  return { ...route, hardwareAddress, listen, destination: { ...route.destination, source: listen.address } };
}

/**
 * That of the interface with the address: a server answers a client on its link there, without
 * asking for it by ARP.
 */
async function hardwareAddressAt(address: Ipv4): Promise<Uint8Array | undefined> {
  const found = (await listInterfaces()).find(({ addresses }) => addresses.some((one) => one.address === address));
  return found?.loopback === false && found.hardwareAddress.length === 6 ? found.hardwareAddress : undefined;
}

/**
 * Where the server's answers go (RFC 2131 section 4.1); on another port than 67 they go back to the
 * sender.
 */
function answersGoTo(
  server: Endpoint<Ipv4>,
  giaddr: Ipv4 | undefined,
  ciaddr: Ipv4 | undefined,
  local: Ipv4,
  answered: boolean,
): Endpoint<Ipv4> {
  if (server.port !== IPV4.serverPort || !answered) return { address: local, port: 0 };
  if (giaddr !== undefined) return { address: giaddr, port: IPV4.serverPort };
  if (ciaddr !== undefined) return { address: ciaddr, port: IPV4.clientPort };
  throw new UsageError(
    "a server on port 67 answers clients on their own link: add --interface NAME to ask as a client there, or --relay ADDRESS to ask as the relay with that address of this machine (both as root)",
  );
}

async function onLink(interfaceName: string, server: Endpoint<Ipv4> | undefined): Promise<ProbeRoute> {
  const [link] = interfacesNamed(await listInterfaces(), [interfaceName]) as [LocalInterface<Ipv4>];
  const route = {
    giaddr: undefined,
    localAddress: link.addresses[0]?.address ?? IPV4_ANY,
    hardwareAddress: link.hardwareAddress.length === 6 ? link.hardwareAddress : undefined,
    listen: { address: IPV4_ANY, port: IPV4.clientPort },
  };
  if (server === undefined) {
    return { ...route, ...linkBroadcast(link), name: `the servers on the link of ${interfaceName}`, server: undefined };
  }
  return {
    ...route,
    name: formatEndpoint(IPV4, server),
    server: server.address,
    interfaces: [link],
    destination: { ...server, hardwareAddress: undefined, interfaceIndex: link.index, source: IPV4_ANY },
  };
}
