import { parseIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import { parseDomainName, writeDomainName } from "./domain-name.ts";
import {
  append,
  INTEGERS,
  type IntegerKind,
  isRawForm,
  parseBytes,
  RAW_TYPES,
  type RawForm,
  rawRules,
  writeInteger,
  writeRaw,
} from "./raw-values.ts";
import { writeResolver } from "./resolver.ts";
import { writeFqdn, writePrefix, writeRoutes } from "./structured-values.ts";
import { mapOf, type Path } from "./value-io.ts";
import type { Alternative, BitField, Field, SubOptionDefinition, ValueType } from "./value-types.ts";

/** Appends the value to `out`; returns what is wrong with it, undefined when nothing is. */
export function write(type: ValueType, value: unknown, out: number[], path: Path): string | undefined {
  switch (type.kind) {
    case "bool":
      if (typeof value !== "boolean") return "must be true or false";
      out.push(value ? 1 : 0);
      return undefined;
    case "flag":
      return value === true ? undefined : "must be true: the option has no data, it is there or it is not";
    case "ipv4": {
      const address = typeof value === "string" ? parseIpv4(value) : undefined;
      if (address === undefined) return "must be an IPv4 address such as 192.168.5.1";
      writeInteger(address, 4, out);
      return undefined;
    }
    case "ipv6": {
      const address = typeof value === "string" ? parseIpv6(value) : undefined;
      if (address === undefined) return "must be an IPv6 address such as 2001:db8::1";
      append(address, out);
      return undefined;
    }
    case "text":
      return writeText(type, value, out);
    case "bytes":
      return writeBytes(type, value, out);
    case "opaque":
      if (typeof value === "string") return append(new TextEncoder().encode(value), out);
      return isRawForm(value) ? writeRawForm(value, out, path) : "must be text, or {type, value}";
    case "domain": {
      const labels = typeof value === "string" ? parseDomainName(value) : "must be a domain name";
      return typeof labels === "string" ? labels : writeDomainName(labels, out);
    }
    case "domains":
      return writeDomains(type, value, out, path);
    case "list":
      return writeList(type, value, out, path);
    case "record":
      return writeRecord(type.fields, value, out, path);
    case "counted":
      return writeCounted(type.of, type.size, value, out, path);
    case "bits":
      return writeBits(type.fields, value, out, path);
    case "tagged":
      return writeTagged(type.alternatives, value, out, path);
    case "suboptions":
      return writeSubOptions(type, value, out, path);
    case "enterprises":
      return writeEnterprises(type, value, out, path);
    case "routes":
      return writeRoutes(value, out, path);
    case "prefix":
      return writePrefix(type, value, out);
    case "fqdn":
      return writeFqdn(type, value, out, path);
    case "resolver":
      return writeResolver(type, value, out, path);
    default:
      return writeNumber(type, value, out);
  }
}

function writeNumber(type: Extract<ValueType, { kind: IntegerKind }>, value: unknown, out: number[]): string | undefined {
  const integer = INTEGERS[type.kind];
  const min = type.min ?? integer.min;
  const max = type.max ?? integer.max;
  let number = value;
  if (typeof value === "string" && type.names !== undefined) {
    const named = Object.entries(type.names).find(([, name]) => name === value);
    if (named !== undefined) number = Number(named[0]);
  }
  if (typeof number !== "number" || !Number.isInteger(number) || number < min || number > max) {
    const names = type.names === undefined ? "" : ` or one of ${Object.values(type.names).join(", ")}`;
    return `must be a whole number from ${min} to ${max}${names}`;
  }
  writeInteger(number, integer.size, out);
  return undefined;
}

function writeText(type: Extract<ValueType, { kind: "text" }>, value: unknown, out: number[]): string | undefined {
  if (typeof value !== "string") return "must be text (put numbers in quotes)";
  const bytes = new TextEncoder().encode(value);
  if (type.size !== undefined) return bytes.length === type.size ? append(bytes, out) : `must be ${type.size} bytes of text`;
  if (bytes.length < (type.min ?? 1)) return 'must not be empty; {type: hex, value: ""} sends an option without data';
  if (bytes.at(-1) === 0) return "must not end with a NUL";
  return append(bytes, out);
}

function writeBytes(type: Extract<ValueType, { kind: "bytes" }>, value: unknown, out: number[]): string | undefined {
  const bytes = typeof value === "string" ? parseBytes(value) : undefined;
  if (bytes === undefined) {
    const what = "must be hex digits in pairs, or text in single quotes inside the string";
    return typeof value === "number" ? `${what} (put digits in quotes)` : what;
  }
  if (type.size !== undefined && bytes.length !== type.size) return `must be ${type.size} bytes long, not ${bytes.length}`;
  if (bytes.length < (type.min ?? 0)) return `must be at least ${type.min} bytes long`;
  return append(bytes, out);
}

function writeDomains(type: Extract<ValueType, { kind: "domains" }>, value: unknown, out: number[], path: Path): string | undefined {
  // Pointers count from the start of the list.
  const names: number[] = [];
  const compression = type.compress ? new Map<string, number>() : undefined;
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0) return "must have at least one domain name";
  for (const [index, item] of items.entries()) {
    path.push(index);
    const labels = typeof item === "string" ? parseDomainName(item) : "must be a domain name";
    if (typeof labels === "string") return labels;
    writeDomainName(labels, names, compression);
    path.pop();
  }
  return append(names, out);
}

function writeList(type: Extract<ValueType, { kind: "list" }>, value: unknown, out: number[], path: Path): string | undefined {
  const items = Array.isArray(value) ? value : [value];
  const min = type.min ?? 1;
  if (items.length < min) return min === 1 ? "must not be an empty list" : `must have at least ${min} values`;
  if (items.length % (type.multiple ?? 1) !== 0) return `must have a multiple of ${type.multiple} values`;
  for (const [index, item] of items.entries()) {
    if (Array.isArray(value)) path.push(index);
    const problem = write(type.of, item, out, path);
    if (problem !== undefined) return problem;
    if (Array.isArray(value)) path.pop();
  }
  return undefined;
}

function writeRecord(fields: readonly Field[], value: unknown, out: number[], path: Path): string | undefined {
  const map = mapOf(value, fields, path);
  if (typeof map === "string") return map;
  let absent: string | undefined;
  for (const field of fields) {
    const part = map[field.name];
    if (part === undefined && field.optional) {
      absent ??= field.name;
      continue;
    }
    path.push(field.name);
    if (part === undefined) return "is missing";
    if (absent !== undefined) return `can't be given without ${absent}, which stands before it`;
    const problem = write(field.type, part, out, path);
    if (problem !== undefined) return problem;
    path.pop();
  }
  return undefined;
}

function writeCounted(type: ValueType, size: 1 | 2, value: unknown, out: number[], path: Path): string | undefined {
  const data: number[] = [];
  const problem = write(type, value, data, path);
  if (problem !== undefined) return problem;
  const max = size === 1 ? 255 : 65535;
  if (data.length > max) return `has ${data.length} bytes; at most ${max} are possible here`;
  writeInteger(data.length, size, out);
  return append(data, out);
}

function writeBits(fields: readonly BitField[], value: unknown, out: number[], path: Path): string | undefined {
  const map = mapOf(value, fields, path);
  if (typeof map === "string") return map;
  const bits: number[] = [];
  for (const field of fields) {
    path.push(field.name);
    const part = map[field.name];
    const scale = 2 ** (field.fraction ?? 0);
    const min = field.fraction === undefined ? 0 : -(2 ** (field.bits - 1));
    const max = 2 ** (field.fraction === undefined ? field.bits : field.bits - 1) - 1;
    const number = typeof part === "number" ? Math.round(part * scale) : Number.NaN;
    if (!(number >= min && number <= max) || (field.fraction === undefined && number !== part)) {
      return `must be a ${field.fraction === undefined ? "whole " : ""}number from ${min / scale} to ${max / scale}`;
    }
    const unsigned = number < 0 ? number + 2 ** field.bits : number;
    for (let bit = field.bits - 1; bit >= 0; bit--) bits.push(Math.floor(unsigned / 2 ** bit) % 2);
    path.pop();
  }
  for (let i = 0; i < bits.length; i += 8) out.push(bits.slice(i, i + 8).reduce((byte, bit) => byte * 2 + bit, 0));
  return undefined;
}

function writeTagged(alternatives: readonly Alternative[], value: unknown, out: number[], path: Path): string | undefined {
  const problems: string[] = [];
  const depth = path.length;
  for (const { tag, type } of alternatives) {
    const data: number[] = [];
    const problem = write(type, value, data, path);
    if (problem === undefined) {
      out.push(tag);
      return append(data, out);
    }
    problems.push(problem);
    path.length = depth;
  }
  return problems.join(", or ");
}

/** `codeSize`: that of the option that holds it. */
function writeRawForm(form: RawForm, out: number[], path: Path, codeSize: 1 | 2 = 1): string | undefined {
  path.push("value");
  const problem = writeRaw(form.type, form.value, out, path, rawRules(codeSize));
  if (problem === undefined) path.pop();
  return problem;
}

function writeSubOptions(type: Extract<ValueType, { kind: "suboptions" }>, value: unknown, out: number[], path: Path): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "must be a map of sub-option name or code to value";
  const { definitions, size = 1 } = type;
  const max = size === 1 ? 255 : 65535;
  const seen = new Set<number>();
  for (const [key, part] of Object.entries(value)) {
    path.push(key);
    const definition = definitions.find((candidate) => candidate.name === key || String(candidate.code) === key);
    const code = definition?.code ?? (/^(0|[1-9]\d{0,4})$/.test(key) ? Number(key) : max + 1);
    if (code > max) {
      const known = definitions.map((candidate) => candidate.name).join(", ");
      return `is not a sub-option code from 0 to ${max}${known === "" ? "" : ` and not one of ${known}`}`;
    }
    if (seen.has(code)) return `gives sub-option ${code} a second time`;
    seen.add(code);
    const isList = definition?.repeats === true && Array.isArray(part);
    for (const [index, item] of (isList ? part : [part]).entries()) {
      if (isList) path.push(index);
      const problem = writeSubOption(code, definition, size, item, out, path);
      if (problem !== undefined) return problem;
      if (isList) path.pop();
    }
    path.pop();
  }
  return undefined;
}

function writeSubOption(
  code: number,
  definition: SubOptionDefinition | undefined,
  size: 1 | 2,
  value: unknown,
  out: number[],
  path: Path,
): string | undefined {
  const data: number[] = [];
  let problem: string | undefined;
  if (isRawForm(value)) problem = writeRawForm(value, data, path, size);
  else if (definition !== undefined) problem = write(definition.type, value, data, path);
  else problem = `must be {type, value} with one of the types ${RAW_TYPES.join(", ")}: sub-option ${code} has no definition`;
  if (problem !== undefined) return problem;
  const max = size === 1 ? 255 : 65535;
  if (data.length > max) return `has ${data.length} bytes; a sub-option holds at most ${max}`;
  writeInteger(code, size, out);
  writeInteger(data.length, size, out);
  return append(data, out);
}

function writeEnterprises(
  type: Extract<ValueType, { kind: "enterprises" }>,
  value: unknown,
  out: number[],
  path: Path,
): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "must be a map of enterprise number to value";
  const { size = 1 } = type;
  if (size === 0 && Object.keys(value).length !== 1) return "must have one enterprise";
  for (const [key, part] of Object.entries(value)) {
    path.push(key);
    if (!/^(0|[1-9]\d{0,9})$/.test(key) || Number(key) > 0xffffffff) return "must be an enterprise number";
    writeInteger(Number(key), 4, out);
    const inner = type.types?.[key] ?? type.of;
    const problem = size === 0 ? write(inner, part, out, path) : writeCounted(inner, size, part, out, path);
    if (problem !== undefined) return problem;
    path.pop();
  }
  return undefined;
}
