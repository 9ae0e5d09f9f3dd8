import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../../net/ipv4.ts";
import { type LocalInterface, type Transport, TransportError, type TransportOptions } from "../transport.ts";
import { broadcastFilter, clientFilter } from "./filter.ts";
import { createFragmented, type Fragmented } from "./fragmented.ts";
import { IPV4 } from "./ipv4.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { openNeighbourGate } from "./neighbour-gate.ts";
import { createPacketReceiver } from "./packet-receiver.ts";
import { createPacketSender } from "./packet-sender.ts";
import { createUdpReceiver } from "./receiver.ts";
import { boundPort, openPacketSocket, openUdpSocket } from "./sockets.ts";
import { createTransport } from "./transport.ts";

export interface Ipv4TransportOptions extends TransportOptions<Ipv4> {
  /**
   * For a client: hears also what is sent to the hardware address of this machine and an address
   * that it does not have yet, some of it twice; and sends from 0.0.0.0 where the destination does
   * not say from where.
   */
  readonly beforeAddress?: boolean | undefined;
}

/**
 * One UDP socket and, where the process may, one packet socket, for any number of interfaces.
 */
export async function openIpv4Transport(options: Ipv4TransportOptions): Promise<Transport<Ipv4>> {
  const libc = await loadLibc();
  const udp = openUdpSocket(libc, IPV4, options.address, options.port);
  const port = boundPort(libc, udp);
  const limitations: string[] = [];
  const beforeAddress = options.beforeAddress === true;
  const filter = beforeAddress ? clientFilter : broadcastFilter;
  let packet: number | undefined;
  try {
    packet = isLoopback(options.address) ? undefined : openPacketSocketIfAllowed(libc, filter(port), limitations);
  } catch (error) {
    libc.close(udp);
    throw error;
  }
  const served = createServed(beforeAddress);
  served.follow(options.interfaces);
  const gate = openNeighbourGate(libc, udp, IPV4);

  const fragmented = createFragmented();
  const skip = packet === undefined ? () => false : heardByPacketSocket(served, fragmented);
  const sockets = [{ fd: udp, receiver: createUdpReceiver(libc, udp, IPV4, skip) }];
  // First, so that what it hears of fragments is known before the UDP socket has the whole.
  if (packet !== undefined) sockets.unshift({ fd: packet, receiver: createPacketReceiver(libc, packet, fragmented) });
  return createTransport(libc, {
    family: IPV4,
    sockets,
    udp,
    link: packet === undefined ? undefined : createPacketSender(libc, packet, port, served.sources),
    gate,
    port,
    limitations,
    serve(interfaces) {
      served.follow(interfaces);
      return [];
    },
    close: () => gate.close(),
  });
}

/** What is asked of the interfaces that are served, packet by packet. */
interface Served {
  /** The address to send from, by interface index. */
  readonly sources: ReadonlyMap<number, Ipv4>;
  /** All but the loopback interface. */
  readonly indexes: ReadonlySet<number>;
  /** Addresses of those. */
  readonly addresses: ReadonlySet<Ipv4>;
  /** These are the interfaces now. */
  follow(interfaces: readonly LocalInterface<Ipv4>[]): void;
}

function createServed(beforeAddress: boolean): Served {
  const sources = new Map<number, Ipv4>();
  const indexes = new Set<number>();
  const own = new Set<Ipv4>();
  return {
    sources,
    indexes,
    addresses: own,
    follow(interfaces) {
      for (const known of [sources, indexes, own]) known.clear();
      for (const { index, loopback, addresses } of interfaces) {
        const [first] = addresses;
        if (beforeAddress) sources.set(index, IPV4_ANY);
        else if (first !== undefined) sources.set(index, first.address);
        if (loopback) continue;
        indexes.add(index);
        for (const { address } of addresses) own.add(address);
      }
    },
  };
}

function isLoopback(address: Ipv4): boolean {
  return address >>> 24 === 127;
}

function openPacketSocketIfAllowed(libc: Libc, filter: Uint8Array, limitations: string[]): number | undefined {
  try {
    return openPacketSocket(libc, filter);
  } catch (error) {
    if (!(error instanceof TransportError) || (error.code !== "EPERM" && error.code !== "EACCES")) throw error;
    limitations.push(
      "Replies to clients that have no address yet are broadcast, and broadcasts are heard only if the firewall lets them through: a packet socket needs root or CAP_NET_RAW.",
    );
    return undefined;
  }
}

/**
 * Which of the broadcasts that the UDP socket receives the packet socket receives too: all but
 * those that came in fragments, and those that this machine itself sends by UDP, whose copy for
 * local receivers bypasses packet sockets (except on the loopback interface).
 */
function heardByPacketSocket(
  { indexes, addresses }: Served,
  fragmented: Fragmented,
): (source: Ipv4, sourcePort: number, destination: Ipv4, interfaceIndex: number) => boolean {
  return (source, sourcePort, destination, interfaceIndex) =>
    destination === IPV4_BROADCAST &&
    !fragmented.isPutTogether(source, sourcePort, interfaceIndex) &&
    !(addresses.has(source) && indexes.has(interfaceIndex));
}
