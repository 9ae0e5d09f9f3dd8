import type { Limit } from "../model/common.ts";
import type { LimitFile } from "../schema/settings.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import type { ClassTable } from "./classes.ts";

/** In bytes. It is kept with every lease that the limit applies to. */
const LONGEST_IDENTITY = 1000;
/** Of no client the value is anything else than empty, and an empty one is not limited. */
const EMPTY = "''";

/** Reads the limits of the network with this name; of the top level when it is empty. */
export function readLimits(
  files: readonly LimitFile[] | undefined,
  network: string,
  classes: ClassTable,
  path: Path,
  report: Report,
): readonly Limit[] {
  const limits = new Map<string, Limit>();
  for (const [i, { key, max, class: className }] of (files ?? []).entries()) {
    const place = [...path, i];
    const value = classes.valueOf(key, [...place, "key"]);
    const guard = classes.guard({ class: className }, place).guard;
    // JSON, because no such list is the beginning of another one. What is not in it can be changed
    // without the counts being lost.
    const name = JSON.stringify([network, className ?? "", key]);
    const identity = new TextEncoder().encode(name);
    if (limits.has(name)) report.error(place, "the same limit is given twice", "keep one of the two");
    else if (identity.length > LONGEST_IDENTITY) report.error([...place, "key"], "the expression is too long", "make it shorter");
    else if (value !== undefined) {
      if (key.trim() === EMPTY)
        report.warn([...place, "key"], "nobody is limited: the value is always empty", "to count all together: key: \"'all'\"");
      limits.set(name, { identity, key, value, max, class: guard?.allowed });
    }
  }
  return [...limits.values()];
}
