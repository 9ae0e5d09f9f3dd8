/** How long an allowance lasts, in milliseconds. */
const PERIOD = 60_000;

/**
 * What clients can cause at will is written so many times a minute at the most, so that nobody
 * fills the disk by sending packets.
 */
export interface LogAllowance {
  /**
   * Asked before each entry. Undefined: leave it out. Else write it; so many were left out before
   * it.
   */
  take(): number | undefined;
  /**
   * How many were left out of a minute that is over and have not been told yet; they count as told
   * now.
   */
  overdue(): number;
}

/** `clock`: milliseconds that never go back. */
export function createLogAllowance(entries: number, clock: () => number): LogAllowance {
  let end = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;

  function told(): number {
    const count = leftOut;
    leftOut = 0;
    return count;
  }

  return {
    take() {
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
      return told();
    },
    overdue: () => (clock() < end ? 0 : told()),
  };
}

/** The text of an entry before which so many were left out. */
export function withLeftOut(text: string, leftOut: number): string {
  return leftOut === 0 ? text : `${text} (${leftOut} such entries before it were left out)`;
}
