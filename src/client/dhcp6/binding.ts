/**
 * What a client has: its associations with their leases. Times are in milliseconds on the clock of
 * `step`; Infinity where they never come.
 */
import { equalBytes } from "../../net/bytes.ts";
import type { Duid } from "../../net/duid.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, firstAddress, type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { INFINITY } from "../../wire/dhcp6/identity-association.ts";
import type { Message, Option } from "../../wire/dhcp6/message.ts";
import { StatusCode } from "../../wire/dhcp6/status-code.ts";
import { type AnsweredAssociation, type AnsweredLease, readAssociations, serverOf } from "./answer.ts";
import type { AssociationKind, AssociationRequest } from "./messages.ts";
import { MIN_CHOSEN_T1 } from "./timers.ts";

/** An address, which is a prefix of 128 bits, or a delegated prefix. */
export interface ClientLease {
  readonly kind: AssociationKind;
  readonly iaid: number;
  readonly prefix: Ipv6Prefix;
  /** From then on no new connections begin with it (RFC 4862 section 5.5.4). */
  readonly preferredUntil: number;
  readonly validUntil: number;
  /** Such as the part of a prefix that is not delegated (RFC 6603). */
  readonly options: readonly Option[];
}

/** An association that has leases. */
export interface Association {
  readonly kind: AssociationKind;
  readonly iaid: number;
  /** When to ask the server for more time. */
  readonly t1: number;
  /** When to ask any server. */
  readonly t2: number;
  readonly leases: readonly ClientLease[];
}

/** The leases of a client, and who gave them. */
export interface Binding {
  /** The server that was last heard of: whom to ask for more. */
  readonly server: Duid;
  readonly associations: readonly Association[];
}

/** The earliest T1 of all associations: they are renewed together (RFC 8415 section 18.2.4). */
export function t1Of(binding: Binding): number {
  return earliest(binding.associations, ({ t1 }) => t1);
}

/** The earliest T2. */
export function t2Of(binding: Binding): number {
  return earliest(binding.associations, ({ t2 }) => t2);
}

/** When the first lease runs out. */
export function nextExpiryOf(binding: Binding): number {
  return earliest(leasesOf(binding), ({ validUntil }) => validUntil);
}

/** All addresses and prefixes of a binding. */
export function leasesOf(binding: Binding | undefined): readonly ClientLease[] {
  return binding === undefined ? [] : binding.associations.flatMap(({ leases }) => leases);
}

export function hasPrefixes(binding: Binding): boolean {
  return binding.associations.some(({ kind }) => kind === "IA_PD");
}

/** The binding without the leases that `keep` is false for; undefined when none is left. */
export function keepLeases(binding: Binding, keep: (lease: ClientLease) => boolean): Binding | undefined {
  const associations = binding.associations
    .map((association) => ({ ...association, leases: association.leases.filter(keep) }))
    .filter(({ leases }) => leases.length > 0);
  return associations.length === 0 ? undefined : { ...binding, associations };
}

/** Whether both are of one address or prefix in one association. */
export function isSame(a: ClientLease, b: ClientLease): boolean {
  return a.kind === b.kind && a.iaid === b.iaid && equalBytes(a.prefix, b.prefix);
}

/** Whether the lease is one of these addresses. */
export function isOneOf(lease: ClientLease, addresses: readonly Ipv6[]): boolean {
  if (prefixLength(lease.prefix) !== ADDRESS_LENGTH || lease.kind !== "IA_NA") return false;
  return addresses.some((address) => equalBytes(address, firstAddress(lease.prefix)));
}

/**
 * What to say of each association that the client wants: the leases that it has, or else what it
 * would like to have.
 */
export function requestsOf(wanted: readonly AssociationRequest[], has: readonly HeldAssociation[]): readonly AssociationRequest[] {
  return wanted.map((one) => {
    const leases = find(has, one)?.leases ?? [];
    return leases.length === 0 ? one : { ...one, prefixes: leases.map(({ prefix }) => prefix) };
  });
}

/** What to say of leases in a message about nothing else. */
export function associationsOf(leases: readonly ClientLease[]): readonly AssociationRequest[] {
  const requests: { kind: AssociationKind; iaid: number; prefixes: Ipv6Prefix[] }[] = [];
  for (const { kind, iaid, prefix } of leases) {
    const request = find(requests, { kind, iaid });
    if (request === undefined) requests.push({ kind, iaid, prefixes: [prefix] });
    else request.prefixes.push(prefix);
  }
  return requests;
}

/**
 * What the client has when this answer has come: times count from `now` (section 18.2.10.1).
 * Associations that the client does not want are not taken. What an answer does not speak of stays
 * as it was; `replaces`: but in an association that the answer has, only its leases count.
 */
export function bindingAfter(
  wanted: readonly AssociationRequest[],
  before: Binding | undefined,
  answer: Message,
  now: number,
  replaces: boolean,
): Binding | undefined {
  const answered = readAssociations(answer);
  const associations = wanted.flatMap((one) => {
    const held = before === undefined ? undefined : find(before.associations, one);
    const told = find(answered, one);
    const after = told === undefined ? held : associationAfter(held, told, now, replaces);
    return after === undefined || after.leases.length === 0 ? [] : [after];
  });
  const server = serverOf(answer);
  return associations.length === 0 || server === undefined ? undefined : { server, associations };
}

function associationAfter(
  held: Association | undefined,
  told: AnsweredAssociation,
  now: number,
  replaces: boolean,
): Association | undefined {
  const { kind, iaid } = told;
  // An association with an error gives nothing; what is taken away in it is taken away.
  const given = told.status === StatusCode.Success ? told.leases.filter(({ validLifetime }) => validLifetime > 0) : [];
  const kept = replaces ? [] : (held?.leases ?? []).filter((lease) => !told.leases.some((one) => equalBytes(one.prefix, lease.prefix)));
  const renewed = given.map((lease) => leaseFrom(kind, iaid, lease, now));
  const leases = [...renewed, ...kept];
  // Without a lease that was renewed the old times stay, so that the client goes on asking.
  if (renewed.length === 0) return held === undefined ? undefined : { ...held, leases };
  return { kind, iaid, ...timesOf(told, leases, now), leases };
}

function leaseFrom(kind: AssociationKind, iaid: number, lease: AnsweredLease, now: number): ClientLease {
  const { prefix, preferredLifetime, validLifetime, options } = lease;
  return { kind, iaid, prefix, preferredUntil: endOf(preferredLifetime, now), validUntil: endOf(validLifetime, now), options };
}

/**
 * T1 and T2 as the server says. Where it leaves them to the client they are in the proportion that
 * it should have said, 0.5 and 0.8 of the shortest preferred lifetime (section 21.4), but not at
 * once (14.2).
 */
function timesOf(told: AnsweredAssociation, leases: readonly ClientLease[], now: number): { readonly t1: number; readonly t2: number } {
  if (told.t1 !== 0 && told.t2 !== 0) return { t1: endOf(told.t1, now), t2: endOf(told.t2, now) };
  if (told.t1 !== 0) return { t1: endOf(told.t1, now), t2: endOf(told.t1 * T2_TO_T1, now) };
  const shortest = earliest(leases, ({ preferredUntil, validUntil }) => (preferredUntil > now ? preferredUntil : validUntil)) - now;
  const chosen = now + Math.max(shortest / 2, MIN_CHOSEN_T1);
  if (told.t2 === 0) return { t1: chosen, t2: now + (chosen - now) * T2_TO_T1 };
  return { t1: Math.min(chosen, endOf(told.t2 / T2_TO_T1, now)), t2: endOf(told.t2, now) };
}

/** T2 as a multiple of T1: 0.8 to 0.5. */
const T2_TO_T1 = 1.6;

function endOf(seconds: number, now: number): number {
  return seconds >= INFINITY ? Infinity : now + seconds * 1000;
}

/** An association of any form. */
interface Named {
  readonly kind: AssociationKind;
  readonly iaid: number;
}

/** What a client has of an association. */
export interface HeldAssociation extends Named {
  readonly leases: readonly { readonly prefix: Ipv6Prefix }[];
}

function find<T extends Named>(associations: readonly T[], { kind, iaid }: Named): T | undefined {
  return associations.find((one) => one.kind === kind && one.iaid === iaid);
}

function earliest<T>(items: readonly T[], time: (item: T) => number): number {
  return items.reduce((least, item) => Math.min(least, time(item)), Infinity);
}
