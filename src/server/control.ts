import { lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { formatIpv4, type Ipv4, parseIpv4 } from "../net/ipv4.ts";

/*
 * What an operator may ask of a server that runs, over a socket beside its lease database: leases live in the server's memory,
 * so only the server itself can change them. Whoever may connect is whom the file system lets: the server's own user, and root.
 * One line of JSON each way.
 */

/** A question that is longer is none of ours. */
const LONGEST = 1024;
/** How long either side waits for the other, in milliseconds. */
const PATIENCE = 5000;

/** libuv's word for a path that does not fit in the address of a socket. */
const TOO_LONG = "EINVAL";

/** What can be asked. */
export interface Controlled {
  /** Ends the probation of an address, durably. False: it is not on probation. Rejects with StoreError. */
  unblock(address: Ipv4): Promise<boolean>;
}

export type ControlRequest = { readonly unblock: string };
export type ControlAnswer = { readonly done: boolean } | { readonly error: string };

export interface Control {
  /** Asks no more of the server. What has been asked is answered. */
  close(): void;
}

/** Where the server that uses this lease database is asked. */
export function controlPath(database: string): string {
  return `${database}-control`;
}

/**
 * Answers at `path`. The caller holds the lock of the database beside it, so a socket that is there already was left by a server
 * that was killed. Rejects when the socket can't be made.
 */
export function openControl(path: string, controlled: Controlled): Promise<Control> {
  let closed = false;
  const server = createServer((socket) => {
    socket.setEncoding("utf8").setTimeout(PATIENCE, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    readLine(socket, (line) => {
      const answered = closed
        ? Promise.resolve({ error: "the server is stopping: ask again when it has ended" })
        : answer(line, controlled);
      answered.then((result) => socket.end(`${JSON.stringify(result)}\n`));
    });
  });
  // It must not keep the process alive, nor ask for patience when the server stops.
  server.unref();
  removeSocket(path);
  return new Promise((resolve, reject) => {
    // Also of later ones, such as a connection that can't be accepted: the next one may be.
    server.on("error", (error) => reject(explained(error, path)));
    server.once("listening", () =>
      resolve({
        close() {
          closed = true;
          server.close();
        },
      }),
    );
    // The socket is made before `listen` returns; nobody else may connect to it at any moment.
    const mask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
  });
}

/** Asks the server at `path`. Undefined: none answers there. Rejects when it does not answer to the end. */
export function askServer(path: string, request: ControlRequest): Promise<ControlAnswer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    const silent = () => reject(new Error(`the server at ${path} does not answer`));
    let connected = false;
    socket.setEncoding("utf8").setTimeout(PATIENCE, () => socket.destroy());
    socket.once("connect", () => {
      connected = true;
    });
    socket.once("error", (error) => (connected || isForbidden(error) ? reject(error) : resolve(undefined)));
    socket.once("close", silent);
    readLine(socket, (line) => {
      const result = parsed(line);
      if (isAnswer(result)) resolve(result);
      else reject(new Error(`what answers at ${path} is no Leasehold server`));
      socket.destroy();
    });
  });
}

async function answer(line: string, controlled: Controlled): Promise<ControlAnswer> {
  const address = requestedAddress(line);
  if (address === undefined) return { error: 'expected a line such as {"unblock": "10.0.0.5"}' };
  try {
    return { done: await controlled.unblock(address) };
  } catch (error) {
    return { error: `${formatIpv4(address)} stays as it is: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function requestedAddress(line: string): Ipv4 | undefined {
  const request = parsed(line);
  return isObject(request) && typeof request.unblock === "string" ? parseIpv4(request.unblock) : undefined;
}

function isAnswer(value: unknown): value is ControlAnswer {
  return isObject(value) && (typeof value.done === "boolean" || typeof value.error === "string");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Undefined: it is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Calls back once, with the first line. */
function readLine(socket: Socket, onLine: (line: string) => void): void {
  let text = "";
  const onData = (chunk: string) => {
    text += chunk;
    const end = text.indexOf("\n");
    if (end < 0 && text.length <= LONGEST) return;
    socket.off("data", onData);
    if (end < 0) socket.destroy();
    else onLine(text.slice(0, end));
  };
  socket.on("data", onData);
}

function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path);
}

function explained(error: NodeJS.ErrnoException, path: string): Error {
  if (error.code !== TOO_LONG) return error;
  const bytes = new TextEncoder().encode(path).length;
  return new Error(`its path has ${bytes} bytes, more than a socket's may have (107 on Linux): give the lease database a shorter path`);
}

function isForbidden(error: NodeJS.ErrnoException): boolean {
  return error.code === "EACCES" || error.code === "EPERM";
}
