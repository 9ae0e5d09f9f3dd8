import { Association as AssociationKind } from "../../leases/dhcp6/client-key.ts";
import type { Hold, Lease, LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { relayRecord } from "../../leases/dhcp6/relays.ts";
import { equalBytes, equalIfAny, writeBytes, writeU16 } from "../../net/bytes.ts";
import type { Hardware } from "../../net/duid.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionValue } from "../../wire/dhcp6/options.ts";
import { belongsTo } from "../common/availability.ts";
import { limitKeysIn } from "../common/limits.ts";
import type { Association } from "./association.ts";
import { clientFqdn, saidName } from "./client-fqdn.ts";
import type { Exchange } from "./exchange.ts";
import { hardwareOf } from "./identity.ts";
import { networkOnLink } from "./permission.ts";

/** Longest text, and longest description of relays, that is kept of what a client sends. */
const LONGEST_TEXT = 255;
const LONGEST_RELAYS = 1024;

/**
 * What is kept of the client that a lease is given to, but for what differs from lease to lease.
 * What it does not say this time is kept as it was `before`.
 */
export interface Kept {
  readonly peerAddress: LeaseOwner["peerAddress"];
  readonly relays: LeaseOwner["relays"];
  readonly interfaceName: LeaseOwner["interfaceName"];
  readonly hardware: LeaseOwner["hardware"];
  readonly hostname: LeaseOwner["hostname"];
  readonly vendorClass: LeaseOwner["vendorClass"];
  /** Of addresses: prefixes have none. */
  readonly name: LeaseOwner["name"];
}

export function keptOf(exchange: Exchange): Kept {
  const { context, received, message, name } = exchange;
  const { options } = message;
  const relays = relayRecord(message.relays);
  // Who is behind relays that say more than anybody needs to know is not known by the address of
  // one of them either: it would be taken for the client's own.
  const isKept = relays === undefined || relays.length <= LONGEST_RELAYS;
  return {
    peerAddress: isKept ? received.source : undefined,
    relays: isKept ? relays : undefined,
    interfaceName: context.decider.interfaceName(received.interface.name),
    hardware: hardwareBytes(hardwareOf(exchange)),
    hostname: shortened((name === undefined ? saidName(clientFqdn(exchange)) : name.said)?.name),
    vendorClass: shortened(optionValue(options, OptionCode.vendorClass)),
    name: name?.record,
  };
}

/**
 * What is kept of the client while something is only held for it: whose it is, also under another
 * DUID. The rest is written anew with each lease.
 */
export function keptWhileHeld(exchange: Exchange): Kept {
  return {
    peerAddress: undefined,
    relays: undefined,
    interfaceName: undefined,
    hardware: hardwareBytes(hardwareOf(exchange)),
    hostname: undefined,
    vendorClass: undefined,
    name: exchange.name?.record,
  };
}

/** Hardware type and address as they are kept with a lease. */
function hardwareBytes(hardware: Hardware | undefined): Uint8Array | undefined {
  if (hardware === undefined || hardware.address.length > LONGEST_TEXT) return undefined;
  const bytes = new Uint8Array(2 + hardware.address.length);
  writeU16(bytes, 0, hardware.type);
  writeBytes(bytes, 2, hardware.address);
  return bytes;
}

/** A client must not fill our memory with names. */
function shortened(text: Uint8Array | undefined): Uint8Array | undefined {
  return text !== undefined && text.length > LONGEST_TEXT ? text.subarray(0, LONGEST_TEXT) : text;
}

/**
 * What is done with the reconfigure key on record: it is kept as it was, or it is this from now on
 * (undefined: the client accepts no Reconfigure).
 */
export type KeyChange = "keep" | { readonly key: Uint8Array | undefined };

/** On record of an association: as `kept`, and for what it does not say as it was `before`. */
export function ownerOf(
  association: Association,
  kept: Kept,
  prefix: Ipv6Prefix,
  preferredLifetime: number,
  before: LeaseOwner | undefined,
  keyChange: KeyChange,
): LeaseOwner {
  const { limits } = association;
  return {
    clientKey: association.clientKey,
    preferredLifetime,
    peerAddress: kept.peerAddress,
    relays: kept.relays,
    interfaceName: kept.interfaceName,
    hardware: kept.hardware,
    hostname: kept.hostname ?? before?.hostname,
    vendorClass: kept.vendorClass ?? before?.vendorClass,
    reconfigureKey: keyChange === "keep" ? before?.reconfigureKey : keyChange.key,
    limitKeys: limits && limitKeysIn(association, networkOnLink(association, prefix)),
    name: association.type === AssociationKind.addresses ? kept.name : undefined,
  };
}

/** What is on record of the association in its hold or lease; undefined: both are others'. */
export function ownRecord({ clientKey }: Association, lease: Lease | undefined, hold: Hold | undefined): LeaseOwner | undefined {
  if (hold !== undefined && equalBytes(hold.owner.clientKey, clientKey)) return hold.owner;
  return lease !== undefined && belongsTo(lease, clientKey) ? lease.owner : undefined;
}

/** Whether two records of an association differ, but for the preferred lifetime. */
export function differs(a: LeaseOwner, b: LeaseOwner): boolean {
  return !(
    equalIfAny(a.peerAddress, b.peerAddress) &&
    equalIfAny(a.relays, b.relays) &&
    equalIfAny(a.interfaceName, b.interfaceName) &&
    equalIfAny(a.hardware, b.hardware) &&
    equalIfAny(a.hostname, b.hostname) &&
    equalIfAny(a.vendorClass, b.vendorClass) &&
    equalIfAny(a.reconfigureKey, b.reconfigureKey) &&
    equalIfAny(a.limitKeys, b.limitKeys) &&
    equalIfAny(a.name, b.name)
  );
}
