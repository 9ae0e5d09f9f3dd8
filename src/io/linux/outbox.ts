import type { Destination } from "../../net/destination.ts";
import { IPV4_BROADCAST, type Ipv4, writeIpv4 } from "../../net/ipv4.ts";
import { IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH, writeIpv4Udp } from "../../wire/frames/ipv4-udp.ts";
import type { Outbox } from "../transport.ts";
import {
  AF_INET,
  AF_PACKET,
  CMSGHDR,
  ETH_P_IP,
  IP_PKTINFO,
  MMSGHDR,
  MSG_DONTWAIT,
  PKTINFO_LENGTH,
  PKTINFO_SPACE,
  SOCKADDR_IN_SIZE,
  SOCKADDR_LL_SIZE,
  SOL_IP,
} from "./constants.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, type Messages, setPayload } from "./messages.ts";

/** Largest payload: more than any reply that fits in an Ethernet frame. */
const PAYLOAD_SIZE = 2048;
/** The IPv4 and UDP headers of datagrams for the packet socket are put in front of the payload. */
const HEADERS_SIZE = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;
/** A packet socket does not fragment: what exceeds an Ethernet frame is broadcast by the UDP socket, which does. */
const MAX_PACKET_PAYLOAD = 1500 - HEADERS_SIZE;
/** As much as a struct sockaddr_ll holds. Longer ones (InfiniBand) ask for broadcast anyway; RFC 4390. */
const MAX_HARDWARE_ADDRESS = 8;
/** 33 cache lines: an odd number spreads the slots over the cache. */
const SLOT_SIZE = 33 * 64;

export interface SendCounters {
  sent: number;
  sendFailed: number;
}

/** What an outbox sends through. */
export interface Senders {
  readonly udp: number;
  /** undefined when no packet socket could be opened. */
  readonly packet: number | undefined;
  /** Our port, the source port of all that is sent. */
  readonly port: number;
  /** The address to send from by interface index, where the destination does not say. */
  readonly sources: ReadonlyMap<number, Ipv4>;
}

export function createOutbox(libc: Libc, senders: Senders, capacity: number, counters: SendCounters): Outbox {
  const slots = allocate(libc, capacity * SLOT_SIZE);
  const frames = Array.from({ length: capacity }, (_, i) => slots.bytes.subarray(i * SLOT_SIZE, (i + 1) * SLOT_SIZE));
  const payloads = frames.map((frame) => frame.subarray(HEADERS_SIZE, HEADERS_SIZE + PAYLOAD_SIZE));
  const datagrams = createUdpMessages(libc, capacity);
  const packets = createPacketMessages(libc, senders.packet === undefined ? 0 : capacity);
  let length = 0;
  let datagramCount = 0;
  let packetCount = 0;

  const addDatagram = (payloadLength: number, to: Destination, address: Ipv4): void => {
    setPayload(datagrams, datagramCount, slots.address + length * SLOT_SIZE + HEADERS_SIZE, payloadLength);
    addressDatagram(datagrams, datagramCount, to, address);
    datagramCount++;
  };
  const addPacket = (payloadLength: number, to: Destination, hardwareAddress: Uint8Array, source: Ipv4): void => {
    const frame = frames[length] as Uint8Array;
    const size = writeIpv4Udp(frame, HEADERS_SIZE, payloadLength, source, senders.port, to.address, to.port);
    setPayload(packets, packetCount, slots.address + length * SLOT_SIZE, size);
    addressPacket(packets, packetCount, to.interfaceIndex, hardwareAddress);
    packetCount++;
  };

  return {
    get length() {
      return length;
    },
    get full() {
      return length === capacity;
    },
    next() {
      const payload = payloads[length];
      if (payload === undefined) throw new RangeError("the outbox is full: send it first");
      return payload;
    },
    add(payloadLength, to) {
      const { hardwareAddress } = to;
      if (hardwareAddress === undefined) {
        addDatagram(payloadLength, to, to.address);
      } else {
        const source = to.source || senders.sources.get(to.interfaceIndex);
        const possible =
          senders.packet !== undefined &&
          to.interfaceIndex !== 0 &&
          source !== undefined &&
          hardwareAddress.length <= MAX_HARDWARE_ADDRESS &&
          payloadLength <= MAX_PACKET_PAYLOAD;
        if (possible) addPacket(payloadLength, to, hardwareAddress, source);
        else addDatagram(payloadLength, to, IPV4_BROADCAST);
      }
      length++;
    },
    send() {
      sendAll(libc, senders.udp, datagrams, datagramCount, counters);
      if (senders.packet !== undefined) sendAll(libc, senders.packet, packets, packetCount, counters);
      this.clear();
    },
    clear() {
      length = 0;
      datagramCount = 0;
      packetCount = 0;
    },
  };
}

/** Messages with everything in place that is the same for each datagram. */
function createUdpMessages(libc: Libc, capacity: number): Messages {
  const messages = createMessages(libc, capacity, SOCKADDR_IN_SIZE, PKTINFO_SPACE);
  const { bytes, words } = messages.memory;
  for (let i = 0; i < capacity; i++) {
    bytes[messages.names + i * SOCKADDR_IN_SIZE] = AF_INET;
    const control = messages.controls + i * PKTINFO_SPACE;
    words[control / 4] = PKTINFO_LENGTH;
    words[(control + CMSGHDR.level) / 4] = SOL_IP;
    words[(control + CMSGHDR.type) / 4] = IP_PKTINFO;
  }
  return messages;
}

/** Destination in the socket address; interface and source address in the control message (a struct in_pktinfo). */
function addressDatagram(messages: Messages, i: number, to: Destination, address: Ipv4): void {
  const { bytes, words } = messages.memory;
  const name = messages.names + i * SOCKADDR_IN_SIZE;
  bytes[name + 2] = to.port >>> 8;
  bytes[name + 3] = to.port;
  writeIpv4(bytes, name + 4, address);
  const info = messages.controls + i * PKTINFO_SPACE + CMSGHDR.size;
  words[info / 4] = to.interfaceIndex;
  writeIpv4(bytes, info + 4, to.source);
}

function createPacketMessages(libc: Libc, capacity: number): Messages {
  const messages = createMessages(libc, capacity, SOCKADDR_LL_SIZE, 0);
  const { bytes } = messages.memory;
  for (let i = 0; i < capacity; i++) {
    const name = messages.names + i * SOCKADDR_LL_SIZE;
    bytes[name] = AF_PACKET;
    bytes[name + 2] = ETH_P_IP >>> 8;
    bytes[name + 3] = ETH_P_IP & 255;
  }
  return messages;
}

function addressPacket(messages: Messages, i: number, interfaceIndex: number, hardwareAddress: Uint8Array): void {
  const { bytes, words } = messages.memory;
  const name = messages.names + i * SOCKADDR_LL_SIZE;
  words[name / 4 + 1] = interfaceIndex;
  bytes[name + 11] = hardwareAddress.length;
  bytes.set(hardwareAddress, name + 12);
}

/** Sends the first `count` messages; one that the kernel refuses is counted and left out. */
function sendAll(libc: Libc, fd: number, messages: Messages, count: number, counters: SendCounters): void {
  let done = 0;
  while (done < count) {
    const { bytes } = messages.memory;
    const sent = libc.sendmmsg(fd, done === 0 ? bytes : bytes.subarray(done * MMSGHDR.size), count - done, MSG_DONTWAIT);
    if (sent > 0) {
      counters.sent += sent;
      done += sent;
    } else if (libc.errno() !== "EINTR") {
      counters.sendFailed++;
      done++;
    }
  }
}
