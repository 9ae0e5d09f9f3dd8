import { formatDuration } from "../../text/duration.ts";
import type { Origin, PlainMap } from "../translation.ts";
import type { Family } from "./family.ts";
import { flagOf, type Inherited, type InheritedKey, numberOf } from "./inherited.ts";
import type { JsonMap, Part } from "./json.ts";
import { isEmpty, noteFrom, report, type Section, take, type Work } from "./section.ts";

/* Lease times and timers. */

/** Of one place, in seconds; undefined: as Leasehold has it by itself. */
export interface Times {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly preferred: number | undefined;
  readonly renew: number | undefined;
  readonly rebind: number | undefined;
}

/** What Kea has where nothing is configured. */
const VALID_LIFETIME = 7200;
const PREFERRED_LIFETIME = 3600;
/** Kea shortens a preferred lifetime that is not shorter than the valid one to this part of it. */
const PREFERRED_SHARE = 0.625;
/** The parts of a lease for T1 and T2 that both take. */
const SHARES = { false: [0.5, 0.875], true: [0.5, 0.8] } as const;

export const TIME_KEYS = {
  lease_time: "valid-lifetime",
  preferred_time: "preferred-lifetime",
  renew_time: "renew-timer",
  rebind_time: "rebind-timer",
} as const;

/** A client class with times of its own: timers that it inherits stand elsewhere. */
interface ClassPlace {
  readonly name: string;
  readonly at: Origin;
}

/** The times that Kea's clients get in a place. */
export function timesOf(inherited: Inherited, family: Family, work: Work, ofClass?: ClassPlace): Times {
  const { isDhcp6 } = family;
  const number = (key: InheritedKey): number | undefined => numberOf(inherited, key, work);
  const valid = number("valid-lifetime") ?? VALID_LIFETIME;
  const min = number("min-valid-lifetime") ?? valid;
  const max = number("max-valid-lifetime") ?? valid;
  const asked = isDhcp6 ? (number("preferred-lifetime") ?? PREFERRED_LIFETIME) : undefined;
  const share = Math.floor(valid * PREFERRED_SHARE);
  const preferred = asked === undefined || asked === share || asked >= valid ? undefined : asked;
  const base = isDhcp6 ? (preferred ?? share) : valid;
  const calculates = flagOf(inherited, "calculate-tee-times", work) ?? isDhcp6;
  const [half, most] = SHARES[`${isDhcp6}`];
  const timer = (key: InheritedKey, percent: InheritedKey, usual: number): number | undefined => {
    const own = number(key);
    if (own !== undefined && own > 0) return own;
    const part = number(percent) ?? usual;
    return calculates && part !== usual && part > 0 && part < 1 ? Math.round(base * part) : undefined;
  };
  const rebind = timer("rebind-timer", "t2-percent", most);
  const renew = timer("renew-timer", "t1-percent", half);
  const times = { default: valid, min, max, preferred };
  return { ...times, ...fitting(renew, rebind, base, valid, family, inherited, work, ofClass) };
}

/** T1 and T2 as far as they go with the lease, as Kea too sends only such. */
function fitting(
  renew: number | undefined,
  rebind: number | undefined,
  base: number,
  valid: number,
  { isDhcp6 }: Family,
  inherited: Inherited,
  work: Work,
  ofClass: ClassPlace | undefined,
): Pick<Times, "renew" | "rebind"> {
  const [half, most] = SHARES[`${isDhcp6}`];
  const drop = (key: InheritedKey, message: string): undefined => {
    const part = inherited.get(key);
    if (part === undefined) return undefined;
    const place = ofClass === undefined ? "" : `in class ${ofClass.name}: `;
    report(work, "warning", ofClass?.at ?? part.at, `${place}"${key}" ${message}, and is left out`, "Kea does not send it either");
    return undefined;
  };
  const t2 =
    rebind !== undefined && rebind >= valid ? drop("rebind-timer", `is not shorter than the lease time, ${formatDuration(valid)}`) : rebind;
  const end = t2 ?? Math.floor(base * most);
  const t1 =
    renew !== undefined && renew >= end
      ? drop("renew-timer", `is not shorter than the time until rebinding, ${formatDuration(end)}`)
      : renew;
  // Half of the lease would be behind T2: as the engine has it then.
  if (t1 === undefined && t2 !== undefined && Math.floor(base * half) >= t2)
    return { renew: Math.max(1, Math.floor((t2 * 4) / 7)), rebind: t2 };
  return { renew: t1, rebind: t2 };
}

/** A duration as a person writes it. */
export function written(seconds: number): string | number {
  const text = formatDuration(seconds);
  return /^\d+s$/.test(text) ? seconds : text;
}

function leaseTime({ default: usual, min, max }: Times): unknown {
  if (min === usual && max === usual) return written(usual);
  return { default: written(usual), ...(min !== usual && { min: written(min) }), ...(max !== usual && { max: written(max) }) };
}

/**
 * `config` of a place: what differs from what it inherits; undefined: nothing. What is around it
 * and not wanted here is written out.
 */
export function configOf(times: Times, outer: Times | undefined, family: Family, inherited: Inherited, work: Work): PlainMap | undefined {
  const config: PlainMap = {};
  const put = (key: keyof typeof TIME_KEYS, value: unknown): void => {
    config[key] = value;
    const part: Part | undefined =
      inherited.get(TIME_KEYS[key]) ?? (key === "lease_time" ? inherited.get("max-valid-lifetime") : undefined);
    if (part !== undefined) noteFrom(work, config, key, part.at, part.comment, part.behind);
  };
  const { isDhcp6 } = family;
  const same = outer !== undefined && outer.default === times.default && outer.min === times.min && outer.max === times.max;
  if (!same) put("lease_time", leaseTime(times));
  if (times.preferred !== outer?.preferred) put("preferred_time", written(times.preferred ?? Math.floor(times.default * PREFERRED_SHARE)));
  const base = isDhcp6 ? (times.preferred ?? Math.floor(times.default * PREFERRED_SHARE)) : times.default;
  const [half, most] = SHARES[`${isDhcp6}`];
  if (times.renew !== outer?.renew) put("renew_time", written(times.renew ?? Math.floor(base * half)));
  if (times.rebind !== outer?.rebind) put("rebind_time", written(times.rebind ?? Math.floor(base * most)));
  return isEmpty(config) ? undefined : config;
}

const CLASS_KEYS = [
  "valid-lifetime",
  "min-valid-lifetime",
  "max-valid-lifetime",
  "preferred-lifetime",
  "min-preferred-lifetime",
  "max-preferred-lifetime",
] as const;

/** Whether a class has lease times of its own. */
export function hasTimes(map: JsonMap): boolean {
  return CLASS_KEYS.some((key) => map.entries.has(key));
}

/** `config` of a client class, over what the top level has. */
export function classConfig(name: string, section: Section, global: Inherited, times: Times, family: Family): PlainMap | undefined {
  if (!hasTimes(section.map)) return undefined;
  const own = new Map(global);
  for (const key of CLASS_KEYS) {
    const part = take(section, key);
    if (part !== undefined) own.set(key, part);
  }
  // Written even if it says the same: in Kea it goes before what a subnet says.
  const outer = { ...times, default: -1 };
  const place = { name, at: section.part.at };
  return configOf(timesOf(own, family, section.work, place), outer, family, own, section.work);
}
