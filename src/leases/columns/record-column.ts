import { Arena } from "./arena.ts";
import { grown } from "./grown.ts";
import type { KeyHash } from "./key-hash.ts";
import { recordHasKey, recordKey, recordLength, recordLimitKeys } from "./record.ts";

/** No record in this row. */
const FREE = 0xffffffff;

/** How what is kept about a client is written as a record, and read again. */
export interface RecordLayout<O> {
  /** Bytes of the record. */
  size(owner: O): number;
  /**
   * Writes the record at `at`, where `size` bytes are free; returns the offset behind it. The same
   * owner is always written the same.
   */
  write(owner: O, into: Uint8Array, at: number): number;
  /**
   * What the record at `at` says. Its byte strings are views of `bytes`, and may be made when they
   * are asked for.
   */
  read(bytes: Uint8Array, at: number): O;
  /** The same owner with bytes of its own, as plain data. */
  copy(owner: O): O;
  /** What the client is known by. */
  key(owner: O): Uint8Array;
}

/** The records of all rows, in an arena, with the hashes of their keys. */
export class RecordColumn<O> {
  /** Blocks of the arena. */
  #blocks = new Uint32Array(0);
  #hashes = new Uint32Array(0);
  readonly #arena = new Arena();
  /** Space to write a record in for a comparison. */
  #scratch = new Uint8Array(2048);
  readonly #layout: RecordLayout<O>;
  readonly #hash: KeyHash;

  constructor(layout: RecordLayout<O>, hash: KeyHash) {
    this.#layout = layout;
    this.#hash = hash;
  }

  /** Makes room for this many rows. */
  reserve(capacity: number): void {
    this.#blocks = grown(this.#blocks, new Uint32Array(capacity).fill(FREE));
    this.#hashes = grown(this.#hashes, new Uint32Array(capacity));
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

  /** Gives a row its record, or another one; the new owner may be a view of the old one. */
  set(row: number, owner: O): void {
    const old = this.#blocks[row] as number;
    const hash = this.#hash(this.#layout.key(owner));
    this.adopt(row, this.keep(owner), hash);
    if (old !== FREE) this.#free(old);
  }

  /** Gives a row without a record this one, as it was stored. */
  setRecord(row: number, record: Uint8Array): void {
    const block = this.#arena.allocate(record.length);
    this.#arena.chunk(block).set(record, this.#arena.offset(block));
    this.adopt(row, block, this.#hash(recordKey(record, 0)));
  }

  /**
   * Copies an owner, for a row that is still to be found: `adopt` is to be called with what this
   * returns.
   */
  keep(owner: O): number {
    const block = this.#arena.allocate(this.#layout.size(owner));
    this.#layout.write(owner, this.#arena.chunk(block), this.#arena.offset(block));
    return block;
  }

  /** Gives a row without a record one that was kept; `hash` is that of its client key. */
  adopt(row: number, block: number, hash: number): void {
    this.#blocks[row] = block;
    this.#hashes[row] = hash;
  }

  clear(row: number): void {
    this.#free(this.#blocks[row] as number);
    this.#blocks[row] = FREE;
  }

  /** The owner as views, valid until the row changes. */
  read(row: number): O {
    const block = this.#blocks[row] as number;
    return this.#layout.read(this.#arena.chunk(block), this.#arena.offset(block));
  }

  /** The record in bytes of its own. */
  record(row: number): Uint8Array {
    const block = this.#blocks[row] as number;
    const chunk = this.#arena.chunk(block);
    const offset = this.#arena.offset(block);
    return chunk.slice(offset, offset + recordLength(chunk, offset));
  }

  copy(row: number): O {
    return this.#layout.read(this.record(row), 0);
  }

  /** The limit keys as a view, valid until the row changes. */
  limitKeys(row: number): Uint8Array | undefined {
    const block = this.#blocks[row] as number;
    return recordLimitKeys(this.#arena.chunk(block), this.#arena.offset(block));
  }

  /** Whether the row has exactly this owner, every field of it. */
  equals(row: number, owner: O): boolean {
    const length = this.#layout.size(owner);
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    const scratch = this.#scratch;
    this.#layout.write(owner, scratch, 0);
    const block = this.#blocks[row] as number;
    const chunk = this.#arena.chunk(block);
    const offset = this.#arena.offset(block);
    for (let i = 0; i < length; i++) if (chunk[offset + i] !== scratch[i]) return false;
    return true;
  }

  #free(block: number): void {
    this.#arena.free(block, recordLength(this.#arena.chunk(block), this.#arena.offset(block)));
  }
}
