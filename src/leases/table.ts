import type { Config } from "../config/model/config.ts";
import type { Range } from "../config/model/dhcp4.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { EndedQueues } from "./ended-queues.ts";
import { EndingLists } from "./ending-lists.ts";
import { Holds } from "./holds.ts";
import { createKeyHash, type KeyHash } from "./key-hash.ts";
import { type Hold, type Lease, type LeaseChange, type LeaseOwner, LeaseState, type LeaseWrite, NEVER, type Seconds } from "./lease.ts";
import { LeaseRows } from "./lease-rows.ts";
import { LimitCounts } from "./limit-counts.ts";
import { Places } from "./places.ts";
import type { AddressFilter, LeaseReader, LeaseTrait } from "./reader.ts";

const NONE = -1;
/** Of more leases with the same trait no more are found: to go over all of them would hold up packets. */
const MOST_WITH_TRAIT = 1000;

/** What a change did: what to write, and what it takes to undo it. */
export interface Applied {
  /** What to make durable. */
  readonly write: LeaseWrite;
  readonly address: Ipv4;
  readonly row: number;
  /** The lease as it was; undefined: the address had none. */
  readonly before: Before | undefined;
}

interface Before {
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  /** A copy of the owner; undefined: the change left it as it was. */
  readonly owner: LeaseOwner | undefined;
}

/**
 * All leases, in memory: found by address and by client in constant time. What the table knows follows from the changes that were applied; it
 * decides nothing itself but when a lease has run out. What holds here between two calls:
 *
 * - An address has one row at most, and keeps it for as long as it is remembered: the row that it has on disk. Memory is what is on disk with
 *   the changes under way applied, but that a lease which ran out is `expired` here and may still be `bound` there.
 * - Whatever changes rows on disk gives back an `Applied`, that of `expire` too. Undone in the reverse order, all since the one that failed,
 *   they lead back to exactly the rows that were before: so a change that left the owner alone need not keep a copy of it.
 * - An address is unused in its pool when it has neither row nor hold; it stands in the queue of its range when its lease has ended and nobody
 *   holds it; until then it stands in the list of the second in which it ends.
 * - A limit key is counted once for an address, whether by its bound lease, by its hold, or by both.
 */
export class LeaseTable implements LeaseReader {
  readonly #config: Config;
  readonly #hash: KeyHash;
  readonly #places: Places;
  readonly #rows: LeaseRows;
  readonly #holds: Holds;
  /** Rows by the second in which their state ends. */
  readonly #ending = new EndingLists();
  /** Released and expired ones by range; the last queue: outside all ranges. */
  readonly #ended: EndedQueues;
  readonly #limitCounts: LimitCounts;

  /** `secret`: two unsigned 32-bit numbers that no client knows; without them clients can choose identifiers that make the table slow. */
  constructor(config: Config, secret: readonly [number, number] = [0, 0]) {
    this.#config = config;
    this.#hash = createKeyHash(secret);
    this.#places = new Places(config);
    this.#rows = new LeaseRows(config.leasequery === undefined ? [] : ["chaddr", "clientIdentifier", "remoteId"], this.#hash);
    this.#holds = new Holds(this.#hash);
    // A row is in a list or in a queue: its place in the queue is kept where its link in the list was.
    this.#ended = new EndedQueues(config.ranges.length + 1, this.#rows, () => this.#ending.previous);
    this.#limitCounts = new LimitCounts(config, this.#hash, this.#rows, this.#holds);
  }

  /** Number of addresses that are leased, declined or remembered. */
  get size(): number {
    return this.#rows.count;
  }

  /** Number of addresses of a range that are neither excluded nor in use nor remembered. */
  unusedIn(range: Range): number {
    return this.#places.poolOf(range).unused;
  }

  capacityOf(range: Range): number {
    return this.#places.poolOf(range).capacity;
  }

  countOf(limitKey: Uint8Array): number {
    return this.#limitCounts.of(limitKey);
  }

  inUse(range: Range): number {
    const { capacity, unused } = this.#places.poolOf(range);
    return capacity - unused - this.#ended.length(range.index);
  }

  byAddress(address: Ipv4): Lease | undefined {
    const row = this.#rows.find(address);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  ofClient(clientKey: Uint8Array, link: number, besides = -1): Lease | undefined {
    const { byClient, owners, address } = this.#rows;
    const hash = this.#hash(clientKey);
    let best = NONE;
    for (let place = byClient.start(hash); ; place = byClient.after(place)) {
      const row = byClient.at(place);
      if (row === NONE) break;
      if (!owners.hasKey(row, hash, clientKey) || address[row] === besides) continue;
      if (best !== NONE && !this.#hasMoreOfAClaim(row, best)) continue;
      if (this.#places.linkOf(address[row] as number) === link) best = row;
    }
    return best === NONE ? undefined : this.#rows.lease(best);
  }

  holdOn(address: Ipv4): Hold | undefined {
    const row = this.#holds.find(address);
    return row === NONE ? undefined : this.#holds.hold(row);
  }

  heldBy(clientKey: Uint8Array, link: number): Hold | undefined {
    if (this.#holds.count === 0) return undefined;
    const row = this.#holds.findClient(clientKey, link);
    return row === NONE ? undefined : this.#holds.hold(row);
  }

  unusedAddress(range: Range, seed: number, unless?: AddressFilter): Ipv4 | undefined {
    return this.#places.poolOf(range).firstUnused(seed, unless);
  }

  longestExpired(range: Range, unless?: AddressFilter): Lease | undefined {
    const row = unless === undefined ? this.#ended.head(range.index) : this.#ended.first(range.index, unless);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  withTrait(trait: LeaseTrait, value: Uint8Array): readonly Lease[] {
    return this.#rows.owners.rowsWith(trait, value, MOST_WITH_TRAIT).map((row) => this.#rows.lease(row));
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease> {
    for (let row = 0; row < this.#rows.end; row++) if (this.#rows.has(row)) yield this.#rows.lease(row);
  }

  /** Every hold; some may be over. */
  *holds(): IterableIterator<Hold> {
    for (const row of this.#holds.rows()) yield this.#holds.hold(row);
  }

  /**
   * Takes over a lease read from the store in the row it was stored in. Returns the row that has to be removed
   * from the store when another row holds the same address already (the one given its time later stays).
   */
  restore(row: number, lease: Lease): number | undefined {
    const other = this.#rows.find(lease.address);
    if (other !== NONE) {
      if ((this.#rows.start[other] as number) >= lease.start) return row;
      this.#drop(other);
    }
    this.#add(lease, row);
    return other === NONE ? undefined : other;
  }

  /** To be called once, after the last `restore`. */
  restored(now: Seconds): void {
    this.#rows.findFree();
    const { state, expiry } = this.#rows;
    for (let row = 0; row < this.#rows.end; row++) {
      if (!this.#rows.has(row)) continue;
      if (state[row] === LeaseState.bound && (expiry[row] as number) <= now) this.#rows.expire(row);
      this.#link(row);
    }
  }

  /**
   * Carries out one change. Byte strings of the change are copied, and may be views of the table. Undefined: there is nothing to write nor to
   * undo, as with holds.
   */
  apply(change: LeaseChange): Applied | undefined {
    switch (change.kind) {
      case "put":
        return this.#give(change.lease);
      case "remove":
        return this.#remove(change.address);
      case "hold":
        this.#hold(change.hold);
        return undefined;
      case "withdraw":
        this.#letGo(this.#holds.find(change.address));
        return undefined;
    }
  }

  /** Takes back what was done, the last one first: also what `expire` did since. */
  undo({ address, row, before }: Applied): void {
    if (before === undefined) {
      this.#unlink(row);
      this.#drop(row);
      return;
    }
    const owner = before.owner ?? this.#rows.owners.read(row);
    this.#put({ address, state: before.state, start: before.start, expiry: before.expiry, owner }, row);
  }

  /**
   * Moves on what is over by `now`, at most `limit` at a time, so that packets never wait for long: holds lapse (half of the limit is for them), bound
   * leases become expired, declined addresses become free, and what is remembered for longer than `affinity` is forgotten. Returns what of this is to be
   * written, and undone when that fails. `expired` is told of each lease that ran out; its owner is valid during the call.
   */
  expire(now: Seconds, limit: number, expired?: (lease: Lease) => void): Applied[] {
    const done: Applied[] = [];
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
        this.#rows.expire(row);
        this.#link(row);
        expired?.(this.#rows.lease(row));
      }
      left--;
    }
    for (let queue = 0; queue <= this.#config.ranges.length && left > 0; queue++) {
      for (let row = this.#ended.head(queue); row !== NONE && left > 0; row = this.#ended.head(queue)) {
        if ((this.#rows.expiry[row] as number) + this.#config.affinity > now) break;
        this.#unlink(row);
        done.push(this.#forget(row));
        left--;
      }
    }
    return done;
  }

  /** As `#put`; what the address was held for is done, or comes to nothing. */
  #give(lease: Lease): Applied {
    const done = this.#put(lease);
    // Only now: the owner may be a view of the hold.
    if (!this.#hasEnded(done.row)) this.#letGo(this.#holds.find(lease.address));
    return done;
  }

  /** `free` is the row to use, if it is free, for an address that has none. */
  #put(lease: Lease, free = NONE): Applied {
    const rows = this.#rows;
    let row = rows.find(lease.address);
    if (row === NONE) {
      this.#limitCounts.remove(lease.address, NONE);
      row = this.#add(lease, free);
      this.#link(row);
      return { write: this.#write(row, false), address: lease.address, row, before: undefined };
    }
    const sameOwner = rows.owners.equals(row, lease.owner);
    const before = this.#before(row, sameOwner);
    this.#unlink(row);
    rows.replace(row, lease, sameOwner);
    this.#link(row);
    return { write: this.#write(row, sameOwner), address: lease.address, row, before };
  }

  /** What makes the row durable as it stands. */
  #write(row: number, ownerIsOnDisk: boolean): LeaseWrite {
    const rows = this.#rows;
    const address = rows.address[row] as number;
    const state = rows.state[row] as LeaseState;
    const start = rows.start[row] as number;
    const expiry = rows.expiry[row] as number;
    if (ownerIsOnDisk) return { kind: "times", row, address, state, start, expiry };
    return { kind: "put", row, address, state, start, expiry, record: rows.owners.record(row), network: this.#places.networkName(address) };
  }

  #remove(address: Ipv4): Applied | undefined {
    const row = this.#rows.find(address);
    if (row === NONE) return undefined;
    this.#unlink(row);
    return this.#forget(row);
  }

  /** Frees a row that is in no list. */
  #forget(row: number): Applied {
    const address = this.#rows.address[row] as number;
    const before = this.#before(row, false);
    this.#drop(row);
    return { write: { kind: "remove", row, address }, address, row, before };
  }

  #before(row: number, sameOwner: boolean): Before {
    const { state, start, expiry, owners } = this.#rows;
    return {
      state: state[row] as LeaseState,
      start: start[row] as number,
      expiry: expiry[row] as number,
      owner: sameOwner ? undefined : owners.copy(row),
    };
  }

  #hold({ address, until, owner }: Hold): void {
    const link = this.#places.linkOf(address);
    const keyHash = this.#hash(owner.clientKey);
    const kept = this.#holds.keep(owner);
    this.#letGo(this.#holds.findClient(owner.clientKey, link, keyHash));
    this.#letGo(this.#holds.find(address));
    const row = this.#rows.find(address);
    this.#limitCounts.remove(address, row);
    if (row === NONE) this.#places.use(address);
    else if (this.#hasEnded(row)) this.#ended.remove(this.#queueOf(row), row);
    this.#holds.add(address, link, until, kept, keyHash);
    this.#limitCounts.add(address, row);
  }

  /** Ends a hold, if there is one in the row. */
  #letGo(hold: number): void {
    if (hold === NONE) return;
    const address = this.#holds.addressOf(hold);
    const row = this.#rows.find(address);
    this.#limitCounts.remove(address, row);
    this.#holds.remove(hold);
    if (row === NONE) this.#places.release(address);
    else if (this.#hasEnded(row)) this.#ended.add(this.#queueOf(row), row);
    this.#limitCounts.add(address, row);
  }

  /** Puts the lease of a new address in a row; the caller links it. */
  #add(lease: Lease, wanted: number): number {
    const row = this.#rows.add(lease, wanted);
    this.#ending.reserve(this.#rows.capacity);
    this.#places.use(lease.address);
    return row;
  }

  /** Frees a row that is in no list. */
  #drop(row: number): void {
    const address = this.#rows.address[row] as number;
    this.#rows.remove(row);
    if (this.#holds.find(address) === NONE) this.#places.release(address);
    else this.#limitCounts.add(address, NONE);
  }

  #link(row: number): void {
    const address = this.#rows.address[row] as number;
    const second = this.#rows.expiry[row] as number;
    if (!this.#hasEnded(row)) {
      if (second !== NEVER) this.#ending.add(row, second);
    } else if (this.#holds.find(address) === NONE) this.#ended.add(this.#queueOf(row), row);
    this.#limitCounts.add(address, row);
  }

  #unlink(row: number): void {
    const address = this.#rows.address[row] as number;
    const second = this.#rows.expiry[row] as number;
    this.#limitCounts.remove(address, row);
    if (!this.#hasEnded(row)) {
      if (second !== NEVER) this.#ending.remove(row, second);
    } else if (this.#holds.find(address) === NONE) this.#ended.remove(this.#queueOf(row), row);
  }

  #hasEnded(row: number): boolean {
    return this.#rows.state[row] === LeaseState.released || this.#rows.state[row] === LeaseState.expired;
  }

  /** The queue of a row that ended: that of its range, or the last one. A reserved or excluded address is for nobody else. */
  #queueOf(row: number): number {
    return this.#places.rangeOf(this.#rows.address[row] as number)?.index ?? this.#config.ranges.length;
  }

  /** Of two leases of a client: a bound one goes before one that is remembered, then the one that ends or ended last. */
  #hasMoreOfAClaim(row: number, than: number): boolean {
    const { state, expiry, address } = this.#rows;
    const difference = Number(state[row] === LeaseState.bound) - Number(state[than] === LeaseState.bound);
    if (difference !== 0) return difference > 0;
    if (expiry[row] !== expiry[than]) return (expiry[row] as number) > (expiry[than] as number);
    return (address[row] as number) < (address[than] as number);
  }
}
