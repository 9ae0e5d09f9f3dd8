import { toHex } from "../../../net/bytes.ts";
import type { ValueType } from "../../../wire/values/values.ts";
import { bytesOfHex, fieldsOf, numberOf } from "./option-types.ts";

/* Values of standard options as Kea writes them, with commas between their fields. */

/** Takes the fields of one value; undefined: they are no such value. */
type Take = (type: ValueType, fields: string[]) => unknown;

/**
 * What Leasehold's configuration writes for Kea's text; undefined: Kea's form of this type is not
 * known here.
 */
export function valueOfText(type: ValueType, text: string): unknown {
  const fields = text.trim() === "" ? [] : [...fieldsOf(text)];
  const value = take(type, fields);
  return fields.length === 0 || type.kind === "text" || type.kind === "opaque" ? value : undefined;
}

const take: Take = (type, fields) => {
  switch (type.kind) {
    case "flag":
      return fields.length === 0 ? true : undefined;
    case "suboptions":
      return fields.length === 0 ? {} : undefined;
    case "list": {
      const items: unknown[] = [];
      while (fields.length > 0) {
        const item = take(type.of, fields);
        if (item === undefined) return undefined;
        items.push(item);
      }
      return items;
    }
    case "domains":
      return fields.splice(0);
    case "record": {
      const record: Record<string, unknown> = {};
      for (const field of type.fields) {
        if (fields.length === 0 && field.optional) break;
        const value = take(field.type, fields);
        if (value === undefined) return undefined;
        record[field.name] = value;
      }
      return record;
    }
    case "counted":
      return take(type.of, fields);
    case "tagged":
      for (const { type: alternative } of type.alternatives) {
        const rest = [...fields];
        const value = take(alternative, rest);
        const isAddress = alternative.kind === "list" && alternative.of.kind === "ipv4";
        if (value === undefined || (isAddress && fields.some((field) => !/^[\d.]+$/.test(field)))) continue;
        fields.length = 0;
        return value;
      }
      return undefined;
    case "routes": {
      const routes = fields.splice(0).map((field) => /^(\S+)\s+-\s+(\S+)$/.exec(field));
      return routes.every((route) => route !== null) ? routes.map((route) => ({ destination: route?.[1], router: route?.[2] })) : undefined;
    }
    default:
      return fields.length === 0 ? undefined : single(type, fields.shift() as string);
  }
};

function single(type: ValueType, text: string): unknown {
  switch (type.kind) {
    case "bool":
      return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : undefined;
    case "ipv4":
    case "ipv6":
    case "text":
    case "opaque":
    case "domain":
    case "prefix":
      return text;
    case "bytes": {
      const bytes = bytesOfHex(text);
      return bytes === undefined ? undefined : toHex(bytes);
    }
    case "u8":
    case "u16":
    case "u32":
    case "i8":
    case "i16":
    case "i32": {
      const value = numberOf(text);
      return Number.isNaN(value) ? undefined : value;
    }
    default:
      return undefined;
  }
}
