import type { ClientClass, ConfiguredOption, LeaseTime, OptionSet } from "../../config/model/common.ts";
import type { BootFields, Network, Range, Reservation } from "../../config/model/dhcp4.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import type { Option } from "../../wire/dhcp4/message.ts";
import { classLeaseTime, withClassOptions } from "../common/classes.ts";
import { classBoot } from "./classify.ts";
import type { PrefixOptions } from "./decider.ts";
import type { Exchange } from "./exchange.ts";
import { networkOnLink, rangeAround } from "./subnet.ts";

/**
 * What applies to a client with a certain address. The closest wins: reservation, range,
 * network, classes, top level.
 */
export interface Settings {
  /**
   * Tells settings apart that are the same object for every client that has them;
   * 0: these are one client's.
   */
  readonly number: number;
  /**
   * The network of the address, which on a shared link need not be the one
   * that the message came from.
   */
  readonly network: Network;
  /** Mask and broadcast address of that network. */
  readonly prefixOptions: PrefixOptions;
  readonly leaseTime: LeaseTime;
  readonly boot: BootFields;
  /** Option 12 as it follows from the host name of the reservation. */
  readonly hostname: Option | undefined;
  /** Options from the closest to the furthest place. */
  readonly options: readonly OptionSet[];
}

/**
 * The settings of an address. A reservation without address, or one whose address the client does
 * not have at the moment, is laid over those of the range that the address is in.
 */
export function settingsFor(exchange: Exchange, reservation: Reservation | undefined, address: Ipv4): Settings {
  const { decider } = exchange.context;
  const top = decider.config.options;
  const topLeaseTime = decider.classification?.leaseTime;
  const network = networkOnLink(exchange.link, address) ?? exchange.network;
  const place = rangeAround(network, address) ?? network;
  const prefixOptions = decider.prefixOptions(network);
  if (reservation !== undefined && reservation.address === address) {
    return {
      number: 0,
      network,
      prefixOptions,
      leaseTime: classLeaseTime(exchange, reservation.leaseTime ?? place.leaseTime, topLeaseTime),
      boot: classBoot(exchange, reservation.boot),
      hostname: decider.hostNameOption(reservation),
      options: withClassOptions(exchange, [reservation.options, top]),
    };
  }
  if (reservation === undefined) return settingsOfPlace(exchange, network, place);
  return {
    number: 0,
    network,
    prefixOptions,
    leaseTime: classLeaseTime(exchange, reservation.leaseTime ?? place.leaseTime, topLeaseTime),
    boot: classBoot(exchange, reservation.boot),
    hostname: decider.hostNameOption(reservation),
    options: withClassOptions(exchange, [reservation.ownOptions, place.options, top]),
  };
}

/**
 * So many memberships in classes are remembered for one place: there may be as many
 * as subsets of the classes.
 */
const MOST_MEMBERSHIPS = 16;

/**
 * The settings of clients without a reservation, the same object for all that
 * are in the same classes.
 */
function settingsOfPlace(exchange: Exchange, network: Network, place: Range | Network): Settings {
  const { members } = exchange;
  const { decider } = exchange.context;
  const known = decider.settingsOf(place);
  for (let i = 0; i < known.length; i++) {
    const one = known[i] as SettingsOfMembers;
    if (isSame(one.members, members)) return one.settings;
  }
  const settings = {
    number: decider.nextNumber(),
    network,
    prefixOptions: decider.prefixOptions(network),
    leaseTime: classLeaseTime(exchange, place.leaseTime, decider.classification?.leaseTime),
    boot: classBoot(exchange, network.boot),
    hostname: undefined,
    options: withClassOptions(exchange, [place.options, decider.config.options]),
  };
  if (known.length >= MOST_MEMBERSHIPS) known.length = 0;
  known.push({ members: members.slice(), settings });
  return settings;
}

function isSame(a: readonly ClientClass[], b: readonly ClientClass[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Settings of a place for those who are in these classes. */
export interface SettingsOfMembers {
  readonly members: readonly ClientClass[];
  readonly settings: Settings;
}

/**
 * The option that applies; undefined: none is configured, or the closest place says that
 * it is not to be inherited.
 */
export function configuredOption(settings: Settings, code: number): ConfiguredOption | undefined {
  const { options } = settings;
  for (let i = 0; i < options.length; i++) {
    const option = (options[i] as OptionSet).byCode.get(code);
    if (option !== undefined) return option.suppressed ? undefined : option;
  }
  return undefined;
}

/** Whether the closest place that speaks of the option says that it is not to be inherited. */
export function isSuppressed(settings: Settings, code: number): boolean {
  for (const set of settings.options) {
    const option = set.byCode.get(code);
    if (option !== undefined) return option.suppressed;
  }
  return false;
}
