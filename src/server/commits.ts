import type { SettledDecision } from "../engine/dhcp4/decision.ts";
import type { Outbox, Transport } from "../io/transport.ts";
import type { LeaseChange, LeaseWrite, Seconds } from "../leases/lease.ts";
import type { Applied, LeaseTable } from "../leases/table.ts";
import type { LeaseStore, StoreError } from "../store/store.ts";
import { encode } from "../wire/dhcp4/encode.ts";
import { messageType } from "../wire/dhcp4/options.ts";
import { type ChangeCounts, type Counters, countApplied, moveChanges, noChanges } from "./counters.ts";
import type { EventLog, Told } from "./event-log.ts";
import type { Happened, Happening, HappeningKind } from "./happenings.ts";

/*
 * What holds between memory, disk and network:
 *
 * - A change is in memory at once, and the next decision sees it. It is on disk with its batch; batches are handed over one after the other and settle in
 *   that order, so what a decision saw is on disk before what it decided.
 * - A reply leaves when the changes of its own decision are on disk. One that `rests` on a lease without changing it waits for everything that was decided
 *   before it, the changes of its own batch and all commits under way; other replies, such as OFFERs, wait for nothing.
 * - While the store is in doubt, such a reply goes with a commit of its own, of nothing: it does not leave unless that succeeds.
 * - When a commit fails, every batch under way fails with it: all of them are undone, the last change first, down to the rows that are on disk, and no
 *   reply of them leaves. Leases that are forgotten because their time is over go the same way, and are forgotten again later.
 * - Holds are no part of this: they change at once, are never written and never undone.
 */

/** Replies that can leave together. */
const OUTBOX_CAPACITY = 64;
/** Batches whose commit may be under way at one time; with more than that the sockets are left to wait. */
const MAX_COMMITTING = 64;

export interface CommitsParts {
  readonly table: LeaseTable;
  readonly store: LeaseStore;
  readonly transport: Transport;
  readonly counters: Counters;
  readonly events: EventLog;
  /** Told of each change of a lease when it is durable; undefined: nobody listens. */
  readonly happened?: Happened | undefined;
}

/** Carries decisions out: changes in memory at once, on disk together, and only then the replies that depend on them. */
export interface Commits {
  /** False while leases can't be made durable. */
  readonly healthy: boolean;
  /** Does what was decided, as far as that is possible before the batch ends. `told` is what to tell the operator when it has come true. */
  carryOut(decision: SettledDecision, told: Told | undefined): void;
  /** Carries out changes in memory. True: some of them have to be on disk before their answer leaves. `kind`: what listeners are told that it is. */
  apply(changes: readonly LeaseChange[], kind?: HappeningKind): boolean;
  /** Moves on leases whose time is over, at most so many. */
  expire(now: Seconds, limit: number): void;
  /** Ends the batch: replies without a change leave, changes go to the store. */
  flush(): void;
  /** Receives no more for good, and settles when nothing waits for a commit any more. */
  stop(): Promise<void>;
}

/** What was decided about one batch of messages: its changes, and what waits for them to be durable. */
interface Batch {
  readonly replies: Outbox;
  /** What the batch did to the table, for the case that it has to be undone. */
  readonly applied: Applied[];
  readonly writes: LeaseWrite[];
  readonly changes: ChangeCounts;
  /** What to tell the operator when it is true. */
  readonly told: Told[];
  /** What listeners are told when it is true. */
  readonly happenings: Happening[];
}

export function createCommits({ table, store, transport, counters, events, happened }: CommitsParts): Commits {
  const ready = transport.createOutbox(OUTBOX_CAPACITY, counters.sent);
  const spare: Outbox[] = [];
  /** Oldest first; commits settle in this order. */
  const committing: Batch[] = [];
  let batch = newBatch();
  let healthy = true;
  let stopped = false;
  let onIdle: (() => void) | undefined;

  function newBatch(): Batch {
    const replies = spare.pop() ?? transport.createOutbox(OUTBOX_CAPACITY, counters.sent);
    return { replies, applied: [], writes: [], changes: noChanges(), told: [], happenings: [] };
  }

  function carryOut(decision: SettledDecision, told: Told | undefined): void {
    if (decision.kind === "silence") {
      counters.silent[decision.reason]++;
      return;
    }
    // Before the changes are applied: a reply goes with the commit of its own changes.
    if (batch.replies.full) commit();
    if (ready.full) ready.send();
    const durable = apply(decision.changes);
    if (decision.kind === "update") {
      batch.changes.noted++;
      if (told !== undefined) batch.told.push(told);
      return;
    }
    const { message } = decision;
    const waits = durable || (decision.rests && (batch.writes.length > 0 || committing.length > 0 || !healthy || !store.usable));
    const outbox = waits ? batch.replies : ready;
    const buffer = outbox.next();
    outbox.add(encode(message, buffer, Math.min(decision.limit, buffer.length)), decision.to, messageType(message) ?? 0);
    if (told === undefined) return;
    if (waits) batch.told.push(told);
    else events.tell(told);
  }

  function apply(changes: readonly LeaseChange[], kind?: HappeningKind): boolean {
    let durable = false;
    for (const change of changes) {
      const before = happened?.before(table, change);
      const done = table.apply(change);
      if (done === undefined) continue;
      if (happened !== undefined) happened.note(batch.happenings, before, change, kind);
      durable = true;
      take(done);
      countApplied(batch.changes, change, done);
    }
    return durable;
  }

  function take(done: Applied): void {
    batch.applied.push(done);
    batch.writes.push(done.write);
  }

  function expire(now: Seconds, limit: number): void {
    for (const done of table.expire(now, limit, happened?.expired)) take(done);
  }

  /** Hands the changes of the batch over to the store; its replies wait. */
  function commit(): void {
    const { writes, replies, told, changes } = batch;
    if (writes.length === 0 && replies.length === 0) {
      // What was noted without a change of a lease, such as the end of a hold.
      moveChanges(changes, counters);
      if (told.length > 0) for (const entry of told.splice(0)) events.tell(entry);
      return;
    }
    const handedOver = batch;
    committing.push(handedOver);
    store.commit(writes).then(onCommitted, (error: StoreError) => onFailed(error, handedOver));
    batch = newBatch();
    if (committing.length >= MAX_COMMITTING) transport.pause();
  }

  function onCommitted(): void {
    const done = committing.shift() as Batch;
    counters.commits++;
    if (!healthy) {
      healthy = true;
      events.storeRecovered();
    }
    done.replies.send();
    moveChanges(done.changes, counters);
    for (const entry of done.told) events.tell(entry);
    happened?.tell(done.happenings);
    release(done);
  }

  /** Every batch that is under way has failed with this one: undo them all, the last change first, and send nothing. */
  function onFailed(error: StoreError, batch: Batch): void {
    counters.commitsFailed++;
    // It was undone with one before it: what has been handed over since is another matter.
    if (committing[0] !== batch) return;
    if (healthy) events.storeFailed(error);
    healthy = false;
    const failed = committing.splice(0);
    for (let i = failed.length - 1; i >= 0; i--) {
      const { applied } = failed[i] as Batch;
      for (let k = applied.length - 1; k >= 0; k--) table.undo(applied[k] as Applied);
    }
    for (const done of failed) {
      counters.dropped["store-failed"] += done.replies.length + done.changes.noted;
      done.replies.clear();
      release(done);
    }
  }

  function release(done: Batch): void {
    spare.push(done.replies);
    if (!stopped && committing.length < MAX_COMMITTING) transport.resume();
    if (committing.length === 0) onIdle?.();
  }

  return {
    get healthy() {
      return healthy;
    },
    carryOut,
    apply,
    expire,
    flush() {
      ready.send();
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
