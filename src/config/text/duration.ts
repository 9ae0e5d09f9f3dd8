/** The lease time that never ends (RFC 2131 section 3.3), in seconds. */
export const INFINITE = 0xffffffff;

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/**
 * Reads a duration as the configuration has it: a number of seconds, or text such as "90m", "1d",
 * "3600" or "infinite". Undefined when it is neither, or outside 0 to 0xffffffff seconds.
 */
export function parseDuration(value: number | string): number | undefined {
  if (value === "infinite") return INFINITE;
  const match = /^(\d{1,10})\s*([smhdw]?)$/.exec(typeof value === "string" ? value.trim() : "");
  const seconds =
    typeof value === "number" ? value : match === null ? Number.NaN : Number(match[1]) * UNITS[(match[2] || "s") as keyof typeof UNITS];
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= INFINITE ? seconds : undefined;
}

/** The shortest text that `parseDuration` reads back: 5400 gives "90m". */
export function formatDuration(seconds: number): string {
  if (seconds === INFINITE) return "infinite";
  for (const unit of ["w", "d", "h", "m"] as const) {
    if (seconds > 0 && seconds % UNITS[unit] === 0) return `${seconds / UNITS[unit]}${unit}`;
  }
  return `${seconds}s`;
}
