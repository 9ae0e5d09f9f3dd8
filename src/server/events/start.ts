import type { Config } from "../../config/model/config.ts";
import { EVENT_KINDS, type EventKind, type EventSink } from "../../config/model/events.ts";
import type { LeaseStore } from "../../store/store.ts";
import { type Journal, WANTED } from "../journal.ts";
import { keepThread } from "../kept-thread.ts";
import type { Log } from "../log.ts";
import { RefusedError, type RequestHandler } from "../requests.ts";
import type { EventsData, EventsSpec, EventsStatus, FromEventsThread, ToEventsThread } from "./messages.ts";

/*
 * Events as the server's thread sees them: which changes of leases are written beside these, and a
 * thread that tells others of them. Where nobody wants to know, nothing is written and there is no
 * thread.
 */

/** Who listens says so again within this time, in milliseconds. */
const LISTENING_LASTS = 60_000;
/** What history needs: who has an address, and who has it no more. */
const OF_HISTORY: readonly (EventKind | "changed")[] = ["bound", "changed", "released", "declined", "expired", "removed"];
const ALL = Number.MAX_SAFE_INTEGER;

export interface EventsParts {
  readonly config: Pick<Config, "events" | "history">;
  /** The lease database; undefined: leases are in memory alone, and there are no events. */
  readonly database: string | undefined;
  readonly store: Pick<LeaseStore, "commit">;
  readonly log: Log;
}

/** Events while a server runs. */
export interface Events {
  /** For the server that is started. */
  readonly journal: Journal | undefined;
  /** The server has read its leases: the store may be written to. */
  begin(): void;
  /** `listen` and `events-status`. */
  readonly handlers: Readonly<Record<string, RequestHandler>>;
  status(): EventsStatus;
  /** By this configuration from now on. */
  configure(config: EventsParts["config"]): void;
  /** To be called before the store is closed. */
  close(): Promise<void>;
}

const NOTHING: EventsStatus = { last: 0, kept: 0, sinks: [] };

/** Settles when those are known who are told, so that nothing is missed. Never rejects. */
export async function startEvents({ config, database, store, log }: EventsParts): Promise<Events> {
  const changes = new Int32Array(new SharedArrayBuffer(4));
  let { events: sinks = [], history } = config;
  let listenedTo: readonly EventKind[] = [];
  let listening: NodeJS.Timeout | undefined;
  let wanted = 0;
  let status = NOTHING;
  let begun = false;
  let prunable = 0;
  let onReady: () => void = () => {};

  const journal: Journal | undefined =
    database === undefined
      ? undefined
      : {
          get wanted() {
            return wanted;
          },
          written() {
            Atomics.add(changes, 0, 1);
            Atomics.notify(changes, 0);
          },
        };

  const specOf = (): EventsSpec => ({ sinks, keep: history?.keep, listening: listenedTo.length > 0 });
  const isOn = (): boolean => sinks.length > 0 || history !== undefined || listenedTo.length > 0;

  const thread = keepThread<ToEventsThread>({
    module: new URL("./worker", import.meta.url),
    data: (): EventsData => ({ database: database ?? "", changes: changes.buffer as SharedArrayBuffer, spec: specOf() }),
    receive: (message) => receive(message as FromEventsThread),
    closing: { kind: "close" },
    name: "events: the thread that tells of them",
    meanwhile: "none is lost",
    log,
    onEnd: () => onReady(),
  });

  function receive(message: FromEventsThread): void {
    if (message.kind === "ready") {
      thread.thrives();
      onReady();
    } else if (message.kind === "log") log[message.level](message.text);
    else if (message.kind === "status") status = message.status;
    else prune(message.through);
  }

  /** What fails is asked for again. */
  function prune(through: number): void {
    prunable = Math.max(prunable, through);
    if (begun) store.commit([{ kind: "prune", through }]).catch(() => {});
  }

  function index(): void {
    store.commit([{ kind: "index", wanted: history !== undefined }]).catch(() => {});
  }

  /** What is written, and who is told, follows from all who want to know. */
  function apply(): void {
    wanted = wantedBy(sinks, history !== undefined, listenedTo);
    if (!thread.say({ kind: "spec", spec: specOf() }) && isOn() && database !== undefined) thread.start();
  }

  const listen: RequestHandler = (request) => {
    if (database === undefined)
      throw new RefusedError("unavailable", "events are written beside the leases, and these are in memory only (store: {memory: {}})");
    const kinds = kindsIn(request.kinds);
    clearTimeout(listening);
    listening = setTimeout(() => {
      listenedTo = [];
      apply();
    }, LISTENING_LASTS).unref();
    if (kinds.some((kind) => !listenedTo.includes(kind))) {
      listenedTo = [...new Set([...listenedTo, ...kinds])];
      apply();
    }
    return Promise.resolve({ seconds: LISTENING_LASTS / 1000 });
  };

  if (database !== undefined && isOn()) {
    const ready = new Promise<void>((resolve) => {
      onReady = resolve;
    });
    thread.hold(true);
    apply();
    await ready;
    thread.hold(false);
  }

  return {
    journal,
    begin() {
      if (database === undefined) return;
      begun = true;
      index();
      // What a server before this one kept, where nobody wants to know any more.
      prune(isOn() ? prunable : ALL);
    },
    handlers: { listen, "events-status": () => Promise.resolve(status) },
    status: () => status,
    configure(next) {
      const kept = history !== undefined;
      ({ events: sinks = [], history } = next);
      if (database !== undefined && kept !== (history !== undefined)) index();
      apply();
    },
    async close() {
      clearTimeout(listening);
      await thread.close();
    },
  };
}

/** The kinds that are written, as bits. */
function wantedBy(sinks: readonly EventSink[], history: boolean, listenedTo: readonly EventKind[]): number {
  const kinds = new Set<EventKind | "changed">([...(history ? OF_HISTORY : []), ...listenedTo]);
  for (const { kinds: asked = EVENT_KINDS } of sinks) for (const kind of asked) kinds.add(kind === "reservation" ? "bound" : kind);
  return [...kinds].reduce((sum, kind) => sum | WANTED[kind], 0);
}

function kindsIn(value: unknown): readonly EventKind[] {
  if (value === undefined) return EVENT_KINDS;
  const known = Array.isArray(value) ? EVENT_KINDS.filter((kind) => value.includes(kind)) : [];
  if (!Array.isArray(value) || known.length !== value.length || known.length === 0)
    throw new RefusedError("invalid", `kinds: expected a list of ${EVENT_KINDS.join(", ")}`);
  return known;
}
