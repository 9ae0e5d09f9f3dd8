import { NO_BYTES } from "../../net/bytes.ts";
import { TransportError } from "../transport.ts";
import {
  AF_PACKET,
  ARPHRD_ETHER,
  PACKET_ADD_MEMBERSHIP,
  PACKET_DROP_MEMBERSHIP,
  PACKET_MREQ_SIZE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOCKADDR_LL_SIZE,
  SOL_PACKET,
} from "./constants.ts";
import type { Libc, Poll } from "./libc.ts";

/*
 * Raw sockets, and packet sockets on links: what the probers of both families ask with.
 */

/** More than a frame that asks or answers needs. */
const BUFFER_SIZE = 2048;
/** Packets that one wake-up takes before other events get their turn. */
const PACKETS_PER_WAKE = 64;
/** Beyond as many as a network card tells apart, it lets all multicasts through. */
const MAX_JOINED = 64;

/** A raw socket with its place in the event loop. */
export interface Listener {
  readonly fd: number;
  close(): void;
}

/** A packet socket on a link with Ethernet's addresses. */
export interface Link {
  /** That of this machine on the link, as it was when the link was last asked for. */
  readonly hardwareAddress: Uint8Array;
  /**
   * Has the network card let through what is sent to this multicast address; of the last 64 of
   * them.
   */
  join(hardwareAddress: Uint8Array): void;
  /** Sends a frame with its Ethernet header. False: the kernel does not take it. */
  send(frame: Uint8Array): boolean;
}

/** Packet sockets by link, each opened when it is first asked for. */
export interface Links {
  /** Undefined: there is no such link, or none with Ethernet's addresses, or no socket for it. */
  at(interfaceIndex: number): Link | undefined;
  close(): void;
}

/**
 * `protocol`: the EtherType that is heard. `onFrame` is called for each frame, whose bytes are used
 * again after the call, with this machine's hardware address on the link as it was when the link
 * was last asked for. `prepare` sets up a socket that hears nothing yet.
 */
export function createLinks(
  libc: Libc,
  protocol: number,
  onFrame: (frame: Uint8Array, own: Uint8Array) => void,
  prepare: (fd: number) => void = () => {},
): Links {
  const open = new Map<number, OpenLink>();

  return {
    at(interfaceIndex) {
      const link = open.get(interfaceIndex) ?? openLink(libc, protocol, interfaceIndex, onFrame, prepare);
      if (link === undefined) return undefined;
      if (link.look()) {
        open.set(interfaceIndex, link);
        return link;
      }
      // The interface is gone: its index comes back only with another one.
      link.close();
      open.delete(interfaceIndex);
      return undefined;
    },
    close() {
      for (const link of open.values()) link.close();
      open.clear();
    },
  };
}

interface OpenLink extends Link {
  /** Sees which hardware address the link has now. False: it has none of Ethernet's. */
  look(): boolean;
  close(): void;
}

/** Undefined where there is no such link, or no socket for it. */
function openLink(
  libc: Libc,
  protocol: number,
  interfaceIndex: number,
  onFrame: (frame: Uint8Array, own: Uint8Array) => void,
  prepare: (fd: number) => void,
): OpenLink | undefined {
  const fd = openLinkSocket(libc, protocol, interfaceIndex, prepare);
  if (fd === undefined) return undefined;
  const joined: Uint8Array[] = [];
  let own = NO_BYTES;
  const listener = listen(libc, fd, (frame) => onFrame(frame, own));
  return {
    get hardwareAddress() {
      return own;
    },
    join(hardwareAddress) {
      const request = membership(interfaceIndex, hardwareAddress);
      if (libc.setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, request, PACKET_MREQ_SIZE) < 0) return;
      joined.push(request);
      if (joined.length <= MAX_JOINED) return;
      libc.setsockopt(fd, SOL_PACKET, PACKET_DROP_MEMBERSHIP, joined.shift() as Uint8Array, PACKET_MREQ_SIZE);
    },
    send: (frame) => libc.send(fd, frame, frame.length, 0) === frame.length,
    look() {
      own = hardwareAddressOf(libc, fd) ?? NO_BYTES;
      return own.length > 0;
    },
    close: () => listener.close(),
  };
}

function membership(interfaceIndex: number, hardwareAddress: Uint8Array): Uint8Array {
  const request = new Uint8Array(new ArrayBuffer(PACKET_MREQ_SIZE));
  const fields = new DataView(request.buffer);
  fields.setInt32(0, interfaceIndex, true);
  fields.setUint16(6, hardwareAddress.length, true);
  request.set(hardwareAddress, 8);
  return request;
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

/** Throws a TransportError where raw sockets are not allowed. */
export function openRaw(libc: Libc, domain: number, protocol: number): number {
  const fd = libc.socket(domain, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
  if (fd >= 0) return fd;
  const code = libc.errno();
  throw new TransportError(code, `no raw socket can be opened (${code})`);
}

/** Undefined where there is no such link, or no socket for it. */
function openLinkSocket(libc: Libc, protocol: number, interfaceIndex: number, prepare: (fd: number) => void): number | undefined {
  // Protocol 0 receives nothing until the socket is bound, so nothing gets past `prepare`.
  const fd = libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  try {
    prepare(fd);
  } catch {
    libc.close(fd);
    return undefined;
  }
  const name = new Uint8Array(new ArrayBuffer(SOCKADDR_LL_SIZE));
  name[0] = AF_PACKET;
  name[2] = protocol >>> 8;
  name[3] = protocol & 255;
  new DataView(name.buffer).setInt32(4, interfaceIndex, true);
  if (libc.bind(fd, name, SOCKADDR_LL_SIZE) >= 0) return fd;
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
