import { Worker } from "node:worker_threads";
import type { Log } from "./log.ts";

/*
 * A thread beside the packets' one that is started anew when it ends, later each time: what it does
 * can wait, and packets never do.
 */

/** How long it is waited before the thread is started anew, in milliseconds; the last from then on. */
const RESTART_AFTER = [1000, 5000, 30_000];
/** A thread that is to end is ended after so many milliseconds. */
const PATIENCE = 2000;

export interface KeptThreadParts<To extends object> {
  /** The module that it runs, without `.ts` or `.js`. */
  readonly module: URL;
  /** What it is given at each start. */
  readonly data: () => unknown;
  readonly receive: (message: unknown) => void;
  /** Asks it to end. */
  readonly closing: To;
  /** What it is, for the log: "events: the thread that tells of them". */
  readonly name: string;
  /** What comes of its end, for the log: "none is lost". */
  readonly meanwhile: string;
  readonly log: Pick<Log, "error">;
  /** It has ended, for this reason, and is started anew unless it was closed. */
  readonly onEnd?: (why: string) => void;
}

export interface KeptThread<To extends object> {
  readonly running: boolean;
  start(): void;
  /** Says something to it; false: it does not run, and is given the data of that time when it does. */
  say(message: To): boolean;
  /** Whether the thread keeps the process alive: by default it does not. */
  hold(keeps: boolean): void;
  /** It has come so far that its next failure is its first one. */
  thrives(): void;
  close(): Promise<void>;
}

export function keepThread<To extends object>(parts: KeptThreadParts<To>): KeptThread<To> {
  const { module, data, receive, closing, name, meanwhile, log, onEnd } = parts;
  let worker: Worker | undefined;
  let failures = 0;
  let restart: NodeJS.Timeout | undefined;
  let closed = false;
  let held = false;

  function start(): void {
    if (closed || worker !== undefined) return;
    clearTimeout(restart);
    const thread = new Worker(new URL(`${module.href}.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`), {
      workerData: data(),
      execArgv: [],
    });
    worker = thread;
    let reason: unknown;
    thread.on("message", receive);
    thread.on("error", (error) => {
      reason = error;
    });
    thread.once("exit", () => {
      const why = reason instanceof Error ? reason.message : "nobody knows why";
      worker = undefined;
      onEnd?.(why);
      if (closed) return;
      const delay = RESTART_AFTER[Math.min(failures++, RESTART_AFTER.length - 1)] as number;
      log.error({ err: reason }, `${name} has ended (${why}), and is started anew in ${delay / 1000} s; ${meanwhile}`);
      restart = setTimeout(start, delay).unref();
    });
    if (!held) thread.unref();
  }

  return {
    get running() {
      return worker !== undefined;
    },
    start,
    say(message) {
      worker?.postMessage(message);
      return worker !== undefined;
    },
    hold(keeps) {
      held = keeps;
      if (keeps) worker?.ref();
      else worker?.unref();
    },
    thrives() {
      failures = 0;
    },
    async close() {
      closed = true;
      clearTimeout(restart);
      const thread = worker;
      if (thread === undefined) return;
      const ended = new Promise((resolve) => thread.once("exit", resolve));
      thread.ref();
      thread.postMessage(closing);
      const timer = setTimeout(() => void thread.terminate(), PATIENCE);
      await ended;
      clearTimeout(timer);
    },
  };
}
