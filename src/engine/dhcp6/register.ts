import { Association, associationOf, clientKeyOf, duidOf } from "../../leases/dhcp6/client-key.ts";
import { endAfter, type Lease, type LeaseChange, LeaseState } from "../../leases/dhcp6/lease.ts";
import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { firstAddress, type Ipv6Prefix, ipv6Prefix, ipv6PrefixContains } from "../../net/ipv6-prefix.ts";
import { type IaAddress, readIaAddress } from "../../wire/dhcp6/identity-association.ts";
import { MessageType } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { hasOption, optionValues } from "../../wire/dhcp6/options.ts";
import { isInForce } from "../common/availability.ts";
import { release } from "../common/changes.ts";
import { traceName } from "../common/client-name.ts";
import { keptOf } from "./changes.ts";
import { nameOf } from "./client-name.ts";
import type { Decision } from "./decision.ts";
import { type Exchange, peerAddressOf } from "./exchange.ts";
import { answerWith, NO_CHANGES, silence } from "./reply.ts";
import { settingsFor } from "./settings.ts";

/**
 * Answers an ADDR-REG-INFORM (RFC 9686 section 4.2): a host tells the address that it chose itself,
 * from which it sends. It is recorded for as long as it is valid, and given to nobody meanwhile. An
 * address that this server gave, or found in use, is no such address; one that it only offered to
 * somebody else is, for it is in use.
 */
export function decideRegistration(exchange: Exchange): Decision {
  const { context, received, message, trace } = exchange;
  if (!context.decider.config.addressRegistration) return silence(trace, "registration-not-enabled");
  if (hasOption(message.options, OptionCode.optionRequest)) return silence(trace, "unexpected-option");
  const data = optionValues(message.options, OptionCode.iaAddress);
  const [first = NO_BYTES] = data;
  const value = data.length === 1 ? readIaAddress(first) : undefined;
  if (value === undefined) return silence(trace, "malformed-request");
  if (!equalBytes(value.address, peerAddressOf(received)) || !isAppropriate(exchange, value.address))
    return silence(trace, "not-its-address");
  const address = ipv6Prefix(value.address);
  const lease = context.leases.byAddress(address);
  if (lease !== undefined && isInForce(lease, context.now) && associationOf(lease.owner.clientKey) !== Association.registered) {
    return silence(trace, "not-the-owner");
  }
  trace?.({ rule: "registered", address, validLifetime: value.validLifetime });
  const changes = changesFor(exchange, value, address, lease);
  const options = [{ code: OptionCode.iaAddress, data: first }];
  return answerWith(received, MessageType["ADDR-REG-REPLY"], options, changes, true);
}

/**
 * Whether the address is of the client's link, or in a prefix that was delegated to the client. What
 * is kept for others, such as a reserved address, is not its own, however it came to it.
 */
function isAppropriate({ context, link, duid, received, reservation }: Exchange, address: Ipv6): boolean {
  if (isOfServer(received.interface.addresses, address) || isOfServer(context.ownAddresses ?? [], address)) return false;
  const isReservedForIt = reservation?.addresses.some((one) => equalBytes(one, address)) === true;
  if (context.decider.isReserved(address) && !isReservedForIt) return false;
  const network = context.decider.places.networkOfAddress(address);
  if (network !== undefined && equalBytes(firstAddress(network.prefix), address)) return false;
  if (context.decider.places.networkOfAddress(address)?.link === link.index) return true;
  if (duid === undefined) return false;
  return context.leases
    .withTrait("duid", duid)
    .some((lease) => associationOf(lease.owner.clientKey) === Association.prefixes && ipv6PrefixContains(lease.address, address));
}

function isOfServer(addresses: readonly Ipv6[], address: Ipv6): boolean {
  return addresses.some((one) => equalBytes(one, address));
}

/** A lifetime of 0 ends the registration (section 4.6). */
function changesFor(exchange: Exchange, value: IaAddress, address: Ipv6Prefix, lease: Lease | undefined): readonly LeaseChange[] {
  const { context, duid } = exchange;
  const { now } = context;
  if (value.validLifetime === 0) {
    const isOwn = lease !== undefined && isInForce(lease, now) && equalBytes(duidOf(lease.owner.clientKey), duid ?? NO_BYTES);
    return isOwn ? [release(lease, now)] : NO_CHANGES;
  }
  const settings = settingsFor(exchange, exchange.reservation, address);
  const name = nameOf(exchange, settings, [{ address: value.address, before: undefined }]);
  traceName(exchange.trace, name);
  const owner = {
    ...keptOf({ ...exchange, name }),
    clientKey: clientKeyOf(Association.registered, 0, duid ?? NO_BYTES),
    preferredLifetime: value.preferredLifetime,
    reconfigureKey: undefined,
    limitKeys: undefined,
  };
  const expiry = endAfter(now, value.validLifetime);
  return [{ kind: "put", lease: { address, state: LeaseState.bound, start: now, expiry, owner } }];
}
