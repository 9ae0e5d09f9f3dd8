import type { EventSink } from "../../config/model/events.ts";

/*
 * What the server's thread and that of events say to each other. Events themselves are in the lease
 * database; a number in shared memory says that there are more.
 */

/** Who is to be told, and what is to be kept of the journal besides. */
export interface EventsSpec {
  readonly sinks: readonly EventSink[];
  /** Seconds; undefined: no history. */
  readonly keep: number | undefined;
  /** Somebody listens now and then: the last events are kept for him. */
  readonly listening: boolean;
}

/** What the thread is started with. */
export interface EventsData {
  /** The lease database. */
  readonly database: string;
  /** Changes when there are more events, and wakes who waits. */
  readonly changes: SharedArrayBuffer;
  readonly spec: EventsSpec;
}

export type ToEventsThread = { readonly kind: "spec"; readonly spec: EventsSpec } | { readonly kind: "close" };

/** How one of those stands who are told. */
export interface SinkStatus {
  readonly name: string;
  /** Events that he has not been told of yet, of all kinds. */
  readonly queued: number;
  readonly delivered: number;
  readonly retries: number;
  /** Events that were gone before he was told, or that he refused. */
  readonly lost: number;
  /** Of a program that is run: how often it failed. */
  readonly failed: number;
  /** Why he is not told at present; undefined: he is. */
  readonly problem?: string | undefined;
}

/** How events stand. */
export interface EventsStatus {
  /** The number of the last event; 0: there was none. */
  readonly last: number;
  /** Events that are kept. */
  readonly kept: number;
  readonly sinks: readonly SinkStatus[];
}

export type FromEventsThread =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly level: "info" | "warn"; readonly text: string }
  /** Everything up to this number may be forgotten. */
  | { readonly kind: "prune"; readonly through: number }
  | { readonly kind: "status"; readonly status: EventsStatus };
