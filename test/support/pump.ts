import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";
import type { Prober } from "../../src/io/prober.ts";
import { noSendFailures } from "../../src/io/send-failures.ts";
import {
  type BatchHandler,
  type Datagram,
  type OnNotSent,
  type Outbox,
  type SendFailure,
  type Transport,
  UNRECORDED,
} from "../../src/io/transport.ts";
import type { LeaseOwner } from "../../src/leases/dhcp4/lease.ts";
import { createLeaseTable, type LeaseTable } from "../../src/leases/dhcp4/table.ts";
import type { Destination } from "../../src/net/destination.ts";
import type { Ipv4 } from "../../src/net/ipv4.ts";
import type { ChangeFeed } from "../../src/server/change-feed.ts";
import { type Counters, createCounters } from "../../src/server/counters.ts";
import { createDecisions, type Decisions } from "../../src/server/decisions.ts";
import { createDhcp4 } from "../../src/server/dhcp4/protocol.ts";
import { createEventLog, type EventLog } from "../../src/server/event-log.ts";
import type { ExhaustedPools } from "../../src/server/exhausted-pools.ts";
import { createListeners, type Happening } from "../../src/server/happenings.ts";
import { createHookListener, type HookSwitch } from "../../src/server/hooks/hooks.ts";
import type { Journal } from "../../src/server/journal.ts";
import { type Pump, startPump } from "../../src/server/pump.ts";
import { decode } from "../../src/wire/dhcp4/decode.ts";
import { encodeMessage } from "../../src/wire/dhcp4/encode.ts";
import type { Message } from "../../src/wire/dhcp4/message.ts";
import { createLogs } from "./logs.ts";
import { createHeldStore, type HeldStore } from "./store.ts";

/** A reply that left, as it was at that time. */
export interface Sent {
  readonly message: Message;
  readonly to: Destination<Ipv4>;
}

export interface Bench {
  readonly pump: Pump<Ipv4, LeaseOwner>;
  readonly table: LeaseTable;
  readonly store: HeldStore;
  readonly counters: Counters;
  readonly sent: Sent[];
  /** Lines of the log, in JSON and for people. */
  readonly log: string[];
  readonly pretty: string[];
  readonly events: EventLog<Message, Ipv4, LeaseOwner>;
  readonly decisions: Decisions<Message, Ipv4, LeaseOwner>;
  readonly exhausted: ExhaustedPools;
  readonly paused: () => boolean;
  setTime(now: number): void;
  /** The system sends nothing more, for this reason. */
  refuseToSend(why: SendFailure): void;
  /** No reply has room any more. */
  leaveNoRoom(): void;
  /** One batch of messages from the network. */
  receive(...messages: (Message | Uint8Array)[]): void;
  /** The same, of messages that waited for so many milliseconds. */
  receiveLate(waited: number, ...messages: (Message | Uint8Array)[]): void;
}

/** 10.0.0.1, where messages come in, and 10.9.9.1. */
const OWN_ADDRESSES: ReadonlySet<number> = new Set([0x0a000001, 0x0a090901]);

/** The pump with sockets, a store and a clock that the test holds in its hands. */
export function createBench(
  configText: string,
  prober?: Prober<Ipv4>,
  level = "debug",
  onHappening?: (happening: Happening<Ipv4, LeaseOwner>) => void,
  journal?: Journal,
  hooks?: HookSwitch,
  feed?: ChangeFeed,
): Bench {
  const loaded = loadConfig(configText, "test.yaml");
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const config: Config = loaded.config;
  const table = createLeaseTable(config);
  const store = createHeldStore();
  const sent: Sent[] = [];
  let now = 1000;
  let handler: BatchHandler<Ipv4> | undefined;
  let paused = false;
  let refusal: SendFailure | undefined;
  let hasRoom = true;
  const transport: Transport<Ipv4> = {
    limitations: [],
    port: 67,
    serve: () => [],
    start(newHandler) {
      handler = newHandler;
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
    },
    createOutbox: (capacity, counts, onNotSent) => createOutbox(capacity, sent, counts, () => refusal, onNotSent),
    counters: () => ({ received: 0, sent: 0, notSent: noSendFailures(), receiveDropped: 0 }),
    close() {},
  };
  const { log: logger, json: log, pretty } = createLogs(level);
  const uptime = () => now * 1000;
  const dhcp4 = createDhcp4({
    config,
    leases: table,
    interfaceAt: (index) => (index === 2 ? { index, name: "eth0", address: 0x0a000001, prefixLength: 24 } : undefined),
    ownAddresses: () => OWN_ADDRESSES,
    port: 67,
    log: logger,
    uptime,
    secret: [1, 2],
    random: () => 0,
  });
  const protocol: typeof dhcp4 = { ...dhcp4, write: (...reply) => (hasRoom ? dhcp4.write(...reply) : 0) };
  const counters = createCounters(protocol.kinds);
  const interfaceName = (index: number) => (index === 2 ? "eth0" : `interface ${index}`);
  const byAddress = (address: Ipv4) => table.byAddress(address);
  const events = createEventLog<Message, Ipv4, LeaseOwner>({
    log: logger,
    uptime,
    protocol,
    secret: [1, 2],
    stateOf: (address) => table.stateOf(address),
    networkName: (address) => table.space.networkName(address),
    interfaceName,
    describeInterface: (index) => (index === 2 ? "eth0 (10.0.0.1)" : undefined),
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const toHooks = hooks && createHookListener<Ipv4, LeaseOwner>({ hooks, protocol: "dhcp4", counters, wallOffset: () => 0 });
  const listeners = createListeners(onHappening === undefined ? [] : [onHappening], protocol.copyLease, fail, toHooks);
  const decisions = createDecisions({ name: "DHCPv4", protocol, byAddress, interfaceName, clock: () => now, wallOffset: () => 0, uptime });
  const pump = startPump({
    decisions,
    protocol,
    table,
    store,
    transport,
    prober,
    counters,
    events,
    listeners,
    journal,
    feed,
    hooks,
    log: logger,
    clock: () => now,
    uptime,
  });
  return {
    pump,
    table,
    store,
    counters,
    sent,
    log,
    pretty,
    events,
    decisions,
    exhausted: protocol.exhausted,
    paused: () => paused,
    setTime(time) {
      now = time;
    },
    refuseToSend(why) {
      refusal = why;
    },
    leaveNoRoom() {
      hasRoom = false;
    },
    receive(...messages) {
      this.receiveLate(0, ...messages);
    },
    receiveLate(waited, ...messages) {
      const batch = messages.map((message): Datagram<Ipv4> => {
        const bytes = message instanceof Uint8Array ? message : encodeMessage(message);
        return { bytes, length: bytes.length, source: 0, sourcePort: 68, destination: 0xffffffff, interfaceIndex: 2, waited };
      });
      handler?.(batch, batch.length);
      // The transport uses its buffers again.
      for (const { bytes } of batch) bytes.fill(0xee);
    },
  };
}

function createOutbox(
  capacity: number,
  sent: Sent[],
  counts: Uint32Array | undefined,
  refusal: () => SendFailure | undefined,
  onNotSent: OnNotSent | undefined,
): Outbox<Ipv4> {
  const buffers = Array.from({ length: capacity }, () => new Uint8Array(2048));
  let entries: { length: number; to: Destination<Ipv4>; kind: number; mark: number }[] = [];
  return {
    get length() {
      return entries.length;
    },
    get full() {
      return entries.length === capacity;
    },
    next: () => buffers[entries.length] as Uint8Array,
    add(length, to, kind = 0, mark = UNRECORDED) {
      entries.push({ length, to: { ...to, hardwareAddress: to.hardwareAddress?.slice() }, kind, mark });
    },
    send() {
      const why = refusal();
      if (why !== undefined) {
        for (const { mark } of entries.splice(0)) onNotSent?.(mark, why);
        return;
      }
      entries.forEach(({ length, to, kind }, i) => {
        if (counts !== undefined) counts[kind] = (counts[kind] as number) + 1;
        const decoded = decode((buffers[i] as Uint8Array).slice(0, length));
        if (decoded.ok) sent.push({ message: decoded.message, to });
      });
      entries = [];
    },
    clear() {
      entries = [];
    },
  };
}
