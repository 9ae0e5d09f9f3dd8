import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { ARP_LENGTH, ArpOperation, parseArp, writeArp } from "../../wire/frames/arp.ts";
import { ETHERNET_BROADCAST, ETHERNET_HEADER_LENGTH, EtherType, parseEthernet, writeEthernet } from "../../wire/frames/ethernet.ts";
import { ICMP_HEADER_LENGTH, IcmpType, parseIcmpEcho, writeIcmpEcho } from "../../wire/frames/icmp.ts";
import type { AnswerHandler, Prober } from "../prober.ts";
import { TransportError } from "../transport.ts";
import {
  AF_INET,
  AF_PACKET,
  ARPHRD_ETHER,
  ETH_P_ARP,
  ICMP_FILTER,
  IPPROTO_ICMP,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCKADDR_IN_SIZE,
  SOCKADDR_LL_SIZE,
  SOL_RAW,
} from "./constants.ts";
import { type Libc, loadLibc, type Poll } from "./libc.ts";

/** More than an ARP frame or the answer to our echo needs. */
const BUFFER_SIZE = 2048;
/** Packets that one wake-up takes before other events get their turn. */
const PACKETS_PER_WAKE = 64;
const NO_HARDWARE_ADDRESS = new Uint8Array(6);
/** Offset of the source address in an IPv4 header. */
const IPV4_SOURCE = 12;

/** A raw socket with its place in the event loop. */
interface Listener {
  readonly fd: number;
  close(): void;
}

/**
 * One raw ICMP socket, and one packet socket for each link that is asked on, which hears ARP only.
 * Throws a TransportError where raw sockets are not allowed.
 */
export async function openLinuxProber(): Promise<Prober<Ipv4>> {
  const libc = await loadLibc();
  const links = new Map<number, Listener | undefined>();
  const identifier = process.pid & 0xffff;
  let sequence = 0;
  let handler: AnswerHandler<Ipv4> = () => {};
  const icmp = listen(libc, openIcmpSocket(libc), (packet) => {
    const headerLength = ((packet[0] as number) & 15) * 4;
    const echo = parseIcmpEcho(packet, headerLength);
    if (echo?.type === IcmpType.echoReply && echo.identifier === identifier) handler(readIpv4(packet, IPV4_SOURCE), undefined);
  });

  const linkOf = (interfaceIndex: number): Listener | undefined => {
    const known = links.get(interfaceIndex);
    if (known !== undefined || links.has(interfaceIndex)) return known;
    const fd = openArpSocket(libc, interfaceIndex);
    const listener =
      fd === undefined
        ? undefined
        : listen(libc, fd, (frame) => {
            const ethernet = parseEthernet(frame);
            const arp = ethernet && parseArp(frame, ethernet.payloadOffset);
            // Any ARP packet of the address's user tells of it (RFC 5227 section 2.1.1).
            if (arp !== undefined && arp.senderAddress !== 0) handler(arp.senderAddress, arp.senderHardwareAddress);
          });
    links.set(interfaceIndex, listener);
    return listener;
  };
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
      const link = interfaceIndex === 0 ? undefined : linkOf(interfaceIndex);
      return link === undefined ? echo(address) : sendArpProbe(libc, link.fd, address);
    },
    close() {
      handler = () => {};
      icmp.close();
      for (const link of links.values()) link?.close();
      links.clear();
    },
  };
}

/** Calls `onPacket` for each packet; its bytes are used again after the call. */
function listen(libc: Libc, fd: number, onPacket: (packet: Uint8Array) => void): Listener {
  const buffer = new Uint8Array(new ArrayBuffer(BUFFER_SIZE));
  let closed = false;
  const drain = (): void => {
    for (let i = 0; i < PACKETS_PER_WAKE && !closed; i++) {
      const length = libc.recv(fd, buffer, BUFFER_SIZE, 0);
      if (length < 0) return;
      onPacket(buffer.subarray(0, length));
    }
  };
  // As in the transport: an exception inside a libuv callback would wedge the process.
  const poll: Poll = libc.poll(fd, () => setImmediate(drain));
  poll.start();
  return {
    fd,
    close() {
      closed = true;
      poll.close();
      libc.close(fd);
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

/**
 * A packet socket for ARP on one link; undefined where there is no such link, or none with
 * Ethernet's addresses.
 */
function openArpSocket(libc: Libc, interfaceIndex: number): number | undefined {
  const fd = openRaw(libc, AF_PACKET, 0);
  const name = new Uint8Array(new ArrayBuffer(SOCKADDR_LL_SIZE));
  name[0] = AF_PACKET;
  name[2] = ETH_P_ARP >>> 8;
  name[3] = ETH_P_ARP & 255;
  new DataView(name.buffer).setInt32(4, interfaceIndex, true);
  if (libc.bind(fd, name, SOCKADDR_LL_SIZE) >= 0 && hardwareAddressOf(libc, fd) !== undefined) return fd;
  libc.close(fd);
  return undefined;
}

/**
 * The hardware address of the link that the packet socket is bound to; undefined when it is not
 * Ethernet's kind.
 */
function hardwareAddressOf(libc: Libc, fd: number): Uint8Array | undefined {
  const name = new Uint8Array(new ArrayBuffer(SOCKADDR_LL_SIZE));
  if (libc.getsockname(fd, name, new Uint8Array(Int32Array.of(SOCKADDR_LL_SIZE).buffer)) < 0) return undefined;
  const type = new DataView(name.buffer).getUint16(8, true);
  return type === ARPHRD_ETHER && name[11] === 6 ? name.subarray(12, 18) : undefined;
}

/**
 * An ARP request with sender address 0.0.0.0, which changes nobody's tables (RFC 5227 section
 * 2.1.1).
 */
function sendArpProbe(libc: Libc, fd: number, address: Ipv4): boolean {
  const own = hardwareAddressOf(libc, fd);
  if (own === undefined) return false;
  const frame = new Uint8Array(new ArrayBuffer(ETHERNET_HEADER_LENGTH + ARP_LENGTH));
  writeEthernet(frame, ETHERNET_BROADCAST, own, EtherType.arp);
  writeArp(frame, ETHERNET_HEADER_LENGTH, {
    operation: ArpOperation.request,
    senderHardwareAddress: own,
    senderAddress: 0,
    targetHardwareAddress: NO_HARDWARE_ADDRESS,
    targetAddress: address,
  });
  return libc.send(fd, frame, frame.length, 0) === frame.length;
}

function openRaw(libc: Libc, domain: number, protocol: number): number {
  const fd = libc.socket(domain, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd >= 0) return fd;
  const code = libc.errno();
  throw new TransportError(code, `no raw socket can be opened (${code})`);
}
