import { createBreath } from "./gather.ts";

/**
 * The first names, by their order, behind `after`: so many at most. The others are not sorted, and
 * nobody is kept waiting, for whoever may look can ask for page after page.
 */
export async function pageOf(names: Iterable<string>, after: string, limit: number): Promise<readonly string[]> {
  const breathe = createBreath();
  let found: string[] = [];
  /** What is behind this is on a later page. */
  let last: string | undefined;
  const keepFirst = (): void => {
    found = found.sort().slice(0, limit);
    if (found.length === limit) last = found.at(-1);
  };
  for (const name of names) {
    if (name > after && (last === undefined || name < last)) {
      found.push(name);
      if (found.length >= 2 * limit) keepFirst();
    }
    const wait = breathe(1);
    if (wait !== undefined) await wait;
  }
  keepFirst();
  return found;
}
