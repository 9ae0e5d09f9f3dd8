import { INTEGERS, type IntegerKind } from "./raw-values.ts";

/** What JSON can hold: the form of values in the configuration, the API and the dashboard. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * The structure of an option's value, as plain data: encoding, decoding, documentation and forms
 * are all driven by it. Beside each kind stands its JSON form. Kinds without a length of their own
 * take the rest of the data.
 */
export type ValueType =
  /** A number, or one of `names`. */
  | { readonly kind: IntegerKind; readonly min?: number; readonly max?: number; readonly names?: Readonly<Record<number, string>> }
  /** true or false: one byte, 1 or 0. */
  | { readonly kind: "bool" }
  /** true: no data at all. */
  | { readonly kind: "flag" }
  /** "192.168.5.1" */
  | { readonly kind: "ipv4" }
  /** "2001:db8::1" */
  | { readonly kind: "ipv6" }
  /**
   * Text, UTF-8, without the NULs that some senders put behind it (RFC 2132 section 2); `size`
   * bytes if given, else at least `min` (1).
   */
  | { readonly kind: "text"; readonly size?: number; readonly min?: number }
  /**
   * Hex digits, or text in single quotes; exactly `size` bytes if given, else at least `min` (0).
   */
  | { readonly kind: "bytes"; readonly size?: number; readonly min?: number }
  /** Text, or `{type, value}` for bytes that are not readable text. */
  | { readonly kind: "opaque" }
  /** "host.example.org" in DNS wire form, not compressed. */
  | { readonly kind: "domain" }
  /** A list of such names; `compress` for options whose receivers expand pointers. */
  | { readonly kind: "domains"; readonly compress: boolean }
  /** A list, or a single value in its place; at least `min` (1), a multiple of `multiple`. */
  | { readonly kind: "list"; readonly of: ValueType; readonly min?: number; readonly multiple?: number }
  /**
   * A map with these fields, in this order on the wire. Optional ones stand at the end and may be
   * left out from there.
   */
  | { readonly kind: "record"; readonly fields: readonly Field[] }
  /** The JSON form of `of`; on the wire its length stands in front. */
  | { readonly kind: "counted"; readonly size: 1 | 2; readonly of: ValueType }
  /** A map with these fields: numbers of so many bits, the most significant first. */
  | { readonly kind: "bits"; readonly fields: readonly BitField[] }
  /** The JSON form of one of the alternatives; on the wire a byte with its tag stands in front. */
  | { readonly kind: "tagged"; readonly alternatives: readonly Alternative[] }
  /**
   * A map of sub-option name or code to value; sub-options without a definition are `{type,
   * value}`. `padded`: 0 is Pad and 255 is End inside. `size`: the bytes of each code and of each
   * length (1).
   */
  | {
      readonly kind: "suboptions";
      readonly definitions: readonly SubOptionDefinition[];
      readonly padded?: boolean;
      readonly size?: 1 | 2;
    }
  /**
   * A map of enterprise number to the JSON form of its type in `types`, else of `of`. On the wire:
   * number, `size` bytes of length (1), data. Without a length (0) there is one enterprise, and its
   * data takes the rest (RFC 8415 section 21.17).
   */
  | {
      readonly kind: "enterprises";
      readonly of: ValueType;
      readonly types?: Readonly<Record<string, ValueType>>;
      readonly size?: 0 | 1 | 2;
    }
  /** [{destination: "10.0.0.0/8", router: "10.0.0.1"}] (RFC 3442). */
  | { readonly kind: "routes" }
  /**
   * "2001:db8::/32": a byte with the length, then as many bytes as the length needs, or all that an
   * address has (`whole`).
   */
  | { readonly kind: "prefix"; readonly address: "ipv4" | "ipv6"; readonly whole?: boolean }
  /** {s, o, e, n, name}: the Client FQDN option of either protocol, by its RFC; 4704 has no e. */
  | { readonly kind: "fqdn"; readonly rfc: 4702 | 4704 }
  /**
   * {priority, adn, addresses, alpn, port, dohpath} (RFC 9463); `size`: the bytes of each length in
   * it.
   */
  | { readonly kind: "resolver"; readonly address: "ipv4" | "ipv6"; readonly size: 1 | 2 };

/** A part of a record. */
export interface Field {
  readonly name: string;
  readonly type: ValueType;
  readonly optional?: boolean;
}

/** A number of so many bits. */
export interface BitField {
  readonly name: string;
  /** At most 48. */
  readonly bits: number;
  /** Two's complement, divided by 2 to the power of this: a fixed-point number. */
  readonly fraction?: number;
}

/** A type that a value may have, and the tag that says so on the wire. */
export interface Alternative {
  readonly tag: number;
  readonly type: ValueType;
}

/** What stands under a code: its name, and the type of its value. */
export interface SubOptionDefinition {
  readonly code: number;
  readonly name: string;
  readonly type: ValueType;
  /**
   * It may stand several times in what contains it: its JSON form there is a list, or a single
   * value in its place.
   */
  readonly repeats?: boolean;
}

/**
 * The number of bytes that every value of this type has; undefined when it depends on the value.
 */
export function fixedSize(type: ValueType): number | undefined {
  switch (type.kind) {
    case "bool":
      return 1;
    case "flag":
      return 0;
    case "ipv4":
      return 4;
    case "ipv6":
      return 16;
    case "text":
    case "bytes":
      return type.size;
    case "prefix":
      return type.whole === true ? 1 + (type.address === "ipv4" ? 4 : 16) : undefined;
    case "bits":
      return type.fields.reduce((bits, field) => bits + field.bits, 0) / 8;
    case "record": {
      let size = 0;
      for (const field of type.fields) {
        const part = fixedSize(field.type);
        if (part === undefined || field.optional) return undefined;
        size += part;
      }
      return size;
    }
    default:
      return type.kind in INTEGERS ? INTEGERS[type.kind as IntegerKind].size : undefined;
  }
}
