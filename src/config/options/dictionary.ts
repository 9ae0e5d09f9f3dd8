import type { OptionDefinition } from "../../wire/option-dictionary.ts";
import type { SubOptionDefinition, ValueType } from "../../wire/values/values.ts";
import type { DefinedOption } from "../model/common.ts";
import { largestCode, type OptionProtocol } from "./protocol.ts";

/**
 * The options of one protocol that a configuration can name: those of the option table, and the
 * operator's own.
 */
export interface OptionDictionary {
  readonly protocol: OptionProtocol;
  readonly byCode: (code: number) => OptionDefinition | undefined;
  /**
   * By name or alias. One whose definition was refused has the code REFUSED_CODE: it is no second
   * mistake to use it.
   */
  readonly byName: (name: string) => OptionDefinition | undefined;
  readonly names: readonly string[];
  /**
   * Whether definitions were refused: then values of options that hold sub-options can't be judged.
   */
  readonly incomplete: boolean;
}

/** Stands for the code of an option whose definition was refused. */
export const REFUSED_CODE = -1;

/** The space of sub-options of option 43. Those of enterprises are `vendor-NUMBER`. */
export const VENDOR_ENCAPSULATED = "vendor-encapsulated";

/** The number of an enterprise in the name of its space; undefined for other spaces. */
export function enterpriseOf(space: string): string | undefined {
  return /^vendor-([1-9]\d{0,9})$/.exec(space)?.[1];
}

/** The option table alone. */
export function standardOptions(protocol: OptionProtocol): OptionDictionary {
  const names = protocol.options.flatMap((option) => [option.name, ...option.aliases]);
  return { protocol, byCode: protocol.byCode, byName: protocol.byName, names, incomplete: false };
}

/**
 * The option table with the operator's definitions over it; `refused` are names whose definition
 * has a problem.
 */
export function dictionaryOf(
  standard: OptionDictionary,
  defined: readonly DefinedOption[],
  refused: ReadonlySet<string> = new Set(),
): OptionDictionary {
  if (defined.length === 0 && refused.size === 0) return standard;
  const { protocol } = standard;
  const placeholder = { code: REFUSED_CODE, type: { kind: "opaque" } } as const;
  const largest = largestCode(protocol.codeSize);
  const inSpace = (space: string): readonly SubOptionDefinition[] => [
    ...defined
      .filter((option) => option.space === space && option.code <= largest)
      .map(({ code, name, valueType }) => ({ code, name, type: valueType })),
    ...[...refused].map((name) => ({ name, ...placeholder })),
  ];
  const own = new Map<number, OptionDefinition>();
  const add = (code: number, name: string, type: ValueType): void => {
    own.set(code, { code, name, type, rfc: "option_definitions", aliases: [], protocol: false });
  };
  for (const { code, name, type } of inSpace(protocol.space)) if (code !== REFUSED_CODE) add(code, name, type);
  const vendors = new Set(defined.flatMap(({ space }) => enterpriseOf(space) ?? []));
  for (const code of [protocol.encapsulated, protocol.enterprises]) {
    const definition = code === undefined ? undefined : protocol.byCode(code);
    if (code === undefined || definition === undefined) continue;
    const { name, type } = definition;
    if (type.kind === "suboptions") add(code, name, { ...type, definitions: inSpace(VENDOR_ENCAPSULATED) });
    if (type.kind !== "enterprises" || type.of.kind !== "suboptions") continue;
    const { of } = type;
    const subOptions = (space: string): ValueType => ({ ...of, definitions: inSpace(space) });
    const types = Object.fromEntries([...vendors].map((number) => [number, subOptions(`vendor-${number}`)]));
    add(code, name, { ...type, of: subOptions(""), types });
  }
  const ofProtocol = defined.filter(({ space }) => space === protocol.space);
  const byName = new Map(ofProtocol.map((option) => [option.name, option.code]));
  const byCode = (code: number): OptionDefinition | undefined => own.get(code) ?? standard.byCode(code);
  return {
    protocol,
    byCode,
    byName: (name) => {
      const code = byName.get(name) ?? standard.byName(name)?.code;
      if (code !== undefined) return byCode(code);
      return refused.has(name) ? { ...placeholder, name, rfc: "option_definitions", aliases: [], protocol: false } : undefined;
    },
    names: [...byName.keys(), ...standard.names],
    incomplete: refused.size > 0,
  };
}

/** The sub-options that an option holds, as far as they have definitions. */
export function subOptionsOf(dictionary: OptionDictionary, code: number): readonly SubOptionDefinition[] {
  const type = dictionary.byCode(code)?.type;
  return type?.kind === "suboptions" ? type.definitions : [];
}

/** The sub-options of an enterprise in its option; 0: any, so none has a name. */
export function vendorSubOptionsOf(dictionary: OptionDictionary, enterprise: number): readonly SubOptionDefinition[] {
  const type = dictionary.byCode(dictionary.protocol.enterprises)?.type;
  const inner = type?.kind === "enterprises" ? (type.types?.[String(enterprise)] ?? type.of) : undefined;
  return inner?.kind === "suboptions" ? inner.definitions : [];
}

/**
 * How a sub-option of the operator's own is written in an options map; undefined when none has this
 * name.
 */
export function placeOfSubOption(dictionary: OptionDictionary, name: string): string | undefined {
  const { encapsulated, enterprises } = dictionary.protocol;
  const isThere = (definitions: readonly SubOptionDefinition[]): boolean =>
    definitions.some((one) => one.name === name && one.code !== REFUSED_CODE);
  if (encapsulated !== undefined && isThere(subOptionsOf(dictionary, encapsulated)))
    return `${dictionary.byCode(encapsulated)?.name}: {${name}: ...}`;
  const definition = dictionary.byCode(enterprises);
  const numbers = definition?.type.kind === "enterprises" ? Object.keys(definition.type.types ?? {}) : [];
  const enterprise = numbers.find((number) => isThere(vendorSubOptionsOf(dictionary, Number(number))));
  return enterprise && `${definition?.name}: {${enterprise}: {${name}: ...}}`;
}
