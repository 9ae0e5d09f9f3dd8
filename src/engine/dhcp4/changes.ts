import { type Hold, type Lease, type LeaseChange, type LeaseOwner, LeaseState, type Seconds } from "../../leases/dhcp4/lease.ts";
import { equalBytes, equalIfAny } from "../../net/bytes.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { optionValue } from "../../wire/dhcp4/options.ts";
import { belongsTo } from "../common/availability.ts";
import { release, withdraw } from "../common/changes.ts";
import { limitKeysIn } from "../common/limits.ts";
import { clientFqdn } from "./client-fqdn.ts";
import { saidName } from "./client-name.ts";
import type { Exchange } from "./exchange.ts";
import { networkOnLink } from "./subnet.ts";

/**
 * What is kept about the client that an address is given to. What it does not say this time, such
 * as the option 82 that a relay would add and a unicast renewal can't have, is kept as it was
 * `before`: in its hold, or in its lease of the address.
 */
function ownerOf(exchange: Exchange, address: Ipv4, before: LeaseOwner | undefined): LeaseOwner {
  const { message, clientKey, clientIdentifier, relayAgentInformation } = exchange;
  return {
    clientKey,
    clientIdentifier,
    htype: message.htype,
    chaddr: message.chaddr,
    hostname: hostnameOf(exchange) ?? before?.hostname,
    vendorClass: kept(optionValue(message, OptionCode.vendorClassIdentifier)) ?? before?.vendorClass,
    relayAgentInformation: relayAgentInformation ?? (message.giaddr === 0 ? before?.relayAgentInformation : undefined),
    limitKeys: exchange.limits && limitKeysIn(exchange, networkOnLink(exchange.link, address)),
    name: exchange.name?.record,
  };
}

/** What the client calls itself. */
function hostnameOf(exchange: Exchange): Uint8Array | undefined {
  return (exchange.name === undefined ? saidName(exchange.message, clientFqdn(exchange)) : exchange.name.said)?.name;
}

/** What is on record of the client in a hold; undefined: the hold is another's. */
function ownHold({ clientKey }: Exchange, hold: Hold | undefined): LeaseOwner | undefined {
  return hold !== undefined && equalBytes(hold.owner.clientKey, clientKey) ? hold.owner : undefined;
}

/** What is on record of the client in a lease; undefined: the lease is another's. */
function ownLease({ clientKey }: Exchange, lease: Lease | undefined): LeaseOwner | undefined {
  return lease !== undefined && belongsTo(lease, clientKey) ? lease.owner : undefined;
}

/** As much of a text as one option holds: a client must not fill our memory with texts. */
function kept(text: Uint8Array | undefined): Uint8Array | undefined {
  return text !== undefined && text.length > 255 ? text.subarray(0, 255) : text;
}

/** Whether what is kept about the client would be other than what is on record in its lease. */
export function saysSomethingNew(exchange: Exchange, lease: Lease): boolean {
  const { owner } = lease;
  const now = ownerOf(exchange, lease.address, ownLease(exchange, lease));
  return !(
    now.htype === owner.htype &&
    equalBytes(now.chaddr, owner.chaddr) &&
    equalIfAny(now.clientIdentifier, owner.clientIdentifier) &&
    equalIfAny(now.hostname, owner.hostname) &&
    equalIfAny(now.vendorClass, owner.vendorClass) &&
    equalIfAny(now.relayAgentInformation, owner.relayAgentInformation) &&
    equalIfAny(now.limitKeys, owner.limitKeys) &&
    equalIfAny(now.name, owner.name)
  );
}

/** What is on record of the client with an address, in its hold or its lease of it. */
export function onRecord(exchange: Exchange, previous: Lease | undefined, held: Hold | undefined): LeaseOwner | undefined {
  return ownHold(exchange, held) ?? ownLease(exchange, previous);
}

/**
 * The address is kept for the client until then. `previous` and `held` are what the
 * table knows of the address.
 */
export function hold(exchange: Exchange, address: Ipv4, until: Seconds, previous: Lease | undefined, held: Hold | undefined): LeaseChange {
  const owner = ownerOf(exchange, address, onRecord(exchange, previous, held));
  return { kind: "hold", hold: { address, until, owner } };
}

/**
 * The client is bound to this address until `expiry`, and what else it has on this link is taken
 * back. `previous` is what the table knows of the address.
 */
export function bind(
  exchange: Exchange,
  address: Ipv4,
  expiry: Seconds,
  previous: Lease | undefined,
  hold: Hold | undefined = exchange.context.leases.holdOn(address),
): readonly LeaseChange[] {
  const { context, link, clientKey } = exchange;
  const { leases, now } = context;
  const changes: LeaseChange[] = [];
  const other = leases.ofClient(clientKey, link.index, address);
  if (other?.state === LeaseState.bound) changes.push(release(other, now));
  const held = ownHold(exchange, hold);
  const elsewhere = held === undefined ? leases.heldBy(clientKey, link.index) : undefined;
  if (elsewhere !== undefined) changes.push(withdraw(elsewhere.address));
  const owner = ownerOf(exchange, address, held ?? ownLease(exchange, previous));
  changes.push({ kind: "put", lease: { address, state: LeaseState.bound, start: now, expiry, owner } });
  return changes;
}
