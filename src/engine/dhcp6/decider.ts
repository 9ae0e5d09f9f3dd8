import type { Dhcp6Subject } from "../../config/class-expression/dhcp6/index.ts";
import type { ConfiguredOption } from "../../config/model/common.ts";
import type { Dhcp6Config, Link, Network, PrefixPool, Range, Reservation } from "../../config/model/dhcp6.ts";
import { givenConfig } from "../../config/model/given.ts";
import { Association } from "../../leases/dhcp6/client-key.ts";
import { type Places, placesOf } from "../../leases/dhcp6/places.ts";
import { BytesMap } from "../../net/bytes.ts";
import type { Ipv6 } from "../../net/ipv6.ts";
import { type Ipv6Prefix, ipv6Prefix } from "../../net/ipv6-prefix.ts";
import { givableClasses } from "../common/classes.ts";
import type { CompiledExpressions } from "../common/compile.ts";
import { createOptionListCache, type OptionListCache } from "../common/option-list-cache.ts";
import { remember } from "../common/remember.ts";
import type { SettingsOfMembers } from "../common/settings.ts";
import { compileDhcp6 } from "./classify.ts";
import { suffixOf } from "./client-name.ts";
import type { OptionLists } from "./reply-options.ts";
import { indexReservations, type ReservationIndex } from "./reservation-index.ts";
import type { ReplySettings, Settings } from "./settings.ts";

/** What associations hold: addresses or prefixes. */
export type AssociationType = typeof Association.addresses | typeof Association.prefixes;

/** A network as associations of one type see it: `ranges` are its pools for that type. */
export interface PoolNetwork extends Omit<Network, "ranges"> {
  readonly ranges: readonly (Range | PrefixPool)[];
}

/** A link as associations of one type see it. */
export interface PoolLink extends Omit<Link, "networks"> {
  readonly networks: readonly PoolNetwork[];
}

/** A link as associations of each type see it. */
export interface PoolLinks {
  readonly addresses: PoolLink;
  readonly prefixes: PoolLink;
}

/**
 * A configuration made ready for decisions. What it remembers follows from the
 * configuration alone, so it never changes an answer, and it is bounded: what clients and
 * relays send can't make it grow.
 */
export interface Decider {
  /** What it was made of. */
  readonly config: Dhcp6Config;
  /** @internal */
  readonly places: Places;
  /** @internal */
  readonly linkOfRelay: BytesMap<Link>;
  /** @internal */
  readonly linkOfInterface: ReadonlyMap<string, Link>;
  /** @internal */
  readonly linkOfInterfaceId: BytesMap<Link>;
  /** Whether relays may name links by Interface-Id. @internal */
  readonly namesInterfaceIds: boolean;
  /** The lists of reservations of every network, by its index. @internal */
  readonly reservations: readonly (readonly ReservationIndex[])[];
  /** What the configuration asks of messages. @internal */
  readonly compiled: CompiledExpressions<Dhcp6Subject>;
  /** @internal */
  poolLinks(link: Link): PoolLinks;
  /** Whether the address is reserved for some host. @internal */
  isReserved(address: Ipv6): boolean;
  /** What is reserved for associations of a type. @internal */
  reserved(type: AssociationType, reservation: Reservation): readonly Ipv6Prefix[];
  /**
   * What is known of the settings of clients without a reservation; the caller adds
   * to it, and keeps it short.
   *
   * @internal
   */
  settingsOf(place: Range | PrefixPool | Network): SettingsOfMembers<Settings>[];
  /**
   * Of clients that are on a link of no network; undefined: nothing is configured for them.
   * @internal
   */
  readonly topSettings: ReplySettings | undefined;
  /** Classes that a client may be given from outside, by name. @internal */
  readonly givableClasses: ReadonlyMap<string, number>;
  /** Another number each time, from 1. @internal */
  nextNumber(): number;
  /** Lists of configured options, ready for replies. @internal */
  readonly optionLists: OptionListCache<ReplySettings, OptionLists>;
  /** What stands behind names where option 24 is this; undefined: it is no name. @internal */
  nameSuffix(domains: ConfiguredOption): string | undefined;
  /** The name of an interface as it is kept with leases. @internal */
  interfaceName(name: string): Uint8Array;
}

/** So many names of interfaces are remembered. */
const MOST_REMEMBERED = 256;

/** Makes a configuration ready for `decide`, once for each. Throws TypeError for what is none. */
export function createDecider(config: Dhcp6Config): Decider {
  givenConfig(config, "config.dhcp6");
  const linkOfRelay = new BytesMap<Link>();
  const linkOfInterface = new Map<string, Link>();
  const linkOfInterfaceId = new BytesMap<Link>();
  for (const link of config.links) {
    for (const relay of link.relays) if (linkOfRelay.get(relay) === undefined) linkOfRelay.set(relay, link);
    for (const name of link.interfaces) if (!linkOfInterface.has(name)) linkOfInterface.set(name, link);
    for (const value of link.interfaceIds) if (linkOfInterfaceId.get(value) === undefined) linkOfInterfaceId.set(value, link);
  }
  const poolLinks = config.links.map(
    (link): PoolLinks => ({
      addresses: link,
      prefixes: { ...link, networks: link.networks.map(withPrefixPools) },
    }),
  );
  const reservedAddresses = remember(({ addresses }: Reservation) => addresses.map((address) => ipv6Prefix(address)));
  const hosts = new BytesMap<true>();
  for (const { addresses } of config.networks.flatMap(({ reservations }) => reservations.flat()))
    for (const address of addresses) hosts.set(address, true);
  const text = new TextEncoder();
  let numbers = 0;
  return {
    config,
    places: placesOf(config),
    linkOfRelay,
    linkOfInterface,
    linkOfInterfaceId,
    namesInterfaceIds: linkOfInterfaceId.size > 0,
    reservations: indexReservations(config),
    compiled: compileDhcp6(config),
    poolLinks: ({ index }) => poolLinks[index] as PoolLinks,
    isReserved: (address) => hosts.get(address) === true,
    reserved: (type, reservation) => (type === Association.addresses ? reservedAddresses(reservation) : reservation.prefixes),
    settingsOf: remember((_place: Range | PrefixPool | Network): SettingsOfMembers<Settings>[] => []),
    topSettings: config.options.byCode.size === 0 ? undefined : { number: ++numbers, options: [config.options], hostname: undefined },
    givableClasses: givableClasses(config.classification),
    nextNumber: () => ++numbers,
    optionLists: createOptionListCache(),
    nameSuffix: remember(suffixOf),
    interfaceName: remember((name: string) => text.encode(name), MOST_REMEMBERED),
  };
}

function withPrefixPools(network: Network): PoolNetwork {
  return { ...network, ranges: network.prefixPools };
}
