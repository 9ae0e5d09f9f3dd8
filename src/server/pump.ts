import type { Config } from "../config/model.ts";
import type { Decision, Probe } from "../engine/decision.ts";
import { decide, type ServedInterface } from "../engine/dhcp4/decide.ts";
import { inProbation } from "../engine/dhcp4/probe.ts";
import type { Prober } from "../io/prober.ts";
import type { Datagram, Outbox, Transport } from "../io/transport.ts";
import type { LeaseChange, LeaseWrite, Seconds } from "../leases/lease.ts";
import type { Applied, LeaseTable } from "../leases/table.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { LeaseStore, StoreError } from "../store/store.ts";
import { decode } from "../wire/dhcp4/decode.ts";
import { encode } from "../wire/dhcp4/encode.ts";
import { type Message, MessageType } from "../wire/dhcp4/message.ts";
import { messageType } from "../wire/dhcp4/options.ts";
import { type Counters, countApplied, countType } from "./counters.ts";
import type { EventLog } from "./event-log.ts";
import { createProbes, type Waiting } from "./probes.ts";

/** Replies that can leave together. */
const OUTBOX_CAPACITY = 64;
/** Batches whose commit may be under way at one time; with more than that the sockets are left to wait. */
const MAX_COMMITTING = 64;
/** At most so many leases are moved on at once when their time is over: about a millisecond. */
const EXPIRE_AT_ONCE = 2000;
/** After so many addresses in use a client has to ask again: a host that answers for every address must not empty the pool at one go. */
const MAX_CONFLICTS = 4;

export interface PumpParts {
  readonly config: Config;
  readonly table: LeaseTable;
  readonly store: LeaseStore;
  readonly transport: Transport;
  /** Undefined: no address is probed, as when no network asks for it. */
  readonly prober?: Prober | undefined;
  /** The served interface with this index; undefined: not served. */
  readonly interfaceAt: (index: number) => ServedInterface | undefined;
  /** Every address of this machine as it is now. */
  readonly ownAddresses: () => ReadonlySet<Ipv4>;
  readonly counters: Counters;
  readonly events: EventLog;
  /** Seconds since 1970. */
  readonly clock: () => Seconds;
  /** An unsigned 32-bit number, each time another. */
  readonly random: () => number;
}

export interface Pump {
  /** False while leases can't be made durable. */
  readonly healthy: boolean;
  /** Moves on leases whose time is over; to be called every now and then. */
  expire(): void;
  /** Carries out changes that no message asked for. Settles when they are durable; rejects with StoreError, and they are undone. */
  change(changes: readonly LeaseChange[]): Promise<void>;
  /** Takes no more datagrams, and waits until what is under way has been committed and answered. */
  stop(): Promise<void>;
}

/** One batch whose changes are being made durable, with the replies that wait for it. */
interface Committing {
  readonly replies: Outbox;
  /** The message types of the replies. */
  readonly types: readonly number[];
  /** What the batch did to the table, for the case that it has to be undone. */
  readonly applied: Applied[];
}

/**
 * The way of a packet: receive, decode, decide, apply, commit, send. A batch of datagrams is decided message by message,
 * each seeing the changes of the ones before it; its changes are committed together, and only then its replies leave.
 * Replies without a change (offers, NAKs) leave at once. While a commit is under way the next batches are received and decided.
 */
export function startPump(parts: PumpParts): Pump {
  const { config, table, store, transport, counters, events, clock, random } = parts;
  const { port } = transport;
  const ready = transport.createOutbox(OUTBOX_CAPACITY);
  const spare: Outbox[] = [];
  /** Oldest first; commits settle in this order. */
  const committing: Committing[] = [];
  let replies = transport.createOutbox(OUTBOX_CAPACITY);
  let types: number[] = [];
  let applied: Applied[] = [];
  let writes: LeaseWrite[] = [];
  let healthy = true;
  const { prober } = parts;
  const probes =
    prober &&
    createProbes({
      prober,
      clock: () => performance.now(),
      onFree: (waiting) => afterProbe(waiting, () => decideAgain(waiting)),
      onConflict: (address, hardwareAddress, waiting) => afterProbe(waiting, () => onConflict(address, hardwareAddress, waiting)),
    });
  let onIdle: (() => void) | undefined;

  function onBatch(batch: readonly Datagram[], count: number): void {
    const now = clock();
    for (let i = 0; i < count; i++) {
      try {
        handle(batch[i] as Datagram, now);
      } catch (error) {
        // A defect. It must not take the other packets with it, and an exception must not reach the event loop's native code.
        counters.dropped["internal-error"]++;
        events.internalError(error, batch[i] as Datagram);
      }
    }
    ready.send();
    commit();
  }

  function handle(datagram: Datagram, now: Seconds): void {
    const served = parts.interfaceAt(datagram.interfaceIndex);
    if (served === undefined) {
      counters.silent["interface-not-served"]++;
      return;
    }
    const decoded = decode(datagram.bytes, datagram.length);
    if (!decoded.ok) {
      counters.dropped.undecodable++;
      events.undecodable(datagram, decoded.problem);
      return;
    }
    const { message } = decoded;
    countType(counters.received, messageType(message) ?? 0);
    decideAbout(datagram, message, served, now, 0);
  }

  function decideAbout(datagram: Datagram, message: Message, served: ServedInterface, now: Seconds, conflicts: number): void {
    const { source, sourcePort, destination } = datagram;
    const decision = decide(
      { config, leases: table, now, random: random(), probes, ownAddresses: parts.ownAddresses() },
      { message, interface: served, source, sourcePort, destination, serverPort: port, length: datagram.length },
    );
    events.decided(message, decision);
    if (decision.kind === "probe") probe(decision, datagram, conflicts);
    else carryOut(decision);
  }

  /** Holds the address, and has the message wait until it is known whether somebody uses it. */
  function probe(decision: Probe, datagram: Datagram, conflicts: number): void {
    const taken = probes?.ask(decision, datagram, conflicts) ?? "skipped";
    if (taken === "skipped") {
      counters.probesSkipped++;
      carryOut(decision.offer);
      return;
    }
    if (taken === "started") counters.probes++;
    else counters.silent["being-probed"]++;
    apply(decision.offer.changes);
  }

  /** Decides again about a message that waited for a probe. */
  function decideAgain({ datagram, conflicts }: Waiting): void {
    const served = parts.interfaceAt(datagram.interfaceIndex);
    const decoded = decode(datagram.bytes, datagram.length);
    if (served === undefined) counters.silent["interface-not-served"]++;
    else if (decoded.ok) decideAbout(datagram, decoded.message, served, clock(), conflicts);
  }

  /** A probe was answered: nobody gets that address for a while, and the message that waited gets another one. */
  function onConflict(address: Ipv4, hardwareAddress: Uint8Array | undefined, { datagram, conflicts }: Waiting): void {
    counters.conflicts++;
    const now = clock();
    const lease = inProbation({ config, leases: table, now }, address);
    if (lease !== undefined) apply([{ kind: "put", lease }]);
    events.conflict(address, hardwareAddress, lease && lease.expiry - now);
    if (conflicts + 1 < MAX_CONFLICTS) decideAgain({ datagram, conflicts: conflicts + 1 });
    else counters.silent["conflicts-found"]++;
  }

  /** Does what follows from a probe; it comes alone, not in a batch. */
  function afterProbe({ datagram }: Waiting, work: () => void): void {
    try {
      work();
    } catch (error) {
      counters.dropped["internal-error"]++;
      events.internalError(error, datagram);
    }
    ready.send();
    commit();
  }

  function carryOut(decision: Exclude<Decision, Probe>): void {
    if (decision.kind === "silence") {
      counters.silent[decision.reason]++;
      return;
    }
    // Before the changes are applied: a reply goes with the commit of its own changes.
    if (replies.full) commit();
    if (ready.full) ready.send();
    const durable = apply(decision.changes);
    if (decision.kind === "update") {
      counters.noted++;
      return;
    }
    const { message } = decision;
    const type = messageType(message) ?? 0;
    // A lease that is confirmed without a change may rest on one that is not on disk yet.
    const confirms = type !== MessageType.OFFER && message.yiaddr !== 0;
    const waits = durable || (confirms && (writes.length > 0 || committing.length > 0));
    const outbox = waits ? replies : ready;
    const buffer = outbox.next();
    outbox.add(encode(message, buffer, Math.min(decision.maxMessageSize, buffer.length)), decision.to);
    if (waits) types.push(type);
    else countType(counters.sent, type);
  }

  /** Carries out changes in memory. True: some of them have to be on disk before their answer leaves. */
  function apply(changes: readonly LeaseChange[]): boolean {
    let durable = false;
    for (const change of changes) {
      const done = table.apply(change);
      applied.push(done);
      countApplied(counters, change, done);
      if (done.write === undefined) continue;
      durable = true;
      writes.push(done.write);
    }
    return durable;
  }

  /** Hands the changes of the batch over to the store; its replies wait. */
  function commit(): void {
    if (writes.length === 0 && replies.length === 0) {
      // Offers alone need no commit. They are undone with the changes that they came after.
      const last = committing.at(-1);
      if (last !== undefined) for (const done of applied) last.applied.push(done);
      applied.length = 0;
      return;
    }
    const batch: Committing = { replies, types, applied };
    committing.push(batch);
    store.commit(writes).then(onCommitted, onFailed);
    replies = spare.pop() ?? transport.createOutbox(OUTBOX_CAPACITY);
    types = [];
    applied = [];
    writes = [];
    if (committing.length >= MAX_COMMITTING) transport.pause();
  }

  function onCommitted(): void {
    const batch = committing.shift() as Committing;
    counters.commits++;
    if (!healthy) {
      healthy = true;
      events.storeRecovered();
    }
    batch.replies.send();
    for (const type of batch.types) countType(counters.sent, type);
    release(batch);
  }

  /** Every batch that is under way has failed with this one: undo them all, the last change first, and send nothing. */
  function onFailed(error: StoreError): void {
    counters.commitsFailed++;
    if (healthy) events.storeFailed(error);
    healthy = false;
    const failed = committing.splice(0);
    for (let i = failed.length - 1; i >= 0; i--) {
      const { applied } = failed[i] as Committing;
      for (let k = applied.length - 1; k >= 0; k--) table.undo(applied[k] as Applied);
    }
    for (const batch of failed) {
      counters.dropped["store-failed"] += batch.replies.length;
      batch.replies.clear();
      release(batch);
    }
  }

  function release(batch: Committing): void {
    spare.push(batch.replies);
    if (committing.length < MAX_COMMITTING) transport.resume();
    if (committing.length === 0) onIdle?.();
  }

  transport.start(onBatch);

  return {
    get healthy() {
      return healthy;
    },
    expire(): void {
      const removals = table.expire(clock(), EXPIRE_AT_ONCE);
      // A removal that fails is no harm: the row is too old to count, and is removed after the next start.
      if (removals.length > 0) store.commit(removals).catch(() => {});
    },
    change(changes): Promise<void> {
      apply(changes);
      commit();
      // An empty batch settles with those before it.
      return store.commit([]);
    },
    async stop(): Promise<void> {
      transport.pause();
      if (probes !== undefined) counters.dropped.stopped += probes.stop();
      while (committing.length > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
    },
  };
}
