import { IPV4_ANY } from "../../net/ipv4.ts";
import { belongsTo, isBound } from "../common/availability.ts";
import { withName } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import { informDestination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";
import { inform, silence } from "./reply.ts";
import { findReservation } from "./reservations.ts";
import { settingsFor } from "./settings.ts";

/**
 * Answers an INFORM (RFC 2131 section 4.3.5): the client has its address from elsewhere and wants
 * the other settings. No lease is looked for, made or changed. Where this server is not
 * authoritative it only tells its own clients.
 */
export function decideInform(exchange: Exchange): Decision {
  const { network, received, message } = exchange;
  if (!network.authoritative && !hasLease(exchange)) return silence(exchange.trace, "not-authoritative");
  const to = informDestination(exchange);
  if (to === undefined) return silence(exchange.trace, "no-return-address");
  const settings = settingsFor(exchange, findReservation(exchange), message.ciaddr || received.source);
  // Of an address that it has from elsewhere it sees to the name itself.
  return inform(withName(exchange, settings, IPV4_ANY, undefined), settings, to);
}

function hasLease(exchange: Exchange): boolean {
  const { context, message, clientKey } = exchange;
  const lease = context.leases.byAddress(message.ciaddr);
  return lease !== undefined && isBound(lease, context.now) && belongsTo(lease, clientKey);
}
