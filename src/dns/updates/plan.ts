import type { ConflictPolicy } from "../../config/model/names.ts";
import { equalBytes } from "../../net/bytes.ts";
import { RecordType } from "../../wire/dns/type-code.ts";
import { addressType, type Change, nameData, type Prerequisite } from "../../wire/dns/update.ts";
import type { WantedName, WantedPointer } from "./wanted.ts";

/*
 * Which updates bring the DNS from what this server has, or may have, put there to what is wanted
 * (RFC 4703 section 5.3 to 5.5). Each says what must hold for it, and the server does all of it or
 * nothing: so it is never asked first, and what it has is only touched where it bears a DHCID that
 * was expected.
 */

/** One message: what must hold, and what is changed then. */
export interface Update {
  readonly prerequisites: readonly Prerequisite[];
  readonly changes: readonly Change[];
}

/** One way to get there. */
export interface Attempt extends Update {
  /** What is left to be done where it was this one, if its own prerequisites hold. */
  readonly cleanup?: Update;
}

/** What to send. */
export interface Plan {
  /** In their order, until the server says of one that its prerequisites hold. */
  readonly attempts: readonly Attempt[];
  /**
   * What it means where they hold for none: `conflict`, something stands there that this server must
   * not touch; `gone`, what was to be removed is not there any more, or belongs to another.
   */
  readonly otherwise: "conflict" | "gone";
}

/** An address record that this server has put into the DNS, or may have. */
export interface PublishedAddress {
  readonly address: Uint8Array;
  /** The data of the DHCID record that came with it. */
  readonly dhcid: Uint8Array;
  /** The DNS server has said so, and nothing that was sent since may have changed it. */
  readonly confirmed: boolean;
}

/** The same for the record at the reverse name of an address. */
export interface PublishedPointer {
  readonly name: string;
  readonly dhcid: Uint8Array;
  readonly confirmed: boolean;
}

/**
 * What makes a name be as it is wanted; `wanted` undefined: without records of this server.
 * Undefined: it is so already.
 */
export function planName(
  name: string,
  wanted: WantedName | undefined,
  published: readonly PublishedAddress[],
  policy: ConflictPolicy,
): Plan | undefined {
  const known = distinct(confirmedFirst(published).map(({ dhcid }) => dhcid));
  if (wanted === undefined) {
    if (published.length === 0) return undefined;
    return { attempts: known.map((dhcid) => removal(name, dhcid, published)), otherwise: "gone" };
  }
  if (isAsWanted(wanted, published)) return undefined;
  const create: Attempt = { prerequisites: [{ kind: "name-not-in-use", name }], changes: additions(name, wanted) };
  const ownFirst = [...known].sort((a, b) => Number(equalBytes(b, wanted.dhcid)) - Number(equalBytes(a, wanted.dhcid)));
  const attempts = [...ownFirst.map((dhcid) => replacement(name, dhcid, wanted, published)), create];
  // From before this server kept account of it, or by another server.
  if (!known.some((dhcid) => equalBytes(dhcid, wanted.dhcid))) attempts.push(replacement(name, wanted.dhcid, wanted, published));
  if (policy === "overwrite") {
    attempts.push({
      prerequisites: [{ kind: "rrset-exists", name, type: RecordType.DHCID }],
      changes: [...ADDRESS_TYPES.map((type) => without(name, type)), without(name, RecordType.DHCID), ...additions(name, wanted)],
    });
  }
  return { attempts, otherwise: "conflict" };
}

/**
 * The same for what stands at the reverse name of an address. That is the DHCP server's to say
 * (RFC 4703 section 5.4), so whoever's DHCID stands there is replaced; a PTR record without one was
 * made by hand.
 */
export function planPointer(reverse: string, wanted: WantedPointer | undefined, published: readonly PublishedPointer[]): Plan | undefined {
  const known = confirmedFirst(published);
  const pointsTo = (name: string): Prerequisite => ({ kind: "rr-exists", name: reverse, type: RecordType.PTR, data: nameData(name) });
  const none: readonly Change[] = [without(reverse, RecordType.PTR), without(reverse, RecordType.DHCID)];
  if (wanted === undefined) {
    if (published.length === 0) return undefined;
    const attempts: Attempt[] = known.map(({ name }) => ({ prerequisites: [pointsTo(name)], changes: none }));
    // Somebody has added a second one beside ours.
    const own = known.map(({ name }): Change => ({ kind: "delete-rr", name: reverse, type: RecordType.PTR, data: nameData(name) }));
    attempts.push({ prerequisites: [{ kind: "rrset-exists", name: reverse, type: RecordType.PTR }], changes: own });
    return { attempts, otherwise: "gone" };
  }
  const { name, dhcid, ttl } = wanted;
  const [only] = published;
  if (published.length === 1 && only?.confirmed === true && only.name === name && equalBytes(only.dhcid, dhcid)) return undefined;
  const changes: readonly Change[] = [
    ...none,
    { kind: "add", name: reverse, type: RecordType.PTR, ttl, data: nameData(name) },
    { kind: "add", name: reverse, type: RecordType.DHCID, ttl, data: dhcid },
  ];
  const prerequisites: Prerequisite[] = [
    ...known.map((one) => pointsTo(one.name)),
    { kind: "rrset-absent", name: reverse, type: RecordType.PTR },
    { kind: "rrset-exists", name: reverse, type: RecordType.DHCID },
  ];
  if (!known.some((one) => one.name === name)) prerequisites.push(pointsTo(name));
  return { attempts: prerequisites.map((one) => ({ prerequisites: [one], changes })), otherwise: "conflict" };
}

const ADDRESS_TYPES: readonly number[] = [RecordType.A, RecordType.AAAA];

const without = (name: string, type: number): Change => ({ kind: "delete-rrset", name, type });

function bears(name: string, dhcid: Uint8Array): Prerequisite {
  return { kind: "rr-exists", name, type: RecordType.DHCID, data: dhcid };
}

function additions(name: string, { addresses, dhcid, ttl }: WantedName): readonly Change[] {
  return [
    ...addresses.map((address): Change => ({ kind: "add", name, type: addressType(address), ttl, data: address })),
    { kind: "add", name, type: RecordType.DHCID, ttl, data: dhcid },
  ];
}

/**
 * Puts what is wanted in the place of what bears this DHCID. Where that is the host's own, records
 * of a type that are not this server's stay: a client may see to its IPv4 address itself.
 */
function replacement(name: string, dhcid: Uint8Array, wanted: WantedName, published: readonly PublishedAddress[]): Attempt {
  const isOwn = equalBytes(dhcid, wanted.dhcid);
  const own = [...wanted.addresses, ...published.map(({ address }) => address)].map(addressType);
  const types = ADDRESS_TYPES.filter((type) => !isOwn || own.some((one) => one === type));
  const removed = isOwn ? types : [...types, RecordType.DHCID];
  return { prerequisites: [bears(name, dhcid)], changes: [...removed.map((type) => without(name, type)), ...additions(name, wanted)] };
}

/** RFC 4703 section 5.5; the DHCID goes with the last address. */
function removal(name: string, dhcid: Uint8Array, published: readonly PublishedAddress[]): Attempt {
  const addresses = distinct(published.map(({ address }) => address));
  return {
    prerequisites: [bears(name, dhcid)],
    changes: addresses.map((address) => ({ kind: "delete-rr", name, type: addressType(address), data: address })),
    cleanup: {
      prerequisites: [bears(name, dhcid), ...ADDRESS_TYPES.map((type): Prerequisite => ({ kind: "rrset-absent", name, type }))],
      changes: [without(name, RecordType.DHCID)],
    },
  };
}

function isAsWanted({ addresses, dhcid }: WantedName, published: readonly PublishedAddress[]): boolean {
  if (published.length !== addresses.length) return false;
  const isThere = (one: PublishedAddress): boolean =>
    one.confirmed && equalBytes(one.dhcid, dhcid) && addresses.some((address) => equalBytes(address, one.address));
  return published.every(isThere);
}

function confirmedFirst<T extends { readonly confirmed: boolean }>(list: readonly T[]): readonly T[] {
  return [...list.filter(({ confirmed }) => confirmed), ...list.filter(({ confirmed }) => !confirmed)];
}

function distinct(list: readonly Uint8Array[]): readonly Uint8Array[] {
  return list.filter((one, i) => list.findIndex((other) => equalBytes(one, other)) === i);
}
