import type { ConfiguredOption } from "../../config/model/common.ts";
import type { Dhcp6Config } from "../../config/model/dhcp6.ts";
import { Association as AssociationKind } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { formatIpv6, type Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { nameSuffix } from "../../wire/client-name.ts";
import { type ClientFqdn, FqdnFlag } from "../../wire/dhcp6/client-fqdn.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { readDomainName } from "../../wire/values/domain-name.ts";
import { type DecidedName, decideName, type NameByHand, recordByHand, type SaidName } from "../common/client-name.ts";
import { configuredOption, type OptionSettings } from "../common/settings.ts";
import type { Answer } from "./answer.ts";
import { ownRecord } from "./changes.ts";
import { clientFqdn, saidName } from "./client-fqdn.ts";
import type { Exchange, Request } from "./exchange.ts";
import type { ReplySettings } from "./settings.ts";

/** What a client asked for, and which name it has. */
export interface ClientName extends DecidedName {
  /** Option 39; undefined: it sent none that can be read. */
  readonly asked: ClientFqdn | undefined;
  /** Undefined: it gave no name. */
  readonly said: SaidName | undefined;
}

/** An address that a client gets. */
export interface NamedAddress {
  readonly address: Ipv6;
  /** What is on record of the client with it. */
  readonly before: LeaseOwner | undefined;
}

/**
 * The same with the name that the client has, where names are seen to: the same for all addresses
 * that it is answered with, and none for prefixes. `settings` apply where there is no address.
 */
export function withName(exchange: Exchange, settings: ReplySettings, answers: readonly Answer[]): Exchange {
  if (exchange.context.decider.config.names === undefined) return exchange;
  const addresses: NamedAddress[] = [];
  let ofAddress: ReplySettings | undefined;
  for (const { association, grants } of answers) {
    if (association.type !== AssociationKind.addresses) continue;
    for (const { prefix, settings: own, previous, hold } of grants) {
      ofAddress ??= own;
      addresses.push({ address: firstAddress(prefix), before: ownRecord(association, previous, hold) });
    }
  }
  return { ...exchange, name: nameOf(exchange, ofAddress ?? settings, addresses) };
}

/** The name of a client that gets these addresses; undefined: names are not seen to. */
export function nameOf(request: Request, settings: ReplySettings, addresses: readonly NamedAddress[]): ClientName | undefined {
  const { decider } = request.context;
  const policy = decider.config.names;
  if (policy === undefined) return undefined;
  const asked = clientFqdn(request);
  const domain = policy.suffix === undefined ? configuredOption(settings, OptionCode.domainSearch) : undefined;
  const [first] = addresses;
  const known = addresses.find(({ before }) => before?.name !== undefined) ?? first;
  const said = saidName(asked);
  const decided = decideName({
    policy,
    suffix: policy.suffix ?? (domain && decider.nameSuffix(domain)),
    asked: asked && { none: (asked.flags & FqdnFlag.N) !== 0, forward: (asked.flags & FqdnFlag.S) !== 0 },
    said,
    before: known?.before,
    reserved: settings.hostname,
    addressLabel: first && (() => addressLabel(first.address)),
  });
  return { ...decided, asked, said };
}

/** The record of a name for a client that said nothing itself: of a lease that is given by hand. A prefix has none. */
export function nameByHand(
  { names: policy }: Dhcp6Config,
  settings: OptionSettings,
  facts: NameByHand<Ipv6Prefix>,
): Uint8Array | undefined {
  if (policy === undefined || prefixLength(facts.address) !== ADDRESS_LENGTH) return undefined;
  const domain = policy.suffix === undefined ? configuredOption(settings, OptionCode.domainSearch) : undefined;
  return recordByHand(policy, policy.suffix ?? (domain && suffixOf(domain)), facts, () => addressLabel(firstAddress(facts.address)));
}

/** As RFC 5952 writes it, with dashes; with a 0 where there would be one at an end. */
function addressLabel(address: Ipv6): string {
  const label = formatIpv6(address).replaceAll(":", "-");
  return `${label.startsWith("-") ? "0" : ""}${label}${label.endsWith("-") ? "0" : ""}`;
}

/** The first domain of option 24 as names are completed by it; undefined: it is none. */
export function suffixOf({ data }: ConfiguredOption): string | undefined {
  const read = readDomainName(data, 0, data.length);
  return typeof read === "string" ? undefined : nameSuffix(read.name);
}
