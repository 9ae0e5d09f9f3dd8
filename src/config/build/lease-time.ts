import type { LeaseTime } from "../model/common.ts";
import type { LeaseConfigFile } from "../schema/config.ts";
import type { Path } from "../text/diagnostic.ts";
import { formatDuration } from "../text/duration.ts";
import type { Report } from "../text/problems.ts";

/** When nothing is configured, as in dora: 24 h, at least 20 minutes, at most 7 days. */
export const DEFAULT_LEASE_TIME: LeaseTime = { default: 86_400, min: 1_200, max: 604_800, renew: undefined, rebind: undefined };

/**
 * The lease times of one place over those around it. `lease_time` is taken as a whole: its min and
 * max are not inherited singly.
 */
export function readLeaseTime(file: LeaseConfigFile | undefined, outer: LeaseTime, path: Path, report: Report): LeaseTime {
  if (file === undefined) return outer;
  const result = {
    ...(file.lease_time === undefined ? { default: outer.default, min: outer.min, max: outer.max } : limits(file.lease_time)),
    renew: file.renew_time ?? outer.renew,
    rebind: file.rebind_time ?? outer.rebind,
  };
  return checkLimits(result, path, report) && checkTimers(result, file, path, report) ? result : outer;
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
function checkTimers(time: LeaseTime, file: LeaseConfigFile, path: Path, report: Report): boolean {
  const violation = timerViolation(time);
  if (violation === undefined) return true;
  const [key, message] = violation;
  // An inherited value is not written here: then point at what is, and does not go with it.
  const inherited = file[key] === undefined;
  const hint = inherited
    ? `${key} is inherited; set it here too`
    : "not set, they are: renew_time 1/2 and rebind_time 7/8 of the lease time";
  report.error([...path, inherited ? (Object.keys(file)[0] ?? key) : key], message, hint);
  return false;
}

function timerViolation({ default: lease, renew, rebind }: LeaseTime): readonly ["renew_time" | "rebind_time", string] | undefined {
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
