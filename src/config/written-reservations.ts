import type { Path } from "./text/diagnostic.ts";
import type { Locate, Position } from "./text/problems.ts";

/** A reservation as it stands in a file, whether or not it is good. */
export interface WrittenReservation {
  /** Line 0: it is computed. */
  readonly position: Position;
  /** The network, or `v6`, that it stands in; undefined: it stands at the top level. */
  readonly inside: string | undefined;
  readonly reservation: unknown;
}

/** Every reservation of a configuration as it was written. */
export function writtenReservations(value: unknown, locate: Locate): readonly WrittenReservation[] {
  const found: WrittenReservation[] = [];
  const take = (place: unknown, path: Path, inside: string | undefined): void => {
    const list = at(place, "reservations");
    if (!Array.isArray(list)) return;
    for (const [i, reservation] of list.entries())
      found.push({ position: locate([...path, "reservations", i], false), inside, reservation });
  };
  const takeNetworks = (networks: unknown, path: Path): void => {
    if (typeof networks !== "object" || networks === null) return;
    for (const [name, network] of Object.entries(networks)) take(network, [...path, name], name);
  };
  take(value, [], undefined);
  takeNetworks(at(value, "networks"), ["networks"]);
  const v6 = at(value, "v6");
  take(v6, ["v6"], "v6");
  takeNetworks(at(v6, "networks"), ["v6", "networks"]);
  return found;
}

function at(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
