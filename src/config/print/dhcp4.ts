import { equalBytes } from "../../net/bytes.ts";
import { formatIpv4, type Ipv4 } from "../../net/ipv4.ts";
import { formatMac } from "../../net/mac.ts";
import { formatAddressRange } from "../../net/range.ts";
import { MATCH_KEYS } from "../build/dhcp4/reservations.ts";
import type { Config } from "../model/config.ts";
import type { BootFields, Dhcp4Classification, Link, Network, Range, Reservation, ReservationMatch } from "../model/dhcp4.ts";
import type { OptionDictionary } from "../options/dictionary.ts";
import { VSS_NAME } from "../schema/vss.ts";
import { formatDuration } from "../text/duration.ts";
import { formatIdentifier } from "../text/identifier.ts";
import {
  nonEmpty,
  optionName,
  type Plain,
  printClass,
  printGiven,
  printGuard,
  printLeaseTime,
  printLimits,
  printMatched,
  printOptions,
  sameOrValue,
} from "./plain.ts";

/** A configuration, and the names of its options. */
interface Printed extends Config {
  readonly dictionary: OptionDictionary;
}

/** The parts of a file that are of DHCPv4. */
export interface Dhcp4Parts {
  readonly sockets: Plain;
  readonly settings: Plain;
  /** What places inside inherit. */
  readonly top: Plain | undefined;
  readonly options: Plain | undefined;
  /** `client_classes: {v4}` */
  readonly classes: readonly Plain[] | undefined;
  readonly shared: Plain;
  readonly networks: Plain;
}

export function printDhcp4(config: Printed): Dhcp4Parts {
  const classification = classSettings(config);
  return {
    sockets: {
      interfaces: nonEmpty(config.interfaces.map(({ name, address }) => (address === undefined ? name : `${name}@${formatIpv4(address)}`))),
      chaddr_only: config.chaddrOnly,
    },
    settings: {
      bootp_enable: config.bootp === config.dynamicBootp ? config.bootp : undefined,
      rapid_commit: config.rapidCommit,
      subnet_selection: config.subnetSelection,
    },
    // With classes, what is inherited from the top level can't be told as the network's.
    top: classification && { ...printBoot(classification.boot, undefined), config: printLeaseTime(classification.leaseTime, undefined) },
    options: printOptions(config.options, config),
    classes: classification?.classes.map((one) => ({
      ...printClass(one, config),
      next_server: printAddress(one.nextServer),
      server_name: one.serverName && new TextDecoder().decode(one.serverName),
      file_name: one.fileName && new TextDecoder().decode(one.fileName),
      config: one.leaseTime && printLeaseTime(one.leaseTime, undefined),
    })),
    shared: Object.fromEntries(config.links.filter((link) => isShared(link)).map((link) => [link.name, printLink(link)])),
    networks: Object.fromEntries(config.networks.map((network) => [network.name, printNetwork(config, network)])),
  };
}

function printLink(link: Link): Plain {
  return {
    networks: link.networks.map((network) => network.name),
    interfaces: nonEmpty(link.interfaces),
    relays: nonEmpty(link.relays.map(formatIpv4)),
    vss: link.vss && printVss(link.vss),
  };
}

function printVss(vss: Uint8Array): unknown {
  const info = vss.subarray(1);
  return vss[0] === VSS_NAME ? new TextDecoder().decode(info) : { vpn_id: formatMac(info) };
}

/** A link that can't be written as a network on its own. */
function isShared(link: Link): boolean {
  return link.networks.length !== 1 || link.name !== link.networks[0]?.name;
}

function printNetwork(config: Printed, network: Network): Plain {
  const onLink = config.links[network.link];
  const link = onLink === undefined || isShared(onLink) ? undefined : onLink;
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
    classes: printGiven(reservation.classes, config),
    ...(classSettings(config) === undefined ? printBoot(reservation.boot, network.boot) : printOwnBoot(reservation.boot, config)),
    config: reservation.leaseTime && printLeaseTime(reservation.leaseTime, undefined),
    options: printOptions(reservation.ownOptions, config),
  };
}

/** What classes of the file go over; undefined when it has none. */
function classSettings({ classification }: Printed): Dhcp4Classification | undefined {
  return classification !== undefined && classification.classes.length > 0 ? classification : undefined;
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

function printMatches(matches: readonly ReservationMatch[], config: Printed): Plain {
  const { dictionary } = config;
  const values: Record<string, unknown> = {};
  const result: Record<string, unknown> = {};
  for (const match of matches) {
    if (match.kind === "chaddr") result.chaddr = formatMac(match.chaddr);
    else if (match.kind !== "option") result[MATCH_KEYS[match.kind]] = formatIdentifier(match.value);
    else values[optionName(match.code, dictionary)] = printMatched(match.code, match.value, dictionary);
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

function printAddress(address: Ipv4 | undefined): string | undefined {
  return address === undefined ? undefined : formatIpv4(address);
}
