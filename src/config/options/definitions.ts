import type { DefinedOption, OptionType } from "../model/common.ts";
import type { Path } from "../text/diagnostic.ts";
import { describeValue } from "../text/expected.ts";
import { isError, type Report } from "../text/problems.ts";
import { didYouMean } from "../text/suggest.ts";
import { DHCP4, STANDARD_DHCP4 } from "./dhcp4.ts";
import { DHCP6, STANDARD_DHCP6 } from "./dhcp6.ts";
import { dictionaryOf, enterpriseOf, type OptionDictionary, VENDOR_ENCAPSULATED } from "./dictionary.ts";
import { largestCode, type OptionProtocol, whyManaged } from "./protocol.ts";
import { A_NAME, NAME_FORM, RESERVED_NAMES, readOptionType } from "./type.ts";

/** The options of each protocol by name. */
export interface Dictionaries {
  readonly dhcp4: OptionDictionary;
  readonly dhcp6: OptionDictionary;
}

/** The operator's options, and the dictionaries that hold them and the standard ones. */
export interface Definitions {
  readonly defined: readonly DefinedOption[];
  readonly dictionaries: Dictionaries;
}

const KEYS = ["code", "type", "space"];
const PATH: Path = ["option_definitions"];

/** The protocols whose options have a space of their own. */
const PROTOCOLS: readonly OptionProtocol[] = [DHCP4, DHCP6];

/** Both dictionaries with the operator's definitions in them. */
export function dictionariesOf(defined: readonly DefinedOption[], refused?: ReadonlySet<string>): Dictionaries {
  return { dhcp4: dictionaryOf(STANDARD_DHCP4, defined, refused), dhcp6: dictionaryOf(STANDARD_DHCP6, defined, refused) };
}

/**
 * Reads `option_definitions`. Those with problems are reported and left out. `codeSize`: bytes of
 * the codes of vendors' sub-options that the configuration can use.
 */
export function readDefinitions(file: Readonly<Record<string, unknown>> | undefined, codeSize: 1 | 2, report: Report): Definitions {
  if (file === undefined) return { defined: [], dictionaries: dictionariesOf([]) };
  const defined = new Map<string, DefinedOption>();
  const refused = new Set<string>();
  for (const [name, written] of Object.entries(file)) {
    const option = readDefinition(name, written, [...PATH, name], codeSize, report);
    const key = option && `${option.space} ${option.code}`;
    const other = key === undefined ? undefined : defined.get(key);
    if (option !== undefined && key !== undefined && other === undefined) {
      defined.set(key, option);
      continue;
    }
    refused.add(name);
    if (option === undefined || other === undefined) continue;
    const what = protocolOf(option.space) === undefined ? `sub-option ${option.code} of ${option.space}` : `option ${option.code}`;
    report.error([...PATH, name, "code"], `${what} is "${other.name}" already`, "an option has one definition: keep one of the two", [
      ...PATH,
      other.name,
    ]);
  }
  const all = [...defined.values()];
  return { defined: all, dictionaries: dictionariesOf(all, refused) };
}

/** The protocol whose options are in the space; undefined: it is one of sub-options. */
function protocolOf(space: string | undefined): OptionProtocol | undefined {
  return PROTOCOLS.find((protocol) => protocol.space === space);
}

function readDefinition(name: string, written: unknown, path: Path, codeSize: 1 | 2, report: Report): DefinedOption | undefined {
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
  const protocol = protocolOf(space);
  checkName(name, protocol, path, report);
  const largest = largestCode(space === VENDOR_ENCAPSULATED ? 1 : codeSize);
  const code = protocol === undefined ? readSubCode(map.code, largest, path, report) : readCode(map.code, protocol, path, report);
  if (map.type === undefined) report.keyError(path, '"type" is missing', "say how its values are written: str, ip, u16, [ip] and so on");
  const valueType = map.type === undefined ? undefined : readOptionType(map.type, protocol?.addressSize ?? 4, [...path, "type"], report);
  if (report.problems.slice(before).some(isError) || space === undefined || code === undefined || valueType === undefined) return undefined;
  return { name, code, space, type: map.type as OptionType, valueType };
}

function readSpace(written: unknown, path: Path, report: Report): string | undefined {
  if (written === undefined) return DHCP4.space;
  if (typeof written === "string") {
    const enterprise = enterpriseOf(written);
    if (protocolOf(written) !== undefined || written === VENDOR_ENCAPSULATED || Number(enterprise) <= 0xffffffff) return written;
  }
  const spaces = PROTOCOLS.map(({ space }) => space);
  const hint = typeof written === "string" ? didYouMean(written, [...spaces, VENDOR_ENCAPSULATED]) : undefined;
  report.error(
    path,
    `unknown space ${describeValue(written)}`,
    hint ??
      `spaces: ${spaces.join(", ")}, ${VENDOR_ENCAPSULATED} (option 43), vendor-NUMBER with the number of an enterprise (options 125 and, of DHCPv6, 17)`,
  );
  return undefined;
}

function checkName(name: string, protocol: OptionProtocol | undefined, path: Path, report: Report): void {
  if (!A_NAME.test(name) || RESERVED_NAMES.has(name)) {
    report.keyError(path, `"${name}" can't be the name of an option`, `names are ${NAME_FORM}; not type, value, values or always`);
    return;
  }
  const standard = protocol?.byName(name);
  if (standard !== undefined)
    report.keyError(path, `"${name}" is the name of option ${standard.code} already`, "give your option another name");
}

/** Sub-options have all codes. */
function readSubCode(written: unknown, largest: number, path: Path, report: Report): number | undefined {
  if (written === undefined) report.keyError(path, '"code" is missing', "the vendor's documents name it");
  else if (isCode(written, 0, largest)) return written;
  else report.error([...path, "code"], `expected a code from 0 to ${largest}, got ${describeValue(written)}`);
  return undefined;
}

function readCode(written: unknown, protocol: OptionProtocol, path: Path, report: Report): number | undefined {
  const place = [...path, "code"];
  if (written === undefined) {
    report.keyError(path, '"code" is missing', protocol.privateCodes);
    return undefined;
  }
  if (!isCode(written, 1, protocol.lastCode)) {
    report.error(place, `expected a code from 1 to ${protocol.lastCode}, got ${describeValue(written)}`);
    return undefined;
  }
  const reason = whyManaged(written, protocol);
  const standard = protocol.byCode(written);
  if (reason !== undefined) {
    report.error(place, `option ${written}${standard === undefined ? "" : ` (${standard.name})`} can't be defined`, reason);
    return undefined;
  }
  if (standard !== undefined && !isVague(written, protocol)) {
    const advice = protocol.privateCodes;
    const hint = `values are written as you define it; {type, value} writes a single one in another form. ${advice[0]?.toUpperCase()}${advice.slice(1)}`;
    report.warn(place, `option ${written} is "${standard.name}" already`, hint);
  }
  return written;
}

function isCode(written: unknown, first: number, last: number): written is number {
  return typeof written === "number" && Number.isInteger(written) && written >= first && written <= last;
}

/**
 * Codes whose definition in the option table only says that a vendor uses them: the operator knows
 * better.
 */
function isVague(code: number, { space, byCode }: OptionProtocol): boolean {
  return space === DHCP4.space && code >= 128 && byCode(code)?.type.kind === "opaque";
}
