/** What stands in options that hold options. */

import { container, define } from "../option-dictionary.ts";
import { IPV6, record, U8, U32 } from "../values/common-types.ts";
import type { ValueType } from "../values/value-types.ts";
import { StatusCode } from "./status-code.ts";

/** The name of each number. */
export const invert = (names: Readonly<Record<string, number>>): Readonly<Record<number, string>> =>
  Object.fromEntries(Object.entries(names).map(([name, value]) => [value, name]));

/** Status Code (RFC 8415 section 21.13), in a message and in most options that hold options. */
export const STATUS_CODE = define(
  13,
  "status_code",
  record(["status", { kind: "u16", names: invert(StatusCode) }], ["message", { kind: "text", min: 0 }]),
  8415,
  { protocol: true },
);

/** Options of an option that has these in particular. */
export const optionsOf = (...definitions: Parameters<typeof container>[0]): ValueType => container([...definitions, STATUS_CODE], 2);

/** IA Address (section 21.6). */
export const IA_ADDRESS = define(
  5,
  "ia_address",
  record(["address", IPV6], ["preferred_lifetime", U32], ["valid_lifetime", U32], ["options", optionsOf()]),
  8415,
  { protocol: true, repeats: true, aliases: ["iaaddr", "ia_addr"] },
);

/** Prefix Exclude (RFC 6603 section 4.2): the bits depend on the prefix that it stands in. */
export const PD_EXCLUDE = define(
  67,
  "pd_exclude",
  record(["prefix_length", { kind: "u8", min: 1, max: 128 }], ["subnet_id", { kind: "bytes", min: 1 }]),
  6603,
  { protocol: true },
);

/** IA Prefix (section 21.22). */
export const IA_PREFIX = define(
  26,
  "ia_prefix",
  record(
    ["preferred_lifetime", U32],
    ["valid_lifetime", U32],
    ["prefix_length", { kind: "u8", max: 128 }],
    ["prefix", IPV6],
    ["options", optionsOf(PD_EXCLUDE)],
  ),
  8415,
  { protocol: true, repeats: true, aliases: ["iaprefix"] },
);

/** Authentication (RFC 8415 section 21.11). */
export const AUTHENTICATION: ValueType = record(
  ["protocol", U8],
  ["algorithm", U8],
  ["replay_detection_method", U8],
  ["replay_detection", { kind: "bytes", size: 8 }],
  ["information", { kind: "bytes" }],
);
