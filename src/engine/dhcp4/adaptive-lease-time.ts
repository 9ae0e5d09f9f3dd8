import { type Lease, LeaseState } from "../../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionU32 } from "../../wire/dhcp4/options.ts";
import { belongsTo, isBound } from "./availability.ts";
import type { Exchange } from "./exchange.ts";
import { isAdmitted } from "./guard.ts";
import { decideLeaseTime } from "./lease-time.ts";
import type { Settings } from "./settings.ts";
import { dynamicRange } from "./subnet.ts";

/** 0.29 of 100 addresses is a little less than 29 to a computer; the number of addresses is below 2 ** 32. */
const ROUNDING = 1e-6;

/**
 * For how long the client gets the address, in seconds: `decideLeaseTime`, but where addresses of the network are running short
 * (`adaptive_threshold`) the minimum, so that what is no longer needed comes back soon. A client that has the address keeps at least the time that
 * remains, for it was promised. `previous` is what the table knows of the address.
 */
export function decideDuration(exchange: Exchange, settings: Settings, address: Ipv4, previous: Lease | undefined): number {
  const { context, message, clientKey } = exchange;
  const { now } = context;
  const duration = decideLeaseTime(settings.leaseTime, optionU32(message, OptionCode.ipAddressLeaseTime));
  if (settings.network.adaptiveThreshold === undefined || !isScarce(exchange, settings, address, previous)) return duration;
  const holds = previous !== undefined && isBound(previous, now) && belongsTo(previous, clientKey);
  const least = holds ? Math.max(settings.leaseTime.min, previous.expiry - now) : settings.leaseTime.min;
  return Math.min(duration, least);
}

/** Whether with this lease more of the ranges that the client may use is taken than the threshold. Reserved addresses do not run short. */
function isScarce(exchange: Exchange, { network }: Settings, address: Ipv4, previous: Lease | undefined): boolean {
  const { leases } = exchange.context;
  const own = dynamicRange(network, address);
  if (own === undefined || network.adaptiveThreshold === undefined) return false;
  let capacity = 0;
  // An address that is held for the client, or that it has, is counted already.
  const isLeased = previous !== undefined && previous.state !== LeaseState.released && previous.state !== LeaseState.expired;
  let used = isLeased || leases.holdOn(address) !== undefined ? 0 : 1;
  for (const range of network.ranges) {
    if (range !== own && !isAdmitted(exchange, range.guard)) continue;
    capacity += leases.capacityOf(range);
    used += leases.inUse(range);
  }
  const scarce = used - capacity * network.adaptiveThreshold > ROUNDING;
  exchange.trace?.("lease time", `${used} of ${capacity} addresses are in use: ${scarce ? "more" : "not more"} than adaptive_threshold`);
  return scarce;
}
