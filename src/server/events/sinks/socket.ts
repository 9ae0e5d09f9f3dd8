import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import type { EventSelector, SocketPlace } from "../../../config/model/events.ts";
import type { ToldEvent } from "../event-object.ts";
import { type EventSource, follow, type Position } from "../follow.ts";

/** How long a reader has to say where it wants to begin, in milliseconds. */
const WORD_WITHIN = 250;
/** Bytes of what it says. */
const LONGEST_WORD = 256;
/** Readers at one time. */
const MOST_READERS = 32;
/** The server's own user and group. */
const MODE = 0o660;

export interface EventSocketParts {
  readonly place: SocketPlace;
  readonly source: EventSource;
  /** What all readers together have been given; it moves with them. */
  readonly position: Position;
  readonly kinds: readonly EventSelector[] | undefined;
  readonly limit: number;
  moved(items: readonly ToldEvent[]): void;
  readonly signal: AbortSignal;
}

/** A socket that programs read events from. */
export interface EventSocket {
  readonly readers: number;
  /** No reader has been given what is behind this number, or one is behind with it. */
  slowest(): number;
}

/**
 * Listens until `signal` says so. A reader that says nothing is given what no reader has been
 * given; one that says `{"after": 17}` what is behind that number, as far as it is kept. One that
 * does not read holds up nobody but itself. Rejects when it can't listen.
 */
export async function openEventSocket(parts: EventSocketParts): Promise<EventSocket> {
  const { place, position, signal } = parts;
  const readers = new Map<Socket, Position>();

  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    if (readers.size >= MOST_READERS) {
      socket.destroy();
      return;
    }
    const own: Position = { ...position };
    readers.set(socket, own);
    const controller = new AbortController();
    const end = (): void => controller.abort();
    signal.addEventListener("abort", end);
    socket.once("close", () => {
      readers.delete(socket);
      signal.removeEventListener("abort", end);
      controller.abort();
    });
    void serve(socket, own, controller.signal);
  });

  async function serve(socket: Socket, own: Position, over: AbortSignal): Promise<void> {
    const after = await wordOf(socket);
    if (after !== undefined) {
      own.number = after;
      own.told = after;
    }
    await follow({
      source: parts.source,
      position: own,
      kinds: parts.kinds,
      limit: parts.limit,
      deliver: (items) => write(socket, items),
      moved(items) {
        if (own.number > position.number) {
          position.number = own.number;
          position.told = own.told;
        }
        parts.moved(items);
      },
      failed: () => 1000,
      signal: over,
    });
    socket.destroy();
  }

  if ("path" in place) removeSocket(place.path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen("path" in place ? { path: place.path } : { host: place.host, port: place.port }, resolve);
  });
  server.on("error", () => {});
  if ("path" in place) chmodSync(place.path, MODE);
  signal.addEventListener("abort", () => {
    server.close();
    for (const socket of readers.keys()) socket.destroy();
  });
  return {
    get readers() {
      return readers.size;
    },
    slowest: () => Math.min(position.number, ...[...readers.values()].map(({ number }) => number)),
  };
}

/** Settles when there is room for more. */
function write(socket: Socket, items: readonly ToldEvent[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // Called when the system has taken them.
    socket.write(items.map((item) => `${JSON.stringify(item)}\n`).join(""), (error) =>
      error === undefined || error === null ? resolve(items.length) : reject(error),
    );
  });
}

/** What a reader has seen already, if it says so. What it says later is not heard. */
function wordOf(socket: Socket): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const timer = setTimeout(done, WORD_WITHIN);
    socket.setEncoding("utf8");
    socket.on("data", hear);
    socket.once("close", done);
    function hear(chunk: string): void {
      if (text.length < LONGEST_WORD) text += chunk;
      if (text.includes("\n") || text.length >= LONGEST_WORD) done();
    }
    function done(): void {
      clearTimeout(timer);
      socket.off("data", hear);
      socket.off("close", done);
      socket.on("data", () => {});
      resolve(afterIn(text.slice(0, text.indexOf("\n") + 1)));
    }
  });
}

function afterIn(line: string): number | undefined {
  try {
    const { after } = JSON.parse(line) as { after?: unknown };
    return typeof after === "number" && Number.isSafeInteger(after) && after >= 0 ? after : undefined;
  } catch {
    return undefined;
  }
}

/** The lease database is this server's, so a socket that is there was left by one before it. */
function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path);
}
