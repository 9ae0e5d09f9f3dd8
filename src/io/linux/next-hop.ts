import { AF_INET, MSG_DONTWAIT } from "./constants.ts";
import type { SocketFamily } from "./family.ts";
import type { Libc } from "./libc.ts";
import { align, NLM_F_REQUEST, NLMSG_ERROR, NLMSG_HEADER, openNetlink, RECEIVE_SIZE, readAttributes, requestOf, view } from "./netlink.ts";

const RTM_GETROUTE = 26;
const RTMSG_SIZE = 12;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
/** A gateway of another family: the family in 16 bits, then its address (RFC 5549, RFC 8950). */
const RTA_VIA = 18;
/** Offset of the type in struct rtmsg, and the type of a route to another host. */
const RTM_TYPE = 7;
const RTN_UNICAST = 1;

const RTM_GETNEIGH = 30;
const NDMSG_SIZE = 12;
const NDM_STATE = 8;
const NDA_DST = 1;
/**
 * The neighbour's hardware address is known: NUD_REACHABLE, STALE, DELAY, PROBE, NOARP or
 * PERMANENT.
 */
const NUD_VALID = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

const ATTRIBUTE_HEADER = 4;
/** 0.0.0.0 stands for whoever is at the other end of a link without ARP, such as a tunnel. */
const OTHER_END = new Uint8Array(4);

/** Asks the kernel about the neighbour that a datagram would be handed to. */
export interface NextHops<A> {
  /**
   * Whether its hardware address is known, so that a datagram leaves at once instead of waiting for
   * ARP or Neighbor Discovery. Also true where there is no neighbour to ask for: the address is
   * this machine's own, or there is no route, which sending tells at once. `interfaceIndex`: by
   * which the datagram leaves, 0 for any.
   */
  isKnown(address: A, interfaceIndex: number): boolean;
  close(): void;
}

/**
 * By rtnetlink: two questions, which the kernel answers within the call. Undefined where it can't
 * be asked.
 */
export function openNextHops<A>(libc: Libc, family: SocketFamily<A>): NextHops<A> | undefined {
  let fd: number;
  try {
    fd = openNetlink(libc);
  } catch {
    return undefined;
  }
  const received = new Uint8Array(new ArrayBuffer(RECEIVE_SIZE));

  /** The body of the answer as a view; undefined: the kernel has none. */
  function ask(question: Uint8Array): Uint8Array | undefined {
    if (libc.send(fd, question, question.length, 0) < 0) return undefined;
    const length = libc.recv(fd, received, received.length, MSG_DONTWAIT);
    if (length < NLMSG_HEADER || view(received).getUint16(4, true) === NLMSG_ERROR) return undefined;
    return received.subarray(NLMSG_HEADER, Math.min(length, view(received).getUint32(0, true)));
  }

  /** `domain`: of the neighbour, which is that of the gateway. */
  function isNeighbourKnown(domain: number, neighbour: Uint8Array, interfaceIndex: number): boolean {
    const state = ask(neighbourQuestion(domain, neighbour, interfaceIndex));
    return state !== undefined && (view(state).getUint16(NDM_STATE, true) & NUD_VALID) !== 0;
  }

  return {
    isKnown(address, interfaceIndex) {
      const destination = new Uint8Array(family.addressSize);
      family.write(destination, 0, address);
      const route = ask(routeQuestion(family.domain, destination, interfaceIndex));
      if (route === undefined || route[RTM_TYPE] !== RTN_UNICAST) return true;
      // Views of memory that the next answer is written to.
      const attributes = readAttributes(route, RTMSG_SIZE);
      const leavesBy = attributes.get(RTA_OIF);
      if (leavesBy === undefined) return true;
      const index = view(leavesBy).getUint32(0, true);
      const via = attributes.get(RTA_VIA);
      if (via !== undefined) return isNeighbourKnown(view(via).getUint16(0, true), via.slice(2), index);
      const neighbour = attributes.get(RTA_GATEWAY)?.slice() ?? destination;
      if (isNeighbourKnown(family.domain, neighbour, index)) return true;
      return family.domain === AF_INET && isNeighbourKnown(AF_INET, OTHER_END, index);
    },
    close: () => void libc.close(fd),
  };
}

function routeQuestion(domain: number, address: Uint8Array, interfaceIndex: number): Uint8Array {
  const attribute = align(ATTRIBUTE_HEADER + address.length);
  const link = interfaceIndex === 0 ? 0 : ATTRIBUTE_HEADER + 4;
  const question = requestOf(RTM_GETROUTE, NLM_F_REQUEST, RTMSG_SIZE + attribute + link);
  question[NLMSG_HEADER] = domain;
  question[NLMSG_HEADER + 1] = address.length * 8;
  const at = NLMSG_HEADER + RTMSG_SIZE;
  writeAttribute(question, at, RTA_DST, address);
  if (link > 0) writeAttribute(question, at + attribute, RTA_OIF, new Uint8Array(Uint32Array.of(interfaceIndex).buffer));
  return question;
}

function neighbourQuestion(domain: number, address: Uint8Array, interfaceIndex: number): Uint8Array {
  const question = requestOf(RTM_GETNEIGH, NLM_F_REQUEST, NDMSG_SIZE + align(ATTRIBUTE_HEADER + address.length));
  question[NLMSG_HEADER] = domain;
  view(question).setUint32(NLMSG_HEADER + 4, interfaceIndex, true);
  writeAttribute(question, NLMSG_HEADER + NDMSG_SIZE, NDA_DST, address);
  return question;
}

function writeAttribute(question: Uint8Array, at: number, type: number, value: Uint8Array): void {
  view(question).setUint16(at, ATTRIBUTE_HEADER + value.length, true);
  view(question).setUint16(at + 2, type, true);
  question.set(value, at + ATTRIBUTE_HEADER);
}
