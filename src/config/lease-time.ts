import type { Path } from "./diagnostic.ts";
import { formatDuration } from "./duration.ts";
import type { LeaseTime } from "./model.ts";
import type { Report } from "./problems.ts";
import type { LeaseConfigFile } from "./schema.ts";

/** When nothing is configured, as in dora: 24 h, at least 20 minutes, at most 7 days. */
export const DEFAULT_LEASE_TIME: LeaseTime = { default: 86_400, min: 1_200, max: 604_800, renew: undefined, rebind: undefined };

/** The lease times of one place over those around it. `lease_time` is taken as a whole: its min and max are not inherited singly. */
export function readLeaseTime(file: LeaseConfigFile | undefined, outer: LeaseTime, path: Path, report: Report): LeaseTime {
  if (file === undefined) return outer;
  const result = {
    ...(file.lease_time === undefined ? { default: outer.default, min: outer.min, max: outer.max } : limits(file.lease_time)),
    renew: file.renew_time ?? outer.renew,
    rebind: file.rebind_time ?? outer.rebind,
  };
  return checkLimits(result, path, report) && checkTimers(result, file, path, report) ? result : outer;
}

/** A limit that is not given is the default itself, as in dora: then what a client asks for has no effect. */
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

/** T1 < T2 < lease time (RFC 2131 section 4.4.5). Only what is configured is compared: the defaults follow the lease time. */
function checkTimers(time: LeaseTime, file: LeaseConfigFile, path: Path, report: Report): boolean {
  const renew = time.renew ?? Math.floor(time.default / 2);
  const rebind = time.rebind ?? Math.floor((time.default * 7) / 8);
  const [name, value, limitName, limit] =
    time.rebind !== undefined && rebind >= time.default
      ? ["rebind_time", rebind, "the lease time", time.default]
      : time.renew !== undefined && renew >= time.default
        ? ["renew_time", renew, "the lease time", time.default]
        : (time.renew !== undefined || time.rebind !== undefined) && renew >= rebind
          ? ["renew_time", renew, "rebind_time", rebind]
          : [];
  if (name === undefined || value === undefined || limit === undefined) return true;
  const written = file.renew_time !== undefined || file.rebind_time !== undefined;
  const key = name in file ? name : Object.keys(file)[0];
  const message = `${name} (${formatDuration(value)}) is not shorter than ${limitName} (${formatDuration(limit)})`;
  const hint = written
    ? "renew_time < rebind_time < lease_time"
    : `${name} is inherited; set it here too, or leave it to its default everywhere`;
  report.error(key === undefined ? path : [...path, key], message, hint);
  return false;
}
