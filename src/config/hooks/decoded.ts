import type { JsonValue, ValueType } from "../../wire/values/values.ts";

/* The form of a value that was decoded, as a type: one form for each kind, where several may be written. */

interface Forms<T> {
  readonly u8: number;
  readonly u16: number;
  readonly u32: number;
  readonly i8: number;
  readonly i16: number;
  readonly i32: number;
  readonly bool: boolean;
  readonly flag: true;
  readonly ipv4: string;
  readonly ipv6: string;
  readonly text: string;
  readonly bytes: string;
  readonly opaque: string | { readonly type: "hex"; readonly value: string };
  readonly domain: string;
  readonly domains: readonly string[];
  readonly prefix: string;
  readonly routes: readonly { readonly destination: string; readonly router: string }[];
  readonly list: T extends { readonly of: infer U } ? readonly Decoded<U>[] : JsonValue;
  readonly counted: T extends { readonly of: infer U } ? Decoded<U> : JsonValue;
  readonly record: T extends { readonly fields: readonly (infer F)[] } ? DecodedFields<F> : JsonValue;
  readonly bits: T extends { readonly fields: readonly { readonly name: infer N extends string }[] }
    ? { readonly [K in N]: number }
    : JsonValue;
  readonly tagged: T extends { readonly alternatives: readonly { readonly type: infer U }[] } ? Decoded<U> : JsonValue;
  readonly suboptions: { readonly [name: string]: JsonValue };
  readonly enterprises: { readonly [enterprise: string]: JsonValue };
  readonly fqdn: { readonly s: boolean; readonly o: boolean; readonly n: boolean; readonly name: string };
  readonly resolver: { readonly [field: string]: JsonValue };
}

type Named = { readonly name: string; readonly type: unknown };
/** The fields of a record; those that are optional may be missing. */
export type DecodedFields<F> = {
  readonly [D in F as D extends Named & { readonly optional: true } ? never : D extends Named ? D["name"] : never]: D extends Named
    ? Decoded<D["type"]>
    : never;
} & {
  readonly [D in F as D extends Named & { readonly optional: true } ? D["name"] : never]?: D extends Named ? Decoded<D["type"]> : never;
};

/** A value of this type as it is decoded; any where the table does not say which type it is. */
export type Decoded<T> = [ValueType] extends [T]
  ? JsonValue
  : T extends { readonly kind: infer K extends ValueType["kind"] }
    ? Forms<T>[K]
    : JsonValue;
