import type { Ipv6 } from "../../net/ipv6.ts";
import { firstAddress, type Ipv6Prefix, ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import type { Routes } from "../routes.ts";
import { AF_INET6 } from "./constants.ts";
import { dump } from "./dump.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { NLM_F_REQUEST, NLMSG_ERROR, NLMSG_HEADER, openNetlink, RECEIVE_SIZE, readAttributes, requestOf, view } from "./netlink.ts";

const RTM_NEWROUTE = 24;
const RTM_DELROUTE = 25;
const RTM_GETROUTE = 26;
const NLM_F_ACK = 0x4;
const NLM_F_REPLACE = 0x100;
const NLM_F_CREATE = 0x400;

/** struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type, flags. */
const RTMSG_SIZE = 12;
const DESTINATION_LENGTH = 1;
const TABLE = 4;
const PROTOCOL = 5;
const TYPE = 7;
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

/** errno of the answers that are worth a word, and of those that say that it is done. */
const ESRCH = 3;
const REASONS: Readonly<Record<number, string>> = {
  1: "that needs CAP_NET_ADMIN",
  19: "the interface is gone",
  22: "the kernel takes no such route",
  100: "the interface is down",
  101: "the network is unreachable",
  113: "the next hop is not on the link",
};

/**
 * By rtnetlink(7): one question for each change, which the kernel answers within the call. Rejects
 * with a TransportError where it can't be asked.
 */
export async function openLinuxRoutes(): Promise<Routes> {
  const libc = await loadLibc();
  const fd = openNetlink(libc);
  const received = new Uint8Array(new ArrayBuffer(RECEIVE_SIZE));

  function ask(question: Uint8Array, isDone: number): string | undefined {
    if (libc.send(fd, question, question.length, 0) < 0) return libc.errno();
    const length = libc.recv(fd, received, received.length, 0);
    if (length < NLMSG_HEADER + 4 || view(received).getUint16(4, true) !== NLMSG_ERROR) return "the kernel does not answer";
    const errno = -view(received).getInt32(NLMSG_HEADER, true);
    return errno === 0 || errno === isDone ? undefined : (REASONS[errno] ?? `errno ${errno}`);
  }

  return {
    add: (prefix, nextHop, interfaceIndex) => ask(addition(prefix, nextHop, interfaceIndex), 0),
    remove: (prefix) => ask(removal(prefix), ESRCH),
    list: () => listOurs(libc),
    close: () => void libc.close(fd),
  };
}

function listOurs(libc: Libc): readonly Ipv6Prefix[] {
  const found: Ipv6Prefix[] = [];
  for (const route of dump(libc, RTM_GETROUTE, AF_INET6)) {
    if (route[PROTOCOL] !== OURS || route[TYPE] !== RTN_UNICAST) continue;
    const destination = readAttributes(route, RTMSG_SIZE).get(RTA_DST);
    if (destination !== undefined) found.push(ipv6Prefix(destination, route[DESTINATION_LENGTH] as number));
  }
  return found;
}

function addition(prefix: Ipv6Prefix, nextHop: Ipv6, interfaceIndex: number): Uint8Array {
  const flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  const question = routeMessage(RTM_NEWROUTE, flags, prefix, ADDRESS_ATTRIBUTE + INDEX_ATTRIBUTE);
  const at = NLMSG_HEADER + RTMSG_SIZE + ADDRESS_ATTRIBUTE;
  writeAttribute(question, at, RTA_GATEWAY, nextHop);
  writeAttribute(question, at + ADDRESS_ATTRIBUTE, RTA_OIF, new Uint8Array(4));
  view(question).setUint32(at + ADDRESS_ATTRIBUTE + ATTRIBUTE_HEADER, interfaceIndex, true);
  return question;
}

function removal(prefix: Ipv6Prefix): Uint8Array {
  return routeMessage(RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, prefix, 0);
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
