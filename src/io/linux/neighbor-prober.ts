import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6 } from "../../net/ipv6.ts";
import { firstAddress, type Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { ETHERNET_HEADER_LENGTH, EtherType, parseEthernet, writeEthernet } from "../../wire/frames/ethernet.ts";
import {
  multicastHardwareAddress,
  NEIGHBOR_LENGTH,
  NeighborType,
  parseNeighbor,
  solicitedNode,
  writeNeighbor,
} from "../../wire/frames/nd.ts";
import type { AnswerHandler, Prober } from "../prober.ts";
import { AF_PACKET, ETH_P_IPV6 } from "./constants.ts";
import { neighborFilter } from "./filter.ts";
import { loadLibc } from "./libc.ts";
import { createLinks, openRaw } from "./links.ts";
import { attachFilter } from "./sockets.ts";

/**
 * One packet socket for each link that is asked on, which hears Neighbor Solicitations and
 * Advertisements only. Nobody is asked behind routers, where there is nothing that every host has
 * to answer. An address may be a prefix of 128 bits, whose first 16 bytes it is; answers tell 16
 * bytes. Throws a TransportError where packet sockets are not allowed.
 */
export async function openLinuxIpv6Prober(): Promise<Prober<Ipv6 | Ipv6Prefix>> {
  const libc = await loadLibc();
  // Links are opened when they are asked on; whether that is allowed is known now.
  libc.close(openRaw(libc, AF_PACKET, 0));
  let handler: AnswerHandler<Ipv6> = () => {};
  const links = createLinks(
    libc,
    ETH_P_IPV6,
    (frame, own) => hear(frame, own, handler),
    (fd) => attachFilter(libc, fd, neighborFilter()),
  );

  return {
    limitations: [],
    start(newHandler) {
      handler = newHandler;
    },
    ask(leased, interfaceIndex) {
      const link = interfaceIndex === 0 ? undefined : links.at(interfaceIndex);
      if (link === undefined) return false;
      const address = firstAddress(leased);
      const group = solicitedNode(address);
      // Who looks for duplicates of the same address tells only this group.
      link.join(multicastHardwareAddress(group));
      return link.send(solicitation(address, group, link.hardwareAddress));
    },
    close() {
      handler = () => {};
      links.close();
    },
  };
}

/**
 * Duplicate address detection (RFC 4862 section 5.4.2): from no address, so that it changes
 * nobody's tables, and whoever has the address answers to all nodes.
 */
function solicitation(address: Ipv6, group: Ipv6, own: Uint8Array): Uint8Array {
  const frame = new Uint8Array(new ArrayBuffer(ETHERNET_HEADER_LENGTH + NEIGHBOR_LENGTH));
  writeEthernet(frame, multicastHardwareAddress(group), own, EtherType.ipv6);
  writeNeighbor(frame, ETHERNET_HEADER_LENGTH, {
    type: NeighborType.solicitation,
    source: IPV6_UNSPECIFIED,
    destination: group,
    target: address,
    solicited: false,
    linkLayerAddress: NO_BYTES,
  });
  return frame;
}

/**
 * Tells of the user of an address: who advertises it, who asks others from it, or who looks for
 * duplicates of it as its own from now on (RFC 4862 section 5.4.3).
 */
function hear(frame: Uint8Array, own: Uint8Array, handler: AnswerHandler<Ipv6>): void {
  const ethernet = parseEthernet(frame);
  if (ethernet?.etherType !== EtherType.ipv6) return;
  // A link may bring back our own question, which looks like somebody else's (RFC 7527).
  if (equalBytes(ethernet.source, own)) return;
  const packet = parseNeighbor(frame, ethernet.payloadOffset);
  if (packet === undefined) return;
  const { type, source, target, linkLayerAddress } = packet;
  const asksFromAddress = type === NeighborType.solicitation && !equalBytes(source, IPV6_UNSPECIFIED);
  const address = (asksFromAddress ? source : target).slice();
  handler(address, linkLayerAddress.length === ethernet.source.length ? linkLayerAddress : ethernet.source);
}
