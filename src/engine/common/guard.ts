import type { Guard, Network, Reservation } from "../../config/model.ts";
import type { SilenceReason } from "../decision.ts";
import type { Client } from "./client.ts";
import { isLimitReached } from "./limits.ts";

/** Whether the client may use what the guard stands before. */
export function isAdmitted(client: Pick<Client, "classes">, guard: Guard | undefined): boolean {
  const { classes } = client;
  if (guard === undefined || classes === undefined) return true;
  if (guard.allowed !== undefined && classes[guard.allowed] !== 1) return false;
  return guard.denied === undefined || classes[guard.denied] !== 1;
}

/** Whether addresses of the network may be looked for on behalf of the client: the network is for clients like this one. */
export function isFor(client: Client, network: Network, reservation: Reservation | undefined): boolean {
  return isAdmitted(client, network.guard) && (!network.reservationsOnly || reservation !== undefined);
}

/** Why a client got no address. */
export function whyNoAddress(client: Client, reservation: Reservation | undefined): SilenceReason {
  if (isShutOut(client)) return "no-range-for-class";
  const networks = client.link.networks.filter((network) => isAdmitted(client, network.guard));
  const forHosts = networks.length > 0 && networks.every((network) => !isFor(client, network, reservation));
  if (forHosts) return "no-reservation";
  const usable = networks.filter((network) => isFor(client, network, reservation));
  const isLimited = usable.length > 0 && usable.every((network) => isLimitReached(client, network, undefined));
  if (isLimited) return "limit-reached";
  client.context.notify?.({ kind: "no-address-free", link: client.link.name });
  return "no-address-free";
}

/** Whether there are ranges on the client's link, but none for clients of its classes. */
function isShutOut(client: Client): boolean {
  const { networks } = client.link;
  if (client.classes === undefined || networks.every((network) => network.ranges.length === 0)) return false;
  return !networks.some((network) => isAdmitted(client, network.guard) && network.ranges.some((range) => isAdmitted(client, range.guard)));
}
