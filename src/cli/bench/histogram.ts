/** Steps per doubling: a value is known to within 1/64 of itself. */
const STEPS = 64;
const STEP_BITS = 6;

/**
 * Counts durations in microseconds on a scale that is linear within each doubling; recording
 * allocates nothing.
 */
export interface Histogram {
  readonly count: number;
  readonly max: number;
  readonly mean: number;
  /** `value` in microseconds, up to 2^31; a fraction is cut off. */
  record(value: number): void;
  /** The value that this share (0 to 1) of all values does not exceed, 0 when there are none. */
  percentile(share: number): number;
  reset(): void;
}

export function createHistogram(): Histogram {
  const counts = new Float64Array((32 - STEP_BITS + 1) * STEPS);
  let count = 0;
  let sum = 0;
  let max = 0;
  return {
    get count() {
      return count;
    },
    get max() {
      return max;
    },
    get mean() {
      return count === 0 ? 0 : sum / count;
    },
    record(value) {
      const index = indexOf(value);
      counts[index] = (counts[index] as number) + 1;
      count++;
      sum += value;
      if (value > max) max = value;
    },
    percentile(share) {
      const rank = Math.ceil(share * count);
      let seen = 0;
      for (let index = 0; index < counts.length && count > 0; index++) {
        seen += counts[index] as number;
        if (seen >= rank && seen > 0) return Math.min(middleOf(index), max);
      }
      return 0;
    },
    reset() {
      counts.fill(0);
      count = 0;
      sum = 0;
      max = 0;
    },
  };
}

function indexOf(value: number): number {
  const whole = value | 0;
  if (whole < STEPS) return Math.max(whole, 0);
  const shift = 31 - Math.clz32(whole) - STEP_BITS;
  return (shift + 1) * STEPS + (whole >>> shift) - STEPS;
}

/** The middle of the values that share this index. */
function middleOf(index: number): number {
  if (index < STEPS) return index;
  const shift = Math.floor(index / STEPS) - 1;
  return ((index % STEPS) + STEPS) * 2 ** shift + (2 ** shift - 1) / 2;
}
