import { LeaseState } from "../leases/lease.ts";
import type { PoolPosition } from "../leases/space.ts";
import type { LeaseView } from "../leases/view.ts";
import { inTurn } from "./reload.ts";
import { RefusedError, type RequestHandler } from "./requests.ts";

/*
 * How much of what there is to lease is in use: by range, by network, and by shared network, or
 * network on its own. What is counted per range is known to the table all the time; reservations
 * are looked at one by one, some at a time, so that no packet waits for many of them.
 */

/** Networks, and reservations, that are looked at in one turn of the event loop. */
const AT_ONCE = 500;

/** A network, and what of it can be in use. */
export interface UsedNetwork<A> {
  readonly name: string;
  /** Name of the shared network, or its own. */
  readonly link: string;
  readonly pools: readonly UsedPool[];
  /** What is reserved in it for somebody. */
  reserved(): Iterable<A>;
}

/** A range of addresses, or of prefixes to delegate. */
export interface UsedPool extends PoolPosition {
  readonly name: string;
  readonly prefixes?: true;
}

/** How many addresses, or prefixes, are in which state. */
export interface UsageNumbers {
  /** Those that can be given to anybody, in use or not. */
  readonly capacity: number;
  /** Leased now. */
  readonly used: number;
  /** Held for a client that was made an offer, or being probed. */
  readonly held: number;
  /** In probation, because somebody was found to use them. */
  readonly declined: number;
  /** Those that nobody has, and nothing is known of. */
  readonly free: number;
  /**
   * Those whose lease ended and which are remembered for their last client; others may have them.
   */
  readonly remembered: number;
}

/**
 * Of a network, or shared network: its addresses. What is reserved counts apart, for it is in no
 * range; so do prefixes to delegate, of which there may be a million or none beside a few addresses.
 */
export interface NetworkNumbers extends UsageNumbers {
  /** Absent: it delegates none. */
  readonly prefixes?: UsageNumbers;
  readonly reserved: number;
  /** How many of these are bound. */
  readonly reserved_used: number;
}

export interface RangeUsage extends UsageNumbers {
  readonly protocol: string;
  readonly link: string;
  readonly network: string;
  readonly range: string;
  /** It is of prefixes to delegate; absent: of addresses. */
  readonly prefixes?: true;
}

export interface NetworkUsage extends NetworkNumbers {
  readonly protocol: string;
  readonly link: string;
  readonly network: string;
}

export interface LinkUsage extends NetworkNumbers {
  readonly protocol: string;
  readonly link: string;
}

/** In the order of the configuration. */
export interface Usage {
  readonly ranges: readonly RangeUsage[];
  readonly networks: readonly NetworkUsage[];
  readonly links: readonly LinkUsage[];
}

/** A protocol that is served. */
export interface UsageSource {
  readonly protocol: string;
  /** `isMeant`: which networks. */
  read(isMeant: (network: string, link: string) => boolean): Promise<Usage>;
}

/** `networks`: those that are served now. */
export function usageSource<A>(protocol: string, table: LeaseView<A, unknown>, networks: () => readonly UsedNetwork<A>[]): UsageSource {
  return { protocol, read: (isMeant) => readUsage(protocol, table, networks(), isMeant) };
}

/**
 * Answers `usage`: that of all networks, or of one `network`, or of one `link` (shared network).
 */
export function usageHandler(sources: () => readonly UsageSource[]): RequestHandler {
  // Of many questions at one time none takes a part of the same turn as another.
  return inTurn(async ({ network, link }) => {
    for (const name of [network, link])
      if (name !== undefined && typeof name !== "string") throw new RefusedError("invalid", "expected a name");
    const isMeant = (one: string, its: string) => (network === undefined || one === network) && (link === undefined || its === link);
    const found: Usage[] = [];
    for (const source of sources()) found.push(await source.read(isMeant));
    const usage = {
      ranges: found.flatMap(({ ranges }) => ranges),
      networks: found.flatMap(({ networks }) => networks),
      links: found.flatMap(({ links }) => links),
    };
    if (usage.networks.length === 0 && (network ?? link) !== undefined) {
      throw new RefusedError("not-found", `${network ?? link}: no such network is served`);
    }
    return usage satisfies Usage;
  });
}

async function readUsage<A>(
  protocol: string,
  table: LeaseView<A, unknown>,
  all: readonly UsedNetwork<A>[],
  isMeant: (network: string, link: string) => boolean,
): Promise<Usage> {
  const ranges: RangeUsage[] = [];
  const networks: NetworkUsage[] = [];
  const links = new Map<string, LinkUsage>();
  let looked = 0;
  const turn = async (): Promise<void> => {
    if (++looked % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  };
  for (const { name, link, pools, reserved } of all) {
    await turn();
    if (!isMeant(name, link)) continue;
    let numbers: UsageNumbers = NOTHING;
    let prefixes: UsageNumbers | undefined;
    for (const pool of pools) {
      const own = numbersOf(table, pool);
      ranges.push({ protocol, link, network: name, range: pool.name, ...own, ...(pool.prefixes && { prefixes: true }) });
      if (pool.prefixes) prefixes = sum(prefixes, own);
      else numbers = sum(numbers, own);
    }
    let count = 0;
    let bound = 0;
    for (const address of reserved()) {
      await turn();
      count++;
      if (table.stateOf(address) === LeaseState.bound) bound++;
    }
    const own = { ...numbers, ...(prefixes && { prefixes }), reserved: count, reserved_used: bound };
    networks.push({ protocol, link, network: name, ...own });
    links.set(link, { protocol, link, ...together(links.get(link), own) });
  }
  return { ranges, networks, links: [...links.values()] };
}

const NOTHING: UsageNumbers = { capacity: 0, used: 0, held: 0, declined: 0, free: 0, remembered: 0 };

function numbersOf(table: Pick<LeaseView<unknown, unknown>, "capacityOf" | "countsIn" | "unusedIn">, pool: PoolPosition): UsageNumbers {
  const { bound, held, declined, remembered } = table.countsIn(pool);
  return { capacity: table.capacityOf(pool), used: bound, held, declined, free: table.unusedIn(pool), remembered };
}

function together(before: NetworkNumbers | undefined, own: NetworkNumbers): NetworkNumbers {
  if (before === undefined) return own;
  const prefixes = own.prefixes === undefined ? before.prefixes : sum(before.prefixes, own.prefixes);
  const reserved = before.reserved + own.reserved;
  return { ...sum(before, own), ...(prefixes && { prefixes }), reserved, reserved_used: before.reserved_used + own.reserved_used };
}

function sum(a: UsageNumbers = NOTHING, b: UsageNumbers): UsageNumbers {
  return {
    capacity: a.capacity + b.capacity,
    used: a.used + b.used,
    held: a.held + b.held,
    declined: a.declined + b.declined,
    free: a.free + b.free,
    remembered: a.remembered + b.remembered,
  };
}
