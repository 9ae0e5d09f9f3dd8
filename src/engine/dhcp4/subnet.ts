import type { Link, Network, Range } from "../../config/model/dhcp4.ts";
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { maskOf, prefixContains } from "../../net/prefix.ts";
import { rangeContains, sortedRangesContain } from "../../net/range.ts";
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

/**
 * The network that a message came from, on whose link the client is. What the relay says goes
 * first: option 82 sub-option 5 (RFC 3527), then option 118 where it counts (RFC 3011), then
 * giaddr. Each of these decides alone: when it names no configured network, no other rule may place
 * the client elsewhere. The addresses of the client itself, ciaddr and source, only count when it
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
  const linkSelection = relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.linkSelection);
  if (linkSelection?.length === 4) {
    const address = readIpv4(linkSelection, 0);
    trace?.({ rule: "subnet", by: "link-selection", address });
    return networkOf(decider, address);
  }
  const subnetSelection = decider.config.subnetSelection ? optionIpv4(message, OptionCode.subnetSelection) : undefined;
  if (subnetSelection !== undefined) {
    trace?.({ rule: "subnet", by: "subnet-selection", address: subnetSelection });
    return networkOf(decider, subnetSelection);
  }
  if (message.giaddr !== IPV4_ANY) {
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
 * broadcast address of the subnet.
 */
export function isUnicast(received: Received): boolean {
  const { destination } = received;
  const { address, prefixLength } = received.interface;
  if (destination === IPV4_BROADCAST || destination === IPV4_ANY) return false;
  return prefixLength >= 31 || destination !== (address | ~maskOf(prefixLength)) >>> 0;
}
