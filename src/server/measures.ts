/*
 * What is measured on the way of a packet, beside what is counted: plain numbers in typed arrays,
 * written by one thread, so that a measurement costs no more than a few comparisons.
 */

/** How often values fell into which bucket. */
export interface Histogram {
  /** Upper bounds, growing; a value equal to one belongs to it. */
  readonly bounds: Float64Array;
  /** By bucket, not cumulative; the last one is for what is above all bounds. */
  readonly counts: Float64Array;
  sum: number;
}

/** In milliseconds: from 10 microseconds to 10 seconds. */
export const TIME_BOUNDS: readonly number[] = [
  0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000,
];
/** Changes of leases in one batch. */
export const BATCH_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

/** Times are in milliseconds. */
export interface Measures {
  /** To read a message, decide about it, change memory and write its answer. */
  readonly decision: Histogram;
  /** From when a batch was handed over to the store until it was durable. */
  readonly commit: Histogram;
  /**
   * From when a message reached this machine, or this program where the system does not say that,
   * until its answer was given to the system.
   */
  readonly response: Histogram;
  /** Changes in a batch that became durable. */
  readonly batch: Histogram;
  /** Payload of UDP: of all that came, and of all answers that were to leave. */
  bytesReceived: number;
  bytesSent: number;
  /** Leases that ran out. */
  expired: number;
  /**
   * Answers by kind that told of a lease without writing it anew, such as of a `cache_threshold`.
   */
  readonly unwritten: Uint32Array;
  /** Now: answers that wait for a commit, and commits under way. */
  repliesWaiting: number;
  commitsUnderWay: number;
  /** When the message that is decided right now was received. */
  receivedAt: number;
}

export function createMeasures(): Measures {
  return {
    decision: createHistogram(TIME_BOUNDS),
    commit: createHistogram(TIME_BOUNDS),
    response: createHistogram(TIME_BOUNDS),
    batch: createHistogram(BATCH_BOUNDS),
    bytesReceived: 0,
    bytesSent: 0,
    expired: 0,
    unwritten: new Uint32Array(256),
    repliesWaiting: 0,
    commitsUnderWay: 0,
    receivedAt: 0,
  };
}

export function createHistogram(bounds: readonly number[]): Histogram {
  return { bounds: Float64Array.from(bounds), counts: new Float64Array(bounds.length + 1), sum: 0 };
}

export function observe(histogram: Histogram, value: number): void {
  const { bounds, counts } = histogram;
  let bucket = 0;
  while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
  counts[bucket] = (counts[bucket] as number) + 1;
  histogram.sum += value;
}
