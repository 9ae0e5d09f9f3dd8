import type { ApiSpec } from "../config/model/api.ts";
import type { Metrics } from "../server/metrics/publish.ts";
import { type ApiThread, openThread, type ThreadParts } from "./thread.ts";

/*
 * The HTTP API as the server sees it: a thread that now and then asks for something. No request
 * holds up a packet, and what the thread suffers is its own affair: when it ends it is started
 * anew, a while later each time. Where there is nothing to listen on, there is no thread.
 */

/**
 * How long to wait before the thread is started anew, in milliseconds; the last one from then on.
 */
const RESTART_AFTER = [1000, 5000, 30_000];
/**
 * A thread that has lived for so long, in milliseconds, did not fail because of how it was started.
 */
const LONG_LIFE = 60_000;

/** What the API is started with. */
export interface ApiParts extends Omit<ThreadParts, "metrics"> {
  /** What the server publishes; undefined: nothing. */
  readonly metrics?: Pick<Metrics, "block" | "onBlock">;
  /** See RESTART_AFTER. */
  readonly restartAfter?: readonly number[];
}

/** The API while it runs. */
export interface Api {
  /** Where it listens, such as http://127.0.0.1:3333. */
  readonly at: readonly string[];
  /**
   * Listens and lets in by this from now on, and reads tokens and certificates again. Rejects with
   * what is wrong, in words; then it is as it was.
   */
  reload(spec: ApiSpec): Promise<void>;
  close(): Promise<void>;
}

/** Starts the API. Rejects, in words, where it can't listen. */
export async function startApi({ restartAfter = RESTART_AFTER, metrics, ...parts }: ApiParts): Promise<Api> {
  const { log } = parts;
  let { spec } = parts;
  let at: readonly string[] = [];
  let thread: ApiThread | undefined;
  let closed = false;
  let failures = 0;
  let restart: NodeJS.Timeout | undefined;
  /** Changes are made one after the other. */
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<R>(work: () => Promise<R>): Promise<R> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  async function open(by: ApiSpec): Promise<void> {
    const started = Date.now();
    const opened = await openThread({ ...parts, spec: by, metrics: metrics?.block }, (reason) => {
      thread = undefined;
      if (Date.now() - started > LONG_LIFE) failures = 0;
      log.error({ err: reason }, "the thread of the HTTP API has failed; clients of DHCP are served as ever");
      restartLater();
    });
    ({ thread, at } = opened);
  }

  function restartLater(): void {
    if (closed) return;
    const delay = restartAfter[Math.min(failures++, restartAfter.length - 1)] as number;
    restart = setTimeout(() => void inTurn(openAgain), delay);
    restart.unref();
  }

  async function openAgain(): Promise<void> {
    if (closed || thread !== undefined || !listens(spec)) return;
    try {
      await open(spec);
      log.info("the HTTP API answers again");
    } catch (error) {
      log.error(`the HTTP API can't be started again: ${error instanceof Error ? error.message : String(error)}`);
      restartLater();
    }
  }

  async function change(next: ApiSpec): Promise<void> {
    if (closed) return;
    if (thread !== undefined && listens(next)) {
      at = await thread.change(next);
    } else if (listens(next)) {
      await open(next);
      clearTimeout(restart);
    } else {
      clearTimeout(restart);
      await thread?.close();
      thread = undefined;
      at = [];
    }
    spec = next;
  }

  metrics?.onBlock((block) => thread?.showMetrics(block));
  await change(spec);
  return {
    get at() {
      return at;
    },
    reload: (next) => inTurn(() => change(next)),
    close() {
      closed = true;
      clearTimeout(restart);
      return inTurn(async () => thread?.close());
    },
  };
}

function listens({ listen, socket }: ApiSpec): boolean {
  return listen.length > 0 || socket !== undefined;
}
