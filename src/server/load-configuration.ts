import { Worker } from "node:worker_threads";
import type { AddedReservation } from "../config/added.ts";
import { isModule } from "../config/file.ts";
import type { Config } from "../config/model/config.ts";
import { reasonOf } from "../config/text/reason.ts";
import type { Plan } from "./plan.ts";
import { resolutionFlags } from "./worker-flags.ts";

/** What a thread is asked to read. */
export interface ConfigurationToLoad {
  readonly path: string;
  /** What the file said when it was read before, to go on by that; undefined: it is read. */
  readonly text?: string | undefined;
  /** Reservations beside those of the file. */
  readonly added?: readonly AddedReservation[] | undefined;
  /** The configuration that is served by, see `toBytes`: with it changes are told. */
  readonly before?: SharedArrayBuffer | undefined;
}

/** An added reservation that is not served by. */
export interface RefusedReservation {
  readonly id: string;
  /** Why, in as many lines as it takes, with the place of what it is in conflict with. */
  readonly problem: string;
  /** Whether it is in conflict with another reservation; otherwise it is wrong in itself. */
  readonly conflict: boolean;
}

/**
 * A configuration that was read in a thread, with what is to be said of it: one text each, of a few
 * lines.
 */
export type LoadedConfiguration =
  | {
      readonly ok: true;
      readonly config: Config;
      readonly warnings: readonly string[];
      /** SHA-256 of what was read, in hex. */
      readonly hash: string;
      /** What the file says; undefined: more than that one text was read. */
      readonly text: string | undefined;
      readonly refused: readonly RefusedReservation[];
      /** What differs from `before`, in one line; undefined: that was not given. */
      readonly changes: string | undefined;
      /** What is served by from now on, for the next `before`. */
      readonly bytes: SharedArrayBuffer;
    }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A reservation of a file, as it is listed. */
export interface FileReservation {
  /** `file:line:column`; the file alone where it is computed. */
  readonly origin: string;
  /** The network, or the section, that it stands in; absent: it stands at the top level. */
  readonly inside?: string;
  /** As it is written. */
  readonly reservation: unknown;
}

/** What would become of a server that read its configuration again, or what is wrong with that. */
export type PlannedConfiguration =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly string[]; readonly hash: string }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What is done in the thread. */
export type LoadTask =
  | ({ readonly kind: "load" } & ConfigurationToLoad)
  | ({ readonly kind: "list" } & ConfigurationToLoad)
  | ({ readonly kind: "plan"; readonly database: string | undefined } & ConfigurationToLoad);

/**
 * Reads configuration files in a thread of its own: a large one takes seconds, in which packets are
 * served. What a module prints is left out. Each rejects only where the thread itself fails, or
 * comes to no end.
 */
export interface Loader {
  load(asked: ConfigurationToLoad): Promise<LoadedConfiguration>;
  /** The reservations that stand in a file. */
  list(asked: ConfigurationToLoad): Promise<readonly FileReservation[]>;
  /** What would become of the leases of a database, too; undefined: there is none. */
  plan(asked: ConfigurationToLoad, database: string | undefined): Promise<PlannedConfiguration>;
}

/** A file that takes longer is a module that never comes to its end, in milliseconds. */
export const PATIENCE = 60_000;

/** How long the thread waits for the next file, in milliseconds: it takes a second to begin. */
const LINGER = 10_000;

/**
 * For some time after it has read a file the thread waits for the next one. Modules are read anew,
 * with all that they import: each has a thread for itself.
 */
export function createLoader(patience = PATIENCE): Loader {
  let waits: { readonly thread: LoaderThread; readonly timer: NodeJS.Timeout } | undefined;

  function take(): LoaderThread {
    const { thread, timer } = waits ?? { thread: startThread() };
    clearTimeout(timer);
    waits = undefined;
    return thread;
  }

  function putBack(thread: LoaderThread): void {
    if (waits !== undefined) return void thread.end();
    const timer = setTimeout(() => {
      waits = undefined;
      void thread.end();
    }, LINGER);
    waits = { thread, timer: timer.unref() };
  }

  async function run<T>(task: LoadTask): Promise<T> {
    const isAlone = isModule(task.path);
    const thread = isAlone ? startThread(task.path) : take();
    let done = false;
    try {
      const answer = await thread.run<T>(task, patience);
      done = true;
      return answer;
    } finally {
      if (done && !isAlone) putBack(thread);
      else await thread.end();
    }
  }

  return {
    load: (asked) => run({ kind: "load", ...asked }),
    list: (asked) => run({ kind: "list", ...asked }),
    plan: (asked, database) => run({ kind: "plan", ...asked, database }),
  };
}

/** A thread that does one task after the other. */
interface LoaderThread {
  run<T>(task: LoadTask, patience: number): Promise<T>;
  end(): Promise<unknown>;
}

/** `module`: what it is for, which may do anything while it is loaded. */
function startThread(module?: string): LoaderThread {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./load-worker.${extension}`, import.meta.url), {
    execArgv: resolutionFlags(),
    stdout: true,
    stderr: true,
  });
  let broken: Error | undefined;
  let fail = (error: Error): void => {
    broken = error;
  };
  const blamed = (what: string): Error => new Error(`${module} can't be read: the module ${what}`);
  worker.on("error", (error) => fail(module === undefined ? (error as Error) : blamed(`has failed: ${reasonOf(error)}`)));
  worker.on("exit", () =>
    fail(module === undefined ? new Error("the thread that reads the configuration has ended") : blamed("ended the program")),
  );
  return {
    async run<T>(task: LoadTask, patience: number): Promise<T> {
      let timer: NodeJS.Timeout | undefined;
      worker.ref();
      try {
        return await new Promise((resolve, reject) => {
          if (broken !== undefined) reject(broken);
          fail = reject;
          worker.once("message", resolve);
          const tooLate = `was not read within ${patience / 1000} s${module === undefined ? "" : ": the module never finished loading"}`;
          timer = setTimeout(() => reject(new Error(`${task.path} ${tooLate}`)), patience);
          worker.postMessage(task);
        });
      } finally {
        clearTimeout(timer);
        worker.unref();
        fail = (error) => {
          broken = error;
        };
      }
    },
    end: () => worker.terminate(),
  };
}

/** Reads one file, see `Loader`. */
export function loadConfigurationInThread(asked: ConfigurationToLoad, patience = PATIENCE): Promise<LoadedConfiguration> {
  return createLoader(patience).load(asked);
}
