import { equalBytes, toHex } from "../../../net/bytes.ts";
import { parseIpv4 } from "../../../net/ipv4.ts";
import { parseIpv6 } from "../../../net/ipv6.ts";
import type { OptionDefinition } from "../../../wire/option-dictionary.ts";
import { encodeOption } from "../../../wire/option-values.ts";
import type { JsonValue, ValueType } from "../../../wire/values/value-types.ts";
import { decodeValue } from "../../../wire/values/values.ts";
import { DHCP4 } from "../../options/dhcp4.ts";
import { DHCP6 } from "../../options/dhcp6.ts";
import type { OptionProtocol } from "../../options/protocol.ts";
import type { PlainMap } from "../translation.ts";
import { bytesOf, parted } from "./data.ts";
import type { Token } from "./lexer.ts";
import type { Statement } from "./syntax.ts";

/** `option SPACE.NAME code N = TYPE;` */
export interface Definition {
  readonly space: string;
  readonly name: string;
  /** Its name here. */
  readonly own: string;
  readonly code: number;
  /** Types of what it consists of, in dhcpd's words. */
  readonly fields: readonly string[];
  readonly isArray: boolean;
  readonly encapsulates: string | undefined;
  readonly statement: Statement;
}

/** Definitions of the file by `SPACE.NAME`. */
export type Definitions = ReadonlyMap<string, Definition>;

const SPACES: Readonly<Record<string, OptionProtocol>> = { dhcp: DHCP4, dhcp6: DHCP6 };

/** Reads every definition in the file, wherever it stands. */
export function readDefinitions(statements: readonly Statement[], into = new Map<string, Definition>()): Definitions {
  for (const statement of statements) {
    if (statement.block !== undefined) readDefinitions(statement.block, into);
    const made = definitionOf(statement);
    if (made !== undefined) into.set(`${made.space}.${made.name}`, made);
  }
  return into;
}

export function isDefinition({ words }: Statement): boolean {
  return words[0]?.text === "option" && (words[1]?.text === "space" || words[2]?.text === "code");
}

function definitionOf(statement: Statement): Definition | undefined {
  const { words } = statement;
  if (words[0]?.text !== "option" || words[2]?.text !== "code" || words[4]?.text !== "=") return undefined;
  const [space, name] = spaced(words[1]?.text ?? "");
  let rest = words.slice(5).filter(({ text }) => text !== "," && text !== "{" && text !== "}" && text !== "compressed");
  let isArray = false;
  if (rest[0]?.text === "array" && rest[1]?.text === "of") {
    isArray = true;
    rest = rest.slice(2);
  }
  const fields: string[] = [];
  let encapsulates: string | undefined;
  for (let at = 0; at < rest.length; at++) {
    const text = (rest[at] as Token).text;
    if (text === "encapsulate") encapsulates = rest[++at]?.text;
    else if (text === "signed" || text === "unsigned") {
      fields.push(`${text === "signed" ? "i" : "u"}${rest[at + 2]?.text ?? ""}`);
      at += 2;
    } else if (text === "integer") fields.push(`i${rest[++at]?.text ?? ""}`);
    else if (text === "array" || text === "of") isArray = true;
    else fields.push(TYPES[text] ?? text);
  }
  const code = Number(words[3]?.text);
  return { space, name, own: ownName(name), code, fields, isArray, encapsulates, statement };
}

const TYPES: Readonly<Record<string, string>> = {
  boolean: "bool",
  "ip-address": "ip",
  "ip6-address": "ipv6",
  text: "str",
  string: "hex",
  "domain-name": "domain",
  "domain-list": "domain",
};

/** A name in two parts; without a space it is an option of DHCPv4. */
export function spaced(name: string): readonly [space: string, name: string] {
  const dot = name.indexOf(".");
  return dot < 0 ? ["dhcp", name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function ownName(name: string): string {
  const own = name.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return /^[a-z]/.test(own) ? own : `option_${own}`;
}

/** An option of the file: what the option table has of it, and the file's definition. */
export interface Known {
  readonly protocol: OptionProtocol;
  /** Its name or code here. */
  readonly own: string;
  readonly code: number;
  readonly standard: OptionDefinition | undefined;
  readonly defined: Definition | undefined;
}

export function findOption(name: string, definitions: Definitions): Known | undefined {
  const [space, inner] = spaced(name);
  const protocol = Object.hasOwn(SPACES, space) ? SPACES[space] : undefined;
  if (protocol === undefined) return undefined;
  const defined = definitions.get(`${space}.${inner}`);
  const numbered = Number(/^unknown-(\d+)$/.exec(inner)?.[1]);
  const code = defined?.code ?? (numbered || undefined);
  const standard = code === undefined ? protocol.byName(RENAMED[inner] ?? inner.replaceAll("-", "_").toLowerCase()) : protocol.byCode(code);
  if (code === undefined && standard === undefined) return undefined;
  const number = code ?? (standard as OptionDefinition).code;
  const isVague = standard === undefined || (standard.type.kind === "opaque" && defined !== undefined);
  const own = isVague ? (defined?.own ?? String(number)) : standard.name;
  return { protocol, own, code: number, standard: isVague && defined !== undefined ? undefined : standard, defined };
}

const RENAMED: Readonly<Record<string, string>> = {
  "client-id": "client_identifier",
  "server-id": "server_identifier",
  "vendor-opts": "vendor_opts",
};

/** `option_definitions` for those that the option table does not know by type. */
export function definitionType({ fields, isArray }: Definition): unknown {
  if (fields.length === 0) return "sub_option";
  if (fields.length === 1) return isArray || fields[0] === "domain-list" ? [fields[0]] : fields[0];
  const record = Object.fromEntries(fields.map((type, i) => [`field_${i + 1}`, type]));
  return isArray ? [record] : record;
}

export type ReadValue = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

const no = (reason: string): ReadValue => ({ ok: false, reason });

/** The value in the words behind the name of an option. */
export function readValue(option: Known, words: readonly Token[]): ReadValue {
  const isExpression = words[0]?.text === "=";
  const rest = isExpression ? words.slice(1) : words;
  const [only] = rest;
  if (only === undefined) return no("it has no value");
  const raw = rest.length === 1 ? bytesOf(only) : undefined;
  if (isExpression && raw === undefined) return no("its value is computed for each message, which Leasehold does not do");
  const parts = parted(rest);
  if (option.standard === undefined) {
    if (option.defined === undefined)
      return raw === undefined ? no("its value is not understood") : { ok: true, value: { type: "hex", value: toHex(raw) } };
    if (option.defined.fields.length === 1 && option.defined.fields[0] === "hex" && raw !== undefined)
      return { ok: true, value: toHex(raw) };
    return typedValue(option.defined, parts);
  }
  const value = standardValue(option.standard.type, parts);
  if (value !== undefined && encodeOption(option.standard, value).ok && !isExpression) return { ok: true, value };
  // A definition of the file may give a standard code another form, such as routes as bytes.
  if (option.defined !== undefined && !isExpression) {
    const bytes = integerBytes(option.defined, parts);
    if (bytes !== undefined) return { ok: true, value: ofBytes(option.standard, bytes) };
  }
  if (raw !== undefined) {
    const { type } = option.standard;
    if ((type.kind === "text" || type.kind === "opaque") && only.kind === "string") return { ok: true, value: only.text };
    return { ok: true, value: ofBytes(option.standard, raw) };
  }
  if (rest.some(({ kind, text }) => kind === "word" && /^[a-z][\w-]*(\.[\w-]+)+$/i.test(text)))
    return no("it names a host, and Leasehold looks up no names: write its address");
  return no("its value is not understood");
}

/** Bytes in the form of the option where that says them exactly. */
function ofBytes(definition: OptionDefinition, bytes: Uint8Array): unknown {
  const decoded = decodeValue(definition.type, bytes);
  const again = decoded.ok ? encodeOption(definition, decoded.value) : undefined;
  if (decoded.ok && again?.ok && again.values.length === 1 && equalBytes(again.values[0] as Uint8Array, bytes)) return decoded.value;
  return { type: "hex", value: toHex(bytes) };
}

/** Values of a standard option in the form of options maps. */
function standardValue(type: ValueType, parts: readonly (readonly Token[])[]): JsonValue | undefined {
  const [first] = parts;
  const only = parts.length === 1 && first?.length === 1 ? first[0] : undefined;
  switch (type.kind) {
    case "text":
    case "opaque":
      return only?.text;
    case "ipv4":
      return only !== undefined && parseIpv4(only.text) !== undefined ? only.text : undefined;
    case "ipv6":
      return only !== undefined && parseIpv6(only.text) !== undefined ? only.text : undefined;
    case "domain":
      return only?.text;
    case "domains":
      return parts.map((part) => part[0]?.text ?? "");
    case "bool":
    case "flag":
      return only === undefined ? undefined : BOOLEANS[only.text.toLowerCase()];
    case "list": {
      if (type.multiple !== undefined)
        return standardValue(
          { kind: "list", of: type.of },
          parts.flat().map((word) => [word]),
        );
      const fields = type.of.kind === "record" ? type.of.fields.length : 1;
      const all = parts.map((part) =>
        part.length === fields
          ? standardValue(
              type.of,
              part.map((word) => [word]),
            )
          : undefined,
      );
      if (all.includes(undefined)) return undefined;
      return all.length === 1 ? all[0] : (all as JsonValue[]);
    }
    case "record": {
      const words = parts.flat();
      if (words.length !== type.fields.length) return undefined;
      const entries = type.fields.map((field, i): [string, JsonValue | undefined] => [
        field.name,
        standardValue(field.type, [[words[i] as Token]]),
      ]);
      return entries.some(([, value]) => value === undefined) ? undefined : (Object.fromEntries(entries) as JsonValue);
    }
    default:
      return only !== undefined && /^-?\d+$/.test(only.text) ? Number(only.text) : undefined;
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, on: true, false: false, off: false };

/** A value of a type that the file declares. */
export function typedValue({ fields, isArray }: Definition, parts: readonly (readonly Token[])[]): ReadValue {
  const items = parts.flat();
  const size = Math.max(1, fields.length);
  if (fields.length === 0) return no("it holds options of a space: these are to be set");
  if (items.length === 0 || items.length % size !== 0 || (!isArray && items.length !== size && fields[0] !== "domain"))
    return no("it has not as many values as its definition says");
  const result: unknown[] = [];
  for (let at = 0; at < items.length; at += size) {
    const record: PlainMap = {};
    for (const [i, type] of fields.entries()) {
      const value = scalarOf(type, items[at + i] as Token);
      if (value === undefined) return no(`${(items[at + i] as Token).text} is not what its definition says`);
      record[`field_${i + 1}`] = value;
    }
    result.push(size === 1 ? record.field_1 : record);
  }
  return { ok: true, value: isArray || result.length > 1 ? result : result[0] };
}

function scalarOf(type: string, word: Token): unknown {
  if (type === "bool") return BOOLEANS[word.text.toLowerCase()];
  if (type === "hex") {
    const bytes = bytesOf(word);
    return bytes && toHex(bytes);
  }
  if (/^[iu]\d+$/.test(type)) return /^(-?\d+|0x[0-9a-f]+)$/i.test(word.text) ? Number(word.text) : undefined;
  if (type === "ip") return parseIpv4(word.text) === undefined ? undefined : word.text;
  if (type === "ipv6") return parseIpv6(word.text) === undefined ? undefined : word.text;
  return word.text;
}

/** Numbers as bytes, for what is declared as an array of them. */
function integerBytes({ fields }: Definition, parts: readonly (readonly Token[])[]): Uint8Array | undefined {
  const items = parts.flat();
  const sizes = fields.map((type) => Number(/^[iu](8|16|32)$/.exec(type)?.[1]) / 8 || (type === "ip" ? 4 : 0));
  const bytes: number[] = [];
  for (const [i, word] of items.entries()) {
    const size = sizes[i % sizes.length] ?? 0;
    const value = size === 4 && word.text.includes(".") ? parseIpv4(word.text) : Number(word.text);
    if (size === 0 || value === undefined || !Number.isInteger(value)) return undefined;
    for (let shift = size - 1; shift >= 0; shift--) bytes.push(Math.floor(value / 256 ** shift) & 0xff);
  }
  return Uint8Array.from(bytes);
}

/** A sub-option in the form `{type, value}`. */
export function subOptionValue(definition: Definition, words: readonly Token[]): ReadValue {
  const read = typedValue(definition, parted(words));
  if (!read.ok) return read;
  const [type] = definition.fields;
  if (definition.fields.length === 1) return { ok: true, value: { type: type === "ipv6" ? "ip" : type, value: read.value } };
  const bytes = integerBytes(definition, parted(words));
  return bytes === undefined ? no("its form can't be written here") : { ok: true, value: { type: "hex", value: toHex(bytes) } };
}
