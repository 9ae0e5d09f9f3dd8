/** Types that many options have, and how a table writes those that have parts. */

import type { ValueType } from "./value-types.ts";

/** At least `min` values, a multiple of `multiple`. */
export const list = (of: ValueType, min = 1, multiple = 1): ValueType => ({ kind: "list", of, min, multiple });
/** The fields in their order on the wire. */
export const record = (...fields: readonly (readonly [name: string, type: ValueType])[]): ValueType => ({
  kind: "record",
  fields: fields.map(([name, type]) => ({ name, type })),
});

export const U8: ValueType = { kind: "u8" };
export const U16: ValueType = { kind: "u16" };
export const U32: ValueType = { kind: "u32" };
export const I32: ValueType = { kind: "i32" };
export const BOOL: ValueType = { kind: "bool" };
export const FLAG: ValueType = { kind: "flag" };
export const IPV4: ValueType = { kind: "ipv4" };
export const IPV4_LIST = list(IPV4);
export const IPV4_PAIRS = list(IPV4, 2, 2);
export const IPV6: ValueType = { kind: "ipv6" };
export const IPV6_LIST = list(IPV6);
export const TEXT: ValueType = { kind: "text" };
export const BYTES: ValueType = { kind: "bytes" };
export const OPAQUE: ValueType = { kind: "opaque" };
export const DOMAIN: ValueType = { kind: "domain" };
export const DOMAINS: ValueType = { kind: "domains", compress: false };
export const COMPRESSED_DOMAINS: ValueType = { kind: "domains", compress: true };
export const ROUTES: ValueType = { kind: "routes" };
