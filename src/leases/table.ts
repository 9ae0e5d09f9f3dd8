import type { Config, Range } from "../config/model.ts";
import { hashBytes } from "../net/bytes.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { sortedRangesContain } from "../net/range.ts";
import { AddressPool } from "./address-pool.ts";
import { KeyCounts } from "./key-counts.ts";
import { type Lease, type LeaseChange, type LeaseOwner, LeaseState, type LeaseWrite, NEVER, type Seconds } from "./lease.ts";
import { splitKeys } from "./limit-keys.ts";
import { OwnerColumn } from "./owner-column.ts";
import { PlaceIndex } from "./place.ts";
import type { LeaseReader, LeaseTrait } from "./reader.ts";
import { RowIndex } from "./row-index.ts";
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
 * All leases, in memory: found by address and by client in constant time, kept in columns of typed arrays (about 100
 * bytes a lease) so that a million of them cost the garbage collector nothing. What the table knows follows from the
 * changes that were applied; it decides nothing itself but when a lease has run out.
 */
export class LeaseTable implements LeaseReader {
  readonly #config: Config;
  readonly #pools: readonly AddressPool[];
  readonly #rangeAt: PlaceIndex;
  readonly #networkAt: PlaceIndex;

  // One entry a row.
  #address = new Uint32Array(0);
  #start = new Uint32Array(0);
  #expiry = new Uint32Array(0);
  #state = new Uint8Array(0);
  #flags = new Uint8Array(0);
  readonly #owners: OwnerColumn;
  /** Rows by the second in which their state ends; released and expired ones by range (the last queue: outside all ranges). */
  readonly #lists: RowLists;

  readonly #byAddress = new RowIndex(() => this.#address);
  #rows = 0;
  readonly #freeRows: number[] = [];
  #count = 0;
  /** Bound and offered leases by the limit keys that they are kept with; undefined: nobody asks. */
  readonly #limitCounts: KeyCounts | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#owners = new OwnerColumn(config.leasequery === undefined ? [] : ["chaddr", "clientIdentifier", "remoteId"]);
    this.#pools = config.ranges.map((range) => new AddressPool(range, range.excluded));
    this.#rangeAt = PlaceIndex.ofRanges(config);
    this.#networkAt = PlaceIndex.ofNetworks(config);
    this.#lists = new RowLists(config.ranges.length + 1);
    this.#limitCounts = hasLimits(config) ? new KeyCounts() : undefined;
  }

  /** Number of addresses that are known: leased, offered, declined or remembered. */
  get size(): number {
    return this.#count;
  }

  /** Number of addresses of a range that are neither excluded nor in use nor remembered. */
  unusedIn(range: Range): number {
    return (this.#pools[range.index] as AddressPool).unused;
  }

  capacityOf(range: Range): number {
    return (this.#pools[range.index] as AddressPool).capacity;
  }

  countOf(limitKey: Uint8Array): number {
    return this.#limitCounts?.of(limitKey) ?? 0;
  }

  inUse(range: Range): number {
    const { capacity, unused } = this.#pools[range.index] as AddressPool;
    return capacity - unused - this.#lists.length(range.index);
  }

  byAddress(address: Ipv4): Lease | undefined {
    const row = this.#rowOf(address);
    return row === NONE ? undefined : this.#lease(row);
  }

  ofClient(clientKey: Uint8Array, link: number): Lease | undefined {
    const hash = hashBytes(clientKey);
    let best = NONE;
    for (let place = this.#owners.start(hash); ; place = this.#owners.after(place)) {
      const row = this.#owners.at(place);
      if (row === NONE) break;
      if (this.#state[row] === LeaseState.declined || !this.#owners.hasKey(row, hash, clientKey)) continue;
      if (best !== NONE && rank(this.#state[row] as number) >= rank(this.#state[best] as number)) continue;
      if (this.#linkOf(this.#address[row] as number) === link) best = row;
    }
    return best === NONE ? undefined : this.#lease(best);
  }

  unusedAddress(range: Range, seed: number): Ipv4 | undefined {
    return (this.#pools[range.index] as AddressPool).firstUnused(seed);
  }

  longestExpired(range: Range): Lease | undefined {
    const row = this.#lists.head(range.index);
    return row === NONE ? undefined : this.#lease(row);
  }

  withTrait(trait: LeaseTrait, value: Uint8Array): readonly Lease[] {
    return this.#owners.rowsWith(trait, value, MOST_WITH_TRAIT).map((row) => this.#lease(row));
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease> {
    for (let row = 0; row < this.#rows; row++) if (this.#owners.has(row)) yield this.#lease(row);
  }

  /**
   * Takes over a lease read from the store in the row it was stored in. Returns the row that has to be removed
   * from the store when another row holds the same address already (the one given its time later stays).
   */
  restore(row: number, lease: Lease): number | undefined {
    const other = this.#rowOf(lease.address);
    if (other !== NONE) {
      if ((this.#start[other] as number) >= lease.start) return row;
      this.#drop(other);
    }
    this.#reserveRow(row);
    this.#fill(row, lease);
    this.#flags[row] = ON_DISK | OWNER_ON_DISK;
    return other === NONE ? undefined : other;
  }

  /** To be called once, after the last `restore`. */
  restored(now: Seconds): void {
    this.#freeRows.length = 0;
    const over: number[] = [];
    for (let row = this.#rows - 1; row >= 0; row--) {
      if (!this.#owners.has(row)) this.#freeRows.push(row);
      // What ended by a clock that was ahead has ended all the same.
      else if (this.#isReclaimable(row)) over.push(row);
      else if (this.#state[row] === LeaseState.declined || (this.#expiry[row] as number) > now) this.#link(row);
      else over.push(row);
    }
    over.sort((a, b) => (this.#expiry[a] as number) - (this.#expiry[b] as number));
    for (const row of over) {
      if (this.#state[row] === LeaseState.bound) this.#state[row] = LeaseState.expired;
      this.#lists.append(this.#queueOf(row), row);
    }
  }

  /** Carries out one change. `undo` takes it back, last one first. */
  apply(change: LeaseChange): Applied {
    return change.kind === "put" ? this.#put(change.lease) : this.#remove(change.address);
  }

  undo({ address, row, before }: Applied): void {
    const current = this.#rowOf(address);
    if (before === undefined) {
      if (current !== NONE) this.#unlinkAndDrop(current);
      return;
    }
    // An unchanged owner is still there, unless the lease ran out and was forgotten meanwhile.
    const unchanged = current !== NONE && this.#owners.hash(current) === before.keyHash;
    const owner = before.owner ?? (unchanged ? this.#owners.copy(current) : undefined);
    if (owner === undefined) return;
    this.#put({ address, state: before.state, start: before.start, expiry: before.expiry, owner });
    const restored = this.#rowOf(address);
    // What the flags say is about the row that it was; in another row nothing is on disk yet.
    this.#flags[restored] = restored === row ? before.flags : 0;
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
        if ((this.#expiry[row] as number) + this.#config.affinity > now) break;
        this.#lists.remove(queue, row);
        this.#forget(row, writes);
        left--;
      }
    }
    return writes;
  }

  #put(lease: Lease): Applied {
    const known = this.#rowOf(lease.address);
    const row = known === NONE ? this.#newRow() : known;
    let before: Before | undefined;
    let flags = 0;
    if (known === NONE) {
      this.#fill(row, lease);
    } else {
      const sameOwner = this.#owners.equals(row, lease.owner);
      before = this.#before(row, sameOwner);
      this.#unlink(row);
      if (!sameOwner) this.#owners.set(row, lease.owner);
      flags = sameOwner ? before.flags : before.flags & ~OWNER_ON_DISK;
      this.#state[row] = lease.state;
      this.#start[row] = lease.start;
      this.#expiry[row] = Math.min(lease.expiry, NEVER);
    }
    this.#link(row);
    const durable = lease.state !== LeaseState.offered;
    this.#flags[row] = durable ? ON_DISK | OWNER_ON_DISK : flags;
    const write: LeaseWrite | undefined = durable
      ? { kind: "put", row, lease, network: this.#networkName(lease.address), onlyTimes: (flags & OWNER_ON_DISK) !== 0 }
      : undefined;
    return { write, address: lease.address, row, before };
  }

  #remove(address: Ipv4): Applied {
    const row = this.#rowOf(address);
    if (row === NONE) return { write: undefined, address, row, before: undefined };
    const before = this.#before(row, false);
    this.#unlinkAndDrop(row);
    return { write: before.flags & ON_DISK ? { kind: "remove", row } : undefined, address, row, before };
  }

  #before(row: number, sameOwner: boolean): Before {
    return {
      state: this.#state[row] as LeaseState,
      start: this.#start[row] as number,
      expiry: this.#expiry[row] as number,
      owner: sameOwner ? undefined : this.#owners.copy(row),
      keyHash: this.#owners.hash(row),
      flags: this.#flags[row] as number,
    };
  }

  /** The time of this row has come. */
  #end(row: number, writes: LeaseWrite[]): void {
    this.#unlink(row);
    const state = this.#state[row];
    if (state === LeaseState.declined || (state === LeaseState.offered && !((this.#flags[row] as number) & ON_DISK))) {
      this.#forget(row, writes);
      return;
    }
    this.#state[row] = LeaseState.expired;
    this.#link(row);
  }

  /** Frees a row that is in no list, here and in the store. */
  #forget(row: number, writes: LeaseWrite[]): void {
    if ((this.#flags[row] as number) & ON_DISK) writes.push({ kind: "remove", row });
    this.#drop(row);
  }

  // Rows

  #rowOf(address: Ipv4): number {
    for (let place = this.#byAddress.start(address); ; place = this.#byAddress.after(place)) {
      const row = this.#byAddress.at(place);
      if (row === NONE || this.#address[row] === address) return row;
    }
  }

  #newRow(): number {
    const row = this.#freeRows.pop();
    if (row !== undefined) return row;
    this.#reserveRow(this.#rows);
    return this.#rows - 1;
  }

  #reserveRow(row: number): void {
    if (row >= this.#address.length) this.#grow(row + 1);
    if (row >= this.#rows) this.#rows = row + 1;
  }

  #grow(rows: number): void {
    const capacity = Math.max(rows, 4096, Math.ceil(this.#address.length * 1.5));
    this.#address = grown(this.#address, new Uint32Array(capacity));
    this.#start = grown(this.#start, new Uint32Array(capacity));
    this.#expiry = grown(this.#expiry, new Uint32Array(capacity));
    this.#state = grown(this.#state, new Uint8Array(capacity));
    this.#flags = grown(this.#flags, new Uint8Array(capacity));
    this.#owners.reserve(capacity);
    this.#lists.reserve(capacity);
  }

  /** Puts a lease in a row that is free; the caller links it. */
  #fill(row: number, lease: Lease): void {
    this.#address[row] = lease.address;
    this.#state[row] = lease.state;
    this.#start[row] = lease.start;
    this.#expiry[row] = Math.min(lease.expiry, NEVER);
    this.#flags[row] = 0;
    this.#count++;
    this.#byAddress.insert(row, lease.address);
    this.#owners.set(row, lease.owner);
    const range = this.#rangeAt.find(lease.address);
    if (range !== NONE) (this.#pools[range] as AddressPool).use(lease.address);
  }

  /** Frees a row that is in no list. */
  #drop(row: number): void {
    const address = this.#address[row] as number;
    this.#count--;
    this.#byAddress.remove(row, address);
    this.#owners.clear(row);
    this.#freeRows.push(row);
    const range = this.#dynamicRange(address);
    if (range !== undefined) (this.#pools[range.index] as AddressPool).release(address);
  }

  #unlinkAndDrop(row: number): void {
    this.#unlink(row);
    this.#drop(row);
  }

  #lease(row: number): Lease {
    return new RowLease(
      this.#address[row] as number,
      this.#state[row] as LeaseState,
      this.#start[row] as number,
      this.#expiry[row] as number,
      this.#owners,
      row,
    );
  }

  // Lists

  #link(row: number): void {
    const second = this.#expiry[row] as number;
    if (this.#isReclaimable(row)) this.#lists.append(this.#queueOf(row), row);
    else if (second !== NEVER) this.#lists.addEnding(row, second);
    if (this.#limitCounts !== undefined) for (const key of this.#countedKeys(row)) this.#limitCounts.add(key);
  }

  #unlink(row: number): void {
    if (this.#limitCounts !== undefined) for (const key of this.#countedKeys(row)) this.#limitCounts.remove(key);
    const second = this.#expiry[row] as number;
    if (this.#isReclaimable(row)) this.#lists.remove(this.#queueOf(row), row);
    else if (second !== NEVER) this.#lists.removeEnding(row, second);
  }

  #isReclaimable(row: number): boolean {
    return this.#state[row] === LeaseState.released || this.#state[row] === LeaseState.expired;
  }

  /** What the row counts for: a lease that ended for nothing. */
  #countedKeys(row: number): readonly Uint8Array[] {
    const counts = this.#state[row] === LeaseState.bound || this.#state[row] === LeaseState.offered;
    const keys = counts ? this.#owners.limitKeys(row) : undefined;
    return keys === undefined ? NO_KEYS : splitKeys(keys);
  }

  /** The queue of a row that ended: that of its range, or the last one. A reserved or excluded address is for nobody else. */
  #queueOf(row: number): number {
    return this.#dynamicRange(this.#address[row] as number)?.index ?? this.#config.ranges.length;
  }

  // Where an address belongs

  /** The range that the address can be given out from. */
  #dynamicRange(address: Ipv4): Range | undefined {
    const range = this.#config.ranges[this.#rangeAt.find(address)];
    return range === undefined || sortedRangesContain(range.excluded, address) ? undefined : range;
  }

  #linkOf(address: Ipv4): number {
    return this.#config.networks[this.#networkAt.find(address)]?.link ?? NONE;
  }

  #networkName(address: Ipv4): string {
    return this.#config.networks[this.#networkAt.find(address)]?.name ?? "";
  }
}

function hasLimits({ limits, networks }: Config): boolean {
  return limits.length > 0 || networks.some((network) => network.limits.length > 0);
}

/** A lease as it stands in the table. Its owner is read when asked for, and valid until the next change of the table. */
class RowLease implements Lease {
  readonly address: Ipv4;
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  readonly #owners: OwnerColumn;
  readonly #row: number;
  #owner: LeaseOwner | undefined;

  constructor(address: Ipv4, state: LeaseState, start: Seconds, expiry: Seconds, owners: OwnerColumn, row: number) {
    this.address = address;
    this.state = state;
    this.start = start;
    this.expiry = expiry;
    this.#owners = owners;
    this.#row = row;
  }

  get owner(): LeaseOwner {
    this.#owner ??= this.#owners.read(this.#row);
    return this.#owner;
  }
}

/** The lower, the more of a claim on the address. */
function rank(state: number): number {
  return state === LeaseState.bound ? 0 : state === LeaseState.offered ? 1 : 2;
}

function grown<T extends Uint8Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
