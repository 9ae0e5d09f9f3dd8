import type { Ipv4 } from "../../net/ipv4.ts";
import { IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH, writeIpv4Udp } from "../../wire/frames/ipv4-udp.ts";
import { AF_PACKET, ETH_P_IP, SOCKADDR_LL_SIZE } from "./constants.ts";
import type { Libc } from "./libc.ts";
import { createMessages, type Messages } from "./messages.ts";
import { HEADROOM, type LinkSender } from "./outbox.ts";

/**
 * A packet socket does not fragment: what exceeds an Ethernet frame is broadcast by the UDP socket,
 * which does.
 */
const MAX_PAYLOAD = 1500 - IPV4_HEADER_LENGTH - UDP_HEADER_LENGTH;
/**
 * As much as a struct sockaddr_ll holds. Longer ones (InfiniBand) ask for broadcast anyway; RFC
 * 4390.
 */
const MAX_HARDWARE_ADDRESS = 8;

/**
 * Sends IPv4 through a packet socket, with IPv4 and UDP headers of its own. `port`: ours, the
 * source port of all that is sent. `sources`: the address to send from by interface index, where
 * the destination does not say.
 */
export function createPacketSender(libc: Libc, fd: number, port: number, sources: ReadonlyMap<number, Ipv4>): LinkSender<Ipv4> {
  return {
    fd,
    createMessages: (capacity) => createPacketMessages(libc, capacity),
    canSend: (payloadLength, to, hardwareAddress) =>
      to.interfaceIndex !== 0 &&
      (to.source !== 0 || sources.has(to.interfaceIndex)) &&
      hardwareAddress.length <= MAX_HARDWARE_ADDRESS &&
      payloadLength <= MAX_PAYLOAD,
    write(frame, payloadLength, messages, i, to, hardwareAddress) {
      const source = to.source || (sources.get(to.interfaceIndex) as Ipv4);
      addressPacket(messages, i, to.interfaceIndex, hardwareAddress);
      return writeIpv4Udp(frame, HEADROOM, payloadLength, source, port, to.address, to.port);
    },
  };
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
