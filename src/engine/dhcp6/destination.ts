import { equalBytes } from "../../net/bytes.ts";
import type { Destination } from "../../net/destination.ts";
import { IPV6_UNSPECIFIED, type Ipv6, isLinkLocal, isMulticast } from "../../net/ipv6.ts";
import type { Relay } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption } from "../../wire/dhcp6/options.ts";
import { CLIENT_PORT, SERVER_PORT } from "../../wire/dhcp6/ports.ts";
import type { Received } from "./exchange.ts";

/**
 * Where the answer to a message goes: to the source of the datagram (RFC 8415 section 18.3.10). A
 * client hears on its port, a relay on the server's unless it says that it hears on its source port
 * (RFC 8357). On a port other than 547, as in tests, every answer goes to the source port. What
 * stays on the link leaves by the interface that the message came in on, and so does what is sent
 * from a link-local address, which is one of that interface alone.
 */
export function replyDestination(received: Received): Destination<Ipv6> {
  const { message, sourcePort, serverPort } = received;
  const relay = message.relays[0];
  const port = serverPort === SERVER_PORT ? (relay === undefined ? CLIENT_PORT : relayPort(relay, sourcePort)) : sourcePort;
  return toSource(received, port, relay === undefined || isOfLink(received));
}

/**
 * Where the answer to a LEASEQUERY goes: who asks may be anywhere, and sends from whatever port
 * (RFC 5007 section 4.4.3).
 */
export function requesterDestination(received: Received): Destination<Ipv6> {
  const { message, sourcePort } = received;
  return message.relays.length > 0 ? replyDestination(received) : toSource(received, sourcePort, isOfLink(received));
}

/** Whether one of the addresses that it went between means nothing on another link. */
function isOfLink({ source, destination }: Received): boolean {
  return isLinkLocal(source) || isLinkLocal(destination);
}

/**
 * To the source of the datagram. From the address that it was sent to, which may be one that
 * several servers share; where it went to a group, from that of the interface, or for what is
 * routed from the one that the system chooses.
 */
function toSource(received: Received, port: number, isOnLink: boolean): Destination<Ipv6> {
  const { interface: served, source, destination } = received;
  return {
    address: source.slice(),
    port,
    hardwareAddress: undefined,
    interfaceIndex: isOnLink ? served.index : 0,
    source: isUnicast(received) ? destination.slice() : isOnLink ? served.address : IPV6_UNSPECIFIED,
  };
}

/** Whether it was sent to an address of this server, as far as the transport can tell. */
export function isUnicast({ destination }: Received): boolean {
  return !isMulticast(destination) && !equalBytes(destination, IPV6_UNSPECIFIED);
}

function relayPort({ options }: Relay, sourcePort: number): number {
  return hasOption(options, OptionCode.relaySourcePort) ? sourcePort : SERVER_PORT;
}
