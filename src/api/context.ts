import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ApiRole } from "../config/model/api.ts";
import type { Block } from "../server/metrics/block.ts";
import type { Ask } from "./asking.ts";

/** What routes are made with. */
export interface RouteContext {
  /** Asks the server. */
  readonly ask: Ask;
  readonly version: string;
  /** The path of the configuration. */
  readonly configuration: string;
  /** The path of the lease database; undefined: leases are in the server's memory alone. */
  readonly database: string | undefined;
  /** Where the numbers of the server are now; undefined: it publishes none. */
  metrics(): Block | undefined;
  /** Where the server's thread says that it moves; undefined: it is not looked at. */
  readonly heartbeat?: SharedArrayBuffer | undefined;
}

export type App = FastifyInstance<
  import("node:http").Server,
  import("node:http").IncomingMessage,
  import("node:http").ServerResponse,
  import("fastify").FastifyBaseLogger,
  ZodTypeProvider
>;

/** Adds routes to an app: one function for each file of `routes/`. */
export type Routes = (app: App, context: RouteContext) => void;

declare module "fastify" {
  interface FastifyContextConfig {
    /**
     * Who may ask: "open": everybody; absent: `read` for GET, `admin` for what changes something.
     */
    readonly role?: ApiRole | "open";
  }
}
