import * as z from "zod";
import { expected } from "./expected.ts";
import { className } from "./settings-schema.ts";

/** A lease is kept with a key for each limit that applies to it, so their number is bounded. */
const MOST_LIMITS = 16;
const AN_EXPRESSION = "an expression such as relay4[1].hex";
const A_COUNT = "a number of leases from 1 up";

const limit = z
  .strictObject(
    {
      key: z
        .string({ error: expected(AN_EXPRESSION) })
        .min(1, { error: expected(AN_EXPRESSION) })
        .describe("An expression whose value tells what is counted together, such as relay4[1].hex. An empty value is not limited."),
      max: z
        .int({ error: expected(A_COUNT) })
        .min(1, { error: expected(A_COUNT) })
        .describe("At most so many leases for each value."),
      class: className.optional().describe("Only for clients in this class. Default: for all."),
    },
    { error: expected("a limit: a map with key and max") },
  )
  .meta({ id: "Limit", description: "At most so many leases for each value of an expression." });

export const limits = z
  .array(limit, { error: expected("a list of limits") })
  .max(MOST_LIMITS, `there are more than ${MOST_LIMITS} limits`)
  .optional()
  .describe("How many leases there may be for each value of an expression, here all together. Default: no limits.");

export type LimitFile = NonNullable<z.output<typeof limits>>[number];
