import type { Asked, Settled } from "../engine/decision.ts";
import type { Prober } from "../io/prober.ts";
import { type Datagram, type Transport, UNRECORDED } from "../io/transport.ts";
import type { LeaseChange, Seconds } from "../leases/lease.ts";
import type { LeaseTable } from "../leases/table.ts";
import type { LeaseStore, StoreError } from "../store/store.ts";
import type { ChangeFeed } from "./change-feed.ts";
import { createCommits } from "./commits.ts";
import { type Counters, countKind } from "./counters.ts";
import type { Decisions } from "./decisions.ts";
import type { EventLog } from "./event-log.ts";
import type { Listeners } from "./happenings.ts";
import { createHooking } from "./hooks/hooking.ts";
import type { HookSwitch } from "./hooks/hooks.ts";
import type { HookedMessage } from "./hooks/room.ts";
import type { Journal } from "./journal.ts";
import type { Log } from "./log.ts";
import { observe } from "./measures.ts";
import { createOverload } from "./overload.ts";
import type { Protocol } from "./protocol.ts";
import { createQuestions, type Waiting } from "./questions.ts";

/*
 * The way of a packet: receive, read, decide, apply, commit, send. What holds here, whatever the
 * protocol:
 *
 * - A batch of datagrams is decided message by message, each seeing the changes of the ones before
 *   it. Its changes are committed together, and only then do its replies leave; those without a
 *   change (offers, refusals) leave at once. Meanwhile the next batches are received and decided.
 * - Every datagram is counted once: as what kept it from being read, or as received, and then once
 *   more as what became of it.
 * - A message that has to wait for an answer waits in the room for questions, or in that for hooks,
 *   and is decided again from the start. It comes alone then, not in a batch.
 * - A defect costs the one packet that met it. Nothing is thrown into the event loop.
 */

/** At most so many leases are moved on at once when their time is over: about a millisecond. */
const EXPIRE_AT_ONCE = 2000;
/**
 * After so many addresses in use a client has to ask again: a host that answers for every address
 * must not empty the pool at one go.
 */
const MAX_CONFLICTS = 4;

const FLOOD = { kind: "silence", reason: "flood" } as const;
const CONFLICTS_FOUND = { kind: "silence", reason: "conflicts-found" } as const;

/** `M` is a message, `A` an address, `O` what is on record of a client. */
export interface PumpParts<M, A, O> {
  readonly protocol: Protocol<M, A, O>;
  readonly table: LeaseTable<A, O>;
  readonly store: LeaseStore;
  readonly transport: Transport<A>;
  /** Undefined: no address is probed, as when no network asks for it. */
  readonly prober?: Prober<A> | undefined;
  readonly counters: Counters;
  readonly events: EventLog<M, A, O>;
  /** Keeps what is decided; undefined: nobody does. */
  readonly decisions?: Pick<Decisions<M, A, O>, "watch" | "record" | "fail"> | undefined;
  /** Told of each change of a lease when it is durable; undefined: nobody listens. */
  readonly listeners?: Listeners<A, O> | undefined;
  /** What of it is to be written beside the leases; undefined: nothing. */
  readonly journal?: Journal | undefined;
  /** Told which rows of leases have changed; undefined: nobody wants to know. */
  readonly feed?: ChangeFeed | undefined;
  /** Functions of the operator's own that are asked; undefined: never. */
  readonly hooks?: HookSwitch | undefined;
  readonly log?: Log | undefined;
  /** Lease time: never steps, whatever becomes of the wall clock. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
}

export interface Pump<A, O> {
  /** False while leases can't be made durable. */
  readonly healthy: boolean;
  /** Why leases can't be made durable; undefined: they are. */
  readonly storeFailure: StoreError | undefined;
  /** Commits that are under way. */
  readonly underWay: number;
  /** Moves on leases whose time is over; to be called every now and then. */
  expire(): void;
  /**
   * Carries out changes that no message asked for. Settles when they are durable; rejects with
   * StoreError, and they are undone.
   */
  change(changes: readonly LeaseChange<A, O>[]): Promise<void>;
  /** Takes no more datagrams, and waits until what is under way has been committed and answered. */
  stop(): Promise<void>;
}

/** Starts to serve what the transport receives. */
export function startPump<M, A, O>(parts: PumpParts<M, A, O>): Pump<A, O> {
  const { protocol, store, transport, prober, counters, events, decisions, clock, uptime } = parts;
  const { measures } = counters;
  const commits = createCommits(parts);
  const overload = createOverload(protocol.shedding);
  const questions =
    prober &&
    createQuestions<A>({
      ask: ({ address, interfaceIndex }) => prober.ask(address, interfaceIndex),
      keyOf: protocol.keyOf,
      clock: uptime,
      onSilence: (waiting) => afterAnswer(waiting, () => decideAgain(waiting)),
      onConflict: (address, hardwareAddress, waiting) => afterAnswer(waiting, () => onConflict(address, hardwareAddress, waiting)),
    });

  const hooks =
    parts.hooks &&
    createHooking({
      ...parts,
      hooks: parts.hooks,
      commits,
      proceed,
      conclude: (datagram, message, decision) => conclude(datagram, message, decision, clock()),
    });

  function onBatch(batch: readonly Datagram<A>[], count: number): void {
    const now = clock();
    const milliseconds = uptime();
    let before = milliseconds;
    for (let i = 0; i < count; i++) {
      try {
        const datagram = batch[i] as Datagram<A>;
        measures.bytesReceived += datagram.length;
        measures.receivedAt = milliseconds - datagram.waited;
        const shed = overload.check(datagram, milliseconds);
        if (shed === undefined) handle(datagram, now, milliseconds);
        else counters.dropped[shed]++;
      } catch (error) {
        onDefect(error, batch[i] as Datagram<A>);
      }
      const after = uptime();
      observe(measures.decision, after - before);
      before = after;
    }
    commits.flush();
  }

  function handle(datagram: Datagram<A>, now: Seconds, milliseconds: number): void {
    if (!isServed(datagram)) return;
    const read = protocol.read(datagram);
    if (!read.ok) {
      counters.dropped.undecodable++;
      events.undecodable(datagram, read.problem);
      return;
    }
    const { message } = read;
    countKind(counters.received, protocol.kindOf(message));
    if (protocol.floods(message, milliseconds)) conclude(datagram, message, FLOOD, now);
    else if (hooks?.asks !== true || hooks.admit(datagram, message) === "unasked") decideAbout(datagram, message, now, 0);
  }

  function isServed(datagram: Datagram<A>): boolean {
    if (protocol.serves(datagram.interfaceIndex)) return true;
    counters.silent["interface-not-served"]++;
    events.notServed(datagram);
    return false;
  }

  function decideAbout(datagram: Datagram<A>, message: M, now: Seconds, conflicts: number, hooked?: HookedMessage<A>): void {
    const decision = protocol.decide(message, datagram, now, questions, hooked?.classes, decisions?.watch(message));
    if (decision.kind !== "question") {
      settle(datagram, message, decision, now, hooked);
      return;
    }
    events.decided(message, decision, datagram);
    if (ask(message, decision, datagram, conflicts, hooked)) decisions?.record(datagram, decision, now);
    else settle(datagram, message, decision.unanswered, now, hooked);
  }

  /** Carries out what was decided without the engine: no rule led to it. */
  function conclude(datagram: Datagram<A>, message: M, decision: Settled<M, A, O>, now: Seconds): void {
    decisions?.watch(message);
    settle(datagram, message, decision, now);
  }

  /** Carries a decision out, unless a hook has to be asked about the answer first. */
  function settle(datagram: Datagram<A>, message: M, decided: Settled<M, A, O>, now: Seconds, hooked?: HookedMessage<A>): void {
    const decision = hooked === undefined || hooks === undefined ? decided : hooks.decide(message, decided, hooked);
    if (decision === undefined) return;
    const number = decisions?.record(datagram, decision, now) ?? UNRECORDED;
    commits.carryOut(decision, events.decided(message, decision, datagram), number);
  }

  /** Holds the address, and has the message wait for the answer. False: nobody can be asked. */
  function ask(message: M, { about, holds }: Asked<M, A, O>, datagram: Datagram<A>, conflicts: number, hooked?: HookedMessage<A>): boolean {
    const taken = questions?.ask(about, datagram, conflicts, measures.receivedAt, hooked) ?? "skipped";
    if (taken === "skipped") {
      counters.probesSkipped++;
      return false;
    }
    if (taken === "started") counters.probes++;
    else {
      counters.silent["being-probed"]++;
      events.unanswered(message, "being-probed", datagram);
    }
    commits.apply(holds);
    return true;
  }

  /** Decides again about a message that waited. */
  function decideAgain({ datagram, conflicts, receivedAt, hooked }: Waiting<A>): void {
    if (hooked !== undefined) {
      hooks?.resume(hooked, conflicts);
      return;
    }
    measures.receivedAt = receivedAt;
    const message = readAgain(datagram);
    if (message !== undefined) decideAbout(datagram, message, clock(), conflicts);
  }

  /** A message that waited; undefined: it came in on an interface that is not served any more. */
  function readAgain(datagram: Datagram<A>): M | undefined {
    if (!isServed(datagram)) return undefined;
    const read = protocol.read(datagram);
    return read.ok ? read.message : undefined;
  }

  /** Decides about a message that waited for a hook. */
  function proceed(hooked: HookedMessage<A>): void {
    const { datagram, conflicts, receivedAt } = hooked;
    measures.receivedAt = receivedAt;
    try {
      const message = readAgain(datagram);
      if (message !== undefined) decideAbout(datagram, message, clock(), conflicts, hooked);
    } catch (error) {
      onDefect(error, datagram);
    }
  }

  /**
   * Somebody uses the address: nobody gets it for a while, and the message that waited gets another
   * one.
   */
  function onConflict(address: A, hardwareAddress: Uint8Array | undefined, waiting: Waiting<A>): void {
    const { conflicts } = waiting;
    counters.conflicts++;
    const now = clock();
    const lease = protocol.inProbation(address, now);
    if (lease !== undefined) commits.apply([{ kind: "put", lease }], "conflict");
    events.conflict(address, hardwareAddress, lease && lease.expiry - now);
    if (conflicts + 1 < MAX_CONFLICTS) decideAgain({ ...waiting, conflicts: conflicts + 1 });
    else {
      const message = readAgain(waiting.datagram);
      if (message !== undefined) conclude(waiting.datagram, message, CONFLICTS_FOUND, now);
    }
  }

  /** Does what follows from an answer. */
  function afterAnswer({ datagram }: Waiting<A>, work: () => void): void {
    try {
      work();
    } catch (error) {
      onDefect(error, datagram);
    }
    commits.flush();
  }

  /**
   * It must not take other packets with it, and an exception must not reach the event loop's native
   * code.
   */
  function onDefect(error: unknown, datagram: Datagram<A>): void {
    counters.dropped["internal-error"]++;
    events.internalError(error, datagram);
  }

  if (questions !== undefined) prober?.start(questions.answer);
  transport.start(onBatch);

  return {
    get healthy() {
      return commits.failure === undefined;
    },
    get storeFailure() {
      return commits.failure;
    },
    get underWay() {
      return commits.underWay;
    },
    expire(): void {
      commits.expire(clock(), EXPIRE_AT_ONCE);
      commits.flush();
    },
    change(changes): Promise<void> {
      commits.apply(changes);
      commits.flush();
      // An empty batch settles with those before it.
      return store.commit([]);
    },
    async stop(): Promise<void> {
      if (questions !== undefined) counters.dropped.stopped += questions.stop();
      if (hooks !== undefined) counters.dropped.stopped += hooks.stop();
      await commits.stop();
    },
  };
}
