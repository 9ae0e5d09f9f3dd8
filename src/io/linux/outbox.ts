import type { Destination } from "../../engine/decision.ts";
import { type Ipv4, writeIpv4 } from "../../net/ipv4.ts";
import type { Outbox } from "../transport.ts";
import {
  AF_INET,
  CMSGHDR,
  IP_PKTINFO,
  MMSGHDR,
  MSG_DONTWAIT,
  PKTINFO_LENGTH,
  PKTINFO_SPACE,
  SOCKADDR_IN_SIZE,
  SOL_IP,
} from "./constants.ts";
import type { Libc } from "./libc.ts";
import { allocate, createMessages, type Messages, setPayload } from "./messages.ts";

/** Largest payload: more than any reply that fits in an Ethernet frame. */
const PAYLOAD_SIZE = 2048;
/** The IPv4 and UDP headers of datagrams for the packet socket are put in front of the payload. */
const HEADERS_SIZE = 28;
/** 33 cache lines: an odd number spreads the slots over the cache. */
const SLOT_SIZE = 33 * 64;

export interface SendCounters {
  sent: number;
  sendFailed: number;
}

export function createOutbox(libc: Libc, udp: number, capacity: number, counters: SendCounters): Outbox {
  const slots = allocate(libc, capacity * SLOT_SIZE);
  const payloads = Array.from({ length: capacity }, (_, i) => {
    const start = i * SLOT_SIZE + HEADERS_SIZE;
    return slots.bytes.subarray(start, start + PAYLOAD_SIZE);
  });
  const datagrams = createUdpMessages(libc, capacity);
  let length = 0;
  let datagramCount = 0;

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
      setPayload(datagrams, datagramCount, slots.address + length * SLOT_SIZE + HEADERS_SIZE, payloadLength);
      addressDatagram(datagrams, datagramCount, to, to.address);
      datagramCount++;
      length++;
    },
    send() {
      sendAll(libc, udp, datagrams, datagramCount, counters);
      this.clear();
    },
    clear() {
      length = 0;
      datagramCount = 0;
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
