import { nameOfSink } from "../../config/model/events.ts";
import { withoutSecrets } from "../../config/text/secrets.ts";
import { openCursors } from "./cursors.ts";
import type { Position } from "./follow.ts";
import { openJournalSource } from "./journal-source.ts";
import type { EventsSpec, EventsStatus, FromEventsThread } from "./messages.ts";
import { type RunningSink, startSink } from "./sink.ts";

/*
 * What the thread of events does: it goes through the journal for each of those who are told,
 * remembers how far each has come, and says what of the journal nobody needs any more.
 */

/** Positions are saved at most so often, in milliseconds. */
const SAVE_EVERY = 200;
/** Status and what can be forgotten are looked at so often, in milliseconds. */
const LOOK_EVERY = 1000;
/** Fewer events are forgotten only when nothing has happened for a while. */
const WORTH_FORGETTING = 1000;
const LOOKS_IN_PEACE = 5;
/** Events that are kept for those who listen now and then. */
const KEPT_FOR_LISTENERS = 10_000;

export interface EventsThread {
  configure(spec: EventsSpec): void;
  close(): Promise<void>;
}

/** Throws StoreError when the journal can't be read. */
export function createEventsThread(database: string, changes: Int32Array, send: (message: FromEventsThread) => void): EventsThread {
  const log = (level: "info" | "warn", text: string): void => send({ kind: "log", level, text });
  const source = openJournalSource(database, changes);
  const cursors = openCursors(`${database}-events`, (text) => log("warn", text));
  let spec: EventsSpec = { sinks: [], keep: undefined, listening: false };
  let sinks: RunningSink[] = [];
  let saving: NodeJS.Timeout | undefined;
  let saveFails = false;
  let asked = 0;
  let peace = 0;
  let told = "";
  let closed: Promise<void> | undefined;
  const timer = setInterval(look, LOOK_EVERY);

  function moved(): void {
    saving ??= setTimeout(save, SAVE_EVERY);
  }

  /** What can't be saved is told twice after the next start: it is tried again. */
  function save(): void {
    clearTimeout(saving);
    saving = undefined;
    try {
      cursors.save(new Map(sinks.map(({ name, position }) => [name, position])));
      if (saveFails) log("info", `events: it is saved again in ${database}-events how far receivers have come`);
      saveFails = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!saveFails)
        log(
          "warn",
          `events: it can't be saved in ${database}-events how far receivers have come (${reason}): after a restart they may be told again`,
        );
      saveFails = true;
      saving = setTimeout(save, LOOK_EVERY);
    }
  }

  function look(): void {
    try {
      const { first, last } = source.ends();
      forget(first, last);
      const status: EventsStatus = { last, kept: last === 0 ? 0 : last - first + 1, sinks: sinks.map((sink) => sink.status(last)) };
      const text = JSON.stringify(status);
      if (text !== told) send({ kind: "status", status });
      told = text;
    } catch {
      // The journal can't be read: those who are told of it say so.
    }
  }

  /** Says what nobody needs any more. */
  function forget(first: number, last: number): void {
    let through = last;
    for (const one of sinks) through = Math.min(through, Math.max(one.doneWith(), last - one.sink.queue));
    if (spec.keep !== undefined) through = Math.min(through, source.olderThan(spec.keep));
    if (spec.listening) through = Math.min(through, last - KEPT_FOR_LISTENERS);
    if (first === 0 || through < first || through === asked) {
      peace = 0;
      return;
    }
    if (through - first < WORTH_FORGETTING && ++peace < LOOKS_IN_PEACE) return;
    peace = 0;
    asked = through;
    send({ kind: "prune", through });
  }

  /** Somebody new is told of what comes from now on. */
  function positionOf(name: string): Position {
    const { first, last } = source.ends();
    const known = cursors.positionOf(name);
    if (known === undefined) return { number: last, told: 0 };
    if (known === "lost") return { number: Math.max(0, first - 1), told: 0 };
    if (known.number > last) {
      log(
        "warn",
        `events: ${withoutSecrets(name)} has been told of event ${known.number}, and the last one of this database is ${last}: it was restored, and numbers are given again`,
      );
      return { number: last, told: last };
    }
    return known;
  }

  function configure(next: EventsSpec): void {
    spec = next;
    const before = sinks;
    sinks = next.sinks.map((sink) => {
      const same = before.find((one) => JSON.stringify(one.sink) === JSON.stringify(sink));
      if (same !== undefined) return same;
      const old = before.find((one) => one.name === nameOfSink(sink));
      // He goes on from where he is.
      const position = old === undefined ? positionOf(nameOfSink(sink)) : { ...old.position };
      return startSink({ sink, source, position, moved, log, ...(old && { after: old.close() }) });
    });
    for (const one of before) if (!sinks.includes(one)) void one.close();
    try {
      cursors.keepOnly(sinks.map(({ name }) => name));
    } catch {
      // `save` tells.
    }
    save();
  }

  async function end(): Promise<void> {
    clearInterval(timer);
    await Promise.all(sinks.map((one) => one.close()));
    save();
    clearTimeout(saving);
    cursors.close();
    source.close();
  }

  return {
    configure,
    close() {
      closed ??= end();
      return closed;
    },
  };
}
