import type { AddressColumn, AddressForm } from "./columns/addresses.ts";
import { grown } from "./columns/grown.ts";
import type { KeyHash } from "./columns/key-hash.ts";
import { RecordColumn, type RecordLayout } from "./columns/record-column.ts";
import { RowIndex } from "./columns/row-index.ts";
import { type Lease, LeaseState, type Seconds, type StoredLease, storedTime } from "./lease.ts";

const NONE = -1;

type Times = Pick<StoredLease, "state" | "start" | "expiry">;

/**
 * The leases by row, in columns of typed arrays (about 100 bytes a lease) so that a million of them
 * cost the garbage collector nothing; and the indexes that find the row of an address and the rows
 * of a client.
 */
export class LeaseRows<A, O> {
  // One entry a row. Longer ones take their places as rows are added.
  start = new Uint32Array(0);
  expiry = new Uint32Array(0);
  state = new Uint8Array(0);
  readonly addresses: AddressColumn<A>;
  readonly records: RecordColumn<O>;

  readonly #byAddress: RowIndex;
  /**
   * By the hash of the client key. Declined leases, which are nobody's, are left out: a client that
   * declines one address after another must not make it slow to find its leases, and those of
   * others.
   */
  readonly byClient: RowIndex;
  /** The rows below `end` that are free; `start` of a free row is its place in here. */
  readonly #free: number[] = [];
  #end = 0;
  #count = 0;

  constructor(addresses: AddressForm<A>, layout: RecordLayout<O>, hash: KeyHash, addressHash: KeyHash) {
    this.addresses = addresses.createColumn(addressHash);
    this.records = new RecordColumn(layout, hash);
    this.#byAddress = new RowIndex(() => this.addresses.hashes);
    this.byClient = new RowIndex(() => this.records.hashes);
  }

  /** Number of leases. */
  get count(): number {
    return this.#count;
  }

  /** All rows are below this. */
  get end(): number {
    return this.#end;
  }

  /** How many rows there is memory for. */
  get capacity(): number {
    return this.state.length;
  }

  /** Whether there is a lease in the row. */
  has(row: number): boolean {
    return this.records.has(row);
  }

  /** Whether the lease in the row has ended: its address is remembered for its last owner. */
  hasEnded(row: number): boolean {
    return this.state[row] === LeaseState.released || this.state[row] === LeaseState.expired;
  }

  /** The row of an address; -1: it has none. */
  find(address: A): number {
    for (let place = this.#byAddress.start(this.addresses.hash(address)); ; place = this.#byAddress.after(place)) {
      const row = this.#byAddress.at(place);
      if (row === NONE || this.addresses.is(row, address)) return row;
    }
  }

  /** The lease in a row. Its owner is read when asked for, and valid until the next change. */
  lease(row: number): Lease<A, O> {
    return new RowLease(this, row);
  }

  /**
   * Puts a lease of a new address in a row: in `wanted` where that is free, else in any. Returns
   * the row.
   */
  add(lease: Lease<A, O>, wanted = NONE): number {
    const row = this.#claim(lease.address, wanted);
    this.records.set(row, lease.owner);
    this.#finish(row, lease);
    return row;
  }

  /** The same of one that was stored, by its record. */
  addStored(address: A, stored: StoredLease): number {
    const row = this.#claim(address, stored.row);
    this.records.setRecord(row, stored.record);
    this.#finish(row, stored);
    return row;
  }

  #claim(address: A, wanted: number): number {
    const row = this.#take(wanted);
    this.addresses.set(row, address);
    this.#count++;
    this.#byAddress.insert(row, this.addresses.hashes[row] as number);
    return row;
  }

  #finish(row: number, times: Times): void {
    this.#setTimes(row, times);
    if (times.state !== LeaseState.declined) this.byClient.insert(row, this.records.hash(row));
  }

  /**
   * To be called when rows have been added behind others that are free: finds these, and uses the
   * first of them first.
   */
  findFree(): void {
    this.#free.length = 0;
    for (let row = this.#end - 1; row >= 0; row--) if (!this.has(row)) this.#setFree(row);
  }

  /** Replaces the lease in a row by another one of its address. */
  replace(row: number, lease: Lease<A, O>, sameOwner: boolean): void {
    const found = this.state[row] !== LeaseState.declined;
    const find = lease.state !== LeaseState.declined;
    if (found && !(find && sameOwner)) this.byClient.remove(row, this.records.hash(row));
    if (!sameOwner) this.records.set(row, lease.owner);
    this.#setTimes(row, lease);
    if (find && !(found && sameOwner)) this.byClient.insert(row, this.records.hash(row));
  }

  /** Frees a row. */
  remove(row: number): void {
    this.#count--;
    this.#byAddress.remove(row, this.addresses.hashes[row] as number);
    if (this.state[row] !== LeaseState.declined) this.byClient.remove(row, this.records.hash(row));
    this.records.clear(row);
    this.#setFree(row);
  }

  #setFree(row: number): void {
    this.start[row] = this.#free.length;
    this.#free.push(row);
  }

  #setTimes(row: number, { state, start, expiry }: Times): void {
    this.state[row] = state;
    this.start[row] = storedTime(start);
    this.expiry[row] = storedTime(expiry);
  }

  /** A free row: this one, if it is free. */
  #take(wanted: number): number {
    if (wanted >= this.#end) return this.#append(wanted);
    if (wanted === NONE || this.has(wanted)) return this.#free.pop() ?? this.#append(this.#end);
    const at = this.start[wanted] as number;
    // Free rows are not known as such before `findFree`.
    if (this.#free[at] !== wanted) return wanted;
    const last = this.#free.pop() as number;
    if (last !== wanted) {
      this.#free[at] = last;
      this.start[last] = at;
    }
    return wanted;
  }

  #append(row: number): number {
    this.#end = row + 1;
    if (row >= this.capacity) this.#grow(Math.max(row + 1, 4096, Math.ceil(this.capacity * 1.5)));
    return row;
  }

  #grow(capacity: number): void {
    this.addresses.reserve(capacity);
    this.start = grown(this.start, new Uint32Array(capacity));
    this.expiry = grown(this.expiry, new Uint32Array(capacity));
    this.state = grown(this.state, new Uint8Array(capacity));
    this.records.reserve(capacity);
  }
}

/** A lease as it stood in its row when it was asked for. */
class RowLease<A, O> implements Lease<A, O> {
  readonly address: A;
  readonly state: LeaseState;
  readonly start: Seconds;
  readonly expiry: Seconds;
  readonly #records: RecordColumn<O>;
  readonly #row: number;
  #owner: O | undefined;

  constructor(rows: LeaseRows<A, O>, row: number) {
    this.address = rows.addresses.get(row);
    this.state = rows.state[row] as LeaseState;
    this.start = rows.start[row] as number;
    this.expiry = rows.expiry[row] as number;
    this.#records = rows.records;
    this.#row = row;
  }

  get owner(): O {
    this.#owner ??= this.#records.read(this.#row);
    return this.#owner;
  }
}
