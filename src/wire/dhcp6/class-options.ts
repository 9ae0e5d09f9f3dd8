import { readU16, readU32 } from "../../net/bytes.ts";
import type { Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";
import { readOptions } from "./options.ts";

/*
 * What a client says of its kind: user classes (RFC 8415 section 21.15), vendor classes (section
 * 21.16) and vendor options (section 21.17). The last two belong to an enterprise each, and a
 * message may have them of several. All that is read are views.
 */

/** Option 16 of one enterprise (RFC 8415 section 21.16). */
export interface VendorClass {
  readonly enterprise: number;
  readonly classes: readonly Uint8Array[];
}

/** Option 17 of one enterprise (RFC 8415 section 21.17). */
export interface VendorInformation {
  readonly enterprise: number;
  readonly options: readonly Option[];
}

const ENTERPRISE_SIZE = 4;

/** The classes in the value of a User Class option; what is cut off at its end is left out. */
export function readUserClasses(data: Uint8Array): readonly Uint8Array[] {
  return readTuples(data, 0);
}

/** The Vendor Class options among these, in their order; those too short for a number are none. */
export function vendorClasses(options: readonly Option[]): readonly VendorClass[] {
  const found: VendorClass[] = [];
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    if (code !== OptionCode.vendorClass || data.length < ENTERPRISE_SIZE) continue;
    found.push({ enterprise: readU32(data, 0), classes: readTuples(data, ENTERPRISE_SIZE) });
  }
  return found;
}

/**
 * The Vendor-specific Information options among these, in their order; those too short for a number
 * are none.
 */
export function vendorInformation(options: readonly Option[]): readonly VendorInformation[] {
  const found: VendorInformation[] = [];
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    if (code !== OptionCode.vendorInformation || data.length < ENTERPRISE_SIZE) continue;
    found.push({ enterprise: readU32(data, 0), options: readOptions(data.subarray(ENTERPRISE_SIZE)) });
  }
  return found;
}

/** Byte strings with two bytes of length before each. */
function readTuples(data: Uint8Array, start: number): readonly Uint8Array[] {
  const tuples: Uint8Array[] = [];
  for (let at = start; at + 2 <= data.length; ) {
    const next = at + 2 + readU16(data, at);
    if (next > data.length) break;
    tuples.push(data.subarray(at + 2, next));
    at = next;
  }
  return tuples;
}
