import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { Lease, LeaseOwner, LeaseWalker } from "../../leases/dhcp6/lease.ts";
import { relayIdOf, relaysOf } from "../../leases/dhcp6/relays.ts";
import { MOST_WITH_TRAIT } from "../../leases/reader.ts";
import { equalBytes } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import { statusOption } from "../../wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import {
  type ClientOnLink,
  clientData,
  clientsBehind,
  isAssigned,
  leaseAround,
  leasesOnLink,
  linkOfLease,
  linksOf,
} from "./client-data.ts";
import type { Context, Received } from "./exchange.ts";
import { isRequester, type Query, type QueryRefusal, queryIn } from "./lease-query.ts";

/** What answers are made of, as it is at one moment. */
export interface BulkContext extends Context {
  readonly leases: LeaseWalker;
}

/**
 * Answers a valid LEASEQUERY that came over TCP (RFC 5460 section 7.2): LEASEQUERY-REPLY with the
 * first client on a link, LEASEQUERY-DATA for each other one, and LEASEQUERY-DONE. Undefined is
 * given for each lease that was looked at in vain. The caller may stop at any of them and go on
 * later, when leases have changed: each answer is true of the moment in which it is asked for. A
 * client whose leases change meanwhile may come twice. Byte strings of an answer may be views of the
 * query: it has to be encoded before that is gone.
 *
 * `present` is asked for what there is at that moment; undefined: the server stops. Then, and when
 * the configuration has changed, the answers are `aborted`, and the last one says why.
 */
export function* answerBulkLeasequery(
  present: () => BulkContext | undefined,
  { message, source }: Pick<Received, "message" | "source">,
  serverIdentifier: Duid,
): Generator<Message | undefined, "aborted" | undefined, undefined> {
  let isFirst = true;
  /** Only the first answer says who asked and who answers (section 5.2.1). */
  const answer = (type: number, options: readonly Option[]): Message => {
    const { transactionId } = message;
    if (!isFirst) return { type, transactionId, options, relays: [] };
    isFirst = false;
    const client = { code: OptionCode.clientIdentifier, data: optionValue(message.options, OptionCode.clientIdentifier) as Uint8Array };
    const server = { code: OptionCode.serverIdentifier, data: serverIdentifier };
    return { type: MessageType["LEASEQUERY-REPLY"], transactionId, options: [server, client, ...options], relays: [] };
  };
  const refuse = ({ status, why }: QueryRefusal): Message => answer(MessageType["LEASEQUERY-DONE"], [statusOption(status, why)]);

  const first = present();
  if (first === undefined) {
    yield refuse(STOPPING);
    return "aborted";
  }
  const { decider } = first;
  const query = isRequester(decider.config, source) ? queryIn(decider, message) : NOT_PERMITTED;
  if ("status" in query) {
    yield refuse(query);
    return undefined;
  }
  for (const client of clientsFor(query, first)) {
    const context = present();
    if (context === undefined || context.decider !== decider) {
      yield refuse(context === undefined ? STOPPING : RECONFIGURED);
      return "aborted";
    }
    const leases = client === undefined ? [] : leasesOnLink(context, client);
    yield leases.length === 0 ? undefined : answer(MessageType["LEASEQUERY-DATA"], [clientData(context, leases, query.requested)]);
  }
  // Without any data the first answer is the only one (section 6.3).
  yield answer(MessageType["LEASEQUERY-DONE"], []);
  return undefined;
}

const STOPPING: QueryRefusal = { status: StatusCode.QueryTerminated, why: "the server is stopping" };
const RECONFIGURED: QueryRefusal = {
  status: StatusCode.QueryTerminated,
  why: "the configuration of the server has changed: ask again",
};
const NOT_PERMITTED: QueryRefusal = { status: StatusCode.NotAllowed, why: "the requester is not permitted to ask" };

/**
 * The clients that the query is about, in bytes of their own; undefined: a lease was looked at in
 * vain. Leases that are changed from `began.now` on may lead to a client twice.
 */
function* clientsFor({ about, link }: Query, began: BulkContext): Generator<ClientOnLink | undefined> {
  const isOnLink = (index: number): boolean => index >= 0 && (link === undefined || link.index === index);
  const { leases, now } = began;
  switch (about.by) {
    case "address": {
      const lease = leaseAround(leases, now, about.address);
      const at = lease === undefined ? -1 : linkOfLease(began, lease);
      if (lease !== undefined && isOnLink(at)) yield { duid: duidOf(lease.owner.clientKey).slice(), link: at };
      return;
    }
    case "clientId":
      for (const at of linksOf(began, about.duid).filter(isOnLink)) yield { duid: about.duid, link: at };
      return;
    case "relayId": {
      const found = leases.withTrait("relayId", about.value);
      // Else there may be more.
      if (found.length < MOST_WITH_TRAIT) return yield* clientsBehind(began, found, isOnLink);
      return yield* walk(began, isOnLink, ({ owner }) => isSame(relayIdOf(relaysOf(owner.relays)), about.value));
    }
    case "remoteId":
      return yield* walk(began, isOnLink, ({ owner }) => hasRemoteId(owner, about.value));
    case "linkAddress":
      return yield* walk(began, isOnLink, () => true);
  }
}

/** Goes over all leases. Packets are served in between, so time passes and leases change. */
function* walk(
  began: BulkContext,
  isOnLink: (link: number) => boolean,
  isAbout: (lease: Lease) => boolean,
): Generator<ClientOnLink | undefined> {
  const { leases, now } = began;
  for (const lease of leases.leases()) {
    const link = linkOfLease(began, lease);
    if (!isOnLink(link) || !isAssigned(lease, now) || !isAbout(lease)) {
      yield undefined;
      continue;
    }
    const client = { duid: duidOf(lease.owner.clientKey).slice(), link };
    const row = leases.rowOf(lease.address);
    const all = leasesOnLink(began, client);
    // The client has come by at a lease that stands in front, and has stood there all the time.
    const isKnown = all.some((other) => other.start < now && leases.rowOf(other.address) < row && isAbout(other));
    // Each of its leases was looked at.
    for (let i = 1; i < all.length; i++) yield undefined;
    yield isKnown ? undefined : client;
  }
}

/** Whether any relay that the client was last heard through sent this Remote-Id. */
function hasRemoteId({ relays }: LeaseOwner, value: Uint8Array): boolean {
  return relaysOf(relays).some(({ options }) => isSame(optionValue(options, OptionCode.remoteId), value));
}

function isSame(value: Uint8Array | undefined, asked: Uint8Array): boolean {
  return value !== undefined && equalBytes(value, asked);
}
