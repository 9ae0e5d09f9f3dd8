import * as z from "zod";
import { expected } from "../../text/expected.ts";
import { dhcp6Reservation } from "../clients.ts";
import { allocation, inheritedByAll, interfaceNames } from "../networks.ts";
import { rangeOf } from "../ranges.ts";
import { dhcp6Options, guards, lifetimes, limits } from "../settings.ts";
import { flag, list } from "../values.ts";
import { serverId } from "./server-id.ts";
import { hostIpv6, interface6, interfaceIds, ipv6Prefix, prefixBits, RANGE6_VALUES } from "./values.ts";

/* The section `v6`: everything of DHCPv6 that the top level does not hold for both protocols. */

const range = rangeOf({
  ...RANGE6_VALUES,
  config: lifetimes,
  options: dhcp6Options,
  words: {
    range: "First and last address in one: 2001:db8:1::100-2001:db8:1::1ff.",
    prefix: "The addresses of a prefix; the first of the network is left out.",
  },
}).meta({
  id: "Dhcp6Range",
  description: "A pool of IPv6 addresses for clients without a reservation: start and end, range, or prefix.",
});

const prefixPool = z
  .strictObject(
    {
      prefix: ipv6Prefix.describe("What is delegated lies in this prefix."),
      delegated_length: prefixBits.describe("Length of the prefixes that are delegated."),
      excluded_prefix: ipv6Prefix
        .optional()
        .describe("What is excluded of each delegated prefix (RFC 6603), as it lies in the first of them. Default: nothing."),
      config: lifetimes.optional(),
      options: dhcp6Options.optional(),
      ...guards,
    },
    { error: expected("a pool of prefixes: a map with prefix and delegated_length") },
  )
  .meta({ id: "PrefixPool", description: "Prefixes that are delegated to routers (IA_PD)." });

const ofSection = {
  ...inheritedByAll,
  authoritative: flag
    .optional()
    .describe(
      "Answer RENEW and REBIND of leases that are unknown here with what says that they are invalid. Default: inherited, else true.",
    ),
  rapid_commit: flag
    .optional()
    .describe("Answer a SOLICIT that has the Rapid Commit option with a REPLY at once. Default: inherited, else false."),
  config: lifetimes.optional(),
  options: dhcp6Options.optional(),
};

const dhcp6Reservations = list(dhcp6Reservation, "reservations");

const network = z
  .strictObject(
    {
      ...ofSection,
      limits,
      ranges: list(range, "ranges").optional().describe("Pools of addresses (IA_NA), in the order of preference. Default: none."),
      prefix_pools: list(prefixPool, "pools of prefixes")
        .optional()
        .describe("Pools of prefixes (IA_PD), in the order of preference. Default: none."),
      reservations: dhcp6Reservations.optional().describe("Hosts with settings of their own. Default: none."),
      interfaces: interfaceNames.optional().describe("Interfaces on this network besides those that have an address in it. Default: none."),
      interface_id: interfaceIds.optional(),
      relays: list(hostIpv6, "addresses of relays")
        .optional()
        .describe("Addresses (link-address) of relays that serve this link although they lie outside its prefixes. Default: none."),
      allocation: allocation
        .optional()
        .describe("How a free address or prefix is picked. random: nobody can guess which (RFC 7824). Default: random."),
      ...guards,
    },
    { error: expected("a network: a map with ranges, prefix_pools, reservations, options and so on") },
  )
  .meta({ id: "Dhcp6Network", description: "An IPv6 subnet." });

export const v6 = z
  .strictObject(
    {
      interfaces: list(interface6, "interfaces")
        .optional()
        .describe(
          "Interfaces served directly: name, or name@address to answer from that address. Default: every interface that is up and that a network names or has an address in one.",
        ),
      server_id: serverId.optional(),
      ...ofSection,
      address_registration: flag.optional().describe("Let hosts tell the addresses that they made themselves (RFC 9686). Default: false."),
      routes: z
        .literal("kernel", { error: expected("kernel") })
        .optional()
        .describe("kernel: keep routes to delegated prefixes on this machine, for clients on its links. Default: none are kept."),
      reservations: dhcp6Reservations
        .optional()
        .describe(
          "Hosts known in whichever network holds their addresses; with neither addresses nor prefixes, in every network. Default: none.",
        ),
      networks: z
        .record(z.string(), network, { error: expected("a map from prefixes such as 2001:db8:1::/64 to networks") })
        .optional()
        .describe("IPv6 subnets by prefix. Default: none."),
    },
    { error: expected("a map with networks, options and so on") },
  )
  .meta({ id: "Dhcp6", description: "DHCPv6. Without this section it is not served." });
