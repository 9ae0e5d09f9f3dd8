import type { Ipv4 } from "../net/ipv4.ts";
import type { KeyHash } from "./key-hash.ts";
import { type Lease, type LeaseOwner, LeaseState, type Seconds, storedTime } from "./lease.ts";
import { OwnerColumn } from "./owner-column.ts";
import type { LeaseTrait } from "./reader.ts";
import { RowIndex } from "./row-index.ts";

const NONE = -1;

/**
 * The leases by row, in columns of typed arrays (about 100 bytes a lease) so that a million of them cost the garbage collector nothing; and the
 * indexes that find the row of an address and the rows of a client.
 */
export class LeaseRows {
  // One entry a row. Longer ones take their places as rows are added.
  address = new Uint32Array(0);
  start = new Uint32Array(0);
  expiry = new Uint32Array(0);
  state = new Uint8Array(0);
  readonly owners: OwnerColumn;

  readonly #byAddress = new RowIndex(() => this.address);
  /**
   * By the hash of the client key. Declined leases, which are nobody's, are left out: a client that declines one address after another
   * must not make it slow to find its leases, and those of others.
   */
  readonly byClient: RowIndex;
  /** The rows below `end` that are free; `start` of a free row is its place in here. */
  readonly #free: number[] = [];
  #end = 0;
  #count = 0;

  /** `traits` are those that bound rows can be found by: of the others there may be any number, whoever asks for them. */
  constructor(traits: readonly LeaseTrait[], hash: KeyHash) {
    this.owners = new OwnerColumn(traits, hash);
    this.byClient = new RowIndex(() => this.owners.hashes);
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
    return this.address.length;
  }

  /** Whether there is a lease in the row. */
  has(row: number): boolean {
    return this.owners.has(row);
  }

  /** The row of an address; -1: it has none. */
  find(address: Ipv4): number {
    for (let place = this.#byAddress.start(address); ; place = this.#byAddress.after(place)) {
      const row = this.#byAddress.at(place);
      if (row === NONE || this.address[row] === address) return row;
    }
  }

  /** The lease in a row. Its owner is read when asked for, and valid until the next change. */
  lease(row: number): Lease {
    return new RowLease(
      this.address[row] as number,
      this.state[row] as LeaseState,
      this.start[row] as number,
      this.expiry[row] as number,
      this.owners,
      row,
    );
  }

  /** Puts a lease of a new address in a row: in `wanted` where that is free, else in any. Returns the row. */
  add(lease: Lease, wanted = NONE): number {
    const row = this.#take(wanted);
    this.address[row] = lease.address;
    this.#count++;
    this.#byAddress.insert(row, lease.address);
    this.owners.set(row, lease.owner);
    this.#setTimes(row, lease);
    if (lease.state !== LeaseState.declined) this.byClient.insert(row, this.owners.hash(row));
    if (lease.state === LeaseState.bound) this.owners.index(row);
    return row;
  }

  /** To be called when rows have been added behind others that are free: finds these, and uses the first of them first. */
  findFree(): void {
    this.#free.length = 0;
    for (let row = this.#end - 1; row >= 0; row--) if (!this.has(row)) this.#setFree(row);
  }

  /** Replaces the lease in a row by another one of its address. */
  replace(row: number, lease: Lease, sameOwner: boolean): void {
    const found = this.state[row] !== LeaseState.declined;
    const find = lease.state !== LeaseState.declined;
    const wasBound = this.state[row] === LeaseState.bound;
    const staysIndexed = wasBound && lease.state === LeaseState.bound && sameOwner;
    if (wasBound && !staysIndexed) this.owners.unindex(row);
    if (found && !(find && sameOwner)) this.byClient.remove(row, this.owners.hash(row));
    if (!sameOwner) this.owners.set(row, lease.owner);
    this.#setTimes(row, lease);
    if (find && !(found && sameOwner)) this.byClient.insert(row, this.owners.hash(row));
    if (lease.state === LeaseState.bound && !staysIndexed) this.owners.index(row);
  }

  /** Makes a lease whose time is over an expired one. */
  expire(row: number): void {
    this.owners.unindex(row);
    this.state[row] = LeaseState.expired;
  }

  /** Frees a row. */
  remove(row: number): void {
    this.#count--;
    this.#byAddress.remove(row, this.address[row] as number);
    if (this.state[row] !== LeaseState.declined) this.byClient.remove(row, this.owners.hash(row));
    this.owners.unindex(row);
    this.owners.clear(row);
    this.#setFree(row);
  }

  #setFree(row: number): void {
    this.start[row] = this.#free.length;
    this.#free.push(row);
  }

  #setTimes(row: number, { state, start, expiry }: Lease): void {
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
    if (row >= this.address.length) this.#grow(Math.max(row + 1, 4096, Math.ceil(this.address.length * 1.5)));
    return row;
  }

  #grow(capacity: number): void {
    this.address = grown(this.address, new Uint32Array(capacity));
    this.start = grown(this.start, new Uint32Array(capacity));
    this.expiry = grown(this.expiry, new Uint32Array(capacity));
    this.state = grown(this.state, new Uint8Array(capacity));
    this.owners.reserve(capacity);
  }
}

/** A lease as it stands in its row. */
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

function grown<T extends Uint8Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
