import type { OptionDefinition } from "./option-dictionary.ts";
import { encodeValue } from "./values/values.ts";

/**
 * The values of an option, one for each time that it has to stand in a message; or what is wrong.
 */
export type EncodeOptionResult =
  | { readonly ok: true; readonly values: readonly Uint8Array[] }
  | {
      readonly ok: false;
      /** What is wrong, to be put behind the name of the place: "must be ...". */
      readonly problem: string;
      /** Where in the value, from the outside in. */
      readonly path: readonly (string | number)[];
    };

/**
 * Encodes what the configuration writes for an option: the values of as many options as it takes.
 * That is one, but for a list in the place of an option that repeats, and for several enterprises
 * in an option that holds one (RFC 8415 section 21.17).
 */
export function encodeOption({ type, repeats }: Pick<OptionDefinition, "type" | "repeats">, value: unknown): EncodeOptionResult {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  let parts: readonly unknown[] = [value];
  let isList = false;
  if (type.kind === "enterprises" && type.size === 0 && isMap && Object.keys(value).length > 1) {
    parts = Object.entries(value).map(([enterprise, part]) => ({ [enterprise]: part }));
  } else if (repeats === true && Array.isArray(value)) {
    if (value.length === 0) return { ok: false, problem: "must not be an empty list", path: [] };
    parts = value;
    isList = true;
  }
  const values: Uint8Array[] = [];
  for (const [index, part] of parts.entries()) {
    const result = encodeValue(type, part);
    if (!result.ok) return isList ? { ...result, path: [index, ...result.path] } : result;
    values.push(result.data);
  }
  return { ok: true, values };
}
