import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { COLUMNS, csvLine, DHCP6_COLUMNS, type Printed } from "../../server/leases/printed.ts";
import { isProblem, type LeaseQuery, type LeaseSearch, leaseSearch } from "../../server/leases/query.ts";
import type { App, RouteContext, Routes } from "../context.ts";
import { type LeaseSource, leaseSource } from "../lease-source.ts";
import { Problem } from "../problem.ts";

/*
 * Leases, looked for and taken away as a whole. Searches read the lease database in this thread, a
 * slice at a time: what somebody does with a page, or how long a program takes over an export, is
 * nothing to the database, nor to the server.
 */

/** How long a page may take, in milliseconds: what has been found by then is it. */
const PATIENCE = 100;
/** Leases of one piece of an export: about 300 KiB. */
const EXPORTED_AT_ONCE = 1000;

const hex = z.string().min(1).max(2048);
const QUERY = z.object({
  address: z.string().max(64).optional().describe("an address, or a prefix: what lies in it"),
  network: z.string().max(64).optional().describe("the prefix of a network of the configuration"),
  state: z.enum(["bound", "released", "expired", "declined", "any"]).optional(),
  protocol: z.enum(["dhcp4", "dhcp6"]).optional(),
  hardware_address: hex.optional().describe("hex digits that it starts with, with or without separators"),
  client: hex.optional().describe("all hex digits of what the client is known by: client identifier, else type and hardware address; DUID"),
  client_id: hex.optional().describe("hex digits that the client identifier, or DUID, starts with"),
  duid: hex.optional().describe("hex digits that the DUID starts with; of IPv4 too where the client identifier has one (RFC 4361)"),
  iaid: z
    .string()
    .regex(/^\d{1,10}$/, "expected a number")
    .optional()
    .describe("IAID of DHCPv6"),
  hostname: z.string().min(1).max(255).optional().describe("a part of the hostname, in capitals or not"),
  name: z.string().min(1).max(253).optional().describe("a part of the name in the DNS, in capitals or not"),
  circuit_id: hex
    .optional()
    .describe("what the circuit id, or Interface-Id of DHCPv6, starts with: hex digits, or a text (in quotes where it could be hex)"),
  remote_id: hex.optional().describe("what the remote id starts with, likewise"),
  relay: hex.optional().describe("what one of these two starts with, likewise"),
});
const PAGE = QUERY.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(256).optional().describe("`next` of the page before"),
});
const EXPORT = QUERY.extend({ format: z.enum(["csv", "jsonl"]).default("jsonl") });

const LEASE = z.object({
  address: z.string(),
  state: z.string(),
  hardware_address: z.string(),
  client_identifier: z.string().nullable(),
  hostname: z.string().nullable(),
  name: z.string().optional().describe("the name of the client in the DNS"),
  start: z.string(),
  expiry: z.string().describe("a time as in RFC 3339, or never"),
  vendor_class: z.string().nullable(),
  circuit_id: z.string().nullable(),
  remote_id: z.string().nullable(),
  network: z.string(),
  association: z.string().optional(),
  iaid: z.number().optional(),
  found_by: z.literal("probe").optional().describe("who found a declined address in use, for the client; absent: the client"),
});
const NEW_LEASE = z.strictObject({
  address: z.string().max(64),
  hardware_address: hex.optional(),
  client_id: hex.optional(),
  duid: hex.optional(),
  iaid: z.number().int().min(0).max(0xffffffff).optional(),
  hostname: z.string().min(1).max(253).optional(),
  lease_time: z.number().int().min(1).optional().describe("in seconds; absent: the usual one"),
  infinite: z.boolean().optional(),
});

/** `/v1/leases/search`, `/v1/leases/export`, `/v1/leases/{address}`, and leases given by hand. */
export const leaseRoutes: Routes = (app: App, context: RouteContext) => {
  const source = leaseSource(context);

  app.get(
    "/v1/leases/search",
    {
      schema: {
        tags: ["leases"],
        summary: "Leases that are looked for, in pages.",
        description:
          "A page may hold fewer leases than `limit`, even none, though there is more: as long as `next` is not null, ask again with it as `cursor`. A lease that is there all the while comes once.",
        querystring: PAGE,
        response: { 200: z.object({ leases: z.array(LEASE), next: z.string().nullable() }) },
      },
    },
    async ({ query: { limit, cursor, ...query } }) => {
      const found = cursor === undefined ? await atOnce(context, query) : undefined;
      if (found !== undefined) return { leases: [...found].slice(0, limit), next: null };
      return await page(source, readQuery(query), query, limit, cursor);
    },
  );

  app.get(
    "/v1/leases/export",
    {
      schema: {
        tags: ["leases"],
        summary: "All leases that are looked for, as a stream of CSV or of one JSON object a line.",
        querystring: EXPORT,
      },
    },
    async ({ query: { format, ...query } }, reply) => {
      const search = readQuery(query);
      // What is wrong with the database is said while there is a status to say it with.
      source.open(undefined).close();
      const columns = query.protocol === "dhcp4" ? COLUMNS : DHCP6_COLUMNS;
      const line = format === "csv" ? (lease: Printed) => csvLine(lease, columns) : (lease: Printed) => JSON.stringify(lease);
      const first = format === "csv" ? `${columns.join(",")}\n` : "";
      reply.header("content-type", format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/jsonl; charset=utf-8");
      reply.header("content-disposition", `attachment; filename="leases.${format}"`);
      return reply.send(Readable.from(pieces(source, search, query, first, line), { objectMode: false }));
    },
  );

  app.get(
    "/v1/leases/:address",
    {
      schema: {
        tags: ["leases"],
        summary: "The lease of an address; of a prefix of IPv6 with %2F for the slash.",
        params: z.object({ address: z.string().max(64) }),
        response: { 200: LEASE },
      },
    },
    async ({ params: { address } }) => {
      const [lease] = await leasesOf(context, { address });
      if (lease === undefined) throw new Problem(404, `${address} has no lease`);
      return lease;
    },
  );

  app.post(
    "/v1/leases",
    {
      schema: {
        tags: ["leases"],
        summary: "Gives an address to a client that did not ask for it.",
        description:
          "An IPv4 client is known by `hardware_address` or `client_id`, one of IPv6 by `duid` and `iaid`. The lease is on disk when this is answered.",
        body: NEW_LEASE,
        response: { 201: LEASE },
      },
    },
    async ({ body }, reply) => {
      await context.ask({ kind: "add-lease", ...body });
      const [lease] = await leasesOf(context, { address: body.address });
      if (lease === undefined) throw new Problem(409, `${body.address} was given, and has been taken back since`);
      return reply.code(201).send(lease);
    },
  );
};

/** What the server finds in its tables without a search; undefined: it has to be looked for. */
async function atOnce(context: RouteContext, query: LeaseQuery): Promise<readonly Printed[] | undefined> {
  const { address, client, iaid, protocol } = query;
  const isAddress = address !== undefined && !address.includes("/");
  const isClient = client !== undefined && (protocol === "dhcp4" || iaid !== undefined);
  if (!isAddress && !isClient) return undefined;
  return await leasesOf(context, query);
}

async function leasesOf({ ask }: RouteContext, query: LeaseQuery): Promise<readonly Printed[]> {
  const { result } = await ask({ kind: "lease", ...query });
  return (result as { readonly leases: readonly Printed[] }).leases;
}

function readQuery(query: LeaseQuery): LeaseSearch {
  const search = leaseSearch(query);
  if (isProblem(search)) throw new Problem(400, `${search.field}: expected ${search.expected}`);
  return search;
}

async function page(
  source: LeaseSource,
  search: LeaseSearch,
  query: LeaseQuery,
  limit: number,
  cursor: string | undefined,
): Promise<{ leases: Printed[]; next: string | null }> {
  const end = performance.now() + PATIENCE;
  const reading = source.open(cursor);
  try {
    const leases: Printed[] = [];
    for (;;) {
      const next = await reading.next(search, query, limit - leases.length, leases);
      if (next === undefined) return { leases, next: null };
      if (leases.length >= limit || performance.now() >= end) return { leases, next };
      // Somebody else's request may come between.
      await setImmediate();
    }
  } finally {
    reading.close();
  }
}

/** The text of an export, some leases at a time, as it is asked for. */
async function* pieces(
  source: LeaseSource,
  search: LeaseSearch,
  query: LeaseQuery,
  first: string,
  line: (lease: Printed) => string,
): AsyncGenerator<string> {
  const reading = source.open(undefined);
  try {
    let text = first;
    for (;;) {
      const leases: Printed[] = [];
      const next = await reading.next(search, query, EXPORTED_AT_ONCE, leases);
      for (const lease of leases) text += `${line(lease)}\n`;
      if (text !== "") yield text;
      if (next === undefined) return;
      text = "";
      await setImmediate();
    }
  } finally {
    reading.close();
  }
}
