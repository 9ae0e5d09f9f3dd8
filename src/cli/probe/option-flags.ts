/** Options on the command line, by name or code. */
import { parse as parseYaml } from "yaml";
import { didYouMean } from "../../config/text/suggest.ts";
import { fromHex } from "../../net/bytes.ts";
import type { OptionDefinition } from "../../wire/option-dictionary.ts";
import { encodeValue } from "../../wire/values/values.ts";
import { UsageError } from "../endpoint.ts";

/** The options of a protocol. */
export interface OptionTable {
  readonly options: readonly OptionDefinition[];
  /** The largest code that an option can have. */
  readonly lastCode: number;
  byCode(code: number): OptionDefinition | undefined;
  byName(name: string): OptionDefinition | undefined;
}

/** An option by code or name; one without a definition has only its code. */
export function findOption(
  table: OptionTable,
  flag: string,
  name: string,
): { readonly code: number; readonly definition: OptionDefinition | undefined } {
  if (/^\d+$/.test(name)) {
    const code = Number(name);
    if (code >= 1 && code <= table.lastCode) return { code, definition: table.byCode(code) };
    throw new UsageError(`${flag} ${name}: option codes go from 1 to ${table.lastCode}`);
  }
  const definition = table.byName(name);
  if (definition === undefined) {
    const close = didYouMean(
      name,
      table.options.map((option) => option.name),
    );
    throw new UsageError(`${flag} ${name}: no option has this name; ${close ?? "options can also be given by code"}`);
  }
  return { code: definition.code, definition };
}

/** Reads codes or names separated by commas, or `none`; `usual` when the flag was not given. */
export function readOptionList(table: OptionTable, flag: string, given: string | undefined, usual: readonly number[]): readonly number[] {
  if (given === undefined) return usual;
  if (given === "none" || given === "") return [];
  return given.split(",").map((name) => findOption(table, flag, name.trim()).code);
}

/**
 * Reads `NAME_OR_CODE=VALUE`. The value is JSON or YAML as in a configuration file, plain text, or
 * hex:...
 */
export function readOption(table: OptionTable, flag: string, given: string): { readonly code: number; readonly data: Uint8Array } {
  const equals = given.indexOf("=");
  if (equals < 0) throw new UsageError(`${flag} ${given}: write NAME=VALUE or CODE=VALUE`);
  const { code, definition } = findOption(table, flag, given.slice(0, equals).trim());
  const valueText = given.slice(equals + 1);
  if (valueText.startsWith("hex:")) {
    const data = fromHex(valueText.slice(4));
    if (data === undefined) throw new UsageError(`${flag} ${given}: hex pairs follow hex:, such as hex:0a000001`);
    return { code, data };
  }
  if (definition === undefined) return { code, data: new TextEncoder().encode(valueText) };
  const read = encodeValue(definition.type, yamlOrText(valueText));
  if (read.ok) return { code, data: read.data };
  // Text may look like YAML: a host name of digits, or one that ends in a colon.
  const asText = encodeValue(definition.type, valueText);
  if (asText.ok) return { code, data: asText.data };
  const where = read.path.length === 0 ? "" : ` (at ${read.path.join(".")})`;
  throw new UsageError(`${flag} ${given}: ${read.problem}${where}`);
}

function yamlOrText(valueText: string): unknown {
  try {
    return parseYaml(valueText);
  } catch {
    return valueText;
  }
}
