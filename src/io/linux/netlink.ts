import { TransportError } from "../transport.ts";
import { AF_NETLINK } from "./constants.ts";
import type { Libc } from "./libc.ts";
import { openSocket } from "./sockets.ts";

/*
 * What rtnetlink(7) messages have in common: a header of 16 bytes, a body of a fixed size by type,
 * and attributes behind it.
 */

export const NLM_F_REQUEST = 1;
export const NLM_F_DUMP = 0x300;
export const NLM_F_DUMP_INTR = 0x10;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLMSG_HEADER = 16;

const NETLINK_ROUTE = 0;
/** struct sockaddr_nl: family, padding, port id, groups. */
export const SOCKADDR_NL_SIZE = 12;
/** The kernel never makes a dump message larger. */
export const RECEIVE_SIZE = 32_768;

export function openNetlink(libc: Libc): number {
  return openSocket(libc, AF_NETLINK, NETLINK_ROUTE);
}

/** Attribute values by type, as views; the first attribute is at `offset`. */
export function readAttributes(message: Uint8Array, offset: number): Map<number, Uint8Array> {
  const attributes = new Map<number, Uint8Array>();
  let at = offset;
  while (at + 4 <= message.length) {
    const length = view(message).getUint16(at, true);
    if (length < 4) break;
    attributes.set(view(message).getUint16(at + 2, true) & 0x3fff, message.subarray(at + 4, at + length));
    at += align(length);
  }
  return attributes;
}

/** A message with room for `body` bytes behind its header; the caller writes them. */
export function requestOf(type: number, flags: number, body: number): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(new ArrayBuffer(NLMSG_HEADER + body));
  view(message).setUint32(0, message.length, true);
  view(message).setUint16(4, type, true);
  view(message).setUint16(6, flags, true);
  return message;
}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function align(length: number): number {
  return (length + 3) & ~3;
}

export function netlinkError(code: string): TransportError {
  return new TransportError(code, `the kernel does not list its network interfaces (${code})`);
}
