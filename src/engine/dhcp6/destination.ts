import type { Destination } from "../../net/destination.ts";
import { IPV6_UNSPECIFIED, type Ipv6, isLinkLocal, isMulticast } from "../../net/ipv6.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption } from "../../wire/dhcp6/options.ts";
import type { Received } from "./exchange.ts";

/** The ports of clients, and of servers and relays (RFC 8415 section 7.2). */
const CLIENT_PORT = 546;
const SERVER_PORT = 547;

/**
 * Where the answer to a message goes: to the source of the datagram (RFC 8415 section 18.3.10). A
 * client hears on its port, a relay on the server's unless it says that it hears on its source port
 * (RFC 8357). On a port other than 547, as in tests, every answer goes to the source port. What
 * stays on the link leaves by the interface that the message came in on, from its own address.
 */
export function replyDestination({ message, interface: served, source, sourcePort, serverPort }: Received): Destination<Ipv6> {
  const relay = message.relays[0];
  const isOnLink = relay === undefined || isLinkLocal(source);
  return {
    address: source.slice(),
    port: serverPort === SERVER_PORT ? (relay === undefined ? CLIENT_PORT : relayPort(relay, sourcePort)) : sourcePort,
    hardwareAddress: undefined,
    interfaceIndex: isOnLink ? served.index : 0,
    source: isOnLink ? served.address : IPV6_UNSPECIFIED,
  };
}

/**
 * Where the answer to a LEASEQUERY goes: who asks may be anywhere, and sends from whatever port
 * (RFC 5007 section 4.4.3). An answer that is routed comes from the address that was asked.
 */
export function requesterDestination(received: Received): Destination<Ipv6> {
  const { message, interface: served, source, sourcePort, destination } = received;
  if (message.relays.length > 0) return replyDestination(received);
  const isOnLink = isLinkLocal(source);
  return {
    address: source.slice(),
    port: sourcePort,
    hardwareAddress: undefined,
    interfaceIndex: isOnLink ? served.index : 0,
    source: isOnLink ? served.address : isMulticast(destination) ? IPV6_UNSPECIFIED : destination.slice(),
  };
}

function relayPort({ options }: Relay, sourcePort: number): number {
  return hasOption(options, OptionCode.relaySourcePort) ? sourcePort : SERVER_PORT;
}
