import { readU32, writeBytes } from "../../net/bytes.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, isMulticast } from "../../net/ipv6.ts";
import { AF_INET6, IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP, IPV6_PKTINFO, IPV6_RECVPKTINFO, IPV6_V6ONLY, SOL_IPV6 } from "./constants.ts";
import type { AddressReader, SocketFamily } from "./family.ts";
import type { Libc } from "./libc.ts";

const ADDRESS_SIZE = 16;

/**
 * struct sockaddr_in6: family, port, flow information, address, scope: the interface of a
 * link-local address.
 */
const NAME_ADDRESS = 8;
const NAME_SCOPE = 24;
const NAME_SIZE = 28;

/**
 * struct in6_pktinfo: address (destination when receiving, source when sending), interface index.
 */
const INFO_INTERFACE = 16;

/** struct ipv6_mreq: group, interface index. */
const MEMBERSHIP_SIZE = 20;

export const IPV6: SocketFamily<Ipv6> = {
  domain: AF_INET6,
  options: [
    [SOL_IPV6, IPV6_V6ONLY],
    [SOL_IPV6, IPV6_RECVPKTINFO],
  ],
  nameSize: NAME_SIZE,
  addressSize: ADDRESS_SIZE,
  nameAddress: NAME_ADDRESS,
  level: SOL_IPV6,
  packetInfo: IPV6_PKTINFO,
  infoLength: 36,
  infoSpace: 40,
  unspecified: IPV6_UNSPECIFIED,

  read: (bytes, at) => bytes.slice(at, at + ADDRESS_SIZE),
  write: writeBytes,
  createReader,
  equal: (a, b) => isAt(a, b, 0),
  hash: (address) => hashAt(address, 0),
  writeName(bytes, at, address, interfaceIndex) {
    writeBytes(bytes, at + NAME_ADDRESS, address);
    // Little-endian, as the machine reads it. Only link-local addresses have a scope; with others
    // the kernel looks past it.
    bytes[at + NAME_SCOPE] = interfaceIndex;
    bytes[at + NAME_SCOPE + 1] = interfaceIndex >>> 8;
    bytes[at + NAME_SCOPE + 2] = interfaceIndex >>> 16;
    bytes[at + NAME_SCOPE + 3] = interfaceIndex >>> 24;
  },
  writeInfo({ bytes, words }, at, interfaceIndex, source) {
    writeBytes(bytes, at, source);
    words[(at + INFO_INTERFACE) / 4] = interfaceIndex;
  },
  infoDestination: 0,
  interfaceIndex: ({ words }, at) => words[(at + INFO_INTERFACE) / 4] as number,

  format: formatIpv6,
  needsNeighbour: (address) => !isMulticast(address),
  withoutHardwareAddress: (address) => address,
};

/**
 * Addresses that a reader remembers, a power of two: of the relays and clients of a busy moment.
 */
const REMEMBERED = 256;

/** Remembers one address for each value of its hash's low bits: the last one. */
function createReader(): AddressReader<Ipv6> {
  const remembered = new Array<Ipv6>(REMEMBERED).fill(IPV6_UNSPECIFIED);
  const read = (bytes: Uint8Array, at: number): Ipv6 => {
    const place = hashAt(bytes, at) & (REMEMBERED - 1);
    const known = remembered[place] as Ipv6;
    if (isAt(known, bytes, at)) return known;
    const address = new Uint8Array(ADDRESS_SIZE);
    for (let i = 0; i < ADDRESS_SIZE; i++) address[i] = bytes[at + i] as number;
    remembered[place] = address;
    return address;
  };
  return { read, own: (address) => read(address, 0) };
}

function isAt(address: Ipv6, bytes: Uint8Array, at: number): boolean {
  for (let i = ADDRESS_SIZE - 1; i >= 0; i--) if (address[i] !== bytes[at + i]) return false;
  return true;
}

function hashAt(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let i = 0; i < ADDRESS_SIZE; i += 4) hash = Math.imul(hash ^ readU32(bytes, at + i), 0x9e3779b1) ^ (hash >>> 15);
  return hash ^ (hash >>> 16);
}

/**
 * Lets the socket hear a multicast group on one interface. Returns the name of the error where it
 * can't, such as ENODEV.
 */
export function joinGroup(libc: Libc, fd: number, group: Ipv6, interfaceIndex: number): string | undefined {
  return setMembership(libc, fd, IPV6_ADD_MEMBERSHIP, group, interfaceIndex) ? undefined : libc.errno();
}

/** The socket hears the group there no more, if it did. */
export function leaveGroup(libc: Libc, fd: number, group: Ipv6, interfaceIndex: number): void {
  setMembership(libc, fd, IPV6_DROP_MEMBERSHIP, group, interfaceIndex);
}

function setMembership(libc: Libc, fd: number, option: number, group: Ipv6, interfaceIndex: number): boolean {
  const request = new Uint8Array(new ArrayBuffer(MEMBERSHIP_SIZE));
  request.set(group);
  new DataView(request.buffer).setUint32(ADDRESS_SIZE, interfaceIndex, true);
  return libc.setsockopt(fd, SOL_IPV6, option, request, MEMBERSHIP_SIZE) === 0;
}
