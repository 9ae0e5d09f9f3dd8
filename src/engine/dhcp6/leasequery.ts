import type { Network } from "../../config/model/dhcp6.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { firstAddress } from "../../net/ipv6-prefix.ts";
import { statusOption } from "../../wire/dhcp6/identity-association.ts";
import { lqClientLinkOption } from "../../wire/dhcp6/leasequery.ts";
import { MessageType, type Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import { clientData, clientsBehind, leaseAround, leasesOnLink, linkOfLease, linksOf } from "./client-data.ts";
import type { Decision } from "./decision.ts";
import { requesterDestination } from "./destination.ts";
import { type Context, peerAddressOf, type Received } from "./exchange.ts";
import { discardedQuery, isRequester, type Query, type QueryRefusal, queryIn } from "./lease-query.ts";
import { answerWith, NO_CHANGES, silence } from "./reply.ts";
import type { Trace } from "./trace.ts";

/**
 * Answers a LEASEQUERY (RFC 5007 section 4.4): what is known of the client that has an address, of
 * a client, or of the one client behind a relay. It only comes from those who may ask; through a
 * relay, that too has to be one of them.
 */
export function decideLeasequery(context: Context, received: Received, trace: Trace | undefined): Decision {
  const { decider, serverIdentifier } = context;
  const { message, source } = received;
  const { config } = decider;
  if (config.leasequery === undefined) return silence(trace, "leasequery-not-enabled");
  if (!isRequester(config, source) || !isRequester(config, peerAddressOf(received))) return silence(trace, "requester-not-permitted");
  const reason = discardedQuery(message, serverIdentifier);
  if (reason !== undefined) return silence(trace, reason);
  const query = queryIn(decider, message);
  if (!("status" in query)) trace?.({ rule: "leasequery", ...query.about });
  const told = "status" in query ? query : lookUp(context, query);
  const options = "status" in told ? [statusOption(told.status, told.why)] : told;
  trace?.({ rule: "answer to leasequery", status: "status" in told ? told.status : StatusCode.Success });
  const duid = optionValue(message.options, OptionCode.clientIdentifier) as Uint8Array;
  const reply = answerWith(
    received,
    MessageType["LEASEQUERY-REPLY"],
    [{ code: OptionCode.serverIdentifier, data: serverIdentifier }, { code: OptionCode.clientIdentifier, data: duid }, ...options],
    NO_CHANGES,
    true,
  );
  return { ...reply, to: requesterDestination(received) };
}

/** What is told: of one client on one link, or on which links it is (section 4.1.2.5). */
function lookUp(context: Context, { about, link, requested }: Query): readonly Option[] | QueryRefusal {
  const isOnLink = (index: number): boolean => index >= 0 && (link === undefined || link.index === index);
  const tell = (duid: Uint8Array, at: number): readonly Option[] => [
    clientData(context, leasesOnLink(context, { duid, link: at }), requested),
  ];
  switch (about.by) {
    case "address": {
      const lease = leaseAround(context.leases, context.now, about.address);
      const at = lease === undefined ? -1 : linkOfLease(context, lease);
      return lease !== undefined && isOnLink(at) ? tell(duidOf(lease.owner.clientKey), at) : [];
    }
    case "clientId": {
      const links = linksOf(context, about.duid).filter(isOnLink);
      if (links.length > 1) return [lqClientLinkOption(links.map((at) => addressOn(context, at)))];
      return links.flatMap((at) => tell(about.duid, at));
    }
    case "relayId": {
      const found = context.leases.withTrait("relayId", about.value, MOST_OF_RELAY);
      const clients = clientsBehind(context, found, isOnLink);
      return found.length === MOST_OF_RELAY || clients.length > 1 ? OVER_TCP : clients.flatMap(({ duid, link: at }) => tell(duid, at));
    }
    default:
      return OVER_TCP;
  }
}

/**
 * Leases of a relay that are looked at: to look at more takes long, and they are of many clients.
 */
const MOST_OF_RELAY = 100;

/** One answer has room for one client (section 4.4.1). */
const OVER_TCP: QueryRefusal = { status: StatusCode.NotAllowed, why: "this may be about many clients: ask over TCP (RFC 5460)" };

/** An address by which a link can be asked about. */
function addressOn({ decider }: Context, link: number): Ipv6 {
  const [network] = decider.config.links[link]?.networks ?? [];
  return firstAddress((network as Network).prefix);
}
