import * as z from "zod";
import { expected } from "../text/expected.ts";
import { duid, hostIpv6, ipv6Prefix } from "./dhcp6/values.ts";
import {
  anyMatchOptions,
  anyOptions,
  boot,
  className,
  config,
  dhcp6MatchOptions,
  dhcp6Options,
  guards,
  lifetimes,
  matchOptions,
  options,
} from "./settings.ts";
import { flag, hardwareAddress, hostAddress, hostname, identifier, list } from "./values.ts";

/* Who clients are: kinds of them, and hosts that are known one by one. */

const A_CLASS = { error: expected("a class: a map with name, assert, options and so on") };

const classFacts = {
  name: className.describe("Its name, for class, deny_class and member('name'). Clients in the class DROP are not answered."),
  assert: z
    .string({ error: expected("an expression such as substring(option[60].hex, 0, 9) == 'PXEClient'") })
    .optional()
    .describe(
      "The expression that tells which clients are in the class; the language is that of Kea's client classes. Default: only reservations put clients into it.",
    ),
  template: flag
    .optional()
    .describe("Make a class SPAWN_name_value of each value of assert, which is a value here, no condition. Default: false."),
};

export const clientClass = z
  .strictObject({ ...classFacts, config: config.optional(), options: options.optional(), ...boot }, A_CLASS)
  .meta({ id: "ClientClass", description: "A kind of client, told by what it sends, with settings of its own." });

function namesSomething(match: Readonly<Record<string, unknown>>): boolean {
  return Object.values(match).some((part) => part !== undefined);
}

/** What is wrong with a match that has none of these keys. */
function nothingMatched(keys: string) {
  return { error: "the reservation matches on nothing", params: { hint: `name one or more of ${keys}` } };
}

const ofHost = {
  chaddr: hardwareAddress.optional().describe("The client's hardware address."),
};

const ofDhcp4 = {
  client_id: identifier
    .optional()
    .describe("The client identifier, option 61: hex with or without colons, or text in quotes inside the string (\"'abc'\")."),
  duid: identifier.optional().describe("The DUID in a client identifier of the form of RFC 4361."),
  circuit_id: identifier.optional().describe("Where the client is, as the relay says: option 82 sub-option 1."),
  remote_id: identifier.optional().describe("Who the client is, as the relay says: option 82 sub-option 2."),
};

const interfaceId = identifier.optional().describe("Where the client is, as one of its relays says: the Interface-Id option (18).");
const REQUIRED_OPTIONS = "Options that the client must send with exactly this value.";
const MATCH = { id: "Match", description: "What a client is known by; all that are named must hold." };

const MATCH_KEYS = "chaddr, client_id, duid, circuit_id, remote_id and options";
const match = z
  .strictObject(
    { ...ofHost, ...ofDhcp4, options: matchOptions.optional().describe(REQUIRED_OPTIONS) },
    { error: expected(`a map with one or more of ${MATCH_KEYS}`) },
  )
  .refine(namesSomething, nothingMatched(MATCH_KEYS))
  .meta(MATCH);

const A_RESERVATION = { error: expected("a reservation: a map with match, ip and so on") };

const dhcp4Facts = {
  ip: hostAddress.optional().describe("The address of this host. Without it the host only gets settings, and a dynamic address."),
  ...boot,
};

const facts = {
  hostname: hostname.optional().describe("Name of the host: sent to it as option 12, and its name in the Client FQDN option."),
  ...guards,
  classes: list(className, "names of classes").optional().describe("Classes that the host is put into. Default: none."),
};

export const reservation = z
  .strictObject({ ...dhcp4Facts, match, ...facts, config: config.optional(), options: options.optional() }, A_RESERVATION)
  .meta({ id: "Reservation", description: "A host with an address or settings of its own." });

const dhcp6Facts = {
  addresses: list(hostIpv6, "IPv6 addresses").optional().describe("IPv6 addresses of this host. Default: none."),
  prefixes: list(ipv6Prefix, "IPv6 prefixes").optional().describe("Prefixes that are delegated to this host. Default: none."),
};

const MATCH6_KEYS = "duid, chaddr, client_id, interface_id, remote_id and options";
const match6 = z
  .strictObject(
    {
      ...ofHost,
      duid: duid.optional().describe("The client's DUID, in hex."),
      client_id: duid.optional().describe("The same: a client identifier of DHCPv6 is a DUID."),
      interface_id: interfaceId,
      remote_id: identifier
        .optional()
        .describe("Who the client is, as one of its relays says: the remote-id behind the enterprise number of option 37."),
      options: dhcp6MatchOptions.optional().describe(REQUIRED_OPTIONS),
    },
    { error: expected(`a map with one or more of ${MATCH6_KEYS}`) },
  )
  .refine(namesSomething, nothingMatched(MATCH6_KEYS))
  .meta({ ...MATCH, id: "Dhcp6Match" });

/** One of the section `v6`. */
export const dhcp6Reservation = z
  .strictObject(
    { match: match6, ...dhcp6Facts, ...facts, config: lifetimes.optional(), options: dhcp6Options.optional() },
    { error: expected("a reservation: a map with match, addresses, prefixes and so on") },
  )
  .meta({ id: "Dhcp6Reservation", description: "A host with addresses, prefixes or settings of its own in DHCPv6." });

const ANY_MATCH_KEYS = "chaddr, client_id, duid, circuit_id, interface_id, remote_id and options";

/** One of the top level, which may be of both protocols. */
export const anyReservation = z
  .strictObject(
    {
      ...dhcp4Facts,
      ...dhcp6Facts,
      match: z
        .strictObject(
          { ...ofHost, ...ofDhcp4, interface_id: interfaceId, options: anyMatchOptions.optional().describe(REQUIRED_OPTIONS) },
          { error: expected(`a map with one or more of ${ANY_MATCH_KEYS}`) },
        )
        .refine(namesSomething, nothingMatched(ANY_MATCH_KEYS))
        .meta({ ...MATCH, id: "AnyMatch" }),
      ...facts,
      config: lifetimes.optional(),
      options: anyOptions.optional().describe("Options; in a reservation for both protocols {v4: options, v6: options}."),
    },
    A_RESERVATION,
  )
  .meta({ id: "AnyReservation", description: "A host with addresses or settings of its own, of DHCPv4, DHCPv6 or both." });

export const dhcp6ClientClass = z
  .strictObject(
    {
      ...classFacts,
      config: lifetimes.optional(),
      options: dhcp6Options.optional(),
    },
    A_CLASS,
  )
  .meta({ id: "Dhcp6ClientClass", description: "A kind of DHCPv6 client, told by what it sends, with settings of its own." });
