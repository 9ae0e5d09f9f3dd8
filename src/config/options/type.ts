import type { ValueType } from "../../wire/values/values.ts";
import type { Path } from "../text/diagnostic.ts";
import { describeValue } from "../text/expected.ts";
import type { Report } from "../text/problems.ts";
import { didYouMean } from "../text/suggest.ts";

const IPV4 = { kind: "ipv4" } as const;
const IPV6 = { kind: "ipv6" } as const;

/** The types of options by their names: how values of options of the operator's own are written. */
export const OPTION_TYPES = {
  ip: IPV4,
  ip_list: { kind: "list", of: IPV4 },
  ipv4: IPV4,
  ipv6: IPV6,
  domain: { kind: "domain" },
  domain_list: { kind: "domains", compress: false },
  str: { kind: "text" },
  u8: { kind: "u8" },
  u16: { kind: "u16" },
  u32: { kind: "u32" },
  i8: { kind: "i8" },
  i16: { kind: "i16" },
  i32: { kind: "i32" },
  bool: { kind: "bool" },
  flag: { kind: "flag" },
  hex: { kind: "bytes" },
  routes: { kind: "routes" },
  sub_option: { kind: "suboptions", definitions: [] },
} as const satisfies Readonly<Record<string, ValueType>>;

const TYPES: Readonly<Record<string, ValueType>> = OPTION_TYPES;

/** What is an address of the protocol is another one in DHCPv6. */
const TYPES_OF_DHCP6: typeof TYPES = { ...TYPES, ip: IPV6, ip_list: { kind: "list", of: IPV6 } };

const NAMES = Object.keys(TYPES);

/**
 * Names that stand for something else in the map of an option: `{type, value, always}`, `{values:
 * {...}}`.
 */
export const RESERVED_NAMES: ReadonlySet<string> = new Set(["type", "value", "always", "values"]);
export const A_NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** What a name of an option or a field has to be like, for messages. */
export const NAME_FORM = "lower-case letters, digits and underscores, a letter first, such as door_code";

/** Bytes of an address of the protocol, `ip`. */
type AddressSize = 4 | 16;

/** Reads a type as it is written; reports what is wrong with it and returns undefined. */
export function readOptionType(written: unknown, addressSize: AddressSize, path: Path, report: Report): ValueType | undefined {
  if (typeof written === "string") return readName(written, addressSize, path, report);
  if (Array.isArray(written)) return readList(written, addressSize, path, report);
  if (typeof written === "object" && written !== null)
    return readRecord(written as Readonly<Record<string, unknown>>, addressSize, path, report);
  report.error(path, `expected a type, got ${describeValue(written)}`, `types: ${NAMES.join(", ")}; [ip] is a list of them`);
  return undefined;
}

function readName(name: string, addressSize: AddressSize, path: Path, report: Report): ValueType | undefined {
  const types = addressSize === 4 ? TYPES : TYPES_OF_DHCP6;
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type !== undefined) return type;
  const hint = name === "b64" ? "define it as hex; a value can still be written {type: b64, value: ...}" : didYouMean(name, NAMES);
  report.error(path, `unknown type ${describeValue(name)}`, hint ?? `types: ${NAMES.join(", ")}; [ip] is a list of them`);
  return undefined;
}

function readList(items: readonly unknown[], addressSize: AddressSize, path: Path, report: Report): ValueType | undefined {
  if (items.length !== 1) {
    report.error(path, "a list of values has one type", "[u16] is a list of numbers; {first: u16, second: ip} has different parts");
    return undefined;
  }
  const of = readOptionType(items[0], addressSize, [...path, 0], report);
  if (of === undefined) return undefined;
  if (of.kind === "domain") return { kind: "domains", compress: false };
  if (tellsItsEnd(of)) return { kind: "list", of };
  report.error([...path, 0], "values of this type can't stand in a list: nothing tells where one ends", ENDLESS_HINT);
  return undefined;
}

function readRecord(map: Readonly<Record<string, unknown>>, addressSize: AddressSize, path: Path, report: Report): ValueType | undefined {
  const names = Object.keys(map);
  if (names.length === 0) report.error(path, "the record has no fields", "name each with its type: {port: u16, host: domain}");
  let good = names.length > 0;
  const fields = names.flatMap((name, i) => {
    const place = [...path, name];
    if (!A_NAME.test(name) || RESERVED_NAMES.has(name)) {
      report.keyError(place, `"${name}" can't be the name of a field`, `names are ${NAME_FORM}`);
      good = false;
    }
    const type = readOptionType(map[name], addressSize, place, report);
    if (type !== undefined && i < names.length - 1 && !tellsItsEnd(type)) {
      report.error(place, `"${name}" has to be the last field: nothing tells where a value of this type ends`, ENDLESS_HINT);
      good = false;
    }
    return type === undefined ? [] : [{ name, type }];
  });
  return good && fields.length === names.length ? { kind: "record", fields } : undefined;
}

const ENDLESS_HINT = "ip, ipv6, domain, bool and the numbers tell their end";

function tellsItsEnd(type: ValueType): boolean {
  if (type.kind === "record") return type.fields.every((field) => tellsItsEnd(field.type));
  return ["ipv4", "ipv6", "domain", "bool", "u8", "u16", "u32", "i8", "i16", "i32"].includes(type.kind);
}
