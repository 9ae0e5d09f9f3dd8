import { lineOf, nearestPlace, whereIs } from "../schema/places.ts";
import { optionLine } from "../schema/unknown-key.ts";
import { apart } from "../schema/wrong-shape.ts";
import type { Path } from "../text/diagnostic.ts";
import { closest } from "../text/suggest.ts";
import { adviceOnWord, asName, namesMeant } from "../text/words.ts";
import { type OptionDictionary, placeOfSubOption, REFUSED_CODE } from "./dictionary.ts";
import { whyManaged } from "./protocol.ts";

/**
 * What was meant by a name that is no option: a sub-option, an option by another word, a key that
 * belongs elsewhere, or a slip. `path` is that of the name in its map of options.
 */
export function explainOption(key: string, value: unknown, path: Path, dictionary: OptionDictionary): string {
  const glued = apart(key);
  if (glued !== undefined && dictionary.byName(glued.key) !== undefined)
    return `a space is missing behind the colon: ${glued.key}: ${glued.rest}`;
  if (key === "values") return "`values` has to be the only key of the options map";
  const inner = placeOfSubOption(dictionary, key);
  if (inner !== undefined) return `it is a sub-option: write ${inner}`;
  const own = asName(key);
  const isOption = (name: string): boolean => {
    const code = dictionary.byName(name)?.code ?? REFUSED_CODE;
    return code !== REFUSED_CODE && whyManaged(code, dictionary.protocol) === undefined;
  };
  if (isOption(own)) return `did you mean "${own}"?`;
  const names = namesMeant(key);
  const option = names.find(isOption);
  const definition = option === undefined ? undefined : dictionary.byName(option);
  if (definition !== undefined)
    return `did you mean "${definition.name}" (option ${definition.code})? Write ${optionLine(definition, value)}`;
  const around = path.slice(0, path.lastIndexOf("options") + 1);
  for (const name of [own, ...names]) {
    const place = nearestPlace(around, name, value);
    if (place === undefined || place.written === undefined) continue;
    const what = name === own ? "it is no option, and belongs" : `did you mean "${name}"? That is no option, and belongs`;
    return `${what} ${whereIs(place, around)}: write ${lineOf(place, () => undefined)}`;
  }
  const advice = adviceOnWord(key);
  if (advice !== undefined) return advice;
  const close = closest(key, dictionary.names);
  return close !== undefined
    ? `did you mean "${close}"?`
    : "an option without a name here is given by its code: {224: {type: str, value: ...}}";
}
