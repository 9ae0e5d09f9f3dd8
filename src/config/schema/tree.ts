import * as z from "zod";
import type { Path } from "../text/diagnostic.ts";
import { configSchema } from "./config.ts";
import { isDhcp6 } from "./unsupported.ts";

/* The schema as a tree: what may stand where in a file. */

/** The schemas behind optional, union and transform. */
export function unwrap(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap());
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(unwrap);
  if (schema instanceof z.ZodPipe) return unwrap(schema.in);
  return [schema];
}

function step(schema: z.core.$ZodType, part: string | number): readonly z.core.$ZodType[] {
  return unwrap(schema).flatMap((inner) => {
    if (inner instanceof z.ZodObject) return Object.hasOwn(inner.shape, part) ? [inner.shape[part]] : [];
    if (inner instanceof z.ZodRecord) return [inner.valueType];
    return inner instanceof z.ZodArray ? [inner.element] : [];
  });
}

/** What a map of known keys may have, by key. */
export type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** The keys that a value of the schema may have; none where they are the operator's own. */
export function shapeOf(schema: z.core.$ZodType): Shape {
  return Object.assign({}, ...unwrap(schema).map((inner) => (inner instanceof z.ZodObject ? inner.shape : {})));
}

/** The keys that the schema knows at a path. */
export function shapeAt(path: Path): Shape {
  let schemas: readonly z.core.$ZodType[] = [configSchema];
  for (const part of path) schemas = schemas.flatMap((schema) => step(schema, part));
  return Object.assign({}, ...schemas.map(shapeOf));
}

/** Whether the keys of the map at a path name networks. */
export function isNetworks(path: Path): boolean {
  return path.at(-1) === "networks" && (path.length === 1 || (path.length === 2 && isDhcp6(path)));
}

/**
 * Whether a key among the networks, which their prefixes name, is one that a network has: it is
 * indented by too little then.
 */
export function isNetworkKey(path: Path, key: string): boolean {
  return isNetworks(path) && /^[a-z_]+$/.test(key) && Object.hasOwn(shapeAt([...path, key]), key);
}

/** Whether a value has more than so many values in it, itself counted. */
export function isLarger(value: unknown, most: number): boolean {
  let left = most;
  const count = (item: unknown): void => {
    if (--left < 0 || typeof item !== "object" || item === null) return;
    for (const key of Object.keys(item)) {
      count((item as Record<string, unknown>)[key]);
      if (left < 0) return;
    }
  };
  count(value);
  return left < 0;
}
