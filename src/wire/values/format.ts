/** Option values for people. Characters that a terminal would act on are escaped. */

import { toHex } from "../../net/bytes.ts";
import type { JsonValue, ValueType } from "./value-types.ts";
import { decodeValue } from "./values.ts";

/** Bytes of which nothing is known. */
export function formatUnknown(data: Uint8Array): string {
  return data.length === 0 ? "no data" : `0x${toHex(data)}`;
}

/** Data of this type; what does not fit it is shown in hex with the reason. */
export function formatData(type: ValueType, data: Uint8Array): string {
  const decoded = decodeValue(type, data);
  return decoded.ok ? formatValue(type, decoded.value) : `${formatUnknown(data)} (${decoded.problem})`;
}

/** A value on one line: lists with commas, named numbers with their names, maps as JSON. */
function formatValue(type: ValueType, value: JsonValue): string {
  if (type.kind === "list" && Array.isArray(value)) return value.map((item) => formatValue(type.of, item)).join(", ");
  if (type.kind === "domains" && Array.isArray(value)) return value.join(", ");
  if (typeof value === "number") {
    const name = nameOf(type, value);
    return name === undefined ? String(value) : `${value} (${name})`;
  }
  const isWord = type.kind === "ipv4" || type.kind === "ipv6" || type.kind === "domain" || type.kind === "bytes";
  return isWord ? String(value) : quote(withNames(type, value));
}

/** The value with the names of its numbers, as far as they have any. */
function withNames(type: ValueType, value: JsonValue): JsonValue {
  if (typeof value === "number") return nameOf(type, value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return type.kind === "list" ? value.map((item) => withNames(type.of, item)) : value;
  const parts = type.kind === "record" ? type.fields : type.kind === "suboptions" ? type.definitions : [];
  const named = Object.entries(value).map(([key, part]): [string, JsonValue] => {
    const inner = parts.find(({ name }) => name === key)?.type;
    if (inner === undefined) return [key, part];
    // Of a sub-option that repeats, each value has the type.
    return [key, isList(part) && inner.kind !== "list" ? part.map((item) => withNames(inner, item)) : withNames(inner, part)];
  });
  return Object.fromEntries(named);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The name of a number of this type; undefined when it has none. */
export function nameOf(type: ValueType | undefined, value: number): string | undefined {
  return type !== undefined && "names" in type ? type.names?.[value] : undefined;
}

/** JSON without any character that a terminal would act on. */
export function quote(value: JsonValue): string {
  return JSON.stringify(value).replace(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
