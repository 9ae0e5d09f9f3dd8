import type { Subject } from "../../config/class-expression/index.ts";
import type { Limit, Network } from "../../config/model.ts";
import { type Hold, type Lease, LeaseState } from "../../leases/lease.ts";
import { joinKeys, splitKeys } from "../../leases/limit-keys.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import type { AppliedLimit, Client } from "./client.ts";

/** Of longer values the beginning counts: a client must not fill our memory. */
const LONGEST_VALUE = 255;

/** What limits are evaluated on. */
export interface Counted {
  /** Of the whole configuration; each network has its own beside these. */
  readonly limits: readonly Limit[];
  readonly networks: readonly Network[];
  readonly subject: Subject;
  /** The lease that the client extends by a message that may say less of it than its first one did; undefined: none. */
  readonly extended: Lease | undefined;
}

/** The limits that apply to the client on its link, worked out once for each message; undefined: none. */
export function limitsFor({ limits, networks, subject, extended }: Counted): readonly AppliedLimit[] | undefined {
  const found: AppliedLimit[] = [];
  evaluate(limits, undefined, subject, extended, found);
  for (const network of networks) evaluate(network.limits, network, subject, extended, found);
  return found.length === 0 ? undefined : found;
}

/** Whether there are any limits that a client on this link could count for. */
export function hasLimits(limits: readonly Limit[], networks: readonly Network[]): boolean {
  return limits.length > 0 || networks.some((network) => network.limits.length > 0);
}

function evaluate(
  limits: readonly Limit[],
  network: Network | undefined,
  subject: Subject,
  extended: Lease | undefined,
  found: AppliedLimit[],
): void {
  for (const limit of limits) {
    const key = keptKey(extended, limit) ?? newKey(limit, subject);
    if (key !== undefined) found.push({ limit, network, key });
  }
}

/** Undefined: the limit does not apply to the client. */
function newKey(limit: Limit, subject: Subject): Uint8Array | undefined {
  if (limit.class !== undefined && subject.classes[limit.class] !== 1) return undefined;
  const value = limit.value(subject).subarray(0, LONGEST_VALUE);
  if (value.length === 0) return undefined;
  const { identity } = limit;
  const key = new Uint8Array(identity.length + value.length);
  key.set(identity);
  key.set(value, identity.length);
  return key;
}

/** What the lease that is extended is counted under by now: what a message without its relay says of the client may mean something else. */
function keptKey(extended: Lease | undefined, { identity }: Limit): Uint8Array | undefined {
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
export function limitKeysIn({ limits }: Client, network: Network | undefined): Uint8Array | undefined {
  if (limits === undefined) return undefined;
  return joinKeys(limits.filter((one) => one.network === undefined || one.network === network).map(({ key }) => key));
}

/**
 * Whether the client can't have a lease in this network because there are as many as one of the limits allows. One that counts under the same key and
 * would be gone makes room: that of the address (`lease`, and who it is held for), and what the client has already or is offered.
 */
export function isLimitReached(client: Client, network: Network, lease: Lease | undefined, address?: Lease["address"]): boolean {
  const { limits, context, clientKey, link, trace } = client;
  if (limits === undefined) return false;
  for (const { limit, network: where, key } of limits) {
    if (where !== undefined && where !== network) continue;
    const count = context.leases.countOf(key);
    if (count < limit.max) continue;
    const { leases } = context;
    if (countsFor(lease, key) || countsFor(leases.ofClient(clientKey, link.index), key)) continue;
    // A commit that failed may have brought back a lease whose place was promised to others.
    if (count - holdsUnder(client, key, address) < limit.max) continue;
    trace?.(
      "limit",
      `${count} leases have the value ${toHex(key.subarray(limit.identity.length))} of ${limit.key}, at most ${limit.max} may`,
    );
    return true;
  }
  return false;
}

/** Whether the table counts the lease under the key. */
function countsFor(lease: Lease | undefined, key: Uint8Array): boolean {
  return lease !== undefined && lease.state === LeaseState.bound && isAmong(lease.owner.limitKeys, key);
}

/** How many of the holds that would be gone the table counts under the key: that of the address, and the client's. */
function holdsUnder({ context, clientKey, link }: Client, key: Uint8Array, address: Lease["address"] | undefined): number {
  const there = address === undefined ? undefined : context.leases.holdOn(address);
  const own = context.leases.heldBy(clientKey, link.index);
  return Number(isHeldUnder(there, key)) + Number(own?.address !== there?.address && isHeldUnder(own, key));
}

function isHeldUnder(hold: Hold | undefined, key: Uint8Array): boolean {
  return hold !== undefined && isAmong(hold.owner.limitKeys, key);
}

function isAmong(limitKeys: Uint8Array | undefined, key: Uint8Array): boolean {
  return limitKeys !== undefined && splitKeys(limitKeys).some((own) => equalBytes(own, key));
}
