import { equalBytes } from "../net/bytes.ts";
import { formatIpv4, IPV4_ANY, IPV4_BROADCAST, type Ipv4, parseIpv4 } from "../net/ipv4.ts";
import { formatIpv6, IPV6_UNSPECIFIED, type Ipv6, isLinkLocal, isMulticast, parseIpv6 } from "../net/ipv6.ts";
import { ipv6Prefix, ipv6PrefixContains } from "../net/ipv6-prefix.ts";
import { prefixContains, prefixOf } from "../net/prefix.ts";

/** What `node:dgram` has to be told of a family of addresses, and what it can't do with them. */
export interface PortableFamily<A> {
  readonly type: "udp4" | "udp6";
  readonly unspecified: A;
  /** Undefined when malformed; without the zone. */
  parse(text: string): A | undefined;
  format(address: A): string;
  equal(a: A, b: A): boolean;
  isInPrefix(address: A, network: A, prefixLength: number): boolean;
  /** Whether the address says nothing without its link: it is sent to with the link's name. */
  isOfLink(address: A): boolean;
  /** Whether who sends from the address is on a link of this machine, and nobody can tell which. */
  isSomewhere(address: A): boolean;
  /** Where a datagram goes instead, whose receiver can't be sent to by hardware address. */
  withoutHardwareAddress(address: A): A;
  /** One sentence each. */
  readonly limitations: readonly string[];
  /** The same where the number of interfaces is not one. */
  readonly manyInterfaces: readonly string[];
}

const ROUTING = "Replies leave by the interface and with the source address that the system's routing table chooses.";

export const PORTABLE_IPV4: PortableFamily<Ipv4> = {
  type: "udp4",
  unspecified: IPV4_ANY,
  parse: parseIpv4,
  format: formatIpv4,
  equal: (a, b) => a === b,
  isInPrefix: (address, network, prefixLength) => prefixContains(prefixOf(network, prefixLength), address),
  isOfLink: () => false,
  isSomewhere: (address) => address === IPV4_ANY,
  withoutHardwareAddress: () => IPV4_BROADCAST,
  limitations: [
    "Replies to clients that have no address yet are broadcast, because node:dgram cannot send to a hardware address.",
    ROUTING,
    "Broadcasts are heard only if the system's firewall lets them through.",
  ],
  manyInterfaces: ["The receiving interface is not known for clients without an address: serve one interface, or relayed clients only."],
};

export const PORTABLE_IPV6: PortableFamily<Ipv6> = {
  type: "udp6",
  unspecified: IPV6_UNSPECIFIED,
  parse: (text) => parseIpv6(text.split("%", 1)[0] as string),
  format: formatIpv6,
  equal: equalBytes,
  isInPrefix: (address, network, prefixLength) => ipv6PrefixContains(ipv6Prefix(network, prefixLength), address),
  isOfLink: (address) => isLinkLocal(address) || (isMulticast(address) && ((address[1] as number) & 0x0f) <= 2),
  isSomewhere: () => false,
  withoutHardwareAddress: (address) => address,
  limitations: [
    ROUTING,
    "Whether a message was sent to a multicast group or to an address of this machine is not known: what clients send to its addresses is answered too.",
  ],
  manyInterfaces: [],
};
