import { createLogAllowance, type LogAllowance, withLeftOut } from "../io/log-allowance.ts";
import type { PoolPosition } from "../leases/space.ts";
import { type Log, SaidFacts } from "./log.ts";

/*
 * Networks on which clients get nothing because all is given away: each is warned of once an hour,
 * and stays known until something is free there again. Which clients went without is told of one by
 * one (`SilenceLog`). A network may be exhausted for some of its clients
 * only, by the ranges that are for their classes, and for addresses but not for prefixes.
 */

/** Entries a minute. */
const ALLOWED = 30;
/** How often it is said of one network, in milliseconds. */
const HOUR = 3_600_000;
/** So many are known at one time; of more only the log tells. */
const MOST_KNOWN = 256;
/**
 * Nobody must have been refused for so long before it is over, in milliseconds: what becomes free
 * while clients wait is given away at once.
 */
const QUIET_FOR = 10_000;

/** How full pools are: a lease table. */
interface PoolUse {
  capacityOf(pool: PoolPosition): number;
  inUse(pool: PoolPosition): number;
}

export interface ExhaustedPoolsParts {
  readonly log: Log;
  /** Milliseconds that never go back. */
  readonly uptime: () => number;
  readonly leases: PoolUse;
  /** What the pools give, in the singular. */
  readonly nameOf: (pools: readonly PoolPosition[]) => "address" | "prefix";
}

/** A network on which some clients get nothing. */
export interface ExhaustedNetwork {
  readonly network: string;
  /** One sentence. */
  readonly reason: string;
}

export interface ExhaustedPools {
  /** A client on this network got nothing; `pools`: those that it may use. */
  refused(network: string, pools: readonly PoolPosition[]): void;
  /** Sees where something is free again, and says so; to be called every now and then. */
  look(): void;
  /** The configuration is another one: what was known is about pools that are no more. */
  forget(): void;
  list(): readonly ExhaustedNetwork[];
  /** By what the entries are about. */
  readonly allowances: readonly (readonly [subject: string, LogAllowance])[];
}

interface Known {
  readonly network: string;
  readonly pools: readonly PoolPosition[];
  readonly name: "address" | "prefix";
  /** Free in number, though not for clients: such as an address of the server itself. */
  freeAnyway: number;
  /** When a client was last refused. */
  last: number;
  /** When it was last warned of. */
  told: number | undefined;
}

export function createExhaustedPools({ log, uptime, leases, nameOf }: ExhaustedPoolsParts): ExhaustedPools {
  const allowance = createLogAllowance(ALLOWED, uptime);
  const known = new Map<string, Known>();

  function freeIn(pools: readonly PoolPosition[]): number {
    let free = 0;
    for (const pool of pools) free += leases.capacityOf(pool) - leases.inUse(pool);
    return free;
  }

  /** Undefined: too many are known. */
  function knownOf(network: string, pools: readonly PoolPosition[]): Known | undefined {
    const key = `${network} ${pools.map(({ index }) => index).join(" ")}`;
    let one = known.get(key);
    if (one === undefined && known.size < MOST_KNOWN) {
      one = { network, pools, name: nameOf(pools), freeAnyway: freeIn(pools), last: 0, told: undefined };
      known.set(key, one);
    }
    return one;
  }

  return {
    allowances: [["networks without a free address", allowance]],
    refused(network, pools) {
      const now = uptime();
      const one = knownOf(network, pools);
      if (one !== undefined) one.last = now;
      if (one?.told !== undefined && now - one.told < HOUR) return;
      const leftOut = allowance.take();
      if (leftOut === undefined) return;
      if (one !== undefined) one.told = now;
      const name = one?.name ?? nameOf(pools);
      const text = `no ${name} is free on ${network}, and clients there get none: it needs more ranges or shorter lease times; \`leasehold leases\` lists who has them`;
      log.warn(new SaidFacts({ network }), withLeftOut(text, leftOut));
    },
    look() {
      for (const [key, one] of known) {
        const { network, pools, name, last, told } = one;
        const free = freeIn(pools);
        if (free <= one.freeAnyway || uptime() - last < QUIET_FOR) {
          // Others may have what this client could not.
          one.freeAnyway = Math.min(one.freeAnyway, free);
          continue;
        }
        known.delete(key);
        if (told !== undefined) log.info(new SaidFacts({ network, free }), `${pluralOf(name)} are free on ${network} again`);
      }
    },
    forget() {
      known.clear();
    },
    list: () =>
      // Where there is no pool at all nothing is exhausted, but the operator was told.
      [...known.values()]
        .filter(({ pools }) => pools.length > 0)
        .map(({ network, name }) => ({ network: `${network} ${name}`, reason: `no ${name} is free on ${network}` })),
  };
}

function pluralOf(name: Known["name"]): string {
  return name === "prefix" ? "prefixes" : "addresses";
}
