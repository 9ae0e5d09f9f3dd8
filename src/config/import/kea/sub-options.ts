import { toHex } from "../../../net/bytes.ts";
import { enterpriseOf, subOptionsOf, vendorSubOptionsOf } from "../../options/dictionary.ts";
import type { PlainMap } from "../translation.ts";
import { findDefinition } from "./option-definitions.ts";
import { bytesOf, dataOf, type Item, type OptionContext, type Target, titleOf, valueOfBytes } from "./option-values.ts";
import { commentOf, isEmpty, noteFrom, report } from "./section.ts";
import { vendorDefinition } from "./vendor-options.ts";

/* Options that stand in other options. */

export function isContainer({ data }: Item, { kea, definition }: Target): boolean {
  if (data.trim() !== "") return false;
  return kea === undefined ? definition?.type.kind === "suboptions" : kea.encapsulate !== undefined;
}

/** The value of an option that holds those of a space. */
export function containerOf(item: Item, target: Target, nested: readonly Item[], context: OptionContext): unknown {
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
  if (target.kea.type === "empty" && target.definition?.type.kind === "suboptions") return subOptionMap(nested, [], context);
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
  // A definition that is not carried over says more than one of the other protocol for the code.
  const isInline = kea !== undefined && "own" in kea && kea.own === undefined;
  const definition = isInline ? undefined : named.find((one) => one.code === code);
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
export function addVendors(items: readonly Item[], options: PlainMap, claimed: Set<string>, context: OptionContext): void {
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
