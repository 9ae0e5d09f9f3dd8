import { equalBytes, NO_BYTES } from "../../net/bytes.ts";
import type { OptionDefinition } from "../../wire/option-dictionary.ts";
import { encodeOption } from "../../wire/option-values.ts";
import { decodeValue, encodeRaw, isRawType, RAW_TYPES, type RawType } from "../../wire/values/values.ts";
import type { ConfiguredOption, OptionSet } from "../model/common.ts";
import type { OptionsFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import { describeValue } from "../text/expected.ts";
import type { Report } from "../text/problems.ts";
import { didYouMean } from "../text/suggest.ts";
import { type OptionDictionary, REFUSED_CODE } from "./dictionary.ts";
import { encodeWritten } from "./encode-written.ts";
import { whyManaged } from "./protocol.ts";
import { explainOption } from "./unknown-option.ts";

export const NO_OPTIONS: OptionSet = { byCode: new Map(), always: [] };

/** What options are read with. */
interface Reading {
  readonly report: Report;
  readonly dictionary: OptionDictionary;
  /** Why an option can't stand here, in the words of a hint; undefined when it can. */
  readonly whyNot: (code: number) => string | undefined;
  /**
   * Whether clients send the options: what they send need not have the form that the option should
   * have.
   */
  readonly sentByClients: boolean;
}

/** Reads the options of one place. Options with problems are reported and left out. */
export function readOptions(
  file: OptionsFile | undefined,
  path: Path,
  dictionary: OptionDictionary,
  report: Report,
): readonly ConfiguredOption[] {
  const whyNot = (code: number): string | undefined => whyManaged(code, dictionary.protocol);
  return readEntries(file, path, { report, dictionary, whyNot, sentByClients: false }).map(([entry]) => entry);
}

/** Reads the options that a client has to send: values only. */
export function readMatchOptions(
  file: OptionsFile | undefined,
  path: Path,
  dictionary: OptionDictionary,
  report: Report,
): readonly ConfiguredOption[] {
  const result: ConfiguredOption[] = [];
  for (const [entry, place] of readEntries(file, path, { report, dictionary, whyNot: () => undefined, sentByClients: true })) {
    if (entry.more !== undefined)
      report.error(place, "a match takes one value to compare with, and this is several options", "make a reservation for each");
    else if (entry.suppressed || entry.always) report.error(place, "a match takes a value to compare with: neither null nor always");
    else result.push(entry);
  }
  return result;
}

/** The options `own` over those of `outer`. */
export function mergeOptions(outer: OptionSet, own: readonly ConfiguredOption[]): OptionSet {
  if (own.length === 0) return outer;
  const byCode = new Map(outer.byCode);
  for (const option of own) byCode.set(option.code, option);
  const always = [...byCode.values()].filter((option) => option.always).sort((a, b) => a.code - b.code);
  return { byCode, always };
}

/** `option 3 (routers)` */
export function optionTitle(code: number, dictionary: OptionDictionary): string {
  const definition = dictionary.byCode(code);
  return definition === undefined ? `option ${code}` : `option ${code} (${definition.name})`;
}

type Entries = readonly (readonly [ConfiguredOption, Path])[];

function readEntries(file: OptionsFile | undefined, path: Path, reading: Reading): Entries {
  if (file === undefined) return [];
  const verbose = file.values;
  if (verbose !== undefined && Object.keys(file).length === 1) {
    // As any key without a value: not set.
    if (verbose === null) return [];
    if (isMap(verbose)) return readMap(verbose, [...path, "values"], reading);
    reading.report.error([...path, "values"], `expected a map from codes or names to {type, value}, got ${describeValue(verbose)}`);
    return [];
  }
  return readMap(file, path, reading);
}

function readMap(map: OptionsFile, path: Path, reading: Reading): Entries {
  const { report, dictionary, whyNot } = reading;
  const entries = new Map<number, readonly [ConfiguredOption, Path]>();
  for (const [key, value] of Object.entries(map)) {
    const place = [...path, key];
    const code = readCode(key, value, place, reading);
    if (code === undefined) continue;
    const reason = whyNot(code);
    if (reason !== undefined) {
      report.keyError(place, `${optionTitle(code, dictionary)} can't be configured`, reason);
      continue;
    }
    const first = entries.get(code);
    if (first !== undefined) {
      report.keyError(
        place,
        `${optionTitle(code, dictionary)} is configured twice here`,
        `it is there as ${JSON.stringify(first[1].at(-1))} already; keep one`,
        first[1],
      );
      continue;
    }
    const entry = readEntry(code, value, place, reading);
    if (entry !== undefined) entries.set(code, [entry, place]);
  }
  return [...entries.values()];
}

function readCode(key: string, value: unknown, path: Path, { report, dictionary }: Reading): number | undefined {
  if (/^\d+$/.test(key)) {
    const code = Number(key);
    const { lastCode } = dictionary.protocol;
    if (code >= 1 && code <= lastCode) return code;
    report.keyError(path, `there is no option ${key}`, `codes go from 1 to ${lastCode}`);
    return undefined;
  }
  const definition = dictionary.byName(key);
  // That its definition was refused has been told.
  if (definition !== undefined) return definition.code === REFUSED_CODE ? undefined : definition.code;
  report.keyError(path, `unknown option "${key}"`, explainOption(key, value, path, dictionary));
  return undefined;
}

function readEntry(code: number, written: unknown, path: Path, reading: Reading): ConfiguredOption | undefined {
  const { report, dictionary } = reading;
  const wrapped = isMap(written) && "value" in written;
  const valuePath = wrapped ? [...path, "value"] : path;
  const asWritten = wrapped ? written.value : written;
  // With a type that is text, null and ~ are characters too.
  const isText = asWritten === null && wrapped && isRawType(written.type);
  const value = isText ? (report.charactersAt(valuePath) ?? asWritten) : asWritten;
  if (isMap(written) && !wrapped && isRawType(written.type) && Object.keys(written).length === 1) {
    report.keyError(path, `${optionTitle(code, dictionary)} has a type and no value`, NO_TYPED_VALUE);
    return undefined;
  }
  if (value === null && !wrapped) {
    report.keyError(path, `${optionTitle(code, dictionary)} has no value`, NO_VALUE);
    return undefined;
  }
  const settings = wrapped ? readSettings(written, path, report) : { type: undefined, always: false };
  if (settings === undefined) return undefined;
  if (value === null) {
    if (!settings.always && settings.type === undefined) return { code, data: NO_BYTES, always: false, suppressed: true };
    if (settings.type !== undefined) report.keyError(path, `${optionTitle(code, dictionary)} has a type and no value`, NO_TYPED_VALUE);
    else report.error(path, "{value: null} stands alone: an option that is not sent has neither a type nor always");
    return undefined;
  }
  const values =
    settings.type === undefined
      ? encodeTyped(code, value, valuePath, reading)
      : encodeUntyped(code, settings.type, value, path, valuePath, reading);
  if (values === undefined) return undefined;
  if (isOfNames(settings.type ?? dictionary.byCode(code)?.type.kind) && [value].flat().includes(""))
    report.warn(path, `${optionTitle(code, dictionary)}: a name is empty, which is the root`, 'write a name, or "." if the root is meant');
  const [data = NO_BYTES, ...more] = values;
  const entry = { code, data, always: settings.always, suppressed: false };
  return more.length === 0 ? entry : { ...entry, more };
}

const NO_VALUE = "write {value: null} to not inherit the option, or remove the key";
const NO_TYPED_VALUE = "write {type, value}; {value: null} alone keeps the option from being sent";

/** Whether values of the type are names of domains. */
function isOfNames(type: string | undefined): boolean {
  return type === "domain" || type === "domains" || type === "domain_list";
}

interface Settings {
  readonly type: RawType | undefined;
  readonly always: boolean;
}

/** What stands beside `value`. */
function readSettings(map: Readonly<Record<string, unknown>>, path: Path, report: Report): Settings | undefined {
  const { type, always = false } = map;
  const unknown = Object.keys(map).filter((key) => key !== "value" && key !== "type" && key !== "always");
  for (const key of unknown) {
    report.keyError(
      [...path, key],
      `unknown key "${key}"`,
      didYouMean(key, ["value", "type", "always"]) ?? "known keys here: value, type, always",
    );
  }
  if (typeof always !== "boolean") report.error([...path, "always"], `expected true or false, got ${describeValue(always)}`);
  if (type !== undefined && !isRawType(type)) {
    const hint = typeof type === "string" ? didYouMean(type, RAW_TYPES) : undefined;
    report.error([...path, "type"], `unknown type ${describeValue(type)}`, hint ?? `types: ${RAW_TYPES.join(", ")}`);
    return undefined;
  }
  return unknown.length > 0 || typeof always !== "boolean" ? undefined : { type, always };
}

/** Bytes of a value in the form of its option: of as many options as it takes. */
function encodeTyped(code: number, value: unknown, path: Path, { report, dictionary }: Reading): readonly Uint8Array[] | undefined {
  const definition = dictionary.byCode(code);
  if (definition === undefined) {
    if (dictionary.incomplete) return undefined;
    report.error(
      path,
      `option ${code} has no known form`,
      `say how the value is written: {type: str, value: ...}; types: ${RAW_TYPES.join(", ")}`,
    );
    return undefined;
  }
  const result = encodeWritten((written) => encodeOption(definition, written), value, path, report);
  if (result.ok) return result.values;
  const { encapsulated, enterprises } = dictionary.protocol;
  if (dictionary.incomplete && (code === encapsulated || code === enterprises)) return undefined;
  if (isMap(value) && Object.keys(value).length === 0) report.keyError(path, `${optionTitle(code, dictionary)} has no value`, NO_VALUE);
  else report.error([...path, ...result.path], `${optionTitle(code, dictionary)}: ${result.problem}`);
  return undefined;
}

/**
 * A value in the form that `type` says. It is the operator's word: bytes that don't fit the form of
 * a known option are sent all the same.
 */
function encodeUntyped(
  code: number,
  type: RawType,
  value: unknown,
  path: Path,
  valuePath: Path,
  reading: Reading,
): readonly Uint8Array[] | undefined {
  const { report, dictionary } = reading;
  const result = encodeWritten((written) => encodeRaw(type, written, dictionary.protocol), value, valuePath, report);
  if (!result.ok) {
    report.error([...valuePath, ...result.path], `${optionTitle(code, dictionary)}: ${result.problem}`);
    return undefined;
  }
  const definition = dictionary.byCode(code);
  const misfit = definition === undefined || reading.sentByClients ? undefined : misfitOf(definition, result.data, dictionary);
  if (misfit === undefined) return [result.data];
  if (result.data.length === 0) {
    const message = `${optionTitle(code, dictionary)} is sent without data, and has a meaning only with some`;
    report.warn(path, message, "give it a value; {value: null} keeps it from being sent");
  } else {
    report.warn(
      path,
      `${optionTitle(code, dictionary)}: a value of type ${type} does not fit this option: ${misfit}`,
      "it is sent as it is; leave out the type, and the value is written in the option's own form",
    );
  }
  return [result.data];
}

function misfitOf(definition: OptionDefinition, data: Uint8Array, { protocol }: OptionDictionary): string | undefined {
  // The format of vendor-specific information (43) is the vendor's own (RFC 2132 section 8.4):
  // sub-options are only usual.
  if (definition.code === protocol.encapsulated) return undefined;
  const result = decodeValue(definition.type, data);
  return result.ok ? undefined : result.problem;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two options at different places say the same. */
export function sameOption(a: ConfiguredOption, b: ConfiguredOption): boolean {
  const [own, other] = [valuesOf(a), valuesOf(b)];
  const isSame = own.length === other.length && own.every((value, i) => equalBytes(value, other[i] as Uint8Array));
  return a.code === b.code && a.always === b.always && a.suppressed === b.suppressed && isSame;
}

/** The values of the options that one configured option becomes. */
export function valuesOf({ data, more }: ConfiguredOption): readonly Uint8Array[] {
  return more === undefined ? [data] : [data, ...more];
}
