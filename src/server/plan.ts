import { type ConfigChange, changesOf, summaryOf } from "../config/changes.ts";
import type { Config } from "../config/model/config.ts";
import { isOver, LeaseState } from "../leases/lease.ts";
import { readClock, readLeases } from "../store/sqlite/rows.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { fixedListen } from "./bulk-endpoints.ts";
import { LEASE_JUDGE as DHCP4_JUDGE } from "./dhcp4/lease-judge.ts";
import { settle as settleDhcp4 } from "./dhcp4/settle.ts";
import { LEASE_JUDGE as DHCP6_JUDGE } from "./dhcp6/lease-judge.ts";
import { settle as settleDhcp6 } from "./dhcp6/settle.ts";
import { servesDhcp4, unchangeable, unstartable } from "./fixed.ts";
import { type Judge, type JudgedProtocol, type LosingClient, UNKNOWN } from "./lease-judge.ts";

/*
 * What a server would go over to if it read its configuration again: told by a thread of its own,
 * of two configurations and a lease database, while packets are served.
 */

/** What would change. */
export interface Plan {
  /** In one line. */
  readonly summary: string;
  /** How many changes there are. */
  readonly count: number;
  /** The first of them. */
  readonly changes: readonly ConfigChange[];
  /** What would have to wait for the next start, one sentence each. */
  readonly fixed: readonly string[];
  /** Absent: leases are in memory only, where nobody looked. */
  readonly leases?: PlannedLeases;
}

/** What would become of the leases that are bound now. */
export interface PlannedLeases {
  readonly bound: number;
  /** Those whose clients would be refused the address at their next renewal. */
  readonly lost: number;
  /** The first of them. */
  readonly first: readonly LosingClient[];
  /**
   * Those of which only a message of the client tells: the network, range or reservation is for
   * classes, or for hosts with a reservation, or by an option.
   */
  readonly unknown: number;
}

/** So many changes, and so many clients, are told one by one. */
const MOST_CHANGES = 1000;
const MOST_CLIENTS = 20;

/** The configuration that a server goes over to, and what has to wait for the next start. */
export function settled(before: Config, asked: Config): { readonly config: Config; readonly fixed: readonly string[] } {
  const ofDhcp4 = settleDhcp4(before, asked);
  const both = before.dhcp6 !== undefined && asked.dhcp6 !== undefined;
  const ofDhcp6 = both ? settleDhcp6(before.dhcp6 as NonNullable<Config["dhcp6"]>, asked.dhcp6 as NonNullable<Config["dhcp6"]>) : undefined;
  return {
    config: {
      ...ofDhcp4.config,
      store: before.store,
      user: before.user,
      log: { ...asked.log, format: before.log.format },
      dhcp6: ofDhcp6?.config ?? before.dhcp6,
    },
    fixed: [
      ...unchangeable(before, asked),
      ...unstartable(servesDhcp4(before), before.dhcp6 !== undefined, asked),
      ...ofDhcp4.fixed,
      ...fixedListen(before.leasequery?.bulk?.listen ?? [], asked.leasequery?.bulk?.listen ?? []),
      ...(ofDhcp6?.fixed ?? []),
      ...(both ? fixedListen(before.dhcp6?.leasequery?.bulk?.listen ?? [], asked.dhcp6?.leasequery?.bulk?.listen ?? []) : []),
    ],
  };
}

/** What takes effect without a restart. */
export function changesFrom(before: Config, asked: Config): readonly ConfigChange[] {
  return changesOf(before, settled(before, asked).config);
}

/** `database`: where the leases are; undefined: in memory only. */
export function planOf(before: Config, asked: Config, database: string | undefined): Plan {
  const { config, fixed } = settled(before, asked);
  const changes = changesOf(before, config);
  return {
    summary: summaryOf(changes),
    count: changes.length,
    changes: changes.slice(0, MOST_CHANGES),
    fixed,
    ...(database === undefined ? {} : { leases: judgeLeases(before, config, database) }),
  };
}

/** Of the leases that would be kept by the one configuration: what becomes of them by the other. */
function judgeLeases(before: Config, after: Config, path: string): PlannedLeases {
  const judges: Judged[] = [judged(DHCP4_JUDGE, before, after)];
  if (before.dhcp6 !== undefined && after.dhcp6 !== undefined) judges.push(judged(DHCP6_JUDGE, before.dhcp6, after.dhcp6));
  const first: LosingClient[] = [];
  let [bound, lost, unknown] = [0, 0, 0];
  const db = openForReading(path);
  try {
    const now = Math.floor(Date.now() / 1000) - (readClock(db)?.offset ?? 0);
    for (const row of readLeases(db, () => {})) {
      if (row.state !== LeaseState.bound || isOver(row.expiry, now)) continue;
      bound++;
      const judge = judges.find(({ space }) => space === row.space);
      if (judge === undefined) continue;
      const verdict = judge.after(row);
      if (verdict === undefined) continue;
      if (verdict === UNKNOWN) {
        unknown++;
        continue;
      }
      const known = judge.before(row);
      // It is lost already.
      if (known !== undefined && known !== UNKNOWN) continue;
      lost++;
      if (first.length < MOST_CLIENTS) first.push({ ...judge.whose(row), network: row.network, why: verdict });
    }
  } finally {
    db.close();
  }
  return { bound, lost, first, unknown };
}

interface Judged extends Pick<JudgedProtocol<never>, "space" | "whose"> {
  readonly before: Judge;
  readonly after: Judge;
}

function judged<C>({ space, whose, judge }: JudgedProtocol<C>, before: C, after: C): Judged {
  return { space, whose, before: judge(before), after: judge(after) };
}
