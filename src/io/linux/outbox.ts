import type { Destination } from "../../net/destination.ts";
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4, writeIpv4 } from "../../net/ipv4.ts";
import { IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH, writeIpv4Udp } from "../../wire/frames/ipv4-udp.ts";
import { sendFailureOf } from "../send-failures.ts";
import type { Outbox, SendFailure } from "../transport.ts";
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
import type { Kept } from "./kept.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, type Messages, setPayload } from "./messages.ts";
import type { SendGate } from "./send-gate.ts";

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
  readonly notSent: Record<SendFailure, number>;
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
  readonly gate: SendGate;
  readonly kept: Kept;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
}

/** What is sent through one socket. */
interface Group {
  readonly fd: number;
  readonly messages: Messages;
  count: number;
  /** The slot of each message, which holds its payload. */
  readonly slots: Uint16Array;
  readonly lengths: Uint16Array;
  /** The address that ARP may be needed for; 0: none is. */
  readonly neighbours: Uint32Array;
  readonly kinds: Uint8Array;
}

export function createOutbox(
  libc: Libc,
  senders: Senders,
  capacity: number,
  counters: SendCounters,
  sentByKind: Uint32Array | undefined,
): Outbox {
  const slots = allocate(libc, capacity * SLOT_SIZE);
  const frames = Array.from({ length: capacity }, (_, i) => slots.bytes.subarray(i * SLOT_SIZE, (i + 1) * SLOT_SIZE));
  const payloads = frames.map((frame) => frame.subarray(HEADERS_SIZE, HEADERS_SIZE + PAYLOAD_SIZE));
  const datagrams = createGroup(senders.udp, createUdpMessages(libc, capacity));
  const packets = senders.packet === undefined ? undefined : createGroup(senders.packet, createPacketMessages(libc, capacity));
  let length = 0;
  const sentLater = (kind: number): void => {
    if (sentByKind !== undefined) sentByKind[kind] = (sentByKind[kind] as number) + 1;
  };

  /** The next message of the group, whose payload stands in the next slot. */
  const push = (group: Group, offset: number, size: number, neighbour: Ipv4, kind: number): number => {
    const i = group.count++;
    setPayload(group.messages, i, slots.address + length * SLOT_SIZE + offset, size);
    group.slots[i] = length;
    group.lengths[i] = size;
    group.neighbours[i] = neighbour;
    group.kinds[i] = kind;
    return i;
  };
  const addDatagram = (payloadLength: number, to: Destination, address: Ipv4, kind: number): void => {
    const i = push(datagrams, HEADERS_SIZE, payloadLength, address === IPV4_BROADCAST ? IPV4_ANY : address, kind);
    addressDatagram(datagrams.messages, i, to, address);
  };
  const addPacket = (
    group: Group,
    payloadLength: number,
    to: Destination,
    hardwareAddress: Uint8Array,
    source: Ipv4,
    kind: number,
  ): void => {
    const frame = frames[length] as Uint8Array;
    const size = writeIpv4Udp(frame, HEADERS_SIZE, payloadLength, source, senders.port, to.address, to.port);
    addressPacket(group.messages, push(group, 0, size, IPV4_ANY, kind), to.interfaceIndex, hardwareAddress);
  };
  /** What goes to a neighbour that is not known waits; it must not fill the socket's buffer. */
  const sendGroup = (group: Group, offset: number): void => {
    if (group.count === 0) return;
    const now = senders.uptime();
    const keep = (i: number): void => {
      const slot = frames[group.slots[i] as number] as Uint8Array;
      const payload = slot.subarray(offset, offset + (group.lengths[i] as number));
      senders.kept.add(group.fd, group.messages, i, payload, group.neighbours[i] as number, sentLater, group.kinds[i] as number);
    };
    let from = 0;
    for (let i = 0; i < group.count; i++) {
      const neighbour = group.neighbours[i] as number;
      if (neighbour === IPV4_ANY || senders.gate.check(neighbour, now) === "send") continue;
      sendRun(libc, group, from, i, counters, sentByKind, keep);
      keep(i);
      from = i + 1;
    }
    sendRun(libc, group, from, group.count, counters, sentByKind, keep);
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
    add(payloadLength, to, kind = 0) {
      const { hardwareAddress } = to;
      if (hardwareAddress === undefined) {
        addDatagram(payloadLength, to, to.address, kind);
      } else {
        const source = to.source || senders.sources.get(to.interfaceIndex);
        const possible =
          packets !== undefined &&
          to.interfaceIndex !== 0 &&
          source !== undefined &&
          hardwareAddress.length <= MAX_HARDWARE_ADDRESS &&
          payloadLength <= MAX_PACKET_PAYLOAD;
        if (possible) addPacket(packets, payloadLength, to, hardwareAddress, source, kind);
        else addDatagram(payloadLength, to, IPV4_BROADCAST, kind);
      }
      length++;
    },
    send() {
      sendGroup(datagrams, HEADERS_SIZE);
      if (packets !== undefined) sendGroup(packets, 0);
      this.clear();
    },
    clear() {
      length = 0;
      datagrams.count = 0;
      if (packets !== undefined) packets.count = 0;
    },
  };
}

function createGroup(fd: number, messages: Messages): Group {
  const { capacity } = messages;
  return {
    fd,
    messages,
    count: 0,
    slots: new Uint16Array(capacity),
    lengths: new Uint16Array(capacity),
    neighbours: new Uint32Array(capacity),
    kinds: new Uint8Array(capacity),
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

/** Sends the messages from `from` up to `end`; what would block is kept, what the kernel refuses for another reason is counted. */
function sendRun(
  libc: Libc,
  group: Group,
  from: number,
  end: number,
  counters: SendCounters,
  sentByKind: Uint32Array | undefined,
  keep: (i: number) => void,
): void {
  const { bytes } = group.messages.memory;
  let at = from;
  while (at < end) {
    const sent = libc.sendmmsg(group.fd, at === 0 ? bytes : bytes.subarray(at * MMSGHDR.size), end - at, MSG_DONTWAIT);
    if (sent > 0) {
      if (sentByKind !== undefined) {
        for (let i = at; i < at + sent; i++) {
          const kind = group.kinds[i] as number;
          sentByKind[kind] = (sentByKind[kind] as number) + 1;
        }
      }
      counters.sent += sent;
      at += sent;
      continue;
    }
    const code = libc.errno();
    if (code === "EINTR") continue;
    const failure = sendFailureOf(code);
    if (failure === "would-block") keep(at);
    else counters.notSent[failure]++;
    at++;
  }
}
