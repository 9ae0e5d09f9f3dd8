import type { Link, Network } from "../../config/model/dhcp4.ts";
import { equalBytes } from "../../net/bytes.ts";
import { IPV4_ANY } from "../../net/ipv4.ts";
import type { Message, Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionIpv4, optionValue } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { Decider } from "./decider.ts";
import type { Received } from "./exchange.ts";
import { selectNetwork } from "./subnet.ts";
import type { Trace } from "./trace.ts";

/** The type that stands for no VPN at all (RFC 6607 section 3.5). */
const GLOBAL = 255;

/**
 * What the message says of a VPN, type and information; the relay's word goes first (RFC 6607
 * section 7.3). Undefined: nothing.
 */
export function virtualSubnetIn(message: Message, relayAgentInformation: Uint8Array | undefined): Uint8Array | undefined {
  const ofRelay = relayAgentInformation && subOption(relayAgentInformation, RelaySubOption.virtualSubnetSelection);
  return ofRelay ?? optionValue(message, OptionCode.virtualSubnetSelection);
}

/**
 * Whether the link is in the VPN that a message speaks of; without a word of any, or with that for
 * none, it has to be in none.
 */
export function isInVirtualSubnet(link: Link, asked: Uint8Array | undefined): boolean {
  if (asked === undefined || asked[0] === GLOBAL) return link.vss === undefined;
  return link.vss !== undefined && equalBytes(link.vss, asked);
}

/**
 * The network that a message came from, as `selectNetwork` has it. When that is in another VPN than
 * the relay names, and neither sub-option 5 nor option 118 names the subnet, it is that of the
 * VPN's link, if it has only one: giaddr may be an address of the relay outside of the VPN. What
 * the client itself says of a VPN leads nowhere: else anybody could use up the addresses of every
 * VPN (RFC 6607 section 9).
 */
export function selectNetworkInVirtualSubnet(
  decider: Decider,
  received: Received,
  relayAgentInformation: Uint8Array | undefined,
  asked: Uint8Array | undefined,
  trace: Trace | undefined,
): Network | undefined {
  const network = selectNetwork(decider, received, relayAgentInformation, trace);
  if (asked === undefined || asked[0] === GLOBAL) return network;
  if (network !== undefined && isInVirtualSubnet(decider.config.links[network.link] as Link, asked)) return network;
  if (received.message.giaddr === IPV4_ANY || relayAgentInformation === undefined) return network;
  if (subOption(relayAgentInformation, RelaySubOption.virtualSubnetSelection) === undefined) return network;
  const isNamed =
    subOption(relayAgentInformation, RelaySubOption.linkSelection) !== undefined ||
    (decider.config.subnetSelection && optionIpv4(received.message, OptionCode.subnetSelection) !== undefined);
  const links = isNamed ? [] : decider.config.links.filter((link) => isInVirtualSubnet(link, asked));
  const only = links[0];
  if (only === undefined || links.length > 1) return network;
  trace?.({ rule: "subnet", by: "virtual-subnet", link: only.name });
  return only.networks[0];
}

/**
 * Option 82 as it is echoed: without sub-option 152, which would say that sub-option 151 was not
 * acted upon (RFC 6607 section 7.2). Where that can't be acted upon there is no reply.
 */
export function echoedRelayAgentInformation(relayAgentInformation: Uint8Array): Uint8Array {
  const { virtualSubnetSelection, virtualSubnetSelectionControl } = RelaySubOption;
  if (subOption(relayAgentInformation, virtualSubnetSelection) === undefined) return relayAgentInformation;
  if (subOption(relayAgentInformation, virtualSubnetSelectionControl) === undefined) return relayAgentInformation;
  const kept: number[] = [];
  for (let at = 0; at < relayAgentInformation.length; ) {
    const next = at + 2 + (relayAgentInformation[at + 1] ?? 0);
    if (relayAgentInformation[at] !== virtualSubnetSelectionControl) kept.push(...relayAgentInformation.subarray(at, next));
    at = next;
  }
  return Uint8Array.from(kept);
}

/** Option 221 of a reply: to who sent it, what was acted upon (RFC 6607 sections 7.1 and 7.3). */
export function virtualSubnetOption(message: Message): Option | undefined {
  if (optionValue(message, OptionCode.virtualSubnetSelection) === undefined) return undefined;
  const data = virtualSubnetIn(message, optionValue(message, OptionCode.relayAgentInformation));
  return data && { code: OptionCode.virtualSubnetSelection, data };
}
