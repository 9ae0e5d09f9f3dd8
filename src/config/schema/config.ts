import * as z from "zod";
import type { Hooks } from "../hooks/types.ts";
import { INFINITE, parseDuration } from "../text/duration.ts";
import { expected } from "../text/expected.ts";
import { api } from "./api.ts";
import { anyReservation, clientClass, dhcp6ClientClass } from "./clients.ts";
import { ddns } from "./ddns.ts";
import { v6 } from "./dhcp6/section.ts";
import { dns } from "./dns.ts";
import { events, history } from "./events.ts";
import { inherited, network, serverId, sharedNetwork } from "./networks.ts";
import { optionDefinitions } from "./option-definitions.ts";
import { floodProtection, leasequery, log, store, user } from "./server.ts";
import { config, limits, options } from "./settings.ts";
import type { Definitions, WithOptions } from "./typed-options.ts";
import { A_DURATION, duration, durationInput, flag, interfaceSpec, list, parsed, Refusal } from "./values.ts";

/*
 * The one description of the file: types, checks and the JSON Schema come from it. It checks what
 * can be told from a value alone; what depends on other values is checked where the model is built.
 */

export const configSchema = z
  .strictObject(
    {
      $schema: z
        .string({ error: expected("where the JSON Schema of this file is: text") })
        .optional()
        .describe("Where the JSON Schema of this file is, for editors. The server does not look at it. Default: none."),
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
          {
            v4: list(clientClass, "classes").optional().describe("Classes of DHCPv4 clients, in the order of their options."),
            v6: list(dhcp6ClientClass, "classes").optional().describe("Classes of DHCPv6 clients, in the order of their options."),
          },
          { error: expected("a map with v4 and v6") },
        )
        .optional()
        .describe("Kinds of clients, told by what they send. Default: none."),
      reservations: list(anyReservation, "reservations")
        .optional()
        .describe("Hosts known in whichever network holds their address; without an address, in every network. Default: none."),
      ...inherited,
      server_id: serverId,
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
      leasequery: leasequery.optional().describe("Who may ask about leases (RFC 4388, RFC 5007). Default: nobody."),
      events: events.optional(),
      history: history.optional(),
      ddns: ddns.optional(),
      dns: dns.optional(),
      store: store.optional().describe("Where leases are kept. Default: a SQLite file."),
      user: user
        .optional()
        .describe(
          "Whom the server becomes when root starts it: a name, or {user, group}. It keeps what its sockets need. Default: it stays who started it.",
        ),
      log: log.optional(),
      api: api.optional().describe("The HTTP API; false: none. Default: on 127.0.0.1:3333, to look at."),
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
      v6: v6.optional(),
    },
    { error: expected("a map with networks, options and so on") },
  )
  .meta({ title: "Leasehold configuration" });

type Written = z.input<typeof configSchema>;

/**
 * A configuration as it is written: what `defineConfig` takes. `D`: the options of the operator's
 * own, which can be used by their names.
 */
export type ConfigInput<D extends Definitions = Definitions> = WithOptions<Omit<Written, "option_definitions">, NoInfer<D>> & {
  readonly option_definitions?: D;
  /** Functions that see messages, answers and what comes true of leases: in a module only. */
  readonly hooks?: Hooks<NoInfer<D>>;
};

/**
 * A configuration whose values were read one by one; what depends on other values is not checked
 * yet.
 */
export type ConfigFile = z.output<typeof configSchema>;
export type NetworkFile = NonNullable<ConfigFile["networks"]>[string];
export type SharedNetworkFile = NonNullable<ConfigFile["shared_networks"]>[string];
export type RangeFile = NonNullable<NetworkFile["ranges"]>[number];
export type ReservationFile = NonNullable<NetworkFile["reservations"]>[number];
export type AnyReservationFile = NonNullable<ConfigFile["reservations"]>[number];
export type LeaseConfigFile = NonNullable<ConfigFile["config"]>;
export type OptionsFile = Readonly<Record<string, unknown>>;

export type Dhcp6File = NonNullable<ConfigFile["v6"]>;
export type Dhcp6NetworkFile = NonNullable<Dhcp6File["networks"]>[string];
export type Dhcp6RangeFile = NonNullable<Dhcp6NetworkFile["ranges"]>[number];
export type PrefixPoolFile = NonNullable<Dhcp6NetworkFile["prefix_pools"]>[number];
export type Dhcp6ReservationFile = NonNullable<Dhcp6File["reservations"]>[number];
export type LifetimesFile = NonNullable<Dhcp6File["config"]>;
