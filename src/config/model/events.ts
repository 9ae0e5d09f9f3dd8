/**
 * What can become of a lease. `declined`: by the client that was to use the address; `conflict`: a
 * probe found that somebody uses it; `removed`: an operator had it forgotten.
 */
export const EVENT_KINDS = ["bound", "renewed", "released", "declined", "conflict", "expired", "removed"] as const;
/** One of `EVENT_KINDS`. */
export type EventKind = (typeof EVENT_KINDS)[number];

/** Who is told of events. */
export type EventTarget =
  /** A line of JSON for each is added to the file. */
  | { readonly kind: "file"; readonly path: string }
  /** Programs connect to it, and read lines of JSON. */
  | { readonly kind: "socket"; readonly listen: SocketPlace }
  /**
   * They are sent to the URL, signed with `secret` where there is one; `retry`: the longest time
   * between two attempts, in seconds.
   */
  | { readonly kind: "webhook"; readonly url: string; readonly secret: string | undefined; readonly retry: number }
  /** A program and its arguments: it is run for each of them. */
  | { readonly kind: "run"; readonly command: readonly string[] };

/** A path in the file system, or an address of this machine. */
export type SocketPlace = { readonly path: string } | { readonly host: string; readonly port: number };

/** One of those who are told. */
export type EventSink = EventTarget & {
  /**
   * Of what they are told; `reservation`: reserved addresses that are given out. Undefined: all.
   */
  readonly kinds: readonly EventSelector[] | undefined;
  /** So many events are kept for one who is behind; of what is older he is told that it is lost. */
  readonly queue: number;
};

/** What a receiver may ask for: kinds, and whatever is about a reservation. */
export const EVENT_SELECTORS = [...EVENT_KINDS, "reservation"] as const;
/** One of `EVENT_SELECTORS`. */
export type EventSelector = (typeof EVENT_SELECTORS)[number];

/** For how long it is kept who had which address, in seconds. */
export interface HistorySpec {
  readonly keep: number;
}

/** What a receiver is known by, whatever it is told. */
export function nameOfSink(sink: EventSink): string {
  switch (sink.kind) {
    case "file":
      return `file ${sink.path}`;
    case "socket":
      return `socket ${"path" in sink.listen ? sink.listen.path : `${sink.listen.host}:${sink.listen.port}`}`;
    case "webhook":
      return `webhook ${sink.url}`;
    case "run":
      return `run ${sink.command.join(" ")}`;
  }
}
