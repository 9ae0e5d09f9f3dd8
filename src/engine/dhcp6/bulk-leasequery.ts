import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { Lease, LeaseOwner, LeaseWalker } from "../../leases/dhcp6/lease.ts";
import { relayIdOf, relaysOf } from "../../leases/dhcp6/relays.ts";
import { MOST_WITH_TRAIT } from "../../leases/reader.ts";
import { equalIfAny } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import { statusOption } from "../../wire/dhcp6/identity-association.ts";
import { type Message, MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import { clientData, clientsBehind, isAssigned, leaseAround, leasesOnLink, linkOfLease, linksOf } from "./client-data.ts";
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
 * client whose leases change meanwhile may come twice. Byte strings of an answer may be views of
 * the query: it has to be encoded before that is gone.
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
  let context = first;
  const found = clientsFor(query, () => context);
  for (;;) {
    const now = present();
    if (now === undefined || now.decider !== decider) {
      yield refuse(now === undefined ? STOPPING : RECONFIGURED);
      return "aborted";
    }
    context = now;
    const { done, value: leases } = found.next();
    if (done === true) break;
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

const NONE: readonly Lease[] = [];

/**
 * What the query is about: the leases of one client on one link after the other, as they are at the
 * moment, and nothing for each lease that was looked at in vain.
 */
function* clientsFor({ about, link }: Query, present: () => BulkContext): Generator<readonly Lease[], undefined> {
  const isOnLink = (index: number): boolean => index >= 0 && (link === undefined || link.index === index);
  const began = present();
  const { leases, now } = began;
  switch (about.by) {
    case "address": {
      const lease = leaseAround(leases, now, about.address);
      const at = lease === undefined ? -1 : linkOfLease(began, lease);
      if (lease !== undefined && isOnLink(at)) yield leasesOnLink(began, { duid: duidOf(lease.owner.clientKey), link: at });
      return;
    }
    case "clientId":
      for (const at of linksOf(began, about.duid).filter(isOnLink)) yield leasesOnLink(present(), { duid: about.duid, link: at });
      return;
    case "relayId": {
      const found = leases.withTrait("relayId", about.value);
      // Else there may be more.
      if (found.length >= MOST_WITH_TRAIT) return yield* walk(present, isOnLink, ({ owner }) => isBehind(owner, about.value));
      for (const client of clientsBehind(began, found, isOnLink)) yield leasesOnLink(present(), client);
      return;
    }
    case "remoteId":
      return yield* walk(present, isOnLink, ({ owner }) => hasRemoteId(owner, about.value));
    case "linkAddress":
      return yield* walk(present, isOnLink, () => true);
  }
}

/**
 * Goes over all leases. Packets are served in between, so time passes and leases change. A lease
 * that was told of with others of its client is passed over, unless it has changed since.
 */
function* walk(
  present: () => BulkContext,
  isOnLink: (link: number) => boolean,
  isAbout: (lease: Lease) => boolean,
): Generator<readonly Lease[], undefined> {
  const { leases, now: began } = present();
  const told = createRowSet();
  for (const lease of leases.leases()) {
    const context = present();
    const row = leases.rowOf(lease.address);
    const link = told.has(row) && lease.start < began ? -1 : linkOfLease(context, lease);
    if (!isOnLink(link) || !isAssigned(lease, context.now) || !isAbout(lease)) {
      yield NONE;
      continue;
    }
    const all = leasesOnLink(context, { duid: duidOf(lease.owner.clientKey), link });
    const rows = all.map(({ address }) => leases.rowOf(address));
    // Of a client with very many leases this one need not be among those that are found.
    yield rows.includes(row) ? all : [lease];
    for (const one of rows.includes(row) ? rows : [row]) told.add(one);
    // Each of them was looked at.
    for (let i = 1; i < rows.length; i++) yield NONE;
  }
}

/** A set of rows, a bit each. */
interface RowSet {
  has(row: number): boolean;
  add(row: number): void;
}

function createRowSet(): RowSet {
  let bits = new Uint8Array(1024);
  return {
    has: (row) => ((bits[row >>> 3] ?? 0) & (1 << (row & 7))) !== 0,
    add(row) {
      const at = row >>> 3;
      if (at >= bits.length) {
        const larger = new Uint8Array(Math.max(at + 1, 2 * bits.length));
        larger.set(bits);
        bits = larger;
      }
      bits[at] = (bits[at] as number) | (1 << (row & 7));
    },
  };
}

function isBehind({ relays }: LeaseOwner, relayId: Uint8Array): boolean {
  return equalIfAny(relayIdOf(relaysOf(relays)), relayId);
}

/** Whether any relay that the client was last heard through sent this Remote-Id. */
function hasRemoteId({ relays }: LeaseOwner, value: Uint8Array): boolean {
  return relaysOf(relays).some(({ options }) => equalIfAny(optionValue(options, OptionCode.remoteId), value));
}
