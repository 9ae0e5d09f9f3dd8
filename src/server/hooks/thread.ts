import { Worker } from "node:worker_threads";
import type { DefinedOption, HooksSpec } from "../../config/model/common.ts";
import { createLogAllowance, withLeftOut } from "../../io/log-allowance.ts";
import type { Log } from "../log.ts";
import { resolutionFlags } from "../worker-flags.ts";
import type { FromThread, HookAnswer, HookCall, HookHappening, HookThreadData, NumberedCall } from "./messages.ts";

/*
 * The thread of the hooks, as the packets' thread has it. What holds here:
 *
 * - Nothing waits for it: a question is put, and answered later or never.
 * - What it has not answered yet is bounded, and so are the happenings that it was not told yet.
 * - A thread that comes to no end, or ends, is replaced, later each time; until then nobody can be
 *   asked.
 * - What goes there in one turn of the event loop goes as one message.
 */

/** Questions, and happenings, that the thread may have before it at one time. */
const MOST_WAITING = 1024;
/**
 * How often it is looked whether the thread gets to its timers, in milliseconds, and for how long
 * it need not, besides what hooks may take.
 */
const LOOK_EVERY = 500;
const SILENT_FOR = 2000;
/** A module that takes longer to be imported comes to no end. */
const PATIENCE = 60_000;
/** How long it is waited before the thread is started again: the first time, and at most. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 60_000;
/** Entries of the log a minute. */
const ALLOWED = 30;

/** The hooks can't be served by. */
export class HooksError extends Error {
  override readonly name = "HooksError";
}

/**
 * Those who ask: told when answers that came together have all been told, and of each new start.
 */
export interface HookAsker {
  answered(): void;
  restarted(): void;
}

/** The hooks of one configuration. */
export interface HookThread {
  readonly spec: HooksSpec;
  /** Whether a question can be put now: the thread runs, and has not too many before it. */
  readonly free: boolean;
  /** Why nobody can be asked, while the thread is being replaced; undefined: it runs. */
  readonly downBecause: string | undefined;
  /** Puts a question; only while `free`. `onAnswer` is called once, later. */
  call(call: HookCall, onAnswer: (answer: HookAnswer) => void): void;
  /** Tells of what has come true; false: it is left out. */
  tell(happening: HookHappening): boolean;
  /**
   * Ends the thread for good, when those who still wait have been answered or nobody waits any
   * more.
   */
  close(): Promise<void>;
}

export interface HookThreadParts {
  readonly spec: HooksSpec;
  readonly definitions: readonly DefinedOption[];
  readonly log: Log;
  /** Milliseconds, never going back. */
  readonly uptime: () => number;
  readonly askers: ReadonlySet<HookAsker>;
}

/** Starts the thread; rejects with HooksError where it can't be. */
export async function startHookThread(parts: HookThreadParts): Promise<HookThread> {
  const { spec, log, uptime, askers } = parts;
  const allowance = createLogAllowance(ALLOWED, uptime);
  const waiting = new Map<number, (answer: HookAnswer) => void>();
  let calls: NumberedCall[] = [];
  let happenings: HookHappening[] = [];
  let untold = 0;
  let ids = 0;
  let scheduled = false;
  let worker: Worker | undefined;
  /** The one that imports the module. */
  let starting: Worker | undefined;
  let downBecause: string | undefined;
  let pause = FIRST_PAUSE;
  let restart: NodeJS.Timeout | undefined;
  let closed = false;

  function say(text: string, level: "warn" | "error" = "warn"): void {
    const leftOut = allowance.take();
    if (leftOut !== undefined) log[level](withLeftOut(text, leftOut));
  }

  function onMessage({ answers = [], told = 0, problems = [], said }: FromThread): void {
    untold -= told;
    for (const problem of problems) say(`the hook event of ${spec.module} failed: ${problem}`);
    if (said !== undefined) say(`the hooks say: ${said}`);
    if (answers.length === 0) return;
    for (const [id, answer] of answers) {
      const onAnswer = waiting.get(id);
      waiting.delete(id);
      onAnswer?.(answer);
    }
    for (const asker of askers) asker.answered();
  }

  function open(): Promise<void> {
    const beat = new SharedArrayBuffer(4);
    const opened = openWorker({ spec, definitions: parts.definitions, beat });
    worker = undefined;
    starting = opened.worker;
    return opened.ready.then(
      () => {
        starting = undefined;
        downBecause = undefined;
        const begun = uptime();
        worker = opened.worker;
        worker.on("message", onMessage);
        let problem = "the thread has ended";
        worker.on("error", (error) => {
          problem = error.message;
        });
        const stopLooking = lookAt(beat, SILENT_FOR + 2 * spec.budget, () => {
          problem = "a hook comes to no end";
          void opened.worker.terminate();
        });
        worker.once("exit", () => {
          stopLooking();
          if (uptime() - begun > LONGEST_PAUSE) pause = FIRST_PAUSE;
          onEnd(problem);
        });
      },
      (error: Error) => {
        void opened.worker.terminate();
        throw error;
      },
    );
  }

  /** The thread is gone, and with it what it has not answered. */
  function onEnd(problem: string): void {
    worker = undefined;
    starting = undefined;
    downBecause = problem;
    untold = 0;
    calls = [];
    happenings = [];
    const lost = [...waiting.values()];
    waiting.clear();
    for (const onAnswer of lost) onAnswer({ kind: "failed", problem });
    for (const asker of askers) asker.answered();
    if (closed) return;
    log.error(`the hooks of ${spec.module} are started again in ${pause / 1000} s: ${problem}`);
    restart = setTimeout(() => {
      for (const asker of askers) asker.restarted();
      open().catch((error: Error) => onEnd(error.message));
    }, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      if (calls.length === 0 && happenings.length === 0) return;
      worker?.postMessage({ calls, happenings });
      calls = [];
      happenings = [];
    });
  }

  await open().catch((error: Error) => {
    throw new HooksError(`the hooks of ${spec.module} can't be used: ${error.message}`);
  });

  return {
    spec,
    get free() {
      return worker !== undefined && waiting.size < MOST_WAITING;
    },
    get downBecause() {
      return downBecause;
    },
    call(call, onAnswer) {
      const id = ++ids;
      waiting.set(id, onAnswer);
      calls.push({ ...call, id, until: performance.timeOrigin + performance.now() + spec.budget });
      schedule();
    },
    tell(happening) {
      if (worker === undefined || untold >= MOST_WAITING) return false;
      untold++;
      happenings.push(happening);
      schedule();
      return true;
    },
    async close() {
      if (closed) return;
      closed = true;
      clearTimeout(restart);
      for (let i = 0; i < 10 && worker !== undefined && (waiting.size > 0 || untold > 0); i++) {
        await new Promise((resolve) => setTimeout(resolve, spec.budget / 10));
      }
      await starting?.terminate();
      await worker?.terminate();
    },
  };
}

interface Opened {
  readonly worker: Worker;
  /** The module is there; rejects where it can't be imported. */
  readonly ready: Promise<void>;
}

function openWorker(data: HookThreadData): Opened {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: data,
    execArgv: resolutionFlags(),
    stdout: true,
    stderr: true,
  });
  // What goes past `console` is left out.
  worker.stdout.resume();
  worker.stderr.resume();
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the module was not imported within ${PATIENCE / 1000} s`)), PATIENCE);
    const settle = (): void => {
      clearTimeout(timer);
      worker.off("message", onReady).off("error", onError).off("exit", onExit);
    };
    const onReady = (message: FromThread): void => {
      // It may print before.
      if (message.ready !== true) return;
      settle();
      resolve();
    };
    const onError = (error: Error): void => {
      settle();
      // Terminating it may bring another one.
      worker.on("error", () => {});
      reject(error);
    };
    const onExit = (): void => {
      settle();
      reject(new Error("the thread has ended while the module was imported"));
    };
    worker.on("message", onReady).on("error", onError).on("exit", onExit);
  });
  return { worker, ready };
}

/**
 * Calls `onSilence` when the thread has not got to its timers for so many milliseconds. They are
 * counted by looks: while this thread is held up itself, none is made.
 */
function lookAt(beat: SharedArrayBuffer, patience: number, onSilence: () => void): () => void {
  const beats = new Int32Array(beat);
  let last = -1;
  let silent = 0;
  const timer = setInterval(() => {
    const now = Atomics.load(beats, 0);
    silent = now === last ? silent + 1 : 0;
    last = now;
    if (silent * LOOK_EVERY >= patience) {
      clearInterval(timer);
      onSilence();
    }
  }, LOOK_EVERY);
  return () => clearInterval(timer);
}
