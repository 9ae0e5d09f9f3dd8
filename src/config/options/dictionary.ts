import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { OPTIONS, type OptionDefinition, optionByCode, optionByName } from "../../wire/dhcp4/option-table.ts";
import type { SubOptionDefinition, ValueType } from "../../wire/values/values.ts";
import type { DefinedOption } from "../model/common.ts";

/** The options that a configuration can name: those of the option table, and the operator's own. */
export interface OptionDictionary {
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

/** Options 43 and 125, which hold the sub-options that operators define. */
export const VENDOR_SPECIFIC = OptionCode.vendorSpecificInformation;
export const VENDOR_IDENTIFYING = OptionCode.vendorIdentifyingVendorInformation;
/** The spaces of options besides those of enterprises, which are `vendor-NUMBER`. */
export const DHCP4 = "dhcp4";
export const VENDOR_ENCAPSULATED = "vendor-encapsulated";

const STANDARD_NAMES = OPTIONS.flatMap((option) => [option.name, ...option.aliases]);

export const STANDARD: OptionDictionary = { byCode: optionByCode, byName: optionByName, names: STANDARD_NAMES, incomplete: false };

/** The number of an enterprise in the name of its space; undefined for other spaces. */
export function enterpriseOf(space: string): string | undefined {
  return /^vendor-([1-9]\d{0,9})$/.exec(space)?.[1];
}

/**
 * The option table with the operator's definitions over it; `refused` are names whose definition
 * has a problem.
 */
export function dictionaryOf(defined: readonly DefinedOption[], refused: ReadonlySet<string> = new Set()): OptionDictionary {
  if (defined.length === 0 && refused.size === 0) return STANDARD;
  const placeholder = { code: REFUSED_CODE, type: { kind: "opaque" } } as const;
  const inSpace = (space: string): readonly SubOptionDefinition[] => [
    ...defined.filter((option) => option.space === space).map(({ code, name, valueType }) => ({ code, name, type: valueType })),
    ...[...refused].map((name) => ({ name, ...placeholder })),
  ];
  const own = new Map<number, OptionDefinition>();
  const add = (code: number, name: string, type: ValueType): void => {
    own.set(code, { code, name, type, rfc: "option_definitions", aliases: [], protocol: false });
  };
  for (const { code, name, type } of inSpace(DHCP4)) if (code !== REFUSED_CODE) add(code, name, type);
  const vendors = new Set(defined.flatMap(({ space }) => enterpriseOf(space) ?? []));
  for (const code of [VENDOR_SPECIFIC, VENDOR_IDENTIFYING]) {
    const { name, type } = optionByCode(code) as OptionDefinition;
    const types = Object.fromEntries([...vendors].map((number) => [number, subOptions(inSpace(`vendor-${number}`))]));
    if (type.kind === "suboptions") add(code, name, { ...type, definitions: inSpace(VENDOR_ENCAPSULATED) });
    if (type.kind === "enterprises") add(code, name, { ...type, of: subOptions(inSpace("")), types });
  }
  const byName = new Map(defined.flatMap((option) => (option.space === DHCP4 ? [[option.name, option.code]] : [])) as [string, number][]);
  const byCode = (code: number): OptionDefinition | undefined => own.get(code) ?? optionByCode(code);
  return {
    byCode,
    byName: (name) => {
      const code = byName.get(name) ?? optionByName(name)?.code;
      if (code !== undefined) return byCode(code);
      return refused.has(name) ? { ...placeholder, name, rfc: "option_definitions", aliases: [], protocol: false } : undefined;
    },
    names: [...byName.keys(), ...STANDARD_NAMES],
    incomplete: refused.size > 0,
  };
}

function subOptions(definitions: readonly SubOptionDefinition[]): ValueType {
  return { kind: "suboptions", definitions };
}

/** The sub-options that an option holds, as far as they have definitions. */
export function subOptionsOf(dictionary: OptionDictionary, code: number): readonly SubOptionDefinition[] {
  const type = dictionary.byCode(code)?.type;
  return type?.kind === "suboptions" ? type.definitions : [];
}

/** The sub-options of an enterprise in option 125; 0: any, so none has a name. */
export function vendorSubOptionsOf(dictionary: OptionDictionary, enterprise: number): readonly SubOptionDefinition[] {
  const type = dictionary.byCode(VENDOR_IDENTIFYING)?.type;
  const inner = type?.kind === "enterprises" ? (type.types?.[String(enterprise)] ?? type.of) : undefined;
  return inner?.kind === "suboptions" ? inner.definitions : [];
}

/**
 * How a sub-option of the operator's own is written in an options map; undefined when none has this
 * name.
 */
export function placeOfSubOption(dictionary: OptionDictionary, name: string): string | undefined {
  const isThere = (definitions: readonly SubOptionDefinition[]): boolean =>
    definitions.some((one) => one.name === name && one.code !== REFUSED_CODE);
  if (isThere(subOptionsOf(dictionary, VENDOR_SPECIFIC))) return `vendor_extensions: {${name}: ...}`;
  const type = dictionary.byCode(VENDOR_IDENTIFYING)?.type;
  const enterprises = type?.kind === "enterprises" ? Object.keys(type.types ?? {}) : [];
  const enterprise = enterprises.find((number) => isThere(vendorSubOptionsOf(dictionary, Number(number))));
  return enterprise && `vendor_identifying_vendor_information: {${enterprise}: {${name}: ...}}`;
}
