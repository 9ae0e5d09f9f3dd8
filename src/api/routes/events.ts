import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { EVENT_KINDS, EVENT_SELECTORS, type EventKind, type EventSelector } from "../../config/model/events.ts";
import type { ToldEvent } from "../../server/events/event-object.ts";
import { type EventSource, follow, type Position } from "../../server/events/follow.ts";
import { createJournalReader, type JournalReader } from "../../store/sqlite/journal-reader.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import type { RouteContext, Routes } from "../context.ts";
import { Problem } from "../problem.ts";

/*
 * What becomes of leases, as server-sent events (HTML, section 9.2), read from the journal beside
 * the leases: a client that reads slowly waits for nobody. The server writes the journal for as
 * long as it hears every now and then that somebody listens.
 */

/** The journal is looked at so often, in milliseconds. */
const LOOK_EVERY = 200;
/** The server is told so often that somebody listens, in milliseconds: it forgets in 60 s. */
const LISTEN_EVERY = 20_000;
/**
 * A line is sent at least so often, in milliseconds, so that a connection that is gone is noticed.
 */
const HEARTBEAT = 15_000;
/** Fewer than there may be connections, and how many of them of one address. */
const MOST_CLIENTS = 128;
const MOST_OF_ADDRESS = 32;
const AT_ONCE = 200;

const QUERY = z.object({
  after: z.coerce.number().int().min(0).optional().describe("the number of the last event that you have; default: what comes from now on"),
  kinds: z
    .string()
    .max(200)
    .optional()
    .describe(`kinds of events, with commas between them: ${EVENT_SELECTORS.join(", ")}. Default: all`),
});

/** `/v1/events`. */
export const eventRoutes: Routes = (app, context) => {
  const journal = journalOf(context);
  /** With the address of each. */
  const open = new Map<AbortController, string>();
  app.addHook("preClose", () => {
    for (const controller of open.keys()) controller.abort();
    return Promise.resolve();
  });

  app.get(
    "/v1/events",
    {
      schema: {
        tags: ["events"],
        summary: "What becomes of leases, as server-sent events, until the client ends the connection.",
        description:
          "`id` is the number of an event: a client that connects again says by the header Last-Event-ID, or by `after`, which one it had last. What is gone since is told as an event `lost`.",
        querystring: QUERY,
      },
    },
    async ({ query, headers, method, ip }, reply) => {
      // There would be no end to wait for.
      if (method === "HEAD") return reply.type("text/event-stream; charset=utf-8").send();
      const kinds = kindsOf(query.kinds);
      if (open.size >= MOST_CLIENTS) throw new Problem(503, `${MOST_CLIENTS} clients listen already`, {}, { "retry-after": "30" });
      if (countOf(open, ip) >= MOST_OF_ADDRESS)
        throw new Problem(503, `${MOST_OF_ADDRESS} clients of this address listen already`, {}, { "retry-after": "30" });
      const controller = new AbortController();
      open.set(controller, ip ?? "");
      const { signal } = controller;
      try {
        const stop = await journal.listen(kinds, signal);
        signal.addEventListener("abort", stop);
        const last = journal.last();
        const after = query.after ?? lastEventId(headers["last-event-id"]);
        const position: Position = after === undefined ? { number: last, told: 0 } : { number: Math.min(after, last), told: after };
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" });
        raw.write(": leasehold\n\n");
        raw.on("close", () => controller.abort());
        raw.on("error", () => controller.abort());
        // It may have gone while the server was asked.
        if (raw.destroyed) controller.abort();
        const heart = setInterval(() => {
          if (!raw.writableNeedDrain) raw.write(":\n\n");
        }, HEARTBEAT);
        void follow({
          source: journal,
          position,
          kinds,
          limit: AT_ONCE,
          deliver: (items) => send(raw, items, signal),
          moved: () => {},
          failed: () => 1000,
          signal,
        }).finally(() => {
          clearInterval(heart);
          open.delete(controller);
          raw.end();
        });
      } catch (error) {
        open.delete(controller);
        controller.abort();
        throw error;
      }
    },
  );
};

/** A Unix socket has no address: whoever may use it is not limited. */
function countOf(open: ReadonlyMap<unknown, string>, ip: string | undefined): number {
  return ip ? [...open.values()].filter((one) => one === ip).length : 0;
}

/** Settles when there is room for more. */
function send(raw: ServerResponse, items: readonly ToldEvent[], signal: AbortSignal): Promise<number> {
  const text = items.map((item) => `id: ${item.number}\nevent: ${item.kind}\ndata: ${JSON.stringify(item)}\n\n`).join("");
  if (raw.write(text)) return Promise.resolve(items.length);
  return new Promise((resolve) => {
    const done = (): void => {
      raw.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve(items.length);
    };
    raw.once("drain", done);
    signal.addEventListener("abort", done);
  });
}

function lastEventId(header: string | readonly string[] | undefined): number | undefined {
  return typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}

function kindsOf(text: string | undefined): readonly EventSelector[] | undefined {
  if (text === undefined) return undefined;
  const named = text.split(",").map((one) => one.trim());
  const kinds = EVENT_SELECTORS.filter((kind) => named.includes(kind));
  if (kinds.length !== new Set(named).size)
    throw new Problem(400, `kinds: expected some of ${EVENT_SELECTORS.join(", ")}, with commas between them`);
  return kinds;
}

interface Journal extends EventSource {
  last(): number;
  /** Has the server write these; what it gives back ends that. */
  listen(kinds: readonly EventSelector[] | undefined, signal: AbortSignal): Promise<() => void>;
}

/** The journal is open for as long as somebody listens. */
function journalOf({ database, ask }: RouteContext): Journal {
  let reader: JournalReader | undefined;
  let close: () => void = () => {};
  let clients = 0;

  function opened(): JournalReader {
    if (database === undefined) throw new Problem(503, "there are no events: leases are in memory only (store: {memory: {}})");
    if (reader !== undefined) return reader;
    const db = openForReading(database);
    close = () => db.close();
    reader = createJournalReader(db);
    return reader;
  }

  return {
    after: (after, limit) => opened().after(after, limit),
    last: () => opened().ends().last,
    seen: () => 0,
    changed: () => delay(LOOK_EVERY),
    async listen(kinds, signal) {
      const written = (kinds ?? EVENT_KINDS).map((kind): EventKind => (kind === "reservation" ? "bound" : kind));
      await ask({ kind: "listen", kinds: [...new Set(written)] });
      const timer = setInterval(() => void ask({ kind: "listen", kinds: written }).catch(() => {}), LISTEN_EVERY);
      clients++;
      // It may have gone meanwhile.
      if (signal.aborted) queueMicrotask(stop);
      function stop(): void {
        clearInterval(timer);
        if (--clients > 0) return;
        reader = undefined;
        close();
      }
      return stop;
    },
  };
}
