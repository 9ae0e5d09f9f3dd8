import { Association as AssociationKind } from "../../leases/dhcp6/client-key.ts";
import { type Lease, LeaseState } from "../../leases/dhcp6/lease.ts";
import { OWNER_RECORD } from "../../leases/dhcp6/record.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { firstAddress, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { inTime } from "../common/availability.ts";
import { foundInUse } from "../common/probation.ts";
import type { Answer } from "./answer.ts";
import type { Association } from "./association.ts";
import { isGranted } from "./bind.ts";
import type { Decision, Reply } from "./decision.ts";
import type { Context, Exchange } from "./exchange.ts";
import type { Grant } from "./grant.ts";
import { hardwareAddressOf } from "./identity.ts";

/**
 * Has somebody asked whether the addresses are in use before the ADVERTISE is sent, one after the
 * other, but for those that the client itself has or last had, and those found free just now. Only
 * on a link of this machine: duplicates are found by Neighbor Solicitation.
 */
export function checkFirst(exchange: Exchange, answers: readonly Answer[], advertise: Reply): Decision {
  if (exchange.message.relays.length > 0) return advertise;
  const unchecked: Grant[] = [];
  for (const { association, grants } of answers) {
    if (association.type !== AssociationKind.addresses) continue;
    for (const grant of grants)
      if (grant.settings.network.pingTimeout !== undefined && needsCheck(association, grant)) unchecked.push(grant);
  }
  const [first, ...later] = unchecked;
  return first === undefined ? advertise : ask(exchange, first, later, advertise);
}

function needsCheck({ context, clientKey }: Association, { prefix, previous, hold }: Grant): boolean {
  const state = context.answers?.stateOf(firstAddress(prefix));
  if (state === "free") return false;
  // While that is being asked the address is held for the client, which makes it look like its own.
  if (state !== undefined) return true;
  if (previous !== undefined && previous.state !== LeaseState.declined && equalBytes(previous.owner.clientKey, clientKey)) return false;
  const held = inTime(hold, context.now);
  return held === undefined || !equalBytes(held.owner.clientKey, clientKey);
}

/**
 * What is asked about `later` is not held meanwhile: else it would look as if it had been asked.
 */
function ask(exchange: Exchange, { prefix, settings }: Grant, later: readonly Grant[], advertise: Reply): Decision {
  const interfaceIndex = exchange.received.interface.index;
  const address = prefix.slice(0, 16);
  const timeout = settings.network.pingTimeout as number;
  exchange.trace?.({ rule: "probe", address, interfaceIndex, timeout });
  const hardwareAddress = hardwareAddressOf(exchange) ?? NO_BYTES;
  const about = { kind: "conflict-probe", address, timeout, interfaceIndex, hardwareAddress } as const;
  const holds = advertise.changes.filter((change) => change.kind !== "hold" || !isGranted(later, change.hold.address));
  return { kind: "question", about, holds, unanswered: advertise };
}

/** How the address stands from now on when it was found in use: see the common rule. */
export function inProbation(context: Pick<Context, "decider" | "leases" | "now">, probed: Ipv6): Lease | undefined {
  const address = ipv6Prefix(probed);
  return foundInUse(context, address, context.decider.places.networkOf(address)?.probationPeriod, OWNER_RECORD.copy);
}
