import type { Network } from "../../config/model/dhcp4.ts";
import type { Destination } from "../../net/destination.ts";
import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../../net/ipv4.ts";
import { isHostAddress, prefixContains, prefixOf } from "../../net/prefix.ts";
import { BROADCAST_FLAG, type Message, MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { messageType, optionValue } from "../../wire/dhcp4/options.ts";
import { CLIENT_PORT, SERVER_PORT } from "../../wire/dhcp4/ports.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { Decider } from "./decider.ts";
import type { Context, Exchange, Received } from "./exchange.ts";
import { answeringAddress } from "./server-identifier.ts";
import { isUnicast, networkOf, networkOfInterface, networkOnLink } from "./subnet.ts";

/*
 * Where replies go (RFC 2131 section 4.1 and its successors).
 *
 * - Through a relay: to giaddr, by the routing table, for the way back need not be the way
 *   that the message came.
 * - To a client that has its address (RENEWING, REBINDING, INFORM): to ciaddr. One on the link is
 *   sent to at its hardware address: ARP for an address that nobody has would hold up the replies
 *   of others in the kernel. One behind a router is left to the routing table.
 * - To a client that has none yet: to its hardware address with yiaddr, or by broadcast
 *   where it asks for that. What stands in ciaddr then is the past: clients put an
 *   address there that they lost.
 * - Only to addresses that a client or a relay can have. Else whoever forges a message has the
 *   answer sent where he likes.
 */

/**
 * Hardware type 1 with addresses of 6 bytes: the only one for which a frame
 * can be addressed by hand.
 */
const ETHERNET = 1;
const ETHERNET_ADDRESS_LENGTH = 6;

/**
 * What a destination depends on, beside the network that the reply is about, whose address it comes
 * from.
 */
type Asked = Pick<Exchange, "context" | "received" | "message" | "relayAgentInformation">;

/**
 * Where an OFFER goes, and the reply to whoever else has no address yet; one without an address
 * (yiaddr is 0) can't be sent to it.
 */
export function replyDestination(exchange: Exchange, network: Network, yiaddr: Ipv4): Destination<Ipv4> {
  const { received, message } = exchange;
  if (received.serverPort !== SERVER_PORT) return backToSender(exchange, network);
  if (message.giaddr !== IPV4_ANY) return toRelay(exchange, network);
  const byHardware = yiaddr !== IPV4_ANY && (message.flags & BROADCAST_FLAG) === 0 && hasEthernetAddress(message);
  return byHardware ? onLink(exchange, network, yiaddr, message.chaddr) : onLink(exchange, network, IPV4_BROADCAST);
}

/** Where the ACK of a REQUEST goes, and that of a rapid commit. */
export function ackDestination(exchange: Exchange, network: Network, yiaddr: Ipv4): Destination<Ipv4> {
  const { received, message } = exchange;
  const direct = received.serverPort === SERVER_PORT && message.giaddr === IPV4_ANY && message.ciaddr === yiaddr && isExtension(exchange);
  return direct ? toClient(exchange, network, yiaddr) : replyDestination(exchange, network, yiaddr);
}

/**
 * Where a NAK goes: the client may have no usable address, so on its own link it is always
 * broadcast (RFC 2131 sections 4.1 and 4.3.2).
 */
export function nakDestination(exchange: Exchange): Destination<Ipv4> {
  const { received, message, network } = exchange;
  if (received.serverPort !== SERVER_PORT) return backToSender(exchange, network);
  return message.giaddr !== IPV4_ANY ? toRelay(exchange, network) : onLink(exchange, network, IPV4_BROADCAST);
}

/**
 * Where the ACK of an INFORM goes: to ciaddr, even through a relay (RFC 2131 section 4.3.5);
 * without it to the relay, or to the address that the message came from. Undefined: there is no
 * address that a client can have.
 */
export function informDestination(exchange: Exchange): Destination<Ipv4> | undefined {
  const { received, message, network } = exchange;
  if (received.serverPort !== SERVER_PORT) return backToSender(exchange, network);
  if (message.ciaddr === IPV4_ANY && message.giaddr !== IPV4_ANY) return toRelay(exchange, network);
  const address = message.ciaddr || received.source;
  return canBeClient(exchange, address) ? toClient(exchange, network, address) : undefined;
}

/**
 * Where the reply to a BOOTP client goes: to the address that it has, even through a relay, else
 * like an OFFER (RFC 1542 section 5.4). Undefined: the address can be no client's.
 */
export function bootpDestination(exchange: Exchange, network: Network, yiaddr: Ipv4): Destination<Ipv4> | undefined {
  const { received, message } = exchange;
  if (message.ciaddr === IPV4_ANY || received.serverPort !== SERVER_PORT) return replyDestination(exchange, network, yiaddr);
  return canBeClient(exchange, message.ciaddr) ? toClient(exchange, network, message.ciaddr) : undefined;
}

/**
 * Where the answer to a LEASEQUERY goes: to giaddr, which is the requester
 * (RFC 4388 section 6.4.3).
 */
export function leasequeryDestination(
  context: Context,
  received: Received,
  relayAgentInformation: Uint8Array | undefined,
): Destination<Ipv4> {
  const asked = { context, received, message: received.message, relayAgentInformation };
  return received.serverPort === SERVER_PORT ? toRelay(asked, undefined) : backToSender(asked, undefined);
}

/**
 * Whether giaddr, if there is one, is an address that a relay can have. On a port for
 * tests nothing is sent there.
 */
export function hasPossibleRelay({ decider }: Context, { message, serverPort }: Received): boolean {
  return message.giaddr === IPV4_ANY || serverPort !== SERVER_PORT || isPossible(decider, message.giaddr);
}

/**
 * Whether the client says by its message that it has ciaddr: RENEWING and
 * REBINDING (RFC 2131 table 4).
 */
function isExtension({ message, received }: Exchange): boolean {
  if (messageType(message) !== MessageType.REQUEST || message.ciaddr === IPV4_ANY) return false;
  if (optionValue(message, OptionCode.requestedIpAddress) === undefined) return true;
  // Option 50 says SELECTING or INIT-REBOOT, unless the client sends from that very
  // address and names no server.
  return received.source === message.ciaddr && optionValue(message, OptionCode.serverIdentifier) === undefined;
}

/**
 * Whether it is the address of a host of a configured network, or of the link
 * that the message came from.
 */
function canBeClient({ context, received }: Exchange, address: Ipv4): boolean {
  const { address: own, prefixLength } = received.interface;
  const isKnown = networkOf(context.decider, address) !== undefined || prefixContains(prefixOf(own, prefixLength), address);
  return isKnown && isPossible(context.decider, address) && isHostAddress(address, prefixOf(own, prefixLength));
}

function isPossible(decider: Decider, address: Ipv4): boolean {
  // The last two bits of network and broadcast addresses are the same, so for most addresses the
  // networks need not be looked through.
  const lastBits = address & 3;
  return isHostAddress(address, lastBits === 0 || lastBits === 3 ? networkOf(decider, address)?.prefix : undefined);
}

/** To a client that has this address and can be asked for by ARP, or is behind a router. */
function toClient(exchange: Exchange, network: Network, address: Ipv4): Destination<Ipv4> {
  const { message } = exchange;
  if (!isFromLink(exchange)) return routed(exchange, network, address, CLIENT_PORT);
  return onLink(exchange, network, address, hasEthernetAddress(message) ? message.chaddr : undefined);
}

/** Whether the message came from the link itself: neither through a relay nor through a router. */
function isFromLink({ context, received, message }: Exchange): boolean {
  if (message.giaddr !== IPV4_ANY) return false;
  if (!isUnicast(received) || received.source === IPV4_ANY) return true;
  const { address, prefixLength } = received.interface;
  if (prefixContains(prefixOf(address, prefixLength), received.source)) return true;
  const network = networkOfInterface(context.decider, received.interface);
  const link = network && context.decider.config.links[network.link];
  return link !== undefined && networkOnLink(link, received.source) !== undefined;
}

function hasEthernetAddress({ htype, chaddr }: Message): boolean {
  return htype === ETHERNET && chaddr.length === ETHERNET_ADDRESS_LENGTH;
}

/**
 * On another port than 67 the server is being tested or used by a program: the answer goes
 * where the question came from.
 */
function backToSender(asked: Asked, network: Network | undefined): Destination<Ipv4> {
  const { source, sourcePort } = asked.received;
  return onLink(asked, network, source === IPV4_ANY ? IPV4_BROADCAST : source, undefined, sourcePort);
}

/**
 * To the relay's server port, or to the port that it sent from when it says that
 * this is not 67 (RFC 8357).
 */
function toRelay(asked: Asked, network: Network | undefined): Destination<Ipv4> {
  const { received, message, relayAgentInformation } = asked;
  const ownPort = relayAgentInformation !== undefined && subOption(relayAgentInformation, RelaySubOption.relaySourcePort) !== undefined;
  return routed(asked, network, message.giaddr, ownPort ? received.sourcePort : SERVER_PORT);
}

/** By the receiving interface. */
function onLink(
  asked: Asked,
  network: Network | undefined,
  address: Ipv4,
  hardwareAddress?: Uint8Array,
  port = CLIENT_PORT,
): Destination<Ipv4> {
  return { address, port, hardwareAddress, interfaceIndex: asked.received.interface.index, source: sourceOf(asked, network) };
}

/** By the interface that the routing table chooses. */
function routed(asked: Asked, network: Network | undefined, address: Ipv4, port: number): Destination<Ipv4> {
  return { address, port, hardwareAddress: undefined, interfaceIndex: 0, source: sourceOf(asked, network) };
}

/** `server_id` where that is an address of this machine, else the one that the other side knows. */
function sourceOf({ context, received }: Asked, network: Network | undefined): Ipv4 {
  if (network?.serverId !== undefined && context.ownAddresses?.has(network.serverId)) return network.serverId;
  return answeringAddress(context, received, network);
}
