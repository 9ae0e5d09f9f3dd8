import type { Failure } from "./result.ts";
import { createRetries } from "./retries.ts";
import { NO_ROUTES, type RouteTable } from "./route-table.ts";
import { leaveSlot, type Route, retryAt, type Slot, takeSlot } from "./routes.ts";

/*
 * All names, or all addresses, about which something may have to be said to a DNS server. What that
 * is follows from the leases and from what is published, when its turn comes: so whatever happened
 * to one in the meantime, it waits once, and is told once.
 */

/** Waits of one whose place in the DNS somebody else has, in milliseconds. */
const CONFLICT_WAITS = [3_600_000];

/** So many failures in a row say something of the server, not of a name. */
const SEVERAL = 3;
/** All that wait are tried at once so often at the most, in milliseconds. */
const RELEASED_FOR = 60_000;

/** What became of one. */
export type Settled =
  /** `nothing`: it was as wanted already; `elsewhere`: something else has to be settled first. */
  { readonly kind: "ok" | "nothing" | "conflict" | "elsewhere" } | { readonly kind: "failed"; readonly failures: readonly Failure[] };

/** One that waits, or that somebody else has the place of. */
export interface Waiting {
  readonly key: string;
  readonly state: "sending" | "queued" | "waiting" | "conflict";
  readonly route: Route | undefined;
  /** Milliseconds until it is tried again. */
  readonly wait?: number;
  readonly problem?: string;
}

export interface Direction {
  /** Something about it may be different now. */
  add(key: string): void;
  /** Whether there is something to be done about it. */
  isPending(key: string): boolean;
  /** Whether somebody else had its place, when it was tried the last time. */
  isConflict(key: string): boolean;
  /** Starts as much as servers take, until this time; whether there is more that could be started. */
  start(until: number): boolean;
  /** What waits goes by these routes from now on. */
  setTable(table: RouteTable): void;
  routeOf(key: string): Route | undefined;
  /** Under which name the records of a key stand. */
  dnsNameOf(key: string): string;
  readonly table: RouteTable;
  /** When something can be started; undefined: never, unless something happens. */
  next(): number | undefined;
  list(): Iterable<Waiting>;
  readonly pending: number;
  readonly sending: number;
  readonly conflicts: number;
}

export interface DirectionParts {
  /** Under which name the records of a key stand. */
  dnsNameOf(key: string): string;
  /** Brings it about that all is as it is wanted. Never rejects. */
  settle(route: Route, slot: Slot, key: string): Promise<Settled>;
  /** It is done with for now. */
  settled(key: string, settled: Settled): void;
  /** No server is there for it. */
  unserved(key: string): void;
  /** There are too many already. */
  dropped(key: string): void;
  /** Of all that wait. */
  readonly most: number;
  /** Milliseconds that never go back. */
  now(): number;
}

export function createDirection(parts: DirectionParts): Direction {
  const { now } = parts;
  let table = NO_ROUTES;
  /** True: it was touched again meanwhile. */
  const sending = new Map<string, boolean>();
  const conflicts = createRetries(CONFLICT_WAITS, now);
  /** Of those that wait after a failure. */
  const problems = new Map<string, string>();
  let queued = 0;
  /** Routes take turns. */
  let turn = 0;

  const routeOf = (key: string): Route | undefined => table.choose(parts.dnsNameOf(key));

  function queue(route: Route, key: string): void {
    if (route.ready.has(key)) return;
    route.ready.add(key);
    queued++;
  }

  function add(key: string): void {
    if (sending.has(key)) {
      sending.set(key, true);
      return;
    }
    const route = routeOf(key);
    if (route === undefined) {
      conflicts.forget(key);
      parts.unserved(key);
      return;
    }
    if (route.retries.end(key)) queued--;
    else if (queued + sending.size >= parts.most && !route.ready.has(key)) {
      parts.dropped(key);
      return;
    }
    queue(route, key);
  }

  function take(route: Route): string | undefined {
    const [key] = route.ready;
    if (key === undefined) return undefined;
    route.ready.delete(key);
    queued--;
    sending.set(key, false);
    return key;
  }

  async function run(route: Route, slot: Slot, key: string): Promise<void> {
    const settled = await parts.settle(route, slot, key);
    leaveSlot(slot);
    const isTouched = sending.get(key) === true;
    sending.delete(key);
    const current = routeOf(key);
    if (settled.kind !== "failed") {
      if (settled.kind === "ok") release(route);
      route.retries.forget(key);
      problems.delete(key);
      if (settled.kind === "conflict") conflicts.add(key);
      else conflicts.forget(key);
    } else if (current === undefined) {
      parts.unserved(key);
    } else if (isTouched || current !== route || settled.failures.every(({ scope }) => scope !== "name")) {
      // It waits for the server, not for itself.
      queue(current, key);
    } else {
      problems.set(key, settled.failures.findLast(({ scope }) => scope === "name")?.text ?? "");
      route.retries.add(key);
      route.refusals++;
      queued++;
    }
    parts.settled(key, settled);
    if (isTouched) add(key);
  }

  /** After several have failed one works: what was wrong with the server is mended, so all may try. */
  function release(route: Route): void {
    const isMended = route.refusals >= SEVERAL && now() - route.releasedAt >= RELEASED_FOR;
    route.refusals = 0;
    if (!isMended) return;
    route.releasedAt = now();
    for (const key of route.retries.all()) route.ready.add(key);
  }

  function wake(): void {
    for (const route of table.routes) {
      for (const key of route.retries.due()) route.ready.add(key);
    }
    for (const key of conflicts.due()) add(key);
  }

  return {
    add,
    isPending: (key) => {
      const route = routeOf(key);
      return sending.has(key) || (route !== undefined && (route.ready.has(key) || route.retries.dueAt(key) !== undefined));
    },
    isConflict: (key) => conflicts.times(key) > 0,
    routeOf,
    dnsNameOf: parts.dnsNameOf,
    get table() {
      return table;
    },
    start(until) {
      wake();
      const { routes } = table;
      turn = routes.length === 0 ? 0 : (turn + 1) % routes.length;
      for (let i = 0; i < routes.length; i++) {
        const route = routes[(turn + i) % routes.length] as Route;
        while (route.ready.size > 0) {
          if (now() >= until) return true;
          const slot = takeSlot(route);
          if (slot === undefined) break;
          run(route, slot, take(route) as string);
        }
      }
      return false;
    },
    setTable(next) {
      const keys = table.routes.flatMap(({ ready, retries }) => [...ready, ...retries.keys()]);
      table = next;
      queued = 0;
      for (const key of keys) add(key);
    },
    next() {
      let first = conflicts.next();
      const sooner = (time: number | undefined): void => {
        if (time !== undefined) first = Math.min(first ?? time, time);
      };
      for (const route of table.routes) {
        sooner(route.retries.next());
        if (route.ready.size > 0) sooner(retryAt(route));
      }
      return first;
    },
    *list() {
      for (const key of sending.keys()) yield { key, state: "sending", route: routeOf(key) };
      for (const route of table.routes) {
        for (const key of route.ready) yield { key, state: "queued", route };
        for (const key of route.retries.keys()) {
          const wait = Math.max(0, (route.retries.dueAt(key) ?? 0) - now());
          const problem = problems.get(key);
          yield { key, state: "waiting", route, wait, ...(problem === undefined ? {} : { problem }) };
        }
      }
      for (const key of conflicts.keys()) yield { key, state: "conflict", route: routeOf(key) };
    },
    get pending() {
      return queued + sending.size;
    },
    get sending() {
      return sending.size;
    },
    get conflicts() {
      return conflicts.size;
    },
  };
}
