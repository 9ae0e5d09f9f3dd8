import type { NamesStatus } from "../dns/status.ts";
import type { Lease, LeaseChange } from "../leases/lease.ts";
import { isOver, LeaseState, type Seconds } from "../leases/lease.ts";
import type { EventsStatus } from "./events/messages.ts";
import type { Health } from "./health.ts";
import type { OtherServer } from "./other-servers.ts";

/*
 * What an operator may do, by whatever way it is asked for. What concerns leases can be done
 * whether a server has them in its memory or they are only in a database. However many are meant,
 * they are looked at and changed in slices, so that no packet waits for more than one of them.
 */

/** Leases looked at, and changed, at one time: about a millisecond. */
const SLICE = 1000;

/** What an operator may do to leases. */
export const LEASE_OPERATIONS = ["release", "delete", "unblock", "reconfigure"] as const;
/**
 * - `release`: ends bound leases as if their clients had sent DHCPRELEASE; the addresses are
 *   remembered for them.
 * - `delete`: forgets leases, whatever their state: nothing is remembered of their clients.
 * - `unblock`: ends the probation of addresses.
 * - `reconfigure`: asks the clients of bound leases to renew. No lease is changed, and only a
 *   server that runs can do it.
 */
export type LeaseOperationKind = (typeof LEASE_OPERATIONS)[number];

/** Addresses from `start` to `end`, both included. */
export interface Addresses<A> {
  readonly start: A;
  readonly end: A;
}

/** What an operator wants of leases. */
export interface LeaseOperation<A> {
  readonly kind: LeaseOperationKind;
  /** The addresses that are meant. */
  readonly addresses: Addresses<A>;
  /**
   * Only leases in this state, as it is now: `expired` also where nobody has noticed yet that time
   * is over. Undefined: in any.
   */
  readonly state: LeaseState | undefined;
}

/** What a server that runs can be asked for without more words. */
export const SERVER_OPERATIONS = ["reload", "status"] as const;

/** What an operator may ask of a server. */
export type Operation<A> =
  | LeaseOperation<A>
  /**
   * Reads the configuration again and serves by it from then on; one with problems changes nothing.
   */
  | { readonly kind: "reload" }
  /** Tells how the server is. */
  | { readonly kind: "status" };

/** How a protocol is served. */
export interface ServiceStatus {
  /** Addresses and prefixes that are leased, declined or remembered: all of them, and by state. */
  readonly leases: { readonly known: number } & Readonly<Record<keyof typeof LeaseState, number>>;
  /** The interfaces that are served now. */
  readonly interfaces: readonly { readonly name: string; readonly address: string }[];
  /** Other servers that were noticed in the last hour; absent: none. */
  readonly others?: readonly OtherServer[];
  /** Those that are not zero, by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/** The configuration that is served by. */
export interface ConfigurationStatus {
  /** Where it was read from. */
  readonly file: string;
  /** When: a time as in RFC 3339. */
  readonly loaded: string;
  /** SHA-256 of what was read, in hex. */
  readonly hash: string;
  /** How often it could not be read again, and nothing changed. */
  readonly failed: number;
  /** Reservations that were added beside those of the file and are served by. */
  readonly added: number;
  /** What the last reload has changed, in words; absent: there was none. */
  readonly changes?: string;
}

/** How a server is; leases, interfaces and counters of its own are those of DHCPv4. */
export interface Status extends ServiceStatus {
  readonly version: string;
  /** Seconds since it was started. */
  readonly uptime: number;
  /** False while leases can't be made durable. */
  readonly healthy: boolean;
  /** How it is, with reasons. */
  readonly health: Health;
  readonly configuration: ConfigurationStatus;
  /** What kind of store and where. */
  readonly store: string;
  /** Absent: DHCPv6 is not served. */
  readonly dhcp6?: ServiceStatus;
  /** How those stand who are told of events; absent: nobody is. */
  readonly events?: EventsStatus;
  /** How names stand; absent: nobody sees to it that they resolve. */
  readonly names?: NamesStatus;
}

/** Where the leases are. */
export interface OperatedLeases<A, O> {
  byAddress(address: A): Lease<A, O> | undefined;
  leases(): Iterable<Lease<A, O>>;
  /** Less than 0: `a` comes before `b`; 0: they are the same. */
  compare(a: A, b: A): number;
  /** Settles when the changes are durable; rejects with StoreError. */
  change(changes: readonly LeaseChange<A, O>[]): Promise<void>;
  /** Asks the client to renew; false: it can't be asked. Undefined: nobody can. */
  ask?(lease: Lease<A, O>): boolean;
}

/**
 * Carries the operation out; the number of leases that were changed, all of them durably, or whose
 * clients were asked. Rejects with OperationError when it had to end early. `clock`: lease time.
 */
export async function operate<A, O>(leases: OperatedLeases<A, O>, operation: LeaseOperation<A>, clock: () => Seconds): Promise<number> {
  let done = 0;
  for await (const slice of slicesOf(leases, operation)) {
    const now = clock();
    const changes: LeaseChange<A, O>[] = [];
    for (const address of slice) {
      const lease = leases.byAddress(address);
      if (lease !== undefined && operation.kind === "reconfigure") {
        if (isMeant(lease, operation, now) && leases.ask?.(lease) === true) done++;
        continue;
      }
      const change = lease && changeOf(lease, operation, now);
      if (change !== undefined) changes.push(change);
    }
    if (changes.length === 0) continue;
    try {
      await leases.change(changes);
    } catch (error) {
      throw new OperationError(done, error);
    }
    done += changes.length;
  }
  return done;
}

/** An operation that ended early: what was done before it is done. */
export class OperationError extends Error {
  readonly done: number;
  constructor(done: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${done === 0 ? "nothing was changed" : `ended early, after ${done}`}: ${reason}`, { cause });
    this.name = "OperationError";
    this.done = done;
  }
}

/** The state of a lease now: one whose time is over has expired, though nobody has written so. */
export function stateNow({ state, expiry }: Pick<Lease<unknown, unknown>, "state" | "expiry">, now: Seconds): LeaseState {
  return state === LeaseState.bound && isOver(expiry, now) ? LeaseState.expired : state;
}

/** Whether the lease is bound now, and in the state that the operation asks for. */
function isMeant(lease: Lease<unknown, unknown>, { state }: LeaseOperation<unknown>, now: Seconds): boolean {
  return (state === undefined || state === LeaseState.bound) && stateNow(lease, now) === LeaseState.bound;
}

function changeOf<A, O>(lease: Lease<A, O>, { kind, state }: LeaseOperation<A>, now: Seconds): LeaseChange<A, O> | undefined {
  const present = stateNow(lease, now);
  if (state !== undefined && present !== state) return undefined;
  const { address, start, owner } = lease;
  if (kind === "delete") return { kind: "remove", address };
  if (kind === "unblock") return present === LeaseState.declined ? { kind: "remove", address } : undefined;
  if (present !== LeaseState.bound) return undefined;
  return { kind: "put", lease: { address, state: LeaseState.released, start, expiry: now, owner } };
}

/**
 * The addresses of leases that are meant, some at a time. The event loop turns between two slices.
 */
async function* slicesOf<A, O>(leases: OperatedLeases<A, O>, operation: LeaseOperation<A>): AsyncGenerator<readonly A[]> {
  const { start, end } = operation.addresses;
  if (leases.compare(start, end) === 0) {
    yield [start];
    return;
  }
  let slice: A[] = [];
  let seen = 0;
  for (const { address } of leases.leases()) {
    if (leases.compare(start, address) <= 0 && leases.compare(address, end) <= 0) slice.push(address);
    if (++seen % SLICE !== 0) continue;
    yield slice;
    slice = [];
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield slice;
}
