import type { SubOptionDefinition } from "../../wire/values/values.ts";
import { subOptionsOf, vendorSubOptionsOf } from "../options/dictionary.ts";
import { largestCode } from "../options/protocol.ts";
import { didYouMean } from "../text/suggest.ts";
import type { Field, Form, Node } from "./syntax.ts";
import {
  after,
  describe,
  expected,
  fail,
  isSymbol,
  isWord,
  peek,
  type Reader,
  readIndex,
  readNumber,
  symbol,
  take,
} from "./token-reader.ts";

/**
 * The parts of an expression that name an option or a field: `option[...]`, `vendor[...]`,
 * `vendor-class[...]`, and what of them a protocol has in other places.
 */

/** What stands behind `option`; `relay`: it is of what this relay put around the message. */
export function readOption(reader: Reader, at: number, relay?: number): Node | undefined {
  const code = readIndex(reader, readOptionCode);
  return code === undefined ? undefined : readOptionForm(reader, at, [code], relay);
}

/** An option inside the option `outer`, behind a word that stands for that one. */
export function readInnerOption(reader: Reader, at: number, outer: number): Node | undefined {
  const code = readSubOption(reader, subOptionsOf(reader.dictionary, outer));
  return code === undefined ? undefined : readOptionForm(reader, at, [outer, code]);
}

/** A dot, and one of these fields. */
export function readField(reader: Reader, at: number, fields: readonly Field[]): Node | undefined {
  if (!symbol(reader, ".")) return undefined;
  const token = take(reader);
  const field = fields.find((name) => isWord(token, name));
  if (field !== undefined) return { kind: "field", at, field };
  return fail(reader, token, `expected one of ${fields.join(", ")}, got ${describe(token)}`, didYouMean(token.text, fields));
}

function readOptionCode(reader: Reader): number | undefined {
  const token = peek(reader);
  if (token.kind !== "word") return readNumber(reader, "the code or the name of an option", 1, reader.dictionary.protocol.lastCode);
  const definition = reader.dictionary.byName(normalise(token.text));
  if (definition === undefined) {
    return fail(
      reader,
      token,
      `unknown option ${token.text.slice(0, 40)}`,
      didYouMean(token.text, reader.dictionary.names) ?? "give it by its code: option[224]",
    );
  }
  reader.next++;
  return definition.code;
}

function normalise(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}

/** A sub-option in brackets, by code or by one of these names. */
function readSubOption(reader: Reader, definitions: readonly SubOptionDefinition[]): number | undefined {
  return readIndex(reader, () => {
    const token = peek(reader);
    const { dictionary } = reader;
    const { codeSize } = dictionary.protocol;
    if (token.kind !== "word") return readNumber(reader, "the code of a sub-option", 0, largestCode(codeSize));
    const name = normalise(token.text);
    // In DHCPv6 what stands in an option are options of the same table, unless a vendor has its
    // own.
    const definition = definitions.find((one) => one.name === name) ?? (codeSize === 2 ? dictionary.byName(name) : undefined);
    if (definition === undefined) {
      const hint = didYouMean(
        token.text,
        definitions.map((one) => one.name),
      );
      return fail(reader, token, `unknown sub-option ${token.text.slice(0, 40)}`, hint ?? "give it by its code: option[1]");
    }
    reader.next++;
    return definition.code;
  });
}

/**
 * `.option[code]` any number of times; undefined when there is a problem. Ends before the dot of
 * what is behind.
 */
function readSubOptions(
  reader: Reader,
  codes: readonly number[],
  definitions: readonly SubOptionDefinition[],
): readonly number[] | undefined {
  const all = [...codes];
  for (;;) {
    if (!isSymbol(peek(reader), ".") || !isWord(after(reader), "option")) return all;
    reader.next += 2;
    const code = readSubOption(reader, all.length === codes.length ? definitions : []);
    if (code === undefined) return undefined;
    all.push(code);
    if (all.length > 8) return fail(reader, peek(reader), "sub-options are nested too deeply");
  }
}

/** What stands behind the last dot. Without one the value is meant, as in dora. */
function readForm(reader: Reader): Form | undefined {
  if (!isSymbol(peek(reader), ".")) return "hex";
  reader.next++;
  const token = peek(reader);
  if (!isWord(token, "hex") && !isWord(token, "text") && !isWord(token, "exists")) {
    return expected(reader, "hex, text, exists or option[CODE]");
  }
  reader.next++;
  return token.text as Form;
}

function readOptionForm(reader: Reader, at: number, outer: readonly number[], relay?: number): Node | undefined {
  const definitions = outer.length === 1 ? subOptionsOf(reader.dictionary, outer[0] as number) : [];
  const codes = readSubOptions(reader, outer, definitions);
  const form = codes && readForm(reader);
  return codes === undefined || form === undefined
    ? undefined
    : { kind: "option", at, codes, form, ...(relay === undefined ? {} : { relay }) };
}

function readEnterprise(reader: Reader): number | undefined {
  if (!isSymbol(peek(reader), "*")) return readNumber(reader, "an enterprise number or *", 0, 0xffffffff);
  reader.next++;
  return 0;
}

/** What stands behind `vendor` or `vendor-class`. */
export function readVendor(reader: Reader, at: number, text: "vendor" | "vendor-class"): Node | undefined {
  if (isSymbol(peek(reader), ".")) {
    reader.next++;
    if (!isWord(peek(reader), "enterprise")) return expected(reader, "enterprise", `or name the vendor: ${text}[4491]`);
    reader.next++;
    const { vendorInformation, vendorClass } = reader.language;
    return { kind: "enterprise", at, option: text === "vendor" ? vendorInformation : vendorClass };
  }
  const enterprise = readIndex(reader, readEnterprise);
  if (enterprise === undefined) return undefined;
  if (text === "vendor-class") return readVendorClass(reader, at, enterprise);
  const codes = readSubOptions(reader, [], vendorSubOptionsOf(reader.dictionary, enterprise));
  if (codes === undefined) return undefined;
  if (codes.length === 0 && !(isSymbol(peek(reader), ".") && isWord(after(reader), "exists"))) {
    if (symbol(reader, ".")) expected(reader, "exists or option[CODE]");
    return undefined;
  }
  const form = readForm(reader);
  return form && { kind: "vendor", at, enterprise, codes, form };
}

function readVendorClass(reader: Reader, at: number, enterprise: number): Node | undefined {
  if (!symbol(reader, ".")) return undefined;
  const token = peek(reader);
  if (isWord(token, "exists")) {
    reader.next++;
    return { kind: "vendorClass", at, enterprise, form: "exists" };
  }
  if (!isWord(token, "data")) return expected(reader, "exists, data or data[INDEX]");
  reader.next++;
  if (!isSymbol(peek(reader), "[")) return { kind: "vendorClassData", at, enterprise, index: 0 };
  const index = readIndex(reader, (inner) => readNumber(inner, "an index", 0, 255));
  return index === undefined ? undefined : { kind: "vendorClassData", at, enterprise, index };
}
