import * as z from "zod";
import type { Path } from "../text/diagnostic.ts";
import { withoutSecretValues } from "../text/secrets.ts";
import { isLarger, type Shape, shapeAt, shapeOf, unwrap } from "./tree.ts";

/* Where a key belongs that is not known where it stands, and how it is written there. */

/** A place that knows a key, as it is reached from the map in which the key stands. */
export interface KeyPlace {
  readonly name: string;
  /** The map that the way begins at: the one that the key stands in, or one around it. */
  readonly base: Path;
  /** The way from there down to the map that knows the key. */
  readonly steps: readonly Step[];
  /** Maps to go out, and keys to go in. */
  readonly distance: number;
  /** The value as it can stand there; undefined: it has not that form. */
  readonly written: string | undefined;
}

/**
 * Into the value of a key: a map, an item of a list, or an entry of a map whose keys are the
 * operator's own.
 */
interface Step {
  readonly key: string;
  readonly into: "map" | "item" | "entry";
}

/** So many keys down. */
const DEEPEST = 3;
/** From a map around it: what belongs into its `config` or `match`. */
const DEEPEST_BESIDE = 2;
/** What is of one protocol: none of the places that are near, seen from around it. */
const PROTOCOLS: readonly string[] = ["v4", "v6"];

/** The nearest place that knows the key; one where its value fits before all others. */
export function nearestPlace(path: Path, name: string, value: unknown): KeyPlace | undefined {
  const places: KeyPlace[] = [];
  let out = 0;
  for (let length = path.length; length >= 0; length--) {
    const base = path.slice(0, length);
    const shape = shapeAt(base);
    if (Object.keys(shape).length === 0) continue;
    if (length < path.length) out++;
    const found = search(shape, name, deepestFrom(length, out, path), []).filter(({ steps }) => out > 0 || steps.length > 0);
    for (const { steps, schema } of found) {
      places.push({ name, base, steps, distance: out + steps.length, written: writtenAs(schema, name, value) });
    }
  }
  return places.sort((a, b) => Number(a.written === undefined) - Number(b.written === undefined) || a.distance - b.distance)[0];
}

/** From the top level everything is below: only what is near is meant there. */
function deepestFrom(length: number, out: number, path: Path): number {
  if (out === 0) return DEEPEST;
  return length > 0 ? DEEPEST_BESIDE : path.length === 1 ? 1 : 0;
}

/**
 * A value, or a list of it alone, where the schema accepts it; undefined where it does not, and for
 * what is far too long to be shown.
 */
export function writtenAs(schema: z.core.$ZodType, name: string, value: unknown): string | undefined {
  if (isLarger(value, LONGEST_VALUE)) return undefined;
  const fits = (one: unknown): boolean => z.safeParse(schema, one).success;
  if (fits(value)) return written(name, value);
  return fits([value]) ? `[${written(name, value)}]` : undefined;
}

interface Found {
  readonly steps: readonly Step[];
  readonly schema: z.core.$ZodType;
}

function search(shape: Shape, name: string, deepest: number, steps: readonly Step[]): readonly Found[] {
  const own = Object.hasOwn(shape, name) ? [{ steps, schema: shape[name] as z.core.$ZodType }] : [];
  if (deepest === 0) return own;
  const below = Object.entries(shape).flatMap(([key, schema]) => {
    if (PROTOCOLS.includes(key)) return [];
    return unwrap(schema).flatMap((inner) => {
      const [next, into] = within(inner);
      return next === undefined ? [] : search(shapeOf(next), name, deepest - 1, [...steps, { key, into }]);
    });
  });
  return [...own, ...below];
}

function within(schema: z.core.$ZodType): readonly [z.core.$ZodType | undefined, Step["into"]] {
  if (schema instanceof z.ZodArray) return [schema.element as z.core.$ZodType, "item"];
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.core.$ZodType, "entry"];
  return [schema instanceof z.ZodObject ? schema : undefined, "map"];
}

/** Stands for a value that is not shown. */
export const HIDDEN = "...";
const LONGEST_VALUE = 60;
const PLAIN = /^[\p{L}\d.](?:[\p{L}\d./_@-]|:(?! |$))*$/u;

/** A value as one writes it in braces; HIDDEN for one that is long, or not for everybody to see. */
export function written(name: string, value: unknown): string {
  const [shown] = Object.values(withoutSecretValues({ [name]: value }) as object);
  if (shown !== value && typeof value !== "object") return HIDDEN;
  const text = textOf(value);
  return text === undefined || text.length > LONGEST_VALUE ? HIDDEN : text;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return PLAIN.test(value) ? value : JSON.stringify(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const items = value.map(textOf);
  return items.includes(undefined) ? undefined : `[${items.join(", ")}]`;
}

/**
 * How an entry of a map of the operator's own keys is called in a hint, where the file has none.
 */
const AN_ENTRY: Readonly<Record<string, string>> = { networks: "PREFIX" };

/**
 * The line to write. `entryOf` tells a key that the file has in a map of the operator's own keys.
 */
export function lineOf({ name, base, steps, written: value = HIDDEN }: KeyPlace, entryOf: (path: Path) => string | undefined): string {
  const wrap = (path: Path, [step, ...inner]: readonly Step[]): string => {
    if (step === undefined) return `${name}: ${value}`;
    const place = [...path, step.key];
    if (step.into === "map") return `${step.key}: {${wrap(place, inner)}}`;
    if (step.into === "item") return `${step.key}: [{${wrap([...place, 0], inner)}}]`;
    const entry = entryOf(place) ?? AN_ENTRY[step.key] ?? "NAME";
    return `${step.key}: {${entry}: {${wrap([...place, entry], inner)}}}`;
  };
  return wrap(base, steps);
}

/** Where that is, seen from the map at `path`, in words. */
export function whereIs({ base, steps }: KeyPlace, path: Path): string {
  if (steps.length === 0) return base.length === 0 ? "to the top level" : `beside "${path[base.length]}"`;
  const parts = steps.map(({ key, into }) => (into === "map" ? key : into === "item" ? `an entry of ${key}` : `one of ${key}`));
  const inside = `into ${parts.reverse().join(", in ")}`;
  return base.length === path.length ? inside : `${inside}, beside "${path[base.length]}"`;
}
