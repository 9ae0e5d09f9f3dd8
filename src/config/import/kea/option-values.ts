import { equalBytes, toHex } from "../../../net/bytes.ts";
import type { OptionDefinition } from "../../../wire/option-dictionary.ts";
import { encodeOption } from "../../../wire/option-values.ts";
import { decodeValue, encodeValue, type ValueType } from "../../../wire/values/values.ts";
import type { OptionDictionary } from "../../options/dictionary.ts";
import type { Family } from "./family.ts";
import type { Part } from "./json.ts";
import type { KeaDefinitions } from "./option-definitions.ts";
import { valueOfText } from "./option-text.ts";
import { bytesOfHex, encodeText, fieldsOf, isText, type KeaType, rawForm } from "./option-types.ts";
import { report, type Section, type Work } from "./section.ts";

/* The values of options: from Kea's text to what a person would write for Leasehold. */

/** What options are read with. */
export interface OptionContext {
  readonly family: Family;
  readonly work: Work;
  readonly definitions: KeaDefinitions;
  /** Leasehold's options, with those of `definitions` that were carried over. */
  readonly dictionary: OptionDictionary;
}

/** One of `option-data`. */
export interface Item {
  readonly section: Section;
  readonly part: Part;
  readonly space: string;
  readonly key: string | number;
  readonly data: string;
  readonly csv: boolean | undefined;
  readonly always: boolean;
  readonly never: boolean;
}

export function titleOf({ key, space }: Pick<Item, "key" | "space">): string {
  return `${typeof key === "number" ? key : `"${key}"`}${space === "dhcp4" || space === "dhcp6" ? "" : ` of the space "${space}"`}`;
}

/** Which option is meant. */
export interface Target {
  readonly code: number;
  /** Its key in an options map. */
  readonly key: string;
  /** The operator's definition. */
  readonly kea: (KeaType & { readonly code: number }) | undefined;
  /** Leasehold's form of its values. */
  readonly definition: Pick<OptionDefinition, "type" | "repeats"> | undefined;
}

/** The value of an option without options in it; undefined: it can't be read, which is reported. */
export function dataOf(item: Item, target: Target, context: OptionContext): unknown {
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

/** Kea's form of data of an enterprise: its number, and the rest as it is on the wire. */
const ENTERPRISE: KeaType = { type: "record", array: false, fields: ["uint32", "binary"], encapsulate: undefined };

/** The data that Kea sends. */
export function bytesOf(
  item: Item,
  { kea, definition }: Pick<Target, "kea" | "definition">,
  { work }: OptionContext,
): Uint8Array | undefined {
  const fail = (problem: string): undefined => report(work, "error", item.part.at, `option ${titleOf(item)}: ${problem}`) as undefined;
  const isBinary = item.csv === false || (item.csv === undefined && kea === undefined && definition === undefined);
  if (isBinary) return bytesOfHex(item.data) ?? fail(`expected hex digits, got ${JSON.stringify(item.data.slice(0, 40))}`);
  if (kea !== undefined) {
    if (kea.type === "string" && !kea.array) warnOfComma(item, work);
    const encoded = encodeText(kea, item.data);
    return encoded.ok ? encoded.data : fail(`${JSON.stringify(item.data.slice(0, 40))} ${encoded.problem}`);
  }
  if (definition === undefined) return fail("it has no definition, so its data has to be hex: csv-format false");
  if (definition.type.kind === "enterprises") {
    const encoded = encodeText(ENTERPRISE, item.data);
    return encoded.ok ? encoded.data : fail(`${JSON.stringify(item.data.slice(0, 40))} ${encoded.problem}`);
  }
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
export function valueOfBytes(type: ValueType, bytes: Uint8Array): unknown {
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
