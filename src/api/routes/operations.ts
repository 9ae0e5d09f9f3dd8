import * as z from "zod";
import { LEASE_OPERATIONS } from "../../server/operations.ts";
import type { Routes } from "../context.ts";
import { Problem } from "../problem.ts";

const target = z.object({ address: z.string().max(64).describe("An address, or a delegated prefix with its slash written %2F.") });
const operation = z.object({
  address: target.shape.address,
  operation: z
    .enum(LEASE_OPERATIONS)
    .describe(
      "release: as if the client had given it back. delete: forgets it. unblock: ends its probation. reconfigure: asks the client to renew.",
    ),
});
const done = z.object({ done: z.int().describe("Leases that were changed, durably, or whose clients were asked.") });
const text = z.string().max(1000);

/** What an operator does: with leases, with reservations at run time, and to learn why. */
export const operationRoutes: Routes = (app, { ask }) => {
  const operate = async (kind: string, address: string): Promise<z.infer<typeof done>> => {
    const answer = await ask({ kind, addresses: `${address}-${address}` });
    if (answer.done === 0) throw new Problem(404, `${address} has no lease that this could be done to`);
    return { done: answer.done as number };
  };

  app.post(
    "/v1/leases/:address/:operation",
    { schema: { tags: ["leases"], summary: "Does something to the lease of an address.", params: operation, response: { 200: done } } },
    ({ params }) => operate(params.operation, params.address),
  );
  app.delete(
    "/v1/leases/:address",
    { schema: { tags: ["leases"], summary: "Forgets a lease, whatever its state.", params: target, response: { 200: done } } },
    ({ params }) => operate("delete", params.address),
  );

  const told = { 200: z.looseObject({}).or(z.array(z.unknown())) };
  app.get(
    "/v1/usage",
    { schema: { tags: ["leases"], summary: "How much of each range, network and shared network is in use.", response: told } },
    async (_request, reply) => reply.send((await ask({ kind: "usage" })).result as never),
  );
  app.get(
    "/v1/decisions",
    {
      schema: {
        tags: ["leases"],
        summary: "The last decisions about one client, with what led to them.",
        querystring: z.object({ client: text.describe("A hardware address, a DUID or a client identifier in hex, or an address.") }),
        response: told,
      },
    },
    async ({ query }, reply) => reply.send((await ask({ kind: "decisions", client: query.client })).result as never),
  );

  const reservation = z.looseObject({}).describe("As under `reservations` in the configuration.");
  const id = z.object({ id: z.string().max(100) });
  app.get(
    "/v1/reservations",
    { schema: { tags: ["reservations"], summary: "All reservations: those of the file, and those that were added.", response: told } },
    async (_request, reply) => reply.send((await ask({ kind: "reservations" })).result as never),
  );
  app.post(
    "/v1/reservations",
    {
      schema: {
        tags: ["reservations"],
        summary: "Adds a reservation, which holds from the client's next message on.",
        body: reservation,
        response: { 201: z.looseObject({}) },
      },
    },
    async ({ body }, reply) => reply.code(201).send((await ask({ kind: "reserve", reservation: body, by: "the API" })).result as never),
  );
  app.put(
    "/v1/reservations/:id",
    {
      schema: {
        tags: ["reservations"],
        summary: "Puts another one in the place of a reservation that was added, or adds one by this name.",
        params: id,
        body: reservation,
        response: { 200: z.looseObject({}) },
      },
    },
    async ({ params, body }, reply) =>
      reply.send((await ask({ kind: "reserve", id: params.id, reservation: body, by: "the API" })).result as never),
  );
  app.delete(
    "/v1/reservations/:id",
    {
      schema: {
        tags: ["reservations"],
        summary: "Removes a reservation that was added.",
        params: id,
        response: { 200: z.looseObject({}) },
      },
    },
    async ({ params }, reply) => reply.send((await ask({ kind: "unreserve", id: params.id })).result as never),
  );
};
