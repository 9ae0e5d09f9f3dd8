import type { Guard } from "../../config/model/common.ts";
import type { Owner } from "../../leases/lease.ts";
import type { SilenceReason } from "../decision.ts";
import type { Client, NetworkFacts } from "./client.ts";
import { isLimitReached } from "./limits.ts";

type Classified = Pick<Client<never, never>, "classes">;

/** Whether the client may use what the guard stands before. */
export function isAdmitted(client: Classified, guard: Guard | undefined): boolean {
  const { classes } = client;
  if (guard === undefined || classes === undefined) return true;
  if (guard.allowed !== undefined && classes[guard.allowed] !== 1) return false;
  return guard.denied === undefined || classes[guard.denied] !== 1;
}

/**
 * Whether addresses of the network may be looked for on behalf of the client: the network is
 * for clients like this one.
 */
export function isFor(client: Classified, network: NetworkFacts, reservation: object | undefined): boolean {
  return isAdmitted(client, network.guard) && (!network.reservationsOnly || reservation !== undefined);
}

/** Why a client got no address. */
export function whyNoAddress<A, O extends Owner>(client: Client<A, O>, reservation: object | undefined): SilenceReason {
  if (isShutOut(client)) return "no-range-for-class";
  const networks = client.link.networks.filter((network) => isAdmitted(client, network.guard));
  const forHosts = networks.length > 0 && networks.every((network) => !isFor(client, network, reservation));
  if (forHosts) return "no-reservation";
  const usable = networks.filter((network) => isFor(client, network, reservation));
  const isLimited = usable.length > 0 && usable.every((network) => isLimitReached(client, network, undefined));
  if (isLimited) return "limit-reached";
  if (client.context.notify !== undefined) {
    const pools = usable.flatMap(({ ranges }) => ranges.filter(({ guard }) => isAdmitted(client, guard)));
    client.context.notify({ kind: "no-address-free", link: client.link.name, pools });
  }
  return "no-address-free";
}

/** Whether there are ranges on the client's link, but none for clients of its classes. */
function isShutOut(client: Pick<Client<never, never>, "classes" | "link">): boolean {
  const { networks } = client.link;
  if (client.classes === undefined || networks.every((network) => network.ranges.length === 0)) return false;
  return !networks.some((network) => isAdmitted(client, network.guard) && network.ranges.some((range) => isAdmitted(client, range.guard)));
}
