import type { Network } from "../../config/model.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import type { Exchange } from "./exchange.ts";
import { isUnicast } from "./subnet.ts";

/**
 * Option 54 of replies about an address of this network, and what a client calls this server; 0: the server has no
 * address to be known by.
 */
export function serverIdentifierOf(exchange: Exchange, network: Network): Ipv4 {
  return network.serverId ?? (exchange.received.interface.address || (exchange.network.serverId ?? 0));
}

/**
 * Whether option 54 names this server: by the address of the receiving interface, by the `server_id` of a network on
 * the link, or by the address that the message was sent to, which may belong to another interface of this machine.
 */
export function isOurs(exchange: Exchange, identifier: Ipv4): boolean {
  const { received, link } = exchange;
  if (identifier === 0) return false;
  if (identifier === received.interface.address) return true;
  if (identifier === received.destination && isUnicast(received)) return true;
  for (const network of link.networks) if (network.serverId === identifier) return true;
  return false;
}
