/**
 * `leasehold/wire`: bytes to messages and back. Pure: no I/O, no clock, no randomness; runs in a
 * browser.
 *
 *     import { dhcp4 } from "leasehold/wire";
 *     const result = dhcp4.decode(bytes);
 *     if (result.ok) console.log(dhcp4.formatMessage(result.message));
 *
 * @module
 */

export * as capture from "./capture/index.ts";
export * as dhcp4 from "./dhcp4/index.ts";
export * as dhcp6 from "./dhcp6/index.ts";
export * as frames from "./frames/index.ts";
export type { OptionDefinition } from "./option-dictionary.ts";
export { type EncodeOptionResult, encodeOption } from "./option-values.ts";
export type { IntegerKind, RawRules } from "./values/raw-values.ts";
export type { Alternative, BitField, Field } from "./values/value-types.ts";
export {
  type DecodeValueResult,
  decodeValue,
  type EncodeResult,
  encodeRaw,
  encodeValue,
  isRawType,
  type JsonValue,
  RAW_TYPES,
  type RawType,
  type SubOptionDefinition,
  type ValueType,
} from "./values/values.ts";
