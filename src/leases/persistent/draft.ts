import { equalBytes, toHex } from "../../net/bytes.ts";
import { type Hold, isOver, type Lease, type LeaseChange, LeaseState, NEVER, type Seconds, storedTime } from "../lease.ts";
import { splitKeys } from "../limit-keys.ts";
import type { PersistentStrays, Space } from "../space.ts";
import type { LeaseFamily } from "../table.ts";
import { leaseCopy } from "../view.ts";
import { number32, secondOf, textOf } from "./keys.ts";
import { add, EMPTY_SET, type OrdinalSet, withoutOrdinal } from "./ordinal-set.ts";
import { atLeast, beginningWith, emptyMap, get, remove, type SortedMap, set } from "./sorted-map.ts";

/** A lease, and the row that it would have in a table. */
export interface Entry<A, O> {
  readonly lease: Lease<A, O>;
  readonly row: number;
  /** When it was last given to its owner, among all changes: for those found by traits. */
  readonly given: number;
  /** When it last changed: of those that end in the same second that comes first. */
  readonly changed: number;
}

/** Rows that are free, the one that is used next in front. */
type FreeRows = { readonly row: number; readonly next: FreeRows } | undefined;

/** Everything that a database is. Keys are texts that sort as what they are made of does. */
export interface Contents<A, O> {
  readonly entries: SortedMap<string, Entry<A, O>>;
  readonly rows: SortedMap<number, A>;
  readonly freeRows: FreeRows;
  readonly nextRow: number;
  /** client key / row, but for what was declined. */
  readonly byClient: SortedMap<string, A>;
  readonly holds: SortedMap<string, Hold<A, O>>;
  /** client key / address */
  readonly holdsByClient: SortedMap<string, A>;
  /** second, address */
  readonly holdsEnding: SortedMap<string, A>;
  /** second / how lately: when bound and declined leases end. */
  readonly ending: SortedMap<string, A>;
  /** pool, second, row: what has ended, and nobody holds. */
  readonly ended: SortedMap<string, A>;
  readonly endedIn: SortedMap<number, number>;
  /** Used addresses of each pool. */
  readonly used: SortedMap<number, OrdinalSet>;
  readonly strays: PersistentStrays<A> | undefined;
  readonly limits: SortedMap<string, number>;
  /** trait / value / how lately */
  readonly traits: SortedMap<string, A>;
  /** Counts changes. */
  readonly changes: number;
}

export function emptyContents<A, O>({ noStrays }: Space<A>): Contents<A, O> {
  return {
    entries: emptyMap(),
    rows: emptyMap(),
    freeRows: undefined,
    nextRow: 0,
    byClient: emptyMap(),
    holds: emptyMap(),
    holdsByClient: emptyMap(),
    holdsEnding: emptyMap(),
    ending: emptyMap(),
    ended: emptyMap(),
    endedIn: emptyMap(),
    used: emptyMap(),
    strays: noStrays,
    limits: emptyMap(),
    traits: emptyMap(),
    changes: 0,
  };
}

/**
 * A database that is on its way from one to the next. What it does is what `LeaseTable` does, under
 * the same names; what holds there holds here after each change.
 */
export class Draft<A, O> {
  contents: Contents<A, O>;
  readonly #family: LeaseFamily<A, O>;
  readonly #space: Space<A>;

  constructor(family: LeaseFamily<A, O>, space: Space<A>, contents: Contents<A, O>) {
    this.#family = family;
    this.#space = space;
    this.contents = contents;
  }

  change(change: LeaseChange<A, O>): void {
    switch (change.kind) {
      case "put":
        this.#give(change.lease);
        return;
      case "remove":
        this.#forget(change.address);
        return;
      case "hold":
        this.#hold(change.hold, change.beside === true);
        return;
      case "withdraw":
        this.#letGo(change.address);
    }
  }

  /** Puts an entry in the row that it has. */
  takeOver(entry: Entry<A, O>): void {
    this.#put(entry);
  }

  expire(now: Seconds): readonly Lease<A, O>[] {
    for (let next = atLeast(this.contents.holdsEnding, ""); next !== undefined && secondOf(next[0]) <= now; ) {
      this.#letGo(next[1]);
      next = atLeast(this.contents.holdsEnding, "");
    }
    const expired: Lease<A, O>[] = [];
    for (let next = atLeast(this.contents.ending, ""); next !== undefined && isOver(secondOf(next[0]), now); ) {
      const entry = this.#entry(next[1]) as Entry<A, O>;
      if (entry.lease.state === LeaseState.declined) this.#forget(next[1]);
      else {
        const lease = { ...entry.lease, state: LeaseState.expired };
        this.#unlink(entry);
        this.#set({ ...entry, lease });
        expired.push(lease);
      }
      next = atLeast(this.contents.ending, "");
    }
    for (let queue = 0; queue <= this.#space.pools.length; queue++) {
      const prefix = number32(queue);
      for (let next = atLeast(this.contents.ended, prefix); next?.[0].startsWith(prefix); next = atLeast(this.contents.ended, prefix)) {
        if (secondOf(next[0].slice(2)) + this.#space.affinity > now) break;
        this.#forget(next[1]);
      }
    }
    return expired;
  }

  #give(lease: Lease<A, O>): void {
    const before = this.#entry(lease.address);
    const { addresses, records } = this.#family;
    const own = leaseCopy(lease, this.#family);
    const start = storedTime(own.start);
    const expiry = storedTime(own.expiry);
    const address = addresses.fromBytes(addresses.toBytes(own.address)) as A;
    const put = { ...own, address, start, expiry };
    const changed = this.contents.changes + 1;
    this.#with({ changes: changed });
    if (before === undefined) {
      this.#uncount(address);
      this.#put({ lease: put, row: this.#takeRow(), given: changed, changed });
    } else {
      const stays =
        before.lease.state === LeaseState.bound && put.state === LeaseState.bound && sameOwner(before.lease.owner, put.owner, records);
      this.#unlink(before);
      this.#set({ lease: put, row: before.row, given: stays ? before.given : changed, changed });
    }
    if (!hasEnded(put)) this.#letGo(address);
  }

  /** Puts an entry of an address that has none in its row. */
  #put(entry: Entry<A, O>): void {
    const { address } = entry.lease;
    this.#with({ rows: set(this.contents.rows, entry.row, address) });
    this.#use(address);
    this.#set(entry);
  }

  /** Puts the entry where it is found. */
  #set(entry: Entry<A, O>): void {
    const { lease, row } = entry;
    const key = this.#keyOf(lease.address);
    this.#with({ entries: set(this.contents.entries, key, entry) });
    if (lease.state !== LeaseState.declined)
      this.#with({ byClient: set(this.contents.byClient, this.#clientKey(lease.owner, row), lease.address) });
    if (hasEnded(lease)) {
      if (get(this.contents.holds, key) === undefined) this.#addEnded(entry);
    } else if (lease.expiry !== NEVER) this.#with({ ending: set(this.contents.ending, endingKey(entry), lease.address) });
    if (lease.state === LeaseState.bound)
      for (const trait of this.#traitKeys(entry)) this.#with({ traits: set(this.contents.traits, trait, lease.address) });
    this.#count(lease.address);
  }

  /** Takes the entry from where it is found, but for its address. */
  #unlink(entry: Entry<A, O>): void {
    const { lease, row } = entry;
    const _key = this.#keyOf(lease.address);
    this.#uncount(lease.address);
    if (lease.state !== LeaseState.declined) this.#with({ byClient: remove(this.contents.byClient, this.#clientKey(lease.owner, row)) });
    if (hasEnded(lease)) this.#removeEnded(entry);
    else this.#with({ ending: remove(this.contents.ending, endingKey(entry)) });
    for (const trait of this.#traitKeys(entry)) this.#with({ traits: remove(this.contents.traits, trait) });
  }

  #forget(address: A): void {
    const entry = this.#entry(address);
    if (entry === undefined) return;
    this.#unlink(entry);
    const { row } = entry;
    const { freeRows: next } = this.contents;
    this.#with({
      entries: remove(this.contents.entries, this.#keyOf(address)),
      rows: remove(this.contents.rows, row),
      freeRows: { row, next },
    });
    if (get(this.contents.holds, this.#keyOf(address)) === undefined) this.#release(address);
    else this.#count(address);
  }

  #takeRow(): number {
    const { freeRows, nextRow } = this.contents;
    if (freeRows === undefined) this.#with({ nextRow: nextRow + 1 });
    else this.#with({ freeRows: freeRows.next });
    return freeRows?.row ?? nextRow;
  }

  #hold(hold: Hold<A, O>, beside: boolean): void {
    const { records, addresses } = this.#family;
    const owner = records.copy(hold.owner);
    const address = addresses.fromBytes(addresses.toBytes(hold.address)) as A;
    const until = storedTime(hold.until);
    const link = this.#space.linkOf(address);
    const client = toHex(records.key(owner));
    if (!beside) {
      for (const [, other] of beginningWith(this.contents.holdsByClient, `${client}/`)) {
        if (this.#space.linkOf(other) !== link) continue;
        this.#letGo(other);
        break;
      }
    }
    this.#letGo(address);
    const entry = this.#entry(address);
    const key = this.#keyOf(address);
    this.#uncount(address);
    if (entry === undefined) this.#use(address);
    else if (hasEnded(entry.lease)) this.#removeEnded(entry);
    this.#with({
      holds: set(this.contents.holds, key, { address, until, owner }),
      holdsByClient: set(this.contents.holdsByClient, `${client}/${key}`, address),
      holdsEnding: set(this.contents.holdsEnding, number32(until) + key, address),
    });
    this.#count(address);
  }

  #letGo(address: A): void {
    const key = this.#keyOf(address);
    const hold = get(this.contents.holds, key);
    if (hold === undefined) return;
    const entry = this.#entry(address);
    this.#uncount(address);
    this.#with({
      holds: remove(this.contents.holds, key),
      holdsByClient: remove(this.contents.holdsByClient, `${toHex(this.#family.records.key(hold.owner))}/${key}`),
      holdsEnding: remove(this.contents.holdsEnding, number32(hold.until) + key),
    });
    if (entry === undefined) this.#release(address);
    else if (hasEnded(entry.lease)) this.#addEnded(entry);
    this.#count(address);
  }

  #use(address: A): void {
    const pool = this.#space.poolOf(address);
    const shape = this.#space.pools[pool]?.shape;
    if (shape === undefined) this.#with({ strays: this.contents.strays?.use(address) });
    else
      this.#with({
        used: set(this.contents.used, pool, add(get(this.contents.used, pool) ?? EMPTY_SET, shape.addresses.ordinalOf(address))),
      });
  }

  #release(address: A): void {
    const pool = this.#space.poolOf(address);
    const shape = this.#space.pools[pool]?.shape;
    if (shape === undefined) this.#with({ strays: this.contents.strays?.release(address) });
    else {
      const left = withoutOrdinal(get(this.contents.used, pool) ?? EMPTY_SET, shape.addresses.ordinalOf(address));
      this.#with({ used: set(this.contents.used, pool, left) });
    }
  }

  #addEnded({ lease, row }: Entry<A, O>): void {
    const queue = this.#queueOf(lease.address);
    const { ended, endedIn } = this.contents;
    this.#with({
      ended: set(ended, this.#endedKey(queue, lease.expiry, row), lease.address),
      endedIn: set(endedIn, queue, (get(endedIn, queue) ?? 0) + 1),
    });
  }

  #removeEnded({ lease, row }: Entry<A, O>): void {
    const queue = this.#queueOf(lease.address);
    const key = this.#endedKey(queue, lease.expiry, row);
    const { ended, endedIn } = this.contents;
    if (get(ended, key) === undefined) return;
    this.#with({ ended: remove(ended, key), endedIn: set(endedIn, queue, (get(endedIn, queue) ?? 1) - 1) });
  }

  #endedKey(queue: number, second: Seconds, row: number): string {
    return number32(queue) + number32(second) + number32(row);
  }

  #queueOf(address: A): number {
    const pool = this.#space.poolOf(address);
    return pool >= 0 ? pool : this.#space.pools.length;
  }

  /** Counts the address under the limit keys of its lease and hold. */
  #count(address: A, change: 1 | -1 = 1): void {
    for (const key of this.#limitKeys(address)) {
      const count = (get(this.contents.limits, key) ?? 0) + change;
      this.#with({ limits: count === 0 ? remove(this.contents.limits, key) : set(this.contents.limits, key, count) });
    }
  }

  #uncount(address: A): void {
    this.#count(address, -1);
  }

  #limitKeys(address: A): readonly string[] {
    const lease = this.#entry(address)?.lease;
    const leased = lease?.state === LeaseState.bound ? limitKeysOf(lease.owner) : undefined;
    const held = get(this.contents.holds, this.#keyOf(address));
    const keys = [leased, held && limitKeysOf(held.owner)].flatMap((joined) => (joined === undefined ? [] : splitKeys(joined).map(toHex)));
    return keys.length < 2 ? keys : [...new Set(keys)];
  }

  #traitKeys({ lease, given }: Entry<A, O>): readonly string[] {
    if (lease.state !== LeaseState.bound) return [];
    return this.#space.traits.flatMap((trait) => {
      const value = this.#family.traitOf(lease.owner, trait);
      // The one that was given last comes first.
      return value === undefined ? [] : [`${trait}/${toHex(value)}/${lately(given)}`];
    });
  }

  #clientKey(owner: O, row: number): string {
    return `${toHex(this.#family.records.key(owner))}/${number32(row)}`;
  }

  #entry(address: A): Entry<A, O> | undefined {
    return get(this.contents.entries, this.#keyOf(address));
  }

  #keyOf(address: A): string {
    return textOf(this.#family.addresses.toBytes(address));
  }

  #with(change: Partial<Contents<A, O>>): void {
    this.contents = { ...this.contents, ...change };
  }
}

/** The later the earlier in the order of keys. */
function lately(change: number): string {
  return String(Number.MAX_SAFE_INTEGER - change).padStart(16, "0");
}

function endingKey<A, O>({ lease, changed }: Entry<A, O>): string {
  return `${number32(lease.expiry)}/${lately(changed)}`;
}

function hasEnded({ state }: { readonly state: LeaseState }): boolean {
  return state === LeaseState.released || state === LeaseState.expired;
}

function limitKeysOf(owner: unknown): Uint8Array | undefined {
  return (owner as { readonly limitKeys?: Uint8Array | undefined }).limitKeys;
}

function sameOwner<O>(a: O, b: O, { size, write }: LeaseFamily<unknown, O>["records"]): boolean {
  const [one, other] = [new Uint8Array(size(a)), new Uint8Array(size(b))];
  write(a, one, 0);
  write(b, other, 0);
  return equalBytes(one, other);
}
