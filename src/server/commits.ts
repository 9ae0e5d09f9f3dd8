import type { EventKind } from "../config/model/events.ts";
import type { Settled } from "../engine/decision.ts";
import type { Outbox, Transport } from "../io/transport.ts";
import type { Lease, LeaseChange, Seconds } from "../leases/lease.ts";
import type { Applied, LeaseTable } from "../leases/table.ts";
import { EventCode, EventFlag, type EventWrite } from "../store/event.ts";
import type { LeaseStore, StoreError, StoreWrite } from "../store/store.ts";
import { type ChangeFeed, noteChanges } from "./change-feed.ts";
import { addHappenings, type Counters, countKind } from "./counters.ts";
import type { Decisions } from "./decisions.ts";
import type { Entry, EventLog } from "./event-log.ts";
import { type Happening, type HappeningCounts, type HappeningKind, kindOf, type Listeners, noHappenings } from "./happenings.ts";
import { isWanted, type Journal } from "./journal.ts";
import { observe } from "./measures.ts";
import type { Protocol } from "./protocol.ts";

/*
 * What holds between memory, disk and network:
 *
 * - A change is in memory at once, and the next decision sees it. It is on disk with its batch;
 *   batches are handed over one after the other and settle in that order, so what a decision saw is
 *   on disk before what it decided.
 * - A reply leaves when the changes of its own decision are on disk. One that `rests` on a lease
 *   without changing it waits for everything that was decided before it, the changes of its own
 *   batch and all commits under way; other replies, such as OFFERs, wait for nothing.
 * - While the store is in doubt, such a reply goes with a commit of its own, of nothing: it does
 *   not leave unless that succeeds.
 * - When a commit fails, every batch under way fails with it: all of them are undone, the last
 *   change first, down to the rows that are on disk, and no reply of them leaves. Leases that are
 *   forgotten because their time is over go the same way, and are forgotten again later.
 * - Holds are no part of this: they change at once, are never written and never undone.
 */

/** Replies that can leave together. */
const OUTBOX_CAPACITY = 64;
/**
 * Batches whose commit may be under way at one time; with more than that the sockets are left to
 * wait.
 */
const MAX_COMMITTING = 64;

export interface CommitsParts<M, A, O> {
  readonly protocol: Pick<Protocol<M, A, O>, "write" | "kindOf">;
  readonly table: LeaseTable<A, O>;
  readonly store: LeaseStore;
  readonly transport: Transport<A>;
  readonly counters: Counters;
  readonly events: EventLog<M, A, O>;
  /** Told of decisions that nothing came of; undefined: nobody keeps them. */
  readonly decisions?: Pick<Decisions<M, A, O>, "fail"> | undefined;
  /** Told of each change of a lease when it is durable; undefined: nobody listens. */
  readonly listeners?: Listeners<A, O> | undefined;
  /** What of it is to be written beside the leases; undefined: nothing. */
  readonly journal?: Journal | undefined;
  /** Told which rows have changed; undefined: nobody wants to know. */
  readonly feed?: ChangeFeed | undefined;
  /** Lease time. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
}

/**
 * Carries decisions out: changes in memory at once, on disk together, and only then the replies
 * that depend on them.
 */
export interface Commits<M, A, O> {
  /** Why leases can't be made durable; undefined: they are. */
  readonly failure: StoreError | undefined;
  /** Commits that are under way. */
  readonly underWay: number;
  /**
   * Does what was decided, as far as that is possible before the batch ends. `entry` is what to
   * tell the operator when it has come true, `number` what the decision is known by.
   */
  carryOut(decision: Settled<M, A, O>, entry: Entry | undefined, number: number): void;
  /**
   * Carries out changes in memory. True: some of them have to be on disk before their answer
   * leaves. `kind`: what they are, where they don't say it.
   */
  apply(changes: readonly LeaseChange<A, O>[], kind?: HappeningKind): boolean;
  /** Moves on leases whose time is over, at most so many. */
  expire(now: Seconds, limit: number): void;
  /** Ends the batch: replies without a change leave, changes go to the store. */
  flush(): void;
  /** Receives no more for good, and settles when nothing waits for a commit any more. */
  stop(): Promise<void>;
}

/**
 * What was decided about one batch of messages: its changes, and what waits for them to be durable.
 */
interface Batch<A, O> {
  readonly replies: Outbox<A>;
  /** When what each of them answers was received. */
  readonly received: Float64Array;
  /** When it was handed over to the store. */
  handedOver: number;
  /** What the batch did to the table, for the case that it has to be undone. */
  readonly applied: Applied<A, O>[];
  readonly writes: StoreWrite[];
  /** Whether there are events among the writes. */
  tells: boolean;
  /** What is counted when it is true: messages that have no answer, and changes of leases. */
  noted: number;
  readonly counts: HappeningCounts;
  /** What to tell the operator when it is true. */
  readonly entries: Entry[];
  /**
   * Numbers of the decisions that nothing comes of unless it is true, and how many they are. What
   * stands behind them is of an earlier batch: it grows to the most that a batch ever had.
   */
  readonly numbers: number[];
  numbered: number;
  /** What listeners are told when it is true. */
  readonly happenings: Happening<A, O>[];
}

export function createCommits<M, A, O>(parts: CommitsParts<M, A, O>): Commits<M, A, O> {
  const { protocol, table, store, transport, counters, events, decisions, listeners, journal, feed, clock, uptime } = parts;
  const { measures } = counters;
  const newOutbox = (): Outbox<A> => transport.createOutbox(OUTBOX_CAPACITY, counters.sent, decisions?.fail);
  const ready = newOutbox();
  const readyReceived = new Float64Array(OUTBOX_CAPACITY);
  const spare: Pick<Batch<A, O>, "replies" | "received" | "numbers">[] = [];
  /** Oldest first; commits settle in this order. */
  const committing: Batch<A, O>[] = [];
  let batch = newBatch();
  let failure: StoreError | undefined;
  let stopped = false;
  let onIdle: (() => void) | undefined;

  function newBatch(): Batch<A, O> {
    const { replies, received, numbers } = spare.pop() ?? {
      replies: newOutbox(),
      received: new Float64Array(OUTBOX_CAPACITY),
      numbers: [],
    };
    return {
      replies,
      received,
      handedOver: 0,
      applied: [],
      writes: [],
      tells: false,
      noted: 0,
      counts: noHappenings(),
      entries: [],
      numbers,
      numbered: 0,
      happenings: [],
    };
  }

  /** Sends replies, and measures how long they took. */
  function send(replies: Outbox<A>, received: Float64Array): void {
    const count = replies.length;
    replies.send();
    if (count === 0) return;
    const now = uptime();
    for (let i = 0; i < count; i++) observe(measures.response, now - (received[i] as number));
  }

  function carryOut(decision: Settled<M, A, O>, entry: Entry | undefined, number: number): void {
    if (decision.kind === "silence") {
      counters.silent[decision.reason]++;
      return;
    }
    // Before the changes are applied: a reply goes with the commit of its own changes.
    if (batch.replies.full) commit();
    if (ready.full) send(ready, readyReceived);
    const durable = apply(decision.changes);
    if (decision.kind === "update") {
      if (durable) {
        batch.noted++;
        batch.numbers[batch.numbered++] = number;
        if (entry !== undefined) batch.entries.push(entry);
        return;
      }
      // No lease was changed, as where a hold ended: it is true, whatever becomes of the batch.
      counters.noted++;
      if (entry !== undefined) events.tell(entry);
      return;
    }
    const { message } = decision;
    const waits =
      durable || (decision.rests && (batch.writes.length > 0 || committing.length > 0 || failure !== undefined || !store.usable));
    const outbox = waits ? batch.replies : ready;
    const buffer = outbox.next();
    const length = protocol.write(message, buffer, Math.min(decision.limit, buffer.length));
    // The engine does not answer what has no room; nothing is no answer.
    if (length === 0) {
      counters.silent["reply-too-large"]++;
      decisions?.fail(number, "reply-too-large");
      return;
    }
    const kind = protocol.kindOf(message);
    (waits ? batch.received : readyReceived)[outbox.length] = measures.receivedAt;
    measures.bytesSent += length;
    if (decision.rests && decision.changes.length === 0) countKind(measures.unwritten, kind);
    outbox.add(length, decision.to, kind, number);
    if (waits) batch.numbers[batch.numbered++] = number;
    if (entry === undefined) return;
    if (waits) batch.entries.push(entry);
    else events.tell(entry);
  }

  function apply(changes: readonly LeaseChange<A, O>[], known?: HappeningKind): boolean {
    let durable = false;
    for (const change of changes) {
      const done = table.apply(change);
      if (done === undefined) continue;
      durable = true;
      const kind = known ?? kindOf(change, done);
      const event = kind === undefined || journal === undefined ? undefined : eventOf(journal, kind, done);
      // What is forgotten is told of before it is.
      if (event !== undefined && done.write.kind === "remove") batch.writes.push(event);
      take(done);
      if (event !== undefined && done.write.kind !== "remove") batch.writes.push(event);
      if (kind === undefined) continue;
      batch.counts[kind]++;
      if (listeners?.wanted === true) batch.happenings.push(listeners.happening(kind, change, done));
    }
    return durable;
  }

  function take(done: Applied<A, O>): void {
    batch.applied.push(done);
    batch.writes.push(done.write);
  }

  /** What the store is to write of it; undefined: nobody wants to know. */
  function eventOf({ wanted }: Journal, kind: EventKind, { write, address, row }: Applied<A, O>): EventWrite | undefined {
    if (!isWanted(wanted, kind, write.kind === "put")) return undefined;
    batch.tells = true;
    const flags = table.space.poolOf(address) < 0 ? EventFlag.reservation : 0;
    return { kind: "event", code: EventCode[kind], flags, space: write.space, row, time: clock() };
  }

  function expire(now: Seconds, limit: number): void {
    const told = journal !== undefined && isWanted(journal.wanted, "expired", false) ? journal : undefined;
    for (const done of table.expire(now, limit, onExpired, told !== undefined || feed?.wanted === true)) {
      take(done);
      if (told === undefined || done.write.kind !== "times") continue;
      const event = eventOf(told, "expired", done);
      if (event !== undefined) batch.writes.push(event);
    }
  }

  function onExpired(lease: Lease<A, O>): void {
    measures.expired++;
    if (listeners?.wanted === true) listeners.expired(lease);
  }

  /** Hands the changes of the batch over to the store; its replies wait. */
  function commit(): void {
    const { writes, replies } = batch;
    if (writes.length === 0 && replies.length === 0) return;
    const handedOver = batch;
    committing.push(handedOver);
    measures.commitsUnderWay = committing.length;
    measures.repliesWaiting += replies.length;
    handedOver.handedOver = uptime();
    store.commit(writes).then(onCommitted, (error: StoreError) => onFailed(error, handedOver));
    batch = newBatch();
    if (committing.length >= MAX_COMMITTING) transport.pause();
  }

  function onCommitted(): void {
    const done = committing.shift() as Batch<A, O>;
    counters.commits++;
    observe(measures.commit, uptime() - done.handedOver);
    observe(measures.batch, done.writes.length);
    measures.repliesWaiting -= done.replies.length;
    if (failure !== undefined) {
      failure = undefined;
      events.storeRecovered();
    }
    send(done.replies, done.received);
    counters.noted += done.noted;
    addHappenings(done.counts, counters);
    for (const entry of done.entries) events.tell(entry);
    listeners?.tell(done.happenings);
    if (feed?.wanted === true) noteChanges(feed, done.applied);
    if (done.tells) journal?.written();
    release(done);
  }

  /**
   * Every batch that is under way has failed with this one: undo them all, the last change first,
   * and send nothing.
   */
  function onFailed(error: StoreError, batch: Batch<A, O>): void {
    counters.commitsFailed++;
    // It was undone with one before it: what has been handed over since is another matter.
    if (committing[0] !== batch) return;
    if (failure === undefined) events.storeFailed(error);
    failure = error;
    const failed = committing.splice(0);
    for (let i = failed.length - 1; i >= 0; i--) {
      const { applied } = failed[i] as Batch<A, O>;
      for (let k = applied.length - 1; k >= 0; k--) table.undo(applied[k] as Applied<A, O>);
    }
    for (const done of failed) {
      counters.dropped["store-failed"] += done.replies.length + done.noted;
      measures.repliesWaiting -= done.replies.length;
      for (let i = 0; i < done.numbered; i++) decisions?.fail(done.numbers[i] as number, "store-failed");
      done.replies.clear();
      release(done);
    }
  }

  function release(done: Batch<A, O>): void {
    spare.push({ replies: done.replies, received: done.received, numbers: done.numbers });
    measures.commitsUnderWay = committing.length;
    if (!stopped && committing.length < MAX_COMMITTING) transport.resume();
    if (committing.length === 0) onIdle?.();
  }

  return {
    get failure() {
      return failure;
    },
    get underWay() {
      return committing.length;
    },
    carryOut,
    apply,
    expire,
    flush() {
      send(ready, readyReceived);
      commit();
    },
    async stop() {
      stopped = true;
      transport.pause();
      while (committing.length > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
    },
  };
}
