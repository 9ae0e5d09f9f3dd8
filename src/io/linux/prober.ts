import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { ARP_LENGTH, ArpOperation, parseArp, writeArp } from "../../wire/frames/arp.ts";
import { ETHERNET_BROADCAST, ETHERNET_HEADER_LENGTH, EtherType, parseEthernet, writeEthernet } from "../../wire/frames/ethernet.ts";
import { ICMP_HEADER_LENGTH, IcmpType, parseIcmpEcho, writeIcmpEcho } from "../../wire/frames/icmp.ts";
import type { AnswerHandler, Prober } from "../prober.ts";
import { AF_INET, ETH_P_ARP, ICMP_FILTER, IPPROTO_ICMP, SOCKADDR_IN_SIZE, SOL_RAW } from "./constants.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { createLinks, listen, openRaw } from "./links.ts";

const NO_HARDWARE_ADDRESS = new Uint8Array(6);
/** Offset of the source address in an IPv4 header. */
const IPV4_SOURCE = 12;

/**
 * One raw ICMP socket, and one packet socket for each link that is asked on, which hears ARP only.
 * Throws a TransportError where raw sockets are not allowed.
 */
export async function openLinuxProber(): Promise<Prober<Ipv4>> {
  const libc = await loadLibc();
  const identifier = process.pid & 0xffff;
  let sequence = 0;
  let handler: AnswerHandler<Ipv4> = () => {};
  const links = createLinks(libc, ETH_P_ARP, (frame) => hearArp(frame, handler));
  const icmp = listen(libc, openIcmpSocket(libc), (packet) => {
    const headerLength = ((packet[0] as number) & 15) * 4;
    const echo = parseIcmpEcho(packet, headerLength);
    if (echo?.type === IcmpType.echoReply && echo.identifier === identifier) handler(readIpv4(packet, IPV4_SOURCE), undefined);
  });

  const echo = (address: Ipv4): boolean => {
    const packet = new Uint8Array(new ArrayBuffer(ICMP_HEADER_LENGTH + 8));
    sequence = (sequence + 1) & 0xffff;
    writeIcmpEcho(packet, 0, { type: IcmpType.echoRequest, identifier, sequence, data: new Uint8Array(8) });
    const to = new Uint8Array(new ArrayBuffer(SOCKADDR_IN_SIZE));
    to[0] = AF_INET;
    writeIpv4(to, 4, address);
    return libc.sendto(icmp.fd, packet, packet.length, 0, to, SOCKADDR_IN_SIZE) === packet.length;
  };

  return {
    limitations: [],
    start(newHandler) {
      handler = newHandler;
    },
    ask(address, interfaceIndex) {
      const link = interfaceIndex === 0 ? undefined : links.at(interfaceIndex);
      return link === undefined ? echo(address) : link.send(arpProbe(address, link.hardwareAddress));
    },
    close() {
      handler = () => {};
      icmp.close();
      links.close();
    },
  };
}

function openIcmpSocket(libc: Libc): number {
  const fd = openRaw(libc, AF_INET, IPPROTO_ICMP);
  // A bit for each type that is not to be heard. Other programs' pings would only wake us.
  const filter = new Uint8Array(Uint32Array.of(~(1 << IcmpType.echoReply)).buffer);
  libc.setsockopt(fd, SOL_RAW, ICMP_FILTER, filter, filter.length);
  return fd;
}

function hearArp(frame: Uint8Array, handler: AnswerHandler<Ipv4>): void {
  const ethernet = parseEthernet(frame);
  const arp = ethernet && parseArp(frame, ethernet.payloadOffset);
  // Any ARP packet of the address's user tells of it (RFC 5227 section 2.1.1).
  if (arp !== undefined && arp.senderAddress !== 0) handler(arp.senderAddress, arp.senderHardwareAddress);
}

/**
 * An ARP request with sender address 0.0.0.0, which changes nobody's tables (RFC 5227 section
 * 2.1.1).
 */
function arpProbe(address: Ipv4, own: Uint8Array): Uint8Array {
  const frame = new Uint8Array(new ArrayBuffer(ETHERNET_HEADER_LENGTH + ARP_LENGTH));
  writeEthernet(frame, ETHERNET_BROADCAST, own, EtherType.arp);
  writeArp(frame, ETHERNET_HEADER_LENGTH, {
    operation: ArpOperation.request,
    senderHardwareAddress: own,
    senderAddress: 0,
    targetHardwareAddress: NO_HARDWARE_ADDRESS,
    targetAddress: address,
  });
  return frame;
}
