import type { Config, Range } from "../config/model.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { KeyCounts } from "./key-counts.ts";
import { createKeyHash, type KeyHash } from "./key-hash.ts";
import { type Lease, type LeaseChange, type LeaseOwner, LeaseState, type LeaseWrite, NEVER, type Seconds } from "./lease.ts";
import { LeaseRows } from "./lease-rows.ts";
import { splitKeys } from "./limit-keys.ts";
import { Places } from "./places.ts";
import type { LeaseReader, LeaseTrait } from "./reader.ts";
import { RowLists } from "./row-lists.ts";

const NONE = -1;
const NO_KEYS: readonly Uint8Array[] = [];
/** Of more leases with the same trait no more are found: to go over all of them would hold up packets. */
const MOST_WITH_TRAIT = 1000;

/** The row exists in the database, as far as the commits that were handed over succeed. */
const ON_DISK = 1;
/** The database holds the same owner as the table. */
const OWNER_ON_DISK = 2;

/** What `apply` did: what to write, and what it takes to undo it. */
export interface Applied {
  /** What to make durable; undefined: nothing (an offer). */
  readonly write: LeaseWrite | undefined;
  readonly address: Ipv4;
  readonly row: number;
  /** The lease as it was; undefined: the address had none. */
  readonly before: Before | undefined;
}

interface Before {
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  /** A copy of the owner; undefined: the owner did not change. */
  readonly owner: LeaseOwner | undefined;
  /** Hash of the owner's key. */
  readonly keyHash: number;
  readonly flags: number;
}

/**
 * All leases, in memory: found by address and by client in constant time. What the table knows follows from the changes that were applied; it
 * decides nothing itself but when a lease has run out.
 */
export class LeaseTable implements LeaseReader {
  readonly #config: Config;
  readonly #hash: KeyHash;
  readonly #places: Places;
  readonly #rows: LeaseRows;
  /** Rows by the second in which their state ends; released and expired ones by range (the last queue: outside all ranges). */
  readonly #lists: RowLists;
  /** Bound and offered leases by the limit keys that they are kept with; undefined: nobody asks. */
  readonly #limitCounts: KeyCounts | undefined;

  /** `secret`: two unsigned 32-bit numbers that no client knows; without them clients can choose identifiers that make the table slow. */
  constructor(config: Config, secret: readonly [number, number] = [0, 0]) {
    this.#config = config;
    this.#hash = createKeyHash(secret);
    this.#places = new Places(config);
    this.#rows = new LeaseRows(config.leasequery === undefined ? [] : ["chaddr", "clientIdentifier", "remoteId"], this.#hash);
    this.#lists = new RowLists(config.ranges.length + 1);
    this.#limitCounts = hasLimits(config) ? new KeyCounts(this.#hash) : undefined;
  }

  /** Number of addresses that are known: leased, offered, declined or remembered. */
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
    return this.#limitCounts?.of(limitKey) ?? 0;
  }

  inUse(range: Range): number {
    const { capacity, unused } = this.#places.poolOf(range);
    return capacity - unused - this.#lists.length(range.index);
  }

  byAddress(address: Ipv4): Lease | undefined {
    const row = this.#rows.find(address);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  ofClient(clientKey: Uint8Array, link: number): Lease | undefined {
    const { byClient, owners, state, address } = this.#rows;
    const hash = this.#hash(clientKey);
    let best = NONE;
    for (let place = byClient.start(hash); ; place = byClient.after(place)) {
      const row = byClient.at(place);
      if (row === NONE) break;
      if (!owners.hasKey(row, hash, clientKey)) continue;
      if (best !== NONE && rank(state[row] as number) >= rank(state[best] as number)) continue;
      if (this.#places.linkOf(address[row] as number) === link) best = row;
    }
    return best === NONE ? undefined : this.#rows.lease(best);
  }

  unusedAddress(range: Range, seed: number): Ipv4 | undefined {
    return this.#places.poolOf(range).firstUnused(seed);
  }

  longestExpired(range: Range): Lease | undefined {
    const row = this.#lists.head(range.index);
    return row === NONE ? undefined : this.#rows.lease(row);
  }

  withTrait(trait: LeaseTrait, value: Uint8Array): readonly Lease[] {
    return this.#rows.owners.rowsWith(trait, value, MOST_WITH_TRAIT).map((row) => this.#rows.lease(row));
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease> {
    for (let row = 0; row < this.#rows.end; row++) if (this.#rows.has(row)) yield this.#rows.lease(row);
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
    this.#rows.flags[this.#add(lease, row)] = ON_DISK | OWNER_ON_DISK;
    return other === NONE ? undefined : other;
  }

  /** To be called once, after the last `restore`. */
  restored(now: Seconds): void {
    this.#rows.findFree();
    const { state, expiry } = this.#rows;
    const over: number[] = [];
    for (let row = 0; row < this.#rows.end; row++) {
      if (!this.#rows.has(row)) continue;
      // What ended by a clock that was ahead has ended all the same.
      if (this.#isReclaimable(row)) over.push(row);
      else if (state[row] === LeaseState.declined || (expiry[row] as number) > now) this.#link(row);
      else over.push(row);
    }
    over.sort((a, b) => (expiry[a] as number) - (expiry[b] as number));
    for (const row of over) {
      if (state[row] === LeaseState.bound) this.#rows.expire(row);
      this.#lists.append(this.#queueOf(row), row);
    }
  }

  /** Carries out one change. `undo` takes it back, last one first. */
  apply(change: LeaseChange): Applied {
    return change.kind === "put" ? this.#put(change.lease) : this.#remove(change.address);
  }

  undo({ address, row, before }: Applied): void {
    const current = this.#rows.find(address);
    if (before === undefined) {
      if (current !== NONE) this.#unlinkAndDrop(current);
      return;
    }
    const { owners } = this.#rows;
    // An unchanged owner is still there, unless the lease ran out and was forgotten meanwhile.
    const unchanged = current !== NONE && owners.hash(current) === before.keyHash;
    const owner = before.owner ?? (unchanged ? owners.copy(current) : undefined);
    if (owner === undefined) return;
    // In its own row again: that is where it is on disk.
    const { row: restored } = this.#put({ address, state: before.state, start: before.start, expiry: before.expiry, owner }, row);
    this.#rows.flags[restored] = restored === row ? before.flags : 0;
  }

  /**
   * Moves on leases whose time is over by `now`, at most `limit` of them, so that packets never wait for long: bound
   * ones become expired, offers lapse, declined addresses become free, and what is remembered for longer than `affinity` is
   * forgotten. Returns what to remove from the store.
   */
  expire(now: Seconds, limit: number): LeaseWrite[] {
    const writes: LeaseWrite[] = [];
    let left = limit;
    for (let row = this.#lists.firstEnding(now); row !== NONE && left > 0; row = this.#lists.firstEnding(now)) {
      this.#end(row, writes);
      left--;
    }
    for (let queue = 0; queue <= this.#config.ranges.length && left > 0; queue++) {
      for (let row = this.#lists.head(queue); row !== NONE && left > 0; row = this.#lists.head(queue)) {
        if ((this.#rows.expiry[row] as number) + this.#config.affinity > now) break;
        this.#lists.remove(queue, row);
        this.#forget(row, writes);
        left--;
      }
    }
    return writes;
  }

  /** `free` is the row to use, if it is free, for an address that has none. */
  #put(lease: Lease, free = NONE): Applied {
    const rows = this.#rows;
    const known = rows.find(lease.address);
    let row = known;
    let before: Before | undefined;
    let flags = 0;
    if (known === NONE) {
      row = this.#add(lease, free);
    } else {
      const sameOwner = rows.owners.equals(row, lease.owner);
      before = this.#before(row, sameOwner);
      flags = sameOwner ? before.flags : before.flags & ~OWNER_ON_DISK;
      this.#unlink(row);
      rows.replace(row, lease, sameOwner);
    }
    this.#link(row);
    const durable = lease.state !== LeaseState.offered;
    rows.flags[row] = durable ? ON_DISK | OWNER_ON_DISK : flags;
    const write = durable ? this.#write(row, (flags & OWNER_ON_DISK) !== 0) : undefined;
    return { write, address: lease.address, row, before };
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

  #remove(address: Ipv4): Applied {
    const row = this.#rows.find(address);
    if (row === NONE) return { write: undefined, address, row, before: undefined };
    const before = this.#before(row, false);
    this.#unlinkAndDrop(row);
    return { write: before.flags & ON_DISK ? { kind: "remove", row, address } : undefined, address, row, before };
  }

  #before(row: number, sameOwner: boolean): Before {
    const { state, start, expiry, flags, owners } = this.#rows;
    return {
      state: state[row] as LeaseState,
      start: start[row] as number,
      expiry: expiry[row] as number,
      owner: sameOwner ? undefined : owners.copy(row),
      keyHash: owners.hash(row),
      flags: flags[row] as number,
    };
  }

  /** The time of this row has come. */
  #end(row: number, writes: LeaseWrite[]): void {
    this.#unlink(row);
    const state = this.#rows.state[row];
    if (state === LeaseState.declined || (state === LeaseState.offered && !((this.#rows.flags[row] as number) & ON_DISK))) {
      this.#forget(row, writes);
      return;
    }
    this.#rows.expire(row);
    this.#link(row);
  }

  /** Frees a row that is in no list, here and in the store. */
  #forget(row: number, writes: LeaseWrite[]): void {
    if ((this.#rows.flags[row] as number) & ON_DISK) writes.push({ kind: "remove", row, address: this.#rows.address[row] as number });
    this.#drop(row);
  }

  /** Puts the lease of a new address in a row; the caller links it. */
  #add(lease: Lease, wanted: number): number {
    const row = this.#rows.add(lease, wanted);
    this.#lists.reserve(this.#rows.capacity);
    this.#places.use(lease.address);
    return row;
  }

  /** Frees a row that is in no list. */
  #drop(row: number): void {
    const address = this.#rows.address[row] as number;
    this.#rows.remove(row);
    this.#places.release(address);
  }

  #unlinkAndDrop(row: number): void {
    this.#unlink(row);
    this.#drop(row);
  }

  #link(row: number): void {
    const second = this.#rows.expiry[row] as number;
    if (this.#isReclaimable(row)) this.#lists.append(this.#queueOf(row), row);
    else if (second !== NEVER) this.#lists.addEnding(row, second);
    if (this.#limitCounts !== undefined) for (const key of this.#countedKeys(row)) this.#limitCounts.add(key);
  }

  #unlink(row: number): void {
    if (this.#limitCounts !== undefined) for (const key of this.#countedKeys(row)) this.#limitCounts.remove(key);
    const second = this.#rows.expiry[row] as number;
    if (this.#isReclaimable(row)) this.#lists.remove(this.#queueOf(row), row);
    else if (second !== NEVER) this.#lists.removeEnding(row, second);
  }

  #isReclaimable(row: number): boolean {
    return this.#rows.state[row] === LeaseState.released || this.#rows.state[row] === LeaseState.expired;
  }

  /** What the row counts for: a lease that ended for nothing. */
  #countedKeys(row: number): readonly Uint8Array[] {
    const counts = this.#rows.state[row] === LeaseState.bound || this.#rows.state[row] === LeaseState.offered;
    const keys = counts ? this.#rows.owners.limitKeys(row) : undefined;
    return keys === undefined ? NO_KEYS : splitKeys(keys);
  }

  /** The queue of a row that ended: that of its range, or the last one. A reserved or excluded address is for nobody else. */
  #queueOf(row: number): number {
    return this.#places.rangeOf(this.#rows.address[row] as number)?.index ?? this.#config.ranges.length;
  }
}

function hasLimits({ limits, networks }: Config): boolean {
  return limits.length > 0 || networks.some((network) => network.limits.length > 0);
}

/** The lower, the more of a claim on the address. */
function rank(state: number): number {
  return state === LeaseState.bound ? 0 : state === LeaseState.offered ? 1 : 2;
}
