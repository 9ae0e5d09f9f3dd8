import type { Config, Range } from "../config/model.ts";
import { hashBytes } from "../net/bytes.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import { sortedRangesContain } from "../net/range.ts";
import { AddressPool } from "./address-pool.ts";
import { Arena } from "./arena.ts";
import { type Lease, type LeaseChange, type LeaseOwner, LeaseState, type LeaseWrite, NEVER, type Seconds } from "./lease.ts";
import { ownerRecordLength, readOwnerRecord, recordHasKey, storedRecordLength, writeOwnerRecord } from "./owner-record.ts";
import { PlaceIndex } from "./place.ts";
import type { LeaseReader } from "./reader.ts";
import { RowIndex } from "./row-index.ts";
import { SecondQueue } from "./second-queue.ts";

const NONE = -1;

/** The row exists in the database, as far as the commits that were handed over succeed. */
const ON_DISK = 1;
/** The database holds the same owner as the table. */
const OWNER_ON_DISK = 2;

/** In the column of records: no lease in this row. */
const FREE = 0xffffffff;

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

  #address = new Uint32Array(0);
  #keyHash = new Uint32Array(0);
  #start = new Uint32Array(0);
  #expiry = new Uint32Array(0);
  #state = new Uint8Array(0);
  #flags = new Uint8Array(0);
  #record = new Uint32Array(0);
  /** Neighbours in the list the row is in: those that end in the same second, or the reclaimable ones of its range. */
  #next = new Int32Array(0);
  #previous = new Int32Array(0);

  readonly #arena = new Arena();
  readonly #byAddress = new RowIndex(() => this.#address);
  readonly #byClient = new RowIndex(() => this.#keyHash);

  #rows = 0;
  readonly #freeRows: number[] = [];
  #count = 0;

  /** Leases that are to end, by the second in which they do: the first row of each list. */
  readonly #ending = new Map<Seconds, number>();
  readonly #seconds = new SecondQueue();
  /** Released and expired leases by range (the last list: outside all ranges), the longest so first. */
  readonly #reclaimableHead: Int32Array;
  readonly #reclaimableTail: Int32Array;

  constructor(config: Config) {
    this.#config = config;
    this.#pools = config.ranges.map((range) => new AddressPool(range, range.excluded));
    this.#rangeAt = PlaceIndex.ofRanges(config);
    this.#networkAt = PlaceIndex.ofNetworks(config);
    this.#reclaimableHead = new Int32Array(config.ranges.length + 1).fill(NONE);
    this.#reclaimableTail = new Int32Array(config.ranges.length + 1).fill(NONE);
  }

  /** Number of addresses that are known: leased, offered, declined or remembered. */
  get size(): number {
    return this.#count;
  }

  /** Number of addresses of a range that are neither excluded nor in use nor remembered. */
  unusedIn(range: Range): number {
    return (this.#pools[range.index] as AddressPool).unused;
  }

  byAddress(address: Ipv4): Lease | undefined {
    const row = this.#rowOf(address);
    return row === NONE ? undefined : this.#lease(row);
  }

  ofClient(clientKey: Uint8Array, link: number): Lease | undefined {
    const hash = hashBytes(clientKey);
    let best = NONE;
    for (let place = this.#byClient.start(hash); ; place = this.#byClient.after(place)) {
      const row = this.#byClient.at(place);
      if (row === NONE) break;
      if (this.#keyHash[row] !== hash || this.#state[row] === LeaseState.declined) continue;
      if (best !== NONE && rank(this.#state[row] as number) >= rank(this.#state[best] as number)) continue;
      if (this.#linkOf(this.#address[row] as number) !== link || !this.#hasKey(row, clientKey)) continue;
      best = row;
    }
    return best === NONE ? undefined : this.#lease(best);
  }

  unusedAddress(range: Range, seed: number): Ipv4 | undefined {
    return (this.#pools[range.index] as AddressPool).firstUnused(seed);
  }

  longestExpired(range: Range): Lease | undefined {
    const row = this.#reclaimableHead[range.index] as number;
    return row === NONE ? undefined : this.#lease(row);
  }

  /** Every lease, in the order of rows. */
  *leases(): IterableIterator<Lease> {
    for (let row = 0; row < this.#rows; row++) if (this.#record[row] !== FREE) yield this.#lease(row);
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
      const state = this.#state[row];
      if (this.#record[row] === FREE) this.#freeRows.push(row);
      else if (state === LeaseState.declined || (this.#expiry[row] as number) > now) this.#linkEnding(row);
      else over.push(row);
    }
    over.sort((a, b) => (this.#expiry[a] as number) - (this.#expiry[b] as number));
    for (const row of over) {
      if (this.#state[row] === LeaseState.bound) this.#state[row] = LeaseState.expired;
      this.#linkReclaimable(row);
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
    const unchanged = current !== NONE && this.#keyHash[current] === before.keyHash;
    const owner = before.owner ?? (unchanged ? this.#copyOwner(current) : undefined);
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
    for (let second = this.#seconds.first; second !== undefined && second <= now && left > 0; second = this.#seconds.first) {
      const row = this.#ending.get(second) as number;
      if (row === NONE) {
        this.#ending.delete(second);
        this.#seconds.pop();
        continue;
      }
      this.#end(row, writes);
      left--;
    }
    for (let list = 0; list < this.#reclaimableHead.length && left > 0; list++) {
      for (let row = this.#reclaimableHead[list] as number; row !== NONE && left > 0; row = this.#reclaimableHead[list] as number) {
        if ((this.#expiry[row] as number) + this.#config.affinity > now) break;
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
      const sameOwner = this.#hasOwner(row, lease.owner);
      before = this.#before(row, sameOwner);
      this.#unlink(row);
      if (!sameOwner) this.#setOwner(row, lease.owner);
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

  /** The time of this row has come. */
  #end(row: number, writes: LeaseWrite[]): void {
    this.#unlinkEnding(row);
    const state = this.#state[row];
    const gone = state === LeaseState.declined || (state === LeaseState.offered && !((this.#flags[row] as number) & ON_DISK));
    if (gone) {
      this.#write(row, writes);
      this.#drop(row);
      return;
    }
    if (state !== LeaseState.released) this.#state[row] = LeaseState.expired;
    this.#linkReclaimable(row);
  }

  #forget(row: number, writes: LeaseWrite[]): void {
    this.#unlinkReclaimable(row);
    this.#write(row, writes);
    this.#drop(row);
  }

  #write(row: number, writes: LeaseWrite[]): void {
    if ((this.#flags[row] as number) & ON_DISK) writes.push({ kind: "remove", row });
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
    this.#keyHash = grown(this.#keyHash, new Uint32Array(capacity));
    this.#start = grown(this.#start, new Uint32Array(capacity));
    this.#expiry = grown(this.#expiry, new Uint32Array(capacity));
    this.#state = grown(this.#state, new Uint8Array(capacity));
    this.#flags = grown(this.#flags, new Uint8Array(capacity));
    this.#record = grown(this.#record, new Uint32Array(capacity).fill(FREE));
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#previous = grown(this.#previous, new Int32Array(capacity));
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
    this.#addOwner(row, lease.owner);
    const range = this.#rangeAt.find(lease.address);
    if (range !== NONE) (this.#pools[range] as AddressPool).use(lease.address);
  }

  /** Frees a row that is in no list. */
  #drop(row: number): void {
    const address = this.#address[row] as number;
    this.#count--;
    this.#byAddress.remove(row, address);
    this.#removeOwner(row);
    this.#freeRows.push(row);
    const index = this.#rangeAt.find(address);
    const range = this.#config.ranges[index];
    if (range !== undefined && !sortedRangesContain(range.excluded, address)) (this.#pools[index] as AddressPool).release(address);
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
      this.#arena,
      this.#record[row] as number,
    );
  }

  #before(row: number, sameOwner: boolean): Before {
    return {
      state: this.#state[row] as LeaseState,
      start: this.#start[row] as number,
      expiry: this.#expiry[row] as number,
      owner: sameOwner ? undefined : this.#copyOwner(row),
      keyHash: this.#keyHash[row] as number,
      flags: this.#flags[row] as number,
    };
  }

  // Owners

  #addOwner(row: number, owner: LeaseOwner): void {
    const block = this.#arena.allocate(ownerRecordLength(owner));
    writeOwnerRecord(owner, this.#arena.chunk(block), this.#arena.offset(block));
    const hash = hashBytes(owner.clientKey);
    this.#record[row] = block;
    this.#keyHash[row] = hash;
    this.#byClient.insert(row, hash);
  }

  #removeOwner(row: number): void {
    const block = this.#record[row] as number;
    this.#byClient.remove(row, this.#keyHash[row] as number);
    this.#arena.free(block, storedRecordLength(this.#arena.chunk(block), this.#arena.offset(block)));
    this.#record[row] = FREE;
  }

  #setOwner(row: number, owner: LeaseOwner): void {
    // Written first: the new owner may be a view of the old record.
    const old = this.#record[row] as number;
    const oldHash = this.#keyHash[row] as number;
    this.#byClient.remove(row, oldHash);
    this.#addOwner(row, owner);
    this.#arena.free(old, storedRecordLength(this.#arena.chunk(old), this.#arena.offset(old)));
  }

  #hasKey(row: number, key: Uint8Array): boolean {
    const block = this.#record[row] as number;
    return recordHasKey(this.#arena.chunk(block), this.#arena.offset(block), key);
  }

  #hasOwner(row: number, owner: LeaseOwner): boolean {
    const length = ownerRecordLength(owner);
    if (length > scratch.length) scratch = new Uint8Array(length * 2);
    writeOwnerRecord(owner, scratch, 0);
    const block = this.#record[row] as number;
    const chunk = this.#arena.chunk(block);
    const offset = this.#arena.offset(block);
    for (let i = 0; i < length; i++) if (chunk[offset + i] !== scratch[i]) return false;
    return true;
  }

  #copyOwner(row: number): LeaseOwner {
    const block = this.#record[row] as number;
    const chunk = this.#arena.chunk(block);
    const offset = this.#arena.offset(block);
    return readOwnerRecord(chunk.slice(offset, offset + storedRecordLength(chunk, offset)), 0);
  }

  // Where an address belongs

  #linkOf(address: Ipv4): number {
    return this.#config.networks[this.#networkAt.find(address)]?.link ?? NONE;
  }

  #networkName(address: Ipv4): string {
    return this.#config.networks[this.#networkAt.find(address)]?.name ?? "";
  }

  // Lists

  #link(row: number): void {
    const state = this.#state[row];
    if (state === LeaseState.released || state === LeaseState.expired) this.#linkReclaimable(row);
    else this.#linkEnding(row);
  }

  #unlink(row: number): void {
    const state = this.#state[row];
    if (state === LeaseState.released || state === LeaseState.expired) this.#unlinkReclaimable(row);
    else this.#unlinkEnding(row);
  }

  #linkEnding(row: number): void {
    const second = this.#expiry[row] as number;
    if (second === NEVER) return;
    const head = this.#ending.get(second);
    this.#previous[row] = NONE;
    this.#next[row] = head ?? NONE;
    // An emptied list keeps its second in the queue until it is over.
    if (head === undefined) this.#seconds.push(second);
    else if (head !== NONE) this.#previous[head] = row;
    this.#ending.set(second, row);
  }

  #unlinkEnding(row: number): void {
    const second = this.#expiry[row] as number;
    if (second === NEVER) return;
    const previous = this.#previous[row] as number;
    const next = this.#next[row] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#ending.set(second, next);
  }

  #linkReclaimable(row: number): void {
    const list = this.#listOf(row);
    const tail = this.#reclaimableTail[list] as number;
    this.#previous[row] = tail;
    this.#next[row] = NONE;
    if (tail === NONE) this.#reclaimableHead[list] = row;
    else this.#next[tail] = row;
    this.#reclaimableTail[list] = row;
  }

  #unlinkReclaimable(row: number): void {
    const list = this.#listOf(row);
    const previous = this.#previous[row] as number;
    const next = this.#next[row] as number;
    if (next !== NONE) this.#previous[next] = previous;
    else this.#reclaimableTail[list] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#reclaimableHead[list] = next;
  }

  /** The reclaimable list of a row: that of its range, or the last one. A reserved or excluded address is for nobody else. */
  #listOf(row: number): number {
    const address = this.#address[row] as number;
    const index = this.#rangeAt.find(address);
    const range = this.#config.ranges[index];
    return range === undefined || sortedRangesContain(range.excluded, address) ? this.#config.ranges.length : index;
  }
}

/** A lease as it stands in the table. Its owner is read when asked for, and valid until the next change of the table. */
class RowLease implements Lease {
  readonly address: Ipv4;
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  readonly #arena: Arena;
  readonly #block: number;
  #owner: LeaseOwner | undefined;

  constructor(address: Ipv4, state: LeaseState, start: Seconds, expiry: Seconds, arena: Arena, block: number) {
    this.address = address;
    this.state = state;
    this.start = start;
    this.expiry = expiry;
    this.#arena = arena;
    this.#block = block;
  }

  get owner(): LeaseOwner {
    this.#owner ??= readOwnerRecord(this.#arena.chunk(this.#block), this.#arena.offset(this.#block));
    return this.#owner;
  }
}

/** Space to write a record in for a comparison. */
let scratch = new Uint8Array(2048);

/** The lower, the more of a claim on the address. */
function rank(state: number): number {
  return state === LeaseState.bound ? 0 : state === LeaseState.offered ? 1 : 2;
}

function grown<T extends Uint8Array | Uint32Array | Int32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
