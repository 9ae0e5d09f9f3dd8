/**
 * Runs a load against the clock: prepare, warm up, measure, and wait for what is still outstanding.
 */
import type { Outbox, Transport } from "../../io/transport.ts";
import { ANSWER_TIMEOUT, type Load } from "./load.ts";

export interface Pace {
  /**
   * Exchanges a second to start whatever happens (open loop); undefined: a new one when one ends
   * (closed loop).
   */
  readonly rate: number | undefined;
  /** Exchanges outstanding at once in the closed loop. */
  readonly window: number;
}

export interface RunPlan extends Pace {
  /** The share of renewals: 0 for new leases only, 1 for renewals only. */
  readonly renewShare: number;
  /** Clients to bind before the clock starts. */
  readonly prepare: number;
  readonly seconds: number;
  readonly warmup: number;
}

export type Stage = "prepare" | "warm-up" | "measure" | "drain";

/** What a run says once a second. */
export interface Progress {
  readonly stage: Stage;
  /** Seconds since the stage began. */
  readonly elapsed: number;
  /** Exchanges completed per second since the last report. */
  readonly rate: number;
}

export interface RunResult {
  /**
   * How long it was measured, in seconds: less than planned when the clients ran out, and the
   * warm-up when they did not last longer.
   */
  readonly seconds: number;
  /**
   * Exchanges started and completed in that time; answers that came later count in the load's own
   * figures only.
   */
  readonly started: number;
  readonly completed: number;
  /**
   * Exchanges begun a second in that time; `started` has also those that were under way at its
   * beginning.
   */
  readonly startRate: number;
  /** True when the run ended early because each client had its lease. */
  readonly ranOut: boolean;
}

/** Exchanges in flight while clients are bound before the measurement. */
const PREPARE_WINDOW = 32;

/** The most exchanges that are started in one go when the open loop is behind. */
const LARGEST_BURST = 512;
/** As many answers as come at once: there may be more, which wait. */
const FULL_BATCH = 64;

/**
 * Runs the plan; the transport must not have been started. `progress` is called about once a
 * second; when `stopped` says so (the user interrupted), the measurement ends there.
 */
export async function run<A>(
  plan: RunPlan,
  load: Load<A>,
  transport: Transport<A>,
  outbox: Outbox<A>,
  progress: (progress: Progress) => void,
  stopped: () => boolean,
): Promise<RunResult> {
  let pace: Pace = { rate: undefined, window: 0 };
  let stageBegan = performance.now();
  let startedInStage = 0;
  /** Clients that the stage may still bind. */
  let budget = Infinity;
  let answersWait = false;

  function startDue(now: number): void {
    const { rate, window } = pace;
    // A generator at its limit starts fewer exchanges, which shows; answers that it does not take
    // in time would look like a failure of the server.
    if (rate !== undefined && answersWait) return;
    const due = rate === undefined ? window - load.outstanding : ((now - stageBegan) / 1000) * rate - startedInStage;
    const most = Math.min(due, budget - startedInStage, LARGEST_BURST);
    for (let i = 1; i <= most && load.start(now); i++) startedInStage++;
  }

  transport.start((batch, count) => {
    const now = performance.now();
    load.receive(batch, count, now);
    answersWait = count >= FULL_BATCH;
    startDue(now);
    if (outbox.length > 0) outbox.send();
  });

  /** Lets the load run until `done`, with a turn of the event loop for the answers in between. */
  async function stage(name: Stage, newPace: Pace, limit: number, done: (elapsed: number) => boolean): Promise<number> {
    pace = newPace;
    budget = limit;
    stageBegan = performance.now();
    startedInStage = 0;
    let reportedAt = stageBegan;
    let reported = load.counts.completed;
    for (;;) {
      const now = performance.now();
      load.sweep(now);
      const elapsed = (now - stageBegan) / 1000;
      if (done(elapsed) || stopped()) {
        pace = { rate: undefined, window: 0 };
        return elapsed;
      }
      startDue(now);
      // Until the next answers say so again.
      answersWait = false;
      if (outbox.length > 0) outbox.send();
      if (now - reportedAt >= 1000) {
        progress({ stage: name, elapsed, rate: ((load.counts.completed - reported) * 1000) / (now - reportedAt) });
        reportedAt = now;
        reported = load.counts.completed;
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  const ranOut = (): boolean => load.exhausted && load.outstanding === 0;
  const figures = (seconds: number): RunResult => {
    const { started, completed } = load.counts;
    return { seconds, started, completed, startRate: seconds > 0 ? startedInStage / seconds : 0, ranOut: ranOut() };
  };

  if (plan.prepare > 0) {
    load.renewShare = 0;
    const answered = (elapsed: number): boolean => load.counts.completed > 0 || elapsed < 3;
    await stage("prepare", { rate: undefined, window: PREPARE_WINDOW }, plan.prepare, (elapsed) => {
      return !answered(elapsed) || (startedInStage >= plan.prepare && load.outstanding === 0);
    });
    if (load.bound === 0) return figures(0);
  }
  load.renewShare = plan.renewShare;
  if (plan.warmup > 0) {
    const seconds = await stage("warm-up", plan, Infinity, (elapsed) => elapsed >= plan.warmup || ranOut());
    if (ranOut()) return figures(seconds);
  }
  load.resetCounts();
  const result = figures(await stage("measure", plan, Infinity, (elapsed) => elapsed >= plan.seconds || ranOut()));
  await stage("drain", { rate: undefined, window: 0 }, 0, (elapsed) => load.outstanding === 0 || elapsed * 1000 > ANSWER_TIMEOUT + 100);
  return result;
}
