import type { Guard } from "../../config/model.ts";
import type { Exchange } from "./exchange.ts";

/** Whether the client may use what the guard stands before. */
export function isAdmitted(exchange: Exchange, guard: Guard | undefined): boolean {
  const { classes } = exchange;
  if (guard === undefined || classes === undefined) return true;
  if (guard.allowed !== undefined && classes[guard.allowed] !== 1) return false;
  return guard.denied === undefined || classes[guard.denied] !== 1;
}

/** Whether there are ranges on the client's link, but none for clients of its classes. */
export function isShutOut(exchange: Exchange): boolean {
  const { networks } = exchange.link;
  if (exchange.classes === undefined || networks.every((network) => network.ranges.length === 0)) return false;
  return !networks.some(
    (network) => isAdmitted(exchange, network.guard) && network.ranges.some((range) => isAdmitted(exchange, range.guard)),
  );
}
