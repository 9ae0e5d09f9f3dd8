import { type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { type LocalInterface, TransportError } from "../transport.ts";
import { AF_INET, AF_NETLINK } from "./constants.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { openSocket } from "./sockets.ts";

// rtnetlink(7): the messages, and the attributes read from them.
const NETLINK_ROUTE = 0;
const NLM_F_REQUEST = 1;
const NLM_F_DUMP = 0x300;
const NLM_F_DUMP_INTR = 0x10;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLMSG_HEADER = 16;

const RTM_GETLINK = 18;
const IFINFOMSG_SIZE = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFF_UP = 1;
const IFF_LOOPBACK = 8;

const RTM_GETADDR = 22;
const IFADDRMSG_SIZE = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

/** The kernel never makes a dump message larger. */
const RECEIVE_SIZE = 32_768;

/**
 * The interfaces of this network namespace, by rtnetlink: unlike getifaddrs and `os.networkInterfaces` it tells of interfaces that are down
 * or have no address, and does not take an address's label (eth0:1) for an interface.
 */
export async function listLinuxInterfaces(): Promise<LocalInterface[]> {
  const libc = await loadLibc();
  const addresses = new Map<number, { address: Ipv4; prefixLength: number }[]>();
  for (const message of dump(libc, RTM_GETADDR, AF_INET)) {
    const index = view(message).getUint32(4, true);
    const attributes = readAttributes(message, IFADDRMSG_SIZE);
    const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
    if (address === undefined) continue;
    const known = addresses.get(index) ?? [];
    known.push({ address: readIpv4(address, 0), prefixLength: message[1] as number });
    addresses.set(index, known);
  }
  return dump(libc, RTM_GETLINK, 0).map((message) => {
    const index = view(message).getUint32(4, true);
    const flags = view(message).getUint32(8, true);
    const attributes = readAttributes(message, IFINFOMSG_SIZE);
    const name = attributes.get(IFLA_IFNAME) ?? new Uint8Array(1);
    return {
      index,
      name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      up: (flags & IFF_UP) !== 0,
      loopback: (flags & IFF_LOOPBACK) !== 0,
      hardwareAddress: attributes.get(IFLA_ADDRESS) ?? new Uint8Array(0),
      addresses: addresses.get(index) ?? [],
    };
  });
}

/** All objects of a kind, each as the bytes behind its netlink header. */
function dump(libc: Libc, request: number, family: number): Uint8Array[] {
  const fd = openSocket(libc, AF_NETLINK, NETLINK_ROUTE);
  try {
    // A dump that a change has cut across may be incomplete: ask again, but not for ever.
    for (let attempt = 0; attempt < 5; attempt++) {
      const messages = dumpOnce(libc, fd, request, family);
      if (messages !== undefined) return messages;
    }
    throw new TransportError("EINTR", "the network interfaces keep changing while they are being listed: try again");
  } finally {
    libc.close(fd);
  }
}

function dumpOnce(libc: Libc, fd: number, request: number, family: number): Uint8Array[] | undefined {
  const query = new Uint8Array(NLMSG_HEADER + IFINFOMSG_SIZE);
  view(query).setUint32(0, query.length, true);
  view(query).setUint16(4, request, true);
  view(query).setUint16(6, NLM_F_REQUEST | NLM_F_DUMP, true);
  query[NLMSG_HEADER] = family;
  if (libc.send(fd, query, query.length, 0) < 0) throw netlinkError(libc.errno());
  const messages: Uint8Array[] = [];
  let interrupted = false;
  for (;;) {
    const bytes = new Uint8Array(RECEIVE_SIZE);
    const received = libc.recv(fd, bytes, bytes.length, 0);
    if (received < 0) throw netlinkError(libc.errno());
    for (let offset = 0; offset + NLMSG_HEADER <= received; ) {
      const header = view(bytes.subarray(offset));
      const length = header.getUint32(0, true);
      const type = header.getUint16(4, true);
      if ((header.getUint16(6, true) & NLM_F_DUMP_INTR) !== 0) interrupted = true;
      if (type === NLMSG_DONE) return interrupted ? undefined : messages;
      if (type === NLMSG_ERROR || length < NLMSG_HEADER) throw netlinkError("EPROTO");
      messages.push(bytes.subarray(offset + NLMSG_HEADER, offset + length));
      offset += align(length);
    }
  }
}

/** Attribute values by type; the first attribute is at `offset`. */
function readAttributes(message: Uint8Array, offset: number): Map<number, Uint8Array> {
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

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function align(length: number): number {
  return (length + 3) & ~3;
}

function netlinkError(code: string): TransportError {
  return new TransportError(code, `the kernel does not list its network interfaces (${code})`);
}
