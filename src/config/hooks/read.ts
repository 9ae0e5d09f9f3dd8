import type { HooksSpec } from "../model/common.ts";
import { describeValue } from "../text/expected.ts";
import type { Report } from "../text/problems.ts";
import { didYouMean } from "../text/suggest.ts";

const FUNCTIONS = ["message", "reply", "event"] as const;
const KEYS: readonly string[] = [...FUNCTIONS, "budget", "onFailure"];
const DEFAULT_BUDGET = 50;
const LONGEST_BUDGET = 10_000;

/** A configuration without its hooks, and what is to be known of them. */
export interface WithoutHooks {
  readonly value: unknown;
  /** Undefined: there are none. */
  readonly hooks: HooksSpec | undefined;
}

/**
 * Takes the hooks out of a configuration as it is written: a thread of their own imports them from
 * the file `module` again. Undefined: it is no module, and functions have no place in it.
 */
export function takeHooks(value: unknown, module: string | undefined, report: Report): WithoutHooks {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, "hooks")) return { value, hooks: undefined };
  const { hooks, ...rest } = value as { readonly hooks: unknown };
  if (hooks === undefined || hooks === null) return { value: rest, hooks: undefined };
  if (module === undefined) {
    const advice = "write the configuration as a module: leasehold.config.ts with export default defineConfig({...})";
    report.keyError(["hooks"], "hooks are functions of a configuration that is a module in a file, and this is none", advice);
    return { value: rest, hooks: undefined };
  }
  return { value: rest, hooks: readHooks(hooks, module, report) };
}

function readHooks(hooks: unknown, module: string, report: Report): HooksSpec | undefined {
  if (typeof hooks !== "object" || hooks === null || Array.isArray(hooks)) {
    report.error(["hooks"], `expected a map with the functions message, reply and event, got ${describeValue(hooks)}`);
    return undefined;
  }
  const { budget = DEFAULT_BUDGET, onFailure = "serve" } = hooks as { readonly budget?: unknown; readonly onFailure?: unknown };
  for (const key of Object.keys(hooks)) {
    if (KEYS.includes(key)) continue;
    report.keyError(["hooks", key], `unknown key "${key}"`, didYouMean(key, KEYS) ?? `known keys here: ${KEYS.join(", ")}`);
  }
  const has = (name: (typeof FUNCTIONS)[number]): boolean => {
    const hook = (hooks as Readonly<Record<string, unknown>>)[name];
    if (hook === undefined || typeof hook === "function") return hook !== undefined;
    report.error(["hooks", name], `expected a function, got ${describeValue(hook)}`);
    return false;
  };
  if (typeof budget !== "number" || !(budget >= 1 && budget <= LONGEST_BUDGET))
    report.error(["hooks", "budget"], `expected milliseconds: a number from 1 to ${LONGEST_BUDGET}, got ${describeValue(budget)}`);
  if (onFailure !== "serve" && onFailure !== "drop")
    report.error(["hooks", "onFailure"], `expected "serve" or "drop", got ${describeValue(onFailure)}`);
  const [message, reply, event] = FUNCTIONS.map(has) as [boolean, boolean, boolean];
  if (!(message || reply || event)) return undefined;
  return { module, message, reply, event, budget: Number(budget), onFailure: onFailure === "drop" ? "drop" : "serve" };
}
