import { whyManaged } from "../../options/protocol.ts";
import { didYouMean } from "../../text/suggest.ts";
import type { PlainMap } from "../translation.ts";
import type { Part } from "./json.ts";
import { findDefinition, KEA_ENCAPSULATED, type KeaDefinitions } from "./option-definitions.ts";
import { dataOf, type Item, type OptionContext, type Target, titleOf } from "./option-values.ts";
import {
  commentOf,
  finish,
  isEmpty,
  noteFrom,
  put,
  report,
  type Section,
  takeCount,
  takeFlag,
  takeItems,
  takeName,
  takeSections,
  takeText,
} from "./section.ts";
import { addVendors, containerOf, isContainer } from "./sub-options.ts";

export type { OptionContext } from "./option-values.ts";

export interface ReadOptions {
  /** Undefined: there are none. */
  readonly options: PlainMap | undefined;
  /** The address of option 54, which Leasehold has a key of its own for. */
  readonly serverId: { readonly text: string; readonly part: Part } | undefined;
}

/** Writes option 54 of a place, which has a key of its own in Leasehold. */
export function putServerId({ work, family }: OptionContext, out: PlainMap, serverId: ReadOptions["serverId"]): void {
  if (serverId !== undefined) put(work, out, "server_id", family.address(serverId.text.trim()) ?? serverId.text, serverId.part);
}

/** Reads `option-data` of a map; `local` are definitions that hold there alone. */
export function readOptionData(section: Section, context: OptionContext, local: KeaDefinitions = { all: [] }): ReadOptions {
  const inner = local.all.length === 0 ? context : { ...context, definitions: { all: [...local.all, ...context.definitions.all] } };
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

function reportUnclaimed(item: Item, { work, family }: OptionContext): void {
  const { at } = item.part;
  if (item.space !== KEA_ENCAPSULATED || family.isDhcp6) {
    report(work, "error", at, `option ${titleOf(item)} can't be carried over: no option of this place holds that space`);
    return;
  }
  const hint = 'nor does Kea send it: its option-data needs "vendor-encapsulated-options" in the same place';
  report(work, "warning", at, `option ${titleOf(item)} is left out: nothing here holds it`, hint);
}
