import type { Config } from "../../config/model/config.ts";
import type { Reservation } from "../../config/model/dhcp4.ts";
import { BytesMap } from "../../net/bytes.ts";
import type { Ipv4 } from "../../net/ipv4.ts";

type ByIdentifier = BytesMap<Reservation[]>;

/**
 * A list of reservations by what they match on, each in the order of the list; undefined: none
 * of them matches on that.
 */
export interface ReservationIndex {
  readonly chaddr?: ByIdentifier;
  readonly clientIdentifier?: ByIdentifier;
  readonly duid?: ByIdentifier;
  readonly circuitId?: ByIdentifier;
  readonly remoteId?: ByIdentifier;
  /** Those that match on none of these. */
  readonly others?: Reservation[];
}

/** The reservations of a network. */
export interface NetworkReservations {
  /** Its lists in their order. */
  readonly lists: readonly ReservationIndex[];
  readonly addresses: ReadonlySet<Ipv4>;
}

const NO_RESERVATIONS: NetworkReservations = { lists: [], addresses: new Set() };

/**
 * Indexes the reservations of every network, by the network's index. A list that
 * networks share is indexed once.
 */
export function indexReservations(config: Config): readonly NetworkReservations[] {
  const known = new Map<readonly Reservation[], ReservationIndex>();
  const indexOf = (list: readonly Reservation[]): ReservationIndex => {
    const index = known.get(list) ?? indexList(list);
    known.set(list, index);
    return index;
  };
  return config.networks.map(({ reservations }) => {
    if (reservations.length === 0) return NO_RESERVATIONS;
    const addresses = new Set<Ipv4>();
    for (const list of reservations) for (const { address } of list) if (address !== undefined) addresses.add(address);
    return { lists: reservations.map(indexOf), addresses };
  });
}

function indexList(list: readonly Reservation[]): ReservationIndex {
  const index: { -readonly [Key in keyof ReservationIndex]: ReservationIndex[Key] } = {};
  for (const reservation of list) {
    let indexed = false;
    for (const match of reservation.match) {
      if (match.kind === "option") continue;
      index[match.kind] ??= new BytesMap();
      append(index[match.kind] as ByIdentifier, match.kind === "chaddr" ? match.chaddr : match.value, reservation);
      indexed = true;
    }
    if (!indexed) {
      index.others ??= [];
      index.others.push(reservation);
    }
  }
  return index;
}

function append(map: ByIdentifier, key: Uint8Array, reservation: Reservation): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reservation]);
  else list.push(reservation);
}
