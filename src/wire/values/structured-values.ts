/** Option values whose form a list of fields can't describe. */

import { formatIpv4, parseIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatIpv6Prefix, ipv6Prefix, parseIpv6Prefix, prefixLength } from "../../net/ipv6-prefix.ts";
import { formatIpv4Prefix, parseIpv4Prefix, prefixOf } from "../../net/prefix.ts";
import { parseDomainName, readDomainName, writeDomainName } from "./domain-name.ts";
import { append, writeInteger } from "./raw-values.ts";
import { decodeText, fail, has, mapOf, type Path, type Reader, readUnsigned, rest } from "./value-io.ts";
import type { JsonValue, ValueType } from "./value-types.ts";

const ROUTE_FIELDS = [{ name: "destination" }, { name: "router" }];

/**
 * Classless static routes: the prefix length, as many bytes of the destination as it needs, the
 * router (RFC 3442).
 */
export function writeRoutes(value: unknown, out: number[], path: Path): string | undefined {
  const routes = Array.isArray(value) ? value : [value];
  if (routes.length === 0) return "must not be an empty list";
  for (const [index, route] of routes.entries()) {
    path.push(index);
    const map = mapOf(route, ROUTE_FIELDS, path);
    if (typeof map === "string") return map;
    path.push("destination");
    const destination = typeof map.destination === "string" ? parseIpv4Prefix(map.destination) : undefined;
    if (destination === undefined) return "must be a prefix such as 10.0.0.0/8, without bits behind its length";
    path[path.length - 1] = "router";
    const router = typeof map.router === "string" ? parseIpv4(map.router) : undefined;
    if (router === undefined) return "must be an IPv4 address such as 192.168.5.1";
    out.push(destination.length);
    writeInteger(destination.address >>> (32 - 8 * significantBytes(destination.length)), significantBytes(destination.length), out);
    writeInteger(router, 4, out);
    path.length -= 2;
  }
  return undefined;
}

function significantBytes(prefixLength: number): number {
  return (prefixLength + 7) >>> 3;
}

export function readRoutes(reader: Reader): JsonValue | undefined {
  const routes: JsonValue[] = [];
  while (reader.at < reader.end) {
    const length = readUnsigned(reader, 1);
    if (length > 32) return fail(reader, `${length} is not the length of a prefix`);
    const significant = significantBytes(length);
    if (!has(reader, significant + 4)) return undefined;
    const address = readUnsigned(reader, significant) * 2 ** (32 - 8 * significant);
    // Bits behind the length mean nothing (RFC 3442, "DHCP Client Behavior").
    routes.push({ destination: formatIpv4Prefix(prefixOf(address, length)), router: formatIpv4(readIpv4(rest(reader, 4), 0)) });
  }
  return routes.length === 0 ? fail(reader, "is empty") : routes;
}

export type FqdnType = Extract<ValueType, { kind: "fqdn" }>;

/**
 * The two Client FQDN options: bits of the flags (RFC 4702 section 2.1, RFC 4704 section 4.1) in
 * the order of the JSON form, and the bytes behind them.
 */
const FQDN = {
  4702: { flags: { s: 1, o: 2, e: 4, n: 8 }, codes: ["rcode1", "rcode2"] },
  4704: { flags: { s: 1, o: 2, n: 4 }, codes: [] },
} as const;

/**
 * Client FQDN. A name in wire form ends with a dot as text when it is complete, and has none when
 * it is partial.
 */
export function writeFqdn({ rfc }: FqdnType, value: unknown, out: number[], path: Path): string | undefined {
  const { flags: bits, codes } = FQDN[rfc];
  const fields = [...Object.keys(bits), ...codes, "name"].map((name) => ({ name }));
  const map = mapOf(value, fields, path);
  if (typeof map === "string") return map;
  let flags = 0;
  for (const [name, bit] of Object.entries(bits)) {
    const flag = map[name] ?? name === "e";
    path.push(name);
    if (typeof flag !== "boolean") return "must be true or false";
    path.pop();
    if (flag) flags |= bit;
  }
  out.push(flags);
  for (const name of codes) {
    const code = map[name] ?? 0;
    path.push(name);
    if (typeof code !== "number" || !Number.isInteger(code) || code < 0 || code > 255) return "must be a whole number from 0 to 255";
    path.pop();
    out.push(code);
  }
  path.push("name");
  if (typeof map.name !== "string") return "must be a domain name";
  if (rfc === 4702 && (flags & FQDN[4702].flags.e) === 0) {
    append(new TextEncoder().encode(map.name), out);
  } else if (map.name !== "") {
    const labels = parseDomainName(map.name);
    if (typeof labels === "string") return labels;
    writeDomainName(labels, out, undefined, endsWithDot(map.name));
  }
  path.pop();
  return undefined;
}

/**
 * True when the last dot ends the name: one behind an odd number of backslashes belongs to the
 * label.
 */
function endsWithDot(name: string): boolean {
  const backslashes = /(\\*)\.$/.exec(name)?.[1];
  return backslashes !== undefined && backslashes.length % 2 === 0;
}

export function readFqdn({ rfc }: FqdnType, reader: Reader): JsonValue | undefined {
  const { flags: bits, codes } = FQDN[rfc];
  if (!has(reader, 1 + codes.length)) return undefined;
  const flags = readUnsigned(reader, 1);
  const record: Record<string, JsonValue> = {};
  for (const [name, bit] of Object.entries(bits)) record[name] = (flags & bit) !== 0;
  for (const name of codes) record[name] = readUnsigned(reader, 1);
  if (rfc === 4702 && (flags & FQDN[4702].flags.e) === 0) {
    record.name = decodeText(rest(reader));
  } else {
    const read = readDomainName(reader.bytes, reader.at, reader.end);
    if (typeof read === "string") return fail(reader, read);
    reader.at = read.next;
    record.name = read.terminated ? `${read.name}.` : read.name;
  }
  return record;
}

export type PrefixType = Extract<ValueType, { kind: "prefix" }>;

/** A prefix: its length in bits, then as many bytes as it needs, or all that an address has. */
export function writePrefix({ address, whole }: PrefixType, value: unknown, out: number[]): string | undefined {
  if (address === "ipv4") {
    const prefix = typeof value === "string" ? parseIpv4Prefix(value) : undefined;
    if (prefix === undefined) return "must be a prefix such as 10.0.0.0/8, without bits behind its length";
    out.push(prefix.length);
    const size = whole === true ? 4 : significantBytes(prefix.length);
    writeInteger(prefix.address >>> (32 - 8 * size), size, out);
    return undefined;
  }
  const prefix = typeof value === "string" ? parseIpv6Prefix(value) : undefined;
  if (prefix === undefined) return "must be a prefix such as 2001:db8::/32, without bits behind its length";
  const length = prefixLength(prefix);
  out.push(length);
  return append(prefix.subarray(0, whole === true ? 16 : significantBytes(length)), out);
}

/** Bits behind the length mean nothing. */
export function readPrefix({ address, whole }: PrefixType, reader: Reader): JsonValue | undefined {
  if (!has(reader, 1)) return undefined;
  const length = readUnsigned(reader, 1);
  const all = address === "ipv4" ? 4 : 16;
  if (length > 8 * all) return fail(reader, `${length} is not the length of a prefix`);
  const size = whole === true ? all : significantBytes(length);
  if (!has(reader, size)) return undefined;
  if (address === "ipv4") return formatIpv4Prefix(prefixOf(readUnsigned(reader, size) * 2 ** (32 - 8 * size), length));
  const bytes = new Uint8Array(16);
  bytes.set(rest(reader, size));
  return formatIpv6Prefix(ipv6Prefix(bytes, length));
}
