import type { LeaseTime } from "../../model/common.ts";
import type { Lifetimes } from "../../model/dhcp6.ts";
import type { LifetimesFile } from "../../schema/config.ts";
import type { Path } from "../../text/diagnostic.ts";
import { formatDuration } from "../../text/duration.ts";
import type { Report } from "../../text/problems.ts";
import { checkTimes, type TimerViolation, timesOver } from "../lease-time.ts";

const TIMERS_HINT = "not set, they are: preferred_time 5/8 of the lease time, renew_time 1/2 and rebind_time 4/5 of the preferred time";

/** Lifetimes where there is nothing but lease times. */
export function lifetimesOf(time: LeaseTime): Lifetimes {
  return { ...time, preferred: undefined };
}

/** The lifetimes of one place over those around it. */
export function readLifetimes(file: LifetimesFile | undefined, outer: Lifetimes, path: Path, report: Report): Lifetimes {
  if (file === undefined) return outer;
  const preferred = file.preferred_time;
  if (typeof preferred === "object") {
    for (const key of ["min", "max"] as const) {
      if (preferred[key] === undefined) continue;
      const message = `${key} of preferred_time has no effect: clients get the preferred lifetime that is configured`;
      report.warn([...path, "preferred_time", key], message, "remove it; lease_time has min and max");
    }
  }
  const own = typeof preferred === "object" ? preferred.default : preferred;
  const result = { ...timesOver(file, outer), preferred: own ?? outer.preferred };
  return checkTimes(result, file, timerViolation(result), TIMERS_HINT, path, report) ? result : outer;
}

/** The preferred lifetime that goes with a valid one: 5/8 of it unless configured. */
function preferredOf({ preferred, default: valid }: Lifetimes): number {
  return preferred ?? Math.floor((valid * 5) / 8);
}

/**
 * Preferred <= valid lifetime, T1 <= T2 (RFC 8415 sections 21.4 and 21.6); a client that would
 * never come to T2 is a mistake too. Only what is configured is compared: the defaults follow.
 */
function timerViolation(time: Lifetimes): TimerViolation | undefined {
  const { default: valid, renew, rebind } = time;
  const text = formatDuration;
  const preferred = preferredOf(time);
  if (time.preferred !== undefined && preferred > valid)
    return ["preferred_time", `preferred_time (${text(preferred)}) is longer than the lease time (${text(valid)})`];
  if (rebind !== undefined && rebind >= valid)
    return ["rebind_time", `rebind_time (${text(rebind)}) is not shorter than the lease time (${text(valid)})`];
  if (renew !== undefined && renew >= valid)
    return ["renew_time", `renew_time (${text(renew)}) is not shorter than the lease time (${text(valid)})`];
  const t1 = renew ?? Math.floor(preferred / 2);
  const t2 = rebind ?? Math.floor((preferred * 4) / 5);
  if (renew !== undefined && renew > t2) return ["renew_time", `renew_time (${text(renew)}) is longer than rebind_time (${text(t2)})`];
  if (rebind !== undefined && rebind < t1) return ["rebind_time", `rebind_time (${text(rebind)}) is shorter than renew_time (${text(t1)})`];
  return undefined;
}
