/*
 * Whether a server does what it is for, and why not, in sentences for an operator. What is wrong is
 * looked for every now and then, never on the way of a packet. What was found stays for a while
 * after it has gone, so that something that comes and goes does not raise one alarm after the
 * other.
 */

/**
 * - `degraded`: it serves, and some of its clients get less than they should.
 * - `failed`: it does not serve.
 */
export const HEALTH_STATES = ["ok", "degraded", "failed"] as const;
/** One of `HEALTH_STATES`. */
export type HealthState = (typeof HEALTH_STATES)[number];

/** How a server is. */
export interface Health {
  readonly state: HealthState;
  /** One sentence each, the worst first; empty when all is well. */
  readonly reasons: readonly string[];
  /**
   * For how many seconds each of the reasons has held, in their order; not of a last one that only
   * counts how many more there are. Absent: nobody counted them.
   */
  readonly seconds?: readonly number[];
}

/** Something that is wrong. */
export interface Finding {
  readonly state: Exclude<HealthState, "ok">;
  /** What it is about: the same for the same, whatever `reason` says of it by now. */
  readonly about: string;
  readonly reason: string;
}

/** Looks for what is wrong now. `now`: milliseconds that never go back. */
export type HealthCheck = (now: number) => readonly Finding[];

/** How long what was found stays when it is not found any more, in milliseconds. */
export const SETTLES_AFTER = 10_000;
/** More reasons than that are counted and not told. */
const MOST_REASONS = 20;
/** Of what was not found when it was last looked. */
const OVER = `over, and counts until it has been well for ${SETTLES_AFTER / 1000} s`;

/** What there is to tell when the state changes. */
interface HealthLog {
  info(text: string): void;
  warn(text: string): void;
}

export interface HealthWatch {
  /** Looks for what is wrong; to be called every now and then. */
  look(now: number): void;
  /** As it was when it was last looked. */
  readonly health: Health;
}

/** Keeps what the checks find. A change of the state is a line in the log. */
export function createHealthWatch(checks: readonly HealthCheck[], log: HealthLog): HealthWatch {
  const found = new Map<string, Found>();
  let health: Health = OK;
  return {
    look(now) {
      for (const check of checks)
        for (const finding of check(now)) found.set(finding.about, { finding, since: found.get(finding.about)?.since ?? now, seen: now });
      for (const [about, { seen }] of found) if (now - seen >= SETTLES_AFTER) found.delete(about);
      const before = health.state;
      health = healthOf([...found.values()], now);
      if (health.state === before) return;
      if (health.state === "ok") log.info("health: ok again");
      else log.warn(`health: ${health.state}: ${health.reasons.join("; ")}`);
    },
    get health() {
      return health;
    },
  };
}

const OK: Health = { state: "ok", reasons: [] };

/** A finding, when it was found first and last. */
interface Found {
  readonly finding: Finding;
  readonly since: number;
  readonly seen: number;
}

/** The worst of what is wrong is the state. */
function healthOf(found: readonly Found[], now: number): Health {
  const failures = found.filter(({ finding }) => finding.state === "failed");
  if (found.length === 0) return OK;
  const worstFirst = [...failures, ...found.filter(({ finding }) => finding.state !== "failed")];
  const all = worstFirst.map(({ finding, seen }) => (seen === now ? finding.reason : `${OVER}: ${finding.reason}`));
  const seconds = worstFirst.slice(0, MOST_REASONS).map(({ since, seen }) => Math.floor((seen - since) / 1000));
  const more = all.length - MOST_REASONS;
  const reasons = more <= 0 ? all : [...all.slice(0, MOST_REASONS), `${more} more things are wrong`];
  return { state: failures.length > 0 ? "failed" : "degraded", reasons, seconds };
}

/**
 * The status of an HTTP answer that tells it: 200, or 503 when something is wrong, be it that the
 * server fails or that it is degraded; the body says which.
 */
export function httpStatusOf({ state }: Health): 200 | 503 {
  return state === "ok" ? 200 : 503;
}
