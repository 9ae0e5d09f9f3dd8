import type { OptionSet } from "../../config/model/common.ts";
import type { Lifetimes, Network, PrefixPool, Range, Reservation } from "../../config/model/dhcp6.ts";
import type { Ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { classLeaseTime, withClassOptions } from "../common/classes.ts";
import { keepSettings, knownSettings, type OptionSettings } from "../common/settings.ts";
import type { Sender } from "./exchange.ts";

/** What of the settings goes into a reply as options. */
export interface ReplySettings extends OptionSettings {
  /** Name of the host as the reservation has it. */
  readonly hostname: string | undefined;
}

/**
 * What applies to a client with a certain address or prefix. The closest wins: reservation, pool,
 * network, classes, top level.
 */
export interface Settings extends ReplySettings {
  readonly network: Network;
  readonly leaseTime: Lifetimes;
}

/**
 * The settings of an address or prefix; undefined: of a client without any. Those of a reservation
 * are laid over those of the pool or network that the address is in.
 */
export function settingsFor(sender: Sender, reservation: Reservation | undefined, prefix: Ipv6Prefix | undefined): Settings {
  const { decider } = sender.context;
  const network = (prefix && decider.places.networkOf(prefix)) ?? sender.network;
  const place = (prefix && decider.places.poolAround(prefix)) ?? network;
  if (reservation === undefined) return settingsOfPlace(sender, network, place);
  return {
    number: 0,
    network,
    leaseTime: lifetimes(sender, reservation.leaseTime ?? place.leaseTime),
    hostname: reservation.hostname,
    options: withClassOptions(sender, [reservation.ownOptions, place.options, decider.config.options]),
  };
}

/**
 * The settings of clients without a reservation, the same object for all that
 * are in the same classes.
 */
function settingsOfPlace(sender: Sender, network: Network, place: Range | PrefixPool | Network): Settings {
  const { decider } = sender.context;
  const known = decider.settingsOf(place);
  const same = knownSettings(known, sender.members);
  if (same !== undefined) return same;
  const options: readonly OptionSet[] = withClassOptions(sender, [place.options, decider.config.options]);
  const settings = { number: decider.nextNumber(), network, leaseTime: lifetimes(sender, place.leaseTime), hostname: undefined, options };
  keepSettings(known, sender.members, settings);
  return settings;
}

function lifetimes(sender: Sender, closer: Lifetimes): Lifetimes {
  return classLeaseTime(sender, closer, sender.context.decider.config.classification?.leaseTime);
}
