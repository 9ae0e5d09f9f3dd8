import { Arena } from "./arena.ts";
import { grown } from "./grown.ts";
import type { KeyHash } from "./key-hash.ts";
import { RowIndex } from "./row-index.ts";

const NONE = -1;
/** The length of a key stands before it in its block. */
const LENGTH = 2;

/**
 * How many leases there are for each key, in typed arrays: a key that no lease has takes no room.
 */
export class KeyCounts {
  readonly #hash: KeyHash;
  #blocks = new Uint32Array(0);
  #hashes = new Uint32Array(0);
  #counts = new Uint32Array(0);
  readonly #arena = new Arena();
  readonly #index = new RowIndex(() => this.#hashes);
  #rows = 0;
  readonly #freeRows: number[] = [];

  constructor(hash: KeyHash) {
    this.#hash = hash;
  }

  /** Number of leases with this key. */
  of(key: Uint8Array): number {
    const row = this.#find(key, this.#hash(key));
    return row === NONE ? 0 : (this.#counts[row] as number);
  }

  /** One more lease has this key. */
  add(key: Uint8Array): void {
    const hash = this.#hash(key);
    const known = this.#find(key, hash);
    if (known === NONE) this.#insert(key, hash);
    else this.#counts[known] = (this.#counts[known] as number) + 1;
  }

  /** One lease less has this key. */
  remove(key: Uint8Array): void {
    const hash = this.#hash(key);
    const row = this.#find(key, hash);
    if (row === NONE) return;
    const count = (this.#counts[row] as number) - 1;
    this.#counts[row] = count;
    if (count > 0) return;
    this.#index.remove(row, hash);
    this.#arena.free(this.#blocks[row] as number, LENGTH + key.length);
    this.#freeRows.push(row);
  }

  #find(key: Uint8Array, hash: number): number {
    for (let place = this.#index.start(hash); ; place = this.#index.after(place)) {
      const row = this.#index.at(place);
      if (row === NONE || (this.#hashes[row] === hash && this.#isKey(row, key))) return row;
    }
  }

  #isKey(row: number, key: Uint8Array): boolean {
    const block = this.#blocks[row] as number;
    const bytes = this.#arena.chunk(block);
    const at = this.#arena.offset(block);
    if ((((bytes[at] as number) << 8) | (bytes[at + 1] as number)) !== key.length) return false;
    for (let i = 0; i < key.length; i++) if (bytes[at + LENGTH + i] !== key[i]) return false;
    return true;
  }

  #insert(key: Uint8Array, hash: number): void {
    const row = this.#freeRows.pop() ?? this.#rows++;
    if (row >= this.#counts.length) this.#grow();
    const block = this.#arena.allocate(LENGTH + key.length);
    const bytes = this.#arena.chunk(block);
    const at = this.#arena.offset(block);
    bytes[at] = key.length >>> 8;
    bytes[at + 1] = key.length;
    bytes.set(key, at + LENGTH);
    this.#blocks[row] = block;
    this.#hashes[row] = hash;
    this.#counts[row] = 1;
    this.#index.insert(row, hash);
  }

  #grow(): void {
    const capacity = Math.max(256, Math.ceil(this.#counts.length * 1.5));
    this.#blocks = grown(this.#blocks, new Uint32Array(capacity));
    this.#hashes = grown(this.#hashes, new Uint32Array(capacity));
    this.#counts = grown(this.#counts, new Uint32Array(capacity));
  }
}
