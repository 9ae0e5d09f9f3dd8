import * as z from "zod";
import type { OptionType } from "../model/common.ts";
import { expected } from "../text/expected.ts";

/** What stands in `option_definitions` for one name. */
export interface OptionDefinitionInput {
  readonly code: number;
  readonly type: OptionType;
  readonly space?: string;
}

/**
 * Any value: what is wrong with a definition is told by `readDefinitions`, which still knows then
 * that the name is meant to be an option.
 */
const definition: z.ZodType<unknown, OptionDefinitionInput> = z.unknown().meta({
  id: "OptionDefinition",
  description: "An option of the operator's own.",
  type: "object",
  properties: {
    code: { type: "integer", minimum: 0, maximum: 65535, description: "Its code: up to 255, of DHCPv6 up to 65535." },
    type: {
      description:
        "How values are written: ip, ipv6, str, domain, u8, u16, u32, i8, i16, i32, bool, flag, hex, routes, sub_option, ip_list or domain_list; [ip] is a list of them; {port: u16, host: domain} is a record.",
    },
    space: {
      type: "string",
      description:
        "dhcp4, dhcp6, vendor-encapsulated for sub-options of option 43, or vendor-4491 and the like for those of an enterprise in option 125, and of DHCPv6 in option 17. Default: dhcp4.",
    },
  },
  required: ["code", "type"],
  additionalProperties: false,
}) as z.ZodType<unknown, OptionDefinitionInput>;

export const optionDefinitions = z
  .record(z.string(), definition, { error: expected("a map from names to {code, type, space}") })
  .describe("Options of the operator's own, by name. Default: none.");
