import { equalBytes, toHex } from "../../../net/bytes.ts";
import type { OptionDefinition } from "../../../wire/option-dictionary.ts";
import { encodeOption } from "../../../wire/option-values.ts";
import { decodeValue, encodeValue, type ValueType } from "../../../wire/values/values.ts";
import { enterpriseOf, type OptionDictionary, subOptionsOf, vendorSubOptionsOf } from "../../options/dictionary.ts";
import { whyManaged } from "../../options/protocol.ts";
import { didYouMean } from "../../text/suggest.ts";
import type { PlainMap } from "../translation.ts";
import type { Family } from "./family.ts";
import type { Part } from "./json.ts";
import { findDefinition, KEA_ENCAPSULATED, type KeaDefinitions } from "./option-definitions.ts";
import { valueOfText } from "./option-text.ts";
import { bytesOfHex, encodeText, fieldsOf, isText, type KeaType, rawForm } from "./option-types.ts";
import {
  commentOf,
  finish,
  isEmpty,
  noteFrom,
  report,
  type Section,
  takeCount,
  takeFlag,
  takeItems,
  takeName,
  takeSections,
  takeText,
  type Work,
} from "./section.ts";
import { vendorDefinition } from "./vendor-options.ts";

/** What options are read with. */
export interface OptionContext {
  readonly family: Family;
  readonly work: Work;
  readonly definitions: KeaDefinitions;
  /** Leasehold's options, with those of `definitions` that were carried over. */
  readonly dictionary: OptionDictionary;
}

/** One of `option-data`. */
interface Item {
  readonly section: Section;
  readonly part: Part;
  readonly space: string;
  readonly key: string | number;
  readonly data: string;
  readonly csv: boolean | undefined;
  readonly always: boolean;
  readonly never: boolean;
}

export interface ReadOptions {
  /** Undefined: there are none. */
  readonly options: PlainMap | undefined;
  /** The address of option 54, which Leasehold has a key of its own for. */
  readonly serverId: { readonly text: string; readonly part: Part } | undefined;
}

/** Reads `option-data` of a map; `local` are definitions that hold there alone. */
export function readOptionData(section: Section, context: OptionContext, local: KeaDefinitions = { all: [] }): ReadOptions {
  const inner: OptionContext = { ...context, definitions: { all: [...local.all, ...context.definitions.all] } };
  const items = takeSections(section, "option-data", "an option").flatMap((one) => readItem(one, inner) ?? []);
  const { protocol } = context.family;
  const options: PlainMap = {};
  const claimed = new Set<string>([protocol.space]);
  let serverId: ReadOptions["serverId"];
  for (const item of items) {
    if (item.space !== protocol.space) continue;
    const target = targetOf(item, inner);
    if (target === undefined) continue;
    if (!context.family.isDhcp6 && target.code === protocol.byName("server_identifier")?.code) {
      serverId = { text: item.data, part: item.part };
      continue;
    }
    const reason = whyManaged(target.code, protocol);
    if (context.family.isDhcp6 && target.code === protocol.byName("unicast")?.code) {
      report(context.work, "warning", item.part.at, `option ${titleOf(item)} is left out: ${reason}`);
      continue;
    }
    if (reason !== undefined) {
      report(context.work, "error", item.part.at, `option ${titleOf(item)} can't be configured: ${reason}`);
      continue;
    }
    if (target.code === protocol.enterprises) {
      // Its data only names the enterprises, whose options are in spaces of their own.
      if (item.never) set(options, target.key, item, null, inner);
      continue;
    }
    const holds = target.kea?.encapsulate ?? (target.code === protocol.encapsulated ? KEA_ENCAPSULATED : undefined);
    const nested = holds === undefined ? [] : items.filter(({ space }) => space === holds);
    if (holds !== undefined) claimed.add(holds);
    const value = item.never
      ? null
      : nested.length > 0 || isContainer(item, target)
        ? containerOf(item, target, nested, inner)
        : dataOf(item, target, inner);
    if (value !== undefined) set(options, target.key, item, value, inner);
  }
  addVendors(items, options, claimed, inner);
  for (const item of items) if (!claimed.has(item.space)) reportUnclaimed(item, context);
  return { options: isEmpty(options) ? undefined : options, serverId };
}

function readItem(section: Section, { family, work }: OptionContext): Item | undefined {
  const { part } = section;
  const name = takeName(section, "name");
  const code = takeCount(section, "code");
  const space = takeName(section, "space") ?? family.protocol.space;
  const data = takeText(section, "data") ?? "";
  const csv = takeFlag(section, "csv-format");
  const always = takeFlag(section, "always-send") ?? false;
  const never = takeFlag(section, "never-send") ?? false;
  const classes = takeItems(section, "client-classes");
  finish(section, "an option");
  const key = name ?? code;
  if (key === undefined) {
    report(work, "error", part.at, "the option has neither name nor code");
    return undefined;
  }
  const item = { section, part, space, key, data, csv, always, never };
  if (classes.length > 0) {
    const hint = "put the option into these classes, or give the range or network to them alone";
    report(work, "error", part.at, `option ${titleOf(item)} is for some classes only, which an option of Leasehold's can't be`, hint);
    return undefined;
  }
  return item;
}

function titleOf({ key, space }: Pick<Item, "key" | "space">): string {
  return `${typeof key === "number" ? key : `"${key}"`}${space === "dhcp4" || space === "dhcp6" ? "" : ` of the space "${space}"`}`;
}

/** Which option is meant. */
interface Target {
  readonly code: number;
  /** Its key in an options map. */
  readonly key: string;
  /** The operator's definition. */
  readonly kea: (KeaType & { readonly code: number }) | undefined;
  /** Leasehold's form of its values. */
  readonly definition: Pick<OptionDefinition, "type" | "repeats"> | undefined;
}

function targetOf(item: Item, { family, definitions, dictionary, work }: OptionContext): Target | undefined {
  const kea = findDefinition(definitions, item.space, item.key);
  const name = String(item.key)
    .toLowerCase()
    .replaceAll("-", "_")
    .replace(/^(vivso|vivco)_suboptions$/, "$1");
  const code = kea?.code ?? (typeof item.key === "number" ? item.key : family.protocol.byName(name)?.code);
  if (code === undefined) {
    const names = [...dictionary.names.map((one) => one.replaceAll("_", "-")), ...definitions.all.map((one) => one.name)];
    report(
      work,
      "error",
      item.part.at,
      `there is no option ${titleOf(item)}`,
      didYouMean(String(item.key), names) ?? "define it in option-def",
    );
    return undefined;
  }
  const definition = dictionary.byCode(code);
  return { code, key: definition?.name ?? String(code), kea, definition };
}

function isContainer({ data }: Item, { kea, definition }: Target): boolean {
  if (data.trim() !== "") return false;
  return kea === undefined ? definition?.type.kind === "suboptions" : kea.encapsulate !== undefined;
}

function set(options: PlainMap, key: string, item: Item, value: unknown, { work, dictionary }: OptionContext): void {
  const written = value === null ? { value } : item.always ? withAlways(value) : value;
  const repeats = dictionary.byName(key)?.repeats === true;
  if (Object.hasOwn(options, key)) {
    const known = options[key];
    if (repeats && !item.always) options[key] = [...(Array.isArray(known) ? known : [known]), ...(Array.isArray(value) ? value : [value])];
    else report(work, "error", item.part.at, `option ${titleOf(item)} is given twice here`, "keep one of the two");
    return;
  }
  options[key] = written;
  noteFrom(work, options, key, item.part.at, commentOf(item.section), item.part.behind);
}

function withAlways(value: unknown): unknown {
  const isRaw = typeof value === "object" && value !== null && "type" in value && "value" in value;
  return isRaw ? { ...value, always: true } : { value, always: true };
}

/** The value of an option without options in it; undefined: it can't be read, which is reported. */
function dataOf(item: Item, target: Target, context: OptionContext): unknown {
  const bytes = bytesOf(item, target, context);
  if (bytes === undefined) return undefined;
  const { definition, kea } = target;
  const isWhole = definition?.type.kind === "suboptions" && item.data !== "";
  const pretty = definition === undefined || isWhole ? undefined : valueOfBytes(definition.type, bytes);
  if (pretty !== undefined) return pretty;
  const raw = kea === undefined || isHex(item, kea) ? undefined : rawForm(kea, item.data, context.family.protocol.addressSize);
  return raw ?? { type: "hex", value: toHex(bytes) };
}

function isHex(item: Item, kea: KeaType | undefined): boolean {
  return item.csv === false || (item.csv === undefined && kea === undefined);
}

/** The data that Kea sends. */
function bytesOf(item: Item, { kea, definition }: Pick<Target, "kea" | "definition">, { work }: OptionContext): Uint8Array | undefined {
  const fail = (problem: string): undefined => report(work, "error", item.part.at, `option ${titleOf(item)}: ${problem}`) as undefined;
  const isBinary = item.csv === false || (item.csv === undefined && kea === undefined && definition === undefined);
  if (isBinary) return bytesOfHex(item.data) ?? fail(`expected hex digits, got ${JSON.stringify(item.data.slice(0, 40))}`);
  if (kea !== undefined) {
    if (kea.type === "string" && !kea.array) warnOfComma(item, work);
    const encoded = encodeText(kea, item.data);
    return encoded.ok ? encoded.data : fail(`${JSON.stringify(item.data.slice(0, 40))} ${encoded.problem}`);
  }
  if (definition === undefined) return fail("it has no definition, so its data has to be hex: csv-format false");
  if (isText(definition.type)) warnOfComma(item, work);
  const value = valueOfText(definition.type, item.data);
  if (value === undefined) return fail(`the value ${JSON.stringify(item.data.slice(0, 60))} is not understood`);
  const encoded = encodeOption(definition, value);
  if (!encoded.ok) return fail(`${JSON.stringify(item.data.slice(0, 60))}: ${encoded.problem}`);
  return encoded.values[0];
}

/** Kea takes a text up to its first comma. */
function warnOfComma(item: Item, work: Work): void {
  if (fieldsOf(item.data).length < 2) return;
  const hint = "a comma in a text stands behind two backslashes in Kea; if all of it is meant, write it so";
  report(work, "warning", item.part.at, `option ${titleOf(item)}: of its text Kea sends what is before the comma`, hint);
}

/** What a person would write for these bytes; undefined: they don't have the option's form. */
function valueOfBytes(type: ValueType, bytes: Uint8Array): unknown {
  const decoded = decodeValue(type, bytes);
  if (!decoded.ok) return undefined;
  const { value } = decoded;
  const isSingle = Array.isArray(value) && value.length === 1 && typeof value[0] !== "object";
  const short = isSingle ? value[0] : value;
  for (const form of isSingle ? [short, value] : [value]) {
    const encoded = encodeValue(type, form);
    if (encoded.ok && equalBytes(encoded.data, bytes)) return form;
  }
  return undefined;
}

/** The value of an option that holds those of a space. */
function containerOf(item: Item, target: Target, nested: readonly Item[], context: OptionContext): unknown {
  const { family, work, dictionary } = context;
  const { protocol } = family;
  if (target.code === protocol.encapsulated && item.data.trim() === "") {
    if (nested.length === 0) {
      const hint = "its sub-options stand in option-data of the same place in Kea";
      report(work, "warning", item.part.at, `option ${titleOf(item)} has no sub-options here, and is left out`, hint);
      return undefined;
    }
    return subOptionMap(nested, subOptionsOf(dictionary, target.code), context);
  }
  if (target.kea === undefined) {
    report(work, "error", item.part.at, `option ${titleOf(item)}: options in it can't be carried over`, "write the option by hand");
    return undefined;
  }
  const own = target.kea.type === "empty" ? new Uint8Array(0) : bytesOf(item, target, context);
  const inner = encodeSpace(nested, context);
  if (own === undefined || inner === undefined) return undefined;
  const bytes = Uint8Array.from([...own, ...inner]);
  const pretty = target.definition === undefined ? undefined : valueOfBytes(target.definition.type, bytes);
  return pretty ?? { type: "hex", value: toHex(bytes) };
}

type SubOptions = ReturnType<typeof subOptionsOf>;

/** Sub-options by their names, or their codes with a type. */
function subOptionMap(items: readonly Item[], named: SubOptions, context: OptionContext): PlainMap {
  const map: PlainMap = {};
  for (const item of items) {
    const target = subTargetOf(item, named, context);
    if (target === undefined) continue;
    const value = dataOf(item, target, context);
    if (value === undefined) continue;
    if (Object.hasOwn(map, target.key)) {
      report(context.work, "error", item.part.at, `option ${titleOf(item)} is given twice here`, "keep one of the two");
      continue;
    }
    map[target.key] = value;
    noteFrom(context.work, map, target.key, item.part.at, commentOf(item.section), item.part.behind);
  }
  return map;
}

function subTargetOf(item: Item, named: SubOptions, { definitions, work, family }: OptionContext): Target | undefined {
  const kea = findDefinition(definitions, item.space, item.key) ?? vendorDefinition(item.space, item.key, family.isDhcp6);
  const code = kea?.code ?? (typeof item.key === "number" ? item.key : undefined);
  if (code === undefined) {
    report(work, "error", item.part.at, `there is no option ${titleOf(item)}`, "define it in option-def");
    return undefined;
  }
  const definition = named.find((one) => one.code === code);
  return { code, key: definition?.name ?? String(code), kea, definition };
}

/** Options of a space as they stand in the option that holds them. */
function encodeSpace(items: readonly Item[], context: OptionContext): Uint8Array | undefined {
  const { codeSize } = context.family.protocol;
  const out: number[] = [];
  const number = (value: number): void => {
    if (codeSize === 2) out.push(value >>> 8);
    out.push(value & 255);
  };
  for (const item of items) {
    const target = subTargetOf(item, [], context);
    const bytes = target && bytesOf(item, target, context);
    if (target === undefined || bytes === undefined) return undefined;
    number(target.code);
    number(bytes.length);
    for (const byte of bytes) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** Options of enterprises go into the one that holds them all. */
function addVendors(items: readonly Item[], options: PlainMap, claimed: Set<string>, context: OptionContext): void {
  const { work, dictionary } = context;
  const name = dictionary.byCode(dictionary.protocol.enterprises)?.name as string;
  const byVendor = new Map<string, Item[]>();
  for (const item of items) {
    const vendor = enterpriseOf(item.space);
    if (vendor !== undefined) byVendor.set(vendor, [...(byVendor.get(vendor) ?? []), item]);
  }
  const vendors: PlainMap = {};
  for (const [vendor, own] of byVendor) {
    claimed.add((own[0] as Item).space);
    const map = subOptionMap(own, vendorSubOptionsOf(dictionary, Number(vendor)), context);
    if (!isEmpty(map)) vendors[vendor] = map;
  }
  if (isEmpty(vendors)) return;
  const all = [...byVendor.values()].flat();
  options[name] = all.some((item) => item.always) ? { value: vendors, always: true } : vendors;
  const first = all[0] as Item;
  noteFrom(work, options, name, first.part.at);
}

function reportUnclaimed(item: Item, { work, family }: OptionContext): void {
  const { at } = item.part;
  if (item.space !== KEA_ENCAPSULATED || family.isDhcp6) {
    report(work, "error", at, `option ${titleOf(item)} can't be carried over: no option of this place holds that space`);
    return;
  }
  const hint = 'nor does Kea send it: its option-data needs "vendor-encapsulated-options" in the same place';
  report(work, "warning", at, `option ${titleOf(item)} is left out: nothing here holds it`, hint);
}
