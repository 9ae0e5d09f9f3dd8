import type { Limit } from "../model/common.ts";
import type { LimitFile } from "../schema/settings.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import type { ClassTable } from "./classes.ts";

/** In bytes. It is kept with every lease that the limit applies to. */
const LONGEST_IDENTITY = 1000;
/** Of no client the value is anything else than empty, and an empty one is not limited. */
const EMPTY = "''";

/**
 * The limits of the top level that hold in each of the protocols: those that a protocol's classes
 * and expressions can say. What none can say is left to the first, to be reported.
 */
export function limitsOf(files: readonly LimitFile[] | undefined, protocols: readonly ClassTable[]): readonly PlacedLimit[][] {
  const all = placed(files);
  const knowers = all.map(({ file }) => {
    const able = protocols.filter((classes) => classes.knows(file.key, file.class));
    return able.length > 0 ? able : protocols.slice(0, 1);
  });
  return protocols.map((classes) => all.filter((_, i) => knowers[i]?.includes(classes)));
}

/** A limit, and its position in its list. */
export interface PlacedLimit {
  readonly file: LimitFile;
  readonly position: number;
}

/** The limits of a list. */
export function placed(files: readonly LimitFile[] | undefined): readonly PlacedLimit[] {
  return (files ?? []).map((file, position) => ({ file, position }));
}

/** Reads the limits of the network with this name; of the top level when it is empty. */
export function readLimits(
  files: readonly PlacedLimit[],
  network: string,
  classes: ClassTable,
  path: Path,
  report: Report,
): readonly Limit[] {
  const limits = new Map<string, Limit>();
  const places = new Map<string, Path>();
  for (const { file, position } of files) {
    const { key, max, class: className } = file;
    const place = [...path, position];
    const value = classes.valueOf(key, [...place, "key"]);
    const guard = classes.guard({ class: className }, place).guard;
    // JSON, because no such list is the beginning of another one. What is not in it can be changed
    // without the counts being lost.
    const name = JSON.stringify([network, className ?? "", key]);
    const identity = new TextEncoder().encode(name);
    const first = places.get(name);
    if (first === undefined) places.set(name, place);
    if (first !== undefined) report.error(place, "the same limit is given twice", "keep one of the two", first);
    else if (identity.length > LONGEST_IDENTITY) report.error([...place, "key"], "the expression is too long", "make it shorter");
    else if (value !== undefined) {
      if (key.trim() === EMPTY)
        report.warn([...place, "key"], "nobody is limited: the value is always empty", "to count all together: key: \"'all'\"");
      limits.set(name, { identity, key, value, max, class: guard?.allowed });
    }
  }
  return [...limits.values()];
}
