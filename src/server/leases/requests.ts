import { NEVER } from "../../leases/lease.ts";
import type { StoredView } from "../../leases/view.ts";
import { NO_BYTES } from "../../net/bytes.ts";
import { RefusedError, type RequestHandler } from "../requests.ts";
import type { LeaseForm } from "./form.ts";
import { LEASE_FORMS } from "./forms.ts";
import type { Printed } from "./printed.ts";
import { hexBytes, isProblem, type LeaseQuery, type LeaseSearch, leaseSearch, QUERY_FIELDS } from "./query.ts";

/*
 * What a server is asked about leases in its memory: those of an address or a client, which its
 * tables find at once; and all of them in pages, where there is no database to search in.
 */

/** Rows that are looked at for one page: about a millisecond. */
const ROWS_OF_A_PAGE = 1000;

/** Where the leases are. */
export interface LeasesInMemory {
  /** The leases of a protocol; undefined: it is not served. */
  tableOf(protocol: string): StoredView | undefined;
  /** From lease time to the wall clock. */
  wallOffset(): number;
}

/** What `lease` and `leases` answer. */
export interface LeasesTold {
  readonly leases: readonly Printed[];
  /** Of `leases`: to be given as `after` for the next page; absent: that was the last one. */
  readonly next?: number;
}

/**
 * - `lease`: the lease of `address`, or those of a client, `client` in hex and of DHCPv6 with
 *   `iaid`; other parts of a query narrow it.
 * - `leases`: a page of those that a query looks for, at most `limit` and
 *   behind the place `after`: there may be more although few, or none, are in it.
 */
export function leaseHandlers(memory: LeasesInMemory): Readonly<Record<"lease" | "leases", RequestHandler>> {
  return {
    async lease(request) {
      const { query, search } = readQuery(request);
      const stored = query.address === undefined ? ofClient(memory, query) : atAddress(memory, query.address);
      return { leases: told(memory, search, stored, ROWS_OF_A_PAGE).map(({ lease }) => lease) };
    },
    async leases(request) {
      const { search } = readQuery(request);
      const { after = 0, limit = ROWS_OF_A_PAGE } = request;
      if (!isWhole(after) || !isWhole(limit) || limit === 0) throw new RefusedError("invalid", "after, limit: expected numbers");
      return page(memory, search, after, limit);
    },
  };
}

/** `after`: rows of the first protocol, and of the next one from `SPACE` on. */
function page(memory: LeasesInMemory, search: LeaseSearch, after: number, limit: number): LeasesTold {
  const begun = Math.floor(after / SPACE);
  for (let place = begun; place < LEASE_FORMS.length; place++) {
    const { protocol, space } = LEASE_FORMS[place] as LeaseForm;
    if (search.space !== undefined && search.space !== space) continue;
    const from = place === begun ? after % SPACE : 0;
    const rows = memory.tableOf(protocol)?.storedFrom(from, ROWS_OF_A_PAGE);
    if (rows === undefined) continue;
    const leases = told(memory, search, rows, limit);
    const last = leases.length < limit ? from + ROWS_OF_A_PAGE : (leases.at(-1) as Told).row + 1;
    return { leases: leases.map(({ lease }) => lease), next: place * SPACE + last };
  }
  return { leases: [] };
}

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Rows have 32 bits. */
const SPACE = NEVER + 1;

type Stored = ReturnType<StoredView["storedOf"]>;

function atAddress(memory: LeasesInMemory, address: string): Stored {
  return LEASE_FORMS.flatMap(({ addressOf, protocol }) => {
    const bytes = addressOf(address);
    return (bytes && memory.tableOf(protocol)?.storedAt(bytes)) ?? [];
  });
}

function ofClient(memory: LeasesInMemory, { client, iaid }: LeaseQuery): Stored {
  if (client === undefined) throw new RefusedError("invalid", 'expected "address" or "client"');
  const key = hexBytes(client) ?? NO_BYTES;
  return LEASE_FORMS.flatMap((form) =>
    form.keysOf(key, iaid === undefined ? undefined : Number(iaid)).flatMap((one) => memory.tableOf(form.protocol)?.storedOf(one) ?? []),
  );
}

interface Told {
  readonly lease: Printed;
  readonly row: number;
}

function told({ wallOffset }: LeasesInMemory, search: LeaseSearch, stored: Stored, limit: number): readonly Told[] {
  const offset = wallOffset();
  const now = Math.floor(Date.now() / 1000);
  const found: Told[] = [];
  for (const row of stored) {
    if (found.length >= limit) break;
    const lease = search.printed(row, offset, now);
    if (lease !== undefined) found.push({ lease, row: row.row });
  }
  return found;
}

function readQuery(request: Readonly<Record<string, unknown>>): { readonly query: LeaseQuery; readonly search: LeaseSearch } {
  const query: Record<string, string> = {};
  for (const field of QUERY_FIELDS) {
    const value = request[field];
    if (value === undefined) continue;
    if (typeof value !== "string" && typeof value !== "number") throw new RefusedError("invalid", `${field}: expected a text`);
    query[field] = String(value);
  }
  const search = leaseSearch(query);
  if (isProblem(search)) throw new RefusedError("invalid", `${search.field}: expected ${search.expected}`);
  return { query, search };
}
