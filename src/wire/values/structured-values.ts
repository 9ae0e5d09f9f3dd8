/** Option values whose form a list of fields can't describe. */

import { toHex } from "../../net/bytes.ts";
import { formatIpv4, parseIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatIpv4Prefix, parseIpv4Prefix, prefixOf } from "../../net/prefix.ts";
import { parseDomainName, readDomainName, writeDomainName } from "./domain-name.ts";
import { append, parseBytes, writeInteger } from "./raw-values.ts";
import { decodeText, fail, has, mapOf, type Path, type Reader, readUnsigned, rest } from "./value-io.ts";
import type { JsonValue } from "./value-types.ts";

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

/** Bits of the flags byte of option 81 (RFC 4702 section 2.1), in the order of the JSON form. */
const FQDN_FLAGS = [
  ["s", 1],
  ["o", 2],
  ["e", 4],
  ["n", 8],
] as const;
const FQDN_FIELDS = [...FQDN_FLAGS.map(([name]) => ({ name })), { name: "rcode1" }, { name: "rcode2" }, { name: "name" }];

/**
 * Client FQDN (RFC 4702). A name in wire form ends with a dot as text when it is complete, and has
 * none when it is partial.
 */
export function writeFqdn(value: unknown, out: number[], path: Path): string | undefined {
  const map = mapOf(value, FQDN_FIELDS, path);
  if (typeof map === "string") return map;
  let flags = 0;
  for (const [name, bit] of FQDN_FLAGS) {
    const flag = map[name] ?? name === "e";
    path.push(name);
    if (typeof flag !== "boolean") return "must be true or false";
    path.pop();
    if (flag) flags |= bit;
  }
  out.push(flags);
  for (const name of ["rcode1", "rcode2"]) {
    const code = map[name] ?? 0;
    path.push(name);
    if (typeof code !== "number" || !Number.isInteger(code) || code < 0 || code > 255) return "must be a whole number from 0 to 255";
    path.pop();
    out.push(code);
  }
  path.push("name");
  if (typeof map.name !== "string") return "must be a domain name";
  if ((flags & 4) === 0) {
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

export function readFqdn(reader: Reader): JsonValue | undefined {
  if (!has(reader, 3)) return undefined;
  const flags = readUnsigned(reader, 1);
  const record: Record<string, JsonValue> = {};
  for (const [name, bit] of FQDN_FLAGS) record[name] = (flags & bit) !== 0;
  record.rcode1 = readUnsigned(reader, 1);
  record.rcode2 = readUnsigned(reader, 1);
  if ((flags & 4) === 0) {
    record.name = decodeText(rest(reader));
  } else {
    const read = readDomainName(reader.bytes, reader.at, reader.end);
    if (typeof read === "string") return fail(reader, read);
    reader.at = read.next;
    record.name = read.terminated ? `${read.name}.` : read.name;
  }
  return record;
}

/** Service parameters (RFC 9460 section 14.3.2) that have a form of their own here. */
const ALPN = 1;
const PORT = 3;
const DOHPATH = 7;
const RESOLVER_FIELDS = ["priority", "adn", "addresses", "alpn", "port", "dohpath", "params"].map((name) => ({ name }));

/**
 * Encrypted resolvers: a list of length-prefixed instances (RFC 9463 section 5.1). Without
 * addresses it is the ADN-only mode.
 */
export function writeResolvers(value: unknown, out: number[], path: Path): string | undefined {
  const resolvers = Array.isArray(value) ? value : [value];
  if (resolvers.length === 0) return "must not be an empty list";
  for (const [index, resolver] of resolvers.entries()) {
    path.push(index);
    const data: number[] = [];
    const problem = writeResolver(resolver, data, path);
    if (problem !== undefined) return problem;
    if (data.length > 65535) return "is longer than 65535 bytes";
    writeInteger(data.length, 2, out);
    append(data, out);
    path.pop();
  }
  return undefined;
}

function writeResolver(value: unknown, out: number[], path: Path): string | undefined {
  const map = mapOf(value, RESOLVER_FIELDS, path);
  if (typeof map === "string") return map;
  const { priority, adn, addresses } = map;
  path.push("priority");
  if (!isU16(priority)) return "must be a whole number from 0 to 65535";
  path[path.length - 1] = "adn";
  const labels = typeof adn === "string" ? parseDomainName(adn) : "must be a domain name";
  if (typeof labels === "string") return labels;
  const name: number[] = [];
  writeDomainName(labels, name);
  writeInteger(priority, 2, out);
  out.push(name.length);
  append(name, out);
  path.pop();

  const params = new Map<number, number[]>();
  const problem = collectParams(map, params, path);
  if (problem !== undefined) return problem;
  if (addresses === undefined && params.size === 0) return undefined;
  path.push("addresses");
  if (addresses === undefined) return "must be given together with service parameters";
  if (!Array.isArray(addresses) || addresses.length === 0 || addresses.length > 63) return "must be a list of 1 to 63 IPv4 addresses";
  out.push(4 * addresses.length);
  for (const [index, item] of addresses.entries()) {
    path.push(index);
    const address = typeof item === "string" ? parseIpv4(item) : undefined;
    if (address === undefined) return "must be an IPv4 address such as 192.168.5.1";
    writeInteger(address, 4, out);
    path.pop();
  }
  path.pop();
  for (const [key, data] of [...params].sort(([a], [b]) => a - b)) {
    writeInteger(key, 2, out);
    writeInteger(data.length, 2, out);
    append(data, out);
  }
  return undefined;
}

function isU16(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 65535;
}

function collectParams(map: Readonly<Record<string, unknown>>, params: Map<number, number[]>, path: Path): string | undefined {
  const { alpn, port, dohpath, params: others } = map;
  if (alpn !== undefined) {
    path.push("alpn");
    const data: number[] = [];
    if (!Array.isArray(alpn) || alpn.length === 0) return "must be a list of protocol names such as dot, doq or h2";
    for (const [index, protocol] of alpn.entries()) {
      path.push(index);
      const bytes = typeof protocol === "string" ? new TextEncoder().encode(protocol) : [];
      if (bytes.length === 0 || bytes.length > 255) return "must be the name of a protocol";
      data.push(bytes.length, ...bytes);
      path.pop();
    }
    params.set(ALPN, data);
    path.pop();
  }
  if (port !== undefined) {
    path.push("port");
    if (!isU16(port)) return "must be a whole number from 0 to 65535";
    params.set(PORT, [port >>> 8, port & 255]);
    path.pop();
  }
  if (dohpath !== undefined) {
    path.push("dohpath");
    if (typeof dohpath !== "string") return "must be a URI template such as /dns-query{?dns}";
    params.set(DOHPATH, [...new TextEncoder().encode(dohpath)]);
    path.pop();
  }
  if (others === undefined) return undefined;
  path.push("params");
  if (typeof others !== "object" || others === null || Array.isArray(others)) return "must be a map of key number to hex digits";
  for (const [key, item] of Object.entries(others)) {
    path.push(key);
    if (!/^\d{1,5}$/.test(key) || Number(key) > 65535) return "must be the number of a service parameter";
    if (params.has(Number(key))) return "is given a second time";
    const bytes = typeof item === "string" ? parseBytes(item) : undefined;
    if (bytes === undefined || bytes.length > 65535) return "must be hex digits in pairs";
    params.set(Number(key), [...bytes]);
    path.pop();
  }
  path.pop();
  return undefined;
}

export function readResolvers(reader: Reader): JsonValue | undefined {
  const resolvers: JsonValue[] = [];
  while (reader.at < reader.end) {
    if (!has(reader, 2)) return undefined;
    const length = readUnsigned(reader, 2);
    if (!has(reader, length)) return undefined;
    const part: Reader = { bytes: rest(reader, length), at: 0, end: length, problem: "" };
    const resolver = readResolver(part);
    if (resolver === undefined) return fail(reader, part.problem);
    resolvers.push(resolver);
  }
  return resolvers.length === 0 ? fail(reader, "is empty") : resolvers;
}

function readResolver(reader: Reader): JsonValue | undefined {
  if (!has(reader, 3)) return undefined;
  const record: Record<string, JsonValue> = { priority: readUnsigned(reader, 2) };
  const nameLength = readUnsigned(reader, 1);
  if (!has(reader, nameLength)) return undefined;
  const name = readDomainName(rest(reader, nameLength), 0, nameLength);
  if (typeof name === "string") return fail(reader, name);
  if (!name.terminated || name.next !== nameLength)
    return fail(reader, "the authentication domain name does not have its announced length");
  record.adn = name.name;
  if (reader.at === reader.end) return record;

  const size = readUnsigned(reader, 1);
  if (size === 0 || size % 4 !== 0) return fail(reader, `${size} bytes are not a list of IPv4 addresses`);
  if (!has(reader, size)) return undefined;
  const addresses = rest(reader, size);
  record.addresses = Array.from({ length: size / 4 }, (_, i) => formatIpv4(readIpv4(addresses, 4 * i)));

  const others: Record<string, JsonValue> = {};
  let last = -1;
  while (reader.at < reader.end) {
    if (!has(reader, 4)) return undefined;
    const key = readUnsigned(reader, 2);
    const length = readUnsigned(reader, 2);
    if (key <= last) return fail(reader, "service parameters are not in the order of their keys");
    last = key;
    if (!has(reader, length)) return undefined;
    const data = rest(reader, length);
    const protocols = key === ALPN ? splitProtocols(data) : undefined;
    if (protocols !== undefined) record.alpn = protocols;
    else if (key === PORT && length === 2) record.port = ((data[0] as number) << 8) | (data[1] as number);
    else if (key === DOHPATH) record.dohpath = decodeText(data);
    else others[String(key)] = toHex(data);
  }
  if (Object.keys(others).length > 0) record.params = others;
  return record;
}

/** Length-prefixed names; undefined when they don't fill the data exactly. */
function splitProtocols(data: Uint8Array): string[] | undefined {
  const names: string[] = [];
  let at = 0;
  while (at < data.length) {
    const next = at + 1 + (data[at] as number);
    if (next > data.length || next === at + 1) return undefined;
    names.push(decodeText(data.subarray(at + 1, next)));
    at = next;
  }
  return names.length === 0 ? undefined : names;
}
