import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Api, type ApiParts, startApi } from "../api/start.ts";
import { DEFAULT_API, NO_API } from "../config/model/api.ts";
import type { Config } from "../config/model/config.ts";
import type { Log } from "../server/log.ts";
import { quietMoment } from "./quiet.ts";
import { VERSION } from "./version.ts";

/** How long the API waits for a quiet moment to start in, in milliseconds. */
const LONGEST_WAIT = 10_000;
/** How long a server that stops waits for an API that is being started, in milliseconds. */
const LONGEST_START = 5000;

/** The HTTP API of `serve`. */
export interface ServedApi {
  /**
   * Goes over to a configuration together with the rest of the server, which `others` carries out
   * when the API listens. Rejects where either can't be; then the API is as it was.
   */
  reload<T>(config: Config, others: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What it is served with. */
export interface ServedApiParts extends Pick<ApiParts, "answer" | "database" | "heartbeat" | "metrics"> {
  readonly log: Log;
  /** The path of the configuration. */
  readonly configuration: string;
  /** False: `--no-api`. */
  readonly wanted: boolean;
}

/**
 * Serves the API, from the first quiet moment on. The server does not wait for it, but where the configuration asks for it and it
 * can't be served, `failed` is called with the reason. An API that nobody has asked for does
 * without its port where that is taken.
 */
export function serveApi(config: Config, parts: ServedApiParts, failed: (reason: string) => void): ServedApi {
  const { configuration, wanted, ...ofApi } = parts;
  const { log } = parts;
  let api: Api | undefined;
  let present = config;
  let closed = false;

  async function serveBy(next: Config): Promise<void> {
    const spec = wanted ? (next.api ?? DEFAULT_API) : NO_API;
    try {
      if (api !== undefined) await api.reload(spec);
      else api = await startApi({ ...ofApi, spec, version: VERSION, configuration: resolve(configuration) });
    } catch (error) {
      if (next.api !== undefined) throw error;
      log.warn(`the HTTP API is off: ${messageOf(error)}`);
    }
  }

  /** Settles when the thread has begun; undefined: it is not being started yet. */
  let beginning: Promise<void> | undefined;

  async function begin(): Promise<void> {
    if (wanted) await quietMoment(LONGEST_WAIT);
    if (closed) return;
    beginning = serveBy(config).then(
      () => tell(api?.at ?? []),
      (error) => failed(messageOf(error)),
    );
    await beginning;
  }

  const started = begin();

  function tell(at: readonly string[]): void {
    if (at.length > 0) log.info(`HTTP API: ${at.join(", ")}`);
  }

  return {
    async reload(next, others) {
      await started;
      const before = api?.at ?? [];
      await serveBy(next);
      try {
        const result = await others();
        present = next;
        const at = api?.at ?? [];
        if (at.length === 0 && before.length > 0) log.info("HTTP API: off");
        else if (String(at) !== String(before)) tell(at);
        return result;
      } catch (error) {
        await serveBy(present).catch((reason) => log.error(`the HTTP API is not as it was: ${messageOf(reason)}`));
        throw error;
      }
    },
    async close() {
      closed = true;
      // A thread that is ended while it loads may take the process with it.
      if (beginning !== undefined) await Promise.race([beginning, delay(LONGEST_START, undefined, { ref: false })]);
      await api?.close();
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
