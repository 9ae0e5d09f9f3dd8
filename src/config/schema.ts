import * as z from "zod";
import { clientClass } from "./class-schema.ts";
import { INFINITE, parseDuration } from "./duration.ts";
import { expected } from "./expected.ts";
import { floodProtection } from "./flood-schema.ts";
import { leasequery } from "./leasequery-schema.ts";
import { limits } from "./limit-schema.ts";
import { optionDefinitions } from "./option-definition-schema.ts";
import { reservation } from "./reservation-schema.ts";
import {
  A_DURATION,
  A_PREFIX,
  A_RANGE,
  duration,
  durationInput,
  exception,
  flag,
  hostAddress,
  interfaceName,
  interfaceSpec,
  list,
  parsed,
  Refusal,
  readPrefix,
  readRange,
  text,
} from "./schema-values.ts";
import { boot, config, guards, options } from "./settings-schema.ts";
import { vss } from "./vss-schema.ts";

/*
 * The one description of the file: types, checks and the JSON Schema come from it. It checks what can be told from a
 * value alone; what depends on other values is checked where the model is built.
 */

const A_SHARE = "a share from 0 to 1 such as 0.8";

const inherited = {
  ...boot,
  authoritative: flag
    .optional()
    .describe("Answer DHCPNAK to clients whose address is wrong or unknown here, and DHCPINFORM. Default: inherited, else true."),
  exclude_first_last_24: flag
    .optional()
    .describe("Never give out .0 and .255 of any /24, except to hosts for which they are reserved. Default: inherited, else false."),
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
      "Ask whether somebody uses an address (by ARP, or ping through routers) before it is offered to a client that did not have it. Default: inherited, else false.",
    ),
  ping_timeout_ms: z
    .int({ error: expected("a number of milliseconds from 1 to 10000") })
    .min(1, "ping_timeout_ms must be from 1 to 10000")
    .max(10_000, "ping_timeout_ms must be from 1 to 10000")
    .optional()
    .describe("How long ping_check waits for an answer, in milliseconds. Default: inherited, else 500."),
};

const range = z
  .strictObject(
    {
      start: hostAddress.optional().describe("First address."),
      end: hostAddress.optional().describe("Last address."),
      range: text(A_RANGE, readRange).optional().describe("First and last address in one: 192.168.5.2-192.168.5.250."),
      prefix: text(A_PREFIX, readPrefix)
        .optional()
        .describe("The addresses of a prefix; the network's own first and last address are left out."),
      except: list(exception, "addresses, ranges and prefixes")
        .optional()
        .describe("Addresses inside that are never given out. Default: none."),
      config: config.optional(),
      options: options.optional(),
      ...guards,
    },
    { error: expected("a range: a map with start and end, with range, or with prefix") },
  )
  .superRefine((value, context) => {
    const forms = [value.start !== undefined || value.end !== undefined, value.range !== undefined, value.prefix !== undefined];
    const complete = value.range !== undefined || value.prefix !== undefined || (value.start !== undefined && value.end !== undefined);
    const count = forms.filter(Boolean).length;
    if (count === 1 && complete) return;
    const missing = value.start === undefined ? "start" : "end";
    const message =
      count > 1 ? "the range is given in two ways" : count === 0 ? "the range has no addresses" : `the range has no ${missing}`;
    context.addIssue({ code: "custom", message, params: { hint: "give start and end, or range: FIRST-LAST, or prefix: ADDRESS/LENGTH" } });
  })
  .meta({ id: "Range", description: "A pool of addresses for clients without a reservation: start and end, range, or prefix." });

const reservations = list(reservation, "reservations");
const interfaceNames = list(interfaceName, "names of interfaces");
const relays = list(hostAddress, "addresses of relays").describe(
  "Addresses (giaddr) of relays that serve this link although the address lies outside its prefixes. Default: none.",
);

const network = z
  .strictObject(
    {
      ...inherited,
      limits,
      server_id: hostAddress
        .optional()
        .describe("Server identifier (option 54) and source of replies. Default: the address of the receiving interface."),
      ranges: list(range, "ranges").optional().describe("Pools of addresses, in the order of preference. Default: none."),
      reservations: reservations.optional().describe("Hosts with settings of their own. Default: none."),
      interfaces: interfaceNames.optional().describe("Interfaces on this network besides those that have an address in it. Default: none."),
      relays: relays.optional(),
      vss: vss.optional(),
      allocation: z
        .enum(["hashed", "sequential", "random"], { error: expected("hashed, sequential or random") })
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

const member = z.string({ error: expected("a network such as 192.168.5.0/24") });
const members = list(member, "networks such as 192.168.5.0/24");

const sharedNetwork = z
  .union(
    [
      members,
      z.strictObject({
        networks: members.describe("The networks on this link, in the order in which they are used."),
        interfaces: interfaceNames
          .optional()
          .describe("Interfaces on this link besides those that have an address in one of the networks."),
        relays: relays.optional(),
        vss: vss.optional(),
        options: options.optional(),
        config: config.optional(),
      }),
    ],
    { error: expected("a list of networks, or a map with networks, interfaces, relays, options and config") },
  )
  .meta({ id: "SharedNetwork", description: "Networks on one link: a client may get an address from any of them, in order." });

const sqlite = z.strictObject(
  {
    path: z
      .string({ error: expected("the path of a file") })
      .min(1, "the path is empty")
      .optional(),
  },
  { error: expected("a map with path") },
);

const store = z
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

const log = z.strictObject(
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

export const configSchema = z
  .strictObject(
    {
      interfaces: list(interfaceSpec, "interfaces")
        .optional()
        .describe(
          "Interfaces served directly: name, or name@address to answer from that address. Default: every interface that is up and has an address in a configured network.",
        ),
      networks: z
        .record(z.string(), network, { error: expected("a map from prefixes such as 192.168.5.0/24 to networks") })
        .optional()
        .describe("DHCPv4 subnets by prefix. Default: none."),
      shared_networks: z
        .record(z.string(), sharedNetwork, { error: expected("a map from names to shared networks") })
        .optional()
        .describe("Links that carry several networks, by name. Default: none."),
      config: config.optional(),
      options: options.optional(),
      option_definitions: optionDefinitions.optional(),
      client_classes: z
        .strictObject(
          { v4: list(clientClass, "classes").optional().describe("Classes of DHCPv4 clients, in the order of their options.") },
          { error: expected("a map with v4") },
        )
        .optional()
        .describe("Kinds of clients, told by what they send. Default: none."),
      reservations: reservations
        .optional()
        .describe("Hosts known in whichever network holds their address; without an address, in every network. Default: none."),
      ...inherited,
      limits,
      chaddr_only: flag
        .optional()
        .describe("Ignore the client identifier (option 61) and know clients by hardware address alone. Default: false."),
      offer_hold: parsed(durationInput, A_DURATION, (value) => {
        const seconds = parseDuration(value);
        if (seconds === 0 || seconds === INFINITE) return new Refusal("offer_hold must be longer than 0 seconds and can't be infinite");
        return seconds;
      })
        .optional()
        .describe("How long an offered address is kept for its client, in memory only. Default: 30s."),
      affinity: duration
        .optional()
        .describe("How long an expired or released lease is remembered for its last owner while other addresses are free. Default: 1d."),
      leasequery: leasequery.optional().describe("Who may ask about leases with DHCPLEASEQUERY (RFC 4388). Default: nobody."),
      store: store.optional().describe("Where leases are kept. Default: a SQLite file."),
      log: log.optional(),
      bootp_enable: flag
        .optional()
        .describe(
          "true: serve BOOTP clients, from ranges too; such an address is theirs for ever (RFC 1534). false: don't serve them. Default: they get reserved addresses only.",
        ),
      rapid_commit: flag
        .optional()
        .describe("Bind the address at once for clients that ask for it with option 80 (RFC 4039). Default: false."),
      subnet_selection: flag
        .optional()
        .describe("Let messages say by option 118 in which network they want an address (RFC 3011). Default: true, as in dora."),
      cache_threshold: z
        .int({ error: expected("percent: a whole number from 0 to 100") })
        .min(0, { error: expected("percent: a whole number from 0 to 100") })
        .max(100, { error: expected("percent: a whole number from 0 to 100") })
        .optional()
        .describe("Percent of a lease for which a renewal gets the time that remains and nothing is written. Default: 0, each is written."),
      flood_protection_threshold: floodProtection.optional(),
    },
    { error: expected("a map with networks, options and so on") },
  )
  .meta({ title: "Leasehold configuration" });

/** A configuration as it is written: what `defineConfig` takes. */
export type ConfigInput = z.input<typeof configSchema>;

/** A configuration whose values were read one by one; what depends on other values is not checked yet. */
export type ConfigFile = z.output<typeof configSchema>;
export type NetworkFile = NonNullable<ConfigFile["networks"]>[string];
export type SharedNetworkFile = NonNullable<ConfigFile["shared_networks"]>[string];
export type RangeFile = NonNullable<NetworkFile["ranges"]>[number];
export type ReservationFile = NonNullable<NetworkFile["reservations"]>[number];
export type ClientClassFile = NonNullable<NonNullable<ConfigFile["client_classes"]>["v4"]>[number];
export type LeaseConfigFile = NonNullable<ConfigFile["config"]>;
export type OptionsFile = Readonly<Record<string, unknown>>;
