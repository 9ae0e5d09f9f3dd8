import { type Entry, textOf } from "./entries.ts";

/*
 * Tags: a client has those of the lines that it matches, and other lines are for clients with
 * certain tags. They become client classes, whose condition is any of what sets the tag.
 */

/** A tag that a line is for: `!`, clients that do not have it. */
export interface Wanted {
  readonly tag: string;
  readonly negated: boolean;
}

/** What Leasehold itself knows clients by. */
const OWN_CLASSES: Readonly<Record<string, string>> = { known: "KNOWN", bootp: "BOOTP" };

export interface Tags {
  /** A line sets the tag where this expression holds. */
  onCondition(tag: string, expression: string, entry: Entry): void;
  /** A host has the tag. */
  onHost(tag: string, entry: Entry): void;
  /** Clients of a network have it. */
  onNetwork(tag: string, network: string): void;
  networksOf(tag: string): ReadonlySet<string> | undefined;
  /** Whether some line sets it. */
  isSet(tag: string): boolean;
  /** The expression for clients that have all of these. */
  expression(wanted: readonly Wanted[]): string;
  /** The class of clients that have all of these; it is made where there is none. */
  classFor(wanted: readonly Wanted[], entry: Entry): string;
  /** The classes that are used, in the order of lines, with the line that made each. */
  classes(): readonly { readonly name: string; readonly assert: string | undefined; readonly entry: Entry }[];
  /** The class of clients that are not answered, where this holds. */
  drop(expression: string | undefined, entry: Entry): void;
}

interface Known {
  readonly conditions: string[];
  /** The first line that sets it. */
  readonly entry: Entry;
}

/** `interfaces`: a client has the name of the interface as a tag where its message came in. */
export function createTags(interfaces: readonly string[]): Tags {
  const known = new Map<string, Known>();
  const networks = new Map<string, Set<string>>();
  const joined = new Map<string, { readonly assert: string; readonly entry: Entry }>();
  const dropped: string[] = [];
  let dropEntry: Entry | undefined;
  const DROP = "DROP";

  function take(tag: string, entry: Entry): Known {
    const one = known.get(tag) ?? { conditions: [], entry };
    known.set(tag, one);
    return one;
  }

  function nameOf(tag: string): string {
    return Object.hasOwn(OWN_CLASSES, tag) ? (OWN_CLASSES[tag] as string) : tag;
  }

  function one({ tag, negated }: Wanted): string {
    const holds =
      !known.has(tag) && interfaces.includes(tag) ? `pkt.iface == '${tag}'` : tag === "known" ? "known" : `member('${nameOf(tag)}')`;
    return negated ? (holds === "known" ? "unknown" : `not ${holds.includes("==") ? `(${holds})` : holds}`) : holds;
  }

  const tags: Tags = {
    onCondition: (tag, expression, entry) => void take(tag, entry).conditions.push(expression),
    onHost: (tag, entry) => void take(tag, entry),
    onNetwork(tag, network) {
      const of = networks.get(tag) ?? new Set<string>();
      networks.set(tag, of.add(network));
    },
    networksOf: (tag) => (known.has(tag) ? undefined : networks.get(tag)),
    isSet: (tag) => known.has(tag) || networks.has(tag) || interfaces.includes(tag) || Object.hasOwn(OWN_CLASSES, tag),
    expression: (wanted) => wanted.map(one).join(" and "),
    classFor(wanted, entry) {
      const [first] = wanted;
      if (wanted.length === 1 && first !== undefined && !first.negated && (known.has(first.tag) || Object.hasOwn(OWN_CLASSES, first.tag)))
        return nameOf(first.tag);
      if (wanted.length === 1 && first?.tag === "known") return "UNKNOWN";
      const name = wanted.map(({ tag, negated }) => (negated ? `not-${tag}` : tag)).join("-and-");
      if (!joined.has(name)) joined.set(name, { assert: tags.expression(wanted), entry });
      return name;
    },
    classes() {
      const all = [...known].map(([tag, { conditions, entry }]) => ({
        name: tag,
        assert: conditions.length === 0 ? undefined : conditions.join(" or "),
        entry,
      }));
      for (const [name, { assert, entry }] of joined) all.push({ name, assert, entry });
      if (dropEntry !== undefined)
        all.push({ name: DROP, assert: dropped.length === 0 ? undefined : dropped.join(" or "), entry: dropEntry });
      return all;
    },
    drop(expression, entry) {
      dropEntry ??= entry;
      if (expression !== undefined) dropped.push(dropped.length > 0 && expression.includes(" and ") ? `(${expression})` : expression);
    },
  };
  return tags;
}

/** Takes words of these kinds from the front: `tag:a`, `net:a` of old, `set:b`. */
export function takeTags(words: string[]): { readonly wanted: Wanted[]; readonly sets: string[] } {
  const wanted: Wanted[] = [];
  const sets: string[] = [];
  for (let at = 0; at < words.length; ) {
    const [, kind, negated, name = ""] = /^(tag|set|net):(!|#)?(.*)$/.exec(words[at] as string) ?? [];
    if (kind === undefined) {
      at++;
      continue;
    }
    words.splice(at, 1);
    const tag = textOf(name);
    if (kind === "set") sets.push(tag);
    else wanted.push({ tag, negated: negated !== undefined });
  }
  return { wanted, sets };
}
