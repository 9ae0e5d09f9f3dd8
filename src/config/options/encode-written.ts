import type { Path } from "../text/diagnostic.ts";
import type { Report } from "../text/problems.ts";

/** Why a value can't be encoded, and where in it. */
interface Misfit {
  readonly ok: false;
  readonly problem: string;
  readonly path: Path;
}

/**
 * Encodes a value. Where text is wanted a plain scalar is its characters, whatever YAML makes of
 * them: 001122, 1e3, true. What is wrong is told of the value as YAML has it.
 */
export function encodeWritten<Good extends { readonly ok: true }>(
  encode: (value: unknown) => Good | Misfit,
  value: unknown,
  path: Path,
  report: Report,
): Good | Misfit {
  const first = encode(value);
  let result = first;
  for (let current = value; !result.ok; result = encode(current)) {
    const old = result.path.reduce<unknown>((outer, part) => (outer as Readonly<Record<string, unknown>> | undefined)?.[part], current);
    const characters = typeof old === "string" ? undefined : report.charactersAt([...path, ...result.path]);
    if (characters === undefined) return first;
    current = withPart(current, result.path, characters);
  }
  return result;
}

/** The same value with another part at a path. */
function withPart(value: unknown, path: Path, part: unknown): unknown {
  const [key, ...inner] = path;
  if (key === undefined) return part;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? withPart(item, inner, part) : item));
  if (typeof value !== "object" || value === null) return value;
  return { ...value, [key]: withPart((value as Readonly<Record<string, unknown>>)[key], inner, part) };
}
