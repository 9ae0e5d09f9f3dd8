/** Encrypted DNS resolvers, as DHCP tells of them (RFC 9463). */

import { toHex } from "../../net/bytes.ts";
import { formatIpv4, parseIpv4, readIpv4 } from "../../net/ipv4.ts";
import { formatIpv6, parseIpv6 } from "../../net/ipv6.ts";
import { parseDomainName, readDomainName, writeDomainName } from "./domain-name.ts";
import { append, parseBytes, writeInteger } from "./raw-values.ts";
import { decodeText, fail, has, mapOf, type Path, type Reader, readUnsigned, rest } from "./value-io.ts";
import type { JsonValue, ValueType } from "./value-types.ts";

/** The addresses of each family: their size, how many fit, text and back. */
const ADDRESSES = {
  ipv4: {
    bytes: 4,
    most: 63,
    parse: (text: string): readonly number[] | undefined => {
      const address = parseIpv4(text);
      return address === undefined ? undefined : [address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255];
    },
    format: (bytes: Uint8Array): string => formatIpv4(readIpv4(bytes, 0)),
    title: { plural: "IPv4 addresses", one: "an IPv4 address such as 192.168.5.1" },
  },
  ipv6: {
    bytes: 16,
    most: 4095,
    parse: parseIpv6,
    format: formatIpv6,
    title: { plural: "IPv6 addresses", one: "an IPv6 address such as 2001:db8::1" },
  },
} as const;

/** Service parameters (RFC 9460 section 14.3.2) that have a form of their own here. */
const ALPN = 1;
const PORT = 3;
const DOHPATH = 7;
const RESOLVER_FIELDS = ["priority", "adn", "addresses", "alpn", "port", "dohpath", "params"].map((name) => ({ name }));

export type ResolverType = Extract<ValueType, { kind: "resolver" }>;

/**
 * An encrypted resolver: priority, name, addresses and service parameters, with lengths of `size`
 * bytes before name and addresses (RFC 9463 sections 4.1 and 5.1). Without addresses it is the
 * ADN-only mode.
 */
export function writeResolver({ address: kind, size }: ResolverType, value: unknown, out: number[], path: Path): string | undefined {
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
  writeInteger(name.length, size, out);
  append(name, out);
  path.pop();

  const params = new Map<number, number[]>();
  const problem = collectParams(map, params, path);
  if (problem !== undefined) return problem;
  if (addresses === undefined && params.size === 0) return undefined;
  path.push("addresses");
  if (addresses === undefined) return "must be given together with service parameters";
  const { bytes, most, parse, title } = ADDRESSES[kind];
  if (!Array.isArray(addresses) || addresses.length === 0 || addresses.length > most)
    return `must be a list of 1 to ${most} ${title.plural}`;
  writeInteger(bytes * addresses.length, size, out);
  for (const [index, item] of addresses.entries()) {
    path.push(index);
    const address = typeof item === "string" ? parse(item) : undefined;
    if (address === undefined) return `must be ${title.one}`;
    append(address, out);
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

export function readResolver({ address: kind, size: lengthSize }: ResolverType, reader: Reader): JsonValue | undefined {
  if (!has(reader, 2 + lengthSize)) return undefined;
  const record: Record<string, JsonValue> = { priority: readUnsigned(reader, 2) };
  const nameLength = readUnsigned(reader, lengthSize);
  if (!has(reader, nameLength)) return undefined;
  const name = readDomainName(rest(reader, nameLength), 0, nameLength);
  if (typeof name === "string") return fail(reader, name);
  if (!name.terminated || name.next !== nameLength)
    return fail(reader, "the authentication domain name does not have its announced length");
  record.adn = name.name;
  if (reader.at === reader.end) return record;

  if (!has(reader, lengthSize)) return undefined;
  const size = readUnsigned(reader, lengthSize);
  const { bytes, format, title } = ADDRESSES[kind];
  if (size === 0 || size % bytes !== 0) return fail(reader, `${size} bytes are not a list of ${title.plural}`);
  if (!has(reader, size)) return undefined;
  const addresses = rest(reader, size);
  record.addresses = Array.from({ length: size / bytes }, (_, i) => format(addresses.subarray(bytes * i, bytes * (i + 1))));

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
