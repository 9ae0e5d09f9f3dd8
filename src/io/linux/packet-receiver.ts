import { IPV4_ANY, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { IPV4_HEADER_LENGTH, parseIpv4Udp, UDP_HEADER_LENGTH } from "../../wire/frames/ipv4-udp.ts";
import type { Datagram } from "../transport.ts";
import {
  AUXDATA_SPACE,
  PACKET_AUXDATA,
  SOCKADDR_LL_SIZE,
  SOL_PACKET,
  TIMESTAMP_SPACE,
  TP_STATUS_CSUM_VALID,
  TP_STATUS_CSUMNOTREADY,
} from "./constants.ts";
import type { Fragmented } from "./fragmented.ts";
import type { Libc } from "./libc.ts";
import { createMessages, findControl, type Messages, messageLength, resetSizes } from "./messages.ts";
import { BATCH_SIZE, createSlot, givePayloads, type Receiver, receiveInto, type Slot, waitedUntil } from "./receiver.ts";

/** IPv4 and UDP headers without options. */
const HEADERS_SIZE = IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH;

/** Where in the IPv4 header "more fragments" stands, and its bit there. */
const FRAGMENT_FLAGS = 6;
const MORE_FRAGMENTS = 0x20;

/** Receives broadcasts through a packet socket: checks and takes off the IPv4 and UDP headers. */
export function createPacketReceiver(libc: Libc, fd: number, fragmented: Fragmented): Receiver<Ipv4> {
  const messages = createMessages(libc, BATCH_SIZE, SOCKADDR_LL_SIZE, TIMESTAMP_SPACE + AUXDATA_SPACE);
  const frames = givePayloads(libc, messages);
  const payloads = frames.map((frame) => frame.subarray(HEADERS_SIZE));
  const slots = payloads.map((bytes) => createSlot(bytes, IPV4_ANY));
  const batch: Datagram<Ipv4>[] = [...slots];
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
        const slot = slots[i] as Slot<Ipv4>;
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
