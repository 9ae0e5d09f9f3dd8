import { type Decision, SILENCE_REASONS, type SilenceReason } from "../engine/decision.ts";
import { type Datagram, SEND_FAILURES } from "../io/transport.ts";
import type { LeaseChange, Seconds } from "../leases/lease.ts";

/*
 * The last messages and what was decided about each, kept in memory that is taken once: an operator
 * who asks why a client gets nothing finds the messages that were there before he asked. A packet
 * costs a copy of its bytes and a few numbers; nothing is made, formatted or looked up for it.
 */

/** Bytes for messages, and how many of them are kept at the most. */
const CAPACITY = 4 << 20;
const MOST_ENTRIES = 1 << 14;
const LAST_SLOT = MOST_ENTRIES - 1;
/** Bytes that are kept of a message; longer ones, which hardly occur, are cut. */
export const LONGEST_KEPT = 1500;

export const Outcome = { reply: 0, update: 1, silence: 2, question: 3 } as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

const REASONS = Object.keys(SILENCE_REASONS) as SilenceReason[];
const NUMBER_OF = Object.fromEntries(REASONS.map((reason, number) => [reason, number])) as Record<SilenceReason, number>;

/** Why nothing came of a decision. */
export const FAILURES = {
  ...SEND_FAILURES,
  "store-failed": "leases could not be made durable then",
  "reply-too-large": SILENCE_REASONS["reply-too-large"],
} as const;
export type Failure = keyof typeof FAILURES;

const FAILURE_NAMES = Object.keys(FAILURES) as Failure[];
const NUMBER_OF_FAILURE = Object.fromEntries(FAILURE_NAMES.map((name, i) => [name, i + 1])) as Record<Failure, number>;

/** How addresses are kept, and what of a reply. */
export interface KeptAddresses<M, A> {
  /** Bytes that an address takes. */
  readonly size: number;
  write(address: A, into: Uint8Array, at: number): void;
  /** An address of its own. */
  read(bytes: Uint8Array, at: number): A;
  /** Writes the first address that the reply gives; false: it gives none. Makes nothing. */
  writeGiven(reply: M, into: Uint8Array, at: number): boolean;
}

/** A message that was decided about, in bytes of its own. */
export interface KeptDecision<A> {
  /** Lease time. */
  readonly time: Seconds;
  readonly datagram: Datagram<A>;
  /** Some of its bytes were not kept. */
  readonly isCut: boolean;
  readonly outcome: Outcome;
  /** What the reply is counted as. */
  readonly replyKind: number;
  /** Why nobody answered; undefined: somebody did. */
  readonly reason: SilenceReason | undefined;
  /** Why nothing came of it; undefined: it was carried out, or is not yet. */
  readonly failure: Failure | undefined;
  /** What the outcome is about; undefined: no address. */
  readonly address: A | undefined;
}

export interface DecisionLog<M, A, O> {
  /** Number of decisions so far, which is the number of the next one. */
  readonly next: number;
  /** The number of the oldest one that is kept. */
  readonly first: number;
  record(datagram: Datagram<A>, decision: Decision<M, A, O>, now: Seconds): void;
  /** Nothing came of the decision of this number, if it is still kept. */
  fail(number: number, failure: Failure): void;
  /** One that is kept; undefined: it is no longer. */
  at(number: number): KeptDecision<A> | undefined;
  /** Whether the bytes of the message have these in them, or its outcome is about this address. */
  mayBeOf(number: number, identities: readonly Uint8Array[], address: Uint8Array | undefined): boolean;
}

export function createDecisionLog<M, A, O>(addresses: KeptAddresses<M, A>, kindOf: (message: M) => number): DecisionLog<M, A, O> {
  const { size, write, read, writeGiven } = addresses;
  /** In front of the message: source, destination, and the address of the outcome. */
  const header = aligned(3 * size);
  const bytes = Buffer.from(new ArrayBuffer(CAPACITY));
  const words = new Uint32Array(bytes.buffer);
  /** The memory that messages came in last, as words: a transport has one or two of them. */
  let source: Uint32Array = new Uint32Array(0);
  /** Where each stands, and how many bytes it takes with those that were left unused before it. */
  const places = new Int32Array(MOST_ENTRIES);
  const taken = new Int32Array(MOST_ENTRIES);
  const times = new Float64Array(MOST_ENTRIES);
  const lengths = new Uint16Array(MOST_ENTRIES);
  const outcomes = new Uint8Array(MOST_ENTRIES);
  const details = new Uint8Array(MOST_ENTRIES);
  /** By number; 0: none is known of. */
  const failures = new Uint8Array(MOST_ENTRIES);
  const hasAddress = new Uint8Array(MOST_ENTRIES);
  const interfaces = new Int32Array(MOST_ENTRIES);
  const ports = new Uint16Array(MOST_ENTRIES);
  let next = 0;
  let first = 0;
  /** Behind the last one, and the bytes that all of them take. */
  let end = 0;
  let used = 0;

  /** Gives up the oldest, as many as stand where one of this size is about to be written. */
  function makeRoom(size: number): void {
    used += size;
    while (used > CAPACITY || next - first >= MOST_ENTRIES) {
      used -= taken[first & LAST_SLOT] as number;
      first++;
    }
  }

  /**
   * Word by word, which is quicker for the few that there are, and makes no view of the message.
   */
  function copyMessage(message: Uint8Array, at: number, length: number): void {
    const { buffer, byteOffset } = message;
    if ((byteOffset & 3) !== 0) {
      copy.call(message, bytes, at, 0, length);
      return;
    }
    if (source.buffer !== buffer) source = new Uint32Array(buffer, 0, buffer.byteLength >>> 2);
    const from = byteOffset >>> 2;
    const to = at >>> 2;
    const whole = length >>> 2;
    for (let i = 0; i < whole; i++) words[to + i] = source[from + i] as number;
    for (let i = whole << 2; i < length; i++) bytes[at + i] = message[i] as number;
  }

  function isKept(number: number): boolean {
    return number >= first && number < next;
  }

  function keptLength(slot: number): number {
    return Math.min(lengths[slot] as number, LONGEST_KEPT);
  }

  function note(slot: number, at: number, decision: Decision<M, A, O>): void {
    switch (decision.kind) {
      case "reply":
        outcomes[slot] = Outcome.reply;
        details[slot] = kindOf(decision.message);
        hasAddress[slot] = writeGiven(decision.message, bytes, at) ? 1 : 0;
        return;
      case "update": {
        const [change] = decision.changes;
        outcomes[slot] = Outcome.update;
        hasAddress[slot] = change === undefined ? 0 : 1;
        if (change !== undefined) write(addressOf(change), bytes, at);
        return;
      }
      case "silence":
        outcomes[slot] = Outcome.silence;
        details[slot] = NUMBER_OF[decision.reason];
        hasAddress[slot] = 0;
        return;
      case "question":
        outcomes[slot] = Outcome.question;
        hasAddress[slot] = 1;
        write(decision.about.address, bytes, at);
    }
  }

  return {
    get next() {
      return next;
    },
    get first() {
      return first;
    },
    record(datagram, decision, now) {
      const { length } = datagram;
      const kept = Math.min(length, LONGEST_KEPT);
      const needed = header + aligned(kept);
      // It stands in one piece.
      const unused = CAPACITY - end < needed ? CAPACITY - end : 0;
      const at = unused > 0 ? 0 : end;
      makeRoom(needed + unused);
      end = at + needed;
      const slot = next & LAST_SLOT;
      places[slot] = at;
      taken[slot] = needed + unused;
      times[slot] = now;
      lengths[slot] = length;
      failures[slot] = 0;
      interfaces[slot] = datagram.interfaceIndex;
      ports[slot] = datagram.sourcePort;
      write(datagram.source, bytes, at);
      write(datagram.destination, bytes, at + size);
      note(slot, at + 2 * size, decision);
      copyMessage(datagram.bytes, at + header, kept);
      next++;
    },
    fail(number, failure) {
      if (isKept(number)) failures[number & LAST_SLOT] = NUMBER_OF_FAILURE[failure];
    },
    at(number) {
      if (!isKept(number)) return undefined;
      const slot = number & LAST_SLOT;
      const at = places[slot] as number;
      const length = keptLength(slot);
      const own = new Uint8Array(bytes.subarray(at + header, at + header + length));
      const outcome = outcomes[slot] as Outcome;
      return {
        time: times[slot] as number,
        datagram: {
          bytes: own,
          length,
          source: read(bytes, at),
          sourcePort: ports[slot] as number,
          destination: read(bytes, at + size),
          interfaceIndex: interfaces[slot] as number,
          waited: 0,
        },
        isCut: length < (lengths[slot] as number),
        outcome,
        replyKind: details[slot] as number,
        reason: outcome === Outcome.silence ? REASONS[details[slot] as number] : undefined,
        failure: FAILURE_NAMES[(failures[slot] as number) - 1],
        address: hasAddress[slot] === 1 ? read(bytes, at + 2 * size) : undefined,
      };
    },
    mayBeOf(number, identities, address) {
      if (!isKept(number)) return false;
      const slot = number & LAST_SLOT;
      const at = places[slot] as number;
      if (address !== undefined && hasAddress[slot] === 1 && bytes.compare(address, 0, size, at + 2 * size, at + 3 * size) === 0)
        return true;
      const message = bytes.subarray(at + header, at + header + keptLength(slot));
      return identities.some((identity) => message.indexOf(identity) >= 0);
    },
  };
}

const { copy } = Buffer.prototype;

/** The next multiple of four. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}

function addressOf<A, O>(change: LeaseChange<A, O>): A {
  if (change.kind === "put") return change.lease.address;
  return change.kind === "hold" ? change.hold.address : change.address;
}
