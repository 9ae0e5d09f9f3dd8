import type { LeaseTime } from "../../config/model/common.ts";
import type { BootFields, Network, Range, Reservation } from "../../config/model/dhcp4.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import type { Option } from "../../wire/dhcp4/message.ts";
import { classLeaseTime, withClassOptions } from "../common/classes.ts";
import { keepSettings, knownSettings, type OptionSettings } from "../common/settings.ts";
import { classBoot } from "./classify.ts";
import type { PrefixOptions } from "./decider.ts";
import type { Exchange } from "./exchange.ts";
import { networkOnLink, rangeAround } from "./subnet.ts";

/**
 * What applies to a client with a certain address. The closest wins: reservation, range,
 * network, classes, top level.
 */
export interface Settings extends OptionSettings {
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
  /** That name itself. */
  readonly reservedName: string | undefined;
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
      reservedName: reservation.hostname,
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
    reservedName: reservation.hostname,
    options: withClassOptions(exchange, [reservation.ownOptions, place.options, top]),
  };
}

/**
 * The settings of clients without a reservation, the same object for all that
 * are in the same classes.
 */
function settingsOfPlace(exchange: Exchange, network: Network, place: Range | Network): Settings {
  const { members } = exchange;
  const { decider } = exchange.context;
  const known = decider.settingsOf(place);
  const same = knownSettings(known, members);
  if (same !== undefined) return same;
  const settings = {
    number: decider.nextNumber(),
    network,
    prefixOptions: decider.prefixOptions(network),
    leaseTime: classLeaseTime(exchange, place.leaseTime, decider.classification?.leaseTime),
    boot: classBoot(exchange, network.boot),
    hostname: undefined,
    reservedName: undefined,
    options: withClassOptions(exchange, [place.options, decider.config.options]),
  };
  keepSettings(known, members, settings);
  return settings;
}
