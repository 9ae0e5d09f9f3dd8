import { toHex } from "../../net/bytes.ts";
import { formatIpv6 } from "../../net/ipv6.ts";
import { formatIpv6Prefix } from "../../net/ipv6-prefix.ts";
import { formatIpv6Range } from "../../net/ipv6-range.ts";
import { formatMac } from "../../net/mac.ts";
import { MATCH_KEYS } from "../build/dhcp6/hosts.ts";
import type {
  Dhcp6Config,
  Lifetimes,
  Link,
  Network,
  PrefixPool,
  Range,
  Reservation,
  ReservationMatch,
  ServerIdentifierSpec,
} from "../model/dhcp6.ts";
import type { OptionDictionary } from "../options/dictionary.ts";
import { formatDuration } from "../text/duration.ts";
import { formatIdentifier } from "../text/identifier.ts";
import {
  hasClasses,
  nonEmpty,
  optionName,
  type Plain,
  printClass,
  printDuration,
  printGiven,
  printGuard,
  printLeaseTime,
  printLimits,
  printMatched,
  printOptions,
  sameOrValue,
} from "./plain.ts";

/** A configuration, and the names of its options. */
interface Printed extends Dhcp6Config {
  readonly dictionary: OptionDictionary;
}

/** The parts of a file that are of DHCPv6. */
export interface Dhcp6Parts {
  /** `v6` */
  readonly section: Plain;
  /** `client_classes: {v6}` */
  readonly classes: readonly Plain[] | undefined;
  readonly shared: Plain;
}

export function printDhcp6(config: Printed): Dhcp6Parts {
  const classes = config.classification?.classes;
  return {
    section: {
      interfaces: nonEmpty(config.interfaces.map(({ name, address }) => (address === undefined ? name : `${name}@${formatIpv6(address)}`))),
      server_id: printServerId(config.serverId),
      address_registration: config.addressRegistration,
      routes: config.kernelRoutes ? "kernel" : undefined,
      // With classes, what is inherited from the section can't be told as the network's.
      config: hasClasses(config) && config.classification ? printLifetimes(config.classification.leaseTime, undefined) : undefined,
      options: printOptions(config.options, config),
      networks: Object.fromEntries(config.networks.map((network) => [network.name, printNetwork(config, network)])),
    },
    classes: nonEmpty(
      classes?.map((one) => ({ ...printClass(one, config), config: one.leaseTime && printLifetimes(one.leaseTime, undefined) })),
    ),
    shared: Object.fromEntries(
      config.links
        .filter(isShared)
        .map((link) => [link.name, { networks: link.networks.map((network) => network.name), ...printPlaces(link) }]),
    ),
  };
}

function printServerId(id: ServerIdentifierSpec): Plain {
  return {
    type: id.type,
    identifier: id.identifier && toHex(id.identifier),
    time: id.time,
    hardware_type: id.hardwareType,
    enterprise_id: id.enterpriseId,
    persist: id.persist,
    path: id.path,
  };
}

/** A link that can't be written as a network on its own. */
function isShared(link: Link): boolean {
  return link.networks.length !== 1 || link.name !== link.networks[0]?.name;
}

/** Where the clients of a link are. */
function printPlaces({ interfaces, relays, interfaceIds }: Link): Plain {
  return {
    interfaces: nonEmpty(interfaces),
    relays: nonEmpty(relays.map(formatIpv6)),
    interface_id: nonEmpty(interfaceIds.map(formatIdentifier)),
  };
}

function printNetwork(config: Printed, network: Network): Plain {
  const link = config.links[network.link];
  return {
    ...(link === undefined || isShared(link) ? {} : printPlaces(link)),
    authoritative: network.authoritative,
    probation_period: formatDuration(network.probationPeriod),
    ping_check: network.pingTimeout !== undefined,
    ping_timeout_ms: network.pingTimeout,
    allocation: network.allocation,
    reservations_only: network.reservationsOnly,
    adaptive_threshold: network.adaptiveThreshold,
    rapid_commit: network.rapidCommit,
    limits: printLimits(network.limits, config),
    ...printGuard(network.guard, config),
    config: network.leaseTime === topTime(config) ? undefined : printLifetimes(network.leaseTime, undefined),
    options: printOptions(network.options, config),
    ranges: nonEmpty(network.ranges.map((range) => printRange(range, network, config))),
    prefix_pools: nonEmpty(network.prefixPools.map((pool) => printPool(pool, network, config))),
    reservations: nonEmpty(network.reservations.flat().map((reservation) => printReservation(reservation, config))),
  };
}

/** Lifetimes that are printed at the top, for classes go over them; undefined: none are. */
function topTime(config: Printed): Lifetimes | undefined {
  return hasClasses(config) ? config.classification?.leaseTime : undefined;
}

function printRange(range: Range, network: Network, config: Printed): Plain {
  return {
    start: formatIpv6(range.start),
    end: formatIpv6(range.end),
    except: nonEmpty(
      range.excluded.map((part) => (toHex(part.start) === toHex(part.end) ? formatIpv6(part.start) : formatIpv6Range(part))),
    ),
    ...printSettings(range, network, config),
  };
}

function printPool(pool: PrefixPool, network: Network, config: Printed): Plain {
  return {
    prefix: formatIpv6Prefix(pool.prefix),
    delegated_length: pool.delegatedLength,
    excluded_prefix: pool.excludedPrefix && formatIpv6Prefix(pool.excludedPrefix),
    ...printSettings(pool, network, config),
  };
}

function printSettings(pool: Range | PrefixPool, network: Network, config: Printed): Plain {
  return {
    ...printGuard(pool.guard, config),
    config: printLifetimes(pool.leaseTime, sameOrValue(pool.leaseTime, network.leaseTime, config)),
    options: printOptions(pool.options, config, network.options),
  };
}

function printReservation(reservation: Reservation, config: Printed): Plain {
  return {
    hostname: reservation.hostname,
    addresses: nonEmpty(reservation.addresses.map(formatIpv6)),
    prefixes: nonEmpty(reservation.prefixes.map(formatIpv6Prefix)),
    match: printMatches(reservation.match, config),
    ...printGuard(reservation.guard, config),
    classes: printGiven(reservation.classes, config),
    config: reservation.leaseTime && printLifetimes(reservation.leaseTime, undefined),
    options: printOptions(reservation.ownOptions, config),
  };
}

function printMatches(matches: readonly ReservationMatch[], { dictionary }: Printed): Plain {
  const values: Record<string, unknown> = {};
  const result: Record<string, unknown> = {};
  for (const match of matches) {
    if (match.kind === "chaddr") result.chaddr = formatMac(match.chaddr);
    else if (match.kind === "duid") result.duid = formatMac(match.value);
    else if (match.kind !== "option") result[MATCH_KEYS[match.kind]] = formatIdentifier(match.value);
    else values[optionName(match.code, dictionary)] = printMatched(match.code, match.value, dictionary);
  }
  return { ...result, options: nonEmpty({ ...values }) };
}

function printLifetimes(time: Lifetimes, outer: Lifetimes | undefined): Plain | undefined {
  const differs = outer === undefined || time.preferred !== outer.preferred;
  const times = printLeaseTime(time, differs ? undefined : outer);
  return times && { ...times, preferred_time: printDuration(time.preferred) };
}
