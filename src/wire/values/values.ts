/** Option values: JSON-like on one side, bytes on the other, driven by a `ValueType`. */

import type { EncodeResult } from "./raw-values.ts";
import type { Path } from "./value-io.ts";
import { readAll } from "./value-reader.ts";
import type { JsonValue, ValueType } from "./value-types.ts";
import { write } from "./value-writer.ts";

export { type EncodeResult, encodeRaw, isRawForm, isRawType, RAW_TYPES, type RawForm, type RawType } from "./raw-values.ts";
export {
  type Alternative,
  type BitField,
  type Field,
  fixedSize,
  type JsonValue,
  type SubOptionDefinition,
  type ValueType,
} from "./value-types.ts";

/** A value in its JSON form; or why the data is none of its type. */
export type DecodeValueResult = { readonly ok: true; readonly value: JsonValue } | { readonly ok: false; readonly problem: string };

/**
 * Encodes a value as the configuration writes it. Where the type holds sub-options, any of them may
 * be given as `{type, value}`. Lengths are not limited to 255: the message encoder splits.
 */
export function encodeValue(type: ValueType, value: unknown): EncodeResult {
  const out: number[] = [];
  const path: Path = [];
  const problem = write(type, value, out, path);
  return problem === undefined ? { ok: true, data: Uint8Array.from(out) } : { ok: false, problem, path };
}

/**
 * Decodes data strictly: it has exactly the form that the type prescribes, or a problem is told.
 * Never throws.
 */
export function decodeValue(type: ValueType, data: Uint8Array): DecodeValueResult {
  const result = readAll(type, data);
  return typeof result === "string" ? { ok: false, problem: result } : { ok: true, value: result.value };
}
