import type { Dhcp6Config, Reservation, ReservationMatch } from "../../config/model/dhcp6.ts";
import * as common from "../common/reservation-index.ts";

/** What a reservation is found by; by anything else it only matches. */
export type IdentifierKind = Exclude<ReservationMatch["kind"], "option">;

/** A list of reservations by what they match on. */
export type ReservationIndex = common.ReservationIndex<Reservation, IdentifierKind>;

/** Indexes the reservations of every network, by the network's index: its lists in their order. */
export function indexReservations({ networks }: Dhcp6Config): readonly (readonly ReservationIndex[])[] {
  return common.indexReservations<ReservationMatch, Reservation, IdentifierKind>(networks, (match) => {
    if (match.kind === "option") return undefined;
    return { kind: match.kind, value: match.kind === "chaddr" ? match.chaddr : match.value };
  });
}
