import type { DdnsSpec, DnsSpec, ReservedName } from "../config/model/names.ts";
import type { NamedNetwork } from "./places.ts";
import type { NamesStatus } from "./status.ts";

/*
 * What the server's thread and that of names say to each other. Leases are read from the database;
 * a ring in shared memory says which of them have changed.
 */

/** What of a configuration is about names. */
export interface NamesSpec {
  readonly ddns: DdnsSpec | undefined;
  readonly dns: DnsSpec | undefined;
  readonly reserved: readonly ReservedName[];
  readonly networks: readonly NamedNetwork[];
}

/** What the thread is started with. */
export interface NamesData {
  /** The lease database. */
  readonly database: string;
  /** See changed-rows.ts. */
  readonly ring: SharedArrayBuffer;
  readonly spec: NamesSpec;
}

/** What can be asked. */
export type NamesQuestion =
  /** Updates that no server has taken yet. */
  | { readonly kind: "pending"; readonly limit: number }
  /** Compares what servers have with the leases; `repair`: and makes it the same. */
  | { readonly kind: "sync"; readonly repair: boolean }
  /** Names, in their order: so many after this one. */
  | { readonly kind: "names"; readonly after: string; readonly limit: number }
  /** Hosts that go without the name that they claim. */
  | { readonly kind: "conflicts"; readonly limit: number };

export type ToNamesThread =
  | { readonly kind: "spec"; readonly spec: NamesSpec }
  | { readonly kind: "ask"; readonly id: number; readonly question: NamesQuestion }
  | { readonly kind: "close" };

export type FromNamesThread =
  | { readonly kind: "ready" }
  | { readonly kind: "log"; readonly level: "debug" | "info" | "warn"; readonly text: string }
  | { readonly kind: "status"; readonly status: NamesStatus }
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly reason: string };
