import { equalBytes } from "../../net/bytes.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { MessageType } from "../../wire/dhcp6/message.ts";
import { isBound } from "../common/availability.ts";
import { isHint } from "./allocate.ts";
import { type Answer, associationOptions, grantsOf, onlyStatus } from "./answer.ts";
import { type Association, associationsOf } from "./association.ts";
import { bind, isGranted } from "./bind.ts";
import { differs, type Kept, keptOf, ownerOf } from "./changes.ts";
import { withName } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import type { Exchange } from "./exchange.ts";
import { type Grant, grantsFor, NO_GRANTS, remainderOf } from "./grant.ts";
import { nothingFree, obtain } from "./obtain.ts";
import { networkOnLink } from "./permission.ts";
import { addConfiguration, answerWith, identifiers, silence } from "./reply.ts";
import { settingsFor } from "./settings.ts";
import { STATUS } from "./status.ts";

/**
 * Answers a RENEW (RFC 8415 section 18.3.4): the client got its leases here, so what this server
 * knows decides. An association that is not known, or that could get nothing before, gets what is
 * free (section 18.2.4); what the client has and may not keep is told with lifetimes of 0.
 */
export function decideRenew(exchange: Exchange): Decision {
  return answer(exchange, associationsOf(exchange).map(extend));
}

/**
 * Answers a REBIND (section 18.3.5): the client asks any server. What this one knows it extends. Of
 * an association that it does not know it only speaks where it knows all about the link
 * (`authoritative`), or where every server may give leases at once (`rapid_commit`).
 */
export function decideRebind(exchange: Exchange): Decision {
  const answers: Answer[] = [];
  for (const association of associationsOf(exchange)) {
    const one = isKnown(association) ? extend(association) : answerUnknown(association);
    if (one !== undefined) answers.push(one);
  }
  return answers.length === 0 ? silence(exchange.trace, "no-binding-here") : answer(exchange, answers);
}

/** Whether the association has a lease here. */
function isKnown({ context, clientKey, link }: Association): boolean {
  const lease = context.leases.ofClient(clientKey, link.index);
  return lease !== undefined && isBound(lease, context.now);
}

function answerUnknown(association: Association): Answer | undefined {
  const { network } = association.exchange;
  const offLink = network.authoritative ? association.asked.filter((prefix) => isOffLink(association, prefix)) : [];
  if (offLink.length > 0) return { association, grants: NO_GRANTS, withdrawn: offLink, status: undefined };
  if (network.rapidCommit) return obtain(association);
  return network.authoritative ? onlyStatus(association, STATUS.noBinding) : undefined;
}

function isOffLink(association: Association, prefix: Ipv6Prefix): boolean {
  return !isHint(prefix) && networkOnLink(association, prefix) === undefined;
}

function extend(association: Association): Answer {
  const grants = grantsFor(association);
  const withdrawn = withdrawnOf(association, grants);
  const status = grants.length === 0 && withdrawn.length === 0 ? nothingFree(association) : undefined;
  return { association, grants, withdrawn, status };
}

/** What the client has, or believes that it has, and is not granted. */
function withdrawnOf({ context, clientKey, link, asked }: Association, grants: readonly Grant[]): readonly Ipv6Prefix[] {
  const withdrawn: Ipv6Prefix[] = [];
  const add = (prefix: Ipv6Prefix): void => {
    if (!isGranted(grants, prefix) && !withdrawn.some((one) => equalBytes(one, prefix))) withdrawn.push(prefix);
  };
  for (const prefix of asked) if (!isHint(prefix)) add(prefix);
  for (const lease of context.leases.allOfClient(clientKey, link.index)) if (isBound(lease, context.now)) add(lease.address);
  return withdrawn;
}

function answer(exchange: Exchange, answers: readonly Answer[]): Decision {
  const settings = settingsFor(exchange, exchange.reservation, grantsOf(answers)[0]?.prefix);
  const named = withName(exchange, settings, answers);
  const kept = keptOf(named);
  const told = exchange.context.decider.config.cacheThreshold === 0 ? answers : answers.map((one) => withRemainders(one, kept));
  for (const one of told) bind(one, kept, "keep");
  const grants = grantsOf(told);
  const options = identifiers(exchange);
  options.push(...associationOptions(told, grants));
  addConfiguration(named, settings, "reply", options);
  exchange.trace?.({ rule: "reply", type: "REPLY", leases: grants.length });
  return answerWith(exchange.received, MessageType.REPLY, options, exchange.draft.changes, true);
}

/** The answer with the time that is left where nothing need be written. */
function withRemainders(answered: Answer, kept: Kept): Answer {
  const { association } = answered;
  const grants = answered.grants.map((grant) => {
    const rest = remainderOf(association, grant);
    if (rest?.previous === undefined) return grant;
    const { owner } = rest.previous;
    const now = ownerOf(association, kept, grant.prefix, owner.preferredLifetime, owner, "keep");
    return differs(now, owner) ? grant : rest;
  });
  return { ...answered, grants };
}
