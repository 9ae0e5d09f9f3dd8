import type { Usage, UsageNumbers } from "../../server/usage.ts";

/** A line of a table of what is in use. */
export interface UsageRow extends UsageNumbers {
  readonly protocol: string;
  readonly name: string;
  readonly reserved?: number;
  readonly reserved_used?: number;
}

/** What usage is told by; `link`: shared networks, and networks on their own. */
export type UsagePart = "range" | "network" | "link";

/**
 * The lines, in the order of the configuration. Prefixes have lines of their own below their
 * network, one for each pool, or below their shared network.
 */
export function usageRows({ ranges, networks, links }: Usage, part: UsagePart): readonly UsageRow[] {
  if (part === "range") return ranges.map((range) => ({ ...range, name: range.range }));
  if (part === "link") {
    return links.flatMap(({ prefixes, ...link }) => [
      { ...link, name: link.link },
      ...(prefixes === undefined ? [] : [{ ...prefixes, protocol: link.protocol, name: "  prefixes" }]),
    ]);
  }
  const pools = Map.groupBy(
    ranges.filter(({ prefixes }) => prefixes),
    ({ protocol, network }) => `${protocol} ${network}`,
  );
  return networks.flatMap(({ prefixes: _, ...one }) => {
    const own = pools.get(`${one.protocol} ${one.network}`) ?? [];
    return [{ ...one, name: one.network }, ...own.map((pool) => ({ ...pool, name: `  ${pool.range}` }))];
  });
}

/** What all of them have together. */
export function sum(rows: readonly UsageNumbers[]): UsageNumbers {
  const of = (count: keyof UsageNumbers): number => rows.reduce((total, row) => total + row[count], 0);
  return {
    capacity: of("capacity"),
    used: of("used"),
    held: of("held"),
    declined: of("declined"),
    free: of("free"),
    remembered: of("remembered"),
  };
}

/** Such as "7%": full is 100%, and what is in use at all is not 0%. */
export function share(part: number, whole: number): string {
  if (whole === 0) return "";
  if (part > 0 && part / whole < 0.01) return "<1%";
  return `${part < whole ? Math.min(99, Math.round((100 * part) / whole)) : 100}%`;
}

const LARGEST_EXACT = 1e9;

/** A number of addresses; that of a /64 has more digits than anybody reads, or counts. */
export function formatCount(count: number): string {
  if (count >= Number.MAX_SAFE_INTEGER - 1) return ">9e15";
  return count < LARGEST_EXACT ? String(count) : count.toExponential(1).replace("e+", "e");
}
