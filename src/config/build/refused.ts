import { readDefinitions } from "../options/definitions.ts";
import { readOptions } from "../options/values.ts";
import type { ConfigFile, OptionsFile } from "../schema/config.ts";
import { isDhcp6 } from "../schema/unsupported.ts";
import type { RefusedMap } from "../schema/validate.ts";
import { createReport, type Report } from "../text/problems.ts";

/**
 * Reports what is wrong with the options of entries that were refused for something else: a mistake
 * in one place hides none in another.
 */
export function checkRefused(refused: readonly RefusedMap[], { option_definitions, v6 }: ConfigFile, report: Report): void {
  if (refused.length === 0) return;
  // What is wrong with the definitions themselves is told where the model is built.
  const { dictionaries } = readDefinitions(option_definitions, v6 === undefined ? 1 : 2, createReport(report.charactersAt));
  for (const { path, map } of refused) {
    const { options } = map;
    if (path.at(-1) === "match" || !isMap(options)) continue;
    // Those of both protocols are apart, and what is of which is not known without the rest.
    if (path[0] === "reservations" || path[0] === "shared_networks") continue;
    readOptions(options, [...path, "options"], isDhcp6(path) ? dictionaries.dhcp6 : dictionaries.dhcp4, report);
  }
}

function isMap(value: unknown): value is OptionsFile {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
