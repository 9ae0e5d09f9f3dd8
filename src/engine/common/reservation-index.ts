import { BytesMap } from "../../net/bytes.ts";

/** A reservation, as far as its index looks at it: `M` is what it may match on. */
export interface Matching<M> {
  readonly match: readonly M[];
}

/**
 * A list of reservations `R` by what they match on, of the kinds `K`, each in the order of the
 * list; undefined: none of them matches on that.
 */
export type ReservationIndex<R, K extends string> = { readonly [Kind in K]?: BytesMap<R[]> } & {
  /** Those that match on none of these. */
  readonly others?: R[];
};

/** The identifier that a reservation is found by for one of its matches. */
export interface Identifier<K extends string> {
  readonly kind: K;
  readonly value: Uint8Array;
}

/**
 * Indexes the reservations of every network, by its position: each of its lists in their order. A
 * list that networks share is indexed once. `identifierOf`: undefined: nobody is found by that.
 */
export function indexReservations<M, R extends Matching<M>, K extends string>(
  networks: readonly { readonly reservations: readonly (readonly R[])[] }[],
  identifierOf: (match: M) => Identifier<K> | undefined,
): readonly (readonly ReservationIndex<R, K>[])[] {
  const known = new Map<readonly R[], ReservationIndex<R, K>>();
  const indexOf = (list: readonly R[]): ReservationIndex<R, K> => {
    const index = known.get(list) ?? indexList(list, identifierOf);
    known.set(list, index);
    return index;
  };
  return networks.map(({ reservations }) => reservations.map(indexOf));
}

function indexList<M, R extends Matching<M>, K extends string>(
  list: readonly R[],
  identifierOf: (match: M) => Identifier<K> | undefined,
): ReservationIndex<R, K> {
  const index: { [Kind in K]?: BytesMap<R[]> } = {};
  const others: R[] = [];
  for (const reservation of list) {
    let indexed = false;
    for (const match of reservation.match) {
      const identifier = identifierOf(match);
      if (identifier === undefined) continue;
      index[identifier.kind] ??= new BytesMap();
      append(index[identifier.kind] as BytesMap<R[]>, identifier.value, reservation);
      indexed = true;
    }
    if (!indexed) others.push(reservation);
  }
  return others.length === 0 ? index : { ...index, others };
}

function append<R>(map: BytesMap<R[]>, key: Uint8Array, reservation: R): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reservation]);
  else list.push(reservation);
}
