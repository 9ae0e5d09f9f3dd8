/** How long an allowance lasts, in milliseconds. */
const PERIOD = 60_000;

/** Asked before each entry. Undefined: leave it out. Else write it; so many were left out before it. */
export type LogAllowance = () => number | undefined;

/** So many entries a minute: for what clients can cause at will, so that nobody fills the disk by sending packets. `clock`: milliseconds that never go back. */
export function createLogAllowance(entries: number, clock: () => number): LogAllowance {
  let end = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;
  return () => {
    const now = clock();
    if (now >= end) {
      end = now + PERIOD;
      written = 0;
    }
    if (written >= entries) {
      leftOut++;
      return undefined;
    }
    written++;
    const before = leftOut;
    leftOut = 0;
    return before;
  };
}
