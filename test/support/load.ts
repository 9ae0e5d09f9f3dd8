/** Clients that talk to a server over a socket, some of them at a time, until they are stopped. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "./random.ts";

/** How long a client waits for an answer before it does something else, in milliseconds. */
const PATIENCE = 300;

/** A client that may be waiting for an answer. */
export interface Waiting {
  /** When it loses patience; 0: it waits for nothing. */
  deadline: number;
}

export interface Load {
  /** Settles when so many acknowledgements were seen since the start. */
  acknowledged(count: number): Promise<void>;
  /** No more messages are sent. Resolves when everything that had arrived has been read. */
  stop(): Promise<void>;
}

/** What clients do by means of the socket. */
export interface Line<C> {
  /** False: it is being stopped, and nobody sends any more. */
  readonly running: boolean;
  /** Sends a message, for whose answer the client waits. */
  send(client: C, message: Uint8Array): void;
  /** The client waits for nothing more, and another one may begin. */
  finish(client: C): void;
}

export interface LoadParts<C> {
  readonly clients: readonly C[];
  /** How many of them wait for an answer at one time: far fewer than there are. */
  readonly window: number;
  readonly random: Random;
  /** Where clients send from. */
  readonly from: { readonly family: "udp4" | "udp6"; readonly address: string };
  readonly to: { readonly address: string; readonly port: number };
  /** A client does what clients do in its state. */
  begin(client: C, line: Line<C>): void;
  receive(bytes: Uint8Array, line: Line<C>): void;
  /** How many acknowledgements were seen so far. */
  seen(): number;
}

export async function startLoad<C extends Waiting>(parts: LoadParts<C>): Promise<Load> {
  const { clients, window, random, from, to, seen } = parts;
  const socket = createSocket(from.family);
  socket.bind(0, from.address);
  await once(socket, "listening");
  grow(socket);
  const busy = new Set<C>();
  const startedWith = seen();
  let wanted: { count: number; resolve: () => void } | undefined;
  let running = true;

  const line: Line<C> = {
    get running() {
      return running;
    },
    send(client, message) {
      client.deadline = Date.now() + PATIENCE;
      socket.send(message, to.port, to.address);
    },
    finish(client) {
      client.deadline = 0;
      busy.delete(client);
      if (running) begin();
    },
  };

  const begin = (): void => {
    let client = random.pick(clients);
    while (busy.has(client)) client = random.pick(clients);
    busy.add(client);
    parts.begin(client, line);
  };

  socket.on("message", (bytes) => {
    parts.receive(bytes, line);
    if (wanted !== undefined && seen() >= wanted.count) wanted.resolve();
  });
  const timer = setInterval(() => {
    const now = Date.now();
    for (const client of busy) if (client.deadline < now) line.finish(client);
    for (let missing = window - busy.size; missing > 0; missing--) begin();
  }, 20);
  for (let i = 0; i < window; i++) begin();

  return {
    acknowledged: (count) =>
      new Promise((resolve) => {
        wanted = { count: startedWith + count, resolve };
      }),
    async stop() {
      running = false;
      clearInterval(timer);
      await drained(socket);
      for (const client of clients) client.deadline = 0;
      socket.close();
      await once(socket, "close");
    },
  };
}

/** Answers of a moment in which this process does not run must not be lost: they are what it is all about. */
function grow(socket: Socket): void {
  try {
    socket.setRecvBufferSize(4 << 20);
  } catch {
    // The system's own size remains.
  }
}

/** Resolves when nothing has arrived for a while. */
async function drained(socket: Socket): Promise<void> {
  let quiet = false;
  const heard = (): void => {
    quiet = false;
  };
  socket.on("message", heard);
  while (!quiet) {
    quiet = true;
    await delay(40);
  }
  socket.off("message", heard);
}
