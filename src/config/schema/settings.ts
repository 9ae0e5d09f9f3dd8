import * as z from "zod";
import { expected } from "../text/expected.ts";
import type { OptionsKind, OptionsMark } from "./typed-options.ts";
import { address, fileName, positiveDuration, serverName } from "./values.ts";

/**
 * What several places of a file have: lease times, options, boot fields, and the classes that a
 * place is for.
 */

const leaseTime = z
  .union(
    [
      positiveDuration,
      z.strictObject({
        default: positiveDuration.describe("Time of a client that asks for none."),
        min: positiveDuration.optional().describe("Shortest time that a client may ask for. Default: the default time."),
        max: positiveDuration.optional().describe("Longest time that a client may ask for. Default: the default time."),
      }),
    ],
    { error: expected('a duration such as "1d", or a map with default, min and max') },
  )
  .optional();

const CLOSEST_WINS = "Lease times. What is closer to the client wins: reservation, range, network, shared network, top level.";

export const config = z
  .strictObject(
    {
      lease_time: leaseTime.describe("One duration, or default, min and max. Configured nowhere: default 24h, min 20m, max 7d."),
      renew_time: positiveDuration.optional().describe("T1, when a client begins to renew. Default: half of the lease time."),
      rebind_time: positiveDuration.optional().describe("T2, when a client asks any server. Default: 7/8 of the lease time."),
    },
    { error: expected("a map with lease_time, renew_time and rebind_time") },
  )
  .meta({ id: "LeaseConfig", description: CLOSEST_WINS });

const preferredTime = z.union(
  [
    positiveDuration,
    z.strictObject({
      default: positiveDuration.describe("The preferred lifetime."),
      min: positiveDuration.optional().describe("As in dora; without effect, as there."),
      max: positiveDuration.optional().describe("As in dora; without effect, as there."),
    }),
  ],
  { error: expected('a duration such as "12h"') },
);

/** Of DHCPv6, and of shared networks, which are of either protocol. */
export const lifetimes = z
  .strictObject(
    {
      lease_time: leaseTime.describe(
        "Valid lifetime: one duration, or default, min and max. Configured nowhere: default 24h, min 20m, max 7d.",
      ),
      preferred_time: preferredTime.optional().describe("Preferred lifetime, of DHCPv6 only. Default: 5/8 of the valid lifetime."),
      renew_time: positiveDuration.optional().describe("T1, when a client begins to renew. Default: half of the preferred lifetime."),
      rebind_time: positiveDuration.optional().describe("T2, when a client asks any server. Default: 4/5 of the preferred lifetime."),
    },
    { error: expected("a map with lease_time, preferred_time, renew_time and rebind_time") },
  )
  .meta({ id: "Lifetimes", description: CLOSEST_WINS });

const OPTIONS_ARE =
  "Options by name or code: a value, {value, always: true} to send it although not requested, {value: null} to not inherit it, {type, value} for a raw form; or all of them below `values`. What is closer to the client wins: reservation, range, network, shared network, top level.";

/**
 * A map from names or codes to values, of which the type says more: what is wrong with an option is
 * told where it is read.
 */
type Options<Kind extends OptionsKind> = z.ZodType<Record<string, unknown>, OptionsMark<Kind>>;

const optionsMap = (id: string, what: string) =>
  z.record(z.string(), z.unknown(), { error: expected(what) }).meta({ id, description: OPTIONS_ARE }) as unknown;

export const options = optionsMap("Options", "a map of options such as {routers: 192.168.5.1}") as Options<"dhcp4">;
export const dhcp6Options = optionsMap("Dhcp6Options", "a map of options such as {dns_servers: 2001:db8::53}") as Options<"dhcp6">;
/** Where the protocol is told by something else. */
export const anyOptions = optionsMap("AnyOptions", "a map of options") as Options<"any">;

/* The same in a match. */
export const matchOptions = options as unknown as Options<"match4">;
export const dhcp6MatchOptions = dhcp6Options as unknown as Options<"match6">;
export const anyMatchOptions = anyOptions as unknown as Options<"anyMatch">;

export const boot = {
  next_server: address.optional().describe("siaddr: the server that has the boot file. Default: inherited, else none."),
  server_name: serverName.optional().describe("sname: name of the boot server, at most 63 bytes. Default: inherited, else none."),
  file_name: fileName.optional().describe("file: the boot file, at most 127 bytes. Default: inherited, else none."),
};

export const className = z.string({ error: expected("the name of a class") }).min(1, "the name of a class is empty");
export const guards = {
  class: className.optional().describe("Only for clients in this class. Default: for all."),
  deny_class: className.optional().describe("Not for clients in this class. Default: none."),
};

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
