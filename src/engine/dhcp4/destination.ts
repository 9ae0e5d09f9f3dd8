import { IPV4_ANY, IPV4_BROADCAST, type Ipv4 } from "../../net/ipv4.ts";
import { BROADCAST_FLAG } from "../../wire/dhcp4/message.ts";
import { RelaySubOption, subOption } from "../../wire/dhcp4/relay-agent-information.ts";
import type { Destination } from "../decision.ts";
import type { Exchange, Received } from "./exchange.ts";

const SERVER_PORT = 67;
const CLIENT_PORT = 68;

/** Hardware type 1 with addresses of 6 bytes: the only one for which a frame can be addressed by hand. */
const ETHERNET = 1;
const ETHERNET_ADDRESS_LENGTH = 6;

/** Where an OFFER, or the ACK of a REQUEST, goes (RFC 2131 section 4.1); one without an address (yiaddr is 0) can't be sent to it. */
export function replyDestination(exchange: Exchange, yiaddr: Ipv4): Destination {
  const { received, message } = exchange;
  if (received.serverPort !== SERVER_PORT) return backToSender(received);
  if (message.giaddr !== IPV4_ANY) return toRelay(exchange);
  if (message.ciaddr !== IPV4_ANY) return to(received, message.ciaddr, CLIENT_PORT);
  const byHardware =
    yiaddr !== IPV4_ANY &&
    (message.flags & BROADCAST_FLAG) === 0 &&
    message.htype === ETHERNET &&
    message.chaddr.length === ETHERNET_ADDRESS_LENGTH;
  return byHardware ? to(received, yiaddr, CLIENT_PORT, message.chaddr) : to(received, IPV4_BROADCAST, CLIENT_PORT);
}

/** Where a NAK goes: the client may have no usable address, so on its own link it is always broadcast (RFC 2131 sections 4.1 and 4.3.2). */
export function nakDestination(exchange: Exchange): Destination {
  const { received, message } = exchange;
  if (received.serverPort !== SERVER_PORT) return backToSender(received);
  return message.giaddr !== IPV4_ANY ? toRelay(exchange) : to(received, IPV4_BROADCAST, CLIENT_PORT);
}

/**
 * Where the ACK of an INFORM goes: to ciaddr, even through a relay (RFC 2131 section 4.3.5); without it to the relay,
 * or to the address that the message came from. Undefined: it came from no address.
 */
export function informDestination(exchange: Exchange): Destination | undefined {
  const { received, message } = exchange;
  if (received.serverPort !== SERVER_PORT) return backToSender(received);
  if (message.ciaddr !== IPV4_ANY) return to(received, message.ciaddr, CLIENT_PORT);
  if (message.giaddr !== IPV4_ANY) return toRelay(exchange);
  return received.source === IPV4_ANY ? undefined : to(received, received.source, CLIENT_PORT);
}

/** Where the reply to a BOOTP client goes: to the address that it has, even through a relay, else like an OFFER (RFC 1542 section 5.4). */
export function bootpDestination(exchange: Exchange, yiaddr: Ipv4): Destination {
  const { received, message } = exchange;
  const direct = message.ciaddr !== IPV4_ANY && received.serverPort === SERVER_PORT;
  return direct ? to(received, message.ciaddr, CLIENT_PORT) : replyDestination(exchange, yiaddr);
}

/** Where the answer to a LEASEQUERY goes: to giaddr, which is the requester (RFC 4388 section 6.4.3). */
export function leasequeryDestination(received: Received, relayAgentInformation: Uint8Array | undefined): Destination {
  return received.serverPort === SERVER_PORT
    ? toRelay({ received, message: received.message, relayAgentInformation })
    : backToSender(received);
}

/** On another port than 67 the server is being tested or used by a program: the answer goes where the question came from. */
function backToSender(received: Received): Destination {
  return to(received, received.source === IPV4_ANY ? IPV4_BROADCAST : received.source, received.sourcePort);
}

/** To the relay's server port, or to the port that it sent from when it says that this is not 67 (RFC 8357). */
function toRelay(exchange: Pick<Exchange, "received" | "message" | "relayAgentInformation">): Destination {
  const { received, message, relayAgentInformation } = exchange;
  const ownPort = relayAgentInformation !== undefined && subOption(relayAgentInformation, RelaySubOption.relaySourcePort) !== undefined;
  return to(received, message.giaddr, ownPort ? received.sourcePort : SERVER_PORT);
}

function to(received: Received, address: Ipv4, port: number, hardwareAddress?: Uint8Array): Destination {
  return { address, port, hardwareAddress, interfaceIndex: received.interface.index, source: received.interface.address };
}
