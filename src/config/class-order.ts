import type { ClassReference, Node } from "./class-expression/index.ts";
import type { ClassNames } from "./class-names.ts";
import type { Path } from "./diagnostic.ts";
import type { Report } from "./problems.ts";

/** A class whose expression could be read, before the order is known. */
export interface Draft {
  readonly number: number;
  readonly name: string;
  readonly path: Path;
  readonly node: Node;
  readonly references: readonly ClassReference[];
}

/** The classes, each behind those that it depends on. Those in a circle are reported and left out. */
export function evaluationOrder(drafts: readonly Draft[], names: ClassNames, report: Report): readonly Draft[] {
  const byName = new Map(drafts.map((draft) => [draft.name, draft]));
  const order: Draft[] = [];
  const done = new Set<Draft>();
  const visit = (draft: Draft, way: readonly Draft[]): void => {
    if (done.has(draft)) return;
    const start = way.indexOf(draft);
    if (start >= 0) {
      const circle = [...way.slice(start), draft].map(({ name }) => `"${name}"`);
      report.error(draft.path, `classes depend on each other in a circle: ${circle.join(", ")}`, "one of them has to do without member()");
      for (const one of way.slice(start)) done.add(one);
      return;
    }
    for (const { name } of draft.references) {
      // What a template spawns is known when the template is.
      for (const source of [name, ...names.templatesOf(name)]) {
        const other = byName.get(source);
        if (other !== undefined) visit(other, [...way, draft]);
      }
    }
    if (done.has(draft)) return;
    done.add(draft);
    order.push(draft);
  };
  for (const draft of drafts) visit(draft, []);
  return order;
}

/** Tells which classes can only be told when the reservation of the client is known; `given` are those that reservations put clients into. */
export function lateness(order: readonly Draft[], names: ClassNames, given: ReadonlySet<string>): (name: string) => boolean {
  const late = new Set(["KNOWN", "UNKNOWN", ...given]);
  const isLate = (name: string): boolean => late.has(name) || names.templatesOf(name).some((template) => late.has(template));
  for (const draft of order) if (draft.references.some(({ name }) => isLate(name))) late.add(draft.name);
  return isLate;
}
