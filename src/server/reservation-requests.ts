import type { Configuration } from "./configuration.ts";
import type { FileReservation } from "./load-configuration.ts";
import { isObject, RefusedError, type RequestHandler } from "./requests.ts";
import { isReservationId } from "./runtime-reservations.ts";

/*
 * What can be asked about reservations:
 *
 *   {kind: "reservations"}                              those of the file, and those that were added
 *   {kind: "reserve", reservation: {...}, id?, by?, exists?}
 *       adds one, or changes that of this identifier; `exists`: only if it is there, or is not
 *   {kind: "unreserve", id}                             takes one back that was added
 */

/** A reservation as it is listed: of the file, or, with an `id`, one that was added. */
export interface ListedReservation extends FileReservation {
  readonly id?: string;
  /** Why it is not served by; absent: it is. */
  readonly problem?: string;
}

const LONGEST_BY = 64;

export function reservationHandlers(configuration: Configuration): Readonly<Record<string, RequestHandler>> {
  return {
    async reservations(): Promise<readonly ListedReservation[]> {
      return [
        ...(await configuration.written()),
        ...configuration.added().map(({ id, added, by, reservation, problem }) => ({
          id,
          origin: `added at ${added} by ${by}`,
          reservation,
          ...(problem === undefined ? {} : { problem }),
        })),
      ];
    },
    async reserve({ reservation, id, by = "an operator", exists }) {
      if (!isObject(reservation))
        throw invalid('`reservation` is missing: a map such as {"match": {"chaddr": "02:00:00:00:00:01"}, "ip": "10.0.0.5"}');
      if (id !== undefined) checkId(id);
      if (typeof by !== "string" || by.length > LONGEST_BY) throw invalid(`\`by\` is a text of up to ${LONGEST_BY} characters`);
      if (exists !== undefined && typeof exists !== "boolean") throw invalid("`exists` is true or false");
      return configuration.reserve(reservation, by, id, exists);
    },
    async unreserve({ id }) {
      checkId(id);
      await configuration.unreserve(id);
      return { id };
    },
  };
}

function checkId(id: unknown): asserts id is string {
  if (typeof id === "string" && isReservationId(id)) return;
  throw invalid("`id` is up to 64 letters, digits, dots, colons, hyphens and underscores, of which the first is a letter or a digit");
}

function invalid(message: string): RefusedError {
  return new RefusedError("invalid", message);
}
