import type { ConfiguredOption, Limit, OptionSet } from "../../../../src/config/model/common.ts";
import type {
  Dhcp6Config,
  Lifetimes,
  Link,
  Network,
  PrefixPool,
  Range,
  Reservation,
  ReservationMatch,
} from "../../../../src/config/model/dhcp6.ts";
import { NO_BYTES } from "../../../../src/net/bytes.ts";
import { parseIpv6 } from "../../../../src/net/ipv6.ts";
import { ipv6Prefix, ipv6PrefixContains, parseIpv6Prefix } from "../../../../src/net/ipv6-prefix.ts";

/*
 * Configurations of DHCPv6 for tests of the engine, written down shortly. They are built here, not
 * by the loader: the engine's tests then fail for the engine's faults only.
 */

export interface ConfigSpec {
  readonly networks: Readonly<Record<string, NetworkSpec>>;
  /** Prefixes that share a link, each list one link; the others have a link of their own. */
  readonly shared?: readonly (readonly string[])[];
  readonly options?: OptionsSpec;
  readonly more?: Partial<Dhcp6Config>;
}

export interface NetworkSpec
  extends Partial<Pick<Network, "authoritative" | "pingTimeout" | "allocation" | "reservationsOnly" | "rapidCommit">> {
  /** "first last". */
  readonly ranges?: readonly (string | RangeSpec)[];
  /** "prefix length": prefixes of this length in that one. */
  readonly prefixPools?: readonly (string | PrefixPoolSpec)[];
  readonly reservations?: readonly ReservationSpec[];
  readonly options?: OptionsSpec;
  readonly leaseTime?: Partial<Lifetimes>;
  readonly adaptiveThreshold?: number;
  readonly interfaces?: readonly string[];
  readonly relays?: readonly string[];
  readonly interfaceIds?: readonly string[];
  readonly limits?: readonly Limit[];
}

export interface RangeSpec {
  readonly range: string;
  readonly options?: OptionsSpec;
  readonly leaseTime?: Partial<Lifetimes>;
}

export interface PrefixPoolSpec {
  readonly pool: string;
  readonly excluded?: string;
  readonly options?: OptionsSpec;
}

export interface ReservationSpec {
  readonly match: readonly ReservationMatch[];
  readonly addresses?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly hostname?: string;
  readonly options?: OptionsSpec;
  readonly leaseTime?: Partial<Lifetimes>;
}

/** By option code: the value, with `always` for one that is sent unasked; null: not inherited. */
export type OptionsSpec = Readonly<
  Record<number, Uint8Array | null | { readonly always: Uint8Array } | { readonly several: readonly Uint8Array[] }>
>;

const LEASE_TIME: Lifetimes = { default: 4000, min: 1000, max: 8000, renew: undefined, rebind: undefined, preferred: undefined };

export function address(text: string): Uint8Array {
  const parsed = parseIpv6(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

/** `2001:db8::/32`, or an address, which is a prefix of 128 bits. */
export function prefix(text: string): Uint8Array {
  const parsed = text.includes("/") ? parseIpv6Prefix(text) : ipv6Prefix(address(text));
  if (parsed === undefined) throw new Error(`not a prefix: ${text}`);
  return parsed;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function configOf({ networks: specs, shared = [], options = {}, more = {} }: ConfigSpec): Dhcp6Config {
  const names = Object.keys(specs);
  const linkNames = [...shared, ...names.filter((name) => !shared.some((list) => list.includes(name))).map((name) => [name])];
  const pools: (Range | PrefixPool)[] = [];
  const networks = names.map((name, index) => networkOf(name, index, specs[name] as NetworkSpec, linkNames, pools));
  const links = linkNames.map((members, index): Link => {
    const own = members.map((name) => specs[name] as NetworkSpec);
    return {
      index,
      name: members.join(" and "),
      networks: members.map((name) => networks[names.indexOf(name)] as Network),
      interfaces: own.flatMap(({ interfaces = [] }) => interfaces),
      relays: own.flatMap(({ relays = [] }) => relays.map(address)),
      interfaceIds: own.flatMap(({ interfaceIds = [] }) => interfaceIds.map(text)),
    };
  });
  return {
    interfaces: [],
    serverId: {
      type: "LLT",
      identifier: undefined,
      time: undefined,
      hardwareType: undefined,
      enterpriseId: undefined,
      persist: true,
      path: undefined,
    },
    networks,
    links,
    pools,
    options: optionSet(options),
    limits: [],
    offerHold: 30,
    affinity: 86_400,
    cacheThreshold: 0,
    addressRegistration: false,
    kernelRoutes: false,
    ...more,
  };
}

function networkOf(
  name: string,
  index: number,
  spec: NetworkSpec,
  links: readonly (readonly string[])[],
  pools: (Range | PrefixPool)[],
): Network {
  const leaseTime = { ...LEASE_TIME, ...spec.leaseTime };
  const options = optionSet(spec.options ?? {});
  const reservations = (spec.reservations ?? []).map((reservation) => reservationOf(reservation, leaseTime, options));
  const reserved = reservations.flatMap(({ addresses }) => addresses);
  const reservedPrefixes = reservations.flatMap(({ prefixes }) => prefixes);
  const ranges = (spec.ranges ?? []).map((one): Range => {
    const { range, options: own = {}, leaseTime: times = {} } = typeof one === "string" ? { range: one } : one;
    const [first = "", last = first] = range.split(" ");
    const excluded = reserved.filter((at) => isBetween(at, address(first), address(last))).sort(compare);
    const made: Range = {
      kind: "addresses",
      index: pools.length,
      network: index,
      start: address(first),
      end: address(last),
      leaseTime: { ...leaseTime, ...times },
      options: over(options, own),
      excluded: excluded.map((at) => ({ start: at, end: at })),
    };
    pools.push(made);
    return made;
  });
  const prefixPools = (spec.prefixPools ?? []).map((one): PrefixPool => {
    const { pool, excluded, options: own = {} } = typeof one === "string" ? { pool: one } : one;
    const [outer = "", length = ""] = pool.split(" ");
    const made: PrefixPool = {
      kind: "prefixes",
      index: pools.length,
      network: index,
      prefix: prefix(outer),
      delegatedLength: Number(length),
      excludedPrefix: excluded === undefined ? undefined : prefix(excluded),
      leaseTime,
      options: over(options, own),
      excluded: reservedPrefixes.filter((at) => ipv6PrefixContains(prefix(outer), at)).sort(compare),
    };
    pools.push(made);
    return made;
  });
  return {
    index,
    name,
    prefix: prefix(name),
    link: links.findIndex((members) => members.includes(name)),
    ranges,
    prefixPools,
    reservations: reservations.length === 0 ? [] : [reservations],
    authoritative: spec.authoritative ?? true,
    probationPeriod: 900,
    pingTimeout: spec.pingTimeout,
    allocation: spec.allocation ?? "sequential",
    reservationsOnly: spec.reservationsOnly ?? false,
    adaptiveThreshold: spec.adaptiveThreshold,
    limits: spec.limits ?? [],
    leaseTime,
    rapidCommit: spec.rapidCommit ?? false,
    options,
  };
}

function reservationOf(spec: ReservationSpec, leaseTime: Lifetimes, outer: OptionSet): Reservation {
  return {
    name: spec.hostname ?? "host",
    match: spec.match,
    addresses: (spec.addresses ?? []).map(address),
    prefixes: (spec.prefixes ?? []).map(prefix),
    hostname: spec.hostname,
    leaseTime: spec.leaseTime && { ...leaseTime, ...spec.leaseTime },
    options: over(outer, spec.options ?? {}),
    ownOptions: optionSet(spec.options ?? {}),
  };
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}

function isBetween(at: Uint8Array, first: Uint8Array, last: Uint8Array): boolean {
  return compare(first, at) <= 0 && compare(at, last) <= 0;
}

function optionSet(spec: OptionsSpec): OptionSet {
  return over({ byCode: new Map(), always: [] }, spec);
}

function over(outer: OptionSet, spec: OptionsSpec): OptionSet {
  const byCode = new Map(outer.byCode);
  for (const [code, value] of Object.entries(spec)) byCode.set(Number(code), configured(Number(code), value));
  return { byCode, always: [...byCode.values()].filter((option) => option.always).sort((a, b) => a.code - b.code) };
}

function configured(code: number, value: OptionsSpec[number]): ConfiguredOption {
  if (value === null) return { code, data: NO_BYTES, always: false, suppressed: true };
  if (value instanceof Uint8Array) return { code, data: value, always: false, suppressed: false };
  if ("always" in value) return { code, data: value.always, always: true, suppressed: false };
  const [data = NO_BYTES, ...more] = value.several;
  return { code, data, more, always: false, suppressed: false };
}
