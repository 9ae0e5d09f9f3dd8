import type { Printed } from "../server/leases/printed.ts";
import type { LeaseQuery, LeaseSearch } from "../server/leases/query.ts";
import { findLeases } from "../server/leases/search.ts";
import { openForReading } from "../store/sqlite/schema.ts";
import { databaseIdentity, formatCursor, parseCursor } from "../store/sqlite/search.ts";
import type { RouteContext } from "./context.ts";
import { Problem } from "./problem.ts";

/** Where leases are read from: the database, or where there is none, the server's memory. */
export interface LeaseSource {
  /**
   * Begins to read behind this place; undefined: at the first lease. Throws Problem where it is
   * none.
   */
  open(cursor: string | undefined): Reading;
}

export interface Reading {
  /**
   * Looks at the next leases, and adds those that are meant, so many at most. Resolves with the
   * place behind those that it has looked at; undefined: there are no more.
   */
  next(search: LeaseSearch, query: LeaseQuery, limit: number, into: Printed[]): Promise<string | undefined>;
  close(): void;
}

export function leaseSource({ database, ask }: RouteContext): LeaseSource {
  return database === undefined ? inMemory(ask) : inDatabase(database);
}

function inDatabase(path: string): LeaseSource {
  return {
    open(cursor) {
      const db = opened(path);
      const identity = databaseIdentity(path);
      let after = cursor === undefined ? undefined : parseCursor(identity, cursor);
      if (cursor !== undefined && after === undefined) {
        db.close();
        throw noCursor();
      }
      return {
        async next(search, _, limit, into) {
          const { leases, next } = findLeases(search, { db, after, limit });
          into.push(...leases);
          after = next;
          return next === undefined ? undefined : formatCursor(identity, next);
        },
        close: () => db.close(),
      };
    },
  };
}

function opened(path: string): ReturnType<typeof openForReading> {
  try {
    return openForReading(path);
  } catch (error) {
    throw new Problem(503, error instanceof Error ? error.message : String(error));
  }
}

const MEMORY = "memory";

function inMemory(ask: RouteContext["ask"]): LeaseSource {
  return {
    open(cursor) {
      const begun = cursor === undefined ? 0n : parseCursor(MEMORY, cursor);
      if (begun === undefined || begun < 0n) throw noCursor();
      let after = Number(begun);
      return {
        async next(_, query, limit, into) {
          const { result } = await ask({ kind: "leases", ...query, after, limit });
          const { leases, next } = result as { readonly leases: readonly Printed[]; readonly next?: number };
          into.push(...leases);
          if (next === undefined) return undefined;
          after = next;
          return formatCursor(MEMORY, BigInt(next));
        },
        close: () => {},
      };
    },
  };
}

function noCursor(): Problem {
  return new Problem(400, "cursor: it is none of this lease database: begin anew without one");
}
