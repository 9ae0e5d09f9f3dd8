import { TransportError } from "../transport.ts";
import { AF_PACKET, ARPHRD_ETHER, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_RAW, SOCKADDR_LL_SIZE } from "./constants.ts";
import type { Libc, Poll } from "./libc.ts";

/* Raw sockets that ask on links whether addresses are in use. */

/** More than an ARP frame, or the answer to an echo or solicitation, needs. */
const BUFFER_SIZE = 2048;
/** Packets that one wake-up takes before other events get their turn. */
const PACKETS_PER_WAKE = 64;

/** A raw socket with its place in the event loop. */
export interface Listener {
  readonly fd: number;
  close(): void;
}

/** Calls `onPacket` for each packet; its bytes are used again after the call. */
export function listen(libc: Libc, fd: number, onPacket: (packet: Uint8Array) => void): Listener {
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

/**
 * A packet socket for frames of one type on one link, 0 for none at all; undefined where there is no
 * such link, or none with Ethernet's addresses.
 */
export function openLinkSocket(libc: Libc, interfaceIndex: number, type: number): number | undefined {
  const fd = openRaw(libc, AF_PACKET, 0);
  const name = new Uint8Array(new ArrayBuffer(SOCKADDR_LL_SIZE));
  name[0] = AF_PACKET;
  name[2] = type >>> 8;
  name[3] = type & 255;
  new DataView(name.buffer).setInt32(4, interfaceIndex, true);
  if (libc.bind(fd, name, SOCKADDR_LL_SIZE) >= 0 && hardwareAddressOf(libc, fd) !== undefined) return fd;
  libc.close(fd);
  return undefined;
}

/**
 * The hardware address of the link that the packet socket is bound to; undefined when it is not
 * Ethernet's kind.
 */
export function hardwareAddressOf(libc: Libc, fd: number): Uint8Array | undefined {
  const name = new Uint8Array(new ArrayBuffer(SOCKADDR_LL_SIZE));
  if (libc.getsockname(fd, name, new Uint8Array(Int32Array.of(SOCKADDR_LL_SIZE).buffer)) < 0) return undefined;
  const type = new DataView(name.buffer).getUint16(8, true);
  return type === ARPHRD_ETHER && name[11] === 6 ? name.subarray(12, 18) : undefined;
}

/** Throws a TransportError where raw sockets are not allowed. */
export function openRaw(libc: Libc, domain: number, protocol: number): number {
  const fd = libc.socket(domain, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd >= 0) return fd;
  const code = libc.errno();
  throw new TransportError(code, `no raw socket can be opened (${code})`);
}
