import { equalBytes } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import type { Routes } from "../routes.ts";
import { TransportError } from "../transport.ts";
import { AF_INET6 } from "./constants.ts";
import { dump } from "./dump.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { NLM_F_REQUEST, NLMSG_ERROR, NLMSG_HEADER, openNetlink, RECEIVE_SIZE, readAttributes, requestOf, view } from "./netlink.ts";

const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const NLM_F_ACK = 0x4;
/** Fails where there is one with the same metric, whoever has set it. */
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;

/**
 * struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type,
 * flags.
 */
const RTMSG_SIZE = 12;
const DESTINATION_LENGTH = 1;
const TABLE = 4;
const PROTOCOL = 5;
const TYPE = 7;
const FLAGS = 8;
const RTM_F_FIB_MATCH = 0x2000;
const RT_TABLE_MAIN = 254;
const RTN_UNICAST = 1;
/** Who a route is of: a number that nobody else has in /etc/iproute2/rt_protos. */
const OURS = 76;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const ATTRIBUTE_HEADER = 4;
const ADDRESS_ATTRIBUTE = ATTRIBUTE_HEADER + 16;
const INDEX_ATTRIBUTE = ATTRIBUTE_HEADER + 4;

/** errno of the answers that are worth a word. */
const ESRCH = 3;
const EEXIST = 17;
const NO_ANSWER = -1;
const REASONS: Readonly<Record<number, string>> = {
  [NO_ANSWER]: "the kernel does not answer",
  1: "that needs CAP_NET_ADMIN",
  [EEXIST]: "another program has set a route to it",
  19: "the interface is gone",
  22: "the kernel takes no such route",
  100: "the interface is down",
  101: "the network is unreachable",
  113: "the next hop is not on the link",
};

/**
 * By rtnetlink(7): questions that the kernel answers within the call. A route is never put in place
 * of another: the kernel would take that of another program for it, as long as the metric is the
 * same. Rejects with a TransportError where the kernel can't be asked.
 */
export async function openLinuxRoutes(): Promise<Routes> {
  const libc = await loadLibc();
  const fd = openNetlink(libc);
  const received = new Uint8Array(new ArrayBuffer(RECEIVE_SIZE));

  /** The answer as a view, its header included; undefined: there is none. */
  function ask(question: Uint8Array): Uint8Array | undefined {
    if (libc.send(fd, question, question.length, 0) < 0) return undefined;
    const length = libc.recv(fd, received, received.length, 0);
    return length < NLMSG_HEADER + 4 ? undefined : received.subarray(0, length);
  }

  /** 0: done; else the errno. */
  function change(question: Uint8Array): number {
    const answer = ask(question);
    return answer === undefined || !isError(answer) ? NO_ANSWER : -view(answer).getInt32(NLMSG_HEADER, true);
  }

  /** Whether packets to the prefix go this way already, by a route of ours. */
  function isSet(prefix: Ipv6Prefix, nextHop: Ipv6, interfaceIndex: number): boolean {
    const answer = ask(lookup(prefix));
    if (answer === undefined || isError(answer)) return false;
    const route = answer.subarray(NLMSG_HEADER);
    if (route[PROTOCOL] !== OURS || route[DESTINATION_LENGTH] !== prefixLength(prefix)) return false;
    const attributes = readAttributes(route, RTMSG_SIZE);
    const [gateway, index] = [attributes.get(RTA_GATEWAY), attributes.get(RTA_OIF)];
    if (gateway === undefined || index === undefined) return false;
    return equalBytes(gateway, nextHop) && view(index).getUint32(0, true) === interfaceIndex;
  }

  return {
    add(prefix, nextHop, interfaceIndex) {
      const errno = change(addition(prefix, nextHop, interfaceIndex));
      if (errno !== EEXIST) return reasonOf(errno);
      if (isSet(prefix, nextHop, interfaceIndex)) return undefined;
      change(removal(prefix));
      return reasonOf(change(addition(prefix, nextHop, interfaceIndex)));
    },
    remove(prefix) {
      const errno = change(removal(prefix));
      return errno === ESRCH ? undefined : reasonOf(errno);
    },
    list: () => listOurs(libc),
    close: () => void libc.close(fd),
  };
}

function isError(answer: Uint8Array): boolean {
  return view(answer).getUint16(4, true) === NLMSG_ERROR;
}

function reasonOf(errno: number): string | undefined {
  return errno === 0 ? undefined : (REASONS[errno] ?? `errno ${errno}`);
}

function listOurs(libc: Libc): readonly Ipv6Prefix[] | string {
  const found: Ipv6Prefix[] = [];
  let all: Uint8Array[];
  try {
    all = dump(libc, RTM_GETROUTE, AF_INET6);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    return error.code === "EINTR" ? "they keep changing while they are being listed" : error.code;
  }
  for (const route of all) {
    if (route[PROTOCOL] !== OURS || route[TYPE] !== RTN_UNICAST) continue;
    const destination = readAttributes(route, RTMSG_SIZE).get(RTA_DST);
    if (destination !== undefined) found.push(ipv6Prefix(destination, route[DESTINATION_LENGTH] as number));
  }
  return found;
}

function addition(prefix: Ipv6Prefix, nextHop: Ipv6, interfaceIndex: number): Uint8Array {
  const flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  const question = routeMessage(RTM_NEWROUTE, flags, prefix, ADDRESS_ATTRIBUTE + INDEX_ATTRIBUTE);
  const at = NLMSG_HEADER + RTMSG_SIZE + ADDRESS_ATTRIBUTE;
  writeAttribute(question, at, RTA_GATEWAY, nextHop);
  writeAttribute(question, at + ADDRESS_ATTRIBUTE, RTA_OIF, new Uint8Array(4));
  view(question).setUint32(at + ADDRESS_ATTRIBUTE + ATTRIBUTE_HEADER, interfaceIndex, true);
  return question;
}

/** Only a route of ours is taken for it. */
function removal(prefix: Ipv6Prefix): Uint8Array {
  return routeMessage(RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, prefix, 0);
}

/** Asks for the route itself that packets to the first address of the prefix take. */
function lookup(prefix: Ipv6Prefix): Uint8Array {
  const question = routeMessage(RTM_GETROUTE, NLM_F_REQUEST, prefix, 0);
  question[NLMSG_HEADER + DESTINATION_LENGTH] = ADDRESS_LENGTH;
  view(question).setUint32(NLMSG_HEADER + FLAGS, RTM_F_FIB_MATCH, true);
  return question;
}

/** With the destination as its first attribute, and room for more. */
function routeMessage(type: number, flags: number, prefix: Ipv6Prefix, more: number): Uint8Array {
  const question = requestOf(type, flags, RTMSG_SIZE + ADDRESS_ATTRIBUTE + more);
  question[NLMSG_HEADER] = AF_INET6;
  question[NLMSG_HEADER + DESTINATION_LENGTH] = prefixLength(prefix);
  question[NLMSG_HEADER + TABLE] = RT_TABLE_MAIN;
  question[NLMSG_HEADER + PROTOCOL] = OURS;
  question[NLMSG_HEADER + TYPE] = RTN_UNICAST;
  writeAttribute(question, NLMSG_HEADER + RTMSG_SIZE, RTA_DST, firstAddress(prefix));
  return question;
}

function writeAttribute(question: Uint8Array, at: number, type: number, value: Uint8Array): void {
  view(question).setUint16(at, ATTRIBUTE_HEADER + value.length, true);
  view(question).setUint16(at + 2, type, true);
  question.set(value, at + ATTRIBUTE_HEADER);
}
