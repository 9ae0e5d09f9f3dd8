import type { LocalInterface } from "../transport.ts";
import { dump } from "./dump.ts";
import type { SocketFamily } from "./family.ts";
import { loadLibc } from "./libc.ts";
import { readAttributes, view } from "./netlink.ts";

// rtnetlink(7): the messages, and the attributes read from them.
const RTM_GETLINK = 18;
const IFINFOMSG_SIZE = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_CARRIER_CHANGES = 35;
const IFF_UP = 1;
const IFF_LOOPBACK = 8;
/** The cable is plugged in, the access point found. */
const IFF_LOWER_UP = 0x10000;

const RTM_GETADDR = 22;
const IFADDRMSG_SIZE = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
/** Offset in struct ifaddrmsg of the flags, the first eight of them. */
const IFA_FLAGS = 2;
/**
 * The kernel still looks for a duplicate of the address, or has found one: nothing can be sent from
 * it. An optimistic one (RFC 4429) can be used meanwhile.
 */
const IFA_F_OPTIMISTIC = 0x04;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;

/**
 * The interfaces of this network namespace, by rtnetlink: unlike getifaddrs and
 * `os.networkInterfaces` it tells of interfaces that are down or have no address, and does not take
 * an address's label (eth0:1) for an interface. Addresses are those of the family, without those of
 * IPv6 that the kernel still looks for duplicates of: it tells when it is done (`watchInterfaces`).
 */
export async function listLinuxInterfaces<A>(family: SocketFamily<A>): Promise<LocalInterface<A>[]> {
  const libc = await loadLibc();
  const addresses = new Map<number, { address: A; prefixLength: number }[]>();
  for (const message of dump(libc, RTM_GETADDR, family.domain)) {
    const index = view(message).getUint32(4, true);
    const attributes = readAttributes(message, IFADDRMSG_SIZE);
    const address = attributes.get(IFA_LOCAL) ?? attributes.get(IFA_ADDRESS);
    if (address === undefined || !isUsable(message[IFA_FLAGS] as number)) continue;
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
      linkUp: (flags & IFF_LOWER_UP) !== 0,
      loopback: (flags & IFF_LOOPBACK) !== 0,
      mtu: mtu && view(mtu).getUint32(0, true),
      hardwareAddress: attributes.get(IFLA_ADDRESS) ?? new Uint8Array(0),
      addresses: addresses.get(index) ?? [],
    };
  });
}

/**
 * Whether the interface is up and its link too, and how often its link came or went; undefined: it
 * is gone. Throws a TransportError.
 */
export async function linuxLinkOf(interfaceIndex: number): Promise<{ readonly up: boolean; readonly changes: number } | undefined> {
  const wanted = IFF_UP | IFF_LOWER_UP;
  const message = dump(await loadLibc(), RTM_GETLINK, 0).find((one) => view(one).getUint32(4, true) === interfaceIndex);
  if (message === undefined) return undefined;
  const changes = readAttributes(message, IFINFOMSG_SIZE).get(IFLA_CARRIER_CHANGES);
  return {
    up: (view(message).getUint32(8, true) & wanted) === wanted,
    changes: changes === undefined ? 0 : view(changes).getUint32(0, true),
  };
}

function isUsable(flags: number): boolean {
  if ((flags & IFA_F_DADFAILED) !== 0) return false;
  return (flags & IFA_F_TENTATIVE) === 0 || (flags & IFA_F_OPTIMISTIC) !== 0;
}
