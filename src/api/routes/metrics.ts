import { stat } from "node:fs/promises";
import * as z from "zod";
import type { Routes } from "../context.ts";
import { createExposition } from "../metrics/exposition.ts";
import type { StoreSizes } from "../metrics/family.ts";
import { Problem } from "../problem.ts";

/** What Prometheus reads; `/metrics-text` is dora's other name for it. */
export const metricsRoutes: Routes = (app, { metrics, database }) => {
  const exposition = createExposition(metrics, () => sizesOf(database));
  for (const path of ["/metrics", "/metrics-text"]) {
    app.get(
      path,
      {
        schema: {
          tags: ["server"],
          summary: "Metrics as Prometheus reads them (text format 0.0.4).",
          produces: ["text/plain"],
          response: { 200: z.string() },
        },
      },
      async (_request, reply) => {
        const text = await exposition.text();
        if (text === undefined) throw new Problem(503, "the thread that serves packets has not written its numbers");
        return reply
          .type(exposition.contentType)
          .serializer((body: unknown) => body as string)
          .send(text);
      },
    );
  }
};

/** Of the database and its write-ahead log, as far as they are there. */
async function sizesOf(database: string | undefined): Promise<StoreSizes> {
  if (database === undefined) return {};
  const sizes: Record<string, number> = {};
  for (const [name, path] of [
    ["database", database],
    ["wal", `${database}-wal`],
  ] as const) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) sizes[name] = found.size;
  }
  return sizes;
}
