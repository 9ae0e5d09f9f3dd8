import type * as z from "zod";
import type { OptionDefinition } from "../../wire/option-dictionary.ts";
import { encodeOption } from "../../wire/option-values.ts";
import { DHCP4 } from "../options/dhcp4.ts";
import { DHCP6 } from "../options/dhcp6.ts";
import { whyManaged } from "../options/protocol.ts";
import type { Path } from "../text/diagnostic.ts";
import { closest } from "../text/suggest.ts";
import { adviceOnWord, asName, isTitle, namesMeant } from "../text/words.ts";
import { HIDDEN, lineOf, nearestPlace, whereIs, written, writtenAs } from "./places.ts";
import { type Shape, shapeAt } from "./tree.ts";
import { isDhcp6, isUnsupported, keyOfOtherProtocol, ofOtherFormat, WHY_UNSUPPORTED } from "./unsupported.ts";
import { apart } from "./wrong-shape.ts";

/* What is wrong with a key that is not known where it stands, and what was meant by it. */

/** A problem of an unknown key. */
export interface UnknownKey {
  readonly message: string;
  readonly hint: string;
  /** The key of the same map that was meant, or that leads to it; undefined: none. */
  readonly meant?: string;
  /** Nothing of a configuration is called so, or means that. */
  readonly isForeign?: true;
}

/** Tells a key that the file has in a map of the operator's own keys. */
export type EntryOf = (path: Path) => string | undefined;

/** Explains a key that is unknown in the map at `path`, with its value. */
export function explainKey(path: Path, key: string, value: unknown, entryOf: EntryOf): UnknownKey {
  const message = `unknown key "${key}"`;
  const elsewhere = path.length === 0 ? ofOtherFormat(key) : undefined;
  if (elsewhere !== undefined) return { message, hint: elsewhere };
  if (isUnsupported(path, key)) return { message: `"${key}" is not supported by this version`, hint: WHY_UNSUPPORTED };
  if (PREFIX.test(key) && (path.length === 0 || (isDhcp6(path) && path.length === 1)))
    return { message, hint: 'it names a network: indent it, and what it has, below "networks"' };
  const shape = shapeAt(path);
  const known = Object.keys(shape);
  const glued = apart(key);
  if (glued !== undefined && Object.hasOwn(shape, glued.key))
    return { message, hint: `a space is missing behind the colon: ${glued.key}: ${glued.rest}`, meant: glued.key };
  const best = suggestionsFor(path, key, value, shape, entryOf).sort((a, b) => a.distance - b.distance)[0];
  const ofOther = best?.isCertain === true ? undefined : keyOfOtherProtocol(path, key, (place) => Object.keys(shapeAt(place)));
  if (ofOther !== undefined) return { message: ofOther[0], hint: ofOther[1] };
  if (isTitle(key) && Object.hasOwn(shape, "hostname"))
    return { message, hint: `did you mean "hostname"? Write hostname: ${typeof value === "string" ? value : "NAME"}`, meant: "hostname" };
  const advice = adviceOnWord(key);
  if (advice !== undefined && namesMeant(key).length === 0) return { message, hint: advice, isForeign: true };
  if (best !== undefined) return { message, hint: best.hint, ...(best.meant === undefined ? {} : { meant: best.meant }) };
  return { message, hint: advice ?? keysIn(known), isForeign: true };
}

const PREFIX = /^[\da-f]*[.:][\da-f.:]*\/\d+$/i;

const MOST_KEYS = 8;

/** The keys of a map, where they are few. */
export function keysIn(known: readonly string[]): string {
  if (known.length === 0) return "nothing can stand in this map";
  return known.length <= MOST_KEYS ? `known keys here: ${known.join(", ")}` : REFERENCE;
}

const REFERENCE = "every key is in the reference of the configuration, and in what `leasehold check --schema` prints";

interface Suggestion {
  readonly hint: string;
  readonly meant?: string;
  /** How far from what is written: what suits the value best is nearest. */
  readonly distance: number;
  /** It is the very key, with a value that it can have. */
  readonly isCertain?: boolean;
}

/** Farther than anything that suits the value. */
const MISFIT = 10;
const SPELLING = 1.5;
/** What a name is farther that is not the very word, and each that is less likely. */
const OTHER_NAME = 0.3;

function suggestionsFor(path: Path, key: string, value: unknown, shape: Shape, entryOf: EntryOf): Suggestion[] {
  const own = asName(key);
  if (Object.hasOwn(shape, own)) return [{ hint: `did you mean "${own}"?`, meant: own, distance: 0, isCertain: true }];
  const result: Suggestion[] = [];
  for (const [i, name] of [own, ...namesMeant(key)].entries()) {
    const far = i * OTHER_NAME;
    const here = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (here !== undefined) {
      const text = writtenAs(here, name, value);
      const line = text === undefined ? exampleOf(name, value) : text === HIDDEN ? undefined : `${name}: ${text}`;
      const hint = `did you mean "${name}"?${line === undefined ? "" : ` Write ${line}`}`;
      result.push({ hint, meant: name, distance: far + (text === undefined ? MISFIT : 0) });
    } else {
      const place = nearestPlace(path, name, value);
      if (place !== undefined) {
        const isOut = place.base.length < path.length;
        const what = i === 0 ? "it belongs" : `did you mean "${name}"? That belongs`;
        const line = place.written === undefined && place.steps.length === 0 ? exampleOf(name, value) : undefined;
        const hint = `${what} ${whereIs(place, path)}: write ${line ?? lineOf(place, entryOf)}`;
        const first = isOut ? undefined : place.steps[0]?.key;
        const fits = place.written !== undefined;
        const isCertain = i === 0 && fits && !(isDhcp6(path) && place.base.length === 0);
        result.push({ hint, ...(first && { meant: first }), distance: far + place.distance + (fits ? 0 : MISFIT), isCertain });
      }
    }
    const option = optionSuggestion(path, name, i === 0, value);
    if (option !== undefined) result.push({ ...option, distance: option.distance + far });
  }
  const close = closest(key, Object.keys(shape));
  if (close !== undefined) {
    const fits = writtenAs(shape[close] as z.core.$ZodType, close, value) !== undefined;
    result.push({ hint: `did you mean "${close}"?`, meant: close, distance: SPELLING + (fits ? 0 : MISFIT) });
  }
  return result;
}

/** Lines for what can't be made of the value that is there. */
const EXAMPLES: Readonly<Record<string, string>> = {
  networks: "networks: {PREFIX: {ranges: [{start: FIRST, end: LAST}]}}",
  ranges: "ranges: [{start: FIRST, end: LAST}]",
  reservations: "reservations: [{match: {chaddr: 52:54:00:12:34:56}, ip: ADDRESS}]",
  prefix_pools: "prefix_pools: [{prefix: PREFIX, delegated_length: 56}]",
  options: "options: {routers: ADDRESS}",
  option_definitions: "option_definitions: {NAME: {code: 224, type: str}}",
  client_classes: "client_classes: {v4: [{name: NAME, assert: EXPRESSION}]}",
  interfaces: "interfaces: [eth0]",
  store: "store: {sqlite: {path: leases.db}}",
  log: "log: {level: debug}",
};

function exampleOf(name: string, value: unknown): string | undefined {
  const line = EXAMPLES[name];
  return typeof value === "string" && /^[\da-f.:]+\/\d+$/i.test(value) ? line?.replace("PREFIX", value) : line;
}

/** A key that is an option: it belongs into `options`. */
function optionSuggestion(path: Path, name: string, isOwn: boolean, value: unknown): Suggestion | undefined {
  const protocol = isDhcp6(path) ? DHCP6 : DHCP4;
  const definition = protocol.byName(name);
  if (definition === undefined || whyManaged(definition.code, protocol) !== undefined) return undefined;
  let out = 0;
  for (let length = path.length; length >= 0; length--) {
    const shape = shapeAt(path.slice(0, length));
    if (Object.keys(shape).length === 0) continue;
    if (!Object.hasOwn(shape, "options") || path[length - 1] === "match") {
      out++;
      continue;
    }
    const what = isOwn ? "it is an option" : `that is the option ${definition.name} (${definition.code})`;
    const where = out === 0 ? "" : ` beside "${path[length]}"`;
    const fits = encodeOption(definition, value).ok;
    return {
      hint: `${what}: write${where} options: {${optionLine(definition, value)}}`,
      ...(out === 0 ? { meant: "options" } : {}),
      distance: 1 + out + (fits ? 0 : MISFIT),
    };
  }
  return undefined;
}

/** An option as one writes it: with the value where it can have that. */
export function optionLine(definition: OptionDefinition, value: unknown): string {
  const { name, type } = definition;
  if (encodeOption(definition, value).ok) return `${name}: ${written(name, value)}`;
  const inner = type.kind === "list" ? type.of : type;
  const example = VALUES[inner.kind] ?? "...";
  return `${name}: ${type.kind === "list" || type.kind === "domains" ? `[${example}]` : example}`;
}

/** What stands for a value of a type. */
const VALUES: Readonly<Record<string, string>> = {
  ipv4: "ADDRESS",
  ipv6: "ADDRESS",
  u8: "NUMBER",
  u16: "NUMBER",
  u32: "NUMBER",
  i32: "NUMBER",
  bool: "true",
  text: "TEXT",
  domain: "NAME",
  domains: "NAME",
};
