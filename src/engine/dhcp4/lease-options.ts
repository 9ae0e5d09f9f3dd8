import type { Link, Network } from "../../config/model/dhcp4.ts";
import { type Lease, NEVER, type Seconds } from "../../leases/dhcp4/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { type Ipv4, writeIpv4 } from "../../net/ipv4.ts";
import { type Message, MessageType, Op, type Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import { belongsTo, isBound } from "../common/availability.ts";
import { noClasses } from "../common/classes.ts";
import { timersOf } from "../common/lease-time.ts";
import { classify } from "./classify.ts";
import { identifies } from "./client-key.ts";
import type { Decider } from "./decider.ts";
import type { Context, Exchange, Received } from "./exchange.ts";
import { secondsOption } from "./option-values.ts";
import { addOnce, addSettings, maxMessageSizeOf, requestedOption } from "./reply-options.ts";
import { findReservation } from "./reservations.ts";
import { serverIdentifierOf, serverIdentifierOverride } from "./server-identifier.ts";
import { type Settings, settingsFor } from "./settings.ts";
import { networkOf } from "./subnet.ts";
import { isInVirtualSubnet } from "./virtual-subnet.ts";

/** As many addresses as one option holds: more would leave no room for anything else. */
const MOST_ASSOCIATED = 63;

/**
 * What goes with the settings where a query does not say what it wants: what
 * the ACK of this lease has.
 */
const AS_IN_AN_ACK = Uint8Array.of(
  OptionCode.ipAddressLeaseTime,
  OptionCode.renewalTime,
  OptionCode.rebindingTime,
  OptionCode.clientIdentifier,
  OptionCode.relayAgentInformation,
);

/**
 * Options of a LEASEACTIVE behind its type (RFC 4388 section 6.4.2): the server identifier,
 * the addresses of the client when there are several, and what the query asks for. `all` are the
 * leases of the client that the query is about, the last one first; undefined: it is about an
 * address. `lease` is in a configured network.
 */
export function leaseOptions(context: Context, received: Received, lease: Lease, all: readonly Lease[] | undefined): readonly Option[] {
  const client = renewalOf(context, received, lease);
  const serverIdentifier = serverIdentifierOf(client.exchange, client.settings.network);
  const options: Option[] = serverIdentifier === 0 ? [] : [context.decider.serverIdentifierOption(serverIdentifier)];
  if (all !== undefined && all.length > 1) options.push(associatedIp(all));
  const requested = optionValue(received.message, OptionCode.parameterRequestList);
  addLeaseOptions(options, client, lease, requested, maxMessageSizeOf(received.message), (code) =>
    code === OptionCode.associatedIp ? associatedIp(all ?? withSameOwner(context, lease)) : undefined,
  );
  return options;
}

/** A client as if it renewed now, and what applies to it. */
export interface Renewal {
  readonly exchange: Exchange;
  readonly settings: Settings;
}

/** The same of who has a lease, which is in a configured network. */
export function renewalOf(context: Context, received: Received, lease: Lease): Renewal {
  const exchange = exchangeOf(context, received, lease, networkOf(context.decider, lease.address) as Network);
  return { exchange, settings: settingsFor(exchange, findReservation(exchange), lease.address) };
}

/**
 * Adds what is asked for by `requested` (option 55): what the client was told, as it follows from
 * its message of then and the configuration of now, or what it said. Without it, what its ACK has.
 * `limit` is the size of the message; `more` says what the kind of the query has besides.
 */
export function addLeaseOptions(
  options: Option[],
  { exchange, settings }: Renewal,
  lease: Lease,
  requested: Uint8Array | undefined,
  limit: number,
  more: (code: number) => Option | undefined,
): void {
  if (requested === undefined) addSettings(exchange, settings, options, limit);
  const { now } = exchange.context;
  // Each only once: a list may repeat what takes long to find out.
  for (const code of new Set(requested ?? AS_IN_AN_ACK)) {
    const option =
      more(code) ??
      timeOf(lease, settings, code, now) ??
      keptOption(lease, code, now) ??
      requestedOption(settings, code) ??
      saidByClient(lease, code);
    if (option !== undefined) addOnce(options, option);
  }
}

/** The time that remains until the lease or a part of it is over; undefined: the option is none. */
function timeOf(lease: Lease, settings: Settings, code: number, now: Seconds): Option | undefined {
  const { start, expiry } = lease;
  const duration = expiry === NEVER ? NEVER : expiry - start;
  switch (code) {
    case OptionCode.ipAddressLeaseTime:
      return remainingTime(lease, now);
    case OptionCode.renewalTime:
      return remaining(code, timersOf(settings.leaseTime, duration)?.renew, now - start);
    case OptionCode.rebindingTime:
      return remaining(code, timersOf(settings.leaseTime, duration)?.rebind, now - start);
    default:
      return undefined;
  }
}

/** Option 51: for how long the state of the lease lasts. */
export function remainingTime({ expiry }: Lease, now: Seconds): Option {
  return secondsOption(OptionCode.ipAddressLeaseTime, expiry === NEVER ? NEVER : expiry - now);
}

/** What is on record of the client, whether it has the lease still or had it last. */
export function keptOption({ start, owner }: Lease, code: number, now: Seconds): Option | undefined {
  switch (code) {
    case OptionCode.clientIdentifier:
      return owner.clientIdentifier && { code, data: owner.clientIdentifier };
    case OptionCode.relayAgentInformation:
      return owner.relayAgentInformation && { code, data: owner.relayAgentInformation };
    case OptionCode.clientLastTransactionTime:
      return secondsOption(code, Math.max(0, now - start));
    default:
      return undefined;
  }
}

/** What the client said of itself, where it was told nothing. */
export function saidByClient({ owner }: Lease, code: number): Option | undefined {
  const said = code === OptionCode.hostName ? owner.hostname : code === OptionCode.vendorClassIdentifier ? owner.vendorClass : undefined;
  return said && { code, data: said };
}

/**
 * All leases in force of the client that has this one, this one first. In another VPN it would be
 * another client, of whom nobody is told here (RFC 6607 section 5.2).
 */
function withSameOwner({ decider, leases, now }: Context, lease: Lease): readonly Lease[] {
  const vss = linkOf(decider, lease.address)?.vss;
  const inSameVpn = (address: Ipv4): boolean => {
    const link = linkOf(decider, address);
    return link !== undefined && isInVirtualSubnet(link, vss);
  };
  const { clientKey, clientIdentifier, chaddr } = lease.owner;
  const like = identifies(clientIdentifier) ? leases.withTrait("clientIdentifier", clientIdentifier) : leases.withTrait("chaddr", chaddr);
  const others = like.filter(
    (other) => other.address !== lease.address && isBound(other, now) && belongsTo(other, clientKey) && inSameVpn(other.address),
  );
  return [lease, ...others];
}

function linkOf(decider: Decider, address: Ipv4): Link | undefined {
  const network = networkOf(decider, address);
  return network && decider.config.links[network.link];
}

function associatedIp(all: readonly Lease[]): Option {
  const leases = all.slice(0, MOST_ASSOCIATED);
  const data = new Uint8Array(4 * leases.length);
  leases.forEach((lease, i) => {
    writeIpv4(data, 4 * i, lease.address);
  });
  return { code: OptionCode.associatedIp, data };
}

/** A time from the start of the lease, as it is now; undefined when it is over (section 6.4.2). */
function remaining(code: number, fromStart: number | undefined, elapsed: number): Option | undefined {
  return fromStart === undefined || fromStart <= elapsed ? undefined : secondsOption(code, fromStart - elapsed);
}

/**
 * The client as if it renewed now, with everything that is kept about it: its settings, classes and
 * reservation follow from that.
 */
function exchangeOf(context: Context, received: Received, lease: Lease, network: Network): Exchange {
  const { owner } = lease;
  const { clientIdentifier, relayAgentInformation } = owner;
  const options: Option[] = [{ code: OptionCode.dhcpMessageType, data: Uint8Array.of(MessageType.REQUEST) }];
  const add = (code: number, data: Uint8Array | undefined): void => {
    if (data !== undefined) options.push({ code, data });
  };
  add(OptionCode.clientIdentifier, clientIdentifier);
  add(OptionCode.hostName, owner.hostname);
  add(OptionCode.vendorClassIdentifier, owner.vendorClass);
  add(OptionCode.relayAgentInformation, relayAgentInformation);
  const message: Message = {
    op: Op.request,
    htype: owner.htype,
    hlen: owner.chaddr.length,
    hops: 0,
    xid: received.message.xid,
    secs: 0,
    flags: 0,
    ciaddr: lease.address,
    yiaddr: 0,
    siaddr: 0,
    giaddr: 0,
    chaddr: owner.chaddr,
    sname: NO_BYTES,
    file: NO_BYTES,
    cookie: true,
    options,
  };
  const exchange: Exchange = {
    context,
    received: { ...received, message, source: lease.address },
    message,
    network,
    link: context.decider.config.links[network.link] as Link,
    clientKey: owner.clientKey,
    clientIdentifier,
    relayAgentInformation,
    lastRelayAgentInformation: relayAgentInformation,
    serverIdentifierOverride: serverIdentifierOverride(relayAgentInformation),
    classes: noClasses(context.decider.classification),
    members: [],
    trace: undefined,
  };
  classify(exchange);
  return exchange;
}
