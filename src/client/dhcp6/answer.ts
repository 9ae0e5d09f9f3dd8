/** What a server's answer says to its client. */
import { equalBytes } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import { isLinkLocal, isMulticast } from "../../net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { readIaAddress, readIaNa, readIaPd, readIaPrefix, statusOf } from "../../wire/dhcp6/identity-association.ts";
import type { Message, Option } from "../../wire/dhcp6/message.ts";
import { OptionCode } from "../../wire/dhcp6/option-code.ts";
import { optionU8, optionValue } from "../../wire/dhcp6/options.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import type { AssociationKind } from "./messages.ts";

/** An address or prefix in an answer. Lifetimes in seconds; 0xffffffff is for ever. */
export interface AnsweredLease {
  /** An address is a prefix of 128 bits. In bytes of its own. */
  readonly prefix: Ipv6Prefix;
  readonly preferredLifetime: number;
  /** 0: the client may not use it any more. */
  readonly validLifetime: number;
  /** Such as the part of a prefix that is not delegated (RFC 6603). */
  readonly options: readonly Option[];
}

/** An identity association in an answer. */
export interface AnsweredAssociation {
  readonly kind: AssociationKind;
  readonly iaid: number;
  /** Seconds from now on; 0: the client chooses; 0xffffffff: never. */
  readonly t1: number;
  readonly t2: number;
  readonly status: number;
  /** Those without a lifetime among them. */
  readonly leases: readonly AnsweredLease[];
}

/**
 * Whether a received message answers this client in this transaction: it names a server, which is
 * `server` where one was asked, and the client (RFC 8415 sections 16.3 and 16.10).
 */
export function answersClient(duid: Duid | undefined, transactionId: number, server: Duid | undefined, message: Message): boolean {
  if (message.transactionId !== transactionId) return false;
  const client = optionValue(message.options, OptionCode.clientIdentifier);
  if (duid === undefined ? client !== undefined : client === undefined || !equalBytes(client, duid)) return false;
  const from = serverOf(message);
  return from !== undefined && (server === undefined || equalBytes(from, server));
}

/** The DUID of the server that sent the message; undefined when it does not say. */
export function serverOf(message: Message): Duid | undefined {
  return optionValue(message.options, OptionCode.serverIdentifier);
}

/** How much the server wants to be taken, 0 to 255 (section 21.8). */
export function preferenceOf(message: Message): number {
  return optionU8(message.options, OptionCode.preference) ?? 0;
}

/**
 * The associations in an answer, without what is not to be believed: an association whose T1 is
 * behind its T2, and leases that are preferred for longer than they are valid, or that nobody can
 * have (sections 21.4, 21.6, 21.21 and 21.22). Of one that is repeated the first counts.
 */
export function readAssociations(message: Message): readonly AnsweredAssociation[] {
  const associations: AnsweredAssociation[] = [];
  for (const { code, data } of message.options) {
    if (code !== OptionCode.iaNa && code !== OptionCode.iaPd) continue;
    const kind = code === OptionCode.iaNa ? "IA_NA" : "IA_PD";
    const association = kind === "IA_NA" ? readIaNa(data) : readIaPd(data);
    if (association === undefined) continue;
    const { iaid, t1, t2, options } = association;
    if (t1 > t2 && t2 > 0) continue;
    associations.push({ kind, iaid, t1, t2, status: statusOf(options), leases: readLeases(kind, options) });
  }
  return associations;
}

/** Whether there is anything to use: an address or prefix in an association without an error. */
export function givesLeases(associations: readonly AnsweredAssociation[]): boolean {
  return associations.some(({ status, leases }) => status === StatusCode.Success && leases.some(({ validLifetime }) => validLifetime > 0));
}

function readLeases(kind: AssociationKind, options: readonly Option[]): readonly AnsweredLease[] {
  const leases: AnsweredLease[] = [];
  for (const option of options) {
    const lease = kind === "IA_NA" ? readAddress(option) : readPrefix(option);
    if (lease === undefined || lease.preferredLifetime > lease.validLifetime || !isAssignable(lease.prefix)) continue;
    if (!leases.some(({ prefix }) => equalBytes(prefix, lease.prefix))) leases.push(lease);
  }
  return leases;
}

function readAddress({ code, data }: Option): AnsweredLease | undefined {
  const read = code === OptionCode.iaAddress ? readIaAddress(data) : undefined;
  if (read === undefined) return undefined;
  const { address, ...lease } = read;
  return { prefix: ipv6Prefix(address), ...lease };
}

function readPrefix({ code, data }: Option): AnsweredLease | undefined {
  return code === OptionCode.iaPrefix ? readIaPrefix(data) : undefined;
}

/**
 * Neither in ::/8, which has the unspecified and the loopback address, nor of the link, nor
 * multicast.
 */
function isAssignable(prefix: Ipv6Prefix): boolean {
  return prefix[0] !== 0 && !isMulticast(prefix) && !isLinkLocal(prefix);
}
