import type { Config } from "./model/config.ts";
import { plainConfig } from "./print.ts";
import { withoutSecretValues } from "./text/secrets.ts";

/*
 * What differs between two configurations, in the words in which they are written. What is
 * inherited is compared where it applies.
 */

/** Kinds of what a configuration is made of. */
export type Part =
  | "network"
  | "shared network"
  | "range"
  | "prefix pool"
  | "reservation"
  | "class"
  | "option definition"
  | "option"
  | "setting";

/** One thing that is there in one of two configurations, or is another in each. */
export interface ConfigChange {
  readonly how: "added" | "removed" | "changed";
  readonly what: Part;
  /** Its prefix, bounds, or name. */
  readonly name: string;
  /** The section of the file: `v6`, or that of everything else. */
  readonly section: "v4" | "v6";
  /** The network that it is of; absent: none, or it is one. */
  readonly network?: string;
  /** As it would be written, without secrets; absent: it is not there. */
  readonly before?: unknown;
  readonly after?: unknown;
}

type Plain = Readonly<Record<string, unknown>>;
type Item = Omit<ConfigChange, "how" | "before" | "after"> & { readonly value: unknown };

/** The changes from one configuration to another, in their order. */
export function changesOf(before: Config, after: Config): readonly ConfigChange[] {
  const flat = hasClasses(before) !== hasClasses(after);
  const [old, next] = [itemsOf(before, flat), itemsOf(after, flat)];
  const found: ConfigChange[] = [];
  for (const [key, { value, ...item }] of old) {
    const other = next.get(key);
    if (other === undefined) found.push({ how: "removed", ...item, before: told(item, value) });
    else if (!isSame(value, other.value))
      found.push({ how: "changed", ...item, before: told(item, value), after: told(item, other.value) });
  }
  for (const [key, { value, ...item }] of next) if (!old.has(key)) found.push({ how: "added", ...item, after: told(item, value) });
  // What is in a network comes and goes with it.
  const whole = new Set(
    found.filter(({ what, how }) => what === "network" && how !== "changed").map(({ section, name }) => `${section} ${name}`),
  );
  return found.filter(({ section, network }) => !whole.has(`${section} ${network}`));
}

/** Tokens and secrets stand in settings, such as of the API. */
function told({ what }: Pick<Item, "what">, value: unknown): unknown {
  return what === "setting" ? withoutSecretValues(value) : value;
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Everything that a configuration is made of, by what tells it from everything else of its kind.
 */
function itemsOf(config: Config, flat: boolean): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  const add = (item: Item): void => {
    const key = `${item.section} ${item.network ?? ""} ${item.what} ${item.name}`;
    items.set(key, item);
  };
  const { networks, v6, client_classes, shared_networks, option_definitions, options, ...rest } = plainOf(config, flat);
  const { networks: networks6, options: options6, ...rest6 } = mapOf(v6);
  const classes = mapOf(client_classes);
  for (const [section, all, own, top, ofSection] of [
    ["v4", networks, options, rest, classes.v4],
    ["v6", networks6, options6, rest6, classes.v6],
  ] as const) {
    for (const [name, value] of Object.entries(mapOf(top))) add({ section, what: "setting", name, value });
    for (const [name, value] of Object.entries(mapOf(own))) add({ section, what: "option", name, value });
    for (const one of listOf(ofSection)) add({ section, what: "class", name: String(one.name), value: one });
    for (const [name, network] of Object.entries(mapOf(all))) addNetwork(section, name, mapOf(network), add);
  }
  if (config.hooks !== undefined) add({ section: "v4", what: "setting", name: "hooks", value: config.hooks });
  for (const [name, value] of Object.entries(mapOf(option_definitions))) add({ section: "v4", what: "option definition", name, value });
  for (const [name, value] of Object.entries(mapOf(shared_networks))) add({ section: "v4", what: "shared network", name, value });
  return items;
}

function addNetwork(section: Item["section"], network: string, plain: Plain, add: (item: Item) => void): void {
  const { ranges, prefix_pools, reservations, options, ...settings } = plain;
  add({ section, what: "network", name: network, value: "" });
  const reserved = new Set(listOf(reservations).flatMap(({ ip, addresses }) => [ip, ...(Array.isArray(addresses) ? addresses : [])]));
  for (const { start, end, except, ...value } of listOf(ranges))
    add({ section, network, what: "range", name: `${start}-${end}`, value: { ...value, ...exceptOf(except, reserved) } });
  for (const { prefix, ...value } of listOf(prefix_pools)) add({ section, network, what: "prefix pool", name: String(prefix), value });
  for (const reservation of listOf(reservations)) {
    const { match, ip, addresses, prefixes } = reservation;
    const name = Object.entries(mapOf(match))
      .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
      .join(", ");
    // One without an address is in every network.
    const isAnywhere = ip === undefined && addresses === undefined && prefixes === undefined;
    add({
      section,
      ...(isAnywhere ? {} : { network }),
      what: "reservation",
      name,
      value: reservation,
    });
  }
  for (const [name, value] of Object.entries(mapOf(options))) add({ section, network, what: "option", name, value });
  for (const [name, value] of Object.entries(settings)) add({ section, network, what: "setting", name, value });
}

/** What is excepted and not only reserved. */
function exceptOf(except: unknown, reserved: ReadonlySet<unknown>): Plain {
  const left = (Array.isArray(except) ? except : []).filter((part) => !reserved.has(part));
  return left.length === 0 ? {} : { except: left };
}

/**
 * The configuration as it is written. A list of reservations that holds in many networks is written
 * in the first of them alone. `flat`: what is inherited is written as where there are no classes.
 */
function plainOf(config: Config, flat: boolean): Plain {
  const print = (one: Config): Plain => mapOf(JSON.parse(JSON.stringify(plainConfig(one))));
  const once = { ...config, ...onceEach(config), ...(config.dhcp6 && { dhcp6: { ...config.dhcp6, ...onceEach(config.dhcp6) } }) };
  if (!flat) return print(once);
  const { client_classes } = print({ ...config, networks: [], links: [], ranges: [] });
  return {
    ...print({ ...once, ...withoutClasses(once), ...(once.dhcp6 && { dhcp6: { ...once.dhcp6, ...withoutClasses(once.dhcp6) } }) }),
    client_classes,
  };
}

function hasClasses({ classification, dhcp6 }: Config): boolean {
  return [classification, dhcp6?.classification].some((one) => one !== undefined && one.classes.length > 0);
}

/** The names of the classes stay, by their numbers. */
function withoutClasses<C extends { readonly classes: readonly unknown[]; readonly builtIns: readonly unknown[] }>({
  classification,
}: {
  readonly classification?: C | undefined;
}): { readonly classification?: C } {
  if (classification === undefined) return {};
  return { classification: { ...classification, classes: [], builtIns: [...classification.classes, ...classification.builtIns] } };
}

function onceEach<N extends { readonly reservations: readonly (readonly unknown[])[] }>({
  networks,
}: {
  readonly networks: readonly N[];
}): { readonly networks: readonly N[] } {
  const seen = new Set<readonly unknown[]>();
  return {
    networks: networks.map((network) => ({
      ...network,
      reservations: network.reservations.filter((list) => !seen.has(list) && seen.add(list) !== undefined),
    })),
  };
}

function mapOf(value: unknown): Plain {
  return typeof value === "object" && value !== null ? (value as Plain) : {};
}

function listOf(value: unknown): readonly Plain[] {
  return Array.isArray(value) ? value : [];
}

/** How many kinds are said with an s. */
const MANY: Readonly<Partial<Record<Part, string>>> = { class: "classes" };

/**
 * The changes in one line, by their numbers: "1 network and 2 ranges added, options changed in 3
 * networks".
 */
export function summaryOf(changes: readonly ConfigChange[]): string {
  if (changes.length === 0) return "nothing has changed";
  const counted = (["added", "removed", "changed"] as const).flatMap((how) => {
    const kinds = new Map<Part, number>();
    for (const change of changes) {
      if (change.how === how && !isInside(change)) kinds.set(change.what, (kinds.get(change.what) ?? 0) + 1);
    }
    return kinds.size === 0 ? [] : [`${joined([...kinds].map(([what, number]) => count(number, what)))} ${how}`];
  });
  const inside = (["option", "setting"] as const).flatMap((what) => {
    const places = new Set(changes.filter((change) => change.what === what).map(({ section, network }) => `${section} ${network ?? ""}`));
    const networks = [...places].filter((place) => !place.endsWith(" ")).length;
    const top = places.size - networks;
    const where = [...(top > 0 ? ["at the top level"] : []), ...(networks > 0 ? [`in ${count(networks, "network")}`] : [])];
    return where.length === 0 ? [] : [`${what}s changed ${where.join(" and ")}`];
  });
  return [...counted, ...inside].join(", ");
}

function isInside({ what }: ConfigChange): boolean {
  return what === "option" || what === "setting";
}

function count(number: number, what: Part): string {
  return `${number} ${number === 1 ? what : (MANY[what] ?? `${what}s`)}`;
}

function joined(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
