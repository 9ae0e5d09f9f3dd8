import type { Answers, Question } from "../engine/decision.ts";
import type { Datagram } from "../io/transport.ts";
import { equalBytes } from "../net/bytes.ts";
import type { HookedMessage } from "./hooks/room.ts";

/*
 * The waiting room: messages that can't be decided until a question is answered, such as whether
 * somebody uses the address. What holds here:
 *
 * - One question is asked about an address at a time, and one message waits for it: of several the
 *   last one, for its client has given up the others.
 * - Whoever waits holds up nobody else, and waits no longer than the question says: then nobody has
 *   answered, which is an answer too.
 * - What waits is a copy: the transport uses its datagrams again. It is decided anew, from the
 *   start, with what is known then.
 * - The room is bounded, and so is what is remembered. A question that finds no room, or can't be
 *   asked, is skipped: the message is served without it.
 * - What nobody answered is remembered for a minute, and not asked again meanwhile. An answer is
 *   not remembered here: it changes the lease table.
 */

/**
 * Questions that may be under way at one time; a flood of clients must not cost more sockets'
 * buffers and timers than that.
 */
const MAX_UNDER_WAY = 256;
/**
 * How long an address that nobody answered for counts as free, in milliseconds, and how many of
 * those are remembered.
 */
const FREE_FOR = 60_000;
const MAX_FREE = 4096;

/** A message that waits for an answer. Its bytes are a copy. */
export interface Waiting<A> {
  readonly datagram: Datagram<A>;
  /** How many addresses for it have been found in use so far. */
  readonly conflicts: number;
  /** When it was received, in milliseconds. */
  readonly receivedAt: number;
  /** What hooks said of it; undefined: there are none. */
  readonly hooked?: HookedMessage<A> | undefined;
}

export interface QuestionsParts<A> {
  /** Puts the question. False: it can't be asked. */
  readonly ask: (question: Question<A>) => boolean;
  /** Equal for equal addresses, and for no others. */
  readonly keyOf: (address: A) => string | number;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  /** Nobody answered in time: the message is to be decided again. */
  readonly onSilence: (waiting: Waiting<A>) => void;
  /** Somebody uses the address. `hardwareAddress` is valid during the call only. */
  readonly onConflict: (address: A, hardwareAddress: Uint8Array | undefined, waiting: Waiting<A>) => void;
}

/**
 * How a question was taken: it was asked; it is under way already, and the older message that
 * waited for it gives way; it can't be asked.
 */
export type Taken = "started" | "joined" | "skipped";

export interface Questions<A> extends Answers<A> {
  /** Has the message wait. Copies the datagram unless the question is skipped. */
  ask(question: Question<A>, datagram: Datagram<A>, conflicts: number, receivedAt: number, hooked?: HookedMessage<A>): Taken;
  /** Somebody uses the address, whether that was asked or not. */
  answer(address: A, hardwareAddress: Uint8Array | undefined): void;
  /** Ends all waiting, and returns how many messages waited. */
  stop(): number;
}

interface UnderWay<A> {
  waiting: Waiting<A>;
  /** The client's own hardware address: its own answer is no conflict. */
  hardwareAddress: Uint8Array;
  readonly timer: NodeJS.Timeout;
}

export function createQuestions<A>({ ask, keyOf, clock, onSilence, onConflict }: QuestionsParts<A>): Questions<A> {
  const underWay = new Map<string | number, UnderWay<A>>();
  /** Until when each counts as free, the oldest first. */
  const free = new Map<string | number, number>();
  let stopped = false;

  function giveUp(key: string | number): void {
    const question = underWay.get(key);
    if (question === undefined) return;
    underWay.delete(key);
    if (free.size >= MAX_FREE) free.delete(free.keys().next().value as string | number);
    free.set(key, clock() + FREE_FOR);
    onSilence(question.waiting);
  }

  function isFree(key: string | number): boolean {
    const until = free.get(key);
    if (until === undefined) return false;
    if (clock() < until) return true;
    free.delete(key);
    return false;
  }

  return {
    stateOf(address) {
      const key = keyOf(address);
      if (underWay.has(key)) return "under way";
      return isFree(key) ? "free" : undefined;
    },
    ask(question, datagram, conflicts, receivedAt, hooked) {
      const key = keyOf(question.address);
      const known = underWay.get(key);
      if (known !== undefined) {
        known.waiting = { datagram: copyOf(datagram), conflicts: known.waiting.conflicts, receivedAt, hooked };
        known.hardwareAddress = question.hardwareAddress.slice();
        return "joined";
      }
      if (stopped || underWay.size >= MAX_UNDER_WAY || !ask(question)) return "skipped";
      underWay.set(key, {
        waiting: { datagram: copyOf(datagram), conflicts, receivedAt, hooked },
        hardwareAddress: question.hardwareAddress.slice(),
        timer: setTimeout(giveUp, question.timeout, key),
      });
      return "started";
    },
    answer(address, hardwareAddress) {
      const key = keyOf(address);
      const question = underWay.get(key);
      if (question === undefined) return;
      if (hardwareAddress !== undefined && equalBytes(hardwareAddress, question.hardwareAddress)) return;
      clearTimeout(question.timer);
      underWay.delete(key);
      onConflict(address, hardwareAddress, question.waiting);
    },
    stop() {
      stopped = true;
      const count = underWay.size;
      for (const { timer } of underWay.values()) clearTimeout(timer);
      underWay.clear();
      return count;
    },
  };
}

function copyOf<A>(datagram: Datagram<A>): Datagram<A> {
  return { ...datagram, bytes: datagram.bytes.slice(0, datagram.length) };
}
