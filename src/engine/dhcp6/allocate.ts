import type { PrefixPool, Range } from "../../config/model/dhcp6.ts";
import { duidOf } from "../../leases/dhcp6/client-key.ts";
import { type AddressFilter, type Lease, LeaseState } from "../../leases/dhcp6/lease.ts";
import { hashBytes } from "../../net/bytes.ts";
import { type Ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { holderOf, inTime } from "../common/availability.ts";
import { isAdmitted, isFor } from "../common/guard.ts";
import { isLimitReached } from "../common/limits.ts";
import type { Candidate } from "../trace.ts";
import type { Association } from "./association.ts";
import type { PoolNetwork } from "./decider.ts";
import { isClaimed, isCut, isServerSide, noteHolder, refusalOf } from "./permission.ts";

/**
 * What an association gets: all that is reserved for it, else one of: what it has, is offered or
 * last had on this link, what it asks for, one that was never used, the one that has been unused
 * for longest. Empty: there is nothing that it could get. The same for every message, so that what
 * was offered is also given and a renewal moves a client only where it has to.
 */
export function chooseLeases(association: Association): readonly Ipv6Prefix[] {
  const reserved = reservedLeases(association);
  if (reserved.length > 0) return reserved;
  const chosen = chooseDynamic(association);
  return chosen === undefined ? [] : [chosen];
}

/** All that is reserved for the client and free for this association. */
function reservedLeases(association: Association): readonly Ipv6Prefix[] {
  const { context, reservation, type } = association;
  if (reservation === undefined) return NONE;
  const reserved = context.decider.reserved(type, reservation);
  if (reserved.length === 0) return NONE;
  const free: Ipv6Prefix[] = [];
  for (const prefix of reserved) {
    if (mayHave(association, prefix, context.leases.byAddress(prefix), "reserved")) free.push(prefix);
    else noteHolder(association, prefix);
  }
  return free;
}

const NONE: readonly Ipv6Prefix[] = [];

function chooseDynamic(association: Association): Ipv6Prefix | undefined {
  const { context, clientKey, link, asked, trace } = association;
  const { leases, now } = context;
  const own = leases.ofClient(clientKey, link.index);
  const isLeased = own?.state === LeaseState.bound;
  if (isLeased && mayHave(association, own.address, own, "own")) return own.address;
  // A client whose own address is refused is offered the same other one however often it asks.
  const held = inTime(leases.heldBy(clientKey, link.index), now)?.address;
  if (held !== undefined && mayHave(association, held, leases.byAddress(held), "held")) return held;
  if (own !== undefined && !isLeased && mayHave(association, own.address, own, "own")) return own.address;
  for (const prefix of asked) {
    if (!isHint(prefix) && mayHave(association, prefix, leases.byAddress(prefix), "requested")) return prefix;
  }
  const unused = unusedLease(association);
  if (unused !== undefined) {
    trace?.({ rule: "address", candidate: "never-used", address: unused });
    return unused;
  }
  const expired = longestExpired(association);
  if (expired === undefined) trace?.({ rule: "address", candidate: "none" });
  else trace?.({ rule: "address", candidate: "longest-unused", address: expired });
  return expired;
}

/** Whether what a client names is no address or prefix, but at most the wish for a length. */
export function isHint(prefix: Ipv6Prefix): boolean {
  for (let i = 0; i < 16; i++) if (prefix[i] !== 0) return false;
  return true;
}

function mayHave(association: Association, prefix: Ipv6Prefix, lease: Lease | undefined, candidate: Candidate): boolean {
  const { trace } = association;
  const refusal = refusalOf(association, prefix, lease);
  if (trace !== undefined) {
    const holder = refusal === "in-use" ? holderOf(association.context, prefix) : undefined;
    trace({ rule: "address", candidate, address: prefix, refusal, holder: holder && duidOf(holder.clientKey) });
  }
  return refusal === undefined;
}

function unusedLease(association: Association): Ipv6Prefix | undefined {
  const { leases } = association.context;
  const taken = new Taken(association);
  for (const network of association.link.networks) {
    if (network.ranges.length === 0 || isClosed(association, network)) continue;
    const seed = seedFor(association, network);
    for (const pool of poolsFor(association, network)) {
      if (!isAdmitted(association, pool.guard)) continue;
      const prefix = leases.unusedAddress(pool, seed, taken);
      if (prefix !== undefined) return prefix;
    }
  }
  return undefined;
}

/**
 * The pools of the network, those with prefixes of the length that the client asks for first, then
 * those of the next shorter length, then of longer ones (RFC 8168 section 3.2).
 */
function poolsFor({ asked }: Association, { ranges }: PoolNetwork): readonly (Range | PrefixPool)[] {
  const wanted = ranges.length > 1 && ranges[0]?.kind === "prefixes" ? wantedLength(asked) : 0;
  if (wanted === 0) return ranges;
  const distance = (pool: Range | PrefixPool): number => {
    const difference = pool.kind === "prefixes" ? wanted - pool.delegatedLength : 0;
    return difference >= 0 ? difference : LONGEST - difference;
  };
  return ranges.toSorted((a, b) => distance(a) - distance(b));
}

/** More than the lengths of any two prefixes differ. */
const LONGEST = 128;

/** The length of the prefix that the client would like; 0: any. */
function wantedLength(asked: readonly Ipv6Prefix[]): number {
  const [first] = asked;
  return first === undefined ? 0 : prefixLength(first);
}

/** Whether the association can't get anything from the pools of the network. */
function isClosed(association: Association, network: PoolNetwork): boolean {
  return !isFor(association, network, association.reservation) || isLimitReached(association, network, undefined);
}

/**
 * Addresses of the server and of relays, which a pool may include by mistake, a few dozen at most,
 * and what other associations of the same message get.
 */
class Taken implements AddressFilter {
  readonly #association: Association;

  constructor(association: Association) {
    this.#association = association;
  }

  excludes(prefix: Ipv6Prefix): boolean {
    return isClaimed(this.#association, prefix) || isCut(this.#association, prefix) || isServerSide(this.#association, prefix);
  }
}

function seedFor({ clientKey, context }: Association, { allocation }: PoolNetwork): number {
  if (allocation === "hashed") return hashBytes(clientKey);
  return allocation === "random" ? context.random() : 0;
}

/** What has been without a client for longest, over all pools of the link. */
function longestExpired(association: Association): Ipv6Prefix | undefined {
  const { leases } = association.context;
  const taken = new Taken(association);
  let longest: Lease | undefined;
  for (const network of association.link.networks) {
    if (network.ranges.length === 0 || isClosed(association, network)) continue;
    for (const pool of network.ranges) {
      if (!isAdmitted(association, pool.guard)) continue;
      const lease = leases.longestExpired(pool, taken);
      if (lease !== undefined && (longest === undefined || lease.expiry < longest.expiry)) longest = lease;
    }
  }
  return longest?.address;
}
