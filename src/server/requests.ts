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
 * What can be asked of a server that runs, as objects of JSON: whoever asks, over the control
 * socket or by the HTTP API, is answered here. `kind` says what is asked; a server that does not
 * know it says so.
 */

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
  /** What else can be asked, by `kind`. */
  readonly handlers?: Readonly<Record<string, RequestHandler>>;
}

/**
 * Answers a request whose values may be anything: a value that JSON can say. Rejects with
 * RefusedError where it asks for what can't be done.
 */
export type RequestHandler = (request: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * Why something is not done: it is asked for in a form that means nothing; it is about something
 * that is not there; something else stands against it; it can't be done now, or by this server.
 */
export type RefusalCode = "invalid" | "not-found" | "conflict" | "unavailable";

/** Why a request is not carried out, in words for whoever asked. */
export class RefusedError extends Error {
  readonly code: RefusalCode;
  constructor(code: RefusalCode, message: string) {
    super(message);
    this.name = "RefusedError";
    this.code = code;
  }
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

/** What was done, as a number: leases that were changed, or networks that are served. */
export interface Done {
  readonly done: number;
  /** What the operator should know besides; absent: nothing. */
  readonly notes?: readonly string[];
}
/** How the server is. */
export interface Answered {
  readonly status: Status;
}

/** What one of the `handlers` answers. */
export interface Told {
  readonly result: unknown;
}

/** Maps and lists that may stand in each other in a request: threads can't hand on what is deep. */
export const DEEPEST = 64;
export const TOO_DEEP = "it is nested too deeply";

/** Why it was not done. */
export interface Refused {
  readonly error: string;
  /** Absent: what went wrong has no name. */
  readonly code?: RefusalCode;
}

/** Does what a request, which is JSON from anybody, asks for. Never rejects. */
export async function answerRequest<A>(
  request: unknown,
  controlled: Controlled<A>,
  addresses: AddressText<A>,
): Promise<Done | Answered | Told | Refused> {
  if (isDeeperThan(request, DEEPEST)) return { error: TOO_DEEP, code: "invalid" };
  const handler = handlerOf(request, controlled);
  if (handler !== undefined) {
    try {
      return { result: await handler(request as Readonly<Record<string, unknown>>) };
    } catch (error) {
      return refusal(error);
    }
  }
  const operation = operationOf(request, addresses);
  if (typeof operation === "string") return { error: operation, code: "invalid" };
  try {
    if (operation.kind === "status") return { status: controlled.status() };
    if (operation.kind !== "reload") return { done: await controlled.operate(operation) };
    if (controlled.reload === undefined)
      return { error: "this server can't take over a changed configuration: restart it", code: "unavailable" };
    const { networks, notes } = await controlled.reload();
    return { done: networks, notes };
  } catch (error) {
    return refusal(error);
  }
}

function handlerOf(request: unknown, { handlers }: Pick<Controlled<never>, "handlers">): RequestHandler | undefined {
  if (handlers === undefined || !isObject(request) || typeof request.kind !== "string") return undefined;
  return Object.hasOwn(handlers, request.kind) ? handlers[request.kind] : undefined;
}

function refusal(error: unknown): Refused {
  if (error instanceof RefusedError) return { error: error.message, code: error.code };
  return { error: error instanceof Error ? error.message : String(error) };
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

/** Whether it is an object of JSON, whose values may be anything. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Whether more than so many maps and lists stand in each other. */
export function isDeeperThan(value: unknown, most: number): boolean {
  if (!isObject(value)) return false;
  return most === 0 || Object.values(value).some((one) => isDeeperThan(one, most - 1));
}
