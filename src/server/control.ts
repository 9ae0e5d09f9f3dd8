import { lstatSync, realpathSync, unlinkSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { LeaseState } from "../leases/lease.ts";
import {
  type Addresses,
  LEASE_OPERATIONS,
  type LeaseOperation,
  type LeaseOperationKind,
  type Operation,
  SERVER_OPERATIONS,
  type Status,
} from "./operations.ts";

/*
 * What an operator may ask of a server that runs, over a socket beside its lease database: leases
 * live in the server's memory, so only the server itself can change them. Whoever may connect is
 * whom the file system lets: the server's own user, and root. One line of JSON each way. `kind`
 * says what is asked; a server that does not know it says so.
 */

/**
 * Characters of the longest question and answer; what is longer is none of ours. Every problem of a
 * large configuration stands in one answer.
 */
const LONGEST_REQUEST = 1024;
const LONGEST_ANSWER = 1 << 24;
/** How long a question may take to arrive, in milliseconds. */
const PATIENCE = 5000;
/** How long an answer may take: a million leases take their time. */
const LONG_PATIENCE = 300_000;

/** libuv's word for a path that does not fit in the address of a socket. */
const TOO_LONG = "EINVAL";

/** What can be asked. */
export interface Controlled<A> {
  /** The number of leases that were changed, durably. */
  operate(operation: LeaseOperation<A>): Promise<number>;
  /**
   * Reads the configuration again and serves by it.
   * Rejects with an error that says, in as many lines as it takes, what is wrong with it; then
   * nothing has changed. Undefined: the server can't.
   */
  reload?(): Promise<Reloaded>;
  status(): Status;
}

export interface Reloaded {
  /** Networks that are served from now on. */
  readonly networks: number;
  /** Warnings, and what takes effect at the next start, one text each. */
  readonly notes: readonly string[];
}

/** How addresses are written in a request. */
export interface AddressText<A> {
  parse(text: string): Addresses<A> | undefined;
  format(addresses: Addresses<A>): string;
}

export type ControlRequest =
  | { readonly kind: (typeof SERVER_OPERATIONS)[number] }
  | {
      readonly kind: LeaseOperationKind;
      /** The first and the last, such as `10.0.0.1-10.0.0.9`. */
      readonly addresses: string;
      /** The name of a state; absent: any. */
      readonly state?: string;
    };
interface Done {
  readonly done: number;
  /** What the operator should know besides; absent: nothing. */
  readonly notes?: readonly string[];
}
interface Answered {
  readonly status: Status;
}
interface Refused {
  readonly error: string;
}

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
        : answer(line, controlled, addresses);
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
 * end.
 */
export function askServer(path: string, request: Exclude<ControlRequest, { kind: "status" }>): Promise<Done | Refused | undefined> {
  return ask(path, request, (result): result is Done & Facts => typeof result.done === "number");
}

/** Asks the server at `path` how it is; as `askServer`. */
export function askForStatus(path: string): Promise<Answered | Refused | undefined> {
  return ask(path, { kind: "status" }, (result): result is Answered & Facts => isObject(result.status));
}

function ask<T>(path: string, request: ControlRequest, isAnswer: (result: Facts) => result is T & Facts): Promise<T | Refused | undefined> {
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
    readLine(socket, LONGEST_ANSWER, (line) => {
      const result = parsed(line);
      if (isObject(result) && typeof result.error === "string") resolve({ error: result.error });
      else if (isObject(result) && isAnswer(result)) resolve(result);
      else reject(new Error(`what answers at ${path} is no Leasehold server`));
      socket.destroy();
    });
  });
}

async function answer<A>(line: string, controlled: Controlled<A>, addresses: AddressText<A>): Promise<Done | Answered | Refused> {
  const operation = operationOf(parsed(line), addresses);
  if (typeof operation === "string") return { error: operation };
  try {
    if (operation.kind === "status") return { status: controlled.status() };
    if (operation.kind !== "reload") return { done: await controlled.operate(operation) };
    if (controlled.reload === undefined) return { error: "this server can't take over a changed configuration: restart it" };
    const { networks, notes } = await controlled.reload();
    return { done: networks, notes };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** The request of an operation on leases. */
export function requestOf<A>({ kind, addresses, state }: LeaseOperation<A>, text: AddressText<A>): ControlRequest {
  const name = Object.entries(LeaseState).find(([, number]) => number === state)?.[0];
  return { kind, addresses: text.format(addresses), ...(name === undefined ? {} : { state: name }) };
}

/** What a request asks for, or what is wrong with it. */
function operationOf<A>(request: unknown, text: AddressText<A>): Operation<A> | string {
  const form = 'expected a line such as {"kind": "unblock", "addresses": "10.0.0.5-10.0.0.9"}';
  if (!isObject(request)) return form;
  const ofServer = SERVER_OPERATIONS.find((known) => known === request.kind);
  if (ofServer !== undefined) return { kind: ofServer };
  if (typeof request.addresses !== "string") return form;
  const kind = LEASE_OPERATIONS.find((known) => known === request.kind);
  if (kind === undefined) return `${form}; kind is one of ${[...LEASE_OPERATIONS, ...SERVER_OPERATIONS].join(", ")}`;
  const addresses = text.parse(request.addresses);
  const state = stateOf(request.state);
  return addresses === undefined || state === "unknown" ? form : { kind, addresses, state };
}

function stateOf(name: unknown): LeaseState | undefined | "unknown" {
  if (name === undefined) return undefined;
  return Object.entries(LeaseState).find(([known]) => known === name)?.[1] ?? "unknown";
}

type Facts = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Facts {
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
