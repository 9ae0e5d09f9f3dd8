import { fromHex } from "../../net/bytes.ts";
import { parseIpv4 } from "../../net/ipv4.ts";
import { parseIpv6 } from "../../net/ipv6.ts";
import { parseDomainName, writeDomainName } from "./domain-name.ts";

/**
 * The forms in which an option of any code can be written, whatever its definition: `{type, value}`
 * in the configuration.
 */
export const RAW_TYPES = [
  "ip",
  "ip_list",
  "domain",
  "domain_list",
  "str",
  "u8",
  "u16",
  "u32",
  "i8",
  "i16",
  "i32",
  "bool",
  "b64",
  "hex",
  "sub_option",
] as const;

/** The name of a raw form. */
export type RawType = (typeof RAW_TYPES)[number];

/** The data of a value; or what is wrong with it. */
export type EncodeResult =
  | { readonly ok: true; readonly data: Uint8Array }
  | {
      readonly ok: false;
      /** What is wrong, to be put behind the name of the place: "must be ...". */
      readonly problem: string;
      /** Where in the value, from the outside in. */
      readonly path: readonly (string | number)[];
    };

/** What raw forms mean in a protocol. */
export interface RawRules {
  /** Bytes of an address, and of the code of an option and of the length behind it. */
  readonly addressSize: 4 | 16;
  readonly codeSize: 1 | 2;
}

const DHCP4_RULES: RawRules = { addressSize: 4, codeSize: 1 };
const DHCP6_RULES: RawRules = { addressSize: 16, codeSize: 2 };

/** The rules inside an option whose sub-options have codes of this size. */
export function rawRules(codeSize: 1 | 2): RawRules {
  return codeSize === 1 ? DHCP4_RULES : DHCP6_RULES;
}

/**
 * Encodes `{type, value}`, by default for DHCPv4. A list is accepted for every type but `b64`,
 * `hex` and `sub_option`; the parts follow each other without a separator.
 */
export function encodeRaw(type: RawType, value: unknown, rules: RawRules = DHCP4_RULES): EncodeResult {
  const out: number[] = [];
  const path: (string | number)[] = [];
  const problem = writeRaw(type, value, out, path, rules);
  return problem === undefined ? { ok: true, data: Uint8Array.from(out) } : { ok: false, problem, path };
}

/** Whether this is the name of a raw form. */
export function isRawType(text: unknown): text is RawType {
  return (RAW_TYPES as readonly unknown[]).includes(text);
}

/** Smallest and largest value of the integer types, and their size in bytes. */
export const INTEGERS = {
  u8: { size: 1, min: 0, max: 0xff },
  u16: { size: 2, min: 0, max: 0xffff },
  u32: { size: 4, min: 0, max: 0xffffffff },
  i8: { size: 1, min: -0x80, max: 0x7f },
  i16: { size: 2, min: -0x8000, max: 0x7fff },
  i32: { size: 4, min: -0x80000000, max: 0x7fffffff },
} as const;

/** A number: unsigned or signed, and its bits. */
export type IntegerKind = keyof typeof INTEGERS;

/** Appends `size` bytes in network order; negative numbers as their two's complement. */
export function writeInteger(value: number, size: number, out: number[]): void {
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) out.push((value >>> shift) & 255);
}

/**
 * Bytes from a hex string, from text in single quotes inside the string, or undefined when it is
 * neither.
 */
export function parseBytes(text: string): Uint8Array | undefined {
  if (text.length >= 2 && text.startsWith("'") && text.endsWith("'")) return new TextEncoder().encode(text.slice(1, -1));
  return fromHex(text);
}

/** Appends the value to `out`; returns what is wrong, with `path` left at the place. */
export function writeRaw(type: RawType, value: unknown, out: number[], path: (string | number)[], rules: RawRules): string | undefined {
  if (type === "hex" || type === "b64") {
    const bytes = typeof value !== "string" ? undefined : type === "hex" ? fromHex(value) : fromBase64(value);
    if (bytes === undefined) {
      const what = type === "hex" ? "must be hex digits in pairs" : "must be base64 text";
      return typeof value === "number" ? `${what}, in quotes` : what;
    }
    append(bytes, out);
    return undefined;
  }
  if (type === "sub_option") return writeRawSubOptions(value, out, path, rules);
  // DHCPv6 has no compressed names (RFC 8415 section 10).
  const compresses = rules.codeSize === 1;
  const compression = compresses && (type === "domain" || type === "domain_list") ? new Map<string, number>() : undefined;
  if (!Array.isArray(value)) return writeRawScalar(type, value, out, compression, rules);
  for (const [index, item] of value.entries()) {
    path.push(index);
    const problem = writeRawScalar(type, item, out, compression, rules);
    if (problem !== undefined) return problem;
    path.pop();
  }
  return undefined;
}

function writeRawScalar(
  type: Exclude<RawType, "hex" | "b64" | "sub_option">,
  value: unknown,
  out: number[],
  compression: Map<string, number> | undefined,
  { addressSize }: RawRules,
): string | undefined {
  switch (type) {
    case "ip":
    case "ip_list": {
      if (addressSize === 16) return writeRawIpv6(value, out);
      const address = typeof value === "string" ? parseIpv4(value) : undefined;
      if (address === undefined) return "must be an IPv4 address such as 192.168.5.1";
      writeInteger(address, 4, out);
      return undefined;
    }
    case "domain":
    case "domain_list": {
      const labels = typeof value === "string" ? parseDomainName(value) : "must be a domain name";
      if (typeof labels === "string") return labels;
      writeDomainName(labels, out, compression);
      return undefined;
    }
    case "str":
      if (typeof value !== "string") return "must be text (put numbers in quotes)";
      append(new TextEncoder().encode(value), out);
      return undefined;
    case "bool":
      if (typeof value !== "boolean") return "must be true or false";
      out.push(value ? 1 : 0);
      return undefined;
    default: {
      const { size, min, max } = INTEGERS[type];
      if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
        return `must be a whole number from ${min} to ${max}`;
      writeInteger(value, size, out);
      return undefined;
    }
  }
}

function writeRawIpv6(value: unknown, out: number[]): string | undefined {
  const address = typeof value === "string" ? parseIpv6(value) : undefined;
  return address === undefined ? "must be an IPv6 address such as 2001:db8::1" : append(address, out);
}

function writeRawSubOptions(value: unknown, out: number[], path: (string | number)[], rules: RawRules): string | undefined {
  const { codeSize } = rules;
  const largest = 256 ** codeSize - 1;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "must be a map of sub-option code to {type, value}";
  for (const [key, item] of Object.entries(value)) {
    path.push(key);
    if (!/^\d+$/.test(key) || Number(key) > largest) return `must be a sub-option code from 0 to ${largest}`;
    if (!isRawForm(item)) return `must be {type, value} with one of the types ${RAW_TYPES.join(", ")}`;
    const data: number[] = [];
    path.push("value");
    const problem = writeRaw(item.type, item.value, data, path, rules);
    if (problem !== undefined) return problem;
    path.pop();
    if (data.length > largest) return `has ${data.length} bytes; a sub-option holds at most ${largest}`;
    writeInteger(Number(key), codeSize, out);
    writeInteger(data.length, codeSize, out);
    append(data, out);
    path.pop();
  }
  return undefined;
}

/** A value with its type beside it, whatever the option's definition says. */
export interface RawForm {
  readonly type: RawType;
  readonly value: unknown;
}

/** True for `{type, value}` and nothing more. */
export function isRawForm(value: unknown): value is RawForm {
  if (typeof value !== "object" || value === null) return false;
  const keys = Object.keys(value);
  return keys.length === 2 && "value" in value && "type" in value && isRawType(value.type);
}

/** Appends bytes; a spread would overflow the stack for long ones. */
export function append(bytes: ArrayLike<number>, out: number[]): undefined {
  for (let i = 0; i < bytes.length; i++) out.push(bytes[i] as number);
}

/** Base64 (RFC 4648 section 4) with or without padding; undefined when malformed. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s/g, "").replace(/={0,2}$/, "");
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(digits), (character) => character.charCodeAt(0));
}
