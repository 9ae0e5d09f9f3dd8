import type { HeardFromServer, ServerListener } from "../server-listener.ts";
import { TransportError } from "../transport.ts";
import { AF_PACKET, ETH_P_IP, ETH_P_IPV6, MSG_DONTWAIT, SOCKADDR_LL_SIZE } from "./constants.ts";
import { clientPortFilter, ipv6ClientPortFilter } from "./filter.ts";
import { type Libc, loadLibc, type Poll } from "./libc.ts";
import { allocate, createMessages, messageLength, resetSizes, setPayload } from "./messages.ts";
import { attachFilter, openSocket } from "./sockets.ts";

/** Messages that one wake-up takes; there are few, and what is too much is left out. */
const BATCH = 8;
/** Bytes of a packet that are looked at; a whole one on most links. */
const SLOT = 2048;

/** In struct sockaddr_ll: the length of the hardware address, and the address. */
const HARDWARE_LENGTH = 11;
const HARDWARE_ADDRESS = 12;
const LONGEST_HARDWARE_ADDRESS = 8;

/**
 * What is heard of DHCPv4 servers. Throws a TransportError where packet sockets are not allowed.
 */
export async function openServerListener(): Promise<ServerListener> {
  return openListener(await loadLibc(), ETH_P_IP, clientPortFilter());
}

/** What is heard of DHCPv6 servers. */
export async function openIpv6ServerListener(): Promise<ServerListener> {
  return openListener(await loadLibc(), ETH_P_IPV6, ipv6ClientPortFilter());
}

/** One packet socket for all links: the kernel wakes it for what its filter lets through. */
function openListener(libc: Libc, protocol: number, filter: Uint8Array): ServerListener {
  // Protocol 0 receives nothing until the socket is bound, so nothing gets past the filter.
  const fd = openSocket(libc, AF_PACKET, 0);
  try {
    attachFilter(libc, fd, filter);
    const name = new Uint8Array(new ArrayBuffer(SOCKADDR_LL_SIZE));
    name[0] = AF_PACKET;
    name[2] = protocol >>> 8;
    name[3] = protocol & 255;
    if (libc.bind(fd, name, SOCKADDR_LL_SIZE) < 0) {
      const code = libc.errno();
      throw new TransportError(code, `no packet socket can be bound (${code})`);
    }
  } catch (error) {
    libc.close(fd);
    throw error;
  }
  return listenOn(libc, fd);
}

function listenOn(libc: Libc, fd: number): ServerListener {
  const messages = createMessages(libc, BATCH, SOCKADDR_LL_SIZE + 4, 0);
  const payloads = allocate(libc, BATCH * SLOT);
  for (let i = 0; i < BATCH; i++) setPayload(messages, i, payloads.address + i * SLOT, SLOT);
  const { bytes, words } = messages.memory;
  let handler: (heard: HeardFromServer) => void = () => {};
  let closed = false;
  let scheduled = false;

  const drain = (): void => {
    scheduled = false;
    if (closed) return;
    const received = libc.recvmmsg(fd, messages.memory.bytes, BATCH, MSG_DONTWAIT, null);
    for (let i = 0; i < received; i++) {
      const name = messages.names + i * messages.nameSize;
      const length = Math.min(bytes[name + HARDWARE_LENGTH] as number, LONGEST_HARDWARE_ADDRESS);
      handler({
        interfaceIndex: words[name / 4 + 1] as number,
        hardwareAddress: bytes.subarray(name + HARDWARE_ADDRESS, name + HARDWARE_ADDRESS + length),
        packet: payloads.bytes.subarray(i * SLOT, i * SLOT + Math.min(messageLength(messages, i), SLOT)),
      });
    }
    resetSizes(messages, Math.max(0, received));
  };
  // As in the transport: an exception inside a libuv callback would wedge the process.
  const poll: Poll = libc.poll(fd, () => {
    if (!scheduled) setImmediate(drain);
    scheduled = true;
  });

  return {
    start(newHandler) {
      handler = newHandler;
      poll.start();
    },
    close() {
      if (closed) return;
      closed = true;
      poll.close();
      libc.close(fd);
    },
  };
}
