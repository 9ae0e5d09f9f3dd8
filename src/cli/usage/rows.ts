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
 * The lines, in the order of the configuration. Addresses and prefixes are not added up: in a list
 * of networks each pool of prefixes has a line of its own, below its network.
 */
export function usageRows({ ranges, networks, links }: Usage, part: UsagePart): readonly UsageRow[] {
  if (part === "range") return ranges.map((range) => ({ ...range, name: range.range }));
  if (part === "link") return links.map((link) => ({ ...link, name: link.link }));
  const ofNetwork = Map.groupBy(ranges, ({ protocol, network }) => `${protocol} ${network}`);
  return networks.flatMap((one) => {
    const all = ofNetwork.get(`${one.protocol} ${one.network}`) ?? [];
    const pools = all.filter(({ prefixes }) => prefixes);
    const own = pools.length === 0 ? one : { ...one, ...sum(all.filter(({ prefixes }) => !prefixes)) };
    return [{ ...own, name: one.network }, ...pools.map((pool) => ({ ...pool, name: `  ${pool.range}` }))];
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
