import type { LeaseTime } from "../model/common.ts";
import type { LeaseConfigFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import { formatDuration } from "../text/duration.ts";
import type { Report } from "../text/problems.ts";

/** When nothing is configured, as in dora: 24 h, at least 20 minutes, at most 7 days. */
export const DEFAULT_LEASE_TIME: LeaseTime = { default: 86_400, min: 1_200, max: 604_800, renew: undefined, rebind: undefined };

/** Leases that are shorter are most likely a slip: each client asks again after half of it. */
const SHORT = 60;

/** A timer that does not go with a lease time, and why. */
export type TimerViolation = readonly [key: "renew_time" | "rebind_time" | "preferred_time", message: string];

/**
 * The lease times of one place over those around it. `lease_time` is taken as a whole: its min and
 * max are not inherited singly.
 */
export function readLeaseTime(file: LeaseConfigFile | undefined, outer: LeaseTime, path: Path, report: Report): LeaseTime {
  if (file === undefined) return outer;
  const result = timesOver(file, outer);
  return checkTimes(result, file, timerViolation(result), TIMERS_HINT, path, report) ? result : outer;
}

const TIMERS_HINT = "not set, they are: renew_time 1/2 and rebind_time 7/8 of the lease time";

/** What the file says over what is around it. */
export function timesOver(file: LeaseConfigFile, outer: LeaseTime): LeaseTime {
  return {
    ...(file.lease_time === undefined ? { default: outer.default, min: outer.min, max: outer.max } : limits(file.lease_time)),
    renew: file.renew_time ?? outer.renew,
    rebind: file.rebind_time ?? outer.rebind,
  };
}

/** Whether the times fit together; `violation` is what is wrong with the timers. */
export function checkTimes(
  time: LeaseTime,
  file: Readonly<Record<string, unknown>>,
  violation: TimerViolation | undefined,
  hint: string,
  path: Path,
  report: Report,
): boolean {
  if (!checkLimits(time, path, report)) return false;
  if (file.lease_time !== undefined && time.default < SHORT) {
    const message = `the lease time is ${formatDuration(time.default)}: less than a minute`;
    report.warn([...path, "lease_time"], message, "a number is seconds: write the unit, such as 12h, if another is meant");
  }
  if (violation === undefined) return true;
  const [key, message] = violation;
  // An inherited value is not written here: then point at what is, and does not go with it.
  const inherited = file[key] === undefined;
  report.error(
    [...path, inherited ? (Object.keys(file)[0] ?? key) : key],
    message,
    inherited ? `${key} is inherited; set it here too` : hint,
  );
  return false;
}

/**
 * A limit that is not given is the default itself, as in dora: then what a client asks for has no
 * effect.
 */
function limits(time: NonNullable<LeaseConfigFile["lease_time"]>): Pick<LeaseTime, "default" | "min" | "max"> {
  if (typeof time === "number") return { default: time, min: time, max: time };
  return { default: time.default, min: time.min ?? time.default, max: time.max ?? time.default };
}

function checkLimits(time: LeaseTime, path: Path, report: Report): boolean {
  const before = report.problems.length;
  const place = [...path, "lease_time"];
  if (time.min > time.default) {
    report.error(
      [...place, "min"],
      `the shortest lease time (${formatDuration(time.min)}) is longer than the default (${formatDuration(time.default)})`,
    );
  }
  if (time.max < time.default) {
    report.error(
      [...place, "max"],
      `the longest lease time (${formatDuration(time.max)}) is shorter than the default (${formatDuration(time.default)})`,
    );
  }
  return report.problems.length === before;
}

/**
 * T1 < T2 < lease time (RFC 2131 section 4.4.5). Only what is configured is compared: the defaults
 * follow the lease time.
 */
function timerViolation({ default: lease, renew, rebind }: LeaseTime): TimerViolation | undefined {
  const text = formatDuration;
  if (rebind !== undefined && rebind >= lease)
    return ["rebind_time", `rebind_time (${text(rebind)}) is not shorter than the lease time (${text(lease)})`];
  if (renew !== undefined && renew >= lease)
    return ["renew_time", `renew_time (${text(renew)}) is not shorter than the lease time (${text(lease)})`];
  const t1 = renew ?? Math.floor(lease / 2);
  const t2 = rebind ?? Math.floor((lease * 7) / 8);
  if (renew !== undefined && renew >= t2)
    return ["renew_time", `renew_time (${text(renew)}) is not shorter than rebind_time (${text(t2)})`];
  if (rebind !== undefined && rebind <= t1)
    return ["rebind_time", `rebind_time (${text(rebind)}) is not longer than renew_time (${text(t1)})`];
  return undefined;
}
