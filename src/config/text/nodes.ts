import { isAlias, isCollection, isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";

/*
 * What the nodes of a document say: with what aliases stand for and merge keys bring along, and
 * without entries that are left out. Each alias is followed once, and the same way for a value and
 * for its place.
 */

/** What aliases stand for. */
export type Targets = ReadonlyMap<unknown, Node>;

/** An entry of a map. */
export interface Entry {
  readonly key: unknown;
  readonly node: unknown;
}

/** The entries of a map by their names; one of its own counts more than what is merged into it. */
export function entriesOf(map: YAMLMap, targets: Targets, without: ReadonlySet<Pair>): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const pair of map.items) {
    const { key, value } = pair;
    if (without.has(pair)) continue;
    if (!isMergeKey(key)) entries.set(nameOf(resolve(key, targets)), { key, node: value });
    else
      for (const source of mergedBy(value, targets))
        for (const [name, entry] of entriesOf(source, targets, without)) if (!entries.has(name)) entries.set(name, entry);
  }
  return entries;
}

/** What it is for YAML: `"<<"` in quotes is a key as any other. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && typeof key.value === "symbol";
}

/** Keys become text: `3` and `"3"` are one. */
export function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value ?? "") : String(key ?? "");
}

function mergedBy(value: unknown, targets: Targets): readonly YAMLMap[] {
  const merged = resolve(value, targets);
  return (isSeq(merged) ? merged.items : [merged]).map((one) => {
    const source = resolve(one, targets);
    if (!isMap(source)) throw new Error("<< takes a map, or a list of maps");
    return source;
  });
}

/** What a node is, or stands for. */
export function resolve(node: unknown, targets: Targets): unknown {
  return isAlias(node) ? targets.get(node) : node;
}

/** What a node says, as plain data. */
export function plainValue(root: unknown, targets: Targets, without: ReadonlySet<Pair>): unknown {
  const shared = new Map<unknown, unknown>();
  const convert = (start: unknown): unknown => {
    const node = resolve(start, targets);
    if (isScalar(node)) return node.value;
    if (!isCollection(node)) return null;
    if (shared.has(node)) return shared.get(node);
    const value = isMap(node)
      ? Object.fromEntries(Array.from(entriesOf(node, targets, without), ([name, entry]) => [name, convert(entry.node)]))
      : node.items.map(convert);
    if (node.anchor !== undefined) shared.set(node, value);
    return value;
  };
  return convert(root);
}

/**
 * How many values nodes have in them, themselves counted, with what aliases stand for; infinite
 * where one stands inside of what it stands for.
 */
export function sizesOf(targets: Targets): (node: unknown) => number {
  const known = new Map<unknown, number>();
  const sizeOf = (start: unknown): number => {
    const node = resolve(start, targets);
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value);
    if (!isCollection(node)) return 1;
    const before = known.get(node);
    if (before !== undefined) return before;
    if (node.anchor !== undefined) known.set(node, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const item of node.items) size += sizeOf(item);
    if (node.anchor !== undefined) known.set(node, size);
    return size;
  };
  return sizeOf;
}
