import * as z from "zod";
import { parseIpv4, writeIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { type Ipv4Prefix, parseIpv4Prefix } from "../../net/prefix.ts";
import type { ListenSpec, UserSpec } from "../model/common.ts";
import { INFINITE, parseDuration } from "../text/duration.ts";
import { describeValue, expected } from "../text/expected.ts";
import { readIpv6Prefix } from "./dhcp6/values.ts";
import { hostBitsSet, list, parsed, Refusal, text } from "./values.ts";

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

const A_NAME = "the name or number of a user";
const A_GROUP = "the name or number of a group";

/** What adduser(8) and the kernel take. */
function principal(what: string) {
  return parsed(z.union([z.string(), z.int()], { error: expected(what) }), what, (value) => {
    const written = String(value);
    if (/^\d+$/.test(written)) return Number(written) <= LARGEST_ID ? written : new Refusal(`${written} is larger than any id`);
    return /^[\p{L}_][\p{L}\d_.@\\-]*\$?$/u.test(written) ? written : undefined;
  });
}

/** The one above it means "nobody in particular" to the kernel. */
const LARGEST_ID = 0xfffffffe;

const userName = principal(A_NAME).transform((name): UserSpec => ({ user: name }));

export const user = z.union([userName, z.strictObject({ user: principal(A_NAME), group: principal(A_GROUP).optional() })], {
  error: expected("the name of a user, or a map with user and group"),
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

const A_REQUESTER = "an address such as 10.0.0.2 or 2001:db8::2, or a prefix such as 10.0.0.0/24 or 2001:db8::/48";

/** IPv4: a prefix of 32 bits is a single address. IPv6: likewise with 128. */
const requester = text(A_REQUESTER, (value): Ipv4Prefix | Ipv6Prefix | Refusal | undefined => {
  if (value.includes(":")) {
    if (value.includes("/")) return readIpv6Prefix(value);
    const address = parseIpv6(value);
    return address === undefined ? undefined : ipv6Prefix(address);
  }
  if (value.includes("/")) return parseIpv4Prefix(value) ?? hostBitsSet(value);
  const address = parseIpv4(value);
  return address === undefined ? undefined : { address, length: 32 };
});

/** An address to listen on, with a port or without. `what`: what is expected, in words. */
export const listenerOn = (what: string) => text(what, readListener);

const listener = listenerOn("an address to listen on, such as 10.0.0.1, 10.0.0.1:67, 2001:db8::1 or [2001:db8::1]:547");

/** Reads an address with a port or without; of IPv6 a port needs brackets. Undefined: it is none. */
export function readListener(value: string): ListenSpec | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([\d.]+|[^[\]]*))(?::(\d{1,5}))?$/.exec(value) ?? [];
  // Without brackets all of the text is an IPv6 address.
  const ipv6 = parseIpv6(bracketed ?? value);
  const ipv4 = ipv6 === undefined && plain !== undefined ? parseIpv4(plain) : undefined;
  const hasPort = digits !== undefined && (ipv4 !== undefined || bracketed !== undefined);
  const port = hasPort ? Number(digits) : undefined;
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  if (ipv6 !== undefined) return { address: ipv6, port };
  if (ipv4 === undefined) return undefined;
  const address = new Uint8Array(4);
  writeIpv4(address, 0, ipv4);
  return { address, port };
}

/** `leasequery` at the top level. */
export const leasequery = z
  .strictObject(
    {
      requesters: list(requester, "addresses and prefixes")
        .min(1, "requesters is empty: nobody could ask")
        .describe(
          "Addresses and prefixes of those who may ask; both giaddr and the address that the query comes from have to be among them, of DHCPv6 the latter.",
        ),
      bulk: z
        .strictObject(
          {
            listen: list(listener, "addresses")
              .min(1, "listen is empty: nobody could connect")
              .describe("Addresses, each with a TCP port if it is not that of the protocol, 67 or 547."),
          },
          { error: expected("a map with listen") },
        )
        .optional()
        .describe("Answers over TCP about many leases at once (RFC 5460, RFC 6926), for the same requesters. Default: none."),
    },
    { error: expected("a map with requesters and bulk") },
  )
  .meta({ id: "Leasequery", description: "Answers to LEASEQUERY: by address, hardware address, client identifier or remote id." });
