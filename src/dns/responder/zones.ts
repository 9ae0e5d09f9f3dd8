import { isName, isReverseName, isWithin } from "../../wire/dns/name.ts";

/** A zone that is answered for. */
export interface Zone {
  /** In small letters, without a dot at its end. */
  readonly name: string;
  /** It leads from addresses to names. */
  readonly isReverse: boolean;
  /** What this server is called in it, as its name server: there its own addresses are found. */
  readonly host: string;
  /** The mailbox of who cares for it (RFC 1035 section 3.3.13), as a name. */
  readonly contact: string;
}

/** The zones that are answered for. */
export interface Zones {
  readonly all: readonly Zone[];
  /** That which a name belongs to: the smallest around it. */
  of(name: string): Zone | undefined;
  /** Zones right below one, which it delegates to itself. */
  below(zone: Zone): readonly Zone[];
}

/**
 * A name server is called by a name in a forward zone, for that is where addresses belong: those of
 * reverse zones are of the first forward one, if there is any.
 */
export function createZones(names: readonly string[]): Zones {
  const home = names.find((name) => !isReverseName(name));
  const byName = new Map<string, Zone>();
  for (const name of names) {
    const isReverse = isReverseName(name);
    const place = isReverse ? (home ?? name) : name;
    byName.set(name, { name, isReverse, host: nameIn(place, "ns"), contact: nameIn(place, "hostmaster") });
  }

  function of(name: string): Zone | undefined {
    for (let rest: string | undefined = name; rest !== undefined; rest = parentOf(rest)) {
      const zone = byName.get(rest);
      // A dot may be part of a label.
      if (zone !== undefined && isWithin(name, rest)) return zone;
    }
    return undefined;
  }

  const below = new Map<string, Zone[]>();
  for (const zone of byName.values()) {
    const parent = parentOf(zone.name);
    const around = parent === undefined ? undefined : of(parent);
    if (around === undefined) continue;
    const siblings = below.get(around.name);
    if (siblings === undefined) below.set(around.name, [zone]);
    else siblings.push(zone);
  }
  return { all: [...byName.values()], of, below: ({ name }) => below.get(name) ?? [] };
}

/** The name without its first label; undefined: it is the root. */
export function parentOf(name: string): string | undefined {
  if (name === "") return undefined;
  const dot = name.indexOf(".");
  return dot === -1 ? "" : name.slice(dot + 1);
}

function nameIn(zone: string, label: string): string {
  const name = zone === "" ? label : `${label}.${zone}`;
  // A zone whose own name is as long as names can be.
  return isName(name) ? name : zone;
}

/**
 * Whether there may be addresses below a name of a reverse tree. Such a name exists, though it has no
 * records (RFC 8020): who is told that it doesn't, asks for no address below it. Whether there are
 * any at the moment is not looked for.
 */
export function isReverseBranch(name: string): boolean {
  const found = /^((?:(?:0|[1-9]\d{0,2})\.){0,3})in-addr\.arpa$/.exec(name);
  if (found === null) return /^(?:[0-9a-f]\.){0,31}ip6\.arpa$/.test(name);
  return (found[1] as string).split(".").every((label) => Number(label) < 256);
}
