import type { Part } from "./json.ts";
import { describe, report, type Section, take, type Work } from "./section.ts";

/*
 * What subnets of Kea's inherit from shared networks and these from the top level, each on its own.
 */

const KEYS = [
  "valid-lifetime",
  "min-valid-lifetime",
  "max-valid-lifetime",
  "preferred-lifetime",
  "min-preferred-lifetime",
  "max-preferred-lifetime",
  "renew-timer",
  "rebind-timer",
  "calculate-tee-times",
  "t1-percent",
  "t2-percent",
  "authoritative",
  "next-server",
  "server-hostname",
  "boot-file-name",
  "allocator",
  "pd-allocator",
  "match-client-id",
  "echo-client-id",
  "rapid-commit",
  "cache-threshold",
  "cache-max-age",
  "offer-lifetime",
] as const;

const RESERVATION_FLAGS = ["reservations-global", "reservations-in-subnet", "reservations-out-of-pool"] as const;

export type InheritedKey = (typeof KEYS)[number] | (typeof RESERVATION_FLAGS)[number] | "reservation-mode";

export type Inherited = ReadonlyMap<InheritedKey, Part>;

/** What a map says over what is around it. */
export function readInherited(section: Section, outer: Inherited): Inherited {
  const own = new Map(outer);
  for (const key of KEYS) {
    const part = take(section, key);
    if (part !== undefined) own.set(key, part);
  }
  const flags = RESERVATION_FLAGS.map((key) => [key, take(section, key)] as const);
  const mode = take(section, "reservation-mode");
  // The one replaces the other, older one.
  if (mode !== undefined) for (const key of RESERVATION_FLAGS) own.delete(key);
  if (flags.some(([, part]) => part !== undefined)) own.delete("reservation-mode");
  if (mode !== undefined) own.set("reservation-mode", mode);
  for (const [key, part] of flags) if (part !== undefined) own.set(key, part);
  return own;
}

function scalarOf(inherited: Inherited, key: InheritedKey): unknown {
  const value = inherited.get(key)?.value;
  return value?.kind === "scalar" ? value.value : value;
}

function read<T>(inherited: Inherited, key: InheritedKey, work: Work, is: (value: unknown) => value is T, what: string): T | undefined {
  const part = inherited.get(key);
  if (part === undefined) return undefined;
  const value = scalarOf(inherited, key);
  if (is(value)) return value;
  report(work, "error", part.value.at, `"${key}" must be ${what}, got ${describe(part.value)}`);
  return undefined;
}

export function flagOf(inherited: Inherited, key: InheritedKey, work: Work): boolean | undefined {
  return read(inherited, key, work, (value) => typeof value === "boolean", "true or false");
}

export function numberOf(inherited: Inherited, key: InheritedKey, work: Work): number | undefined {
  return read(inherited, key, work, (value): value is number => typeof value === "number" && value >= 0, "a number");
}

export function textOf(inherited: Inherited, key: InheritedKey, work: Work): string | undefined {
  return read(inherited, key, work, (value) => typeof value === "string", "text");
}

/** Which reservations Kea heeds in a subnet. */
export interface ReservationModes {
  readonly ofSubnet: boolean;
  readonly global: boolean;
}

export function reservationModes(inherited: Inherited, work: Work): ReservationModes {
  const mode = textOf(inherited, "reservation-mode", work);
  if (mode !== undefined) return { ofSubnet: mode === "all" || mode === "out-of-pool", global: mode === "global" };
  return {
    ofSubnet: flagOf(inherited, "reservations-in-subnet", work) ?? true,
    global: flagOf(inherited, "reservations-global", work) ?? false,
  };
}
