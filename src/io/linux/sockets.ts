import { bindError } from "../errors.ts";
import { TransportError } from "../transport.ts";
import {
  AF_PACKET,
  ETH_P_IP,
  PACKET_AUXDATA,
  SK_MEMINFO_DROPS,
  SK_MEMINFO_WORDS,
  SO_ATTACH_FILTER,
  SO_MEMINFO,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SO_TIMESTAMPNS,
  SO_TYPE,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCKADDR_LL_SIZE,
  SOL_PACKET,
  SOL_SOCKET,
} from "./constants.ts";
import type { SocketFamily } from "./family.ts";
import type { Libc } from "./libc.ts";
import { allocate, writePointer } from "./messages.ts";

/**
 * Requests arrive in bursts, for example when a building gets its power back: room for about ten
 * thousand.
 */
const RECEIVE_BUFFER = 8 << 20;
const SEND_BUFFER = 1 << 20;
/** More than any socket address of the families here. */
const LARGEST_NAME = 64;

/**
 * The UDP socket for all interfaces. Without SO_REUSEADDR, so that a second server on the same port
 * fails instead of taking half of the requests; not bound to a device, so that unicasts to our
 * address arrive whatever interface they were routed to.
 */
export function openUdpSocket<A>(libc: Libc, family: SocketFamily<A>, address: A, port: number): number {
  const fd = openSocket(libc, family.domain, 0);
  try {
    for (const [level, option] of family.options) setOption(libc, fd, level, option, int(1));
    askForTimes(libc, fd);
    growBuffers(libc, fd);
    const name = new Uint8Array(new ArrayBuffer(family.nameSize));
    name[0] = family.domain;
    name[2] = port >>> 8;
    name[3] = port;
    family.writeName(name, 0, address, 0);
    if (libc.bind(fd, name, family.nameSize) < 0) throw bindError(libc.errno(), family.format(address), port);
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/**
 * The packet socket, on all interfaces. It hears what its filter lets through before the firewall
 * does, and sends to hardware addresses. "Cooked" (SOCK_DGRAM): the kernel takes off and puts on the link's own
 * header, whatever the kind of link.
 */
export function openPacketSocket(libc: Libc, filter: Uint8Array): number {
  // Protocol 0 receives nothing until the socket is bound, so nothing gets past the filter.
  const fd = openSocket(libc, AF_PACKET, 0);
  try {
    attachFilter(libc, fd, filter);
    setOption(libc, fd, SOL_PACKET, PACKET_AUXDATA, int(1));
    askForTimes(libc, fd);
    growBuffers(libc, fd);
    const name = new Uint8Array(SOCKADDR_LL_SIZE);
    name[0] = AF_PACKET;
    name[2] = ETH_P_IP >>> 8;
    name[3] = ETH_P_IP & 255;
    if (libc.bind(fd, name, SOCKADDR_LL_SIZE) < 0) {
      const code = libc.errno();
      throw new TransportError(code, `no packet socket can be bound (${code})`);
    }
    return fd;
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/** A datagram socket that neither blocks nor is inherited by child processes. */
export function openSocket(libc: Libc, domain: number, protocol: number): number {
  const fd = libc.socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd < 0) {
    const code = libc.errno();
    throw new TransportError(code, `no socket can be opened (${code})`);
  }
  return fd;
}

/** The socket hears only what the program accepts, from now on; see filter.ts. */
export function attachFilter(libc: Libc, fd: number, instructions: Uint8Array): void {
  const program = allocate(libc, 16);
  program.words[0] = instructions.length / 8;
  writePointer(program, 8, libc.address(instructions));
  setOption(libc, fd, SOL_SOCKET, SO_ATTACH_FILTER, program.bytes);
}

/**
 * When datagrams arrive. Where the system can't tell, as under emulation, they count as just come.
 */
function askForTimes(libc: Libc, fd: number): void {
  libc.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, int(1), 4);
}

function setOption(libc: Libc, fd: number, level: number, option: number, value: Uint8Array): void {
  if (libc.setsockopt(fd, level, option, value, value.length) < 0) {
    const code = libc.errno();
    throw new TransportError(code, `the kernel refuses socket option ${option} at level ${level} (${code})`);
  }
}

/**
 * Asks for large buffers; beyond the limits net.core.rmem_max and wmem_max where the process may
 * (CAP_NET_ADMIN).
 */
function growBuffers(libc: Libc, fd: number): void {
  if (libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, int(RECEIVE_BUFFER), 4) < 0) {
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int(RECEIVE_BUFFER), 4);
  }
  if (libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, int(SEND_BUFFER), 4) < 0) {
    libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, int(SEND_BUFFER), 4);
  }
}

/** The port that the socket is bound to, which tells what the system chose when 0 was asked for. */
export function boundPort(libc: Libc, fd: number): number {
  // The port stands at the same place in the socket addresses of both families.
  const name = new Uint8Array(new ArrayBuffer(LARGEST_NAME));
  libc.getsockname(fd, name, int(LARGEST_NAME));
  return ((name[2] as number) << 8) | (name[3] as number);
}

/**
 * Datagrams that the kernel dropped on this socket since it was opened, for want of buffer or for a
 * wrong checksum.
 */
export function droppedByKernel(libc: Libc, fd: number): number {
  const info = new Uint32Array(SK_MEMINFO_WORDS);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_MEMINFO, new Uint8Array(info.buffer), int(info.byteLength)) < 0) return 0;
  return info[SK_MEMINFO_DROPS] as number;
}

/** The name of the error where the descriptor is no socket any more; undefined: it is one. */
export function socketProblem(libc: Libc, fd: number): string | undefined {
  const type = new Int32Array(1);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_TYPE, new Uint8Array(type.buffer), int(type.byteLength)) === 0) return undefined;
  return libc.errno();
}

/**
 * The bytes that datagrams may take up until they have left, those of the kernel's own included.
 */
export function sendBufferOf(libc: Libc, fd: number): number {
  const size = new Int32Array(1);
  libc.getsockopt(fd, SOL_SOCKET, SO_SNDBUF, new Uint8Array(size.buffer), int(size.byteLength));
  return size[0] as number;
}

/** An int as the kernel reads it. */
function int(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
