import type { Config } from "../../config/model/config.ts";
import type { Reservation, ReservationMatch } from "../../config/model/dhcp4.ts";
import type { Ipv4 } from "../../net/ipv4.ts";
import * as common from "../common/reservation-index.ts";

/** What a reservation is found by; by anything else it only matches. */
export type IdentifierKind = Exclude<ReservationMatch["kind"], "option">;

/** A list of reservations by what they match on. */
export type ReservationIndex = common.ReservationIndex<Reservation, IdentifierKind>;

/** The reservations of a network. */
export interface NetworkReservations {
  /** Its lists in their order. */
  readonly lists: readonly ReservationIndex[];
  readonly addresses: ReadonlySet<Ipv4>;
}

/** Indexes the reservations of every network, by the network's index. */
export function indexReservations(config: Config): readonly NetworkReservations[] {
  const lists = common.indexReservations<ReservationMatch, Reservation, IdentifierKind>(config.networks, identifierOf);
  const none: ReadonlySet<Ipv4> = new Set();
  return config.networks.map(({ reservations }, index) => ({
    lists: lists[index] as readonly ReservationIndex[],
    addresses: reservations.length === 0 ? none : addressesOf(reservations),
  }));
}

function identifierOf(match: ReservationMatch): common.Identifier<IdentifierKind> | undefined {
  if (match.kind === "option") return undefined;
  return { kind: match.kind, value: match.kind === "chaddr" ? match.chaddr : match.value };
}

function addressesOf(reservations: readonly (readonly Reservation[])[]): ReadonlySet<Ipv4> {
  const addresses = new Set<Ipv4>();
  for (const list of reservations) for (const { address } of list) if (address !== undefined) addresses.add(address);
  return addresses;
}
