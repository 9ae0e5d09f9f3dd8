/** Options that a server gave, for people and programs. */
import { toHex } from "../../net/bytes.ts";
import { decodeValue, type JsonValue } from "../../wire/values/values.ts";
import type { OptionTable } from "../probe/option-flags.ts";

interface Option {
  readonly code: number;
  readonly data: Uint8Array;
}

/** Values by name, of those that `isTold`; what has no name or not its form is hex, by code. */
export function optionsToJson(table: OptionTable, options: readonly Option[], isTold: (code: number) => boolean): JsonValue {
  return Object.fromEntries(
    options
      .filter(({ code }) => isTold(code))
      .map(({ code, data }) => {
        const definition = table.byCode(code);
        const value = definition === undefined ? undefined : decodeValue(definition.type, data);
        return [definition?.name ?? String(code), value?.ok === true ? value.value : toHex(data)];
      }),
  );
}

/** The texts that an option's value is made of; none where it is missing or malformed. */
export function textsOf(table: OptionTable, code: number, data: Uint8Array | undefined): readonly string[] {
  const definition = table.byCode(code);
  const decoded = definition === undefined || data === undefined ? undefined : decodeValue(definition.type, data);
  if (decoded?.ok !== true) return [];
  const values: readonly JsonValue[] = Array.isArray(decoded.value) ? decoded.value : [decoded.value as JsonValue];
  return values.filter((value) => typeof value === "string");
}
