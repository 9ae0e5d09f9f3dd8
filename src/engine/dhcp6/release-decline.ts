import { Association as AssociationKind } from "../../leases/dhcp6/client-key.ts";
import { endAfter, type Lease, type LeaseOwner, LeaseState } from "../../leases/dhcp6/lease.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { iaOption } from "../../wire/dhcp6/identity-association.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { belongsTo, isBound, isHeldFor, isInForce } from "../common/availability.ts";
import { release, withdraw } from "../common/changes.ts";
import { type Association, associationsOf } from "./association.ts";
import type { Decision } from "./decision.ts";
import type { Exchange } from "./exchange.ts";
import { statusReply } from "./reply.ts";
import { STATUS } from "./status.ts";

/**
 * Answers a RELEASE (RFC 8415 section 18.3.7): the client gives back what it names, if it is its
 * own. What was released is remembered for it.
 */
export function decideRelease(exchange: Exchange): Decision {
  return giveBack(exchange, associationsOf(exchange), ({ context, clientKey, exchange: { draft } }, prefix, lease) => {
    const { leases, now } = context;
    if (lease !== undefined) draft.changes.push(release(lease, now));
    if (isHeldFor(leases.holdOn(prefix), clientKey, now)) draft.changes.push(withdraw(prefix));
  });
}

/**
 * Answers a DECLINE (section 18.3.8): the client found addresses in use by somebody else. Nobody
 * gets them until probation is over. Only the client that they were advertised or given to can say
 * so, else one host could empty the pool. Nobody finds a prefix in use on a link.
 */
export function decideDecline(exchange: Exchange): Decision {
  const associations = associationsOf(exchange).filter(({ type }) => type === AssociationKind.addresses);
  return giveBack(exchange, associations, ({ context, exchange: { draft, network } }, prefix, _lease, owner) => {
    const { now, decider } = context;
    const { probationPeriod } = decider.places.networkOf(prefix) ?? network;
    const expiry = endAfter(now, probationPeriod);
    draft.changes.push({ kind: "put", lease: { address: prefix, state: LeaseState.declined, start: now, expiry, owner } });
  });
}

/** What becomes of an address or prefix of the client, bound (`lease`) or only held. */
type GiveBack = (association: Association, prefix: Ipv6Prefix, lease: Lease | undefined, owner: LeaseOwner) => void;

/** Does it to all that the client names and has; associations without a binding are told so. */
function giveBack(exchange: Exchange, associations: readonly Association[], one: GiveBack): Decision {
  const unknown: Option[] = [];
  for (const association of associations) {
    let known = false;
    for (const prefix of association.asked) {
      const { lease, owner } = ownNow(association, prefix);
      if (owner === undefined) continue;
      known = true;
      exchange.trace?.({ rule: "given back", address: prefix });
      one(association, prefix, lease, owner);
    }
    if (!known && !hasBinding(association)) unknown.push(noBinding(association));
  }
  return statusReply(exchange, STATUS.success, unknown, exchange.draft.changes, true);
}

/**
 * What is on record of the association, if the address or prefix is leased to it or held for it
 * now: a lease that is about to end is held after a SOLICIT.
 */
function ownNow(
  { context, clientKey }: Association,
  prefix: Ipv6Prefix,
): { readonly lease: Lease | undefined; readonly owner: LeaseOwner | undefined } {
  const { leases, now } = context;
  const lease = leases.byAddress(prefix);
  if (lease !== undefined && isInForce(lease, now)) return belongsTo(lease, clientKey) ? { lease, owner: lease.owner } : NOTHING;
  const hold = leases.holdOn(prefix);
  return isHeldFor(hold, clientKey, now) ? { lease: undefined, owner: hold?.owner } : NOTHING;
}

const NOTHING = { lease: undefined, owner: undefined };

function hasBinding({ context, clientKey, link }: Association): boolean {
  const lease = context.leases.ofClient(clientKey, link.index);
  return lease !== undefined && isBound(lease, context.now);
}

function noBinding({ type, iaid }: Association): Option {
  return iaOption(type === AssociationKind.addresses ? OptionCode.iaNa : OptionCode.iaPd, iaid, 0, 0, [STATUS.noBinding]);
}
