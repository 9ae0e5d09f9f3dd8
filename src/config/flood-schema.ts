import * as z from "zod";
import { INFINITE, parseDuration } from "./duration.ts";
import { describeValue, expected } from "./expected.ts";

const A_COUNT = "a number of packets, at least 1";
const A_TIME = 'a time of at least 1 second: seconds, or text such as "5s" or "1m"';

const seconds = z.union([z.int(), z.string()], { error: expected(A_TIME) }).transform((value, context): number => {
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
      secs: seconds.describe("How long it takes until it may send as many again."),
    },
    { error: expected("a map with packets and secs") },
  )
  .describe("How many messages of one client are looked at: packets in a burst, and as many more in each secs seconds. Default: all.");
