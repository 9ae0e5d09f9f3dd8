import { Worker } from "node:worker_threads";
import type { ApiSpec } from "../config/model/api.ts";
import type { Log } from "../server/log.ts";
import type { Block } from "../server/metrics/block.ts";
import { type ApiData, type FromThread, START, type ToThread } from "./messages.ts";

/* One life of the API's thread, as the server sees it. */

/**
 * How long the thread may take until it listens, or listens elsewhere, in milliseconds: a machine
 * may be busy.
 */
const PATIENCE = 120_000;
/** How long it may take to end by itself. */
const TIME_TO_END = 1000;
/** Megabytes of its heap: the API runs out of memory before the server does. */
const LARGEST_HEAP = 512;

const SCRIPT = new URL(`./worker.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

export interface ThreadParts extends ApiData {
  /** Answers a request as the control socket has it. Never rejects. */
  answer(request: unknown): Promise<object>;
  readonly log: Log;
  /** What the thread runs, for tests. */
  readonly script?: URL;
}

export interface ApiThread {
  /** Listens by this from now on: where. Rejects, in words; then it listens as before. */
  change(spec: ApiSpec): Promise<readonly string[]>;
  /** The numbers of the server are here from now on. */
  showMetrics(block: Block): void;
  /** Settles when it is gone. */
  close(): Promise<void>;
}

/**
 * Starts the thread. Settles when it listens, with where, or rejects in words; then there is none.
 * `onEnd` is called when it ends without having been closed.
 */
export async function openThread(
  { answer, log, script = SCRIPT, ...data }: ThreadParts,
  onEnd: (reason: unknown) => void,
): Promise<{ readonly thread: ApiThread; readonly at: readonly string[] }> {
  const workerData: ApiData = data;
  const worker = new Worker(script, {
    workerData,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP },
  });
  const waiting = new Map<number, { resolve(at: readonly string[]): void; reject(error: Error): void }>();
  const send = (message: ToThread): void => worker.postMessage(message);
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  let lastId = START;
  let closing = false;
  let reason: unknown;

  /** Settles with the thread's answer to what has this number. */
  function answerTo(id: number): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(id, new Error("the thread of the HTTP API does not answer")), PATIENCE);
      timer.unref();
      waiting.set(id, {
        resolve(at) {
          clearTimeout(timer);
          resolve(at);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  function settle(id: number, result: readonly string[] | Error): void {
    const one = waiting.get(id);
    waiting.delete(id);
    if (result instanceof Error) one?.reject(result);
    else one?.resolve(result);
  }

  worker.on("message", (message: FromThread) => {
    if (message.kind === "ask") void answer(message.request).then((answered) => send({ kind: "answer", id: message.id, answer: answered }));
    else if (message.kind === "log") log[message.level](message.text);
    else settle(message.id, message.error === undefined ? message.at : new Error(message.error));
  });
  worker.on("error", (error) => {
    reason = error;
  });
  worker.on("exit", () => {
    const text = reason instanceof Error ? reason.message : "it said nothing";
    for (const id of [...waiting.keys()]) settle(id, new Error(`the thread of the HTTP API has ended: ${text}`));
    if (!closing) onEnd(reason);
  });
  // A server that is stopped must not wait for it.
  worker.unref();

  const thread: ApiThread = {
    change(spec) {
      const id = ++lastId;
      send({ kind: "spec", id, spec });
      return answerTo(id);
    },
    showMetrics: (metrics) => send({ kind: "metrics", metrics }),
    async close() {
      closing = true;
      send({ kind: "close" });
      const timer = setTimeout(() => void worker.terminate(), TIME_TO_END);
      await ended;
      clearTimeout(timer);
    },
  };
  try {
    return { thread, at: await answerTo(START) };
  } catch (error) {
    closing = true;
    await worker.terminate();
    throw error;
  }
}
