import type { Path } from "../text/diagnostic.ts";

/*
 * Keys of the format that this version does not act on, and keys of the one protocol where the
 * other one is configured. They are refused rather than ignored: a configuration means the same
 * thing to everybody who reads it.
 */

/** Whether `key` in the map at `path` belongs to the format but not to this version. */
export function isUnsupported(path: Path, key: string): boolean {
  return path.length === 1 && path[0] === "store" && key === "postgres";
}

/** What to do about a key that belongs to the format but not to this version. */
export const WHY_UNSUPPORTED = "remove it; leaving it in without effect would mislead";

/** What is wrong with a key, and what to do about it. */
export type KeyProblem = readonly [message: string, hint: string];

/** Keys of DHCPv4 that have another one in DHCPv6. */
const INSTEAD: Readonly<Record<string, string>> = {
  next_server: "clients of DHCPv6 get a URL: options: {bootfile_url: ...}",
  file_name: "clients of DHCPv6 get a URL: options: {bootfile_url: ...}",
  server_name: "clients of DHCPv6 get a URL: options: {bootfile_url: ...}",
  server_id: "the server has one DUID: server_id in the section v6",
  ip: "write addresses: [2001:db8:1::5]",
  circuit_id: "relays of DHCPv6 say where a client is by interface_id",
  addresses: "write ip: 192.168.5.9",
  prefixes: "prefixes are delegated in the section v6, or in a reservation of the top level",
  interface_id: "relays of DHCPv4 say where a client is by circuit_id",
  preferred_time: "write it in the section v6: config: {preferred_time: ...}",
  prefix_pools: "prefixes are delegated in the section v6",
};

/** Keys of the top level that hold for both protocols. */
const FOR_BOTH: ReadonlySet<string> = new Set([
  "limits",
  "leasequery",
  "offer_hold",
  "affinity",
  "cache_threshold",
  "flood_protection_threshold",
  "shared_networks",
  "option_definitions",
  "client_classes",
  "ddns",
  "dns",
]);

const UNICAST: KeyProblem = [
  '"unicast" is no key: RFC 9915 removed the Server Unicast option',
  "remove it: clients send to the multicast group, and what they send to an address is dropped",
];

/**
 * What is wrong with a key that is unknown at `path`, if the other protocol knows it there:
 * `knownAt` tells the keys of a place.
 */
export function keyOfOtherProtocol(path: Path, key: string, knownAt: (path: Path) => readonly string[]): KeyProblem | undefined {
  if (path[0] === "v6" && key === "unicast") return UNICAST;
  const other = counterpart(path);
  if (other === undefined || !knownAt(other).includes(key)) return undefined;
  if (path.length === 0) return [`"${key}" is of DHCPv6`, "write it in the section v6"];
  if (path.length === 1 && FOR_BOTH.has(key)) return [`"${key}" is a key of the top level`, "it holds for both protocols there: move it"];
  const [own, theirs] = isDhcp6(path) ? ["DHCPv6", "DHCPv4"] : ["DHCPv4", "DHCPv6"];
  return [`"${key}" is of ${theirs}, and this is of ${own}`, INSTEAD[key] ?? "remove it"];
}

/** Whether what stands at a path is of DHCPv6 alone. */
export function isDhcp6([first, second]: Path): boolean {
  return first === "v6" || (first === "client_classes" && second === "v6");
}

/** Where the other protocol has what stands at a path; undefined: nowhere. */
function counterpart([first, ...rest]: Path): Path | undefined {
  if (first === "v6") return rest;
  if (first === "client_classes" && rest.length > 0) return [first, rest[0] === "v6" ? "v4" : "v6", ...rest.slice(1)];
  if (first === undefined) return ["v6"];
  return first === "networks" || first === "config" ? ["v6", first, ...rest] : undefined;
}

/** Keys of other versions of the format at the top, and what becomes of them. */
const OTHER_FORMATS: ReadonlyMap<string, string> = new Map([
  ["v4", "what is below it belongs to the top level here: move interfaces, networks and so on out of it, one step to the left"],
  [
    "backend_mode",
    "it is how servers of dora share leases; here leases are in a file: remove it, or name the file in store: {sqlite: {path: leases.db}}",
  ],
  ["nats", "it is how servers of dora share leases, which is not supported by this version: remove it"],
]);

/**
 * What to do about a key of the top level of another version of the format; undefined: it is of
 * none.
 */
export function ofOtherFormat(key: string): string | undefined {
  return OTHER_FORMATS.get(key);
}
