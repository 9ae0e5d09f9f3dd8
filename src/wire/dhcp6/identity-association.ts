import { readU32, writeU32 } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { ADDRESS_LENGTH, type Ipv6Prefix, ipv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { optionsSize, writeOptions } from "./encode.ts";
import type { Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { readOptions } from "./options.ts";

/*
 * Identity associations, the addresses and prefixes in them (RFC 8415 sections 21.4, 21.6, 21.21
 * and 21.22). What is read are views; what is written owns its bytes. Times are seconds, 0xffffffff
 * is for ever.
 */

/** A lifetime or time that does not end (RFC 8415 section 7.7). */
export const INFINITY = 0xffffffff;

/** The value of IA_NA or IA_PD. */
export interface IdentityAssociation {
  readonly iaid: number;
  readonly t1: number;
  readonly t2: number;
  readonly options: readonly Option[];
}

/** The value of an IA Address option. */
export interface IaAddress {
  readonly address: Ipv6;
  readonly preferredLifetime: number;
  readonly validLifetime: number;
  readonly options: readonly Option[];
}

/** The value of an IA Prefix option. */
export interface IaPrefix {
  /** In bytes of its own. */
  readonly prefix: Ipv6Prefix;
  readonly preferredLifetime: number;
  readonly validLifetime: number;
  readonly options: readonly Option[];
}

/** IAID, T1 and T2. */
const IA_HEADER = 12;
/** IAID of IA_TA. */
const IA_TA_HEADER = 4;
/** Address and two lifetimes. */
const ADDRESS_HEADER = 24;
/** Two lifetimes, length and prefix. */
const PREFIX_HEADER = 25;

/** Reads the value of IA_NA; undefined when it is too short. */
export function readIaNa(data: Uint8Array): IdentityAssociation | undefined {
  if (data.length < IA_HEADER) return undefined;
  return { iaid: readU32(data, 0), t1: readU32(data, 4), t2: readU32(data, 8), options: readOptions(data.subarray(IA_HEADER)) };
}

/** Reads the value of IA_PD, which is like that of IA_NA. */
export const readIaPd: (data: Uint8Array) => IdentityAssociation | undefined = readIaNa;

/**
 * Reads the value of IA_TA, which RFC 9915 removed and which has no times; undefined when it is too
 * short.
 */
export function readIaTa(data: Uint8Array): Pick<IdentityAssociation, "iaid" | "options"> | undefined {
  if (data.length < IA_TA_HEADER) return undefined;
  return { iaid: readU32(data, 0), options: readOptions(data.subarray(IA_TA_HEADER)) };
}

/** Reads the value of an IA Address option; undefined when it is too short. */
export function readIaAddress(data: Uint8Array): IaAddress | undefined {
  if (data.length < ADDRESS_HEADER) return undefined;
  return {
    address: data.subarray(0, 16),
    preferredLifetime: readU32(data, 16),
    validLifetime: readU32(data, 20),
    options: readOptions(data.subarray(ADDRESS_HEADER)),
  };
}

/**
 * Reads the value of an IA Prefix option; undefined when it is too short or the prefix longer than
 * 128 bits. Bits behind the length of the prefix are cleared.
 */
export function readIaPrefix(data: Uint8Array): IaPrefix | undefined {
  if (data.length < PREFIX_HEADER) return undefined;
  const length = data[8] as number;
  if (length > ADDRESS_LENGTH) return undefined;
  return {
    prefix: ipv6Prefix(data.subarray(9, PREFIX_HEADER), length),
    preferredLifetime: readU32(data, 0),
    validLifetime: readU32(data, 4),
    options: readOptions(data.subarray(PREFIX_HEADER)),
  };
}

/** An IA_NA or IA_PD option. */
export function iaOption(code: number, iaid: number, t1: number, t2: number, options: readonly Option[]): Option {
  const data = new Uint8Array(IA_HEADER + optionsSize(options));
  writeU32(data, 0, iaid);
  writeU32(data, 4, t1);
  writeU32(data, 8, t2);
  writeOptions(options, data, IA_HEADER);
  return { code, data };
}

/** An IA Address option; of a prefix of 128 bits, its address. */
export function iaAddressOption(
  address: Ipv6 | Ipv6Prefix,
  preferredLifetime: number,
  validLifetime: number,
  options: readonly Option[] = [],
): Option {
  const data = new Uint8Array(ADDRESS_HEADER + optionsSize(options));
  for (let i = 0; i < 16; i++) data[i] = address[i] as number;
  writeU32(data, 16, preferredLifetime);
  writeU32(data, 20, validLifetime);
  writeOptions(options, data, ADDRESS_HEADER);
  return { code: OptionCode.iaAddress, data };
}

/** An IA Prefix option. */
export function iaPrefixOption(
  prefix: Ipv6Prefix,
  preferredLifetime: number,
  validLifetime: number,
  options: readonly Option[] = [],
): Option {
  const data = new Uint8Array(PREFIX_HEADER + optionsSize(options));
  writeU32(data, 0, preferredLifetime);
  writeU32(data, 4, validLifetime);
  data[8] = prefixLength(prefix);
  for (let i = 0; i < 16; i++) data[9 + i] = prefix[i] as number;
  writeOptions(options, data, PREFIX_HEADER);
  return { code: OptionCode.iaPrefix, data };
}

/** A Status Code option (section 21.13), for people with a text in ASCII. */
export function statusOption(status: number, text = ""): Option {
  const data = new Uint8Array(2 + text.length);
  data[0] = status >>> 8;
  data[1] = status;
  for (let i = 0; i < text.length; i++) data[2 + i] = text.charCodeAt(i);
  return { code: OptionCode.statusCode, data };
}

/**
 * The status in these options (section 21.13): of a message, an association or an address. No
 * Status Code option means Success, and so does one that is too short to hold any.
 */
export function statusOf(options: readonly Option[]): number {
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    if (code === OptionCode.statusCode && data.length >= 2) return ((data[0] as number) << 8) | (data[1] as number);
  }
  return 0;
}
