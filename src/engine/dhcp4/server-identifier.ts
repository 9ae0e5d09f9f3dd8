import type { Network } from "../../config/model/dhcp4.ts";
import { IPV4_ANY, type Ipv4, readIpv4 } from "../../net/ipv4.ts";
import { prefixContains } from "../../net/prefix.ts";
import { type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionIpv4 } from "../../wire/dhcp4/options.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { Context, Exchange, Received } from "./exchange.ts";
import { isUnicast } from "./subnet.ts";

/**
 * Option 54 of replies about an address of this network, and what a client calls this server; 0:
 * the server has no address to be known by. A relay may want to be taken for the server, so that it
 * sees renewals too (RFC 5107 section 4). A client that has chosen an address of this machine,
 * whose REQUEST may come another way than its DISCOVER, or through two relays, is answered under
 * that.
 */
export function serverIdentifierOf(exchange: Exchange, network: Network): Ipv4 {
  if (exchange.serverIdentifierOverride !== IPV4_ANY) return exchange.serverIdentifierOverride;
  if (network.serverId !== undefined) return network.serverId;
  const { context, received, message } = exchange;
  // Of what is answered nothing else names a server (RFC 2131 table 5), and to look for an option
  // takes as long as there are options.
  const named = messageType(message) === MessageType.REQUEST ? namedServer(message) : undefined;
  if (named !== undefined && context.ownAddresses?.has(named)) return named;
  return answeringAddress(context, received, network) || (exchange.network.serverId ?? 0);
}

/**
 * The address of this machine that the other side reaches the server by (RFC 2131 section 4.1): the
 * one that the message was sent to, whichever interface has it, for relay or client chose it, and a
 * firewall between them lets pass no other; else one of the receiving interface in the client's
 * network, else the interface's. `network`: that of the client; undefined: it has none. 0: there is
 * no address.
 */
export function answeringAddress({ ownAddresses }: Context, received: Received, network: Network | undefined): Ipv4 {
  const { destination } = received;
  const { address, addresses } = received.interface;
  if (isUnicast(received) && ownAddresses?.has(destination)) return destination;
  if (network === undefined || addresses === undefined || prefixContains(network.prefix, address)) return address;
  for (let i = 0; i < addresses.length; i++) {
    const other = (addresses[i] as (typeof addresses)[number]).address;
    if (prefixContains(network.prefix, other)) return other;
  }
  return address;
}

/**
 * The server that the client speaks to (option 54); undefined: it names none, which 0.0.0.0 is too.
 */
export function namedServer(message: Message): Ipv4 | undefined {
  return optionIpv4(message, OptionCode.serverIdentifier) || undefined;
}

/**
 * What the relay wants option 54 to be: option 82 sub-option 11 (RFC 5107 section 4); 0: nothing.
 * `lastRelayAgentInformation` as in `Exchange`.
 */
export function serverIdentifierOverride(lastRelayAgentInformation: Uint8Array | undefined): Ipv4 {
  const override = lastRelayAgentInformation && subOption(lastRelayAgentInformation, RelaySubOption.serverIdentifierOverride);
  return override?.length === 4 ? readIpv4(override, 0) : IPV4_ANY;
}

/**
 * Whether option 54 names this server: by the address of the receiving interface, by the
 * `server_id` of a network on the link, by any other address of this machine (RFC 2131 section 4.1:
 * the message may have come another way than the one that our offer was sent on), by the address
 * that the message was sent to, or by the one that the relay puts in its place.
 */
export function isOurs(exchange: Exchange, identifier: Ipv4): boolean {
  const { context, received, link } = exchange;
  if (identifier === 0) return false;
  if (identifier === received.interface.address) return true;
  if (identifier === exchange.serverIdentifierOverride) return true;
  if (identifier === received.destination && isUnicast(received)) return true;
  for (const network of link.networks) if (network.serverId === identifier) return true;
  return context.ownAddresses?.has(identifier) ?? false;
}
