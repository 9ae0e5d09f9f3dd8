import * as z from "zod";
import { expected } from "./expected.ts";
import { flag } from "./schema-values.ts";
import { boot, className, config, options } from "./settings-schema.ts";

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
