import type { Asked } from "../engine/decision.ts";
import type { Prober } from "../io/prober.ts";
import type { Datagram, Transport } from "../io/transport.ts";
import type { LeaseChange, Seconds } from "../leases/lease.ts";
import type { LeaseTable } from "../leases/table.ts";
import type { LeaseStore } from "../store/store.ts";
import { createCommits } from "./commits.ts";
import { type Counters, countKind } from "./counters.ts";
import type { EventLog } from "./event-log.ts";
import type { Listeners } from "./happenings.ts";
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
 * - A message that has to wait for an answer waits in the room for questions, and is decided again
 *   from the start. It comes alone then, not in a batch.
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
  /** Told of each change of a lease when it is durable; undefined: nobody listens. */
  readonly listeners?: Listeners<A, O> | undefined;
  /** Lease time: never steps, whatever becomes of the wall clock. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
}

export interface Pump<A, O> {
  /** False while leases can't be made durable. */
  readonly healthy: boolean;
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
  const { protocol, store, transport, prober, counters, events, clock, uptime } = parts;
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

  function onBatch(batch: readonly Datagram<A>[], count: number): void {
    const now = clock();
    const milliseconds = uptime();
    for (let i = 0; i < count; i++) {
      try {
        const datagram = batch[i] as Datagram<A>;
        const shed = overload.check(datagram, milliseconds);
        if (shed === undefined) handle(datagram, now, milliseconds);
        else counters.dropped[shed]++;
      } catch (error) {
        onDefect(error, batch[i] as Datagram<A>);
      }
    }
    commits.flush();
  }

  function handle(datagram: Datagram<A>, now: Seconds, milliseconds: number): void {
    if (!protocol.serves(datagram.interfaceIndex)) {
      counters.silent["interface-not-served"]++;
      return;
    }
    const read = protocol.read(datagram);
    if (!read.ok) {
      counters.dropped.undecodable++;
      events.undecodable(datagram, read.problem);
      return;
    }
    const { message } = read;
    countKind(counters.received, protocol.kindOf(message));
    if (protocol.floods(message, milliseconds)) commits.carryOut(FLOOD, events.decided(message, FLOOD, datagram.source));
    else decideAbout(datagram, message, now, 0);
  }

  function decideAbout(datagram: Datagram<A>, message: M, now: Seconds, conflicts: number): void {
    const decision = protocol.decide(message, datagram, now, questions);
    const entry = events.decided(message, decision, datagram.source);
    if (decision.kind !== "question") commits.carryOut(decision, entry);
    else if (!ask(decision, datagram, conflicts)) {
      commits.carryOut(decision.unanswered, events.decided(message, decision.unanswered, datagram.source));
    }
  }

  /** Holds the address, and has the message wait for the answer. False: nobody can be asked. */
  function ask({ about, holds }: Asked<M, A, O>, datagram: Datagram<A>, conflicts: number): boolean {
    const taken = questions?.ask(about, datagram, conflicts) ?? "skipped";
    if (taken === "skipped") {
      counters.probesSkipped++;
      return false;
    }
    if (taken === "started") counters.probes++;
    else counters.silent["being-probed"]++;
    commits.apply(holds);
    return true;
  }

  /** Decides again about a message that waited. */
  function decideAgain({ datagram, conflicts }: Waiting<A>): void {
    const read = protocol.read(datagram);
    if (!protocol.serves(datagram.interfaceIndex)) counters.silent["interface-not-served"]++;
    else if (read.ok) decideAbout(datagram, read.message, clock(), conflicts);
  }

  /**
   * Somebody uses the address: nobody gets it for a while, and the message that waited gets another
   * one.
   */
  function onConflict(address: A, hardwareAddress: Uint8Array | undefined, { datagram, conflicts }: Waiting<A>): void {
    counters.conflicts++;
    const now = clock();
    const lease = protocol.inProbation(address, now);
    if (lease !== undefined) commits.apply([{ kind: "put", lease }], "conflict");
    events.conflict(address, hardwareAddress, lease && lease.expiry - now);
    if (conflicts + 1 < MAX_CONFLICTS) decideAgain({ datagram, conflicts: conflicts + 1 });
    else counters.silent["conflicts-found"]++;
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
      return commits.healthy;
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
      await commits.stop();
    },
  };
}
