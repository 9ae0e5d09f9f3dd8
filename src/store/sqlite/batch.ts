import { recordLength } from "../../leases/columns/record.ts";
import type { LeaseState, LeaseWrite } from "../../leases/lease.ts";
import type { EventCode, EventWrite } from "../event.ts";
import type { Fact, SavedClock, StoreWrite } from "../store.ts";

/*
 * Batches of writes as bytes, for the hand-over to the thread that owns the database. Numbers are
 * little endian.
 *
 * put      1, state, space u8, length of address, row u32, start u32, expiry u32, network u32,
 * address, record
 *   times    2, state, space u8, -, row u32, start u32, expiry u32
 *   remove   3, -, space u8, -, row u32
 * network  4, -, number u32, length u32, name in UTF-8: before the first put of the batch that uses
 * the number
 *   clock    5, length of boot, offset f64, trusted f64, boot offset f64, boot in UTF-8
 *   fact     6, length of name, length u32, name in UTF-8, value
 *   forget   10, length of name, name in UTF-8
 *   event    7, code, space u8, flags, row u32, time u32
 *   prune    8, -, through f64
 *   index    9, 1: wanted
 *
 * A batch is complete in itself and says how rows stand, not how they change: whichever thread it
 * is given to, and however often, the leases are the same. Its events may come twice then.
 */
const PUT = 1;
const TIMES = 2;
const REMOVE = 3;
const NETWORK = 4;
const CLOCK = 5;
const FACT = 6;
const FORGET = 10;
const EVENT = 7;
const PRUNE = 8;
const INDEX = 9;
const PUT_HEADER = 20;
const TIMES_SIZE = 16;
const REMOVE_SIZE = 8;
const NETWORK_HEADER = 10;
const CLOCK_HEADER = 26;
const FACT_HEADER = 6;
const FORGET_HEADER = 2;
const EVENT_SIZE = 12;
const PRUNE_SIZE = 10;
const INDEX_SIZE = 2;

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
      this.#reserve(REMOVE_SIZE);
      this.#row(REMOVE, 0, write, 0);
      this.#length += REMOVE_SIZE;
    } else if (write.kind === "times") {
      this.#reserve(TIMES_SIZE);
      this.#row(TIMES, write.state, write, 0);
      this.#times(write);
      this.#length += TIMES_SIZE;
    } else if (write.kind === "event") {
      this.#event(write);
    } else if (write.kind === "clock") {
      this.#clock(write);
    } else if (write.kind === "prune") {
      this.#reserve(PRUNE_SIZE);
      this.#bytes[this.#length] = PRUNE;
      this.#view.setFloat64(this.#length + 2, write.through, true);
      this.#length += PRUNE_SIZE;
    } else if (write.kind === "index") {
      this.#reserve(INDEX_SIZE);
      this.#bytes[this.#length] = INDEX;
      this.#bytes[this.#length + 1] = write.wanted ? 1 : 0;
      this.#length += INDEX_SIZE;
    } else if (write.kind === "fact") {
      this.#fact(write);
    } else if (write.kind === "forget") {
      this.#forget(write.name);
    } else {
      this.#put(write, this.#networkNumber(write.network));
    }
  }

  #put(write: Extract<LeaseWrite, { kind: "put" }>, network: number): void {
    const { address, record } = write;
    this.#reserve(PUT_HEADER + address.length + record.length);
    this.#row(PUT, write.state, write, address.length);
    this.#times(write);
    this.#view.setUint32(this.#length + 16, network, true);
    this.#bytes.set(address, this.#length + PUT_HEADER);
    this.#bytes.set(record, this.#length + PUT_HEADER + address.length);
    this.#length += PUT_HEADER + address.length + record.length;
  }

  /** What begins every write to a row. */
  #row(kind: number, state: number, { space, row }: LeaseWrite, addressLength: number): void {
    const at = this.#length;
    this.#bytes[at] = kind;
    this.#bytes[at + 1] = state;
    this.#bytes[at + 2] = space;
    this.#bytes[at + 3] = addressLength;
    this.#view.setUint32(at + 4, row, true);
  }

  #times({ start, expiry }: { readonly start: number; readonly expiry: number }): void {
    this.#view.setUint32(this.#length + 8, start, true);
    this.#view.setUint32(this.#length + 12, expiry, true);
  }

  #event({ code, space, flags, row, time }: EventWrite): void {
    this.#reserve(EVENT_SIZE);
    const at = this.#length;
    this.#bytes[at] = EVENT;
    this.#bytes[at + 1] = code;
    this.#bytes[at + 2] = space;
    this.#bytes[at + 3] = flags;
    this.#view.setUint32(at + 4, row, true);
    this.#view.setUint32(at + 8, time, true);
    this.#length += EVENT_SIZE;
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

  #fact({ name, value }: Fact): void {
    const text = new TextEncoder().encode(name).subarray(0, 255);
    this.#reserve(FACT_HEADER + text.length + value.length);
    this.#bytes[this.#length] = FACT;
    this.#bytes[this.#length + 1] = text.length;
    this.#view.setUint32(this.#length + 2, value.length, true);
    this.#bytes.set(text, this.#length + FACT_HEADER);
    this.#bytes.set(value, this.#length + FACT_HEADER + text.length);
    this.#length += FACT_HEADER + text.length + value.length;
  }

  #forget(name: string): void {
    const text = new TextEncoder().encode(name).subarray(0, 255);
    this.#reserve(FORGET_HEADER + text.length);
    this.#bytes[this.#length] = FORGET;
    this.#bytes[this.#length + 1] = text.length;
    this.#bytes.set(text, this.#length + FORGET_HEADER);
    this.#length += FORGET_HEADER + text.length;
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

/**
 * What a batch is read into, write by write. Rows are named as in the database: see `idOf`. Bytes
 * are views of the batch.
 */
export interface BatchVisitor {
  put(id: number, address: Uint8Array, state: LeaseState, start: number, expiry: number, record: Uint8Array, network: string): void;
  times(id: number, state: LeaseState, start: number, expiry: number): void;
  remove(id: number): void;
  clock(clock: SavedClock): void;
  fact(fact: Fact): void;
  forget(name: string): void;
  event(id: number, code: EventCode, flags: number, time: number): void;
  prune(through: number): void;
  index(wanted: boolean): void;
}

/**
 * How rows are named in the database, where the rows of all spaces stand in one table: one behind
 * the other in each of them.
 */
export function idOf(space: number, row: number): number {
  return space * ROWS_OF_A_SPACE + row;
}

/** Rows have 32 bits. */
export const ROWS_OF_A_SPACE = 2 ** 32;

/** Names by the bytes that they were read from: batch after batch has the same few. */
export type NameCache = { readonly bytes: Uint8Array; readonly name: string }[];

/**
 * Reads what BatchWriter wrote. Byte strings given to the visitor are views. `names` is kept from
 * batch to batch to save work, and may be empty.
 */
export function readBatch(bytes: Uint8Array, visitor: BatchVisitor, names: NameCache = []): void {
  const networks: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at];
    const state = bytes[at + 1] as LeaseState;
    if (kind === PUT) {
      const id = idAt(bytes, view, at);
      const address = at + PUT_HEADER;
      const record = address + (bytes[at + 3] as number);
      const end = record + recordLength(bytes, record);
      const network = networks[view.getUint32(at + 16, true)] as string;
      visitor.put(
        id,
        bytes.subarray(address, record),
        state,
        view.getUint32(at + 8, true),
        view.getUint32(at + 12, true),
        bytes.subarray(record, end),
        network,
      );
      at = end;
    } else if (kind === TIMES) {
      visitor.times(idAt(bytes, view, at), state, view.getUint32(at + 8, true), view.getUint32(at + 12, true));
      at += TIMES_SIZE;
    } else if (kind === REMOVE) {
      visitor.remove(idAt(bytes, view, at));
      at += REMOVE_SIZE;
    } else if (kind === EVENT) {
      visitor.event(idAt(bytes, view, at), bytes[at + 1] as EventCode, bytes[at + 3] as number, view.getUint32(at + 8, true));
      at += EVENT_SIZE;
    } else if (kind === PRUNE) {
      visitor.prune(view.getFloat64(at + 2, true));
      at += PRUNE_SIZE;
    } else if (kind === INDEX) {
      visitor.index(bytes[at + 1] === 1);
      at += INDEX_SIZE;
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
    } else if (kind === FACT) {
      const value = at + FACT_HEADER + (bytes[at + 1] as number);
      const end = value + view.getUint32(at + 2, true);
      const name = new TextDecoder().decode(bytes.slice(at + FACT_HEADER, value));
      // SQLite takes no view of shared memory.
      visitor.fact({ name, value: bytes.slice(value, end) });
      at = end;
    } else if (kind === FORGET) {
      const end = at + FORGET_HEADER + (bytes[at + 1] as number);
      visitor.forget(new TextDecoder().decode(bytes.slice(at + FORGET_HEADER, end)));
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

function idAt(bytes: Uint8Array, view: DataView, at: number): number {
  return idOf(bytes[at + 2] as number, view.getUint32(at + 4, true));
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
