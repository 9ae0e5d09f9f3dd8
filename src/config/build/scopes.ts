import type { Path } from "../text/diagnostic.ts";
import { isError, type Problem } from "../text/problems.ts";

/*
 * Beside errors only those warnings are shown that are none of their consequences: what is missing
 * may be what was refused.
 */

/** Sections of the top level that say nothing of networks. */
const APART: ReadonlySet<unknown> = new Set(["api", "ddns", "dns", "events", "history", "hooks", "leasequery", "log", "store", "user"]);

/** What a problem may have consequences for; undefined: for no network. */
function scopeOf([first, second, third]: Path): string | undefined {
  if (APART.has(first)) return undefined;
  if (first === "networks" && second !== undefined) return `networks ${second}`;
  if (first === "v6") return second === "networks" && third !== undefined ? `v6 ${third}` : "v6";
  if (first === "client_classes" && (second === "v4" || second === "v6")) return second;
  return "all";
}

/** The warnings about networks, of which nothing that they depend on has an error. */
export function withoutConsequences(warnings: readonly Problem[], problems: readonly Problem[]): readonly Problem[] {
  const scopes = new Set(problems.filter(isError).map(({ path }) => scopeOf(path)));
  scopes.delete(undefined);
  if (!problems.some(isError)) return warnings;
  if (scopes.has("all")) return [];
  return warnings.filter(({ path }) => {
    const scope = scopeOf(path);
    if (scope === "all" || scope === undefined) return false;
    return !scopes.has(scope) && !scopes.has(path[0] === "v6" ? "v6" : "v4");
  });
}
