import type { AddressColumn, AddressForm } from "./columns/addresses.ts";
import { EndingLists } from "./columns/ending-lists.ts";
import { grown } from "./columns/grown.ts";
import type { KeyHash } from "./columns/key-hash.ts";
import { RecordColumn, type RecordLayout } from "./columns/record-column.ts";
import { RowIndex } from "./columns/row-index.ts";
import { type Hold, type Seconds, storedTime } from "./lease.ts";

const NONE = -1;
const SMALLEST = 256;

export interface HoldsParts<A, O> {
  readonly addresses: AddressForm<A>;
  readonly records: RecordLayout<O>;
  readonly hash: KeyHash;
  readonly addressHash: KeyHash;
  /** Number of the link that an address is on. */
  readonly linkOf: (address: A) => number;
}

/**
 * Addresses that are kept for a client for a while. What holds here, always:
 *
 * - an address is held for one client;
 * - it is in memory only: never written, never undone, gone after a restart;
 * - nothing ends by itself: a hold whose time is over stands here until its owner takes it out
 *   (`firstOver`), a few at a time.
 *
 * In columns of typed arrays, about 100 bytes a hold and free for the garbage collector, because
 * whoever sends a DISCOVER makes one.
 */
export class Holds<A, O> {
  readonly #addresses: AddressColumn<A>;
  /** In a free row: the next one that is free. */
  #until = new Uint32Array(0);
  readonly #records: RecordColumn<O>;
  readonly #hash: KeyHash;
  readonly #linkOf: (address: A) => number;
  readonly #byAddress: RowIndex;
  readonly #byClient: RowIndex;
  readonly #ending = new EndingLists();
  #count = 0;
  #end = 0;
  /** Row + 1; 0: none. */
  #free = 0;

  constructor({ addresses, records, hash, addressHash, linkOf }: HoldsParts<A, O>) {
    this.#addresses = addresses.createColumn(addressHash);
    this.#records = new RecordColumn(records, hash);
    this.#hash = hash;
    this.#linkOf = linkOf;
    this.#byAddress = new RowIndex(() => this.#addresses.hashes);
    this.#byClient = new RowIndex(() => this.#records.hashes);
  }

  get count(): number {
    return this.#count;
  }

  /** All rows are below this. */
  get end(): number {
    return this.#end;
  }

  has(row: number): boolean {
    return this.#records.has(row);
  }

  /** The row of the hold of an address; -1: it has none. */
  find(address: A): number {
    if (this.#count === 0) return NONE;
    for (let place = this.#byAddress.start(this.#addresses.hash(address)); ; place = this.#byAddress.after(place)) {
      const row = this.#byAddress.at(place);
      if (row === NONE || this.#addresses.is(row, address)) return row;
    }
  }

  /** The row of a hold of a client on a link; -1: it has none. */
  findClient(clientKey: Uint8Array, link: number, keyHash = this.#hash(clientKey)): number {
    if (this.#count === 0) return NONE;
    for (let place = this.#byClient.start(keyHash); ; place = this.#byClient.after(place)) {
      const row = this.#byClient.at(place);
      if (row === NONE) return NONE;
      if (this.#records.hasKey(row, keyHash, clientKey) && this.#linkOf(this.#addresses.get(row)) === link) return row;
    }
  }

  /** A row whose time is over at `now`; -1: there is none. */
  firstOver(now: Seconds): number {
    return this.#ending.firstEnding(now);
  }

  addressOf(row: number): A {
    return this.#addresses.get(row);
  }

  /** The hold in a row. Its owner is read when asked for, and valid until the next change. */
  hold(row: number): Hold<A, O> {
    return new RowHold(this.#addresses.get(row), this.#until[row] as number, this.#records, row);
  }

  /** The limit keys of the client as a view, valid until the next change. */
  limitKeys(row: number): Uint8Array | undefined {
    return this.#records.limitKeys(row);
  }

  /**
   * Copies who an address is to be held for, as it may be a view of a hold that has to end first;
   * `add` is to be called with what this returns, and the hash of the client key.
   */
  keep(owner: O): number {
    return this.#records.keep(owner);
  }

  /** Holds an address that nobody holds. */
  add(address: A, until: Seconds, kept: number, keyHash: number): void {
    const row = this.#take();
    const second = storedTime(until);
    this.#addresses.set(row, address);
    this.#until[row] = second;
    this.#records.adopt(row, kept, keyHash);
    this.#byAddress.insert(row, this.#addresses.hashes[row] as number);
    this.#byClient.insert(row, keyHash);
    this.#ending.add(row, second);
    this.#count++;
  }

  remove(row: number): void {
    this.#ending.remove(row, this.#until[row] as number);
    this.#byAddress.remove(row, this.#addresses.hashes[row] as number);
    this.#byClient.remove(row, this.#records.hash(row));
    this.#records.clear(row);
    this.#until[row] = this.#free;
    this.#free = row + 1;
    this.#count--;
  }

  #take(): number {
    if (this.#free !== 0) {
      const row = this.#free - 1;
      this.#free = this.#until[row] as number;
      return row;
    }
    if (this.#end === this.#until.length) this.#grow(Math.max(SMALLEST, Math.ceil(this.#end * 1.5)));
    return this.#end++;
  }

  #grow(capacity: number): void {
    this.#addresses.reserve(capacity);
    this.#until = grown(this.#until, new Uint32Array(capacity));
    this.#records.reserve(capacity);
    this.#ending.reserve(capacity);
  }
}

/** A hold as it stands in its row. */
class RowHold<A, O> implements Hold<A, O> {
  readonly address: A;
  readonly until: Seconds;
  readonly #records: RecordColumn<O>;
  readonly #row: number;
  #owner: O | undefined;

  constructor(address: A, until: Seconds, records: RecordColumn<O>, row: number) {
    this.address = address;
    this.until = until;
    this.#records = records;
    this.#row = row;
  }

  get owner(): O {
    this.#owner ??= this.#records.read(this.#row);
    return this.#owner;
  }
}
