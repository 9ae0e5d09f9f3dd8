import { type Ipv4, readIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { AF_INET, MSG_DONTWAIT } from "./constants.ts";
import type { Libc } from "./libc.ts";
import { align, NLM_F_REQUEST, NLMSG_ERROR, NLMSG_HEADER, openNetlink, RECEIVE_SIZE, readAttributes, requestOf, view } from "./netlink.ts";

const RTM_GETROUTE = 26;
const RTMSG_SIZE = 12;
const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
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

/** Asks the kernel about the neighbour that a datagram would be handed to. */
export interface NextHops {
  /**
   * Whether its hardware address is known, so that a datagram leaves at once instead of waiting for
   * ARP. Also true where there is no neighbour to ask for: the address is this machine's own, or
   * there is no route, which sending tells at once.
   */
  isKnown(address: Ipv4): boolean;
  close(): void;
}

/**
 * By rtnetlink: two questions, which the kernel answers within the call. Undefined where it can't
 * be asked.
 */
export function openNextHops(libc: Libc): NextHops | undefined {
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

  return {
    isKnown(address) {
      const route = ask(routeQuestion(address));
      if (route === undefined || route[RTM_TYPE] !== RTN_UNICAST) return true;
      const attributes = readAttributes(route, RTMSG_SIZE);
      const interfaceIndex = attributes.get(RTA_OIF);
      const gateway = attributes.get(RTA_GATEWAY);
      if (interfaceIndex === undefined) return true;
      const neighbour = gateway?.length === 4 ? readIpv4(gateway, 0) : address;
      const state = ask(neighbourQuestion(neighbour, view(interfaceIndex).getUint32(0, true)));
      return state !== undefined && (view(state).getUint16(NDM_STATE, true) & NUD_VALID) !== 0;
    },
    close: () => void libc.close(fd),
  };
}

function routeQuestion(address: Ipv4): Uint8Array {
  const question = requestOf(RTM_GETROUTE, NLM_F_REQUEST, RTMSG_SIZE + ATTRIBUTE_HEADER + 4);
  question[NLMSG_HEADER] = AF_INET;
  question[NLMSG_HEADER + 1] = 32;
  writeAddress(question, NLMSG_HEADER + RTMSG_SIZE, RTA_DST, address);
  return question;
}

function neighbourQuestion(address: Ipv4, interfaceIndex: number): Uint8Array {
  const question = requestOf(RTM_GETNEIGH, NLM_F_REQUEST, NDMSG_SIZE + ATTRIBUTE_HEADER + 4);
  question[NLMSG_HEADER] = AF_INET;
  view(question).setUint32(NLMSG_HEADER + 4, interfaceIndex, true);
  writeAddress(question, NLMSG_HEADER + NDMSG_SIZE, NDA_DST, address);
  return question;
}

function writeAddress(question: Uint8Array, at: number, type: number, address: Ipv4): void {
  view(question).setUint16(at, align(ATTRIBUTE_HEADER + 4), true);
  view(question).setUint16(at + 2, type, true);
  writeIpv4(question, at + ATTRIBUTE_HEADER, address);
}
