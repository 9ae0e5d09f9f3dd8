import { lstatSync, realpathSync, unlinkSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { printableValue } from "./printable.ts";
import {
  type AddressText,
  type Answered,
  answerRequest,
  type Controlled,
  type ControlRequest,
  DEEPEST,
  type Done,
  isDeeperThan,
  isObject,
  type Refused,
  type Told,
} from "./requests.ts";

/*
 * What an operator may ask of a server that runs, over a socket beside its lease database: leases
 * live in the server's memory, so only the server itself can change them. Whoever may connect is
 * whom the file system lets: the server's own user, and root. One line of JSON each way.
 */

/**
 * Characters of the longest question and answer; what is longer is none of ours. Every problem of a
 * large configuration stands in one answer.
 */
const LONGEST_REQUEST = 1 << 16;
const LONGEST_ANSWER = 1 << 24;
/** How long a question may take to arrive, in milliseconds. */
const PATIENCE = 5000;
/** How long an answer may take: a million leases take their time. */
const LONG_PATIENCE = 300_000;

/** libuv's word for a path that does not fit in the address of a socket. */
const TOO_LONG = "EINVAL";

export interface Control {
  /** Asks no more of the server. What has been asked is answered. */
  close(): void;
}

/**
 * Where the server that uses this lease database is asked: beside the file itself, by whatever name
 * it is called. The file is there.
 */
export function controlPath(database: string): string {
  return `${realpathSync(database)}-control`;
}

/**
 * Answers at `path`. The caller holds the lock of the database beside it, so a socket that is there
 * already was left by a server that was killed. Rejects when the socket can't be made.
 */
export function openControl<A>(path: string, controlled: Controlled<A>, addresses: AddressText<A>): Promise<Control> {
  let closed = false;
  const server = createServer((socket) => {
    socket.setEncoding("utf8").setTimeout(PATIENCE, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    readLine(socket, LONGEST_REQUEST, (line) => {
      socket.setTimeout(0);
      const answered = closed
        ? Promise.resolve({ error: "the server is stopping: ask again when it has ended" })
        : answerRequest(parsed(line), controlled, addresses);
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

/**
 * Asks the server at `path`. Undefined: none answers there. Rejects when it does not answer to the
 * end. Its texts have no control characters but ends of lines: whoever asks prints them.
 */
export function askServer(path: string, request: Exclude<ControlRequest, { kind: "status" }>): Promise<Done | Refused | undefined> {
  return ask(path, request, (result): result is Done & Facts => typeof result.done === "number");
}

/** Asks the server at `path` how it is; as `askServer`. */
export function askForStatus(path: string): Promise<Answered | Refused | undefined> {
  return ask(path, { kind: "status" }, (result): result is Answered & Facts => isObject(result.status));
}

/**
 * Asks the server at `path` something that one of its `handlers` answers, by `kind`; as
 * `askServer`.
 */
export function askFor(path: string, request: { readonly kind: string } & Facts): Promise<Told | Refused | undefined> {
  return ask(path, request, (result): result is Told & Facts => "result" in result);
}

function ask<T>(
  path: string,
  request: { readonly kind: string },
  isAnswer: (result: Facts) => result is T & Facts,
): Promise<T | Refused | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    const silent = () => reject(new Error(`the server at ${path} does not answer`));
    let connected = false;
    socket.setEncoding("utf8").setTimeout(LONG_PATIENCE, () => socket.destroy());
    socket.once("connect", () => {
      connected = true;
    });
    socket.once("error", (error) => {
      if (isForbidden(error)) reject(new Error(`the server at ${path} may only be asked by the user that it runs as, and by root`));
      else if (connected) reject(error);
      else resolve(undefined);
    });
    socket.once("close", silent);
    readLine(socket, LONGEST_ANSWER, (line) => {
      const answer = parsed(line);
      const result = isDeeperThan(answer, DEEPEST) ? undefined : printableValue(answer);
      if (isObject(result) && typeof result.error === "string") resolve(result as unknown as Refused);
      else if (isObject(result) && isAnswer(result)) resolve(result);
      else reject(new Error(`what answers at ${path} is no Leasehold server`));
      socket.destroy();
    });
  });
}

type Facts = Readonly<Record<string, unknown>>;

/** Undefined: it is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Calls back once, with the first line. One of more than `longest` characters ends the connection.
 */
function readLine(socket: Socket, longest: number, onLine: (line: string) => void): void {
  let text = "";
  const onData = (chunk: string) => {
    const known = text.length;
    text += chunk;
    const end = text.indexOf("\n", known);
    if (end < 0 && text.length <= longest) return;
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
