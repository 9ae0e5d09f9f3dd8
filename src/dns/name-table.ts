import { equalIfAny } from "../net/bytes.ts";
import type { Claim, NameChanges, NameConflict, NameReader } from "./claim.ts";

/*
 * Who has which name. What holds here:
 *
 * - An address that is reserved under a name has it; of others the one that claimed it first, and
 *   what is of the same host as one of these. Who comes later goes without until the name is free.
 * - Who came first is said by the caller: it stays so over a restart.
 * - A host has so many addresses under a name and no more. Clients choose their names, and nothing
 *   keeps one from having thousands of leases: all who look at names do so an address at a time.
 * - What has changed is told once, by name and by address, when it is asked for: however often a
 *   name changed hands in between, only where it has come to counts.
 */

/** What a claim is known by to its giver: a row of the lease database, or a reservation. */
export type ClaimKey = number;

/** Which names there are, and how that changes. */
export interface NameTable extends NameReader {
  /**
   * `claim` is what the key claims from now on; undefined: nothing. `order`: the lower came first.
   */
  put(key: ClaimKey, claim: Claim | undefined, order: number): void;
  /** What the key claims. */
  get(key: ClaimKey): Claim | undefined;
  keys(): Iterable<ClaimKey>;
  /** What has changed since this was last asked; undefined: nothing. */
  takeChanges(): NameChanges | undefined;
}

interface Entry {
  readonly claim: Claim;
  readonly order: number;
}

/** What is known of one name. However many claim it, one of them comes and goes at no cost of theirs. */
interface Known {
  readonly entries: Map<ClaimKey, Entry>;
  holders: readonly Claim[];
  /** Addresses, as text, of those that go without. */
  refused: ReadonlySet<string>;
}

/** Addresses of one host under one name, beside those that are reserved for it. */
const MOST_ADDRESSES = 64;

const NOBODY: readonly Claim[] = [];
const NONE: ReadonlySet<string> = new Set();

/** `onConflict` is told when a host goes without, once for as long as it does. */
export function createNameTable(onConflict: (conflict: NameConflict) => void = () => {}): NameTable {
  const claims = new Map<ClaimKey, Entry>();
  const known = new Map<string, Known>();
  /** Claims of each address; mostly one: its lease's, its reservation's, or both. */
  const ofAddress = new Map<string, Claim[]>();
  /** Names that may stand differently, and addresses that may be called differently. */
  const names = new Set<string>();
  const addresses = new Set<string>();
  /** Names with somebody who goes without. */
  const contested = new Set<string>();
  let held = 0;

  function add(key: ClaimKey, entry: Entry): void {
    const { claim } = entry;
    claims.set(key, entry);
    let of = known.get(claim.name);
    if (of === undefined) {
      of = { entries: new Map(), holders: NOBODY, refused: NONE };
      known.set(claim.name, of);
    }
    of.entries.set(key, entry);
    const others = ofAddress.get(claim.addressText);
    if (others === undefined) ofAddress.set(claim.addressText, [claim]);
    else others.push(claim);
    touch(claim);
  }

  function remove(key: ClaimKey, entry: Entry): void {
    const { claim } = entry;
    claims.delete(key);
    known.get(claim.name)?.entries.delete(key);
    const others = ofAddress.get(claim.addressText) ?? [];
    others.splice(others.indexOf(claim), 1);
    if (others.length === 0) ofAddress.delete(claim.addressText);
    touch(claim);
  }

  function touch({ name, addressText }: Claim): void {
    names.add(name);
    addresses.add(addressText);
  }

  /** Decides anew who has the name. */
  function settle(name: string): void {
    const of = known.get(name);
    if (of === undefined) return;
    const before = of.holders;
    const refusedBefore = of.refused;
    const holders = holdersOf(of.entries.values());
    of.holders = holders;
    of.refused = refusedOf(of);
    held += Number(holders.length > 0) - Number(before.length > 0);
    for (const { addressText } of [...before, ...holders]) addresses.add(addressText);
    if (of.refused.size === 0) contested.delete(name);
    else contested.add(name);
    const owner = holders[0]?.addressText ?? "";
    for (const refused of of.refused) if (!refusedBefore.has(refused)) onConflict({ name, owner, refused });
    if (of.entries.size === 0) known.delete(name);
  }

  const isHeld = (claim: Claim): boolean => known.get(claim.name)?.holders.includes(claim) === true;

  return {
    get size() {
      return held;
    },
    put(key, claim, order) {
      const before = claims.get(key);
      if (before === undefined && claim === undefined) return;
      if (before !== undefined && claim !== undefined && before.order === order && isSame(before.claim, claim)) {
        replace(key, before, { claim, order });
        return;
      }
      if (before !== undefined) remove(key, before);
      if (claim !== undefined) add(key, { claim, order });
    },
    get: (key) => claims.get(key)?.claim,
    keys: () => claims.keys(),
    byName: (name) => known.get(name)?.holders ?? NOBODY,
    byAddress(address) {
      const all = ofAddress.get(address)?.filter(isHeld);
      return all?.find(({ identifier }) => identifier !== undefined) ?? all?.[0];
    },
    *names() {
      for (const [name, { holders }] of known) if (holders.length > 0) yield name;
    },
    *conflicts() {
      for (const name of contested) {
        const { holders = NOBODY, refused: all = NONE } = known.get(name) ?? {};
        for (const refused of all) yield { name, owner: holders[0]?.addressText ?? "", refused };
      }
    },
    takeChanges() {
      if (names.size === 0) return undefined;
      const changed = new Set(names);
      names.clear();
      for (const name of changed) settle(name);
      const touched = new Set(addresses);
      addresses.clear();
      return { names: changed, addresses: touched };
    },
  };

  /** Nothing that anybody is told is different, but how long it lasts may be. */
  function replace(key: ClaimKey, before: Entry, entry: Entry): void {
    const { claim } = entry;
    claims.set(key, entry);
    const of = known.get(claim.name);
    const others = ofAddress.get(claim.addressText);
    if (of === undefined || others === undefined) return;
    of.entries.set(key, entry);
    others[others.indexOf(before.claim)] = claim;
    if (of.holders.includes(before.claim)) of.holders = of.holders.map((one) => (one === before.claim ? claim : one));
  }
}

/** Who of those that claim one name has it: the first of the list is who decides of the owner. */
function holdersOf(entries: Iterable<Entry>): readonly Claim[] {
  const all = [...entries];
  const first = all.reduce<Entry | undefined>((best, one) => (best === undefined || isBefore(one, best) ? one : best), undefined);
  if (first === undefined) return NOBODY;
  const owners = first.claim.reserved ? all.filter(({ claim }) => claim.reserved) : [first];
  const hosts = new Set(owners.flatMap(({ claim }) => claim.hosts));
  const holders = all.filter((one) => one === first || one.claim.reserved || one.claim.hosts.some((host) => hosts.has(host)));
  holders.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  const reserved = holders.findLastIndex(({ claim }) => claim.reserved) + 1;
  return once(holders.slice(0, reserved + MOST_ADDRESSES).map(({ claim }) => claim));
}

/** A lease stands for the reservation that it is of: an address is found once under a name. */
function once(claims: readonly Claim[]): readonly Claim[] {
  const leased = new Set(claims.flatMap(({ identifier, addressText }) => (identifier === undefined ? [] : [addressText])));
  return claims.filter(({ identifier, addressText }) => identifier !== undefined || !leased.has(addressText));
}

function refusedOf({ entries, holders }: Known): ReadonlySet<string> {
  if (entries.size === holders.length) return NONE;
  const having = new Set(holders.map(({ addressText }) => addressText));
  const refused = new Set<string>();
  for (const { claim } of entries.values()) if (!having.has(claim.addressText)) refused.add(claim.addressText);
  return refused;
}

function isBefore(a: Entry, b: Entry): boolean {
  if (a.claim.reserved !== b.claim.reserved) return a.claim.reserved;
  return a.order < b.order;
}

/** Whether they are the same to all who look at names, but for how long they last. */
function isSame(a: Claim, b: Claim): boolean {
  return (
    a.name === b.name &&
    a.addressText === b.addressText &&
    a.reserved === b.reserved &&
    a.forward === b.forward &&
    a.reverse === b.reverse &&
    equalIfAny(a.identifier, b.identifier) &&
    a.hosts.length === b.hosts.length &&
    a.hosts.every((host, i) => host === b.hosts[i])
  );
}
