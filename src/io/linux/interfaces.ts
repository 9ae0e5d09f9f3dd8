import { type LocalInterface, TransportError } from "../transport.ts";
import type { SocketFamily } from "./family.ts";
import { type Libc, loadLibc } from "./libc.ts";
import {
  align,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HEADER,
  netlinkError,
  openNetlink,
  RECEIVE_SIZE,
  readAttributes,
  requestOf,
  view,
} from "./netlink.ts";

// rtnetlink(7): the messages, and the attributes read from them.
const RTM_GETLINK = 18;
const IFINFOMSG_SIZE = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFF_UP = 1;
const IFF_LOOPBACK = 8;

const RTM_GETADDR = 22;
const IFADDRMSG_SIZE = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

/**
 * The interfaces of this network namespace, by rtnetlink: unlike getifaddrs and
 * `os.networkInterfaces` it tells of interfaces that are down or have no address, and does not take
 * an address's label (eth0:1) for an interface. Addresses are those of the family.
 */
export async function listLinuxInterfaces<A>(family: SocketFamily<A>): Promise<LocalInterface<A>[]> {
  const libc = await loadLibc();
  const addresses = new Map<number, { address: A; prefixLength: number }[]>();
  for (const message of dump(libc, RTM_GETADDR, family.domain)) {
    const index = view(message).getUint32(4, true);
    const attributes = readAttributes(message, IFADDRMSG_SIZE);
    const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
    if (address === undefined) continue;
    const known = addresses.get(index) ?? [];
    known.push({ address: family.read(address, 0), prefixLength: message[1] as number });
    addresses.set(index, known);
  }
  return dump(libc, RTM_GETLINK, 0).map((message) => {
    const index = view(message).getUint32(4, true);
    const flags = view(message).getUint32(8, true);
    const attributes = readAttributes(message, IFINFOMSG_SIZE);
    const name = attributes.get(IFLA_IFNAME) ?? new Uint8Array(1);
    const mtu = attributes.get(IFLA_MTU);
    return {
      index,
      name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
      up: (flags & IFF_UP) !== 0,
      loopback: (flags & IFF_LOOPBACK) !== 0,
      mtu: mtu && view(mtu).getUint32(0, true),
      hardwareAddress: attributes.get(IFLA_ADDRESS) ?? new Uint8Array(0),
      addresses: addresses.get(index) ?? [],
    };
  });
}

/** All objects of a kind, each as the bytes behind its netlink header. */
function dump(libc: Libc, request: number, family: number): Uint8Array[] {
  const fd = openNetlink(libc);
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
  const query = requestOf(request, NLM_F_REQUEST | NLM_F_DUMP, IFINFOMSG_SIZE);
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
