import * as z from "zod";
import { compareBytes } from "../../../net/bytes.ts";
import { isDuid, MAX_DUID_SIZE, MIN_DUID_SIZE } from "../../../net/duid.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "../../../net/ipv6.ts";
import { formatIpv6Prefix, type Ipv6Prefix, ipv6PrefixAround, parseIpv6Prefix } from "../../../net/ipv6-prefix.ts";
import { type Ipv6Range, isHostIpv6, parseIpv6Range, rangeOfIpv6Prefix } from "../../../net/ipv6-range.ts";
import { expected } from "../../text/expected.ts";
import { identifier, interfaceSpecOf, list, Refusal, text } from "../values.ts";

/* The single values of the section `v6`: addresses, ranges, prefixes, DUIDs. */

const AN_IPV6_ADDRESS = "an IPv6 address such as 2001:db8::1";

export const hostIpv6 = text(AN_IPV6_ADDRESS, readHostIpv6);

export function readHostIpv6(value: string): Ipv6 | Refusal | undefined {
  const result = parseIpv6(value);
  if (result === undefined || isHostIpv6(result)) return result;
  return new Refusal(`${value} is not an address that a host can be given: it is multicast, link-local or reserved`);
}

function readIpv6Range(value: string): Ipv6Range | Refusal | undefined {
  const [start, end] = value.split("-").map((part) => parseIpv6(part.trim()));
  if (start !== undefined && end !== undefined && compareBytes(start, end) > 0)
    return new Refusal(`the range ends (${formatIpv6(end)}) before it starts (${formatIpv6(start)})`, "swap the two addresses");
  return parseIpv6Range(value);
}

const A_PREFIX6 = "a prefix such as 2001:db8:1::/64";

export function readIpv6Prefix(value: string): Ipv6Prefix | Refusal | undefined {
  const prefix = parseIpv6Prefix(value);
  if (prefix !== undefined) return prefix;
  const around = ipv6PrefixAround(value);
  if (around === undefined) return undefined;
  const hint = `the prefix that holds this address is ${formatIpv6Prefix(around)}`;
  return new Refusal(`${value} has bits set behind the first ${around[16]}`, hint);
}

export const ipv6Prefix = text(A_PREFIX6, readIpv6Prefix);

function readPrefixRange(value: string): Ipv6Range | Refusal | undefined {
  const prefix = readIpv6Prefix(value);
  return prefix === undefined || prefix instanceof Refusal ? prefix : rangeOfIpv6Prefix(prefix);
}

export const RANGE6_VALUES = {
  address: hostIpv6,
  range: text("a range of addresses such as 2001:db8:1::100-2001:db8:1::1ff", readIpv6Range),
  prefix: text(A_PREFIX6, readPrefixRange),
  exception: text(
    "an address, a range such as 2001:db8:1::5-2001:db8:1::9 or a prefix such as 2001:db8:1::10/124",
    (value): Ipv6Range | Refusal | undefined => {
      if (value.includes("/")) return readPrefixRange(value);
      if (value.includes("-")) return readIpv6Range(value);
      const single = parseIpv6(value);
      return single === undefined ? undefined : { start: single, end: single };
    },
  ),
};

export const interface6 = interfaceSpecOf(parseIpv6, "eth0@2001:db8:1::1");

const AN_INTERFACE_ID = "the Interface-Id of a relay, hex such as 00:0a or text in quotes inside the string, or a list of them";

/** `interface_id` of a network: one, or a list of them. */
export const interfaceIds = z
  .union([identifier.transform((one): readonly Uint8Array[] => [one]), list(identifier, "Interface-Ids")], {
    error: expected(AN_INTERFACE_ID),
  })
  .describe(
    "Values of the Interface-Id option (18) by which relays name this link: hex, or text in quotes inside the string. Default: none.",
  );

/** A DUID in hex, with or without colons. */
export const duid = identifier.transform((bytes, context): Uint8Array => {
  if (isDuid(bytes)) return bytes;
  const message = `a DUID has ${MIN_DUID_SIZE} to ${MAX_DUID_SIZE} bytes, this one has ${bytes.length}`;
  context.issues.push({
    code: "custom",
    input: bytes,
    message,
    params: { hint: "give it whole, with the two bytes of its type in front" },
  });
  return z.NEVER;
});

/** A number of bits. */
export const prefixBits = z
  .int({ error: expected("a number of bits from 1 to 128") })
  .min(1, "a delegated prefix has 1 to 128 bits")
  .max(128, "a delegated prefix has 1 to 128 bits");
