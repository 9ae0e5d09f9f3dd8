import { kindOf } from "../../net/argument.ts";

/**
 * What a program without types may give for a checked configuration. Gives it back, or throws
 * TypeError. `member`: what of the result of loading is meant.
 */
export function givenConfig<C>(config: C, member: "config" | "config.dhcp6" = "config"): C {
  const given: unknown = config;
  if (typeof given === "object" && given !== null) {
    if ("ok" in given) throw new TypeError(`config: this is the result of loading: look at its \`ok\`, and give its \`${member}\``);
    if ("networks" in given && Array.isArray(given.networks)) return config;
  }
  const isWritten = typeof given === "object" && given !== null && !Array.isArray(given);
  const [what, maker] = isWritten
    ? ["no checked configuration but another object", "buildConfig"]
    : [`no configuration but ${kindOf(given)}`, "loadConfig"];
  throw new TypeError(`config: this is ${what}: give what ${maker} of leasehold/config makes of it, its \`${member}\``);
}
