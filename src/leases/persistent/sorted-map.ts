/**
 * A map that never changes: what adds or removes an entry returns another map, which shares all but
 * a few nodes with this one. A balanced binary tree (AVL) in the order of its keys: numbers, or
 * strings by their code units.
 */
export interface SortedMap<K extends string | number, V> {
  readonly size: number;
  readonly root: Node<K, V> | undefined;
}

interface Node<K, V> {
  readonly key: K;
  readonly value: V;
  readonly left: Node<K, V> | undefined;
  readonly right: Node<K, V> | undefined;
  readonly height: number;
}

const EMPTY: SortedMap<never, never> = { size: 0, root: undefined };

export function emptyMap<K extends string | number, V>(): SortedMap<K, V> {
  return EMPTY as SortedMap<K, V>;
}

/** The value of a key; undefined: it has none. */
export function get<K extends string | number, V>({ root }: SortedMap<K, V>, key: K): V | undefined {
  let node = root;
  while (node !== undefined) {
    if (key === node.key) return node.value;
    node = key < node.key ? node.left : node.right;
  }
  return undefined;
}

/** With this value for the key, whatever it was before. */
export function set<K extends string | number, V>(map: SortedMap<K, V>, key: K, value: V): SortedMap<K, V> {
  const isNew = get(map, key) === undefined;
  return { size: map.size + Number(isNew), root: insert(map.root, key, value) };
}

/** Without the key. */
export function remove<K extends string | number, V>(map: SortedMap<K, V>, key: K): SortedMap<K, V> {
  if (get(map, key) === undefined) return map;
  return { size: map.size - 1, root: without(map.root, key) };
}

/** The entry with the largest key that is at most this one. */
export function atMost<K extends string | number, V>({ root }: SortedMap<K, V>, key: K): readonly [K, V] | undefined {
  let node = root;
  let best: Node<K, V> | undefined;
  while (node !== undefined) {
    if (node.key <= key) {
      best = node;
      node = node.right;
    } else node = node.left;
  }
  return best && [best.key, best.value];
}

/** The entry with the smallest key that is at least this one. */
export function atLeast<K extends string | number, V>({ root }: SortedMap<K, V>, key: K): readonly [K, V] | undefined {
  let node = root;
  let best: Node<K, V> | undefined;
  while (node !== undefined) {
    if (node.key >= key) {
      best = node;
      node = node.left;
    } else node = node.right;
  }
  return best && [best.key, best.value];
}

/** The entries in the order of their keys, from `from` on. */
export function* entries<K extends string | number, V>({ root }: SortedMap<K, V>, from?: K): Generator<readonly [K, V]> {
  const path: Node<K, V>[] = [];
  let node = root;
  for (;;) {
    while (node !== undefined) {
      if (from !== undefined && node.key < from) node = node.right;
      else {
        path.push(node);
        node = node.left;
      }
    }
    const next = path.pop();
    if (next === undefined) return;
    yield [next.key, next.value];
    node = next.right;
  }
}

/** The entries whose keys begin so. */
export function* beginningWith<V>(map: SortedMap<string, V>, prefix: string): Generator<readonly [string, V]> {
  for (const entry of entries(map, prefix)) {
    if (!entry[0].startsWith(prefix)) return;
    yield entry;
  }
}

function heightOf(node: Node<unknown, unknown> | undefined): number {
  return node?.height ?? 0;
}

function nodeOf<K, V>(key: K, value: V, left: Node<K, V> | undefined, right: Node<K, V> | undefined): Node<K, V> {
  return { key, value, left, right, height: Math.max(heightOf(left), heightOf(right)) + 1 };
}

/** The same, with heights that differ by one at most, where those given differ by two. */
function balanced<K, V>(key: K, value: V, left: Node<K, V> | undefined, right: Node<K, V> | undefined): Node<K, V> {
  const difference = heightOf(left) - heightOf(right);
  if (difference > 1 && left !== undefined) {
    if (heightOf(left.left) >= heightOf(left.right)) return nodeOf(left.key, left.value, left.left, nodeOf(key, value, left.right, right));
    const middle = left.right as Node<K, V>;
    return nodeOf(middle.key, middle.value, nodeOf(left.key, left.value, left.left, middle.left), nodeOf(key, value, middle.right, right));
  }
  if (difference < -1 && right !== undefined) {
    if (heightOf(right.right) >= heightOf(right.left))
      return nodeOf(right.key, right.value, nodeOf(key, value, left, right.left), right.right);
    const middle = right.left as Node<K, V>;
    return nodeOf(
      middle.key,
      middle.value,
      nodeOf(key, value, left, middle.left),
      nodeOf(right.key, right.value, middle.right, right.right),
    );
  }
  return nodeOf(key, value, left, right);
}

function insert<K extends string | number, V>(node: Node<K, V> | undefined, key: K, value: V): Node<K, V> {
  if (node === undefined) return nodeOf(key, value, undefined, undefined);
  if (key === node.key) return { ...node, value };
  return key < node.key
    ? balanced(node.key, node.value, insert(node.left, key, value), node.right)
    : balanced(node.key, node.value, node.left, insert(node.right, key, value));
}

function without<K extends string | number, V>(node: Node<K, V> | undefined, key: K): Node<K, V> | undefined {
  if (node === undefined) return undefined;
  if (key < node.key) return balanced(node.key, node.value, without(node.left, key), node.right);
  if (key > node.key) return balanced(node.key, node.value, node.left, without(node.right, key));
  if (node.left === undefined) return node.right;
  if (node.right === undefined) return node.left;
  let next = node.right;
  while (next.left !== undefined) next = next.left;
  return balanced(next.key, next.value, node.left, without(node.right, next.key));
}
