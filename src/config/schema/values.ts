import * as z from "zod";
import { formatIpv4, type Ipv4, parseIpv4 } from "../../net/ipv4.ts";
import { parseMac } from "../../net/mac.ts";
import { formatIpv4Prefix, parseIpv4Prefix, prefixAround, rangeOfPrefix } from "../../net/prefix.ts";
import { type AddressRange, parseAddressRange } from "../../net/range.ts";
import { INFINITE, parseDuration } from "../text/duration.ts";
import { describeValue, expected } from "../text/expected.ts";
import { parseIdentifier } from "../text/identifier.ts";

/* The single values of a file: addresses, ranges, durations, names. */

/** Why a value of the right type is not accepted. */
export class Refusal {
  readonly message: string;
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    this.message = message;
    this.hint = hint;
  }
}

/**
 * Runs `parse` on a value of the right type; undefined and Refusal become a problem at the value.
 */
export function parsed<In extends z.ZodType<string | number>, Out>(
  schema: In,
  what: string,
  parse: (value: z.output<In>) => Out | Refusal | undefined,
) {
  return schema.transform((value, context): Out => {
    const result = parse(value);
    const refusal = result instanceof Refusal ? result : undefined;
    if (result !== undefined && !(result instanceof Refusal)) return result;
    const message = refusal?.message ?? `expected ${what}, got ${describeValue(value)}`;
    context.issues.push({ code: "custom", input: value, message, params: { hint: refusal?.hint } });
    return z.NEVER;
  });
}

export function text<Out>(what: string, parse: (value: string) => Out | Refusal | undefined) {
  return parsed(z.string({ error: expected(what) }), what, parse);
}

export function list<Item extends z.ZodType>(item: Item, what: string) {
  return z.array(item, { error: expected(`a list of ${what}`) });
}

export const flag = z.boolean({ error: expected("true or false") });

const AN_ADDRESS = "an IPv4 address such as 192.168.5.1";
export const address = text(AN_ADDRESS, parseIpv4);

export const hostAddress = text(AN_ADDRESS, readHostAddress);

export function readHostAddress(value: string): Ipv4 | Refusal | undefined {
  const result = parseIpv4(value);
  if (result === undefined || (result >= FIRST_HOST && result <= LAST_HOST)) return result;
  return new Refusal(`${value} is not the address of a host`);
}

/** Unicast addresses: not in 0.0.0.0/8, not multicast, reserved or broadcast. */
export const FIRST_HOST: Ipv4 = 0x01000000;
export const LAST_HOST: Ipv4 = 0xdfffffff;

export const A_RANGE = "a range of addresses such as 192.168.5.2-192.168.5.250";

export function readRange(value: string): AddressRange | Refusal | undefined {
  const [start, end] = value.split("-").map((part) => parseIpv4(part.trim()));
  if (start !== undefined && end !== undefined && start > end) {
    return new Refusal(`the range ends (${formatIpv4(end)}) before it starts (${formatIpv4(start)})`, "swap the two addresses");
  }
  return parseAddressRange(value);
}

export const A_PREFIX = "a prefix such as 192.168.5.128/25";

export function readPrefix(value: string): AddressRange | Refusal | undefined {
  const prefix = parseIpv4Prefix(value);
  return prefix === undefined ? hostBitsSet(value) : rangeOfPrefix(prefix);
}

/** A complaint about 192.168.5.1/24; undefined when the text is not even that. */
export function hostBitsSet(value: string): Refusal | undefined {
  const around = prefixAround(value);
  if (around === undefined) return undefined;
  const hint = `the prefix that holds this address is ${formatIpv4Prefix(around)}`;
  return new Refusal(`${value} has bits set behind the first ${around.length}`, hint);
}

const AN_EXCEPTION = "an address, a range such as 10.0.0.5-10.0.0.9 or a prefix such as 10.0.0.16/28";

export const exception = text(AN_EXCEPTION, (value): AddressRange | Refusal | undefined => {
  if (value.includes("/")) return readPrefix(value);
  if (value.includes("-")) return readRange(value);
  const single = parseIpv4(value);
  return single === undefined ? undefined : { start: single, end: single };
});

export const A_DURATION = 'a duration: seconds, or text such as "90s", "30m", "12h", "1d", "2w" or "infinite"';
const aDuration = { error: expected(A_DURATION) };
export const durationInput = z
  .union([z.int().min(0, aDuration).max(INFINITE, aDuration), z.string()], aDuration)
  .meta({ id: "Duration", description: 'Seconds, or text with a unit: "90s", "30m", "12h", "1d", "2w"; "infinite" is 0xffffffff.' });
export const duration = parsed(durationInput, A_DURATION, parseDuration);
export const positiveDuration = parsed(durationInput, A_DURATION, (value) => {
  const seconds = parseDuration(value);
  return seconds === 0 ? new Refusal("the duration must be longer than 0 seconds") : seconds;
});

/**
 * Text for a fixed field of the message: UTF-8 of at most `limit` bytes, for a NUL has to follow it
 * (RFC 2131 section 2).
 */
function fieldText(what: string, field: string, limit: number) {
  return text(what, (value): Uint8Array | Refusal => {
    const bytes = new TextEncoder().encode(value);
    if (bytes.includes(0)) return new Refusal(`${what} can't contain a NUL character`);
    if (bytes.length > limit) {
      return new Refusal(`${what} has ${bytes.length} bytes; the message's ${field} field holds ${limit}`, "make it shorter");
    }
    return bytes;
  });
}

export const serverName = fieldText("the server name", "sname", 63);
export const fileName = fieldText("the boot file name", "file", 127);

const INTERFACE_NAME = /^[^\s/@]{1,15}$/;
const AN_INTERFACE = "the name of an interface such as eth0";
export const interfaceName = text(AN_INTERFACE, (value) => {
  if (value.includes("@"))
    return new Refusal(`expected ${AN_INTERFACE}, got ${describeValue(value)}`, "name@address belongs in the top-level interfaces");
  return INTERFACE_NAME.test(value) ? value : undefined;
});

/** `name`, or `name@address` with an address that `parseAddress` reads. */
export function interfaceSpecOf<A>(parseAddress: (text: string) => A | undefined, example: string) {
  return text(`${AN_INTERFACE}, or ${example}`, (value) => {
    const at = value.indexOf("@");
    const name = at < 0 ? value : value.slice(0, at);
    if (!INTERFACE_NAME.test(name)) return undefined;
    const own = at < 0 ? undefined : parseAddress(value.slice(at + 1));
    return at >= 0 && own === undefined ? undefined : { name, address: own };
  });
}

export const interfaceSpec = interfaceSpecOf(parseIpv4, "eth0@192.168.5.1");

const AN_IDENTIFIER = "hex such as 01:52:54:00:12:34:56, or text in quotes inside the string";

export const identifier = text(AN_IDENTIFIER, (value) => {
  const result = parseIdentifier(value);
  if (result !== undefined) return result;
  const what = `expected ${AN_IDENTIFIER}, got ${describeValue(value)}`;
  return new Refusal(what, value === "" ? undefined : `for the text write "'${value.slice(0, 40)}'"`);
});

/** A hardware address of either protocol. */
export const hardwareAddress = text("a hardware address such as 52:54:00:12:34:56", parseMac);

const HOSTNAME = /^(?!.{254})[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/i;
export const hostname = text("a host name: letters, digits and hyphens, labels of at most 63, such as printer", (value) => {
  // The dot that ends a name in DNS is none of its characters.
  const name = value.endsWith(".") ? value.slice(0, -1) : value;
  return HOSTNAME.test(name) ? name : undefined;
});
