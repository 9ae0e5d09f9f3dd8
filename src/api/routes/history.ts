import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import { addressesIn, type Tenure, tenures } from "../../server/events/history.ts";
import { isProblem, leaseSearch } from "../../server/leases/query.ts";
import { createJournalReader, hasJournal } from "../../store/sqlite/journal-reader.ts";
import { openForReading } from "../../store/sqlite/schema.ts";
import type { Routes } from "../context.ts";
import { Problem } from "../problem.ts";

/** More are not told at one time: ask for a shorter time, or fewer addresses. */
const MOST = 1000;
/** How long a question may take, in milliseconds. */
const PATIENCE = 20_000;

const time = z.string().max(40).describe("a time as in RFC 3339, such as 2026-11-28T22:30:00Z");
const text = z.string().min(1).max(2048).optional();
const QUERY = z.object({
  address: z.string().max(64).optional().describe("an address, or a prefix; one address is found at once, whatever is kept"),
  at: time.optional().describe("who had an address at this time"),
  since: time.optional().describe("who had one at some time from then on"),
  until: time.optional().describe("and not later than this"),
  protocol: z.enum(["dhcp4", "dhcp6"]).optional(),
  network: text,
  hardware_address: text,
  client: text,
  client_id: text,
  duid: text,
  hostname: text,
  name: text,
  circuit_id: text,
  remote_id: text,
  relay: text,
});
const TENURE = z.object({
  address: z.string(),
  hardware_address: z.string(),
  client_identifier: z.string().nullable(),
  hostname: z.string().nullable(),
  name: z.string().optional(),
  vendor_class: z.string().nullable(),
  circuit_id: z.string().nullable(),
  remote_id: z.string().nullable(),
  network: z.string(),
  association: z.string().optional(),
  iaid: z.number().optional(),
  from: z.string(),
  to: z.string().nullable().describe("null: the client still has it"),
  ended: z.string().nullable(),
  began_before: z.boolean().optional().describe("it began before history did"),
  clock_set: z.boolean().optional().describe("the clock of the machine was set meanwhile"),
});

/** `/v1/history`: who had which address when. */
export const historyRoutes: Routes = (app, { database }) => {
  app.get(
    "/v1/history",
    {
      schema: {
        tags: ["leases"],
        summary: "Who had which address when, as far as history is kept.",
        querystring: QUERY,
        response: { 200: z.object({ history: z.array(TENURE), more: z.boolean().describe("there is more than this") }) },
      },
    },
    async ({ query: { at, since, until, ...query } }, reply) => {
      if (database === undefined) throw new Problem(503, "there is no history: leases are in memory only (store: {memory: {}})");
      const search = leaseSearch(query);
      if (isProblem(search)) throw new Problem(400, `${search.field}: expected ${search.expected}`);
      if (at !== undefined && (since ?? until) !== undefined) throw new Problem(400, "at: a time, or since and until, not both");
      const from = timeOf("since", since) ?? Number.NEGATIVE_INFINITY;
      const to = timeOf("until", until) ?? Number.POSITIVE_INFINITY;
      const moment = timeOf("at", at);
      const end = performance.now() + PATIENCE;
      const db = openForReading(database);
      try {
        const history: Tenure[] = [];
        if (!hasJournal(db)) return { history, more: false };
        const asked = { search, addresses: addressesIn(query.address), since: moment ?? from, until: moment ?? to };
        for (const found of tenures(createJournalReader(db), asked)) {
          history.push(...found);
          if (history.length > MOST) return { history: history.slice(0, MOST), more: true };
          // Somebody else's request may come between.
          await setImmediate();
          if (reply.raw.destroyed) break;
          if (performance.now() > end) throw new Problem(503, "that takes too long here: ask for one address, or use `leasehold leases`");
        }
        return { history, more: false };
      } finally {
        db.close();
      }
    },
  );
};

/** Milliseconds since 1970. */
function timeOf(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const milliseconds = /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new Problem(400, `${name}: expected a time such as 2026-11-28T22:30:00Z`);
  return milliseconds;
}
