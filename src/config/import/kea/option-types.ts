import { fromHex } from "../../../net/bytes.ts";
import { type EncodeResult, encodeRaw, encodeValue, type RawType, type ValueType } from "../../../wire/values/values.ts";
import type { OptionType } from "../../model/common.ts";

/* Types of Kea's option definitions: how values are written there, and what Leasehold calls them. */

/** What a definition says of the form of its option's data. */
export interface KeaType {
  readonly type: string;
  readonly array: boolean;
  /** Types of the fields of a record. */
  readonly fields: readonly string[];
  /** The space of the options in it; undefined: it has none. */
  readonly encapsulate: string | undefined;
}

/** A type that has one in Leasehold: its name there, and the form of a value without definition. */
const NAMES: Readonly<Record<string, RawType>> = {
  "ipv4-address": "ip",
  "ipv6-address": "ip",
  fqdn: "domain",
  string: "str",
  boolean: "bool",
  uint8: "u8",
  uint16: "u16",
  uint32: "u32",
  int8: "i8",
  int16: "i16",
  int32: "i32",
  binary: "hex",
};

export const KEA_TYPES: readonly string[] = [...Object.keys(NAMES), "empty", "ipv6-prefix", "psid", "tuple", "record", "internal"];

/** Without addresses of the other protocol's size. */
function plainName(type: string, addressSize: 4 | 16): string | undefined {
  if (type === "ipv4-address") return addressSize === 4 ? "ip" : "ipv4";
  if (type === "ipv6-address") return addressSize === 16 ? "ip" : "ipv6";
  return NAMES[type];
}

/** Types whose values tell where they end. */
function tellsItsEnd(type: string): boolean {
  return type !== "string" && type !== "binary" && NAMES[type] !== undefined;
}

/** The type of a definition in Leasehold; `hex` for what has no other form there. */
export function leaseholdType(kea: KeaType, addressSize: 4 | 16): OptionType {
  if (kea.encapsulate !== undefined) return kea.type === "empty" ? "sub_option" : "hex";
  if (kea.type === "empty") return "flag";
  if (kea.type !== "record") {
    const name = plainName(kea.type, addressSize) ?? "hex";
    if (!kea.array) return name as OptionType;
    return (tellsItsEnd(kea.type) ? [name] : "hex") as OptionType;
  }
  const record: Record<string, unknown> = {};
  for (const [i, type] of kea.fields.entries()) {
    const isLast = i === kea.fields.length - 1;
    const name = plainName(type, addressSize);
    const isList = isLast && kea.array;
    if (name === undefined || ((!isLast || isList) && !tellsItsEnd(type))) return "hex";
    record[fieldName(kea.fields, i)] = isList ? [name] : name;
  }
  return record as OptionType;
}

const FIELD_NAMES: Readonly<Record<string, string>> = {
  "ipv4-address": "address",
  "ipv6-address": "address",
  fqdn: "domain",
  string: "text",
  boolean: "flag",
  binary: "data",
};

/** Kea's fields have no names: they are called after their types. */
function fieldName(fields: readonly string[], index: number): string {
  const name = (i: number): string => FIELD_NAMES[fields[i] as string] ?? "number";
  const same = fields.map((_, i) => i).filter((i) => name(i) === name(index));
  return same.length === 1 ? name(index) : `${name(index)}_${same.indexOf(index) + 1}`;
}

/** The fields of a text: between commas, but for those behind a backslash, without blanks around. */
export function fieldsOf(text: string): readonly string[] {
  return text.split(/(?<!\\),/).map((field) => field.replaceAll("\\,", ",").trim());
}

export type Encoded = EncodeResult | { readonly ok: false; readonly problem: string };

/** The data that Kea makes of a text. */
export function encodeText(kea: KeaType, text: string): Encoded {
  const fields = text.trim() === "" ? [] : fieldsOf(text);
  const types = kea.type === "record" ? kea.fields : kea.type === "empty" ? [] : [kea.type];
  const out: number[] = [];
  const last = types.at(-1);
  const wanted = kea.array && last !== undefined ? [...types, ...Array(Math.max(0, fields.length - types.length)).fill(last)] : types;
  if (fields.length < wanted.length) return { ok: false, problem: `it has ${fields.length} fields, the definition ${wanted.length}` };
  for (const [i, type] of wanted.entries()) {
    const result = encodeField(type, fields[i] as string);
    if (!result.ok) return result;
    for (const byte of result.data) out.push(byte);
  }
  return { ok: true, data: Uint8Array.from(out) };
}

const DHCP4_ADDRESS = { addressSize: 4, codeSize: 1 } as const;
/** Names in it are not compressed. */
const UNCOMPRESSED = { addressSize: 16, codeSize: 2 } as const;

function encodeField(type: string, text: string): Encoded {
  switch (type) {
    case "ipv4-address":
      return encodeRaw("ip", text, DHCP4_ADDRESS);
    case "ipv6-address":
      return encodeRaw("ip", text, UNCOMPRESSED);
    case "ipv6-prefix":
      return encodeValue({ kind: "prefix", address: "ipv6" }, text);
    case "fqdn":
      return encodeRaw("domain", text, UNCOMPRESSED);
    case "string":
      return encodeRaw("str", text);
    case "boolean":
      return encodeRaw("bool", text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : text);
    case "binary": {
      const data = bytesOfHex(text);
      return data === undefined ? { ok: false, problem: "must be hex digits" } : { ok: true, data };
    }
    case "tuple":
      return encodeValue({ kind: "counted", size: 2, of: { kind: "text", min: 0 } }, text);
    case "psid":
      return encodePsid(text);
    default:
      return NAMES[type] === undefined
        ? { ok: false, problem: `the type ${type} has no form as text` }
        : encodeRaw(NAMES[type], numberOf(text));
  }
}

export function numberOf(text: string): number {
  return /^-?(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
}

/** A port set: `3/4` is its length behind the slash, and on the wire in front (RFC 7598). */
function encodePsid(text: string): Encoded {
  const [, value, length] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const bits = Number(length);
  if (value === undefined || bits > 16) return { ok: false, problem: "must be a port set such as 3/4" };
  const psid = bits === 0 ? 0 : (Number(value) << (16 - bits)) & 0xffff;
  return { ok: true, data: Uint8Array.of(bits, psid >>> 8, psid & 255) };
}

/**
 * Hex as Kea takes it: with colons or blanks between bytes, of one or two digits then, or without;
 * with 0x in front, or text in single quotes.
 */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const plain = text.trim();
  if (/^'.*'$/s.test(plain)) return new TextEncoder().encode(plain.slice(1, -1));
  if (/[: ]/.test(plain)) {
    const pairs = plain.split(/[: ]+/);
    return pairs.every((pair) => /^[0-9a-f]{1,2}$/i.test(pair)) ? fromHex(pairs.map((pair) => pair.padStart(2, "0")).join("")) : undefined;
  }
  const digits = plain.replace(/^0x/i, "");
  return fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
}

/** `{type, value}` of a text, for an option without a definition in Leasehold. */
export function rawForm(kea: KeaType, text: string, addressSize: 4 | 16): { readonly type: RawType; readonly value: unknown } | undefined {
  const name = plainName(kea.type, addressSize);
  // Names are compressed in DHCPv4's raw forms.
  if (name === undefined || !(name in RAW_VALUES) || kea.encapsulate !== undefined) return undefined;
  const values = fieldsOf(text).map(RAW_VALUES[name] as (text: string) => unknown);
  if (!kea.array) return { type: name as RawType, value: values[0] };
  return { type: name as RawType, value: values.length === 1 ? values[0] : values };
}

const asNumber = (text: string): unknown => numberOf(text);
const RAW_VALUES: Readonly<Record<string, (text: string) => unknown>> = {
  ip: (text) => text,
  str: (text) => text,
  bool: (text) => text === "true" || text === "1",
  u8: asNumber,
  u16: asNumber,
  u32: asNumber,
  i8: asNumber,
  i16: asNumber,
  i32: asNumber,
};

/** Kea's type for one of Leasehold's, where values are written alike. */
export function isText(type: ValueType): boolean {
  return type.kind === "text" || type.kind === "opaque";
}
