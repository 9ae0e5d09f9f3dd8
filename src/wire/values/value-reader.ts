import { toHex } from "../../net/bytes.ts";
import { formatIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import { readDomainName, readDomainNames } from "./domain-name.ts";
import { INTEGERS } from "./raw-values.ts";
import { readResolver } from "./resolver.ts";
import { readFqdn, readPrefix, readRoutes } from "./structured-values.ts";
import { decodeText, fail, has, type Reader, readUnsigned, rest } from "./value-io.ts";
import type { BitField, Field, JsonValue, ValueType } from "./value-types.ts";

/** Reads all of the data as one value; a string says what is wrong. */
export function readAll(type: ValueType, data: Uint8Array): { readonly value: JsonValue } | string {
  const reader: Reader = { bytes: data, at: 0, end: data.length, problem: "" };
  const value = read(type, reader);
  if (value === undefined) return reader.problem;
  return reader.at < reader.end ? `${reader.end - reader.at} bytes are left over` : { value };
}

/** Reads one value; undefined after setting `reader.problem`. */
function read(type: ValueType, reader: Reader): JsonValue | undefined {
  switch (type.kind) {
    case "bool": {
      if (!has(reader, 1)) return undefined;
      const byte = readUnsigned(reader, 1);
      return byte <= 1 ? byte === 1 : fail(reader, `${byte} is neither 0 nor 1`);
    }
    case "flag":
      return true;
    case "ipv4":
      return has(reader, 4) ? formatIpv4(readIpv4(rest(reader, 4), 0)) : undefined;
    case "ipv6":
      return has(reader, 16) ? formatIpv6(rest(reader, 16)) : undefined;
    case "text": {
      if (type.size !== undefined) {
        if (!has(reader, type.size)) return undefined;
        const bytes = rest(reader, type.size);
        return bytes.every((byte) => byte < 128) ? decodeText(bytes) : fail(reader, "is not ASCII text");
      }
      const text = decodeText(withoutTrailingNul(rest(reader)));
      return text === "" && type.min !== 0 ? fail(reader, "is empty") : text;
    }
    case "bytes":
      if (!has(reader, type.size ?? type.min ?? 0)) return undefined;
      return toHex(rest(reader, type.size));
    case "opaque":
      return readOpaque(rest(reader));
    case "domain": {
      const name = readDomainName(reader.bytes, reader.at, reader.end);
      if (typeof name === "string") return fail(reader, name);
      if (!name.terminated) return fail(reader, "the name is cut off");
      reader.at = name.next;
      return name.name;
    }
    case "domains": {
      const names = readDomainNames(rest(reader));
      if (typeof names === "string") return fail(reader, names);
      return names.length === 0 ? fail(reader, "is empty") : names;
    }
    case "list":
      return readList(type, reader);
    case "record":
      return readRecord(type.fields, reader);
    case "counted":
      return readCounted(type.of, type.size, reader);
    case "bits":
      return readBits(type.fields, reader);
    case "tagged": {
      if (!has(reader, 1)) return undefined;
      const tag = readUnsigned(reader, 1);
      const alternative = type.alternatives.find((candidate) => candidate.tag === tag);
      return alternative === undefined ? fail(reader, `${tag} is not a known kind of value`) : read(alternative.type, reader);
    }
    case "suboptions":
      return readSubOptions(type, reader);
    case "enterprises":
      return readEnterprises(type, reader);
    case "routes":
      return readRoutes(reader);
    case "prefix":
      return readPrefix(type, reader);
    case "fqdn":
      return readFqdn(type, reader);
    case "resolver":
      return readResolver(type, reader);
    default: {
      const { size, min: lowest } = INTEGERS[type.kind];
      if (!has(reader, size)) return undefined;
      const unsigned = readUnsigned(reader, size);
      const value = lowest < 0 && unsigned >= 2 ** (8 * size - 1) ? unsigned - 2 ** (8 * size) : unsigned;
      if (value < (type.min ?? value) || value > (type.max ?? value)) return fail(reader, `${value} is out of range`);
      return value;
    }
  }
}

function withoutTrailingNul(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

function readOpaque(bytes: Uint8Array): JsonValue {
  const readable = bytes.every((byte) => byte >= 32 && byte < 127);
  return readable ? decodeText(bytes) : { type: "hex", value: toHex(bytes) };
}

function readList(type: Extract<ValueType, { kind: "list" }>, reader: Reader): JsonValue | undefined {
  const items: JsonValue[] = [];
  while (reader.at < reader.end) {
    const item = read(type.of, reader);
    if (item === undefined) return undefined;
    items.push(item);
  }
  const min = type.min ?? 1;
  if (items.length < min) return fail(reader, min === 1 ? "is empty" : `has fewer than ${min} values`);
  if (items.length % (type.multiple ?? 1) !== 0) return fail(reader, `the number of values is not a multiple of ${type.multiple}`);
  return items;
}

function readRecord(fields: readonly Field[], reader: Reader): JsonValue | undefined {
  const record: Record<string, JsonValue> = {};
  for (const field of fields) {
    if (field.optional && reader.at === reader.end) break;
    const value = read(field.type, reader);
    if (value === undefined) return undefined;
    record[field.name] = value;
  }
  return record;
}

/** Reads a value whose length stands before it; it must take all of that length. */
function readCounted(type: ValueType, size: 1 | 2, reader: Reader): JsonValue | undefined {
  if (!has(reader, size)) return undefined;
  const length = readUnsigned(reader, size);
  if (!has(reader, length)) return undefined;
  return readPart(type, rest(reader, length), reader);
}

/** Reads a value that must take all of `data`. */
function readPart(type: ValueType, data: Uint8Array, reader: Reader): JsonValue | undefined {
  const part = readAll(type, data);
  return typeof part === "string" ? fail(reader, part) : part.value;
}

function readBits(fields: readonly BitField[], reader: Reader): JsonValue | undefined {
  const size = fields.reduce((bits, field) => bits + field.bits, 0) / 8;
  if (!has(reader, size)) return undefined;
  const bytes = rest(reader, size);
  const record: Record<string, JsonValue> = {};
  let at = 0;
  for (const field of fields) {
    let value = 0;
    for (let i = 0; i < field.bits; i++, at++) value = value * 2 + (((bytes[at >>> 3] as number) >>> (7 - (at & 7))) & 1);
    if (field.fraction !== undefined && value >= 2 ** (field.bits - 1)) value -= 2 ** field.bits;
    record[field.name] = value / 2 ** (field.fraction ?? 0);
  }
  return record;
}

function readSubOptions(type: Extract<ValueType, { kind: "suboptions" }>, reader: Reader): JsonValue | undefined {
  const { definitions, size = 1 } = type;
  const map: Record<string, JsonValue> = {};
  const lists = new Map<string, JsonValue[]>();
  while (reader.at < reader.end) {
    if (!has(reader, size)) return undefined;
    const code = readUnsigned(reader, size);
    if (type.padded && code === 0) continue;
    if (type.padded && code === 255) {
      reader.at = reader.end;
      break;
    }
    if (!has(reader, size)) return undefined;
    const length = readUnsigned(reader, size);
    if (!has(reader, length)) return undefined;
    const data = rest(reader, length);
    const definition = definitions.find((candidate) => candidate.code === code);
    const key = definition?.name ?? String(code);
    const read = definition === undefined ? "" : readAll(definition.type, data);
    // A sub-option that is not as defined does not hide its neighbours.
    const value = typeof read === "string" ? { type: "hex", value: toHex(data) } : read.value;
    if (definition?.repeats) {
      const list = lists.get(key) ?? [];
      list.push(value);
      lists.set(key, list);
      map[key] = list;
    } else if (Object.hasOwn(map, key)) {
      return fail(reader, `sub-option ${code} occurs twice`);
    } else {
      map[key] = value;
    }
  }
  return map;
}

function readEnterprises(type: Extract<ValueType, { kind: "enterprises" }>, reader: Reader): JsonValue | undefined {
  const { size = 1 } = type;
  const map: Record<string, JsonValue> = {};
  if (size === 0 && !has(reader, 4)) return undefined;
  while (reader.at < reader.end) {
    if (!has(reader, 4 + size)) return undefined;
    const key = String(readUnsigned(reader, 4));
    if (Object.hasOwn(map, key)) return fail(reader, `enterprise ${key} occurs twice`);
    const inner = type.types?.[key] ?? type.of;
    const value = size === 0 ? readPart(inner, rest(reader), reader) : readCounted(inner, size, reader);
    if (value === undefined) return undefined;
    map[key] = value;
    if (size === 0) break;
  }
  return map;
}
