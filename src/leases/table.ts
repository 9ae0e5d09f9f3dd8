import type { AddressCounts } from "./address-counts.ts";
import { type ClientRows, createClientRows } from "./client-rows.ts";
import type { AddressForm } from "./columns/addresses.ts";
import { EndingLists } from "./columns/ending-lists.ts";
import { createKeyHash, type KeyHash } from "./columns/key-hash.ts";
import type { RecordLayout } from "./columns/record-column.ts";
import { Holds } from "./holds.ts";
import {
  type Hold,
  isOver,
  type Lease,
  type LeaseChange,
  LeaseState,
  type LeaseWrite,
  NEVER,
  type NetworkedLease,
  type Seconds,
  type StoredLease,
} from "./lease.ts";
import { LeaseRows } from "./lease-rows.ts";
import { LimitCounts } from "./limit-counts.ts";
import { type Move, MovingIndex } from "./moving-index.ts";
import { type LeaseWalker, MOST_WITH_TRAIT } from "./reader.ts";
import type { AddressFilter, PoolPosition, Space } from "./space.ts";
import type { TraitReader } from "./space-index.ts";

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
 * - An address counts for its pool, or else for its network, by its state.
 * - What follows from the space stands in a `SpaceIndex`, and in two of them while the table moves.
 */
export class LeaseTable<A, O> implements LeaseWalker<A, O> {
  readonly #family: LeaseFamily<A, O>;
  readonly #hash: KeyHash;
  readonly #rows: LeaseRows<A, O>;
  readonly #holds: Holds<A, O>;
  /** Rows by the second in which their state ends. */
  readonly #ending = new EndingLists();
  readonly #limitCounts: LimitCounts<A, O>;
  /**
   * How many rows are in each state: whoever asks a server how it is must not wait for a look at
   * all.
   */
  readonly #inState = new Uint32Array(Math.max(...Object.values(LeaseState)) + 1);
  readonly #clients: ClientRows<A>;
  readonly #index: MovingIndex<A, O>;

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
    this.#clients = createClientRows(this.#rows, this.#hash);
    const parts = { rows: this.#rows, holds: this.#holds, traitOf: family.traitOf, hash: this.#hash };
    this.#index = new MovingIndex(parts, space);
  }

  /** The space that the table is in. @internal */
  get space(): Space<A> {
    return this.#index.current.space;
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
    return this.capacityOf(pool) - this.unusedIn(pool) - this.#index.current.ended.length(pool.index);
  }

  /** How many addresses of each pool and network are in which state. @internal */
  get counts(): AddressCounts<A> {
    return this.#index.current.counts;
  }

  byAddress(address: A): Lease<A, O> | undefined {
    const row = this.#rows.find(address);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  /** The state of the lease of an address; undefined: it has none. */
  stateOf(address: A): LeaseState | undefined {
    const row = this.#rows.find(address);
    return row === NONE ? undefined : (this.#rows.state[row] as LeaseState);
  }

  ofClient(clientKey: Uint8Array, link: number, besides?: A): Lease<A, O> | undefined {
    const row = this.#clients.best(this.space, clientKey, link, besides);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  allOfClient(clientKey: Uint8Array, link: number): readonly Lease<A, O>[] {
    return this.#clients.all(this.space, clientKey, link).map((row) => this.#rows.lease(row));
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
    const { ended } = this.#index.current;
    const excludes = (row: number): boolean => unless?.excludes(this.#rows.addresses.get(row)) ?? false;
    const row = unless === undefined ? ended.head(index) : ended.first(index, excludes);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  withTrait(trait: string, value: Uint8Array, most = MOST_WITH_TRAIT): readonly Lease<A, O>[] {
    return this.#index.current.rowsWith(trait, value, Math.min(most, MOST_WITH_TRAIT)).map((row) => this.#rows.lease(row));
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease<A, O>> {
    for (let row = 0; row < this.#rows.end; row++) if (this.#rows.has(row)) yield this.#rows.lease(row);
  }

  rowOf(address: A): number {
    return this.#rows.find(address);
  }

  /** How many leases are in each state, as far as the table has noticed. */
  states(): Record<keyof typeof LeaseState, number> {
    const { bound, released, expired, declined } = LeaseState;
    const of = (state: LeaseState): number => this.#inState[state] as number;
    return { bound: of(bound), released: of(released), expired: of(expired), declined: of(declined) };
  }

  /**
   * The lease of an address, given as bytes in network order, as it is stored; undefined: there is
   * none. Its bytes are the caller's, here and below.
   */
  storedAt(address: Uint8Array): NetworkedLease | undefined {
    const own = this.#family.addresses.fromBytes(address);
    const row = own === undefined ? NONE : this.#rows.find(own);
    return row === NONE ? undefined : this.#stored(row);
  }

  /** The leases of a client on all links, but those that it declined, in no order. */
  storedOf(clientKey: Uint8Array): readonly NetworkedLease[] {
    const { byClient, records } = this.#rows;
    const hash = this.#hash(clientKey);
    const found: NetworkedLease[] = [];
    for (let place = byClient.start(hash); ; place = byClient.after(place)) {
      const row = byClient.at(place);
      if (row === NONE) return found;
      if (records.hasKey(row, hash, clientKey)) found.push(this.#stored(row));
    }
  }

  /**
   * What is in so many rows from this one on, whether there are leases in them or not; undefined:
   * there are no rows from there on.
   */
  storedFrom(first: number, rows: number): readonly NetworkedLease[] | undefined {
    if (first >= this.#rows.end) return undefined;
    const found: NetworkedLease[] = [];
    const end = Math.min(first + rows, this.#rows.end);
    for (let row = first; row < end; row++) if (this.#rows.has(row)) found.push(this.#stored(row));
    return found;
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

  /**
   * To be called once, after the last `restore`. `now`: leases that have run out before are
   * expired; 0: none is before `expire` has moved it on.
   */
  restored(now: Seconds): void {
    this.#rows.findFree();
    const { state, expiry } = this.#rows;
    for (let row = 0; row < this.#rows.end; row++) {
      if (!this.#rows.has(row)) continue;
      if (state[row] === LeaseState.bound && isOver(expiry[row] as number, now)) state[row] = LeaseState.expired;
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
   * Moves on what is over at `now`, at most `limit` at a time, so that packets never wait for long:
   * holds lapse (half of the limit is for them), bound leases become expired, declined addresses
   * become free, and what is remembered for longer than `affinity` is forgotten. Returns what of
   * this is to be written, and undone when that fails. `expired` is told of each lease that ran
   * out; its owner is valid during the call. `written`: that a lease has run out is to be written
   * too; else its time says so, there as well as here.
   */
  expire(now: Seconds, limit: number, expired?: (lease: Lease<A, O>) => void, written = false): Applied<A, O>[] {
    const done: Applied<A, O>[] = [];
    let left = limit;
    const least = limit >> 1;
    for (let hold = this.#holds.firstOver(now); hold !== NONE && left > least; hold = this.#holds.firstOver(now)) {
      this.#letGo(hold);
      left--;
    }
    // See `isOver`.
    const last = now - 1;
    for (let row = this.#ending.firstEnding(last); row !== NONE && left > 0; row = this.#ending.firstEnding(last)) {
      this.#unlink(row);
      if (this.#rows.state[row] === LeaseState.declined) done.push(this.#forget(row));
      else {
        const before = written ? this.#before(row, true) : undefined;
        this.#rows.state[row] = LeaseState.expired;
        this.#link(row);
        expired?.(this.#rows.lease(row));
        if (before !== undefined) done.push({ write: this.#write(row, true), address: this.#rows.addresses.get(row), row, before });
      }
      left--;
    }
    const { ended, space } = this.#index.current;
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
    return this.#index.moveTo(space);
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
      this.#uncount(lease.address, NONE, this.#holds.find(lease.address));
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

  /** The row as it stands, with bytes of its own. */
  #stored(row: number): NetworkedLease {
    return this.#write(row, false) as Extract<LeaseWrite, { kind: "put" }>;
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
    this.#uncount(address, row, NONE);
    if (row === NONE) this.#index.use(address);
    else if (this.#rows.hasEnded(row)) this.#index.removeEnded(row);
    this.#holds.add(address, until, kept, keyHash);
    this.#count(address, row, this.#holds.find(address));
  }

  /** Ends a hold, if there is one in the row. */
  #letGo(hold: number): void {
    if (hold === NONE) return;
    const address = this.#holds.addressOf(hold);
    const row = this.#rows.find(address);
    this.#uncount(address, row, hold);
    this.#holds.remove(hold);
    if (row === NONE) this.#index.release(address);
    else if (this.#rows.hasEnded(row)) this.#index.addEnded(row);
    this.#count(address, row, NONE);
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
    this.#index.use(address);
  }

  /** Frees a row that is in no list. */
  #drop(row: number): void {
    const address = this.#rows.addresses.get(row);
    this.#rows.remove(row);
    const hold = this.#holds.find(address);
    if (hold === NONE) this.#index.release(address);
    else this.#count(address, NONE, hold);
  }

  /** Takes the row up in the lists and indexes that it belongs in as it stands. */
  #link(row: number, isIndexed = false): void {
    const hold = this.#holdOf(row);
    const state = this.#rows.state[row] as number;
    this.#inState[state] = (this.#inState[state] as number) + 1;
    if (this.#rows.hasEnded(row)) {
      if (hold === NONE) this.#index.addEnded(row);
    } else {
      const second = this.#rows.expiry[row] as number;
      if (second !== NEVER) this.#ending.add(row, second);
      if (state === LeaseState.bound && !isIndexed) this.#index.index(row);
    }
    this.#limitCounts.add(row, hold);
    // A renewal leaves the address as it was.
    if (!isIndexed) this.#index.count(this.#rows.addresses.get(row), row, hold);
  }

  /** Takes it out of all of them; `staysIndexed`: but for those by traits. */
  #unlink(row: number, staysIndexed = false): void {
    const hold = this.#holdOf(row);
    const state = this.#rows.state[row] as number;
    this.#inState[state] = (this.#inState[state] as number) - 1;
    this.#limitCounts.remove(row, hold);
    if (!staysIndexed) this.#index.uncount(this.#rows.addresses.get(row), row, hold);
    if (this.#rows.hasEnded(row)) {
      if (hold === NONE) this.#index.removeEnded(row);
    } else {
      const second = this.#rows.expiry[row] as number;
      if (second !== NEVER) this.#ending.remove(row, second);
      if (!staysIndexed) this.#index.unindex(row);
    }
  }

  /** The hold of the address of a row; -1: it has none. */
  #holdOf(row: number): number {
    return this.#holds.count === 0 ? NONE : this.#holds.find(this.#rows.addresses.get(row));
  }

  /** The hold of the address is this one from now on: -1: it has none. The lease stays. */
  #count(address: A, row: number, hold: number): void {
    this.#limitCounts.add(row, hold);
    if (this.#isOpen(row)) this.#index.count(address, row, hold);
  }

  /** It does not from now on; to be called before the hold changes. */
  #uncount(address: A, row: number, hold: number): void {
    this.#limitCounts.remove(row, hold);
    if (this.#isOpen(row)) this.#index.uncount(address, row, hold);
  }

  /** Whether it is the hold that says what its address is to those who count. */
  #isOpen(row: number): boolean {
    return row === NONE || this.#rows.hasEnded(row);
  }
}
