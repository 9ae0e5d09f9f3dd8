import * as z from "zod";
import { DHCP4 } from "../options/dhcp4.ts";
import { DHCP6 } from "../options/dhcp6.ts";
import type { OptionProtocol } from "../options/protocol.ts";
import { configSchema } from "./config.ts";

/**
 * The JSON Schema (draft 2020-12) of the configuration file: for editors, and for programs that
 * write configurations.
 */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(configSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema: schema }) => {
      const protocol = OPTIONS_OF.get(z.globalRegistry.get(zodSchema)?.id ?? "");
      if (protocol !== undefined) schema.properties = optionProperties(protocol);
    },
  });
}

/** Protocols by the ids of the schemas of their options. */
const OPTIONS_OF: ReadonlyMap<string, OptionProtocol> = new Map([
  ["Options", DHCP4],
  ["Dhcp6Options", DHCP6],
]);

/** The options by name, so that an editor completes and explains them. */
function optionProperties({ options }: OptionProtocol): Record<string, { description: string }> {
  return Object.fromEntries(options.map(({ name, code }) => [name, { description: `Option ${code}` }]));
}
