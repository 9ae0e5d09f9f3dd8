import { optionByCode, optionByName } from "../../wire/dhcp4/option-table.ts";
import type { DefinedOption, OptionType } from "../model/common.ts";
import type { Path } from "../text/diagnostic.ts";
import { describeValue } from "../text/expected.ts";
import { isError, type Report } from "../text/problems.ts";
import { didYouMean } from "../text/suggest.ts";
import { DHCP4, dictionaryOf, enterpriseOf, type OptionDictionary, STANDARD, VENDOR_ENCAPSULATED } from "./dictionary.ts";
import { A_NAME, NAME_FORM, RESERVED_NAMES, readOptionType } from "./type.ts";
import { whyManaged } from "./values.ts";

/** The operator's options, and the dictionary that holds them and the standard ones. */
export interface Definitions {
  readonly defined: readonly DefinedOption[];
  readonly dictionary: OptionDictionary;
}

const KEYS = ["code", "type", "space"];
const PATH: Path = ["option_definitions"];

/** Reads `option_definitions`. Those with problems are reported and left out. */
export function readDefinitions(file: Readonly<Record<string, unknown>> | undefined, report: Report): Definitions {
  if (file === undefined) return { defined: [], dictionary: STANDARD };
  const defined = new Map<string, DefinedOption>();
  const refused = new Set<string>();
  for (const [name, written] of Object.entries(file)) {
    const option = readDefinition(name, written, [...PATH, name], report);
    const key = option && `${option.space} ${option.code}`;
    const other = key === undefined ? undefined : defined.get(key);
    if (option !== undefined && key !== undefined && other === undefined) {
      defined.set(key, option);
      continue;
    }
    refused.add(name);
    if (option === undefined || other === undefined) continue;
    const what = option.space === DHCP4 ? `option ${option.code}` : `sub-option ${option.code} of ${option.space}`;
    report.error([...PATH, name, "code"], `${what} is "${other.name}" already`, "an option has one definition: keep one of the two");
  }
  const all = [...defined.values()];
  return { defined: all, dictionary: dictionaryOf(all, refused) };
}

function readDefinition(name: string, written: unknown, path: Path, report: Report): DefinedOption | undefined {
  if (typeof written !== "object" || written === null || Array.isArray(written)) {
    report.error(path, `expected a definition such as {code: 224, type: str}, got ${describeValue(written)}`);
    return undefined;
  }
  const map = written as Readonly<Record<string, unknown>>;
  const before = report.problems.length;
  for (const key of Object.keys(map)) {
    if (KEYS.includes(key)) continue;
    report.keyError([...path, key], `unknown key "${key}"`, didYouMean(key, KEYS) ?? `known keys here: ${KEYS.join(", ")}`);
  }
  const space = readSpace(map.space, [...path, "space"], report);
  checkName(name, space, path, report);
  const code = readCode(map.code, space, path, report);
  if (map.type === undefined) report.keyError(path, '"type" is missing', "say how its values are written: str, ip, u16, [ip] and so on");
  const valueType = map.type === undefined ? undefined : readOptionType(map.type, [...path, "type"], report);
  if (report.problems.slice(before).some(isError) || space === undefined || code === undefined || valueType === undefined) return undefined;
  return { name, code, space, type: map.type as OptionType, valueType };
}

function readSpace(written: unknown, path: Path, report: Report): string | undefined {
  if (written === undefined) return DHCP4;
  if (typeof written === "string") {
    const enterprise = enterpriseOf(written);
    if (written === DHCP4 || written === VENDOR_ENCAPSULATED || Number(enterprise) <= 0xffffffff) return written;
  }
  if (written === "dhcp6") {
    report.error(path, "the space dhcp6 is not supported by this version", "define options of DHCPv4: dhcp4 or a vendor's");
    return undefined;
  }
  const hint = typeof written === "string" ? didYouMean(written, [DHCP4, VENDOR_ENCAPSULATED]) : undefined;
  report.error(
    path,
    `unknown space ${describeValue(written)}`,
    hint ?? `spaces: ${DHCP4}, ${VENDOR_ENCAPSULATED} (option 43), vendor-NUMBER with the number of an enterprise (option 125)`,
  );
  return undefined;
}

function checkName(name: string, space: string | undefined, path: Path, report: Report): void {
  if (!A_NAME.test(name) || RESERVED_NAMES.has(name)) {
    report.keyError(path, `"${name}" can't be the name of an option`, `names are ${NAME_FORM}; not type, value, values or always`);
  } else if (space === DHCP4) {
    const standard = optionByName(name);
    if (standard !== undefined)
      report.keyError(path, `"${name}" is the name of option ${standard.code} already`, "give your option another name");
  }
}

/**
 * Codes whose definition in the option table only says that a vendor uses them: the operator knows
 * better.
 */
function isVague(code: number): boolean {
  return code >= 128 && optionByCode(code)?.type.kind === "opaque";
}

function readCode(written: unknown, space: string | undefined, path: Path, report: Report): number | undefined {
  const place = [...path, "code"];
  if (written === undefined) {
    report.keyError(path, '"code" is missing', "options 224 to 254 are for private use");
    return undefined;
  }
  // Sub-options have all codes; of options, 0 fills and 255 ends them.
  const [first, last] = space === DHCP4 ? [1, 254] : [0, 255];
  if (typeof written !== "number" || !Number.isInteger(written) || written < first || written > last) {
    report.error(place, `expected a code from ${first} to ${last}, got ${describeValue(written)}`);
    return undefined;
  }
  if (space !== DHCP4) return written;
  const reason = whyManaged(written);
  const standard = optionByCode(written);
  if (reason !== undefined) {
    report.error(place, `option ${written}${standard === undefined ? "" : ` (${standard.name})`} can't be defined`, reason);
  } else if (standard !== undefined && !isVague(written)) {
    const hint = `values are written as you define it; {type, value} writes a single one in another form. Options 224 to 254 are for private use`;
    report.warn(place, `option ${written} is "${standard.name}" already`, hint);
    return written;
  } else return written;
  return undefined;
}
