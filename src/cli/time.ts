/** How times are told to people. */

/** Seconds in a day, an hour, a minute and a second. */
const UNITS = [
  { size: 86400, unit: "d" },
  { size: 3600, unit: "h" },
  { size: 60, unit: "m" },
  { size: 1, unit: "s" },
];

/** So many seconds, such as "3h 5m": a unit, and the next smaller one unless it is none of that. */
export function formatSpan(seconds: number): string {
  let left = seconds;
  const counts = UNITS.map(({ size, unit }) => {
    const count = Math.floor(left / size);
    left %= size;
    return { count, text: `${count}${unit}` };
  });
  const largest = counts.findIndex(({ count }) => count > 0);
  const shown = largest < 0 ? counts.slice(-1) : counts.slice(largest, largest + 2).filter(({ count }) => count > 0);
  return shown.map(({ text }) => text).join(" ");
}

/** How far a moment is from now, such as "in 3h 20m" or "5d ago". Seconds since 1970. */
export function formatDistance(moment: number, now: number): string {
  const text = formatSpan(Math.abs(moment - now));
  return moment > now ? `in ${text}` : `${text} ago`;
}

/**
 * By the clock of this machine's zone, to the minute: "2026-11-28 22:30". Milliseconds since 1970.
 */
export function formatLocal(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (number: number): string => String(number).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
