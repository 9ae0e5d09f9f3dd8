import type { Config } from "../config/model/config.ts";
import { createRing, writeRing } from "../dns/changed-rows.ts";
import type { FromNamesThread, NamesData, NamesQuestion, ToNamesThread } from "../dns/messages.ts";
import { specOf } from "../dns/spec.ts";
import { type NamesStatus, NOTHING_KNOWN, troubleOf } from "../dns/status.ts";
import type { ChangeFeed } from "./change-feed.ts";
import type { HealthCheck } from "./health.ts";
import { type KeptThread, keepThread } from "./kept-thread.ts";
import type { Log } from "./log.ts";
import { RefusedError, type RequestHandler } from "./requests.ts";

/*
 * Names as the server's thread sees them: it says which rows have changed, and hands on what is
 * asked. Where no configuration speaks of names nothing is said, and there is no thread.
 */

/** Names, or pending updates, that are told at one time. */
const MOST = 1000;
/** A comparison with the zones of a server that is slow takes its time, in milliseconds. */
const PATIENCE = 600_000;

export interface NamesParts {
  readonly config: Config;
  /** The lease database; undefined: leases are in memory alone, and no name is seen to. */
  readonly database: string | undefined;
  readonly log: Log;
}

/** Names while a server runs. */
export interface Names {
  /** For the server that is started. */
  readonly feed: ChangeFeed | undefined;
  /** Names that don't resolve, though they should. */
  readonly check: HealthCheck;
  /** The server has read its leases: the database has their form. */
  begin(): void;
  /** What can be asked: `dns-status`, `dns-pending`, `dns-sync`, `dns-names`, `dns-conflicts`. */
  readonly handlers: Readonly<Record<string, RequestHandler>>;
  /** Undefined: the configuration does not speak of names. */
  status(): NamesStatus | undefined;
  /** By this configuration from now on. */
  configure(config: Config): void;
  /** To be called before the store is closed. */
  close(): Promise<void>;
}

interface Asked {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export function createNames({ config: first, database, log }: NamesParts): Names {
  const ring = createRing();
  const rows = writeRing(ring);
  const asked = new Map<number, Asked>();
  let config = first;
  let ids = 0;
  let status: NamesStatus = NOTHING_KNOWN;
  let begun = false;
  /** Why the thread has ended; undefined: it has not, or is there again. */
  let ended: string | undefined;

  const speaks = (): boolean => config.ddns !== undefined || config.dns !== undefined;

  const thread: KeptThread<ToNamesThread> = keepThread<ToNamesThread>({
    module: new URL("../dns/worker", import.meta.url),
    data: (): NamesData => ({ database: database ?? "", ring, spec: specOf(config) }),
    receive: (message) => receive(message as FromNamesThread),
    closing: { kind: "close" },
    name: "names: the thread that sees to it that they resolve",
    meanwhile: "nothing is lost",
    log,
    onEnd(why) {
      status = NOTHING_KNOWN;
      ended = why;
      for (const { reject } of asked.values()) reject(new RefusedError("unavailable", "the thread of names has ended: ask again"));
      asked.clear();
    },
  });

  function receive(message: FromNamesThread): void {
    switch (message.kind) {
      case "ready":
        thread.thrives();
        ended = undefined;
        return;
      case "log":
        log[message.level](message.text);
        return;
      case "status":
        status = message.status;
        return;
      case "answer":
        take(message.id)?.resolve(message.answer);
        return;
      case "refused":
        take(message.id)?.reject(new RefusedError("unavailable", message.reason));
    }
  }

  function take(id: number): Asked | undefined {
    const found = asked.get(id);
    asked.delete(id);
    return found;
  }

  function ask(question: NamesQuestion): Promise<unknown> {
    if (database === undefined)
      throw new RefusedError("unavailable", "names are those of the lease database, and leases are in memory only (store: {memory: {}})");
    if (!speaks()) throw new RefusedError("unavailable", "no names are seen to: the configuration has neither `ddns` nor `dns`");
    const id = ++ids;
    if (!thread.say({ kind: "ask", id, question }))
      throw new RefusedError("unavailable", "the thread of names is being started: ask again");
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => take(id)?.reject(new RefusedError("unavailable", "no answer in time")), PATIENCE).unref();
      asked.set(id, {
        resolve(answer) {
          clearTimeout(timer);
          resolve(answer);
        },
        reject(error) {
          clearTimeout(timer);
          reject(error);
        },
      });
    });
  }

  const known = (): NamesStatus | undefined => (speaks() && database !== undefined ? status : undefined);
  const trouble = (): readonly string[] =>
    ended === undefined ? troubleOf(status) : [`names stay as they are, for the thread that sees to them has ended: ${ended}`];

  return {
    feed:
      database === undefined
        ? undefined
        : {
            get wanted() {
              return thread.running;
            },
            note: rows.note,
            tell: rows.tell,
          },
    check: () => (speaks() ? trouble().map((reason) => ({ state: "degraded", about: `names: ${reason}`, reason })) : []),
    begin() {
      begun = true;
      if (database !== undefined && speaks()) thread.start();
    },
    handlers: {
      "dns-status": () => Promise.resolve(known() ?? null),
      "dns-pending": ({ limit }) => ask({ kind: "pending", limit: limitIn(limit) }),
      "dns-names": ({ limit, after }) => ask({ kind: "names", limit: limitIn(limit), after: typeof after === "string" ? after : "" }),
      "dns-conflicts": ({ limit }) => ask({ kind: "conflicts", limit: limitIn(limit) }),
      "dns-sync": ({ repair }) => ask({ kind: "sync", repair: repair !== false }),
    },
    status: known,
    configure(next) {
      config = next;
      if (database === undefined || !begun) return;
      if (!thread.say({ kind: "spec", spec: specOf(next) }) && speaks()) thread.start();
    },
    close: () => thread.close(),
  };
}

function limitIn(value: unknown): number {
  if (value === undefined) return MOST;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1 || value > MOST)
    throw new RefusedError("invalid", `limit: expected a number from 1 to ${MOST}`);
  return value;
}
