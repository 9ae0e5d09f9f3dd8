/** What a place of the file hands down in both protocols. */
export interface InheritedByAll {
  readonly authoritative: boolean;
  readonly probationPeriod: number;
  readonly pingCheck: boolean;
  /** In milliseconds. */
  readonly pingTimeout: number;
  readonly reservationsOnly: boolean;
  readonly adaptiveThreshold: number | undefined;
}

export const DEFAULTS_OF_ALL: InheritedByAll = {
  authoritative: true,
  probationPeriod: 86_400,
  pingCheck: false,
  pingTimeout: 500,
  reservationsOnly: false,
  adaptiveThreshold: undefined,
};

export interface PlaceOfAll {
  readonly authoritative?: boolean | undefined;
  readonly probation_period?: number | undefined;
  readonly ping_check?: boolean | undefined;
  readonly ping_timeout_ms?: number | undefined;
  readonly reservations_only?: boolean | undefined;
  readonly adaptive_threshold?: number | undefined;
}

/** What the place says over what is around it. */
export function inheritByAll(place: PlaceOfAll, outer: InheritedByAll): InheritedByAll {
  return {
    authoritative: place.authoritative ?? outer.authoritative,
    probationPeriod: place.probation_period ?? outer.probationPeriod,
    pingCheck: place.ping_check ?? outer.pingCheck,
    pingTimeout: place.ping_timeout_ms ?? outer.pingTimeout,
    reservationsOnly: place.reservations_only ?? outer.reservationsOnly,
    adaptiveThreshold: place.adaptive_threshold ?? outer.adaptiveThreshold,
  };
}
