import type { Subject } from "../../config/class-expression/index.ts";
import type { Limit, Network } from "../../config/model.ts";
import { type Hold, type Lease, LeaseState } from "../../leases/lease.ts";
import { joinKeys, splitKeys } from "../../leases/limit-keys.ts";
import { equalBytes, toHex } from "../../net/bytes.ts";
import { IPV4_ANY, type Ipv4 } from "../../net/ipv4.ts";
import { belongsTo } from "./availability.ts";
import type { AppliedLimit, Exchange } from "./exchange.ts";
import { subjectOf } from "./subject.ts";

/** Of longer values the beginning counts: a client must not fill our memory. */
const LONGEST_VALUE = 255;
const NO_CLASSES = new Uint8Array(0);

/** The limits that apply to the client on its link, worked out once for each message; undefined: none. */
export function limitsFor(exchange: Exchange): readonly AppliedLimit[] | undefined {
  const { context, link } = exchange;
  let found = evaluate(exchange, context.decider.config.limits, undefined, undefined);
  for (const network of link.networks) found = evaluate(exchange, network.limits, network, found);
  return found;
}

function evaluate(
  exchange: Exchange,
  limits: readonly Limit[],
  network: Network | undefined,
  before: AppliedLimit[] | undefined,
): AppliedLimit[] | undefined {
  if (limits.length === 0) return before;
  const found = before ?? [];
  const classes = exchange.classes ?? NO_CLASSES;
  const subject = subjectOf(exchange, classes);
  for (const limit of limits) {
    const key = keptKey(exchange, limit) ?? newKey(limit, classes, subject);
    if (key !== undefined) found.push({ limit, network, key });
  }
  return found.length === 0 ? undefined : found;
}

/** Undefined: the limit does not apply to the client. */
function newKey(limit: Limit, classes: Uint8Array, subject: Subject): Uint8Array | undefined {
  if (limit.class !== undefined && classes[limit.class] !== 1) return undefined;
  const value = limit.value(subject).subarray(0, LONGEST_VALUE);
  if (value.length === 0) return undefined;
  const { identity } = limit;
  const key = new Uint8Array(identity.length + value.length);
  key.set(identity);
  key.set(value, identity.length);
  return key;
}

/**
 * What the client's lease is counted under by now, for a renewal that came without a relay: such a message may say less than the first one did, and
 * what it says may mean something else, for giaddr is 0 then.
 */
function keptKey(exchange: Exchange, { identity }: Limit): Uint8Array | undefined {
  const { context, message, clientKey } = exchange;
  if (message.giaddr !== IPV4_ANY || message.ciaddr === IPV4_ANY) return undefined;
  const lease = context.leases.byAddress(message.ciaddr);
  if (lease?.owner.limitKeys === undefined || !belongsTo(lease, clientKey)) return undefined;
  // A copy: the lease may change before its new one is made.
  return splitKeys(lease.owner.limitKeys)
    .find((key) => startsWith(key, identity))
    ?.slice();
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return bytes.length >= start.length && equalBytes(bytes.subarray(0, start.length), start);
}

/** What a lease of the client in this network is kept with. */
export function limitKeysIn({ limits }: Exchange, network: Network | undefined): Uint8Array | undefined {
  if (limits === undefined) return undefined;
  return joinKeys(limits.filter((one) => one.network === undefined || one.network === network).map(({ key }) => key));
}

/**
 * Whether the client can't have a lease in this network because there are as many as one of the limits allows. One that counts under the same key and
 * would be gone makes room: that of the address (`lease`, and who it is held for), and what the client has already or is offered.
 */
export function isLimitReached(exchange: Exchange, network: Network, lease: Lease | undefined, address?: Ipv4): boolean {
  const { limits, context, clientKey, link, trace } = exchange;
  if (limits === undefined) return false;
  for (const { limit, network: where, key } of limits) {
    if (where !== undefined && where !== network) continue;
    const count = context.leases.countOf(key);
    if (count < limit.max) continue;
    const { leases } = context;
    if (countsFor(lease, key) || countsFor(leases.ofClient(clientKey, link.index), key)) continue;
    // A commit that failed may have brought back a lease whose place was promised to others.
    if (count - holdsUnder(exchange, key, address) < limit.max) continue;
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
function holdsUnder({ context, clientKey, link }: Exchange, key: Uint8Array, address: Ipv4 | undefined): number {
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
