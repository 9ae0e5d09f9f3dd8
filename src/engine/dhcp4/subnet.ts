import type { Link, Network, Range } from "../../config/model/dhcp4.ts";
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { maskOf, prefixContains } from "../../net/prefix.ts";
import { rangeContains, sortedRangesContain } from "../../net/range.ts";
import type { Message } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionIpv4 } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { Decider } from "./decider.ts";
import type { Received, ServedInterface } from "./exchange.ts";
import type { Trace } from "./trace.ts";

/** The network whose prefix holds the address. */
export function networkOf({ config, networks }: Decider, address: Ipv4): Network | undefined {
  return config.networks[networks.find(address)];
}

/** The network on this link whose prefix holds the address. */
export function networkOnLink(link: Link, address: Ipv4): Network | undefined {
  const { networks } = link;
  for (let i = 0; i < networks.length; i++) {
    const network = networks[i] as Network;
    if (prefixContains(network.prefix, address)) return network;
  }
  return undefined;
}

/** The range of the network that the address lies in, whether or not it may be given to anybody. */
export function rangeAround(network: Network, address: Ipv4): Range | undefined {
  const { ranges } = network;
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i] as Range;
    if (rangeContains(range, address)) return range;
  }
  return undefined;
}

/** The range of the network that the address may be given out from to any client. */
export function dynamicRange(network: Network, address: Ipv4): Range | undefined {
  const range = rangeAround(network, address);
  return range === undefined || sortedRangesContain(range.excluded, address) ? undefined : range;
}

/** What of a message decides alone which network it came from. */
export type PlacedBy = "link-selection" | "subnet-selection" | "giaddr";

/**
 * What says where the client is: option 82 sub-option 5 (RFC 3527), then option 118 where it counts
 * (RFC 3011), then giaddr; undefined: nothing, so it is where its message came in.
 */
export function placedBy(
  message: Message,
  relayAgentInformation: Uint8Array | undefined,
  isSubnetSelectionHeeded: boolean,
): PlacedBy | undefined {
  const linkSelection = relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.linkSelection);
  if (linkSelection?.length === 4) return "link-selection";
  if (isSubnetSelectionHeeded && optionIpv4(message, OptionCode.subnetSelection) !== undefined) return "subnet-selection";
  return message.giaddr === IPV4_ANY ? undefined : "giaddr";
}

/** The address that says where the client is, by what `placedBy` has found. */
export function placeOf(message: Message, relayAgentInformation: Uint8Array | undefined, by: PlacedBy): Ipv4 {
  if (by === "giaddr") return message.giaddr;
  if (by === "subnet-selection") return optionIpv4(message, OptionCode.subnetSelection) ?? IPV4_ANY;
  const linkSelection = relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.linkSelection);
  return linkSelection === undefined ? IPV4_ANY : readIpv4(linkSelection, 0);
}

/**
 * The network that a message came from, on whose link the client is. What `placedBy` finds goes
 * first, and decides alone: when it names no configured network, no other rule may place the client
 * elsewhere. The addresses of the client itself, ciaddr and source, only count when it
 * sent its message to this server's own address: a client that moved to another link and broadcasts
 * is where it is heard. Where a relay passes on what the client sent to it alone, as if it were the
 * server (RFC 5010, RFC 5107), ciaddr is trusted as it would be here (RFC 2131 section 4.3.2). Last
 * comes the receiving interface.
 */
export function selectNetwork(
  decider: Decider,
  received: Received,
  relayAgentInformation: Uint8Array | undefined,
  trace: Trace | undefined,
): Network | undefined {
  const { message } = received;
  const by = placedBy(message, relayAgentInformation, decider.config.subnetSelection);
  if (by === "link-selection" || by === "subnet-selection") {
    const address = placeOf(message, relayAgentInformation, by);
    trace?.({ rule: "subnet", by, address });
    return networkOf(decider, address);
  }
  if (by === "giaddr") {
    if (message.ciaddr !== IPV4_ANY && isUnicastToRelay(relayAgentInformation)) {
      const network = networkOf(decider, message.ciaddr);
      if (network !== undefined) {
        trace?.({ rule: "subnet", by: "unicast-to-relay", address: message.ciaddr });
        return network;
      }
    }
    trace?.({ rule: "subnet", by: "giaddr", address: message.giaddr });
    return decider.linkOfRelay.get(message.giaddr)?.networks[0] ?? networkOf(decider, message.giaddr);
  }
  if (isUnicast(received)) {
    const network =
      (message.ciaddr !== IPV4_ANY ? networkOf(decider, message.ciaddr) : undefined) ??
      (received.source !== IPV4_ANY ? networkOf(decider, received.source) : undefined);
    if (network !== undefined) {
      trace?.({ rule: "subnet", by: "unicast", source: received.source, ciaddr: message.ciaddr });
      return network;
    }
  }
  const { name, address } = received.interface;
  trace?.({ rule: "subnet", by: "interface", name, address });
  return networkOfInterface(decider, received.interface);
}

/**
 * The network an interface is on: the one it is listed for, or the one that its address lies in.
 */
export function networkOfInterface(decider: Decider, served: ServedInterface): Network | undefined {
  return decider.linkOfInterface.get(served.name)?.networks[0] ?? networkOf(decider, served.address);
}

/** The unicast bit of sub-option 10 (RFC 5010 section 3). */
const UNICAST_FLAG = 0x80;

/**
 * Whether the client sent its message to one server: to this one's own address, or
 * to a relay that says so.
 */
export function isSentToOneServer(received: Received, relayAgentInformation: Uint8Array | undefined): boolean {
  return received.message.giaddr === IPV4_ANY ? isUnicast(received) : isUnicastToRelay(relayAgentInformation);
}

/**
 * Whether the relay says that the client did not broadcast. Of a value that is too long the first
 * byte counts (RFC 5010 section 5).
 */
function isUnicastToRelay(relayAgentInformation: Uint8Array | undefined): boolean {
  const flags = relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.relayAgentFlags);
  return flags !== undefined && ((flags[0] ?? 0) & UNICAST_FLAG) !== 0;
}

/**
 * Whether the message was sent to this server's own address, neither to 255.255.255.255 nor to the
 * broadcast address of a subnet of the interface.
 */
export function isUnicast(received: Received): boolean {
  const { destination } = received;
  const { address, prefixLength, addresses } = received.interface;
  if (destination === IPV4_BROADCAST || destination === IPV4_ANY || isBroadcastOf(address, prefixLength, destination)) return false;
  if (addresses === undefined) return true;
  for (let i = 0; i < addresses.length; i++) {
    const other = addresses[i] as (typeof addresses)[number];
    if (isBroadcastOf(other.address, other.prefixLength, destination)) return false;
  }
  return true;
}

function isBroadcastOf(address: Ipv4, prefixLength: number, destination: Ipv4): boolean {
  return prefixLength < 31 && destination === (address | ~maskOf(prefixLength)) >>> 0;
}
