import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import type { Printed } from "../../server/leases/printed.ts";
import { isProblem, leaseSearch } from "../../server/leases/query.ts";
import type { RouteContext, Routes } from "../context.ts";
import { leaseSource } from "../lease-source.ts";
import { Problem } from "../problem.ts";

/*
 * `/v1/leases` as dora has it: leases of IPv4 that are in use, by network, then reservations. Rows
 * of the database are in the order in which addresses were given, so the answer is put together
 * before it is sent; it is kept as bytes outside the heap, and one is made at a time. What it says
 * is as of now, where dora tells of leases that are over, and fails where a network was removed.
 */

/** Rows that are looked at in one go. */
const AT_ONCE = 1000;
/** Seconds since 1970 of a lease that does not end: the last ones that 32 bits have. */
const NEVER = 0xffffffff;

/** A reservation as the server lists it. */
interface Listed {
  readonly inside?: string;
  readonly reservation: { readonly ip?: unknown; readonly match?: unknown };
}

const SHAPE = z
  .object({
    networks: z.record(
      z.string(),
      z.object({
        ips: z.array(
          z.object({
            type: z.enum(["leased", "probated", "reserved"]),
            ip: z.string(),
            id: z.string().nullable().describe("client identifier, else hardware address, in hex"),
            expires_at_epoch: z.int().optional(),
            expires_at_utc: z.string().optional(),
            match: z.unknown().optional(),
          }),
        ),
      }),
    ),
  })
  .describe("By the prefix of the network.");

export const doraRoutes: Routes = (app, context) => {
  let making = false;

  app.get(
    "/v1/leases",
    {
      schema: {
        tags: ["leases"],
        summary: "Addresses of IPv4 that are in use or reserved, by network, as dora tells them.",
        description: "One answer has them all: where there are many, see /v1/leases/search and /v1/leases/export.",
        response: { 200: SHAPE },
      },
    },
    async (_request, reply) => {
      if (making) throw new Problem(503, "somebody else is given all leases: ask again in a moment", {}, { "retry-after": "2" });
      making = true;
      try {
        const networks = await leasesByNetwork(context);
        await addReservations(context, networks);
        // A stream is sent as it is.
        return await reply.type("application/json; charset=utf-8").send(Readable.from(textOf(networks)) as never);
      } finally {
        making = false;
      }
    },
  );
};

/** What is to be sent of each network, a comma behind each address. */
type Networks = Map<string, Buffer[]>;

async function leasesByNetwork(context: RouteContext): Promise<Networks> {
  const query = { protocol: "dhcp4" };
  const search = leaseSearch(query);
  if (isProblem(search)) throw new Problem(500, `${search.field}: expected ${search.expected}`);
  const networks: Networks = new Map();
  const reading = leaseSource(context).open(undefined);
  try {
    for (;;) {
      const leases: Printed[] = [];
      const next = await reading.next(search, query, AT_ONCE, leases);
      const texts = new Map<string, string>();
      for (const lease of leases) {
        const told = leaseText(lease);
        if (told !== undefined) texts.set(lease.network, `${texts.get(lease.network) ?? ""}${told},`);
      }
      for (const [network, text] of texts) add(networks, network, text);
      if (next === undefined) return networks;
      await setImmediate();
    }
  } finally {
    reading.close();
  }
}

/** Undefined: it is in nobody's use. */
function leaseText({ address, state, client_identifier, hardware_address, expiry }: Printed): string | undefined {
  if (state !== "bound" && state !== "declined") return undefined;
  const epoch = expiry === "never" ? NEVER : Date.parse(expiry) / 1000;
  const id = state === "bound" ? (client_identifier ?? hardware_address.replaceAll(":", "")) : null;
  return JSON.stringify({
    type: state === "bound" ? "leased" : "probated",
    ip: address,
    id,
    expires_at_epoch: epoch,
    expires_at_utc: new Date(epoch * 1000).toISOString().replace(".000Z", "Z"),
  });
}

async function addReservations({ ask }: RouteContext, networks: Networks): Promise<void> {
  const { result } = await ask({ kind: "reservations" });
  for (const { inside = "", reservation } of result as readonly Listed[]) {
    const { ip, match } = reservation;
    if (typeof ip !== "string" || ip.includes(":")) continue;
    add(networks, inside, `${JSON.stringify({ type: "reserved", ip, id: null, match })},`);
  }
}

function add(networks: Networks, network: string, text: string): void {
  const parts = networks.get(network);
  if (parts === undefined) networks.set(network, [Buffer.from(text)]);
  else parts.push(Buffer.from(text));
}

function* textOf(networks: Networks): Generator<Buffer | string> {
  let before = '{"networks":{';
  for (const [network, parts] of networks) {
    yield `${before}${JSON.stringify(network)}:{"ips":[`;
    const last = parts.pop() as Buffer;
    yield* parts;
    // Without the comma behind the last one.
    yield last.subarray(0, -1);
    before = "]},";
  }
  yield before.endsWith("{") ? `${before}}}` : "]}}}";
}
