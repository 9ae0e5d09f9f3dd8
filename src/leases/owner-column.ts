import { equalBytes } from "../net/bytes.ts";
import { Arena } from "./arena.ts";
import type { KeyHash } from "./key-hash.ts";
import type { LeaseOwner } from "./lease.ts";
import { ownerRecordLength, readOwnerRecord, recordHasKey, recordLimitKeys, storedRecordLength, writeOwnerRecord } from "./owner-record.ts";
import type { LeaseTrait } from "./reader.ts";
import { TraitIndex, traitOf } from "./trait-index.ts";

/** No owner in this row. */
const FREE = 0xffffffff;

/** The owners of all rows, and the indexes that find rows by their traits. */
export class OwnerColumn {
  /** Blocks of the arena. */
  #blocks = new Uint32Array(0);
  #hashes = new Uint32Array(0);
  readonly #arena = new Arena();
  /** Space to write a record in for a comparison. */
  #scratch = new Uint8Array(2048);
  readonly #hash: KeyHash;
  readonly #traits: readonly TraitIndex[];

  /** `traits` are those that rows can be found by. */
  constructor(traits: readonly LeaseTrait[], hash: KeyHash) {
    this.#hash = hash;
    this.#traits = traits.map((trait) => new TraitIndex(trait, hash));
  }

  /** Makes room for this many rows. */
  reserve(capacity: number): void {
    const blocks = new Uint32Array(capacity).fill(FREE);
    blocks.set(this.#blocks);
    this.#blocks = blocks;
    const hashes = new Uint32Array(capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    for (const index of this.#traits) index.reserve(capacity);
  }

  has(row: number): boolean {
    return this.#blocks[row] !== FREE;
  }

  /** The hashes of the client keys, by row; another array after `reserve`. */
  get hashes(): Uint32Array {
    return this.#hashes;
  }

  /** The hash of the client key. */
  hash(row: number): number {
    return this.#hashes[row] as number;
  }

  hasKey(row: number, hash: number, key: Uint8Array): boolean {
    if (this.#hashes[row] !== hash) return false;
    const block = this.#blocks[row] as number;
    return recordHasKey(this.#arena.chunk(block), this.#arena.offset(block), key);
  }

  /** Gives a row its owner, or another one; the new owner may be a view of the old one. */
  set(row: number, owner: LeaseOwner): void {
    const old = this.#blocks[row] as number;
    const hash = this.#hash(owner.clientKey);
    this.adopt(row, this.keep(owner), hash);
    if (old !== FREE) this.#free(old);
  }

  /** Copies an owner, for a row that is still to be found: `adopt` is to be called with what this returns. */
  keep(owner: LeaseOwner): number {
    const block = this.#arena.allocate(ownerRecordLength(owner));
    writeOwnerRecord(owner, this.#arena.chunk(block), this.#arena.offset(block));
    return block;
  }

  /** Gives a row without an owner one that was kept; `hash` is that of its client key. */
  adopt(row: number, block: number, hash: number): void {
    this.#blocks[row] = block;
    this.#hashes[row] = hash;
  }

  clear(row: number): void {
    this.#free(this.#blocks[row] as number);
    this.#blocks[row] = FREE;
  }

  /** Lets a row that can't be found be found by the traits of its owner. */
  index(row: number): void {
    if (this.#traits.length === 0) return;
    const owner = this.read(row);
    for (const index of this.#traits) index.insert(row, owner);
  }

  /** Lets a row not be found by traits any more; to be called before its owner changes. */
  unindex(row: number): void {
    for (const index of this.#traits) index.remove(row);
  }

  /** Indexed rows whose owner has this value of a trait, at most `limit`; none for a trait that was not asked for. */
  rowsWith(trait: LeaseTrait, value: Uint8Array, limit: number): number[] {
    const rows: number[] = [];
    const index = this.#traits.find((one) => one.trait === trait);
    if (index === undefined) return rows;
    for (let row = index.first(this.#hash(value)); row !== -1 && rows.length < limit; row = index.after(row)) {
      const own = traitOf(this.read(row), trait);
      if (own !== undefined && equalBytes(own, value)) rows.push(row);
    }
    return rows;
  }

  /** The owner as views, valid until the row changes. */
  read(row: number): LeaseOwner {
    const block = this.#blocks[row] as number;
    return readOwnerRecord(this.#arena.chunk(block), this.#arena.offset(block));
  }

  /** The owner in bytes of its own, as `writeOwnerRecord` writes it. */
  record(row: number): Uint8Array {
    const block = this.#blocks[row] as number;
    const chunk = this.#arena.chunk(block);
    const offset = this.#arena.offset(block);
    return chunk.slice(offset, offset + storedRecordLength(chunk, offset));
  }

  copy(row: number): LeaseOwner {
    return readOwnerRecord(this.record(row), 0);
  }

  /** The limit keys of the owner as a view, valid until the row changes. */
  limitKeys(row: number): Uint8Array | undefined {
    const block = this.#blocks[row] as number;
    return recordLimitKeys(this.#arena.chunk(block), this.#arena.offset(block));
  }

  /** Whether the row has exactly this owner, every field of it. */
  equals(row: number, owner: LeaseOwner): boolean {
    const length = ownerRecordLength(owner);
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    const scratch = this.#scratch;
    writeOwnerRecord(owner, scratch, 0);
    const block = this.#blocks[row] as number;
    const chunk = this.#arena.chunk(block);
    const offset = this.#arena.offset(block);
    for (let i = 0; i < length; i++) if (chunk[offset + i] !== scratch[i]) return false;
    return true;
  }

  #free(block: number): void {
    this.#arena.free(block, storedRecordLength(this.#arena.chunk(block), this.#arena.offset(block)));
  }
}
