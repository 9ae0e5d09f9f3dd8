import { readFile } from "node:fs/promises";
import * as z from "zod";
import { withoutSecrets } from "../../config/text/secrets.ts";
import { HEALTH_STATES, httpStatusOf } from "../../server/health.ts";
import type { Routes } from "../context.ts";
import { healthOf } from "../health.ts";
import { Problem } from "../problem.ts";

const health = z.object({ status: z.enum(HEALTH_STATES), reasons: z.array(z.string()) });

/** How the server is, and its configuration. The first four paths are those of dora. */
export const serverRoutes: Routes = (app, { ask, version, configuration, heartbeat }) => {
  app.get(
    "/ping",
    { config: { role: "open" }, schema: { tags: ["server"], summary: "Answers with nothing: the API is there." } },
    (_request, reply) => reply.code(200).send(),
  );

  app.get(
    "/health",
    {
      config: { role: "open" },
      schema: { tags: ["server"], summary: "How the server is: 200, or 503 with reasons.", response: { 200: health, 503: health } },
    },
    async (_request, reply) => {
      const found = await healthOf(ask, heartbeat);
      return reply.code(httpStatusOf(found)).send({ status: found.state, reasons: [...found.reasons] });
    },
  );

  app.get(
    "/config",
    {
      schema: {
        tags: ["server"],
        summary: "The text of the configuration file, without secrets, as one string.",
        response: { 200: z.string() },
      },
    },
    async (_request, reply) => {
      let text: string;
      try {
        text = await readFile(configuration, "utf8");
      } catch (error) {
        throw new Problem(503, `${configuration} can't be read: ${error instanceof Error ? error.message : String(error)}`);
      }
      return reply.type("application/json; charset=utf-8").serializer(JSON.stringify).send(withoutSecrets(text));
    },
  );

  app.get(
    "/version",
    { schema: { tags: ["server"], summary: "Which version this is.", response: { 200: z.object({ version: z.string() }) } } },
    () => ({ version }),
  );

  app.get(
    "/v1/status",
    {
      schema: {
        tags: ["server"],
        summary: "What `leasehold status --json` prints.",
        response: { 200: z.looseObject({ version: z.string(), healthy: z.boolean() }) },
      },
    },
    async (_request, reply) => reply.send((await ask({ kind: "status" })).status as never),
  );

  app.post(
    "/v1/reload",
    {
      schema: {
        tags: ["server"],
        summary: "Reads the configuration again and serves by it; one with problems changes nothing.",
        querystring: z.object({
          dry_run: z.enum(["true", "false"]).optional().describe("true: tells what would change, and changes nothing."),
        }),
        response: { 200: z.looseObject({}) },
      },
    },
    async ({ query }, reply) => {
      if (query.dry_run === "true") return reply.send((await ask({ kind: "plan" })).result as never);
      const { done, notes } = await ask({ kind: "reload" });
      return reply.send({ networks: done, notes });
    },
  );
};
