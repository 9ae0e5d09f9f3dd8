import type { LoadResult } from "./load.ts";
import { type Diagnostic, formatDiagnostic, type Place } from "./text/diagnostic.ts";
import { isError, type Locate } from "./text/problems.ts";

/*
 * Reservations that stand in no file: they were added to a server that runs, and are served by as
 * if they stood behind those of the top level. What the file says goes first: one that does not go
 * with it, or with one that was added before, is left out.
 */

/** A reservation beside those of the file. */
export interface AddedReservation {
  readonly id: string;
  /** What names it in messages, in place of a file. */
  readonly origin: string;
  /** As in `reservations` of the top level; it may be anything. */
  readonly reservation: unknown;
}

/** One that is not served by, and why. */
export interface LeftOut {
  readonly id: string;
  /** Its errors; paths are those inside the reservation. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Some reservations were left out where `leftOut` is there. */
export type AddedResult = LoadResult & { readonly leftOut?: readonly LeftOut[] };

/** How problems of one that was added are told from those of the file. */
const OF_ADDED = "reservations";

/** What is read in place of `value`: its reservations, and the others behind them. */
export interface Joined {
  readonly value: unknown;
  readonly locate: Locate;
  /** Which of those that were added a problem is about; undefined: it is about the file. */
  placeOf(place: Place): number | undefined;
}

/** The value of a configuration with the added reservations behind its own. */
export function join(value: unknown, locate: Locate, added: readonly AddedReservation[]): Joined {
  const map =
    typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  const own = map?.[OF_ADDED] ?? [];
  if (map === undefined || !Array.isArray(own) || added.length === 0) return { value, locate, placeOf: () => undefined };
  const indexOf = ([key, index]: readonly (string | number)[]): number | undefined =>
    key === OF_ADDED && typeof index === "number" && index >= own.length ? index - own.length : undefined;
  return {
    value: { ...map, [OF_ADDED]: [...own, ...added.map(({ reservation }) => reservation)] },
    locate(path, atKey) {
      const index = indexOf(path);
      return index === undefined ? locate(path, atKey) : { file: added[index]?.origin ?? "", line: 0, column: 0 };
    },
    placeOf: ({ path }) => indexOf(path),
  };
}

/**
 * Loads with as many of the added reservations as go with the file and with each other; `load`
 * loads with some of them. Where the file has errors of its own these are the result.
 */
export function loadWith(
  added: readonly AddedReservation[],
  load: (some: readonly AddedReservation[]) => LoadResult & { readonly placeOf?: Joined["placeOf"] },
): AddedResult {
  let kept = added;
  const leftOut = new Map<string, readonly Diagnostic[]>();
  for (;;) {
    const { placeOf, ...result } = load(kept);
    if (result.ok || kept.length === 0) return { ...result, ...(leftOut.size > 0 && { leftOut: told(added, leftOut) }) };
    const found = byReservation(result.diagnostics, placeOf);
    if (found.size === 0) {
      const { placeOf: _, ...alone } = load([]);
      if (!alone.ok) return alone;
      // What is wrong is seen elsewhere, and yet one of them makes it wrong: the first with which
      // it is.
      found.set(
        firstBad(kept.length, (count) => load(kept.slice(0, count)).ok),
        result.diagnostics.filter(isError),
      );
    }
    for (const [index, diagnostics] of found) leftOut.set(kept[index]?.id ?? "", diagnostics);
    kept = kept.filter((_, index) => !found.has(index));
  }
}

function told(added: readonly AddedReservation[], leftOut: ReadonlyMap<string, readonly Diagnostic[]>): readonly LeftOut[] {
  return added.flatMap(({ id }) => {
    const diagnostics = leftOut.get(id);
    return diagnostics === undefined ? [] : [{ id, diagnostics }];
  });
}

/**
 * The errors of added reservations, by their positions; without those that are in conflict with one
 * that has errors itself, for it may be good when that one is gone.
 */
function byReservation(diagnostics: readonly Diagnostic[], placeOf: Joined["placeOf"] = () => undefined): Map<number, Diagnostic[]> {
  const found = new Map<number, Diagnostic[]>();
  for (const diagnostic of diagnostics.filter(isError)) {
    const index = placeOf(diagnostic);
    if (index === undefined) continue;
    const list = found.get(index);
    if (list === undefined) found.set(index, [diagnostic]);
    else list.push(diagnostic);
  }
  const waits = ([index, list]: [number, Diagnostic[]]): boolean =>
    list.every(({ other }) => {
      const rival = other && placeOf(other);
      return rival !== undefined && rival !== index && found.has(rival);
    });
  const certain = [...found].filter((one) => !waits(one));
  return new Map((certain.length > 0 ? certain : [...found]).map(([index, list]) => [index, list.map(within)]));
}

/** The diagnostic with paths as seen from inside the reservation. */
function within({ other, ...diagnostic }: Diagnostic): Diagnostic {
  const path = diagnostic.path.slice(2);
  if (other === undefined) return { ...diagnostic, path };
  // The other one is an added one too, which its origin names.
  return { ...diagnostic, path, other: other.line === 0 && other.file !== undefined ? { ...other, path: [] } : other };
}

/** The position of the first with which it is not good any more, of so many. */
function firstBad(count: number, isGood: (count: number) => boolean): number {
  let good = 0;
  let bad = count;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  return bad - 1;
}

/** Why one was left out, for people: as of a file whose name is `fileName`. */
export function whyLeftOut({ diagnostics }: LeftOut, fileName: string): string {
  return diagnostics.map((diagnostic) => formatDiagnostic(diagnostic, fileName)).join("\n");
}

/** Whether it stands in conflict with another reservation, and is not wrong in itself. */
export function isConflict({ diagnostics }: LeftOut): boolean {
  return diagnostics.every(({ other }) => other !== undefined);
}
