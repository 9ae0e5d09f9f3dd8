import type { Ipv4 } from "../net/ipv4.ts";
import { EndingLists } from "./ending-lists.ts";
import type { KeyHash } from "./key-hash.ts";
import { type Hold, type LeaseOwner, type Seconds, storedTime } from "./lease.ts";
import { OwnerColumn } from "./owner-column.ts";
import { RowIndex } from "./row-index.ts";

const NONE = -1;
const SMALLEST = 256;

/**
 * Addresses that are kept for a client for a while. What holds here, always:
 *
 * - an address is held for one client, and a client holds one address on a link;
 * - it is in memory only: never written, never undone, gone after a restart;
 * - nothing ends by itself: a hold whose time is over stands here until its owner takes it out (`firstOver`), a few at a time.
 *
 * In columns of typed arrays, about 100 bytes a hold and free for the garbage collector, because whoever sends a DISCOVER makes one.
 */
export class Holds {
  #address = new Uint32Array(0);
  /** In a free row: the next one that is free. */
  #until = new Uint32Array(0);
  #link = new Int32Array(0);
  /** Of client and link together. */
  #hashes = new Uint32Array(0);
  readonly #owners: OwnerColumn;
  readonly #hash: KeyHash;
  readonly #byAddress = new RowIndex(() => this.#address);
  readonly #byClient = new RowIndex(() => this.#hashes);
  readonly #ending = new EndingLists();
  #count = 0;
  #end = 0;
  /** Row + 1; 0: none. */
  #free = 0;

  constructor(hash: KeyHash) {
    this.#hash = hash;
    this.#owners = new OwnerColumn([], hash);
  }

  get count(): number {
    return this.#count;
  }

  /** The row of the hold of an address; -1: it has none. */
  find(address: Ipv4): number {
    if (this.#count === 0) return NONE;
    for (let place = this.#byAddress.start(address); ; place = this.#byAddress.after(place)) {
      const row = this.#byAddress.at(place);
      if (row === NONE || this.#address[row] === address) return row;
    }
  }

  /** The row of the hold of a client on a link; -1: it has none. */
  findClient(clientKey: Uint8Array, link: number, keyHash = this.#hash(clientKey)): number {
    if (this.#count === 0) return NONE;
    const hash = withLink(keyHash, link);
    for (let place = this.#byClient.start(hash); ; place = this.#byClient.after(place)) {
      const row = this.#byClient.at(place);
      if (row === NONE) return NONE;
      if (this.#link[row] === link && this.#owners.hasKey(row, keyHash, clientKey)) return row;
    }
  }

  /** A row whose time is over at `now`; -1: there is none. */
  firstOver(now: Seconds): number {
    return this.#ending.firstEnding(now);
  }

  addressOf(row: number): Ipv4 {
    return this.#address[row] as number;
  }

  /** The hold in a row. Its owner is read when asked for, and valid until the next change. */
  hold(row: number): Hold {
    return new RowHold(this.#address[row] as number, this.#until[row] as number, this.#owners, row);
  }

  /** The limit keys of the client as a view, valid until the next change. */
  limitKeys(row: number): Uint8Array | undefined {
    return this.#owners.limitKeys(row);
  }

  /**
   * Copies who an address is to be held for, as it may be a view of a hold that has to end first; `add` is to be called with what this returns,
   * and the hash of the client key.
   */
  keep(owner: LeaseOwner): number {
    return this.#owners.keep(owner);
  }

  /** Holds an address that nobody holds, for a client that holds none on the link. */
  add(address: Ipv4, link: number, until: Seconds, kept: number, keyHash: number): void {
    const row = this.#take();
    const second = storedTime(until);
    this.#address[row] = address;
    this.#until[row] = second;
    this.#link[row] = link;
    this.#owners.adopt(row, kept, keyHash);
    this.#hashes[row] = withLink(keyHash, link);
    this.#byAddress.insert(row, address);
    this.#byClient.insert(row, this.#hashes[row] as number);
    this.#ending.add(row, second);
    this.#count++;
  }

  remove(row: number): void {
    this.#ending.remove(row, this.#until[row] as number);
    this.#byAddress.remove(row, this.#address[row] as number);
    this.#byClient.remove(row, this.#hashes[row] as number);
    this.#owners.clear(row);
    this.#until[row] = this.#free;
    this.#free = row + 1;
    this.#count--;
  }

  /** Every row in use. */
  *rows(): IterableIterator<number> {
    for (let row = 0; row < this.#end; row++) if (this.#owners.has(row)) yield row;
  }

  #take(): number {
    if (this.#free !== 0) {
      const row = this.#free - 1;
      this.#free = this.#until[row] as number;
      return row;
    }
    if (this.#end === this.#address.length) this.#grow(Math.max(SMALLEST, Math.ceil(this.#end * 1.5)));
    return this.#end++;
  }

  #grow(capacity: number): void {
    this.#address = grown(this.#address, new Uint32Array(capacity));
    this.#until = grown(this.#until, new Uint32Array(capacity));
    this.#link = grown(this.#link, new Int32Array(capacity));
    this.#hashes = grown(this.#hashes, new Uint32Array(capacity));
    this.#owners.reserve(capacity);
    this.#ending.reserve(capacity);
  }
}

/** A hold as it stands in its row. */
class RowHold implements Hold {
  readonly address: Ipv4;
  readonly until: Seconds;
  readonly #owners: OwnerColumn;
  readonly #row: number;
  #owner: LeaseOwner | undefined;

  constructor(address: Ipv4, until: Seconds, owners: OwnerColumn, row: number) {
    this.address = address;
    this.until = until;
    this.#owners = owners;
    this.#row = row;
  }

  get owner(): LeaseOwner {
    this.#owner ??= this.#owners.read(this.#row);
    return this.#owner;
  }
}

function withLink(hash: number, link: number): number {
  return (hash ^ Math.imul(link + 1, 0x9e3779b1)) >>> 0;
}

function grown<T extends Int32Array | Uint32Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
