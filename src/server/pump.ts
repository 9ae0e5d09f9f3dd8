import type { Config } from "../config/model.ts";
import { inProbation } from "../engine/dhcp4/conflict-check.ts";
import { decide, type ServedInterface } from "../engine/dhcp4/decide.ts";
import { createDecider } from "../engine/dhcp4/decider.ts";
import type { Asking } from "../engine/dhcp4/decision.ts";
import { createFloodGuard } from "../engine/dhcp4/flood.ts";
import type { Prober } from "../io/prober.ts";
import type { Datagram, Transport } from "../io/transport.ts";
import type { LeaseChange, Seconds } from "../leases/lease.ts";
import type { LeaseTable } from "../leases/table.ts";
import type { Ipv4 } from "../net/ipv4.ts";
import type { LeaseStore } from "../store/store.ts";
import { decode } from "../wire/dhcp4/decode.ts";
import type { Message } from "../wire/dhcp4/message.ts";
import { messageType } from "../wire/dhcp4/options.ts";
import { createCommits } from "./commits.ts";
import { type Counters, countType } from "./counters.ts";
import type { EventLog } from "./event-log.ts";
import type { Happened } from "./happenings.ts";
import { createOverload } from "./overload.ts";
import { createProbes, type Waiting } from "./probes.ts";

/** At most so many leases are moved on at once when their time is over: about a millisecond. */
const EXPIRE_AT_ONCE = 2000;
/** After so many addresses in use a client has to ask again: a host that answers for every address must not empty the pool at one go. */
const MAX_CONFLICTS = 4;

const FLOOD = { kind: "silence", reason: "flood" } as const;

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
  /** Told of each change of a lease when it is durable; undefined: nobody listens. */
  readonly happened?: Happened | undefined;
  /** Lease time: never steps, whatever becomes of the wall clock. */
  readonly clock: () => Seconds;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  /** Two unsigned 32-bit numbers that nobody else knows. */
  readonly secret: readonly [number, number];
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

/**
 * The way of a packet: receive, decode, decide, apply, commit, send. A batch of datagrams is decided message by message,
 * each seeing the changes of the ones before it; its changes are committed together, and only then its replies leave.
 * Replies without a change (offers, NAKs) leave at once. While a commit is under way the next batches are received and decided.
 */
export function startPump(parts: PumpParts): Pump {
  const { config, table, store, transport, counters, events, clock, uptime, random } = parts;
  const { port } = transport;
  const decider = createDecider(config);
  const commits = createCommits({ table, store, transport, counters, events, happened: parts.happened });
  const overload = createOverload();
  const flood = config.floodProtection && createFloodGuard(config.floodProtection, config.chaddrOnly, parts.secret);
  const { prober } = parts;
  const probes =
    prober &&
    createProbes({
      prober,
      clock: uptime,
      onFree: (waiting) => afterProbe(waiting, () => decideAgain(waiting)),
      onConflict: (address, hardwareAddress, waiting) => afterProbe(waiting, () => onConflict(address, hardwareAddress, waiting)),
    });

  function onBatch(batch: readonly Datagram[], count: number): void {
    const now = clock();
    const milliseconds = uptime();
    for (let i = 0; i < count; i++) {
      try {
        const datagram = batch[i] as Datagram;
        const shed = overload.check(datagram, milliseconds);
        if (shed === undefined) handle(datagram, now, milliseconds);
        else counters.dropped[shed]++;
      } catch (error) {
        // A defect. It must not take the other packets with it, and an exception must not reach the event loop's native code.
        counters.dropped["internal-error"]++;
        events.internalError(error, batch[i] as Datagram);
      }
    }
    commits.flush();
  }

  function handle(datagram: Datagram, now: Seconds, milliseconds: number): void {
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
    if (flood?.refuses(message, milliseconds)) commits.carryOut(FLOOD, events.decided(message, FLOOD, datagram.source));
    else decideAbout(datagram, message, served, now, 0);
  }

  function decideAbout(datagram: Datagram, message: Message, served: ServedInterface, now: Seconds, conflicts: number): void {
    const { source, sourcePort, destination } = datagram;
    const decision = decide(
      { decider, leases: table, now, random: random(), answers: probes, ownAddresses: parts.ownAddresses(), notify: events.notice },
      { message, interface: served, source, sourcePort, destination, serverPort: port, length: datagram.length },
    );
    const told = events.decided(message, decision, source);
    if (decision.kind !== "question") commits.carryOut(decision, told);
    else if (!ask(decision, message.chaddr, datagram, conflicts))
      commits.carryOut(decision.unanswered, events.decided(message, decision.unanswered, source));
  }

  /** Holds the address, and has the message wait until it is known whether somebody uses it. False: nobody can be asked. */
  function ask({ about, holds }: Asking, chaddr: Uint8Array, datagram: Datagram, conflicts: number): boolean {
    const taken = probes?.ask(about, chaddr, datagram, conflicts) ?? "skipped";
    if (taken === "skipped") {
      counters.probesSkipped++;
      return false;
    }
    if (taken === "started") counters.probes++;
    else counters.silent["being-probed"]++;
    commits.apply(holds);
    return true;
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
    const lease = inProbation({ decider, leases: table, now }, address);
    if (lease !== undefined) commits.apply([{ kind: "put", lease }], "conflict");
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
    commits.flush();
  }

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
      if (probes !== undefined) counters.dropped.stopped += probes.stop();
      await commits.stop();
    },
  };
}
