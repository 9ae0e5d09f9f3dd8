import type { ConfiguredOption, LeaseTime, OptionSet } from "../../../src/config/model/common.ts";
import type { Config } from "../../../src/config/model/config.ts";
import type { BootFields, Network, Range, Reservation, ReservationMatch } from "../../../src/config/model/dhcp4.ts";
import type { NamePolicy } from "../../../src/config/model/names.ts";
import { NO_BYTES } from "../../../src/net/bytes.ts";
import { type Ipv4, parseIpv4 } from "../../../src/net/ipv4.ts";
import { type Ipv4Prefix, parseIpv4Prefix, prefixContains, rangeOfPrefix } from "../../../src/net/prefix.ts";
import { type AddressRange, parseAddressRange, rangeContains } from "../../../src/net/range.ts";

/**
 * Configurations for tests of the engine, written down shortly. They are built here, not by the loader: the engine's tests then fail for
 * the engine's faults only.
 */
export interface ConfigSpec {
  readonly networks: Readonly<Record<string, NetworkSpec>>;
  /** Prefixes that share a link, each list one link; the others have a link of their own. */
  readonly shared?: readonly (readonly string[])[];
  readonly interfaces?: Readonly<Record<string, string>>;
  /** Type and information of the VPN of a prefix. */
  readonly vss?: Readonly<Record<string, Uint8Array>>;
  readonly options?: OptionsSpec;
  readonly chaddrOnly?: boolean;
  readonly offerHold?: number;
  readonly affinity?: number;
  readonly cacheThreshold?: number;
  readonly bootp?: boolean;
  /** Whether BOOTP clients get addresses of ranges too; default: as `bootp`. */
  readonly dynamicBootp?: boolean;
  readonly rapidCommit?: boolean;
  readonly subnetSelection?: boolean;
  /** Prefixes of those who may send a LEASEQUERY. */
  readonly leasequery?: readonly string[];
  readonly names?: NamePolicy;
}

export interface NetworkSpec {
  readonly ranges?: readonly RangeSpec[];
  readonly reservations?: readonly ReservationSpec[];
  readonly options?: OptionsSpec;
  readonly leaseTime?: Partial<LeaseTime>;
  readonly relays?: readonly string[];
  readonly serverId?: string;
  readonly authoritative?: boolean;
  readonly probationPeriod?: number;
  readonly pingTimeout?: number;
  readonly allocation?: Network["allocation"];
  readonly reservationsOnly?: boolean;
  readonly adaptiveThreshold?: number;
  readonly boot?: BootSpec;
}

export interface RangeSpec {
  readonly range: string;
  readonly except?: readonly string[];
  readonly options?: OptionsSpec;
  readonly leaseTime?: Partial<LeaseTime>;
}

export interface ReservationSpec {
  readonly address?: string;
  readonly match: readonly ReservationMatch[];
  readonly hostname?: string;
  readonly options?: OptionsSpec;
  readonly leaseTime?: Partial<LeaseTime>;
  readonly boot?: BootSpec;
}

/** By option code: the value, with `always` for one that is sent unasked; null: not inherited. */
export type OptionsSpec = Readonly<Record<number, OptionSpec>>;
export type OptionSpec = Uint8Array | null | { readonly always: Uint8Array };

export interface BootSpec {
  readonly nextServer?: string;
  readonly serverName?: string;
  readonly fileName?: string;
}

const LEASE_TIME: LeaseTime = { default: 3600, min: 600, max: 7200, renew: undefined, rebind: undefined };

export function address(text: string): Ipv4 {
  const parsed = parseIpv4(text);
  if (parsed === undefined) throw new Error(`not an address: ${text}`);
  return parsed;
}

export function prefix(text: string): Ipv4Prefix {
  const parsed = parseIpv4Prefix(text);
  if (parsed === undefined) throw new Error(`not a prefix: ${text}`);
  return parsed;
}

/** The value of an option that is a list of addresses. */
export function addresses(...texts: readonly string[]): Uint8Array {
  return Uint8Array.from(texts.flatMap((text) => text.split(".").map(Number)));
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function configOf(spec: ConfigSpec): Config {
  const names = Object.keys(spec.networks);
  const linkNames: readonly (readonly string[])[] = [
    ...(spec.shared ?? []),
    ...names.filter((name) => !spec.shared?.some((list) => list.includes(name))).map((name) => [name]),
  ];
  const ranges: Range[] = [];
  const networks = names.map((name, index) => networkOf(name, index, linkNames, spec, ranges));
  return {
    interfaces: [],
    networks,
    links: linkNames.map((members, index) => ({
      index,
      name: members.join(" and "),
      networks: members.map((name) => networks[names.indexOf(name)] as Network),
      interfaces: Object.entries(spec.interfaces ?? {}).flatMap(([name, place]) => (members.includes(place) ? [name] : [])),
      vss: spec.vss?.[members[0] as string],
      relays: members.flatMap((name) => (spec.networks[name]?.relays ?? []).map(address)),
    })),
    ranges,
    options: optionSet(spec.options ?? {}),
    chaddrOnly: spec.chaddrOnly ?? false,
    offerHold: spec.offerHold ?? 30,
    affinity: spec.affinity ?? 86_400,
    limits: [],
    cacheThreshold: spec.cacheThreshold ?? 0,
    bootp: spec.bootp ?? true,
    dynamicBootp: spec.dynamicBootp ?? spec.bootp ?? true,
    rapidCommit: spec.rapidCommit ?? false,
    subnetSelection: spec.subnetSelection ?? true,
    ...(spec.leasequery === undefined ? {} : { leasequery: { requesters: spec.leasequery.map(prefix) } }),
    names: spec.names,
    store: { kind: "memory" },
    log: { level: "info", format: "pretty" },
  };
}

function networkOf(name: string, index: number, links: readonly (readonly string[])[], config: ConfigSpec, all: Range[]): Network {
  const spec = config.networks[name] as NetworkSpec;
  const own = prefix(name);
  const leaseTime = { ...LEASE_TIME, ...spec.leaseTime };
  const options = optionSet(spec.options ?? {});
  const reserved = (spec.reservations ?? []).flatMap((reservation) =>
    reservation.address === undefined ? [] : address(reservation.address),
  );
  const ends = rangeOfPrefix(own);
  const ranges = (spec.ranges ?? []).map((rangeSpec): Range => {
    const bounds = rangeFrom(rangeSpec.range);
    const single = [...reserved, ...(own.length < 31 ? [ends.start, ends.end] : [])].map((one) => ({ start: one, end: one }));
    const range = {
      ...bounds,
      index: all.length,
      network: index,
      excluded: merged([...single, ...(rangeSpec.except ?? []).map(rangeFrom)].filter((one) => rangeContains(bounds, one.start))),
      leaseTime: rangeSpec.leaseTime === undefined ? leaseTime : { ...leaseTime, ...rangeSpec.leaseTime },
      options: over(options, rangeSpec.options ?? {}),
    };
    all.push(range);
    return range;
  });
  const boot = bootOf(spec.boot ?? {}, { nextServer: 0, serverName: NO_BYTES, fileName: NO_BYTES });
  return {
    index,
    name,
    prefix: own,
    link: links.findIndex((members) => members.includes(name)),
    ranges,
    reservations: nonEmpty(
      (spec.reservations ?? []).map((reservation): Reservation => {
        const at = reservation.address === undefined ? undefined : address(reservation.address);
        if (at !== undefined && !prefixContains(own, at)) throw new Error(`${reservation.address} is not in ${name}`);
        const outer = ranges.find((range) => at !== undefined && rangeContains(range, at));
        return {
          name: reservation.hostname ?? "host",
          match: reservation.match,
          address: at,
          hostname: reservation.hostname,
          boot: bootOf(reservation.boot ?? {}, boot),
          leaseTime: reservation.leaseTime && { ...leaseTime, ...reservation.leaseTime },
          options: over(outer?.options ?? options, reservation.options ?? {}),
          ownOptions: optionSet(reservation.options ?? {}),
        };
      }),
    ),
    serverId: spec.serverId === undefined ? undefined : address(spec.serverId),
    authoritative: spec.authoritative ?? true,
    probationPeriod: spec.probationPeriod ?? 900,
    pingTimeout: spec.pingTimeout,
    allocation: spec.allocation ?? "sequential",
    reservationsOnly: spec.reservationsOnly ?? false,
    adaptiveThreshold: spec.adaptiveThreshold,
    limits: [],
    boot,
    leaseTime,
    options,
  };
}

function rangeFrom(text: string): AddressRange {
  const range = text.includes("-") ? parseAddressRange(text) : { start: address(text), end: address(text) };
  if (range === undefined) throw new Error(`not a range: ${text}`);
  return range;
}

function merged(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const result: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || range.start > last.end + 1) result.push(range);
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return result;
}

function bootOf(spec: BootSpec, outer: BootFields): BootFields {
  return {
    nextServer: spec.nextServer === undefined ? outer.nextServer : address(spec.nextServer),
    serverName: spec.serverName === undefined ? outer.serverName : text(spec.serverName),
    fileName: spec.fileName === undefined ? outer.fileName : text(spec.fileName),
  };
}

function optionSet(spec: OptionsSpec): OptionSet {
  return over({ byCode: new Map(), always: [] }, spec);
}

function over(outer: OptionSet, spec: OptionsSpec): OptionSet {
  const byCode = new Map(outer.byCode);
  for (const [code, value] of Object.entries(spec)) byCode.set(Number(code), configured(Number(code), value));
  return { byCode, always: [...byCode.values()].filter((option) => option.always).sort((a, b) => a.code - b.code) };
}

function configured(code: number, value: OptionSpec): ConfiguredOption {
  if (value === null) return { code, data: NO_BYTES, always: false, suppressed: true };
  return value instanceof Uint8Array
    ? { code, data: value, always: false, suppressed: false }
    : { code, data: value.always, always: true, suppressed: false };
}

function nonEmpty<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.length === 0 ? [] : [list];
}
