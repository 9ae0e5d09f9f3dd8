import type { Reservation } from "../../config/model/dhcp4.ts";
import { type Lease, NEVER } from "../../leases/dhcp4/lease.ts";
import { MessageType } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionU32 } from "../../wire/dhcp4/options.ts";
import { isBound } from "../common/availability.ts";
import { decideLeaseTime } from "../common/lease-time.ts";
import { saysSomethingNew } from "./changes.ts";
import { withName } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import { ackDestination } from "./destination.ts";
import type { Exchange } from "./exchange.ts";
import { grant, NO_CHANGES } from "./reply.ts";
import { settingsFor } from "./settings.ts";

/**
 * The ACK for a client that comes back so early that its lease need not be written anew
 * (`cache_threshold`): it gets the time that remains, so that what it was told and what is stored
 * stay the same. `lease` is the client's own, of the address that it wants to keep. Undefined:
 * there is something to write, because the share of the time is over, the lease would be another
 * one, or the client tells something new.
 */
export function acknowledgeRemainder(exchange: Exchange, reservation: Reservation | undefined, lease: Lease): Decision | undefined {
  const { context, link, clientKey, message } = exchange;
  const { now, leases } = context;
  const { cacheThreshold } = context.decider.config;
  if (cacheThreshold === 0 || !isBound(lease, now) || lease.expiry === NEVER) return undefined;
  if ((now - lease.start) * 100 > (lease.expiry - lease.start) * cacheThreshold) return undefined;
  // A client that has two leases on the link is to lose the other one.
  const other = leases.ofClient(clientKey, link.index, lease.address);
  if (other !== undefined && isBound(other, now)) return undefined;
  const settings = settingsFor(exchange, reservation, lease.address);
  const named = withName(exchange, settings, lease.address, lease.owner);
  if (saysSomethingNew(named, lease)) return undefined;
  const duration = decideLeaseTime(settings.leaseTime, optionU32(message, OptionCode.ipAddressLeaseTime));
  const remaining = lease.expiry - now;
  if (remaining === 0 || remaining > duration) return undefined;
  exchange.trace?.({ rule: "reply", type: "ACK", address: lease.address, remaining });
  const times = context.decider.leaseTimeOptions(settings.leaseTime, remaining);
  return grant(
    named,
    MessageType.ACK,
    settings,
    lease.address,
    times,
    NO_CHANGES,
    ackDestination(exchange, settings.network, lease.address),
  );
}
