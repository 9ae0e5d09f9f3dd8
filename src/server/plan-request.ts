import type { Configuration } from "./configuration.ts";
import type { Plan } from "./plan.ts";
import { RefusedError, type RequestHandler } from "./requests.ts";

/** What is answered to `{kind: "plan"}`: what a reload would change. */
export interface PlanAnswer extends Plan {
  /** SHA-256 of what the file says now, in hex. */
  readonly hash: string;
  /** Of the file as it is now, one text each. */
  readonly warnings: readonly string[];
}

export function planHandler(configuration: Configuration): Readonly<Record<"plan", RequestHandler>> {
  return {
    async plan(): Promise<PlanAnswer> {
      const planned = await configuration.plan();
      if (!planned.ok) throw new RefusedError("invalid", ["the configuration can't be used:", ...planned.problems].join("\n"));
      const { plan, hash, warnings } = planned;
      return { hash, warnings, ...plan };
    },
  };
}
