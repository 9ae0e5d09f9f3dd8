import type { OptionTable as Dhcp4Table } from "../../wire/dhcp4/option-table.ts";
import type { OptionTable as Dhcp6Table } from "../../wire/dhcp6/option-table.ts";
import type { OptionDefinition } from "../../wire/option-dictionary.ts";
import type { RawType, ValueType } from "../../wire/values/values.ts";
import type { OptionType } from "../model/common.ts";
import type { OPTION_TYPES } from "../options/type.ts";
import type { OptionDefinitionInput } from "./option-definitions.ts";

/*
 * How the options of a configuration are written, as types. They follow from the option tables and
 * from the operator's own definitions, so that an editor knows the names and the compiler the forms
 * of the values.
 */

/** A value that says itself in which form it is written. */
export interface RawValue {
  readonly type: RawType;
  readonly value: unknown;
}

/** One, or a list of them. */
type OneOrMore<T> = T | readonly T[];
type Map = Readonly<Record<string, unknown>>;

/** A route of the options that have some (RFC 3442). */
export interface RouteInput {
  readonly destination: string;
  readonly router: string;
}

/** The written form of each kind of value, as `ValueType` has it; `T` is the type with that kind. */
interface Forms<T> {
  readonly u8: number | NameIn<T>;
  readonly u16: number | NameIn<T>;
  readonly u32: number | NameIn<T>;
  readonly i8: number | NameIn<T>;
  readonly i16: number | NameIn<T>;
  readonly i32: number | NameIn<T>;
  readonly bool: boolean;
  readonly flag: true;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly text: string;
  readonly bytes: string;
  readonly opaque: string | RawValue;
  readonly domain: string;
  readonly domains: OneOrMore<string>;
  readonly prefix: string;
  readonly routes: OneOrMore<RouteInput>;
  readonly list: T extends { readonly of: infer U } ? OneOrMore<ValueInput<U>> : unknown;
  readonly counted: T extends { readonly of: infer U } ? ValueInput<U> : unknown;
  readonly record: T extends { readonly fields: readonly (infer F)[] } ? RecordInput<F> : unknown;
  readonly bits: T extends { readonly fields: readonly { readonly name: infer N extends string }[] }
    ? { readonly [K in N]: number }
    : unknown;
  readonly tagged: T extends { readonly alternatives: readonly { readonly type: infer U }[] } ? ValueInput<U> : unknown;
  readonly suboptions: T extends { readonly definitions: readonly (infer D)[] } ? SubOptionsInput<D> : unknown;
  readonly enterprises: Map;
  readonly fqdn: Map;
  readonly resolver: Map;
}

type NameIn<T> = T extends { readonly names: infer N } ? N[keyof N] : never;

/** The required fields, and those that may be left out. */
type RecordInput<F> = {
  readonly [D in F as D extends { readonly optional: true } ? never : NameOf<D>]: ValueInput<TypeOf<D>>;
} & { readonly [D in F as D extends { readonly optional: true } ? NameOf<D> : never]?: ValueInput<TypeOf<D>> };

/** Where none are in the table they are the vendor's, or the operator's own. */
type SubOptionsInput<D> = [D] extends [never] ? Map : KnownSubOptions<D> & { readonly [code: number]: unknown };

type KnownSubOptions<D> = {
  readonly [E in D as NameOf<E>]?:
    | ValueInput<TypeOf<E>>
    | RawValue
    | (E extends { readonly repeats: true } ? readonly ValueInput<TypeOf<E>>[] : never);
};

type NameOf<D> = D extends { readonly name: infer N extends string } ? N : never;
type TypeOf<D> = D extends { readonly type: infer T } ? T : never;

/** How a value of a type is written; unknown where the table does not say which type it is. */
export type ValueInput<T> = [ValueType] extends [T] ? unknown : FormOf<T>;
type FormOf<T> = T extends { readonly kind: infer K extends ValueType["kind"] } ? Forms<T>[K] : unknown;

/* Options by name */

/**
 * Stands in the schema where options are written: which they are depends on the operator's own
 * definitions, and the schema does not know those.
 */
export type OptionsKind = keyof OptionKinds<Definitions>;
export interface OptionsMark<Kind extends OptionsKind> {
  readonly [KIND]: Kind;
}
declare const KIND: unique symbol;

/** What is written in each of these places. */
interface OptionKinds<D> {
  readonly dhcp4: OptionsInput<Dhcp4Table, D>;
  readonly dhcp6: OptionsInput<Dhcp6Table, D>;
  readonly match4: MatchOptionsInput<Dhcp4Table, D>;
  readonly match6: MatchOptionsInput<Dhcp6Table, D>;
  /** Of either protocol; or of both, apart. */
  readonly any:
    | OptionKinds<D>["dhcp4"]
    | OptionKinds<D>["dhcp6"]
    | { readonly v4?: OptionKinds<D>["dhcp4"]; readonly v6?: OptionKinds<D>["dhcp6"] };
  readonly anyMatch: OptionKinds<D>["match4"] | OptionKinds<D>["match6"];
}

/** What the schema takes, with the options as they are written where `D` is defined. */
export type WithOptions<T, D> =
  T extends OptionsMark<infer Kind>
    ? OptionKinds<D>[Kind]
    : T extends readonly (infer E)[]
      ? readonly WithOptions<E, D>[]
      : T extends object
        ? { readonly [K in keyof T]: WithOptions<T[K], D> }
        : T;

/** The operator's own options, by name. */
export type Definitions = Readonly<Record<string, OptionDefinitionInput>>;

/** A value, and how the option is sent: as a configuration sets it. */
type Setting<V> =
  | V
  /** `always`: also to clients that don't ask for it. */
  | { readonly value: V; readonly always?: boolean }
  /** It is not inherited. */
  | { readonly value: null }
  | (RawValue & { readonly always?: boolean });

/** As a client has to send it. */
type Sent<V> = V | { readonly value: V } | RawValue;

/** The form of an option's value, of one that may stand several times a list as well. */
type ValueOf<D> = D extends { readonly repeats: true } ? OneOrMore<ValueInput<TypeOf<D>>> : ValueInput<TypeOf<D>>;
type NamesOf<D> = D extends OptionDefinition & { readonly name: infer N extends string; readonly aliases: readonly (infer A)[] }
  ? N | Extract<A, string>
  : never;

/** The names that an operator gives values to: what the protocol sets itself is not among them. */
type Named<Table extends readonly OptionDefinition[], D> = {
  readonly [O in Table[number] as O extends { readonly protocol: true } ? never : NamesOf<O>]?: Setting<ValueOf<O>>;
} & { readonly [N in Exclude<keyof D, NamesOf<Table[number]>>]?: Setting<DefinedValue<D[N]>> } & {
  readonly [code: number]: unknown;
};

type NamedInMatch<Table extends readonly OptionDefinition[], D> = {
  readonly [O in Table[number] as NamesOf<O>]?: Sent<ValueOf<O>>;
} & { readonly [N in Exclude<keyof D, NamesOf<Table[number]>>]?: Sent<DefinedValue<D[N]>> } & { readonly [code: number]: unknown };

/** Options as a place of the configuration sets them; or all of them below `values`, as in dora. */
export type OptionsInput<Table extends readonly OptionDefinition[], D> =
  | (Named<Table, D> & { readonly values?: never })
  | { readonly values: Named<Table, D> | null };

/** Options that a client must send. */
export type MatchOptionsInput<Table extends readonly OptionDefinition[], D> =
  | (NamedInMatch<Table, D> & { readonly values?: never })
  | { readonly values: NamedInMatch<Table, D> | null };

/** How a value of an option of the operator's own is written. */
type DefinedValue<D> = D extends { readonly type: infer T } ? ([OptionType] extends [T] ? unknown : WrittenAs<T>) : unknown;

/** `OptionType`: a name, a list or a record of them. */
type WrittenAs<T> = T extends keyof typeof OPTION_TYPES
  ? ValueInput<(typeof OPTION_TYPES)[T]>
  : T extends readonly (infer U)[]
    ? OneOrMore<WrittenAs<U>>
    : T extends object
      ? { readonly [K in keyof T]: WrittenAs<T[K]> }
      : unknown;
