import * as z from "zod";
import { expected } from "../text/expected.ts";
import { reservation } from "./clients.ts";
import { interfaceIds, readHostIpv6 } from "./dhcp6/values.ts";
import { rangeOf } from "./ranges.ts";
import { anyOptions, boot, config, guards, lifetimes, limits, options } from "./settings.ts";
import {
  A_PREFIX,
  A_RANGE,
  duration,
  exception,
  flag,
  hostAddress,
  interfaceName,
  list,
  readHostAddress,
  readPrefix,
  readRange,
  text,
} from "./values.ts";
import { vss } from "./vss.ts";

/* Networks, their ranges, and the links that they are on. */

const A_SHARE = "a share from 0 to 1 such as 0.8";

/** What networks of both protocols inherit from the top level. */
export const inheritedByAll = {
  reservations_only: flag
    .optional()
    .describe(
      "Give addresses only to hosts that have a reservation; one without an address may use the ranges. Default: inherited, else false.",
    ),
  adaptive_threshold: z
    .number({ error: expected(A_SHARE) })
    .min(0, { error: expected(A_SHARE) })
    .max(1, { error: expected(A_SHARE) })
    .optional()
    .describe(
      "When more than this share of a network's ranges is in use, new leases get the minimum time. Default: inherited, else none, the time never depends on it.",
    ),
  probation_period: duration
    .optional()
    .describe(
      "How long an address is not given out that was declined or found in use. Default: inherited, else 1d as in dora; 15m is a good choice.",
    ),
  ping_check: flag
    .optional()
    .describe(
      "Ask whether somebody uses an address before it is offered to a client that did not have it. Default: inherited, else false.",
    ),
  ping_timeout_ms: z
    .int({ error: expected("a number of milliseconds from 1 to 10000") })
    .min(1, "ping_timeout_ms must be from 1 to 10000")
    .max(10_000, "ping_timeout_ms must be from 1 to 10000")
    .optional()
    .describe("How long ping_check waits for an answer, in milliseconds. Default: inherited, else 500."),
};

export const inherited = {
  ...boot,
  ...inheritedByAll,
  authoritative: flag
    .optional()
    .describe("Answer DHCPNAK to clients whose address is wrong or unknown here, and DHCPINFORM. Default: inherited, else true."),
  exclude_first_last_24: flag
    .optional()
    .describe("Never give out .0 and .255 of any /24, except to hosts for which they are reserved. Default: inherited, else false."),
};

/** As it is written in a network, and at the top level for all networks. */
export const serverId = hostAddress
  .optional()
  .describe(
    "Server identifier (option 54) of DHCPv4, and source of replies where this machine has that address. Default: inherited, else the address that the message was sent to, or that of the receiving interface.",
  );

const range = rangeOf({
  address: hostAddress,
  range: text(A_RANGE, readRange),
  prefix: text(A_PREFIX, readPrefix),
  exception,
  config,
  options,
  words: {
    range: "First and last address in one: 192.168.5.2-192.168.5.250.",
    prefix: "The addresses of a prefix; the network's own first and last address are left out.",
  },
}).meta({
  id: "Range",
  description: "A pool of addresses for clients without a reservation: start and end, range, or prefix.",
});

/** How a free address is picked. */
export const allocation = z.enum(["hashed", "sequential", "random"], { error: expected("hashed, sequential or random") });

export const reservations = list(reservation, "reservations");
export const interfaceNames = list(interfaceName, "names of interfaces");
const relays = list(hostAddress, "addresses of relays").describe(
  "Addresses (giaddr) of relays that serve this link although the address lies outside its prefixes. Default: none.",
);

export const network = z
  .strictObject(
    {
      ...inherited,
      limits,
      server_id: serverId,
      ranges: list(range, "ranges").optional().describe("Pools of addresses, in the order of preference. Default: none."),
      reservations: reservations.optional().describe("Hosts with settings of their own. Default: none."),
      interfaces: interfaceNames.optional().describe("Interfaces on this network besides those that have an address in it. Default: none."),
      relays: relays.optional(),
      vss: vss.optional(),
      allocation: allocation
        .optional()
        .describe(
          "How a free address is picked. hashed: a client tends to get the same one even after all state is lost. Default: hashed.",
        ),
      config: config.optional(),
      options: options.optional(),
      ...guards,
    },
    { error: expected("a network: a map with ranges, reservations, options and so on") },
  )
  .meta({ id: "Network", description: "A DHCPv4 subnet." });

const A_RELAY = "the address of a relay such as 192.168.6.1, or of one of DHCPv6 such as 2001:db8:6::1";

const relaysOfEither = list(
  text(A_RELAY, (value) => readHostAddress(value) ?? readHostIpv6(value)),
  "addresses of relays",
).describe(
  "Addresses (giaddr, or link-address of DHCPv6) of relays that serve this link although they lie outside its prefixes. Default: none.",
);

const member = z.string({ error: expected("a network such as 192.168.5.0/24") });
const members = list(member, "networks such as 192.168.5.0/24");

export const sharedNetwork = z
  .union(
    [
      members,
      z.strictObject({
        networks: members.describe("The networks on this link, in the order in which they are used."),
        interfaces: interfaceNames
          .optional()
          .describe("Interfaces on this link besides those that have an address in one of the networks."),
        relays: relaysOfEither.optional(),
        interface_id: interfaceIds.optional(),
        vss: vss.optional(),
        options: anyOptions.optional(),
        config: lifetimes.optional(),
      }),
    ],
    { error: expected("a list of networks, or a map with networks, interfaces, relays, options and config") },
  )
  .meta({
    id: "SharedNetwork",
    description: "Networks of one protocol on one link: a client may get an address from any of them, in order.",
  });
