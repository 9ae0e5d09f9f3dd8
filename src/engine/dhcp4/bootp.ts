import { type Lease, type LeaseChange, NEVER } from "../../leases/dhcp4/lease.ts";
import { equalBytes, equalIfAny } from "../../net/bytes.ts";
import { IPV4_ANY } from "../../net/ipv4.ts";
import { belongsTo, isBound } from "../common/availability.ts";
import { whyNoAddress } from "../common/guard.ts";
import { chooseAddress } from "./allocate.ts";
import { bind, onRecord } from "./changes.ts";
import { withName } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import type { Exchange } from "./exchange.ts";
import { bootReply, NO_CHANGES, silence } from "./reply.ts";
import { findReservation } from "./reservations.ts";
import { type Settings, settingsFor } from "./settings.ts";

/**
 * Answers a BOOTP client (RFC 951, RFC 1542 section 5, RFC 1534 section 2). It knows no lease times
 * and will not come back: what it gets is bound for ever, before the reply goes.
 */
export function decideBootp(exchange: Exchange): Decision {
  const { context, message, link, clientKey, trace } = exchange;
  const { leases } = context;
  const reservation = findReservation(exchange);
  if (message.ciaddr !== IPV4_ANY) {
    trace?.({ rule: "reply", type: "BOOTREPLY", ciaddr: message.ciaddr });
    return answer(exchange, settingsFor(exchange, reservation, message.ciaddr), IPV4_ANY, NO_CHANGES);
  }
  // What it is given it keeps for ever: from ranges only where the operator wants
  // that (RFC 1534 section 2).
  if (reservation?.address === undefined && !context.decider.config.dynamicBootp) return silence(trace, "bootp-not-enabled");
  const own = leases.ofClient(clientKey, link.index);
  const address = chooseAddress(exchange, reservation, own);
  if (address === undefined) return silence(trace, whyNoAddress(exchange, reservation));
  const previous = leases.byAddress(address);
  trace?.({ rule: "reply", type: "BOOTREPLY", address });
  const settings = settingsFor(exchange, reservation, address);
  const hold = leases.holdOn(address);
  const named = withName(exchange, settings, address, onRecord(exchange, previous, hold));
  const changes = isItsForEver(named, previous) ? NO_CHANGES : bind(named, address, NEVER, previous, hold);
  return answer(named, settings, address, changes);
}

/** A client that names its boot server speaks to that one alone (RFC 951 section 7.3). */
function answer(exchange: Exchange, settings: Settings, yiaddr: number, changes: readonly LeaseChange[]): Decision {
  const { sname } = exchange.message;
  if (sname.length > 0 && !equalBytes(sname, settings.boot.serverName)) return silence(exchange.trace, "another-server");
  return bootReply(exchange, settings, yiaddr, changes);
}

/** A request that is repeated needs no new write, unless the client has another name now. */
function isItsForEver(exchange: Exchange, lease: Lease | undefined): boolean {
  const { context, clientKey, name } = exchange;
  if (lease === undefined || lease.expiry !== NEVER || !isBound(lease, context.now) || !belongsTo(lease, clientKey)) return false;
  return equalIfAny(lease.owner.name, name?.record);
}
