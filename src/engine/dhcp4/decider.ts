import type { ConfiguredOption, LeaseTime } from "../../config/model/common.ts";
import type { Config } from "../../config/model/config.ts";
import type { Dhcp4Classification, Link, Network, Range, Reservation } from "../../config/model/dhcp4.ts";
import { givenConfig } from "../../config/model/given.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import { maskOf, rangeOfPrefix } from "../../net/prefix.ts";
import { RangeIndex } from "../../net/range-index.ts";
import type { Option } from "../../wire/dhcp4/message.ts";
import { OptionCode } from "../../wire/dhcp4/option-code.ts";
import { givableClasses } from "../common/classes.ts";
import { createOptionListCache, type OptionListCache } from "../common/option-list-cache.ts";
import { remember } from "../common/remember.ts";
import type { SettingsOfMembers } from "../common/settings.ts";
import { suffixOf } from "./client-name.ts";
import { type CompiledConfig, compileConfig } from "./compile.ts";
import { encodeLeaseTime } from "./lease-time-options.ts";
import { addressOption } from "./option-values.ts";
import type { OptionLists } from "./reply-options.ts";
import type { Settings } from "./settings.ts";

/** Mask and broadcast address as they follow from the prefix of a network. */
export interface PrefixOptions {
  readonly mask: Option;
  /** Undefined: prefixes of 31 and 32 bits have no broadcast address (RFC 3021). */
  readonly broadcast: Option | undefined;
}

/**
 * A configuration made ready for decisions. What it remembers follows from the
 * configuration alone, so it never changes an answer, and it is bounded: what clients and
 * relays send can't make it grow.
 */
export interface Decider {
  /** What it was made of. */
  readonly config: Config;
  /** Client classes; undefined: there are none. @internal */
  readonly classification: Dhcp4Classification | undefined;
  /** The functions and indexes that the configuration was made into. @internal */
  readonly compiled: CompiledConfig;
  /** Positions of networks by their addresses. @internal */
  readonly networks: RangeIndex;
  /** @internal */
  readonly linkOfRelay: ReadonlyMap<Ipv4, Link>;
  /** @internal */
  readonly linkOfInterface: ReadonlyMap<string, Link>;
  /** @internal */
  prefixOptions(network: Network): PrefixOptions;
  /** Options 51, 58 and 59 for a lease of this duration, in seconds. @internal */
  leaseTimeOptions(leaseTime: LeaseTime, duration: number): readonly Option[];
  /**
   * Option 12 as it follows from the host name of the reservation; undefined: it has
   * none, or option 12 itself.
   *
   * @internal
   */
  hostNameOption(reservation: Reservation): Option | undefined;
  /** What stands behind names where option 15 is this; undefined: it is no name. @internal */
  nameSuffix(domain: ConfiguredOption): string | undefined;
  /** Option 54. @internal */
  serverIdentifierOption(address: Ipv4): Option;
  /**
   * What is known of the settings of clients without a reservation; the caller adds
   * to it, and keeps it short.
   *
   * @internal
   */
  settingsOf(place: Range | Network): SettingsOfMembers<Settings>[];
  /** Classes that a client may be given from outside, by name. @internal */
  readonly givableClasses: ReadonlyMap<string, number>;
  /** Another number each time, from 1. @internal */
  nextNumber(): number;
  /** Lists of configured options, ready for replies. @internal */
  readonly optionLists: OptionListCache<Settings, OptionLists>;
  /** The name of an interface as class expressions see it. @internal */
  interfaceName(name: string): Uint8Array;
}

/**
 * So many server identifiers, or names of interfaces, are remembered: relays
 * may send any (RFC 5107).
 */
const MOST_REMEMBERED = 256;

/** Makes a configuration ready for `decide`, once for each. Throws TypeError for what is none. */
export function createDecider(config: Config): Decider {
  givenConfig(config);
  const linkOfRelay = new Map<Ipv4, Link>();
  const linkOfInterface = new Map<string, Link>();
  for (const link of config.links) {
    for (const relay of link.relays) if (!linkOfRelay.has(relay)) linkOfRelay.set(relay, link);
    for (const name of link.interfaces) if (!linkOfInterface.has(name)) linkOfInterface.set(name, link);
  }
  const ofPrefixes = config.networks.map(prefixOptions);
  const ofDefaults = remember((leaseTime: LeaseTime) => encodeLeaseTime(leaseTime, leaseTime.default));
  const text = new TextEncoder();
  let numbers = 0;
  return {
    config,
    classification: config.classification,
    compiled: compileConfig(config),
    networks: new RangeIndex(config.networks.map(({ prefix }) => rangeOfPrefix(prefix))),
    linkOfRelay,
    linkOfInterface,
    prefixOptions: (network) => ofPrefixes[network.index] as PrefixOptions,
    leaseTimeOptions: (leaseTime, duration) =>
      duration === leaseTime.default ? ofDefaults(leaseTime) : encodeLeaseTime(leaseTime, duration),
    hostNameOption: remember(hostNameOption),
    nameSuffix: remember(suffixOf),
    serverIdentifierOption: remember((address: Ipv4) => addressOption(OptionCode.serverIdentifier, address), MOST_REMEMBERED),
    settingsOf: remember((_place: Range | Network): SettingsOfMembers<Settings>[] => []),
    givableClasses: givableClasses(config.classification),
    nextNumber: () => ++numbers,
    optionLists: createOptionListCache(),
    interfaceName: remember((name: string) => text.encode(name), MOST_REMEMBERED),
  };
}

function prefixOptions({ prefix: { address, length } }: Network): PrefixOptions {
  const mask = maskOf(length);
  return {
    mask: addressOption(OptionCode.subnetMask, mask),
    broadcast: length >= 31 ? undefined : addressOption(OptionCode.broadcastAddress, (address | ~mask) >>> 0),
  };
}

function hostNameOption({ hostname, ownOptions }: Reservation): Option | undefined {
  // Option 12 written out in the reservation is more exact than its name.
  if (hostname === undefined || ownOptions.byCode.has(OptionCode.hostName)) return undefined;
  return { code: OptionCode.hostName, data: new TextEncoder().encode(hostname) };
}
