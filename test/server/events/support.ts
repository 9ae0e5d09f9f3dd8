import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext } from "node:test";
import type { EventSink, EventTarget } from "../../../src/config/model/events.ts";
import { LeaseState } from "../../../src/leases/dhcp4/lease.ts";
import type { ToldEvent } from "../../../src/server/events/event-object.ts";
import type { EventsSpec, EventsStatus, FromEventsThread } from "../../../src/server/events/messages.ts";
import { createEventsThread, type EventsThread } from "../../../src/server/events/thread.ts";
import { EventCode } from "../../../src/store/event.ts";
import { openSqliteStore } from "../../../src/store/sqlite/store.ts";
import type { LeaseStore, StoreWrite } from "../../../src/store/store.ts";
import { leaseOf, putOf, timesOf } from "../../support/leases.ts";

const FOLDER = mkdtempSync(join(tmpdir(), "leasehold-events-"));
after(() => rmSync(FOLDER, { recursive: true, force: true }));
let files = 0;
export const newPath = (name = "leases.db"): string => join(FOLDER, `${files++}-${name}`);

/** A database with a journal, and the work of the thread of events, run in this one. */
export interface Setting {
  readonly path: string;
  readonly store: LeaseStore;
  readonly logged: string[];
  readonly pruned: number[];
  /** Prunes are carried out. */
  prunes: boolean;
  status(): EventsStatus | undefined;
  /** Leases in these rows are given, and told of. */
  give(from: number, to: number): Promise<void>;
  release(from: number, to: number): Promise<void>;
  start(...sinks: EventSink[]): EventsThread;
  startWith(spec: EventsSpec): EventsThread;
}

export function sinkOf(target: EventTarget, more: Partial<Pick<EventSink, "kinds" | "queue">> = {}): EventSink {
  return { ...target, kinds: undefined, queue: 1_000_000, ...more };
}

export function setUp(t: TestContext, path = newPath()): Setting {
  const store = openSqliteStore(path);
  const changes = new Int32Array(new SharedArrayBuffer(4));
  const threads: EventsThread[] = [];
  let status: EventsStatus | undefined;
  t.after(async () => {
    for (const thread of threads) await thread.close();
    await store.close();
  });
  async function commit(writes: StoreWrite[]): Promise<void> {
    await store.commit(writes);
    Atomics.add(changes, 0, 1);
    Atomics.notify(changes, 0);
  }
  const rows = (from: number, to: number, write: (row: number) => StoreWrite, code: EventCode): StoreWrite[] =>
    Array.from({ length: to - from }, (_, i): StoreWrite[] => [
      write(from + i),
      { kind: "event", code, flags: 0, space: 0, row: from + i, time: 100 },
    ]).flat();
  const lease = (row: number, state: LeaseState) => leaseOf(0x0a000000 + row, 1 + row, state, 100, 200);
  const setting: Setting = {
    path,
    store,
    logged: [],
    pruned: [],
    prunes: true,
    status: () => status,
    give: (from, to) => commit(rows(from, to, (row) => putOf(row, lease(row, LeaseState.bound)), EventCode.bound)),
    release: (from, to) => commit(rows(from, to, (row) => timesOf(row, lease(row, LeaseState.released)), EventCode.released)),
    start: (...sinks) => setting.startWith({ sinks, keep: undefined, listening: false }),
    startWith(spec) {
      const thread = createEventsThread(path, changes, (message: FromEventsThread) => {
        if (message.kind === "log") setting.logged.push(message.text);
        else if (message.kind === "status") status = message.status;
        else if (message.kind === "prune") {
          setting.pruned.push(message.through);
          if (setting.prunes) void store.commit([message]);
        }
      });
      threads.push(thread);
      thread.configure(spec);
      return thread;
    },
  };
  return setting;
}

/** What is missing, or out of its order, of what somebody was told; what came twice does not count. */
export function problemsIn(told: Iterable<ToldEvent>): { readonly problems: readonly string[]; readonly seen: readonly ToldEvent[] } {
  const problems: string[] = [];
  const seen: ToldEvent[] = [];
  let last = 0;
  for (const event of told) {
    if (event.number <= last) continue;
    if (event.after !== last) problems.push(`event ${event.number} comes after ${event.after}, and the last one was ${last}`);
    last = event.number;
    seen.push(event);
  }
  return { problems, seen };
}

/** What is not ended yet is no line. */
export function linesIn(text: string): ToldEvent[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ToldEvent);
}
