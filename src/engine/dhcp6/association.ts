import type { Reservation } from "../../config/model/dhcp6.ts";
import { Association as AssociationKind, clientKeyOf } from "../../leases/dhcp6/client-key.ts";
import type { LeaseOwner } from "../../leases/dhcp6/lease.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { type Ipv6Prefix, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { type IdentityAssociation, readIaAddress, readIaNa, readIaPrefix } from "../../wire/dhcp6/identity-association.ts";
import type { Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import type { Client } from "../common/client.ts";
import type { AssociationType, PoolLink } from "./decider.ts";
import type { Context, Exchange } from "./exchange.ts";
import type { Trace } from "./trace.ts";

/**
 * An identity association of a client's message (RFC 8415 section 12): to the rules that all
 * protocols share it is a client of its own.
 */
export interface Association extends Client<Ipv6Prefix, LeaseOwner> {
  readonly exchange: Exchange;
  readonly context: Context;
  readonly type: AssociationType;
  readonly iaid: number;
  readonly link: PoolLink;
  readonly reservation: Reservation | undefined;
  /**
   * What the client puts in it: what it has, or what it would like to have; ::/n is any prefix of
   * this length (RFC 8168). In bytes of their own. The lifetimes with them mean nothing (sections
   * 21.6 and 21.22).
   */
  readonly asked: readonly Ipv6Prefix[];
  readonly trace: Trace | undefined;
}

/**
 * As many associations of a message, and as many addresses in one, are looked at: a host has one
 * for each interface, and others must not keep the server busy.
 */
const MOST_ASSOCIATIONS = 32;
const MOST_ASKED = 32;

/**
 * The associations for addresses and prefixes of a message, in its order. Those that are cut short
 * are none; of several of a type with the same IAID the first counts. IA_TA is not among them: RFC
 * 9915 removed it.
 */
export function associationsOf(exchange: Exchange): readonly Association[] {
  const { options } = exchange.message;
  const found: Association[] = [];
  for (let i = 0; i < options.length && found.length < MOST_ASSOCIATIONS; i++) {
    const { code, data } = options[i] as Option;
    const type = typeOf(code);
    if (type === undefined) continue;
    const value = readIaNa(data);
    if (value === undefined || isAmong(found, type, value.iaid)) continue;
    found.push(associationOf(exchange, type, value));
  }
  return found;
}

function typeOf(code: number): AssociationType | undefined {
  if (code === OptionCode.iaNa) return AssociationKind.addresses;
  return code === OptionCode.iaPd ? AssociationKind.prefixes : undefined;
}

function isAmong(associations: readonly Association[], type: AssociationType, iaid: number): boolean {
  for (let i = 0; i < associations.length; i++) {
    const one = associations[i] as Association;
    if (one.iaid === iaid && one.type === type) return true;
  }
  return false;
}

function associationOf(exchange: Exchange, type: AssociationType, { iaid, options }: IdentityAssociation): Association {
  const { context, classes, members, trace, reservation, draft } = exchange;
  const clientKey = clientKeyOf(type, iaid, exchange.duid ?? NO_BYTES);
  const links = context.decider.poolLinks(exchange.link);
  const isForAddresses = type === AssociationKind.addresses;
  trace?.({ rule: "association", type, iaid });
  return {
    exchange,
    context,
    type,
    iaid,
    clientKey,
    link: isForAddresses ? links.addresses : links.prefixes,
    reservation,
    asked: askedIn(type, options),
    classes,
    members,
    limits: isForAddresses ? exchange.limits?.addresses : exchange.limits?.prefixes,
    alsoCounted: draft.counted,
    trace,
  };
}

/** What the options of an association name. */
function askedIn(type: AssociationType, options: readonly Option[]): readonly Ipv6Prefix[] {
  const asked: Ipv6Prefix[] = [];
  for (let i = 0; i < options.length && asked.length < MOST_ASKED; i++) {
    const one = type === AssociationKind.addresses ? askedAddress(options[i] as Option) : askedPrefix(options[i] as Option);
    if (one !== undefined) asked.push(one);
  }
  return asked;
}

function askedAddress({ code, data }: Option): Ipv6Prefix | undefined {
  const value = code === OptionCode.iaAddress ? readIaAddress(data) : undefined;
  return value && ipv6Prefix(value.address);
}

function askedPrefix({ code, data }: Option): Ipv6Prefix | undefined {
  return code === OptionCode.iaPrefix ? readIaPrefix(data)?.prefix : undefined;
}
