/** Types that many options have, and how a table writes those that have parts. */

import { ARCHITECTURES } from "./architectures.ts";
import type { ValueType } from "./value-types.ts";

/** At least `min` values, a multiple of `multiple`. */
export const list = <const T extends ValueType>(of: T, min = 1, multiple = 1) => ({ kind: "list", of, min, multiple }) as const;
/** The fields in their order on the wire. */
export const record = <const F extends readonly (readonly [name: string, type: ValueType])[]>(...fields: F) =>
  ({ kind: "record", fields: fields.map(([name, type]) => ({ name, type })) as unknown as Fields<F> }) as const;
type Fields<F extends readonly (readonly [name: string, type: ValueType])[]> = {
  readonly [I in keyof F]: { readonly name: F[I][0]; readonly type: F[I][1] };
};

export const U8 = { kind: "u8" } as const;
export const U16 = { kind: "u16" } as const;
export const U32 = { kind: "u32" } as const;
export const I32 = { kind: "i32" } as const;
export const BOOL = { kind: "bool" } as const;
export const FLAG = { kind: "flag" } as const;
export const IPV4 = { kind: "ipv4" } as const;
export const IPV4_LIST = list(IPV4);
export const IPV4_PAIRS = list(IPV4, 2, 2);
export const IPV6 = { kind: "ipv6" } as const;
export const IPV6_LIST = list(IPV6);
export const TEXT = { kind: "text" } as const;
export const BYTES = { kind: "bytes" } as const;
export const OPAQUE = { kind: "opaque" } as const;
export const DOMAIN = { kind: "domain" } as const;
export const DOMAINS = { kind: "domains", compress: false } as const;
export const COMPRESSED_DOMAINS = { kind: "domains", compress: true } as const;
export const ROUTES = { kind: "routes" } as const;

/* Values that options of both protocols have. */

/** Authentication (RFC 3118 section 2, RFC 8415 section 21.11). */
export const AUTHENTICATION = record(
  ["protocol", U8],
  ["algorithm", U8],
  ["replay_detection_method", U8],
  ["replay_detection", { kind: "bytes", size: 8 }],
  ["information", BYTES],
);

/** Virtual Subnet Selection (RFC 6607 section 3.5). */
export const VIRTUAL_SUBNET_SELECTION = record(["vss_type", U8], ["info", BYTES]);

/** Architectures of the client's processor (RFC 4578 section 2.1, RFC 5970 section 3.3). */
export const CLIENT_ARCHITECTURES = list({ kind: "u16", names: ARCHITECTURES });

/**
 * The client's network interface as firmware sees it (RFC 4578 section 2.2, RFC 5970 section 3.4).
 */
export const NETWORK_INTERFACE = record(["interface_type", U8], ["major", U8], ["minor", U8]);

/** A civic address (RFC 4776 section 3). */
export const CIVIC_LOCATION = record(
  ["what", U8],
  ["country", { kind: "text", size: 2 }],
  ["elements", list(record(["ca_type", U8], ["ca_value", { kind: "counted", size: 1, of: { kind: "text", min: 0 } }]), 0)],
);

/** Coordinates with how sure they are (RFC 6225 sections 2.1 and 2.2.2). */
export const COORDINATES_WITH_UNCERTAINTY = {
  kind: "bits",
  fields: [
    { name: "latitude_uncertainty", bits: 6 },
    { name: "latitude", bits: 34, fraction: 25 },
    { name: "longitude_uncertainty", bits: 6 },
    { name: "longitude", bits: 34, fraction: 25 },
    { name: "altitude_type", bits: 4 },
    { name: "altitude_uncertainty", bits: 6 },
    { name: "altitude", bits: 30, fraction: 8 },
    { name: "version", bits: 2 },
    { name: "reserved", bits: 3 },
    { name: "datum", bits: 3 },
  ],
} as const;
