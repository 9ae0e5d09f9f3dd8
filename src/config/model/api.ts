import type { ListenSpec } from "./common.ts";

/** What somebody may ask for: to look at things, or to change them too. */
export type ApiRole = "read" | "admin";

/** A bearer token; one of `token` and `file`. */
export interface ApiToken {
  readonly token?: string;
  /** The path of a file whose first line is the token. */
  readonly file?: string;
  readonly role: ApiRole;
}

/** The HTTP API of a server. */
export interface ApiSpec {
  /** Where to listen over TCP; empty: nowhere. */
  readonly listen: readonly (ListenSpec & { readonly port: number })[];
  readonly tokens: readonly ApiToken[];
  /** Paths of files in PEM; undefined: HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** The path of a Unix socket; undefined: none. */
  readonly socket?: string | undefined;
  readonly dashboard: boolean;
}

/** What holds where the configuration says nothing: the machine itself may look. */
export const DEFAULT_API: ApiSpec = {
  listen: [{ address: Uint8Array.of(127, 0, 0, 1), port: 3333 }],
  tokens: [],
  dashboard: true,
};

/** No API at all. */
export const NO_API: ApiSpec = { listen: [], tokens: [], dashboard: false };
