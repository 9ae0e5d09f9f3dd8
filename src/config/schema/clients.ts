import * as z from "zod";
import { parseMac } from "../../net/mac.ts";
import { describeValue, expected } from "../text/expected.ts";
import { parseIdentifier } from "../text/identifier.ts";
import { boot, className, config, guards, options } from "./settings.ts";
import { flag, hostAddress, hostname, list, Refusal, text } from "./values.ts";

/* Who clients are: kinds of them, and hosts that are known one by one. */

export const clientClass = z
  .strictObject(
    {
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
      config: config.optional(),
      options: options.optional(),
      ...boot,
    },
    { error: expected("a class: a map with name, assert, options and so on") },
  )
  .meta({ id: "ClientClass", description: "A kind of client, told by what it sends, with settings of its own." });

const identifier = text("hex such as 01:52:54:00:12:34:56, or text in quotes inside the string", (value) => {
  const result = parseIdentifier(value);
  if (result !== undefined) return result;
  const what = `expected hex such as 01:52:54:00:12:34:56, or text in quotes inside the string, got ${describeValue(value)}`;
  return new Refusal(what, value === "" ? undefined : `for the text write "'${value.slice(0, 40)}'"`);
});

const match = z
  .strictObject(
    {
      chaddr: text("a hardware address such as 52:54:00:12:34:56", parseMac).optional().describe("The client's hardware address."),
      client_id: identifier
        .optional()
        .describe("The client identifier, option 61: hex with or without colons, or text in quotes inside the string (\"'abc'\")."),
      duid: identifier.optional().describe("The DUID in a client identifier of the form of RFC 4361."),
      circuit_id: identifier.optional().describe("Where the client is, as the relay says: option 82 sub-option 1."),
      remote_id: identifier.optional().describe("Who the client is, as the relay says: option 82 sub-option 2."),
      options: options.optional().describe("Options that the client must send with exactly this value."),
    },
    { error: expected("a map with one or more of chaddr, client_id, duid, circuit_id, remote_id and options") },
  )
  .superRefine((value, context) => {
    if (Object.values(value).some((part) => part !== undefined)) return;
    context.addIssue({
      code: "custom",
      message: "the reservation matches on nothing",
      params: { hint: "name one or more of chaddr, client_id, duid, circuit_id, remote_id and options" },
    });
  })
  .meta({ id: "Match", description: "What a client is known by; all that are named must hold." });

export const reservation = z
  .strictObject(
    {
      ip: hostAddress.optional().describe("The address of this host. Without it the host only gets settings, and a dynamic address."),
      match,
      hostname: hostname.optional().describe("Name of the host, sent to it as option 12."),
      config: config.optional(),
      options: options.optional(),
      ...boot,
      ...guards,
      classes: list(className, "names of classes").optional().describe("Classes that the host is put into. Default: none."),
    },
    { error: expected("a reservation: a map with match, ip and so on") },
  )
  .meta({ id: "Reservation", description: "A host with an address or settings of its own." });
