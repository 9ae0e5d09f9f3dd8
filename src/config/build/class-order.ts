import type { ClassReference, Node } from "../class-expression/index.ts";
import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";
import type { ClassNames } from "./class-names.ts";

/** A class whose expression could be read, before the order is known. */
export interface Draft {
  readonly number: number;
  readonly name: string;
  readonly path: Path;
  readonly node: Node;
  readonly references: readonly ClassReference[];
}

/** A class on the way that is being followed, and which of those that it depends on comes next. */
interface Visit {
  readonly draft: Draft;
  readonly sources: readonly Draft[];
  next: number;
}

/** Of a circle so many classes are named: enough to find it. */
const MOST_NAMED = 20;

/**
 * The classes, each behind those that it depends on. Those in a circle are reported and left out.
 */
export function evaluationOrder(drafts: readonly Draft[], names: ClassNames, report: Report): readonly Draft[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  // What a template spawns is known when the template is.
  const sourcesOf = ({ references }: Draft): readonly Draft[] =>
    references.flatMap(({ name }) => [name, ...names.templatesOf(name)]).flatMap((name) => byName.get(name) ?? []);
  const order: Draft[] = [];
  const done = new Set<Draft>();
  // Not recursive: the way is as long as the file has it.
  const way: Visit[] = [];
  const depth = new Map<Draft, number>();
  const enter = (draft: Draft): void => {
    if (done.has(draft)) return;
    const start = depth.get(draft);
    if (start === undefined) {
      depth.set(draft, way.length);
      way.push({ draft, sources: sourcesOf(draft), next: 0 });
      return;
    }
    const circle = way.slice(start).map((visit) => visit.draft);
    const shown = circle.slice(0, MOST_NAMED).map(({ name }) => `"${name}"`);
    if (circle.length > MOST_NAMED) shown.push("...");
    const message = `classes depend on each other in a circle: ${[...shown, `"${draft.name}"`].join(", ")}`;
    report.error(draft.path, message, "one of them has to do without member()");
    for (const one of circle) done.add(one);
  };
  for (const draft of drafts) {
    enter(draft);
    for (let visit = way.at(-1); visit !== undefined; visit = way.at(-1)) {
      const source = visit.sources[visit.next++];
      if (source !== undefined) {
        enter(source);
        continue;
      }
      way.pop();
      depth.delete(visit.draft);
      if (done.has(visit.draft)) continue;
      done.add(visit.draft);
      order.push(visit.draft);
    }
  }
  return order;
}

/**
 * Tells which classes can only be told when the reservation of the client is known; `given` are
 * those that reservations put clients into.
 */
export function lateness(order: readonly Draft[], names: ClassNames, given: ReadonlySet<string>): (name: string) => boolean {
  const late = new Set(["KNOWN", "UNKNOWN", ...given]);
  const isLate = (name: string): boolean => late.has(name) || names.templatesOf(name).some((template) => late.has(template));
  for (const draft of order) if (draft.references.some(({ name }) => isLate(name))) late.add(draft.name);
  return isLate;
}
