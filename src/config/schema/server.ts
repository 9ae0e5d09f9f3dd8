import * as z from "zod";
import { parseIpv4 } from "../../net/ipv4.ts";
import { type Ipv4Prefix, parseIpv4Prefix } from "../../net/prefix.ts";
import { INFINITE, parseDuration } from "../text/duration.ts";
import { describeValue, expected } from "../text/expected.ts";
import { hostBitsSet, list, type Refusal, text } from "./values.ts";

/* What only the server as a whole has: its store, its log, whom it listens to. */

const sqlite = z.strictObject(
  {
    path: z
      .string({ error: expected("the path of a file") })
      .min(1, "the path is empty")
      .optional(),
  },
  { error: expected("a map with path") },
);

export const store = z
  .strictObject(
    {
      sqlite: sqlite.optional().describe("A SQLite file. path: default leases.db in the state folder, or what the command line says."),
      memory: z
        .strictObject({}, { error: expected("an empty map: {memory: {}}") })
        .optional()
        .describe("Leases are lost when the server stops: for tests."),
    },
    { error: expected("a map: {sqlite: {path: leases.db}} or {memory: {}}") },
  )
  .superRefine((value, context) => {
    if ((value.sqlite === undefined) !== (value.memory === undefined)) return;
    context.addIssue({
      code: "custom",
      message: "name exactly one store",
      params: { hint: "{sqlite: {path: leases.db}} or {memory: {}}" },
    });
  });

export const log = z.strictObject(
  {
    level: z
      .enum(["trace", "debug", "info", "warn", "error"], { error: expected("trace, debug, info, warn or error") })
      .optional()
      .describe("Default: info."),
    format: z
      .enum(["pretty", "json"], { error: expected("pretty or json") })
      .optional()
      .describe("For people or for programs. Default: pretty."),
  },
  { error: expected("a map with level and format") },
);

const A_COUNT = "a number of packets, at least 1";
const A_TIME = 'a time of at least 1 second: seconds, or text such as "5s" or "1m"';

const burstTime = z.union([z.int(), z.string()], { error: expected(A_TIME) }).transform((value, context): number => {
  const result = parseDuration(value);
  if (result !== undefined && result > 0 && result < INFINITE) return result;
  context.issues.push({ code: "custom", input: value, message: `expected ${A_TIME}, got ${describeValue(value)}` });
  return z.NEVER;
});

export const floodProtection = z
  .strictObject(
    {
      packets: z
        .int({ error: expected(A_COUNT) })
        .min(1, { error: expected(A_COUNT) })
        .max(0xffffffff, { error: expected("fewer packets") })
        .describe("Messages that a client may send at once."),
      secs: burstTime.describe("How long it takes until it may send as many again."),
    },
    { error: expected("a map with packets and secs") },
  )
  .describe("How many messages of one client are looked at: packets in a burst, and as many more in each secs seconds. Default: all.");

const requester = text("an address such as 10.0.0.2 or a prefix such as 10.0.0.0/24", (value): Ipv4Prefix | Refusal | undefined => {
  if (value.includes("/")) return parseIpv4Prefix(value) ?? hostBitsSet(value);
  const address = parseIpv4(value);
  return address === undefined ? undefined : { address, length: 32 };
});

/** `leasequery` at the top level. */
export const leasequery = z
  .strictObject(
    {
      requesters: list(requester, "addresses and prefixes")
        .min(1, "requesters is empty: nobody could ask")
        .describe(
          "Addresses and prefixes of those who may ask; both giaddr and the address that the query comes from have to be among them.",
        ),
    },
    { error: expected("a map with requesters") },
  )
  .meta({ id: "Leasequery", description: "Answers to DHCPLEASEQUERY: by address, hardware address, client identifier or remote id." });
