import type { Lease, LeaseState, LeaseWrite } from "../../leases/lease.ts";
import { readOwnerRecord, storedRecordLength } from "../../leases/owner-record.ts";
import type { SavedClock, StoreWrite } from "../store.ts";

/*
 * Batches of writes as bytes, for the hand-over to the thread that owns the database. Numbers are little endian.
 *
 *   put      1, state, row u32, address u32, start u32, expiry u32, network u32, owner record
 *   times    2, state, row u32, start u32, expiry u32
 *   remove   3, -, row u32
 *   network  4, -, number u32, length u32, name in UTF-8: before the first put of the batch that uses the number
 *   clock    5, length of boot, offset f64, trusted f64, boot offset f64, boot in UTF-8
 *
 * A batch is complete in itself and says how rows stand, not how they change: whichever thread it is given to, and
 * however often, the outcome is the same.
 */
const PUT = 1;
const TIMES = 2;
const REMOVE = 3;
const NETWORK = 4;
const CLOCK = 5;
const PUT_HEADER = 22;
const NETWORK_HEADER = 10;
const CLOCK_HEADER = 26;

/** Collects writes as bytes. */
export class BatchWriter {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Those of the batch. */
  readonly #networks = new Map<string, number>();
  /** Names of networks as bytes: there are as many as the configuration has. */
  readonly #texts = new Map<string, Uint8Array>();

  /** The writes so far; valid until the next call. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Begins a new batch. */
  clear(): void {
    this.#length = 0;
    this.#networks.clear();
  }

  write(write: StoreWrite): void {
    if (write.kind === "remove") {
      this.#reserve(6);
      this.#head(REMOVE, 0, write.row);
      this.#length += 6;
    } else if (write.kind === "times") {
      this.#reserve(14);
      this.#head(TIMES, write.state, write.row);
      this.#view.setUint32(this.#length + 6, write.start, true);
      this.#view.setUint32(this.#length + 10, write.expiry, true);
      this.#length += 14;
    } else if (write.kind === "clock") {
      this.#clock(write);
    } else {
      this.#put(write, this.#networkNumber(write.network));
    }
  }

  #put({ row, address, state, start, expiry, record }: Extract<LeaseWrite, { kind: "put" }>, network: number): void {
    this.#reserve(PUT_HEADER + record.length);
    this.#head(PUT, state, row);
    this.#view.setUint32(this.#length + 6, address, true);
    this.#view.setUint32(this.#length + 10, start, true);
    this.#view.setUint32(this.#length + 14, expiry, true);
    this.#view.setUint32(this.#length + 18, network, true);
    this.#bytes.set(record, this.#length + PUT_HEADER);
    this.#length += PUT_HEADER + record.length;
  }

  #clock({ offset, trusted, boot, bootOffset }: SavedClock): void {
    const text = new TextEncoder().encode(boot).subarray(0, 255);
    this.#reserve(CLOCK_HEADER + text.length);
    this.#bytes[this.#length] = CLOCK;
    this.#bytes[this.#length + 1] = text.length;
    this.#view.setFloat64(this.#length + 2, offset, true);
    this.#view.setFloat64(this.#length + 10, trusted, true);
    this.#view.setFloat64(this.#length + 18, bootOffset, true);
    this.#bytes.set(text, this.#length + CLOCK_HEADER);
    this.#length += CLOCK_HEADER + text.length;
  }

  #networkNumber(name: string): number {
    const known = this.#networks.get(name);
    if (known !== undefined) return known;
    const number = this.#networks.size;
    const text = this.#encoded(name);
    this.#reserve(NETWORK_HEADER + text.length);
    this.#head(NETWORK, 0, number);
    this.#view.setUint32(this.#length + 6, text.length, true);
    this.#bytes.set(text, this.#length + NETWORK_HEADER);
    this.#length += NETWORK_HEADER + text.length;
    this.#networks.set(name, number);
    return number;
  }

  #encoded(name: string): Uint8Array {
    let text = this.#texts.get(name);
    if (text === undefined) {
      text = new TextEncoder().encode(name);
      this.#texts.set(name, text);
    }
    return text;
  }

  #head(kind: number, state: number, number: number): void {
    this.#bytes[this.#length] = kind;
    this.#bytes[this.#length + 1] = state;
    this.#view.setUint32(this.#length + 2, number, true);
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** What a batch is read into, write by write. */
export interface BatchVisitor {
  put(row: number, lease: Lease, network: string): void;
  times(row: number, state: LeaseState, start: number, expiry: number): void;
  remove(row: number): void;
  clock(clock: SavedClock): void;
}

/** Names by the bytes that they were read from: batch after batch has the same few. */
export type NameCache = { readonly bytes: Uint8Array; readonly name: string }[];

/** Reads what BatchWriter wrote. Byte strings given to the visitor are views. `names` is kept from batch to batch to save work, and may be empty. */
export function readBatch(bytes: Uint8Array, visitor: BatchVisitor, names: NameCache = []): void {
  const networks: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at];
    const state = bytes[at + 1] as LeaseState;
    if (kind === PUT) {
      const lease = {
        address: view.getUint32(at + 6, true),
        state,
        start: view.getUint32(at + 10, true),
        expiry: view.getUint32(at + 14, true),
        owner: readOwnerRecord(bytes, at + PUT_HEADER),
      };
      visitor.put(view.getUint32(at + 2, true), lease, networks[view.getUint32(at + 18, true)] as string);
      at += PUT_HEADER + storedRecordLength(bytes, at + PUT_HEADER);
    } else if (kind === TIMES) {
      visitor.times(view.getUint32(at + 2, true), state, view.getUint32(at + 6, true), view.getUint32(at + 10, true));
      at += 14;
    } else if (kind === REMOVE) {
      visitor.remove(view.getUint32(at + 2, true));
      at += 6;
    } else if (kind === CLOCK) {
      const end = at + CLOCK_HEADER + (bytes[at + 1] as number);
      const boot = new TextDecoder().decode(bytes.slice(at + CLOCK_HEADER, end));
      visitor.clock({
        offset: view.getFloat64(at + 2, true),
        trusted: view.getFloat64(at + 10, true),
        boot,
        bootOffset: view.getFloat64(at + 18, true),
      });
      at = end;
    } else {
      const start = at + NETWORK_HEADER;
      const end = start + view.getUint32(at + 6, true);
      const number = view.getUint32(at + 2, true);
      networks[number] = nameIn(bytes, start, end, number, names);
      at = end;
    }
  }
}

function nameIn(bytes: Uint8Array, start: number, end: number, number: number, names: NameCache): string {
  const known = names[number];
  if (known !== undefined && known.bytes.length === end - start) {
    let i = 0;
    while (i < known.bytes.length && known.bytes[i] === bytes[start + i]) i++;
    if (i === known.bytes.length) return known.name;
  }
  const own = bytes.slice(start, end);
  const name = new TextDecoder().decode(own);
  names[number] = { bytes: own, name };
  return name;
}
