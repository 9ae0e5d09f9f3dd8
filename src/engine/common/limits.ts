import type { Subject, Value } from "../../config/class-expression/index.ts";
import type { Limit } from "../../config/model/common.ts";
import { type Hold, type Lease, LeaseState, type Owner } from "../../leases/lease.ts";
import { joinKeys, splitKeys } from "../../leases/limit-keys.ts";
import { equalBytes } from "../../net/bytes.ts";
import type { AppliedLimit, Client, NetworkFacts } from "./client.ts";

/** Of longer values the beginning counts: a client must not fill our memory. */
const LONGEST_VALUE = 255;

/** What limits are evaluated on. */
export interface Counted<S extends Subject> {
  /** Of the whole configuration; each network has its own beside these. */
  readonly limits: readonly Limit[];
  /** What each of all limits counts by. */
  readonly values: ReadonlyMap<Limit, Value<S>>;
  readonly networks: readonly NetworkFacts[];
  readonly subject: S;
  /**
   * The lease that the client extends by a message that may say less of it than its first
   * one did; undefined: none.
   */
  readonly extended: Lease<unknown, Owner> | undefined;
}

/**
 * The limits that apply to the client on its link, worked out once for each
 * message; undefined: none.
 */
export function limitsFor<S extends Subject>(counted: Counted<S>): readonly AppliedLimit[] | undefined {
  const found: AppliedLimit[] = [];
  evaluate(counted, counted.limits, undefined, found);
  for (const network of counted.networks) evaluate(counted, network.limits, network, found);
  return found.length === 0 ? undefined : found;
}

/** Whether there are any limits that a client on this link could count for. */
export function hasLimits(limits: readonly Limit[], networks: readonly NetworkFacts[]): boolean {
  return limits.length > 0 || networks.some((network) => network.limits.length > 0);
}

function evaluate<S extends Subject>(
  { values, subject, extended }: Counted<S>,
  limits: readonly Limit[],
  network: NetworkFacts | undefined,
  found: AppliedLimit[],
): void {
  for (const limit of limits) {
    const key = keptKey(extended, limit) ?? newKey(limit, values.get(limit) as Value<S>, subject);
    if (key !== undefined) found.push({ limit, network, key });
  }
}

/** Undefined: the limit does not apply to the client. */
function newKey<S extends Subject>(limit: Limit, read: Value<S>, subject: S): Uint8Array | undefined {
  if (limit.class !== undefined && subject.classes[limit.class] !== 1) return undefined;
  const value = read(subject).subarray(0, LONGEST_VALUE);
  if (value.length === 0) return undefined;
  const { identity } = limit;
  const key = new Uint8Array(identity.length + value.length);
  key.set(identity);
  key.set(value, identity.length);
  return key;
}

/**
 * What the lease that is extended is counted under by now: what a message without its relay says of
 * the client may mean something else.
 */
function keptKey(extended: Lease<unknown, Owner> | undefined, { identity }: Limit): Uint8Array | undefined {
  if (extended?.owner.limitKeys === undefined) return undefined;
  // A copy: the lease may change before its new one is made.
  return splitKeys(extended.owner.limitKeys)
    .find((key) => startsWith(key, identity))
    ?.slice();
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && equalBytes(bytes.subarray(0, start.length), start);
}

/** What a lease of the client in this network is kept with. */
export function limitKeysIn({ limits }: Pick<Client<never, never>, "limits">, network: NetworkFacts | undefined): Uint8Array | undefined {
  if (limits === undefined) return undefined;
  return joinKeys(limits.filter((one) => one.network === undefined || one.network === network).map(({ key }) => key));
}

/**
 * Whether the client can't have a lease in this network because there are as many as one of the
 * limits allows. One that counts under the same key and would be gone makes room: that of the
 * address (`lease`, and who it is held for), and what the client has already or is offered.
 */
export function isLimitReached<A, O extends Owner>(
  client: Client<A, O>,
  network: NetworkFacts,
  lease: Lease<A, O> | undefined,
  address?: A,
): boolean {
  const { limits, context, clientKey, link, trace, alsoCounted } = client;
  if (limits === undefined) return false;
  for (const { limit, network: where, key } of limits) {
    if (where !== undefined && where !== network) continue;
    const count = context.leases.countOf(key) + (alsoCounted === undefined ? 0 : timesIn(alsoCounted, key));
    if (count < limit.max) continue;
    const { leases } = context;
    if (countsFor(lease, key) || countsFor(leases.ofClient(clientKey, link.index), key)) continue;
    // A commit that failed may have brought back a lease whose place was promised to others.
    if (count - holdsUnder(client, key, address) < limit.max) continue;
    trace?.({
      rule: "limit",
      key: limit.key,
      value: key.subarray(limit.identity.length),
      leases: count,
      max: limit.max,
    });
    return true;
  }
  return false;
}

function timesIn(keys: readonly Uint8Array[], key: Uint8Array): number {
  let times = 0;
  for (let i = 0; i < keys.length; i++) if (equalBytes(keys[i] as Uint8Array, key)) times++;
  return times;
}

/** Whether the table counts the lease under the key. */
function countsFor(lease: Lease<unknown, Owner> | undefined, key: Uint8Array): boolean {
  return lease !== undefined && lease.state === LeaseState.bound && isAmong(lease.owner.limitKeys, key);
}

/**
 * How many of the holds that would be gone the table counts under the key: that of the
 * address, and the client's.
 */
function holdsUnder<A, O extends Owner>({ context, clientKey, link }: Client<A, O>, key: Uint8Array, address: A | undefined): number {
  const there = address === undefined ? undefined : context.leases.holdOn(address);
  // A client has one hold on a link: where that of the address is its own, it is this one.
  const isOwn = there !== undefined && equalBytes(there.owner.clientKey, clientKey);
  const own = isOwn ? undefined : context.leases.heldBy(clientKey, link.index);
  return Number(isHeldUnder(there, key)) + Number(isHeldUnder(own, key));
}

function isHeldUnder(hold: Hold<unknown, Owner> | undefined, key: Uint8Array): boolean {
  return hold !== undefined && isAmong(hold.owner.limitKeys, key);
}

function isAmong(limitKeys: Uint8Array | undefined, key: Uint8Array): boolean {
  return limitKeys !== undefined && splitKeys(limitKeys).some((own) => equalBytes(own, key));
}
