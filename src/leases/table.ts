import type { AddressForm } from "./columns/addresses.ts";
import { EndingLists } from "./columns/ending-lists.ts";
import { createKeyHash, type KeyHash } from "./columns/key-hash.ts";
import type { RecordLayout } from "./columns/record-column.ts";
import { Holds } from "./holds.ts";
import { type Hold, type Lease, type LeaseChange, LeaseState, type LeaseWrite, NEVER, type Seconds, type StoredLease } from "./lease.ts";
import { LeaseRows } from "./lease-rows.ts";
import { LimitCounts } from "./limit-counts.ts";
import { type LeaseWalker, MOST_WITH_TRAIT } from "./reader.ts";
import type { AddressFilter, PoolPosition, Space } from "./space.ts";
import { SpaceIndex, type TraitReader } from "./space-index.ts";

const NONE = -1;
/** What differs between the leases of one protocol and another. */
export interface LeaseFamily<A, O> {
  readonly addresses: AddressForm<A>;
  readonly records: RecordLayout<O>;
  readonly traitOf: TraitReader<O>;
}

/** What a change did: what to write, and what it takes to undo it. */
export interface Applied<A, O> {
  /** What to make durable. */
  readonly write: LeaseWrite;
  readonly address: A;
  readonly row: number;
  /** The lease as it was; undefined: the address had none. */
  readonly before: Before<O> | undefined;
}

/** A lease as it was before a change. */
export interface Before<O> {
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  /** A copy of the owner; undefined: the change left it as it was. */
  readonly owner: O | undefined;
}

/** A table on its way to another space. */
export interface Move {
  /** Looks at so many rows. True: the table is in the new space. */
  step(rows: number): boolean;
}

/**
 * All leases of a space, in memory: found by address and by client in constant time. What the table
 * knows follows from the changes that were applied; it decides nothing itself but when a lease has
 * run out. What holds here between two calls:
 *
 * - An address has one row at most, and keeps it for as long as it is remembered: the row that it
 *   has on disk. Memory is what is on disk with the changes under way applied, but that a lease
 *   which ran out is `expired` here and may still be `bound` there.
 * - Whatever changes rows on disk gives back an `Applied`, that of `expire` too. Undone in the
 *   reverse order, all since the one that failed, they lead back to exactly the rows that were
 *   before: so a change that left the owner alone need not keep a copy of it.
 * - An address is unused in its pool when it has neither row nor hold; it stands in the queue of
 *   its pool when its lease has ended and nobody holds it; until then it stands in the list of the
 *   second in which it ends.
 * - A limit key is counted once for an address, whether by its bound lease, by its hold, or by
 *   both.
 * - What follows from the space stands in a `SpaceIndex`. While the table moves to another space
 *   there are two of these, which are told the same: the new one is filled from the rows a few at a
 *   time, and takes the place of the old one when it has seen them all.
 */
export class LeaseTable<A, O> implements LeaseWalker<A, O> {
  readonly #family: LeaseFamily<A, O>;
  readonly #hash: KeyHash;
  readonly #rows: LeaseRows<A, O>;
  readonly #holds: Holds<A, O>;
  /** Rows by the second in which their state ends. */
  readonly #ending = new EndingLists();
  readonly #limitCounts: LimitCounts<A, O>;
  #index: SpaceIndex<A, O>;
  /** That of the space that the table moves to; undefined: it stays where it is. */
  #next: SpaceIndex<A, O> | undefined;

  /**
   * `secret`: two unsigned 32-bit numbers that no client knows; without them clients can choose
   * identifiers that make the table slow.
   */
  constructor(family: LeaseFamily<A, O>, space: Space<A>, secret: readonly [number, number] = [0, 0]) {
    const { addresses, records } = family;
    this.#family = family;
    this.#hash = createKeyHash(secret);
    const addressHash = createKeyHash(secret);
    this.#rows = new LeaseRows(addresses, records, this.#hash, addressHash);
    this.#holds = new Holds({ addresses, records, hash: this.#hash, addressHash, linkOf: (address) => this.space.linkOf(address) });
    this.#limitCounts = new LimitCounts(this.#hash, this.#rows, this.#holds);
    this.#index = new SpaceIndex(space, this.#rows, family.traitOf, this.#hash);
  }

  /** The space that the table is in. @internal */
  get space(): Space<A> {
    return this.#index.space;
  }

  /** Number of addresses that are leased, declined or remembered. */
  get size(): number {
    return this.#rows.count;
  }

  /** Number of addresses of a pool that are neither excluded nor in use nor remembered. */
  unusedIn({ index }: PoolPosition): number {
    return this.space.pools[index]?.unused ?? 0;
  }

  capacityOf({ index }: PoolPosition): number {
    return this.space.pools[index]?.capacity ?? 0;
  }

  countOf(limitKey: Uint8Array): number {
    return this.#limitCounts.of(limitKey);
  }

  inUse(pool: PoolPosition): number {
    return this.capacityOf(pool) - this.unusedIn(pool) - this.#index.ended.length(pool.index);
  }

  byAddress(address: A): Lease<A, O> | undefined {
    const row = this.#rows.find(address);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  ofClient(clientKey: Uint8Array, link: number, besides?: A): Lease<A, O> | undefined {
    const { byClient, records, addresses } = this.#rows;
    const hash = this.#hash(clientKey);
    let best = NONE;
    for (let place = byClient.start(hash); ; place = byClient.after(place)) {
      const row = byClient.at(place);
      if (row === NONE) break;
      if (!records.hasKey(row, hash, clientKey) || (besides !== undefined && addresses.is(row, besides))) continue;
      if (best !== NONE && !this.#hasMoreOfAClaim(row, best)) continue;
      if (this.space.linkOf(addresses.get(row)) === link) best = row;
    }
    return best === NONE ? undefined : this.#rows.lease(best);
  }

  allOfClient(clientKey: Uint8Array, link: number): readonly Lease<A, O>[] {
    const { byClient, records, addresses } = this.#rows;
    const hash = this.#hash(clientKey);
    const found: Lease<A, O>[] = [];
    for (let place = byClient.start(hash); ; place = byClient.after(place)) {
      const row = byClient.at(place);
      if (row === NONE) return found;
      if (!records.hasKey(row, hash, clientKey)) continue;
      if (this.space.linkOf(addresses.get(row)) === link) found.push(this.#rows.lease(row));
    }
  }

  holdOn(address: A): Hold<A, O> | undefined {
    const row = this.#holds.find(address);
    return row === NONE ? undefined : this.#holds.hold(row);
  }

  heldBy(clientKey: Uint8Array, link: number): Hold<A, O> | undefined {
    if (this.#holds.count === 0) return undefined;
    const row = this.#holds.findClient(clientKey, link);
    return row === NONE ? undefined : this.#holds.hold(row);
  }

  unusedAddress({ index }: PoolPosition, seed: number, unless?: AddressFilter<A>): A | undefined {
    return this.space.pools[index]?.first(seed, unless);
  }

  overlapping(address: A): number {
    return this.space.strays?.overlapping(address) ?? 0;
  }

  longestExpired({ index }: PoolPosition, unless?: AddressFilter<A>): Lease<A, O> | undefined {
    const { ended } = this.#index;
    const excludes = (row: number): boolean => unless?.excludes(this.#rows.addresses.get(row)) ?? false;
    const row = unless === undefined ? ended.head(index) : ended.first(index, excludes);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  withTrait(trait: string, value: Uint8Array, most = MOST_WITH_TRAIT): readonly Lease<A, O>[] {
    return this.#index.rowsWith(trait, value, Math.min(most, MOST_WITH_TRAIT)).map((row) => this.#rows.lease(row));
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease<A, O>> {
    for (let row = 0; row < this.#rows.end; row++) if (this.#rows.has(row)) yield this.#rows.lease(row);
  }

  rowOf(address: A): number {
    return this.#rows.find(address);
  }

  /** Every hold; some may be over. */
  *holds(): IterableIterator<Hold<A, O>> {
    for (let row = 0; row < this.#holds.end; row++) if (this.#holds.has(row)) yield this.#holds.hold(row);
  }

  /**
   * Takes over a lease that was read from the store in the row it was stored in, with this record.
   * Returns the row that has to be removed from the store when another row holds the same address
   * already: the one given its time later stays. Undefined: there is none, or the address is none
   * of this space.
   */
  restore(stored: StoredLease): number | undefined {
    const address = this.#family.addresses.fromBytes(stored.address);
    if (address === undefined) return undefined;
    const other = this.#rows.find(address);
    if (other !== NONE) {
      if ((this.#rows.start[other] as number) >= stored.start) return stored.row;
      this.#drop(other);
    }
    this.#rows.addStored(address, stored);
    this.#added(address);
    return other === NONE ? undefined : other;
  }

  /** To be called once, after the last `restore`. */
  restored(now: Seconds): void {
    this.#rows.findFree();
    const { state, expiry } = this.#rows;
    for (let row = 0; row < this.#rows.end; row++) {
      if (!this.#rows.has(row)) continue;
      if (state[row] === LeaseState.bound && (expiry[row] as number) <= now) state[row] = LeaseState.expired;
      this.#link(row);
    }
  }

  /** The write that forgets a row. */
  #removal(row: number, address: A): LeaseWrite {
    return { kind: "remove", space: this.space.id, row, address: this.#family.addresses.toBytes(address) };
  }

  /**
   * Carries out one change. Byte strings of the change are copied, and may be views of the table.
   * Undefined: there is nothing to write nor to undo, as with holds.
   */
  apply(change: LeaseChange<A, O>): Applied<A, O> | undefined {
    switch (change.kind) {
      case "put":
        return this.#give(change.lease);
      case "remove":
        return this.#remove(change.address);
      case "hold":
        this.#hold(change.hold, change.beside === true);
        return undefined;
      case "withdraw":
        this.#letGo(this.#holds.find(change.address));
        return undefined;
    }
  }

  /** Takes back what was done, the last one first: also what `expire` did since. */
  undo({ address, row, before }: Applied<A, O>): void {
    if (before === undefined) {
      this.#unlink(row);
      this.#drop(row);
      return;
    }
    const owner = before.owner ?? this.#rows.records.read(row);
    this.#put({ address, state: before.state, start: before.start, expiry: before.expiry, owner }, row);
  }

  /**
   * Moves on what is over by `now`, at most `limit` at a time, so that packets never wait for long:
   * holds lapse (half of the limit is for them), bound leases become expired, declined addresses
   * become free, and what is remembered for longer than `affinity` is forgotten. Returns what of
   * this is to be written, and undone when that fails. `expired` is told of each lease that ran
   * out; its owner is valid during the call.
   */
  expire(now: Seconds, limit: number, expired?: (lease: Lease<A, O>) => void): Applied<A, O>[] {
    const done: Applied<A, O>[] = [];
    let left = limit;
    const least = limit >> 1;
    for (let hold = this.#holds.firstOver(now); hold !== NONE && left > least; hold = this.#holds.firstOver(now)) {
      this.#letGo(hold);
      left--;
    }
    for (let row = this.#ending.firstEnding(now); row !== NONE && left > 0; row = this.#ending.firstEnding(now)) {
      this.#unlink(row);
      if (this.#rows.state[row] === LeaseState.declined) done.push(this.#forget(row));
      else {
        this.#rows.state[row] = LeaseState.expired;
        this.#link(row);
        expired?.(this.#rows.lease(row));
      }
      left--;
    }
    const { ended, space } = this.#index;
    for (let queue = 0; queue < ended.queues && left > 0; queue++) {
      for (let row = ended.head(queue); row !== NONE && left > 0; row = ended.head(queue)) {
        if ((this.#rows.expiry[row] as number) + space.affinity > now) break;
        this.#unlink(row);
        done.push(this.#forget(row));
        left--;
      }
    }
    return done;
  }

  /**
   * Begins to move to another space of the same addresses. Leases may be read and changed between
   * the steps; until the last one the table is in the old space. A move that was begun before is
   * given up.
   *
   * @internal
   */
  moveTo(space: Space<A>): Move {
    const next = new SpaceIndex(space, this.#rows, this.#family.traitOf, this.#hash);
    this.#next = next;
    let row = 0;
    let hold = 0;
    return {
      step: (rows) => {
        if (this.#next !== next) return this.#index === next;
        let left = rows;
        for (; row < this.#rows.end && left > 0; row++, left--) if (this.#rows.has(row)) this.#takeUp(next, row);
        for (; hold < this.#holds.end && left > 0; hold++, left--) if (this.#holds.has(hold)) next.use(this.#holds.addressOf(hold));
        if (row < this.#rows.end || hold < this.#holds.end) return false;
        this.#index = next;
        this.#next = undefined;
        return true;
      },
    };
  }

  #takeUp(index: SpaceIndex<A, O>, row: number): void {
    const address = this.#rows.addresses.get(row);
    index.use(address);
    if (this.#rows.state[row] === LeaseState.bound) index.index(row);
    else if (this.#rows.hasEnded(row) && this.#holds.find(address) === NONE) index.addEnded(row);
  }

  /** As `#put`; what the address was held for is done, or comes to nothing. */
  #give(lease: Lease<A, O>): Applied<A, O> {
    const done = this.#put(lease);
    // Only now: the owner may be a view of the hold.
    if (!this.#rows.hasEnded(done.row)) this.#letGo(this.#holds.find(lease.address));
    return done;
  }

  /** `free` is the row to use, if it is free, for an address that has none. */
  #put(lease: Lease<A, O>, free = NONE): Applied<A, O> {
    const rows = this.#rows;
    let row = rows.find(lease.address);
    if (row === NONE) {
      this.#limitCounts.remove(NONE, this.#holds.find(lease.address));
      row = this.#add(lease, free);
      this.#link(row);
      return { write: this.#write(row, false), address: rows.addresses.get(row), row, before: undefined };
    }
    const sameOwner = rows.records.equals(row, lease.owner);
    const before = this.#before(row, sameOwner);
    // Most of all changes are renewals, in which the same client goes on being found as before.
    const staysIndexed = sameOwner && before.state === LeaseState.bound && lease.state === LeaseState.bound;
    this.#unlink(row, staysIndexed);
    rows.replace(row, lease, sameOwner);
    this.#link(row, staysIndexed);
    return { write: this.#write(row, sameOwner), address: rows.addresses.get(row), row, before };
  }

  /** What makes the row durable as it stands. */
  #write(row: number, recordIsOnDisk: boolean): LeaseWrite {
    const rows = this.#rows;
    const { space } = this;
    const { id } = space;
    const own = rows.addresses.get(row);
    const address = this.#family.addresses.toBytes(own);
    const state = rows.state[row] as LeaseState;
    const start = rows.start[row] as number;
    const expiry = rows.expiry[row] as number;
    if (recordIsOnDisk) return { kind: "times", space: id, row, address, state, start, expiry };
    const network = space.networkName(own);
    return { kind: "put", space: id, row, address, state, start, expiry, record: rows.records.record(row), network };
  }

  #remove(address: A): Applied<A, O> | undefined {
    const row = this.#rows.find(address);
    if (row === NONE) return undefined;
    this.#unlink(row);
    return this.#forget(row);
  }

  /** Frees a row that is in no list. */
  #forget(row: number): Applied<A, O> {
    const address = this.#rows.addresses.get(row);
    const before = this.#before(row, false);
    this.#drop(row);
    return { write: this.#removal(row, address), address, row, before };
  }

  #before(row: number, sameOwner: boolean): Before<O> {
    const { state, start, expiry, records } = this.#rows;
    return {
      state: state[row] as LeaseState,
      start: start[row] as number,
      expiry: expiry[row] as number,
      owner: sameOwner ? undefined : records.copy(row),
    };
  }

  #hold({ address, until, owner }: Hold<A, O>, beside: boolean): void {
    const key = this.#family.records.key(owner);
    const link = this.space.linkOf(address);
    const keyHash = this.#hash(key);
    const kept = this.#holds.keep(owner);
    if (!beside) this.#letGo(this.#holds.findClient(key, link, keyHash));
    this.#letGo(this.#holds.find(address));
    const row = this.#rows.find(address);
    this.#limitCounts.remove(row, NONE);
    if (row === NONE) this.#use(address);
    else if (this.#rows.hasEnded(row)) this.#removeEnded(row);
    this.#holds.add(address, until, kept, keyHash);
    this.#limitCounts.add(row, this.#holds.find(address));
  }

  /** Ends a hold, if there is one in the row. */
  #letGo(hold: number): void {
    if (hold === NONE) return;
    const address = this.#holds.addressOf(hold);
    const row = this.#rows.find(address);
    this.#limitCounts.remove(row, hold);
    this.#holds.remove(hold);
    if (row === NONE) this.#release(address);
    else if (this.#rows.hasEnded(row)) this.#addEnded(row);
    this.#limitCounts.add(row, NONE);
  }

  /** Puts the lease of a new address in a row; the caller links it. */
  #add(lease: Lease<A, O>, wanted: number): number {
    const row = this.#rows.add(lease, wanted);
    this.#added(lease.address);
    return row;
  }

  /** There is a lease of this address now, perhaps in a row that there was not before. */
  #added(address: A): void {
    const { capacity } = this.#rows;
    this.#ending.reserve(capacity);
    this.#index.reserve(capacity);
    this.#next?.reserve(capacity);
    this.#use(address);
  }

  /** Frees a row that is in no list. */
  #drop(row: number): void {
    const address = this.#rows.addresses.get(row);
    this.#rows.remove(row);
    const hold = this.#holds.find(address);
    if (hold === NONE) this.#release(address);
    else this.#limitCounts.add(NONE, hold);
  }

  /** Takes the row up in the lists and indexes that it belongs in as it stands. */
  #link(row: number, isIndexed = false): void {
    const hold = this.#holds.count === 0 ? NONE : this.#holds.find(this.#rows.addresses.get(row));
    if (this.#rows.hasEnded(row)) {
      if (hold === NONE) this.#addEnded(row);
    } else {
      const second = this.#rows.expiry[row] as number;
      if (second !== NEVER) this.#ending.add(row, second);
      if (this.#rows.state[row] === LeaseState.bound && !isIndexed) this.#indexTraits(row);
    }
    this.#limitCounts.add(row, hold);
  }

  /** Takes it out of all of them; `staysIndexed`: but for those by traits. */
  #unlink(row: number, staysIndexed = false): void {
    const hold = this.#holds.count === 0 ? NONE : this.#holds.find(this.#rows.addresses.get(row));
    this.#limitCounts.remove(row, hold);
    if (this.#rows.hasEnded(row)) {
      if (hold === NONE) this.#removeEnded(row);
    } else {
      const second = this.#rows.expiry[row] as number;
      if (second !== NEVER) this.#ending.remove(row, second);
      if (!staysIndexed) this.#unindexTraits(row);
    }
  }

  #use(address: A): void {
    this.#index.use(address);
    this.#next?.use(address);
  }

  #release(address: A): void {
    this.#index.release(address);
    this.#next?.release(address);
  }

  #addEnded(row: number): void {
    this.#index.addEnded(row);
    this.#next?.addEnded(row);
  }

  #removeEnded(row: number): void {
    this.#index.removeEnded(row);
    this.#next?.removeEnded(row);
  }

  #indexTraits(row: number): void {
    this.#index.index(row);
    this.#next?.index(row);
  }

  #unindexTraits(row: number): void {
    this.#index.unindex(row);
    this.#next?.unindex(row);
  }

  /**
   * Of two leases of a client: a bound one goes before one that is remembered, then the one that
   * ends or ended last.
   */
  #hasMoreOfAClaim(row: number, than: number): boolean {
    const { state, expiry } = this.#rows;
    const difference = Number(state[row] === LeaseState.bound) - Number(state[than] === LeaseState.bound);
    if (difference !== 0) return difference > 0;
    if (expiry[row] !== expiry[than]) return (expiry[row] as number) > (expiry[than] as number);
    return row < than;
  }
}
