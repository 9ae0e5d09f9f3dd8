import { IPV4_BROADCAST, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { IPV4_HEADER_LENGTH, parseIpv4Udp, UDP_HEADER_LENGTH } from "../../wire/frames/ipv4-udp.ts";
import type { Datagram } from "../transport.ts";
import {
  AUXDATA_SPACE,
  IP_PKTINFO,
  MSG_DONTWAIT,
  PACKET_AUXDATA,
  PKTINFO_SPACE,
  SO_TIMESTAMPNS,
  SOCKADDR_IN_SIZE,
  SOCKADDR_LL_SIZE,
  SOL_IP,
  SOL_PACKET,
  SOL_SOCKET,
  TIMESTAMP_SPACE,
  TP_STATUS_CSUM_VALID,
  TP_STATUS_CSUMNOTREADY,
} from "./constants.ts";
import type { Fragmented } from "./fragmented.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, findControl, type Messages, messageLength, resetSizes, setPayload } from "./messages.ts";

/** Datagrams that one system call receives. */
export const BATCH_SIZE = 64;

/**
 * Room for the largest datagram there is, so that none is ever cut; memory that is never written to costs nothing. The extra cache lines spread
 * the starts of the datagrams over the cache, which a power of two would pile up in one place.
 */
const SLOT_SIZE = 65_536 + 6 * 64;

/** Receives from one socket, batch by batch, into the same memory each time. */
export interface Receiver {
  readonly batch: readonly Datagram[];
  /** Datagrams in `batch` since the last `receive`. */
  readonly count: number;
  /** Datagrams dropped because their headers or checksum were wrong. */
  readonly rejected: number;
  /** Receives what is waiting, at most BATCH_SIZE datagrams. True when there may be more. */
  receive(): boolean;
}

/** IPv4 and UDP headers without options. */
const HEADERS_SIZE = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;

interface MutableDatagram extends Datagram {
  bytes: Uint8Array;
  length: number;
  source: Ipv4;
  sourcePort: number;
  destination: Ipv4;
  interfaceIndex: number;
  waited: number;
}

/** Where in the IPv4 header "more fragments" stands, and its bit there. */
const FRAGMENT_FLAGS = 6;
const MORE_FRAGMENTS = 0x20;

/** Receives broadcasts through a packet socket: checks and takes off the IPv4 and UDP headers. */
export function createPacketReceiver(libc: Libc, fd: number, fragmented: Fragmented): Receiver {
  const messages = createMessages(libc, BATCH_SIZE, SOCKADDR_LL_SIZE, TIMESTAMP_SPACE + AUXDATA_SPACE);
  const frames = givePayloads(libc, messages);
  const payloads = frames.map((frame) => frame.subarray(HEADERS_SIZE));
  const slots = payloads.map(createDatagram);
  const batch: Datagram[] = [...slots];
  const { words } = messages.memory;
  let count = 0;
  let rejected = 0;
  return {
    batch,
    get count() {
      return count;
    },
    get rejected() {
      return rejected;
    },
    receive() {
      const received = receiveInto(libc, fd, messages);
      const now = Date.now();
      count = 0;
      for (let i = 0; i < received; i++) {
        const frame = frames[i] as Uint8Array;
        const interfaceIndex = words[(messages.names + i * SOCKADDR_LL_SIZE) / 4 + 1] as number;
        if (((frame[FRAGMENT_FLAGS] as number) & MORE_FRAGMENTS) !== 0) {
          const udp = ((frame[0] as number) & 15) * 4;
          fragmented.heardFirst(readIpv4(frame, 12), ((frame[udp] as number) << 8) | (frame[udp + 1] as number), interfaceIndex);
          continue;
        }
        const packet = parseIpv4Udp(frame, messageLength(messages, i), needsChecksum(messages, i) ? VERIFY : TRUST);
        if (!packet.ok) {
          rejected++;
          continue;
        }
        const slot = slots[i] as MutableDatagram;
        // IP options, which nobody sends, move the payload.
        slot.bytes = packet.payloadOffset === HEADERS_SIZE ? (payloads[i] as Uint8Array) : frame.subarray(packet.payloadOffset);
        slot.length = packet.payloadLength;
        slot.source = packet.source;
        slot.sourcePort = packet.sourcePort;
        slot.destination = packet.destination;
        slot.interfaceIndex = interfaceIndex;
        slot.waited = waitedUntil(now, messages, i);
        batch[count++] = slot;
        fragmented.heardWhole(packet.source, packet.sourcePort, interfaceIndex);
      }
      resetSizes(messages, received);
      return received === BATCH_SIZE;
    },
  };
}

const VERIFY = { verifyUdpChecksum: true };
const TRUST = { verifyUdpChecksum: false };

/** True when the UDP checksum is in the packet and nobody has verified it; RFC 768. */
function needsChecksum(messages: Messages, i: number): boolean {
  const auxdata = findControl(messages, i, SOL_PACKET, PACKET_AUXDATA);
  if (auxdata === 0) return true;
  const status = messages.memory.words[auxdata / 4] as number;
  return (status & (TP_STATUS_CSUMNOTREADY | TP_STATUS_CSUM_VALID)) === 0;
}

/** No message waits for so long, in milliseconds: it arrived by a wall clock that was set meanwhile. */
const IMPOSSIBLE = 60_000;

/** Milliseconds since the kernel took the message in; 0 when it does not say, or when the wall clock was set meanwhile. */
function waitedUntil(now: number, messages: Messages, i: number): number {
  const timestamp = findControl(messages, i, SOL_SOCKET, SO_TIMESTAMPNS);
  if (timestamp === 0) return 0;
  const { words } = messages.memory;
  const arrived = (words[timestamp / 4] as number) * 1000 + (words[timestamp / 4 + 2] as number) / 1e6;
  const waited = now - arrived;
  return waited > 0 && waited < IMPOSSIBLE ? waited : 0;
}

/** Receives UDP payloads. `skip` tells which broadcasts to leave out because another socket hears them too. */
export function createUdpReceiver(
  libc: Libc,
  fd: number,
  skip: (source: Ipv4, sourcePort: number, interfaceIndex: number) => boolean,
): Receiver {
  const messages = createMessages(libc, BATCH_SIZE, SOCKADDR_IN_SIZE, TIMESTAMP_SPACE + PKTINFO_SPACE);
  const slots = givePayloads(libc, messages).map(createDatagram);
  const batch: Datagram[] = [...slots];
  const { bytes, words } = messages.memory;
  let count = 0;
  return {
    batch,
    get count() {
      return count;
    },
    rejected: 0,
    receive() {
      const received = receiveInto(libc, fd, messages);
      const now = Date.now();
      count = 0;
      for (let i = 0; i < received; i++) {
        const name = messages.names + i * SOCKADDR_IN_SIZE;
        const pktinfo = findControl(messages, i, SOL_IP, IP_PKTINFO);
        if (pktinfo === 0) continue;
        const source = readIpv4(bytes, name + 4);
        const interfaceIndex = words[pktinfo / 4] as number;
        const destination = readIpv4(bytes, pktinfo + 8);
        const sourcePort = ((bytes[name + 2] as number) << 8) | (bytes[name + 3] as number);
        if (destination === IPV4_BROADCAST && skip(source, sourcePort, interfaceIndex)) continue;
        const slot = slots[i] as MutableDatagram;
        slot.length = messageLength(messages, i);
        slot.source = source;
        slot.sourcePort = sourcePort;
        slot.destination = destination;
        slot.interfaceIndex = interfaceIndex;
        slot.waited = waitedUntil(now, messages, i);
        batch[count++] = slot;
      }
      resetSizes(messages, received);
      return received === BATCH_SIZE;
    },
  };
}

/** The kernel's messages; -1 (nothing waiting, or an error that the next call tells again) counts as none. */
function receiveInto(libc: Libc, fd: number, messages: Messages): number {
  return Math.max(0, libc.recvmmsg(fd, messages.memory.bytes, BATCH_SIZE, MSG_DONTWAIT, null));
}

/** Gives each message its memory, and returns that. */
function givePayloads(libc: Libc, messages: Messages): Uint8Array[] {
  const payloads = allocate(libc, BATCH_SIZE * SLOT_SIZE);
  return Array.from({ length: BATCH_SIZE }, (_, i) => {
    setPayload(messages, i, payloads.address + i * SLOT_SIZE, SLOT_SIZE);
    return payloads.bytes.subarray(i * SLOT_SIZE, (i + 1) * SLOT_SIZE);
  });
}

function createDatagram(bytes: Uint8Array): MutableDatagram {
  return { bytes, length: 0, source: 0, sourcePort: 0, destination: 0, interfaceIndex: 0, waited: 0 };
}
