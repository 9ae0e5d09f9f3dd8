import { Association as AssociationKind } from "../../leases/dhcp6/client-key.ts";
import { NO_BYTES, writeU32 } from "../../net/bytes.ts";
import { RECONFIGURE_KEY_SIZE, REPLAY_DETECTION_SIZE, reconfigureKeyOption } from "../../wire/dhcp6/authentication.ts";
import { MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption } from "../../wire/dhcp6/options.ts";
import { whyNoAddress } from "../common/guard.ts";
import { isHint } from "./allocate.ts";
import { type Answer, associationOptions, grantsOf, onlyStatus } from "./answer.ts";
import { type Association, associationsOf } from "./association.ts";
import { bind, hold } from "./bind.ts";
import { keptOf, keptWhileHeld, ownRecord } from "./changes.ts";
import { withName } from "./client-name.ts";
import { checkFirst } from "./conflict-check.ts";
import type { Decision } from "./decision.ts";
import type { Context, Exchange } from "./exchange.ts";
import { type Grant, grantsFor } from "./grant.ts";
import { networkOnLink } from "./permission.ts";
import { acceptsReconfigure, addConfiguration, answerWith, identifiers } from "./reply.ts";
import { settingsFor } from "./settings.ts";
import { STATUS } from "./status.ts";

const RAPID_COMMIT: Option = { code: OptionCode.rapidCommit, data: NO_BYTES };

/**
 * Answers a SOLICIT with an ADVERTISE (RFC 8415 section 18.3.9) and holds what it tells for the
 * client for a while, in memory; or, in a rapid commit, with the REPLY to a REQUEST (section
 * 18.3.1) if there is anything to give.
 */
export function decideSolicit(exchange: Exchange): Decision {
  const answers = associationsOf(exchange).map(obtain);
  const grants = grantsOf(answers);
  if (grants.length > 0 && wantsRapidCommit(exchange)) return commit(exchange, answers, grants, [RAPID_COMMIT]);
  const settings = settingsFor(exchange, exchange.reservation, grants[0]?.prefix);
  const named = withName(exchange, settings, answers);
  const kept = keptWhileHeld(named);
  for (const answer of answers) hold(answer, kept);
  const options = identifiers(exchange);
  options.push(...associationOptions(answers, grants));
  addConfiguration(named, settings, "advertise", options);
  exchange.trace?.({ rule: "reply", type: "ADVERTISE", leases: grants.length });
  const advertise = answerWith(exchange.received, MessageType.ADVERTISE, options, exchange.draft.changes, false);
  return checkFirst(exchange, answers, advertise);
}

/**
 * Whether the client wants leases at once, without ADVERTISE and REQUEST, and the operator allows
 * that. Where somebody is asked first whether an address is in use, it is an ADVERTISE that waits
 * for the answer.
 */
function wantsRapidCommit({ message, network, link }: Exchange): boolean {
  if (!network.rapidCommit || !hasOption(message.options, OptionCode.rapidCommit)) return false;
  return link.networks.every(({ pingTimeout }) => pingTimeout === undefined);
}

/** Answers a REQUEST (section 18.3.2): the client took what was advertised. */
export function decideRequest(exchange: Exchange): Decision {
  const answers = associationsOf(exchange).map((association) =>
    isOffLink(association) ? onlyStatus(association, STATUS.notOnLink) : obtain(association),
  );
  return commit(exchange, answers, grantsOf(answers), NO_OPTIONS);
}

const NO_OPTIONS: readonly Option[] = [];

/** Whether the client names an address that none of its link has. Prefixes have no link. */
function isOffLink(association: Association): boolean {
  if (association.type !== AssociationKind.addresses) return false;
  return association.asked.some((prefix) => !isHint(prefix) && networkOnLink(association, prefix) === undefined);
}

/** What an association without a binding gets, or why it gets nothing. */
export function obtain(association: Association): Answer {
  const grants = grantsFor(association);
  if (grants.length === 0) return onlyStatus(association, nothingFree(association));
  return { association, grants, withdrawn: [], status: undefined };
}

/**
 * Tells the client that there is nothing, and the operator if that is because all is in use: on a
 * link without any pool for it there never was anything.
 */
export function nothingFree(association: Association): Option {
  const { link, reservation, trace } = association;
  const isServed = reservation !== undefined || link.networks.some(({ ranges }) => ranges.length > 0);
  const reason = isServed ? whyNoAddress(association, reservation) : undefined;
  trace?.({ rule: "nothing free", reason });
  return association.type === AssociationKind.addresses ? STATUS.noAddrsAvail : STATUS.noPrefixAvail;
}

/** Gives what is granted, and tells a client that accepts Reconfigure its key (section 20.4.1). */
function commit(exchange: Exchange, answers: readonly Answer[], grants: readonly Grant[], more: readonly Option[]): Decision {
  const settings = settingsFor(exchange, exchange.reservation, grants[0]?.prefix);
  const named = withName(exchange, settings, answers);
  const kept = keptOf(named);
  const key = grants.length > 0 && acceptsReconfigure(exchange) ? reconfigureKeyFor(exchange.context, answers) : undefined;
  for (const answer of answers) bind(answer, kept, { key });
  const options = identifiers(exchange);
  options.push(...more, ...associationOptions(answers, grants));
  addConfiguration(named, settings, "reply", options);
  if (key !== undefined) options.push(reconfigureKeyOption(key, replayDetectionAt(exchange.context)));
  exchange.trace?.({ rule: "reply", type: "REPLY", leases: grants.length });
  return answerWith(exchange.received, MessageType.REPLY, options, exchange.draft.changes, true);
}

/** The key that the client has already, or a new one, in bytes of its own. */
function reconfigureKeyFor(context: Context, answers: readonly Answer[]): Uint8Array {
  for (const { association, grants } of answers) {
    for (const { previous, hold: held } of grants) {
      const known = ownRecord(association, previous, held)?.reconfigureKey;
      if (known !== undefined) return known.slice();
    }
  }
  const key = new Uint8Array(RECONFIGURE_KEY_SIZE);
  for (let at = 0; at < key.length; at += 4) writeU32(key, at, Math.floor(context.random()));
  return key;
}

/** A number of 64 bits that grows with time, with room below it for those of each second. */
function replayDetectionAt({ now }: Context): Uint8Array {
  const bytes = new Uint8Array(REPLAY_DETECTION_SIZE);
  writeU32(bytes, 0, Math.floor(now));
  return bytes;
}
