import { readU16, readU32, writeU16 } from "../../net/bytes.ts";
import { readInto } from "./decode.ts";
import type { Option } from "./message.ts";
import { OptionCode } from "./option-code.ts";

/** The value of the first option of this code, a view; undefined: there is none. */
export function optionValue(options: readonly Option[], code: number): Uint8Array | undefined {
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (option.code === code) return option.data;
  }
  return undefined;
}

/** The values of all options of this code, views, in their order. */
export function optionValues(options: readonly Option[], code: number): readonly Uint8Array[] {
  const values: Uint8Array[] = [];
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as Option;
    if (option.code === code) values.push(option.data);
  }
  return values;
}

/** Whether an option with this code is among them. */
export function hasOption(options: readonly Option[], code: number): boolean {
  return optionValue(options, code) !== undefined;
}

/**
 * The options that a value consists of, as views of it. Total: what is cut off at the end is left
 * out.
 */
export function readOptions(data: Uint8Array): readonly Option[] {
  const options: Option[] = [];
  readInto(data, 0, data.length, options, undefined);
  return options;
}

/** The value of an option that is one byte; undefined when it is absent or of another length. */
export function optionU8(options: readonly Option[], code: number): number | undefined {
  const data = optionValue(options, code);
  return data?.length === 1 ? data[0] : undefined;
}

/**
 * The value of an option that is an unsigned 16-bit number; undefined when it is absent or of
 * another length.
 */
export function optionU16(options: readonly Option[], code: number): number | undefined {
  const data = optionValue(options, code);
  return data?.length === 2 ? readU16(data, 0) : undefined;
}

/**
 * The value of an option that is an unsigned 32-bit number; undefined when it is absent or of
 * another length.
 */
export function optionU32(options: readonly Option[], code: number): number | undefined {
  const data = optionValue(options, code);
  return data?.length === 4 ? readU32(data, 0) : undefined;
}

/**
 * The codes in an Option Request option (RFC 8415 section 21.7), in their order, of all such
 * options in the list; a single byte at the end of one is no code.
 */
export function requestedOptions(options: readonly Option[]): readonly number[] {
  const codes: number[] = [];
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    if (code === OptionCode.optionRequest) codes.push(...codesIn(data));
  }
  return codes;
}

/** The Option Request option for these codes. */
export function optionRequest(codes: readonly number[]): Option {
  const data = new Uint8Array(2 * codes.length);
  for (let i = 0; i < codes.length; i++) writeU16(data, 2 * i, codes[i] as number);
  return { code: OptionCode.optionRequest, data };
}

/** The codes that a value is made of, 16 bits each; a single byte at its end is none. */
export function codesIn(data: Uint8Array): readonly number[] {
  const codes: number[] = [];
  for (let at = 0; at + 2 <= data.length; at += 2) codes.push(readU16(data, at));
  return codes;
}

/** Whether an Option Request option asks for this code. */
export function requestsOption(options: readonly Option[], wanted: number): boolean {
  for (let i = 0; i < options.length; i++) {
    const { code, data } = options[i] as Option;
    if (code !== OptionCode.optionRequest) continue;
    for (let at = 0; at + 2 <= data.length; at += 2) if (readU16(data, at) === wanted) return true;
  }
  return false;
}
