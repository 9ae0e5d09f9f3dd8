import { equalBytes, toHex } from "../../../net/bytes.ts";
import { parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import { encodeOption } from "../../../wire/option-values.ts";
import { decodeValue, encodeRaw, encodeValue, type JsonValue, type RawType, type ValueType } from "../../../wire/values/values.ts";
import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import type { Token } from "./lexer.ts";
import { bytesOf } from "./literal.ts";
import type { DeclaredType, NamedOption, OptionNames } from "./option-names.ts";

/* Values of options as dhcpd.conf writes them, in the form of our options maps. */

export type ReadValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

const no = (problem: string): ReadValue => ({ ok: false, problem });

/** The value that stands in `words`, of an option of the protocol. */
export function readOptionValue(option: NamedOption, words: readonly Token[], names: OptionNames): ReadValue {
  if (words[0]?.text === "=") {
    const constant = words.length === 2 ? bytesOf(words[1] as Token) : undefined;
    if (constant === undefined) return no("its value is computed from the message, which Leasehold does not do");
    return { ok: true, value: ofBytes(option, constant, names) };
  }
  const { declared } = option;
  const isOurs = (names.isDhcp6 ? DHCP6 : DHCP4).byCode(option.code) !== undefined;
  if (declared !== undefined) {
    const typed = readTyped(declared.type, words);
    if (!typed.ok) return typed;
    if (!isOurs) return { ok: true, value: typed.json };
    return typed.bytes === undefined ? no("it holds other options") : { ok: true, value: ofBytes(option, typed.bytes, names) };
  }
  return readStandard(option, words, names);
}

/** The bytes in the option's own form where that says them exactly, else as hex. */
function ofBytes(option: NamedOption, bytes: Uint8Array, { isDhcp6 }: OptionNames): unknown {
  const definition = (isDhcp6 ? DHCP6 : DHCP4).byCode(option.code);
  if (definition !== undefined) {
    const decoded = decodeValue(definition.type, bytes);
    const again = decoded.ok ? encodeOption(definition, decoded.value) : undefined;
    if (decoded.ok && again?.ok && again.values.length === 1 && equalBytes(again.values[0] as Uint8Array, bytes)) return decoded.value;
  }
  return { type: "hex", value: toHex(bytes) };
}

function readStandard(option: NamedOption, words: readonly Token[], names: OptionNames): ReadValue {
  const definition = (names.isDhcp6 ? DHCP6 : DHCP4).byCode(option.code);
  if (definition === undefined) return no("it is unknown");
  const values = words.filter(({ kind, text }) => kind === "string" || text !== ",");
  const [only] = values;
  if (only === undefined) return no("it has no value");
  const value = jsonOf(definition.type, values);
  const encoded = value === undefined ? undefined : encodeOption(definition, value);
  if (encoded?.ok) return { ok: true, value };
  const bytes = values.length === 1 ? bytesOf(only) : undefined;
  if (bytes !== undefined) return { ok: true, value: ofBytes(option, bytes, names) };
  if (values.some(({ kind, text }) => kind === "word" && /^[a-z][\w-]*(\.[\w-]+)+$/i.test(text)))
    return no("a name is not looked up: write the address");
  return no(encoded?.problem ?? "its value is not understood");
}

/** The JSON form of a standard type; undefined: it can't be told from these words. */
function jsonOf(type: ValueType, values: readonly Token[]): JsonValue | undefined {
  const only = values.length === 1 ? (values[0] as Token) : undefined;
  switch (type.kind) {
    case "text":
    case "opaque":
      return only?.kind === "string" ? only.text : undefined;
    case "bytes":
      return only?.kind === "string" ? `'${only.text}'` : only?.text;
    case "ipv4":
    case "ipv6":
    case "domain":
    case "prefix":
      return only?.text;
    case "bool":
    case "flag":
      return only === undefined ? undefined : flagOf(only.text);
    case "domains":
      return values.map(({ text }) => text);
    case "list": {
      const all = values.map((value) => jsonOf(type.of, [value]));
      if (all.some((one) => one === undefined)) return undefined;
      return all.length === 1 ? all[0] : (all as JsonValue[]);
    }
    default:
      return only !== undefined && /^-?\d+$/.test(only.text) ? Number(only.text) : undefined;
  }
}

function flagOf(text: string): boolean | undefined {
  if (/^(true|on)$/i.test(text)) return true;
  return /^(false|off)$/i.test(text) ? false : undefined;
}

/** A value of a declared type. */
type Typed =
  | { readonly ok: true; readonly json: JsonValue; readonly bytes: Uint8Array | undefined }
  | { readonly ok: false; readonly problem: string };

/** Reads a value of a type that the file declares; of an array or record all of it. */
export function readTyped({ fields, array }: DeclaredType, words: readonly Token[]): Typed {
  const values = words.filter(({ kind, text }) => kind === "string" || text !== ",");
  if (fields.length === 0) return { ok: false, problem: "it holds options of a space: set these" };
  if (fields.length === 1 && fields[0] === "domain-list") return listOfDomains(values);
  const records: JsonValue[] = [];
  const pieces: Uint8Array[] = [];
  if (values.length === 0 || (array ? values.length % fields.length !== 0 : values.length !== fields.length))
    return { ok: false, problem: `it has ${values.length} values, which is not what its definition says` };
  for (let at = 0; at < values.length; at += fields.length) {
    const record: Record<string, JsonValue> = {};
    for (const [i, field] of fields.entries()) {
      const read = readField(field, values[at + i] as Token);
      if (!read.ok) return read;
      record[fieldName(i)] = read.json;
      if (read.bytes !== undefined) pieces.push(read.bytes);
    }
    records.push(fields.length === 1 ? (record[fieldName(0)] as JsonValue) : record);
  }
  return { ok: true, json: array ? records : (records[0] as JsonValue), bytes: joined(pieces) };
}

export function fieldName(index: number): string {
  return `field_${index + 1}`;
}

function listOfDomains(values: readonly Token[]): Typed {
  const json = values.map(({ text }) => text);
  const encoded = encodeValue({ kind: "domains", compress: false }, json);
  return encoded.ok ? { ok: true, json, bytes: encoded.data } : { ok: false, problem: encoded.problem };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function readField(type: string, token: Token): Typed {
  const raw = rawTypeOf(type);
  if (raw === undefined) return { ok: false, problem: `the type ${type} is unknown` };
  const json = fieldJson(raw, token);
  if (json === undefined) return { ok: false, problem: `${token.text} is no ${type}` };
  const encoded = encodeRaw(raw, json, { addressSize: type === "ip6-address" ? 16 : 4, codeSize: 1 });
  return encoded.ok ? { ok: true, json, bytes: encoded.data } : { ok: false, problem: encoded.problem };
}

function fieldJson(raw: RawType, token: Token): JsonValue | undefined {
  switch (raw) {
    case "ip":
      return parseIpv4(token.text) !== undefined || parseIpv6(token.text) !== undefined ? token.text : undefined;
    case "bool":
      return flagOf(token.text);
    case "str":
    case "domain":
      return token.text;
    case "hex": {
      const bytes = bytesOf(token);
      return bytes && toHex(bytes);
    }
    default:
      return /^-?(\d+|0x[0-9a-f]+)$/i.test(token.text) ? Number(token.text) : undefined;
  }
}

/** Our name of a type of dhcp-options(5). */
export function rawTypeOf(type: string): RawType | undefined {
  const [, sign, bits] = /^(?:(signed|unsigned) )?integer (8|16|32)$/.exec(type) ?? [];
  if (bits !== undefined) return `${sign === "signed" ? "i" : "u"}${bits}` as RawType;
  switch (type) {
    case "boolean":
      return "bool";
    case "ip-address":
    case "ip6-address":
      return "ip";
    case "text":
      return "str";
    case "string":
      return "hex";
    case "domain-name":
    case "domain-list":
      return "domain";
    default:
      return undefined;
  }
}

/** The type of a definition of ours. */
export function definitionType({ fields, array }: DeclaredType): unknown {
  const types = fields.map(rawTypeOf);
  if (types.length === 0 || types.some((type) => type === undefined)) return undefined;
  const one = types.length === 1 ? types[0] : Object.fromEntries(types.map((type, i) => [fieldName(i), type]));
  return array || fields[0] === "domain-list" ? [one] : one;
}

/** A sub-option in the form `{type, value}`; a record in hex. */
export function rawSubOption(type: DeclaredType, words: readonly Token[]): ReadValue {
  const typed = readTyped(type, words);
  if (!typed.ok) return typed;
  const [field] = type.fields;
  const raw = type.fields.length === 1 && field !== undefined ? rawTypeOf(field) : undefined;
  if (raw !== undefined) return { ok: true, value: { type: raw, value: typed.json } };
  return typed.bytes === undefined ? no("it is not understood") : { ok: true, value: { type: "hex", value: toHex(typed.bytes) } };
}
