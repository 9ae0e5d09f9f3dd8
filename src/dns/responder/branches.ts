import type { NameChanges, NameReader } from "../claim.ts";
import { createBreath } from "../gather.ts";
import { parentOf, type Zones } from "./zones.ts";

/*
 * Names of forward zones that exist because there are names below them, though they have no records:
 * `floor2.lan` where a host is called `printer.floor2.lan`. Most names are right below their zone,
 * and cost nothing here.
 */

/**
 * Labels below the zone that such a name has at most. Clients choose their names, and could choose
 * many of a hundred labels.
 */
const MOST_LABELS = 16;

/** Which such names there are. */
export interface Branches {
  has(name: string): boolean;
  changed(changes: NameChanges): void;
  /** Settles when all names have been looked at; until then some branches are missing. */
  readonly done: Promise<void>;
  /** Looks no further. */
  stop(): void;
}

export function createBranches(zones: Zones, names: NameReader): Branches {
  /** How many names are below each, zones among them. */
  const counts = new Map<string, number>();
  /** Names that are counted. */
  const counted = new Set<string>();
  let stopped = false;

  function count(name: string, zone: string, by: 1 | -1): void {
    for (const above of namesBetween(name, zone)) {
      const next = (counts.get(above) ?? 0) + by;
      if (next === 0) counts.delete(above);
      else counts.set(above, next);
    }
  }

  /** Counts a name that has come, or takes off one that has gone. */
  function look(name: string): void {
    const zone = zones.of(name);
    if (zone === undefined || zone.isReverse || zone.name === name || parentOf(name) === zone.name) return;
    const exists = names.byName(name).length > 0;
    if (exists === counted.has(name)) return;
    if (exists) counted.add(name);
    else counted.delete(name);
    count(name, zone.name, exists ? 1 : -1);
  }

  async function lookAtAll(): Promise<void> {
    const breathe = createBreath();
    for (const name of names.names()) {
      look(name);
      const wait = breathe(1);
      if (wait !== undefined) await wait;
      if (stopped) return;
    }
  }

  for (const zone of zones.all) for (const child of zones.below(zone)) count(child.name, zone.name, 1);
  return {
    has: (name) => counts.has(name),
    changed: (changes) => changes.names.forEach(look),
    done: lookAtAll(),
    stop: () => {
      stopped = true;
    },
  };
}

/** Names above one and below its zone, but for those of too many labels. */
function namesBetween(name: string, zone: string): readonly string[] {
  const between: string[] = [];
  for (let above = parentOf(name); above !== undefined && above !== zone; above = parentOf(above)) between.push(above);
  return between.slice(-MOST_LABELS);
}
