import type { ApiSpec } from "../config/model/api.ts";
import type { Block } from "../server/metrics/block.ts";

/*
 * What the API's thread and the server's say to each other. Everything that is asked of the server
 * is a request as the control socket has it; what can be read without the server, such as the lease
 * database, the thread reads itself.
 */

/** What the thread is started with. */
export interface ApiData {
  readonly spec: ApiSpec;
  readonly version: string;
  /** The path of the configuration. */
  readonly configuration: string;
  /** The path of the lease database; undefined: leases are in the server's memory alone. */
  readonly database: string | undefined;
  /** Where the numbers of the server are; undefined: it publishes none. */
  readonly metrics: Block | undefined;
  /** Where the server's thread says that it moves; undefined: it is not looked at. */
  readonly heartbeat?: SharedArrayBuffer | undefined;
}

export type ToThread =
  /** How a request was answered. */
  | { readonly kind: "answer"; readonly id: number; readonly answer: object }
  /** The API is another one from now on; files are read again. */
  | { readonly kind: "spec"; readonly id: number; readonly spec: ApiSpec }
  /** The numbers of the server are somewhere else from now on. */
  | { readonly kind: "metrics"; readonly metrics: Block }
  | { readonly kind: "close" };

export type FromThread =
  | { readonly kind: "ask"; readonly id: number; readonly request: unknown }
  /** It listens here now; an error says in words why it can't. Answers the start, and `spec`. */
  | { readonly kind: "listening"; readonly id: number; readonly at: readonly string[]; readonly error?: string }
  | { readonly kind: "log"; readonly level: "info" | "warn"; readonly text: string };

/** The number that the start itself is answered by. */
export const START = 0;
