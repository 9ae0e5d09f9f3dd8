/**
 * What the tables of options of all protocols have in common: one line for each option, and finding
 * it.
 */

import { fixedSize, type SubOptionDefinition, type ValueType } from "./values/value-types.ts";

/** An option of a protocol, or what stands in its place in an option that contains options. */
export interface OptionDefinition extends SubOptionDefinition {
  readonly code: number;
  /** Lower case with underscores, as the configuration writes it. */
  readonly name: string;
  readonly type: ValueType;
  /** Number of the RFC that defines it, or in words where it comes from. */
  readonly rfc: number | string;
  /** Other names that are accepted: those of other servers' configurations. */
  readonly aliases: readonly string[];
  /**
   * True for options that the exchange itself uses: client and server set them, an operator does
   * not.
   */
  readonly protocol: boolean;
}

/** What most options don't need to say of themselves. */
export interface More {
  readonly aliases?: readonly string[];
  readonly protocol?: boolean;
  readonly repeats?: boolean;
}

/**
 * A line of a table, whose type says what stands in it: names and forms of values in a
 * configuration that is a program follow from that.
 */
export interface Defined<N extends string, T extends ValueType, M extends More> extends OptionDefinition {
  readonly name: N;
  readonly type: T;
  readonly aliases: M extends { readonly aliases: infer A extends readonly string[] } ? A : readonly [];
  readonly protocol: M extends { readonly protocol: infer P extends boolean } ? P : false;
  readonly repeats?: M extends { readonly repeats: infer R extends boolean } ? R : false;
}

/** A line of a table. */
export function define<const N extends string, const T extends ValueType, const M extends More = typeof NOTHING>(
  code: number,
  name: N,
  type: T,
  rfc: number | string,
  more?: M,
): Defined<N, T, M> {
  const { aliases, protocol, repeats }: More = { ...NOTHING, ...more };
  const definition = { code, name, type, rfc, aliases, protocol };
  return (repeats ? { ...definition, repeats } : definition) as Defined<N, T, M>;
}

const NOTHING = { aliases: [], protocol: false, repeats: false } as const;

/**
 * Bytes of a code, and of the length behind it: 1 in DHCPv4 (RFC 2132 section 2), 2 in DHCPv6 (RFC
 * 8415 section 21.1).
 */
export type CodeSize = 1 | 2;

/** The options of one protocol, by code and by name. `N`: their names, without aliases. */
export interface OptionDictionary<N extends string = string> {
  /** In the order of the table. */
  readonly options: readonly OptionDefinition[];
  readonly codeSize: CodeSize;
  readonly byCode: (code: number) => OptionDefinition | undefined;
  /** By name or alias. */
  readonly byName: (name: string) => OptionDefinition | undefined;
  readonly codeOf: (name: N) => number;
  /**
   * The number of bytes that every value of the option has; -1 when it varies or the option is
   * unknown.
   */
  readonly fixedLength: (code: number) => number;
}

/** The dictionary of a table, in which no code and no name or alias stands twice. */
export function optionDictionary<N extends string>(
  table: readonly (OptionDefinition & { readonly name: N })[],
  codeSize: CodeSize,
): OptionDictionary<N> {
  const byCode = new Map<number, OptionDefinition>();
  const byName = new Map<string, OptionDefinition>();
  const sizes = new Map<number, number>();
  for (const definition of table) {
    byCode.set(definition.code, definition);
    for (const name of [definition.name, ...definition.aliases]) byName.set(name, definition);
    sizes.set(definition.code, fixedSize(definition.type) ?? -1);
  }
  return {
    options: table,
    codeSize,
    byCode: (code) => byCode.get(code),
    byName: (name) => byName.get(name),
    codeOf: (name) => (byName.get(name) as OptionDefinition).code,
    fixedLength: (code) => sizes.get(code) ?? -1,
  };
}

/**
 * The type of a value, or of the rest of one, that is options: `{ name: value }`. The definitions
 * are those of the options that may stand there; others are kept as bytes. They are written before
 * what contains them, so how deep options are nested is for the table to say, not for who sent the
 * message.
 */
export function container<const D extends readonly SubOptionDefinition[]>(definitions: D, codeSize: CodeSize) {
  return { kind: "suboptions", definitions, size: codeSize } as const;
}
