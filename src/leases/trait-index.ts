import { RelaySubOption, subOption } from "../wire/dhcp4/relay-agent-information.ts";
import type { KeyHash } from "./key-hash.ts";
import type { LeaseOwner } from "./lease.ts";
import type { LeaseTrait } from "./reader.ts";

/** End of a chain. */
const NONE = -1;
/** The row is in no chain. */
const ABSENT = -2;

const SMALLEST = 1024;

/** The value of a trait of an owner; undefined: it has none. */
export function traitOf(owner: LeaseOwner, trait: LeaseTrait): Uint8Array | undefined {
  switch (trait) {
    case "chaddr":
      return owner.chaddr.length === 0 ? undefined : owner.chaddr;
    case "clientIdentifier":
      return owner.clientIdentifier;
    case "remoteId":
      return owner.relayAgentInformation && subOption(owner.relayAgentInformation, RelaySubOption.remoteId);
  }
}

/**
 * Rows by a trait of their owners that many may share: a hash table with chained rows, because there every change takes constant time however
 * many rows have the same value. About 18 bytes a row. It knows only hashes; who asks compares values.
 */
export class TraitIndex {
  readonly trait: LeaseTrait;
  readonly #hash: KeyHash;
  /** The first row of each chain; as many as a power of two. */
  #heads = new Int32Array(SMALLEST).fill(NONE);
  #next = new Int32Array(0);
  #previous = new Int32Array(0);
  #hashes = new Uint32Array(0);
  #count = 0;

  constructor(trait: LeaseTrait, hash: KeyHash) {
    this.trait = trait;
    this.#hash = hash;
  }

  /** Makes room for this many rows. */
  reserve(capacity: number): void {
    const previous = new Int32Array(capacity).fill(ABSENT);
    previous.set(this.#previous);
    this.#previous = previous;
    const next = new Int32Array(capacity);
    next.set(this.#next);
    this.#next = next;
    const hashes = new Uint32Array(capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  /** Takes up a row that is not in the index. */
  insert(row: number, owner: LeaseOwner): void {
    const value = traitOf(owner, this.trait);
    if (value === undefined) return;
    if (++this.#count > this.#heads.length) this.#grow();
    this.#hashes[row] = this.#hash(value);
    this.#link(row);
  }

  remove(row: number): void {
    const previous = this.#previous[row] as number;
    if (previous === ABSENT) return;
    const next = this.#next[row] as number;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous === NONE) this.#heads[this.#chainOf(row)] = next;
    else this.#next[previous] = next;
    this.#previous[row] = ABSENT;
    this.#count--;
  }

  /** The first row whose value may be this one; go on with `after`. -1: no more. Those taken up last come first. */
  first(hash: number): number {
    return this.#withHash(this.#heads[hash & (this.#heads.length - 1)] as number, hash);
  }

  after(row: number): number {
    return this.#withHash(this.#next[row] as number, this.#hashes[row] as number);
  }

  #withHash(from: number, hash: number): number {
    let row = from;
    while (row !== NONE && this.#hashes[row] !== hash) row = this.#next[row] as number;
    return row;
  }

  #chainOf(row: number): number {
    return (this.#hashes[row] as number) & (this.#heads.length - 1);
  }

  #link(row: number): void {
    const chain = this.#chainOf(row);
    const head = this.#heads[chain] as number;
    this.#next[row] = head;
    this.#previous[row] = NONE;
    if (head !== NONE) this.#previous[head] = row;
    this.#heads[chain] = row;
  }

  #grow(): void {
    const old = this.#heads;
    this.#heads = new Int32Array(old.length * 2).fill(NONE);
    for (const head of old) {
      for (let row = head; row !== NONE; ) {
        const next = this.#next[row] as number;
        this.#link(row);
        row = next;
      }
    }
  }
}
