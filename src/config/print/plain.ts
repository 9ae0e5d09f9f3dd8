import { equalBytes, toHex } from "../../net/bytes.ts";
import { encodeOption } from "../../wire/option-values.ts";
import { decodeValue } from "../../wire/values/values.ts";
import type { Classification, ClientClass, ConfiguredOption, Guard, LeaseTime, Limit, OptionSet } from "../model/common.ts";
import type { OptionDictionary } from "../options/dictionary.ts";
import { sameOption, valuesOf } from "../options/values.ts";
import { formatDuration } from "../text/duration.ts";

/* What both protocols print in the same way. */

/** Keys that are left out when they have no value. */
export type Plain = Readonly<Record<string, unknown>>;

/** What of a configuration is needed to print parts of it: names of options and of classes. */
export interface Names {
  readonly dictionary: OptionDictionary;
  readonly classification?: Classification<ClientClass> | undefined;
}

/** Whether the file has classes: what they go over is told from what is inherited then. */
export function hasClasses({ classification }: Names): boolean {
  return classification !== undefined && classification.classes.length > 0;
}

/** The parts of a class that every class has. */
export function printClass({ name, assert, template, options }: ClientClass, names: Names): Plain {
  return { name, assert, template: template && true, options: printOptions(options, names) };
}

export function printGuard(guard: Guard | undefined, names: Names): Plain {
  return { class: className(guard?.allowed, names), deny_class: className(guard?.denied, names) };
}

function className(number: number | undefined, { classification }: Names): string | undefined {
  const all = classification === undefined ? [] : [...classification.classes, ...classification.builtIns];
  return all[number ?? -1]?.name;
}

/** Names of the classes that a reservation puts its clients into. */
export function printGiven(numbers: readonly number[] | undefined, { classification }: Names): readonly (string | undefined)[] | undefined {
  return numbers?.map((number) => classification?.classes[number]?.name);
}

export function printLimits(limits: readonly Limit[], names: Names): readonly Plain[] | undefined {
  return nonEmpty(limits.map(({ key, max, class: number }) => ({ key, max, class: className(number, names) })));
}

/**
 * With classes it makes a difference whether lease times are inherited or written again: what is
 * written is printed.
 */
export function sameOrValue<Time extends LeaseTime>(time: Time, outer: Time, names: Names): Time | undefined {
  return !hasClasses(names) || time === outer ? outer : undefined;
}

export function printLeaseTime(time: LeaseTime, outer: LeaseTime | undefined): Plain | undefined {
  const keys = ["default", "min", "max", "renew", "rebind"] as const;
  if (outer !== undefined && keys.every((key) => time[key] === outer[key])) return undefined;
  return {
    lease_time: { default: formatDuration(time.default), min: formatDuration(time.min), max: formatDuration(time.max) },
    renew_time: printDuration(time.renew),
    rebind_time: printDuration(time.rebind),
  };
}

export function printDuration(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : formatDuration(seconds);
}

/** Options of one place, without those that `outer` has as well. */
export function printOptions(options: OptionSet, { dictionary }: Names, outer?: OptionSet): Plain | undefined {
  const own = [...options.byCode.values()].filter((option) => {
    const inherited = outer?.byCode.get(option.code);
    return inherited === undefined || !sameOption(option, inherited);
  });
  own.sort((a, b) => a.code - b.code);
  return nonEmpty(Object.fromEntries(own.map((option) => [optionName(option.code, dictionary), printOption(option, dictionary)])));
}

function printOption(option: ConfiguredOption, dictionary: OptionDictionary): unknown {
  if (option.suppressed) return { value: null };
  const value = printValues(option.code, valuesOf(option), dictionary);
  if (!option.always) return value;
  return isRaw(value) ? { ...value, always: true } : { value, always: true };
}

/** What a client has to send. */
export function printMatched(code: number, value: Uint8Array, dictionary: OptionDictionary): unknown {
  return printValues(code, [value], dictionary);
}

/** The values in the option's own form where that says them exactly, else as hex. */
function printValues(code: number, values: readonly Uint8Array[], dictionary: OptionDictionary): unknown {
  const definition = dictionary.byCode(code);
  if (definition !== undefined) {
    const decoded = values.flatMap((data) => {
      const result = decodeValue(definition.type, data);
      return result.ok ? [withRoot(definition.type.kind, result.value)] : [];
    });
    const written = decoded.length === values.length ? joined(decoded) : undefined;
    const again = written === undefined ? undefined : encodeOption(definition, written);
    if (again?.ok && again.values.length === values.length && again.values.every((data, i) => equalBytes(data, values[i] as Uint8Array)))
      return written;
  }
  return { type: "hex", value: toHex(values[0] as Uint8Array) };
}

/** The root as one writes it: an empty name would look like one that was forgotten. */
function withRoot(kind: string, value: unknown): unknown {
  const written = (name: unknown): unknown => (name === "" ? "." : name);
  if (kind === "domain") return written(value);
  return kind === "domains" && Array.isArray(value) ? value.map(written) : value;
}

/** Of several values of one option: those of enterprises are one map, others a list. */
function joined(values: readonly unknown[]): unknown {
  if (values.length === 1) return values[0];
  const areMaps = values.every((value) => typeof value === "object" && value !== null && !Array.isArray(value));
  return areMaps ? Object.assign({}, ...values) : values;
}

function isRaw(value: unknown): value is { readonly type: string; readonly value: unknown } {
  return typeof value === "object" && value !== null && "type" in value && "value" in value;
}

export function optionName(code: number, dictionary: OptionDictionary): string {
  return dictionary.byCode(code)?.name ?? String(code);
}

export function nonEmpty<T extends readonly unknown[] | Plain>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}

/** Without the keys whose value is undefined, at any depth. */
export function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutAbsent(item)]),
  );
}
