import * as z from "zod";
import { OPTIONS } from "../../wire/dhcp4/option-table.ts";
import { configSchema } from "./config.ts";

/**
 * The JSON Schema (draft 2020-12) of the configuration file: for editors, and for programs that
 * write configurations.
 */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(configSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema: schema }) => {
      if (z.globalRegistry.get(zodSchema)?.id === "Options") schema.properties = optionProperties();
    },
  });
}

/** The options by name, so that an editor completes and explains them. */
function optionProperties(): Record<string, { description: string }> {
  return Object.fromEntries(OPTIONS.map((option) => [option.name, { description: `Option ${option.code}` }]));
}
