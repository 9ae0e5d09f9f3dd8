import { isDeepStrictEqual } from "node:util";
import type { DdnsSpec } from "../../config/model/names.ts";
import { parseAddress } from "../../net/address.ts";
import { reverseName } from "../../wire/dns/name.ts";
import type { NameChanges, NameReader } from "../claim.ts";

import { messageOf } from "../tell.ts";
import { createAsking } from "./asking.ts";
import { createComparisons } from "./comparisons.ts";
import { createDirection, type Direction, type Settled } from "./direction.ts";
import type { Published } from "./published.ts";
import { type RoutesBefore, reconcile } from "./reconcile.ts";
import { noResults } from "./result.ts";
import { createRouteMaker } from "./route-table.ts";
import { createSettling } from "./settle.ts";
import { inSlices, SLICE } from "./slices.ts";
import { type PendingUpdate, pendingOf, serverStates, type UpdaterStatus } from "./status.ts";
import type { SyncReport } from "./sync.ts";
import { createTold } from "./told.ts";

/*
 * DNS UPDATE to other servers (RFC 2136), behind the ACK. What is to be done is the difference
 * between the names that clients have and what is published; both are on disk, so it is found again
 * whatever happens. Here is only which of them may differ.
 */

/** Names, and addresses, that wait at the most. */
const MOST_PENDING = 1_000_000;

export interface Updater {
  touched(changes: NameChanges): void;
  /** Looks at everything that is published and everything that is wanted; settles when it has. */
  reconcileAll(): Promise<void>;
  /**
   * Other servers from now on, or none. Of those that are gone what was published there is removed.
   * Looks at everything; settles when it has.
   */
  configure(spec: DdnsSpec | undefined): Promise<void>;
  pending(limit: number): readonly PendingUpdate[];
  /**
   * Compares the DNS with the names that clients have; with `repair`, what differs is put right
   * behind it. One at a time. Rejects where what is published can't be read.
   */
  sync(options: { readonly repair: boolean }): Promise<SyncReport>;
  status(): UpdaterStatus;
  /** Settles when nothing is under way any more; what waits is found again by the next one. */
  close(): Promise<void>;
}

export interface UpdaterParts {
  /** Undefined: it is not known yet, and nothing is done before it is. */
  readonly spec: DdnsSpec | undefined;
  readonly names: NameReader;
  /** Closed with the updater. */
  readonly published: Published;
  log(level: "debug" | "info" | "warn", text: string): void;
  /** Whether an address is one that this server gives out. */
  isServed(address: Uint8Array): boolean;
  /** Seconds since 1970, by the wall clock. */
  now?(): number;
  /** How long a server may take for an answer, in milliseconds. */
  readonly patience?: number;
  readonly mostPending?: number;
}

export function createUpdater({ names, published, log, isServed, patience, mostPending = MOST_PENDING, ...parts }: UpdaterParts): Updater {
  const uptime = (): number => performance.now();
  const now = parts.now ?? (() => Date.now() / 1000);
  const results = noResults();
  const maker = createRouteMaker({ uptime, now, patience });
  const told = createTold(log, uptime);
  let spec: DdnsSpec | undefined;
  let isConfigured = false;
  let isClosed = false;
  let dropped = 0;
  /** Some were dropped: when there is room, all are looked at. */
  let isIncomplete = false;
  /** Those that look at everything: only the last one goes on. */
  let round = 0;
  /** By which everything was published that has not been looked at since. */
  let routesBefore: RoutesBefore | undefined;
  let isStarting = false;
  let timer: NodeJS.Timeout | undefined;
  let isWritable = true;

  const asking = createAsking({ log, uptime, now });

  const settling = createSettling({
    names,
    published,
    asking,
    spec: () => spec,
    forwardState(name) {
      if (forward.routeOf(name)?.isRetired !== false) return "none";
      if (forward.isConflict(name)) return "conflict";
      return forward.isPending(name) ? "pending" : "settled";
    },
    unwritten,
  });

  function unwritten(error: unknown): void {
    if (isWritable) log("warn", `names: what is published can't be written: ${messageOf(error)}; updates wait until it can`);
    isWritable = false;
  }

  const dropOne = (): void => {
    dropped++;
    isIncomplete = true;
  };

  const forward: Direction = createDirection({
    dnsNameOf: (name) => name,
    settle: (route, slot, name) => settling.name(route, slot, name),
    settled(name, settled) {
      comparisons.settled(name);
      count(settled);
      if (settled.kind === "ok" || settled.kind === "conflict") {
        if (settled.kind === "conflict") told.conflict("forward", name);
        for (const { addressText } of names.byName(name)) reverse.add(addressText);
      }
      begin();
    },
    unserved: guarded((name) => {
      if (published.forward(name).length === 0) {
        if (names.byName(name).some((claim) => claim.forward)) unserved(forward, name);
        return;
      }
      told.forgotten(name);
      published.setForward(name, []);
    }),
    dropped: dropOne,
    most: mostPending,
    now: uptime,
  });

  const reverse: Direction = createDirection({
    dnsNameOf: (address) => {
      const bytes = parseAddress(address);
      return bytes === undefined ? "" : reverseName(bytes);
    },
    settle: (route, slot, address) => settling.address(route, slot, address),
    settled(address, settled) {
      comparisons.settled(address);
      count(settled);
      if (settled.kind === "conflict") told.conflict("reverse", address);
      if (settled.kind === "elsewhere") {
        const name = names.byAddress(address)?.name;
        if (name !== undefined && !forward.isPending(name)) forward.add(name);
      }
      begin();
    },
    unserved: guarded((address) => {
      if (published.reverse(address).length === 0) {
        if (names.byAddress(address)?.reverse === true) unserved(reverse, address);
        return;
      }
      told.forgotten(address);
      published.setReverse(address, []);
    }),
    dropped: dropOne,
    most: mostPending,
    now: uptime,
  });

  const directions = [forward, reverse];

  function count(settled: Settled): void {
    if (settled.kind === "failed") {
      for (const { result } of settled.failures) results[result]++;
      return;
    }
    if (settled.kind !== "ok" && settled.kind !== "conflict") return;
    results[settled.kind]++;
    isWritable = true;
  }

  function unserved({ table }: Direction, key: string): void {
    // Somebody who wants no PTR records, say, is not to be told that there are none.
    if (table.routes.length === 0) return;
    results["no-server"]++;
    told.unserved(key);
  }

  /** What is published may not be readable, or writable. */
  function guarded(act: (key: string) => void): (key: string) => void {
    return (key) => {
      try {
        act(key);
      } catch (error) {
        unwritten(error);
      }
    };
  }

  /** Soon, and not once for each of those who ask. */
  function begin(): void {
    if (isStarting || isClosed) return;
    isStarting = true;
    setImmediate(() => {
      isStarting = false;
      if (isClosed) return;
      const until = uptime() + SLICE;
      const hasMore = directions.map((direction) => direction.start(until)).includes(true);
      const pending = forward.pending + reverse.pending;
      if (isIncomplete && pending < mostPending / 2) {
        isIncomplete = false;
        lookAtAll();
      }
      if (hasMore) begin();
      else schedule();
    });
  }

  function schedule(): void {
    clearTimeout(timer);
    const times = directions.map((direction) => direction.next()).filter((time) => time !== undefined);
    if (times.length > 0) timer = setTimeout(begin, Math.min(0x7fff_ffff, Math.max(1, Math.min(...times) - uptime())));
  }

  /** What is to be removed comes first: a name that has moved is gone before it is there again. */
  function* inOrder(changes: NameChanges): Iterable<() => void> {
    const isGone = (name: string): boolean => names.byName(name).length === 0;
    for (const name of changes.names) yield () => isGone(name) && forward.add(name);
    for (const name of changes.names) yield () => isGone(name) || forward.add(name);
    for (const address of changes.addresses) yield () => reverse.add(address);
  }

  function configure(next: DdnsSpec | undefined): void {
    isConfigured = true;
    spec = next;
    forward.setTable(maker.make(next?.forward ?? [], forward.table));
    reverse.setTable(maker.make(next?.reverse ?? [], reverse.table));
    told.configured();
    begin();
  }

  /** Looks at everything; what was under way of that before is ended. */
  async function lookAtAll(before?: RoutesBefore): Promise<void> {
    const own = ++round;
    routesBefore ??= before;
    try {
      const all = { names, published, settling, forward, reverse };
      if (!(await reconcile(all, routesBefore, () => own === round && !isClosed))) return;
      routesBefore = undefined;
      begin();
    } catch (error) {
      // It is looked again when there is room, and when the server starts.
      isIncomplete = true;
      log("warn", `names: what is published can't be read: ${messageOf(error)}`);
    }
  }

  const comparisons = createComparisons({ names, published, asking, settling, forward, reverse, isServed, now }, begin);
  if (parts.spec !== undefined) configure(parts.spec);
  return {
    touched(changes) {
      // Everything is looked at when it is known whom to tell.
      if (!isConfigured) return;
      inSlices(
        inOrder(changes),
        (step) => step(),
        () => !isClosed,
      ).then(begin);
      begin();
    },
    reconcileAll: () => (isConfigured ? lookAtAll() : Promise.resolve()),
    configure(next) {
      const before = { forward: forward.table, reverse: reverse.table };
      if (!isConfigured || !isDeepStrictEqual(next, spec)) configure(next);
      return lookAtAll(before);
    },
    pending: (limit) => pendingOf(forward, reverse, names, limit),
    status: () => ({
      pending: forward.pending + reverse.pending,
      sending: forward.sending + reverse.sending,
      conflicts: forward.conflicts + reverse.conflicts,
      results: { ...results },
      dropped,
      servers: serverStates(forward, reverse, uptime),
    }),
    sync: ({ repair }) => comparisons.compare(repair),
    async close() {
      isClosed = true;
      comparisons.close();
      clearTimeout(timer);
      maker.close();
      while (forward.sending + reverse.sending > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      published.close();
    },
  };
}
