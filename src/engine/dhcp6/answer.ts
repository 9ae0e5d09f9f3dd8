import { Association as AssociationKind } from "../../leases/dhcp6/client-key.ts";
import { type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { iaAddressOption, iaOption, iaPrefixOption } from "../../wire/dhcp6/identity-association.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { requestsOption } from "../../wire/dhcp6/options.ts";
import { pdExcludeOption } from "../../wire/dhcp6/pd-exclude.ts";
import type { Association } from "./association.ts";
import { type AssociationTimers, type Grant, timersFor } from "./grant.ts";

/** What an association is answered. */
export interface Answer {
  readonly association: Association;
  readonly grants: readonly Grant[];
  /** What the client may no longer use: told with lifetimes of 0. */
  readonly withdrawn: readonly Ipv6Prefix[];
  /** Why there is nothing else; undefined: it is well. */
  readonly status: Option | undefined;
}

const NONE: readonly never[] = [];

/** An answer that only tells why there is no other. */
export function onlyStatus(association: Association, status: Option): Answer {
  return { association, grants: NONE, withdrawn: NONE, status };
}

/** All that the answers grant. */
export function grantsOf(answers: readonly Answer[]): readonly Grant[] {
  if (answers.length === 1) return (answers[0] as Answer).grants;
  const grants: Grant[] = [];
  for (let i = 0; i < answers.length; i++) grants.push(...(answers[i] as Answer).grants);
  return grants;
}

/** The IA_NA and IA_PD options of a reply, all with the same T1 and T2. */
export function associationOptions(answers: readonly Answer[], grants: readonly Grant[]): Option[] {
  const timers = timersFor(grants);
  const options: Option[] = [];
  for (let i = 0; i < answers.length; i++) options.push(associationOption(answers[i] as Answer, timers));
  return options;
}

const NO_TIMERS: AssociationTimers = { t1: 0, t2: 0 };

function associationOption({ association, grants, withdrawn, status }: Answer, timers: AssociationTimers): Option {
  const { type, iaid } = association;
  const options: Option[] = [];
  for (let i = 0; i < grants.length; i++) options.push(leaseOption(association, grants[i] as Grant));
  for (let i = 0; i < withdrawn.length; i++) options.push(withdrawnOption(type, withdrawn[i] as Ipv6Prefix));
  if (status !== undefined) options.push(status);
  const { t1, t2 } = grants.length === 0 ? NO_TIMERS : timers;
  return iaOption(type === AssociationKind.addresses ? OptionCode.iaNa : OptionCode.iaPd, iaid, t1, t2, options);
}

function leaseOption({ type, exchange }: Association, grant: Grant): Option {
  const { prefix, preferredLifetime, validLifetime, pool } = grant;
  if (type === AssociationKind.addresses) return iaAddressOption(prefix, preferredLifetime, validLifetime);
  // A client that knows nothing of excluded prefixes uses all of what it gets (RFC 6603 section
  // 4.1).
  const excluded = pool?.kind === "prefixes" ? pool.excludedPrefix : undefined;
  if (excluded === undefined || prefixLength(excluded) <= prefixLength(prefix)) {
    return iaPrefixOption(prefix, preferredLifetime, validLifetime);
  }
  const isKnown = requestsOption(exchange.message.options, OptionCode.pdExclude);
  return iaPrefixOption(prefix, preferredLifetime, validLifetime, isKnown ? [pdExcludeOption(prefix, excluded)] : NONE);
}

function withdrawnOption(type: Association["type"], prefix: Ipv6Prefix): Option {
  return type === AssociationKind.addresses ? iaAddressOption(prefix, 0, 0) : iaPrefixOption(prefix, 0, 0);
}
