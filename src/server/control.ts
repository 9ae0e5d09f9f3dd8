import { lstatSync, realpathSync, unlinkSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { LeaseState } from "../leases/dhcp4/lease.ts";
import { formatAddressRange, parseAddressRange } from "../net/range.ts";
import { OPERATIONS, type Operation, type OperationKind } from "./operations.ts";

/*
 * What an operator may ask of a server that runs, over a socket beside its lease database: leases live in the server's memory,
 * so only the server itself can change them. Whoever may connect is whom the file system lets: the server's own user, and root.
 * One line of JSON each way. `kind` says what is asked; a server that does not know it says so.
 */

/** A question that is longer is none of ours. */
const LONGEST = 1024;
/** How long a question may take to arrive, in milliseconds. */
const PATIENCE = 5000;
/** How long an answer may take: a million leases take their time. */
const LONG_PATIENCE = 300_000;

/** libuv's word for a path that does not fit in the address of a socket. */
const TOO_LONG = "EINVAL";

/** What can be asked. */
export interface Controlled {
  /** The number of leases that were changed, durably. */
  operate(operation: Operation): Promise<number>;
}

export interface ControlRequest {
  readonly kind: OperationKind;
  /** `10.0.0.1-10.0.0.9`, both included. */
  readonly addresses: string;
  /** The name of a state; absent: any. */
  readonly state?: string;
}
export type ControlAnswer = { readonly done: number } | { readonly error: string };

export interface Control {
  /** Asks no more of the server. What has been asked is answered. */
  close(): void;
}

/** Where the server that uses this lease database is asked: beside the file itself, by whatever name it is called. The file is there. */
export function controlPath(database: string): string {
  return `${realpathSync(database)}-control`;
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
      socket.setTimeout(0);
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
    socket.setEncoding("utf8").setTimeout(LONG_PATIENCE, () => socket.destroy());
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
  const operation = operationOf(parsed(line));
  if (typeof operation === "string") return { error: operation };
  try {
    return { done: await controlled.operate(operation) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** The request of an operation. */
export function requestOf({ kind, addresses, state }: Operation): ControlRequest {
  const name = Object.entries(LeaseState).find(([, number]) => number === state)?.[0];
  return { kind, addresses: formatAddressRange(addresses), ...(name === undefined ? {} : { state: name }) };
}

/** What a request asks for, or what is wrong with it. */
function operationOf(request: unknown): Operation | string {
  const form = 'expected a line such as {"kind": "unblock", "addresses": "10.0.0.5-10.0.0.9"}';
  if (!isObject(request) || typeof request.addresses !== "string") return form;
  const kind = OPERATIONS.find((known) => known === request.kind);
  if (kind === undefined) return `${form}; kind is one of ${OPERATIONS.join(", ")}`;
  const addresses = parseAddressRange(request.addresses);
  const state = stateOf(request.state);
  return addresses === undefined || state === "unknown" ? form : { kind, addresses, state };
}

function stateOf(name: unknown): LeaseState | undefined | "unknown" {
  if (name === undefined) return undefined;
  return Object.entries(LeaseState).find(([known]) => known === name)?.[1] ?? "unknown";
}

function isAnswer(value: unknown): value is ControlAnswer {
  return isObject(value) && (typeof value.done === "number" || typeof value.error === "string");
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
