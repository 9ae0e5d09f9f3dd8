import { stringify } from "yaml";
import { equalBytes, toHex } from "../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../net/ipv4.ts";
import { formatMac } from "../net/mac.ts";
import { formatIpv4Prefix, type Ipv4Prefix } from "../net/prefix.ts";
import { formatAddressRange } from "../net/range.ts";
import { decodeValue, encodeValue } from "../wire/values/values.ts";
import { MATCH_KEYS } from "./build/dhcp4/reservations.ts";
import type { ConfiguredOption, FloodProtection, Guard, LeaseTime, Limit, OptionSet } from "./model/common.ts";
import type { Config } from "./model/config.ts";
import type { BootFields, Dhcp4Classification, Network, Range, Reservation, ReservationMatch } from "./model/dhcp4.ts";
import { dictionariesOf } from "./options/definitions.ts";
import type { OptionDictionary } from "./options/dictionary.ts";
import { sameOption } from "./options/values.ts";
import { VSS_NAME } from "./schema/vss.ts";
import { formatDuration } from "./text/duration.ts";
import { formatIdentifier } from "./text/identifier.ts";

/** Keys that are left out when they have no value. */
type Plain = Readonly<Record<string, unknown>>;

/** A configuration, and the names of its options. */
interface Printed extends Config {
  readonly dictionary: OptionDictionary;
}

/**
 * The configuration as a YAML file that loads to the same model: defaults filled in, what is
 * inherited written where it applies, exclusions of ranges complete.
 */
export function printConfig(config: Config): string {
  return print({ ...config, dictionary: dictionariesOf(config.optionDefinitions ?? []).dhcp4 });
}

function print(config: Printed): string {
  const shared = config.links.filter((link) => isShared(config, link.index));
  const file: Plain = {
    interfaces: nonEmpty(config.interfaces.map(({ name, address }) => (address === undefined ? name : `${name}@${formatIpv4(address)}`))),
    chaddr_only: config.chaddrOnly,
    offer_hold: formatDuration(config.offerHold),
    affinity: formatDuration(config.affinity),
    cache_threshold: config.cacheThreshold,
    bootp_enable: config.bootp === config.dynamicBootp ? config.bootp : undefined,
    rapid_commit: config.rapidCommit,
    subnet_selection: config.subnetSelection,
    flood_protection_threshold: printFlood(config.floodProtection),
    leasequery: config.leasequery && { requesters: config.leasequery.requesters.map(printRequester) },
    store: config.store.kind === "memory" ? { memory: {} } : { sqlite: config.store.path === undefined ? {} : { path: config.store.path } },
    log: config.log,
    ...printClasses(config),
    limits: printLimits(config.limits, config),
    option_definitions: nonEmpty(
      Object.fromEntries((config.optionDefinitions ?? []).map(({ name, code, type, space }) => [name, { code, type, space }])),
    ),
    options: printOptions(config.options, config),
    shared_networks: nonEmpty(
      Object.fromEntries(
        shared.map((link) => [
          link.name,
          {
            networks: link.networks.map((network) => network.name),
            interfaces: nonEmpty(link.interfaces),
            relays: nonEmpty(link.relays.map(formatIpv4)),
            vss: link.vss && printVss(link.vss),
          },
        ]),
      ),
    ),
    networks: Object.fromEntries(config.networks.map((network) => [network.name, printNetwork(config, network)])),
  };
  return stringify(withoutAbsent(file), { lineWidth: 0, aliasDuplicateObjects: false });
}

function printFlood(flood: FloodProtection | undefined): Plain | undefined {
  return flood && { packets: flood.packets, secs: formatDuration(flood.seconds) };
}

function printVss(vss: Uint8Array): unknown {
  const info = vss.subarray(1);
  return vss[0] === VSS_NAME ? new TextDecoder().decode(info) : { vpn_id: formatMac(info) };
}

function printRequester(requester: Ipv4Prefix): string {
  return requester.length === 32 ? formatIpv4(requester.address) : formatIpv4Prefix(requester);
}

/** A link that can't be written as a network on its own. */
function isShared(config: Printed, index: number): boolean {
  const link = config.links[index];
  return link !== undefined && (link.networks.length !== 1 || link.name !== link.networks[0]?.name);
}

function printNetwork(config: Printed, network: Network): Plain {
  const link = isShared(config, network.link) ? undefined : config.links[network.link];
  return {
    interfaces: nonEmpty(link?.interfaces),
    relays: nonEmpty(link?.relays.map(formatIpv4)),
    vss: link?.vss && printVss(link.vss),
    server_id: printAddress(network.serverId),
    authoritative: network.authoritative,
    probation_period: formatDuration(network.probationPeriod),
    ping_check: network.pingTimeout !== undefined,
    ping_timeout_ms: network.pingTimeout,
    allocation: network.allocation,
    reservations_only: network.reservationsOnly,
    adaptive_threshold: network.adaptiveThreshold,
    limits: printLimits(network.limits, config),
    ...printGuard(network.guard, config),
    ...(classSettings(config) === undefined ? printBoot(network.boot, undefined) : printOwnBoot(network.boot, config)),
    config: network.leaseTime === classSettings(config)?.leaseTime ? undefined : printLeaseTime(network.leaseTime, undefined),
    options: printOptions(network.options, config),
    ranges: nonEmpty(network.ranges.map((range) => printRange(range, network, config))),
    reservations: nonEmpty(network.reservations.flat().map((reservation) => printReservation(reservation, network, config))),
  };
}

function printRange(range: Range, network: Network, config: Printed): Plain {
  return {
    start: formatIpv4(range.start),
    end: formatIpv4(range.end),
    except: nonEmpty(range.excluded.map((part) => (part.start === part.end ? formatIpv4(part.start) : formatAddressRange(part)))),
    ...printGuard(range.guard, config),
    config: printLeaseTime(range.leaseTime, sameOrValue(range.leaseTime, network.leaseTime, config)),
    options: printOptions(range.options, config, network.options),
  };
}

function printReservation(reservation: Reservation, network: Network, config: Printed): Plain {
  return {
    hostname: reservation.hostname,
    ip: printAddress(reservation.address),
    match: printMatches(reservation.match, config),
    ...printGuard(reservation.guard, config),
    classes: reservation.classes?.map((number) => config.classification?.classes[number]?.name),
    ...(classSettings(config) === undefined ? printBoot(reservation.boot, network.boot) : printOwnBoot(reservation.boot, config)),
    config: reservation.leaseTime && printLeaseTime(reservation.leaseTime, undefined),
    options: printOptions(reservation.ownOptions, config),
  };
}

/**
 * The classes, and the settings of the top level that theirs go over: with classes, what is
 * inherited from there can't be told as the network's.
 */
function printClasses(config: Printed): Plain {
  const classification = classSettings(config);
  if (classification === undefined) return {};
  const { classes, leaseTime, boot } = classification;
  return {
    ...printBoot(boot, undefined),
    config: printLeaseTime(leaseTime, undefined),
    client_classes: {
      v4: classes.map((one) => ({
        name: one.name,
        assert: one.assert,
        template: one.template && true,
        next_server: printAddress(one.nextServer),
        server_name: one.serverName && new TextDecoder().decode(one.serverName),
        file_name: one.fileName && new TextDecoder().decode(one.fileName),
        config: one.leaseTime && printLeaseTime(one.leaseTime, undefined),
        options: printOptions(one.options, config),
      })),
    },
  };
}

/** What classes of the file go over; undefined when it has none. */
function classSettings({ classification }: Printed): Dhcp4Classification | undefined {
  return classification !== undefined && classification.classes.length > 0 ? classification : undefined;
}

function printGuard(guard: Guard | undefined, config: Printed): Plain {
  return { class: className(guard?.allowed, config), deny_class: className(guard?.denied, config) };
}

function className(number: number | undefined, { classification }: Printed): string | undefined {
  const all = classification === undefined ? [] : [...classification.classes, ...classification.builtIns];
  return all[number ?? -1]?.name;
}

function printLimits(limits: readonly Limit[], config: Printed): readonly Plain[] | undefined {
  return nonEmpty(limits.map(({ key, max, class: number }) => ({ key, max, class: className(number, config) })));
}

/** The boot fields that are not inherited from the top level. */
function printOwnBoot({ nextServer, nextServerIsOwn, serverName, fileName }: BootFields, config: Printed): Plain {
  const boot = classSettings(config)?.boot;
  return {
    next_server: nextServerIsOwn === true ? formatIpv4(nextServer) : undefined,
    server_name: serverName === boot?.serverName ? undefined : new TextDecoder().decode(serverName),
    file_name: fileName === boot?.fileName ? undefined : new TextDecoder().decode(fileName),
  };
}

/**
 * With classes it makes a difference whether lease times are inherited or written again: what is
 * written is printed.
 */
function sameOrValue(time: LeaseTime, outer: LeaseTime, config: Printed): LeaseTime | undefined {
  return classSettings(config) === undefined || time === outer ? outer : undefined;
}

function printMatches(matches: readonly ReservationMatch[], config: Printed): Plain {
  const { dictionary } = config;
  const values: Record<string, unknown> = {};
  const result: Record<string, unknown> = {};
  for (const match of matches) {
    if (match.kind === "chaddr") result.chaddr = formatMac(match.chaddr);
    else if (match.kind !== "option") result[MATCH_KEYS[match.kind]] = formatIdentifier(match.value);
    else values[optionName(match.code, dictionary)] = printValue(match.code, match.value, dictionary);
  }
  return { ...result, options: nonEmpty({ ...values }) };
}

/** What differs from `outer`; all of it without one. */
function printBoot(boot: BootFields, outer: BootFields | undefined): Plain {
  const text = (bytes: Uint8Array, inherited: Uint8Array | undefined): string | undefined =>
    equalBytes(bytes, inherited ?? new Uint8Array(0)) ? undefined : new TextDecoder().decode(bytes);
  return {
    next_server: boot.nextServer === (outer?.nextServer ?? 0) ? undefined : formatIpv4(boot.nextServer),
    server_name: text(boot.serverName, outer?.serverName),
    file_name: text(boot.fileName, outer?.fileName),
  };
}

function printLeaseTime(time: LeaseTime, outer: LeaseTime | undefined): Plain | undefined {
  const keys = ["default", "min", "max", "renew", "rebind"] as const;
  if (outer !== undefined && keys.every((key) => time[key] === outer[key])) return undefined;
  return {
    lease_time: { default: formatDuration(time.default), min: formatDuration(time.min), max: formatDuration(time.max) },
    renew_time: time.renew === undefined ? undefined : formatDuration(time.renew),
    rebind_time: time.rebind === undefined ? undefined : formatDuration(time.rebind),
  };
}

function printOptions(options: OptionSet, config: Printed, outer?: OptionSet): Plain | undefined {
  const { dictionary } = config;
  const own = [...options.byCode.values()].filter((option) => {
    const inherited = outer?.byCode.get(option.code);
    return inherited === undefined || !sameOption(option, inherited);
  });
  own.sort((a, b) => a.code - b.code);
  return nonEmpty(Object.fromEntries(own.map((option) => [optionName(option.code, dictionary), printOption(option, dictionary)])));
}

function printOption({ code, data, always, suppressed }: ConfiguredOption, dictionary: OptionDictionary): unknown {
  if (suppressed) return { value: null };
  const value = printValue(code, data, dictionary);
  if (!always) return value;
  return isRaw(value) ? { ...value, always } : { value, always };
}

/** The value in the option's own form where that says it exactly, else as hex. */
function printValue(code: number, data: Uint8Array, dictionary: OptionDictionary): unknown {
  const definition = dictionary.byCode(code);
  if (definition !== undefined) {
    const decoded = decodeValue(definition.type, data);
    const again = decoded.ok ? encodeValue(definition.type, decoded.value) : undefined;
    if (decoded.ok && again?.ok && equalBytes(again.data, data)) return decoded.value;
  }
  return { type: "hex", value: toHex(data) };
}

function isRaw(value: unknown): value is { readonly type: string; readonly value: unknown } {
  return typeof value === "object" && value !== null && "type" in value && "value" in value;
}

function optionName(code: number, dictionary: OptionDictionary): string {
  return dictionary.byCode(code)?.name ?? String(code);
}

function printAddress(address: Ipv4 | undefined): string | undefined {
  return address === undefined ? undefined : formatIpv4(address);
}

function nonEmpty<T extends readonly unknown[] | Plain>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}

/** Without the keys whose value is undefined, at any depth. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutAbsent(item)]),
  );
}
