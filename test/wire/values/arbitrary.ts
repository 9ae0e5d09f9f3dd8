/** Values of options for the tests of the codec. */

import fc from "fast-check";
import { toHex } from "../../../src/net/bytes.ts";
import { formatIpv4 } from "../../../src/net/ipv4.ts";
import { formatIpv6 } from "../../../src/net/ipv6.ts";
import { formatIpv6Prefix, ipv6Prefix } from "../../../src/net/ipv6-prefix.ts";
import { formatIpv4Prefix, prefixOf } from "../../../src/net/prefix.ts";
import { INTEGERS } from "../../../src/wire/values/raw-values.ts";
import type { Field, JsonValue, SubOptionDefinition, ValueType } from "../../../src/wire/values/values.ts";

/** Any value of a type, in the form that decoding gives. */
export function anyValue(type: ValueType): fc.Arbitrary<JsonValue> {
  // Through JSON: no objects without prototype, no negative zero.
  return anyRawValue(type).map((value) => JSON.parse(JSON.stringify(value)));
}

function anyRawValue(type: ValueType): fc.Arbitrary<JsonValue> {
  const ipv4 = fc.integer({ min: 0, max: 0xffffffff }).map(formatIpv4);
  const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatIpv6);
  const ipv4Prefix = fc
    .tuple(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 32 }))
    .map(([address, length]) => formatIpv4Prefix(prefixOf(address, length)));
  const ipv6Prefixes = fc
    .tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 0, max: 128 }))
    .map(([address, length]) => formatIpv6Prefix(ipv6Prefix(address, length)));
  const hex = (min: number, max: number): fc.Arbitrary<string> => fc.uint8Array({ minLength: min, maxLength: max }).map(toHex);
  const text = (min: number): fc.Arbitrary<string> =>
    fc.string({ unit: "grapheme", minLength: min, maxLength: 12 }).filter((value) => !value.endsWith("\0"));
  const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
  const domain = fc.array(label, { maxLength: 5 }).map((labels) => labels.join("."));
  switch (type.kind) {
    case "bool":
      return fc.boolean();
    case "flag":
      return fc.constant(true);
    case "ipv4":
      return ipv4;
    case "ipv6":
      return ipv6;
    case "text":
      return type.size === undefined ? text(type.min ?? 1) : fc.stringMatching(new RegExp(`^[A-Z]{${type.size}}$`));
    case "bytes":
      return hex(type.size ?? type.min ?? 0, type.size ?? 20);
    case "opaque":
      return fc.oneof(
        fc.stringMatching(/^[ -~]{0,12}$/),
        hex(0, 8).map((value) => ({ type: "hex", value: `00${value}` })),
      );
    case "domain":
      return domain;
    case "domains":
      return fc.array(domain, { minLength: 1, maxLength: 5 });
    case "list": {
      const multiple = type.multiple ?? 1;
      return fc
        .array(anyValue(type.of), { minLength: type.min ?? 1, maxLength: 6 })
        .map((items) => items.slice(0, items.length - (items.length % multiple)))
        .filter((items) => items.length >= (type.min ?? 1));
    }
    case "record":
      return anyRecord(type.fields);
    case "counted":
      return anyValue(type.of);
    case "bits":
      return fc.record(
        Object.fromEntries(
          type.fields.map(({ name, bits, fraction }) => [
            name,
            fraction === undefined
              ? fc.integer({ min: 0, max: 2 ** bits - 1 })
              : fc.maxSafeInteger().map((value) => ((((value % 2 ** bits) + 2 ** bits) % 2 ** bits) - 2 ** (bits - 1)) / 2 ** fraction),
          ]),
        ),
      );
    case "tagged":
      return fc.oneof(...type.alternatives.map((alternative) => anyValue(alternative.type)));
    case "suboptions":
      return anySubOptions(type.definitions, type.padded === true, type.size === 2 ? 0xffff : 0xff);
    case "enterprises":
      return fc.dictionary(
        fc.integer({ min: 0, max: 0xffffffff }).map(String),
        anyValue(type.of).filter((value) => JSON.stringify(value).length < 200),
        type.size === 0 ? { minKeys: 1, maxKeys: 1 } : { maxKeys: 3 },
      );
    case "routes":
      return fc.array(
        fc.record({
          destination: ipv4Prefix,
          router: ipv4,
        }),
        { minLength: 1, maxLength: 5 },
      );
    case "fqdn":
      if (type.rfc === 4704) {
        const partial = fc.record({ s: fc.boolean(), o: fc.boolean(), n: fc.boolean(), name: domain });
        return fc.tuple(partial, fc.boolean()).map(([value, complete]) => (complete ? { ...value, name: `${value.name}.` } : value));
      }
      return fc
        .record({
          s: fc.boolean(),
          o: fc.boolean(),
          e: fc.boolean(),
          n: fc.boolean(),
          rcode1: fc.nat(255),
          rcode2: fc.nat(255),
          name: domain,
          complete: fc.boolean(),
        })
        .map(({ complete, name, ...rest }) => ({ ...rest, name: complete && rest.e ? `${name}.` : name }));
    case "prefix":
      return type.address === "ipv4" ? ipv4Prefix : ipv6Prefixes;
    case "resolver": {
      const address = type.address === "ipv4" ? ipv4 : ipv6;
      return fc.oneof(
        fc.record({ priority: fc.nat(65535), adn: domain }),
        fc.record(
          {
            priority: fc.nat(65535),
            adn: domain,
            addresses: fc.array(address, { minLength: 1, maxLength: 4 }),
            alpn: fc.array(fc.stringMatching(/^[a-z0-9]{1,5}$/), { minLength: 1, maxLength: 3 }),
            port: fc.nat(65535),
            dohpath: text(1),
            params: fc.dictionary(fc.integer({ min: 8, max: 65535 }).map(String), hex(0, 5), { minKeys: 1, maxKeys: 3 }),
          },
          { requiredKeys: ["priority", "adn", "addresses"] },
        ),
      );
    }
    default: {
      const { min, max } = INTEGERS[type.kind];
      return fc.integer({ min: type.min ?? min, max: type.max ?? max });
    }
  }
}

/** Optional fields are left out from one of them on. */
function anyRecord(fields: readonly Field[]): fc.Arbitrary<JsonValue> {
  const required = fields.findIndex((field) => field.optional === true);
  return fc
    .integer({ min: required < 0 ? fields.length : required, max: fields.length })
    .chain((length) => fc.record(Object.fromEntries(fields.slice(0, length).map(({ name, type }) => [name, anyValue(type)]))));
}

function anySubOptions(definitions: readonly SubOptionDefinition[], padded: boolean, max: number): fc.Arbitrary<JsonValue> {
  const unknown = fc
    .integer({ min: padded ? 1 : 0, max: padded ? 254 : max })
    .filter((code) => definitions.every((known) => known.code !== code))
    .map(String);
  const raw = fc.uint8Array({ maxLength: 8 }).map((data) => ({ type: "hex", value: toHex(data) }));
  const value = ({ type, repeats }: SubOptionDefinition): fc.Arbitrary<JsonValue> =>
    repeats === true ? fc.array(anyValue(type), { minLength: 1, maxLength: 3 }) : anyValue(type);
  const known = fc.record(Object.fromEntries(definitions.map((one) => [one.name, value(one)])), { requiredKeys: [] });
  return fc.tuple(known, fc.dictionary(unknown, raw, { maxKeys: 3 })).map(([a, b]) => ({ ...a, ...b }) as JsonValue);
}
