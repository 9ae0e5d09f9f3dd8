import type { Ipv6 } from "../../net/ipv6.ts";
import { NdType, neighborSolicitation, parseNeighborAdvertisement, solicitedNodeGroup } from "../../wire/frames/nd.ts";
import type { AnswerHandler, Prober } from "../prober.ts";
import { AF_INET6, ICMP6_FILTER, IPPROTO_ICMPV6, IPV6_MULTICAST_HOPS, IPV6_MULTICAST_IF, SOL_ICMPV6, SOL_IPV6 } from "./constants.ts";
import { hopLimitFilter } from "./filter.ts";
import { IPV6 } from "./ipv6.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { hardwareAddressOf, listen, openLinkSocket, openRaw } from "./raw-socket.ts";
import { attachFilter } from "./sockets.ts";

/** Neighbor Discovery that has passed a router has less (RFC 4861 section 7.1). */
const HOP_LIMIT = 255;
const FILTER_WORDS = 8;
const HARDWARE_ADDRESS_LENGTH = 6;

/**
 * One raw ICMPv6 socket, which hears Neighbor Advertisements alone. Questions come from this
 * machine's address of the link: from the unspecified one they would look like another host that
 * wants the same address. Rejects with a TransportError where raw sockets are not allowed.
 */
export async function openNdProber(): Promise<Prober<Ipv6>> {
  const libc = await loadLibc();
  let handler: AnswerHandler<Ipv6> = () => {};
  const socket = listen(libc, openIcmpv6Socket(libc), (packet) => {
    const advertisement = parseNeighborAdvertisement(packet);
    if (advertisement !== undefined) {
      handler(advertisement.target.slice(), advertisement.linkLayerAddress?.subarray(0, HARDWARE_ADDRESS_LENGTH));
    }
  });
  return {
    limitations: [],
    start(newHandler) {
      handler = newHandler;
    },
    ask(address, interfaceIndex) {
      const source = interfaceIndex === 0 ? undefined : hardwareAddressAt(libc, interfaceIndex);
      if (source === undefined) return false;
      const index = new Uint8Array(Int32Array.of(interfaceIndex).buffer);
      if (libc.setsockopt(socket.fd, SOL_IPV6, IPV6_MULTICAST_IF, index, index.length) < 0) return false;
      const message = neighborSolicitation(address, source);
      const to = new Uint8Array(new ArrayBuffer(IPV6.nameSize));
      to[0] = AF_INET6;
      IPV6.writeName(to, 0, solicitedNodeGroup(address), interfaceIndex);
      return libc.sendto(socket.fd, message, message.length, 0, to, to.length) === message.length;
    },
    close() {
      handler = () => {};
      socket.close();
    },
  };
}

/** Undefined: there is no such link, or none with Ethernet's addresses. */
function hardwareAddressAt(libc: Libc, interfaceIndex: number): Uint8Array | undefined {
  const fd = openLinkSocket(libc, interfaceIndex, 0);
  if (fd === undefined) return undefined;
  const address = hardwareAddressOf(libc, fd);
  libc.close(fd);
  return address;
}

function openIcmpv6Socket(libc: Libc): number {
  const fd = openRaw(libc, AF_INET6, IPPROTO_ICMPV6);
  // A bit for each type that is not to be heard.
  const filter = new Uint32Array(FILTER_WORDS).fill(0xffffffff);
  const word = NdType.neighborAdvertisement >>> 5;
  filter[word] = (filter[word] as number) & ~(1 << (NdType.neighborAdvertisement & 31));
  const bytes = new Uint8Array(filter.buffer);
  libc.setsockopt(fd, SOL_ICMPV6, ICMP6_FILTER, bytes, bytes.length);
  const hops = new Uint8Array(Int32Array.of(HOP_LIMIT).buffer);
  libc.setsockopt(fd, SOL_IPV6, IPV6_MULTICAST_HOPS, hops, hops.length);
  attachFilter(libc, fd, hopLimitFilter(HOP_LIMIT));
  return fd;
}
