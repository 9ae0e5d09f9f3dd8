import type { Hold, Lease } from "../../leases/dhcp4/lease.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionU32 } from "../../wire/dhcp4/options.ts";
import { decideDuration } from "../common/duration.ts";
import { decideLeaseTime } from "../common/lease-time.ts";
import type { Exchange } from "./exchange.ts";
import type { Settings } from "./settings.ts";
import { dynamicRange } from "./subnet.ts";

/**
 * For how long the client gets the address, in seconds. `previous` and `hold` are what the
 * table knows of the address.
 */
export function durationFor(
  exchange: Exchange,
  { network, leaseTime }: Settings,
  address: Ipv4,
  previous: Lease | undefined,
  hold: Hold | undefined,
): number {
  const requested = optionU32(exchange.message, OptionCode.ipAddressLeaseTime);
  if (network.adaptiveThreshold === undefined) return decideLeaseTime(leaseTime, requested);
  const range = dynamicRange(network, address);
  return decideDuration(exchange, { network, range, leaseTime, previous, isHeld: hold !== undefined }, requested);
}
