import { Association, associationOf, duidOf } from "../../leases/dhcp6/client-key.ts";
import { type Lease, type LeaseOwner, type LeaseReader, NEVER, type Seconds } from "../../leases/dhcp6/lease.ts";
import { relaysOf } from "../../leases/dhcp6/relays.ts";
import { NameFlag, readLeaseName } from "../../leases/lease-name.ts";
import { compareBytes, toHex } from "../../net/bytes.ts";
import { IPV6_UNSPECIFIED, type Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { clientFqdnOption, FqdnFlag } from "../../wire/dhcp6/client-fqdn.ts";
import { INFINITY, iaAddressOption, iaPrefixOption } from "../../wire/dhcp6/identity-association.ts";
import { clientDataOption, cltTimeOption, lqRelayDataOption, relayForwards } from "../../wire/dhcp6/leasequery.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { fqdnOfText, labelsOfText } from "../../wire/fqdn-name.ts";
import { isBound } from "../common/availability.ts";
import type { Context } from "./exchange.ts";
import { settingsOfLease } from "./lease-settings.ts";
import { addRequested } from "./reply-options.ts";
import type { Settings } from "./settings.ts";

/* What LEASEQUERY tells of clients. A client is a DUID here, whatever associations it has. */

/** A client on one link, which is by its index. */
export interface ClientOnLink {
  readonly duid: Uint8Array;
  readonly link: number;
}

type Leases = Pick<Context, "decider" | "leases" | "now">;

/** Whether an address or prefix is assigned now: what a host chose itself (RFC 9686) never is. */
export function isAssigned(lease: Lease, now: Seconds): boolean {
  return isBound(lease, now) && associationOf(lease.owner.clientKey) !== Association.registered;
}

/** The link of a lease; -1: no network is configured for it. */
export function linkOfLease({ decider }: Pick<Context, "decider">, { address }: Lease): number {
  return decider.places.networkOf(address)?.link ?? -1;
}

/** All that is assigned to a client on one link, in the order of addresses. */
export function leasesOnLink(context: Leases, { duid, link }: ClientOnLink): readonly Lease[] {
  return leasesOf(context, duid)
    .filter((lease) => linkOfLease(context, lease) === link)
    .sort((a, b) => compareBytes(a.address, b.address));
}

/** The links on which something is assigned to a client, in their order. */
export function linksOf(context: Leases, duid: Uint8Array): readonly number[] {
  const links = new Set(leasesOf(context, duid).map((lease) => linkOfLease(context, lease)));
  links.delete(-1);
  return [...links].sort((a, b) => a - b);
}

function leasesOf({ leases, now }: Leases, duid: Uint8Array): readonly Lease[] {
  return leases.withTrait("duid", duid).filter((lease) => isAssigned(lease, now));
}

/** The clients that have these leases, on the links that are asked for, in bytes of their own. */
export function clientsBehind(context: Leases, leases: readonly Lease[], isOnLink: (link: number) => boolean): readonly ClientOnLink[] {
  const found = new Map<string, ClientOnLink>();
  for (const lease of leases) {
    const link = linkOfLease(context, lease);
    const duid = duidOf(lease.owner.clientKey).slice();
    if (isAssigned(lease, context.now) && isOnLink(link)) found.set(`${link} ${toHex(duid)}`, { duid, link });
  }
  return [...found.values()];
}

/**
 * The lease of an address, or of the smallest delegated prefix that holds it; undefined: nobody has
 * it now.
 */
export function leaseAround(leases: LeaseReader, now: Seconds, address: Ipv6): Lease | undefined {
  for (let length = ADDRESS_LENGTH; length > 0; length--) {
    const lease = leases.byAddress(ipv6Prefix(address, length));
    if (lease !== undefined && isAssigned(lease, now)) return lease;
  }
  return undefined;
}

/**
 * The Client Data option (RFC 5007 section 4.4.2) for a client with these leases, of which there is
 * one at least, all on one link. `requested` are codes of what is told besides: what the client or
 * its relays said, or what it is given.
 */
export function clientData(context: Context, leases: readonly Lease[], requested: readonly number[]): Option {
  const { now } = context;
  const latest = leases.reduce((a, b) => (b.start > a.start ? b : a));
  const options: Option[] = [{ code: OptionCode.clientIdentifier, data: duidOf(latest.owner.clientKey) }];
  for (const lease of leases) options.push(leaseOption(lease, now));
  options.push(cltTimeOption(Math.max(0, now - latest.start)));
  const settings = requested.length === 0 ? undefined : settingsOfLease(context, latest);
  for (const code of requested) {
    const option = saidOption(latest.owner, settings, code);
    if (option !== undefined) options.push(option);
    else if (settings !== undefined) addRequested(settings, code, options);
  }
  return clientDataOption(options);
}

function leaseOption({ address, start, expiry, owner }: Lease, now: Seconds): Option {
  const valid = expiry === NEVER ? INFINITY : expiry - now;
  const { preferredLifetime } = owner;
  const preferred = preferredLifetime === INFINITY ? valid : Math.min(valid, Math.max(0, start + preferredLifetime - now));
  return prefixLength(address) === ADDRESS_LENGTH ? iaAddressOption(address, preferred, valid) : iaPrefixOption(address, preferred, valid);
}

/** Option 39 as the client was told it; undefined: it was decided that it has no name. */
function decidedOption(record: Uint8Array): Option | undefined {
  const { name, flags } = readLeaseName(record);
  if (name === "") return undefined;
  return clientFqdnOption((flags & NameFlag.forward) === 0 ? 0 : FqdnFlag.S, fqdnOfText(name));
}

/** What the client, or a relay, said when it was last heard, or that is known of the client. */
function saidOption(owner: LeaseOwner, settings: Settings | undefined, code: number): Option | undefined {
  switch (code) {
    case OptionCode.lqRelayData: {
      const relays = relaysOf(owner.relays);
      if (relays.length === 0) return undefined;
      return lqRelayDataOption({ peerAddress: owner.peerAddress ?? IPV6_UNSPECIFIED, message: relayForwards(relays) });
    }
    case OptionCode.clientFqdn: {
      if (owner.name !== undefined) return decidedOption(owner.name);
      const reserved = settings?.hostname;
      const name = reserved === undefined ? owner.hostname : new TextEncoder().encode(reserved);
      const labels = name && labelsOfText(name);
      return labels && clientFqdnOption(FqdnFlag.N, { labels, complete: labels.length > 1 });
    }
    case OptionCode.vendorClass:
      return owner.vendorClass && { code, data: owner.vendorClass };
    case OptionCode.clientLinkLayerAddress:
      return owner.hardware && { code, data: owner.hardware };
    default:
      return undefined;
  }
}
