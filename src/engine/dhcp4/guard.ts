import type { Guard } from "../../config/model/common.ts";
import type { Network, Reservation } from "../../config/model/dhcp4.ts";
import type { SilenceReason } from "../decision.ts";
import type { Exchange } from "./exchange.ts";
import { isLimitReached } from "./limits.ts";

/** Whether the client may use what the guard stands before. */
export function isAdmitted(exchange: Exchange, guard: Guard | undefined): boolean {
  const { classes } = exchange;
  if (guard === undefined || classes === undefined) return true;
  if (guard.allowed !== undefined && classes[guard.allowed] !== 1) return false;
  return guard.denied === undefined || classes[guard.denied] !== 1;
}

/** Whether addresses of the network may be looked for on behalf of the client: the network is for clients like this one. */
export function isFor(exchange: Exchange, network: Network, reservation: Reservation | undefined): boolean {
  return isAdmitted(exchange, network.guard) && (!network.reservationsOnly || reservation !== undefined);
}

/** Why a client got no address. */
export function whyNoAddress(exchange: Exchange, reservation: Reservation | undefined): SilenceReason {
  if (isShutOut(exchange)) return "no-range-for-class";
  const networks = exchange.link.networks.filter((network) => isAdmitted(exchange, network.guard));
  const forHosts = networks.length > 0 && networks.every((network) => !isFor(exchange, network, reservation));
  if (forHosts) return "no-reservation";
  const usable = networks.filter((network) => isFor(exchange, network, reservation));
  const isLimited = usable.length > 0 && usable.every((network) => isLimitReached(exchange, network, undefined));
  if (isLimited) return "limit-reached";
  exchange.context.notify?.({ kind: "no-address-free", link: exchange.link.name });
  return "no-address-free";
}

/** Whether there are ranges on the client's link, but none for clients of its classes. */
function isShutOut(exchange: Exchange): boolean {
  const { networks } = exchange.link;
  if (exchange.classes === undefined || networks.every((network) => network.ranges.length === 0)) return false;
  return !networks.some(
    (network) => isAdmitted(exchange, network.guard) && network.ranges.some((range) => isAdmitted(exchange, range.guard)),
  );
}
