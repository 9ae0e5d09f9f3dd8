import * as z from "zod";
import type { Routes } from "../context.ts";

const limit = z.coerce.number().int().min(1).max(1000).default(1000).describe("At most so many.");
const told = { 200: z.looseObject({}).or(z.array(z.unknown())).or(z.null()) };

/** Names: which resolve, what DNS servers were not told yet, and what they have. */
export const dnsRoutes: Routes = (app, { ask }) => {
  app.get(
    "/v1/dns",
    { schema: { tags: ["dns"], summary: "How names stand; null: the configuration does not speak of them.", response: told } },
    async (_request, reply) => reply.send((await ask({ kind: "dns-status" })).result as never),
  );
  app.get(
    "/v1/dns/names",
    {
      schema: {
        tags: ["dns"],
        summary: "Names in their order, and the addresses that they stand for.",
        querystring: z.object({ limit, after: z.string().max(255).default("").describe("The last name that you have.") }),
        response: told,
      },
    },
    async ({ query }, reply) => reply.send((await ask({ kind: "dns-names", ...query })).result as never),
  );
  app.get(
    "/v1/dns/conflicts",
    {
      schema: {
        tags: ["dns"],
        summary: "Hosts that go without the name that they claim, for another one has it.",
        querystring: z.object({ limit }),
        response: told,
      },
    },
    async ({ query }, reply) => reply.send((await ask({ kind: "dns-conflicts", ...query })).result as never),
  );
  app.get(
    "/v1/dns/pending",
    {
      schema: {
        tags: ["dns"],
        summary: "Updates that no DNS server has taken yet.",
        querystring: z.object({ limit }),
        response: told,
      },
    },
    async ({ query }, reply) => reply.send((await ask({ kind: "dns-pending", ...query })).result as never),
  );
  app.post(
    "/v1/dns/sync",
    {
      schema: {
        tags: ["dns"],
        summary: "Compares the zones of DNS servers with the leases, and repairs them.",
        description: "With large zones this takes longer than an answer may: ask `leasehold dns sync` then.",
        body: z.object({ repair: z.boolean().default(true).describe("false: tells what differs, and changes nothing.") }),
        response: told,
      },
    },
    async ({ body }, reply) => reply.send((await ask({ kind: "dns-sync", repair: body.repair })).result as never),
  );
};
