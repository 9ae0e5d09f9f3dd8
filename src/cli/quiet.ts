import { performance } from "node:perf_hooks";

/** How long a thread has to have little to do, in milliseconds, and which share of that is little. */
const LOOK_AFTER = 1000;
const LITTLE = 0.3;

/**
 * Settles when this thread has had a second with little to do, `patience` milliseconds from now at
 * the latest: what takes time to start, and can wait, then takes none from packets, of which many
 * come when a server was started anew.
 */
export async function quietMoment(patience: number): Promise<void> {
  const end = performance.now() + patience;
  do {
    const before = performance.eventLoopUtilization();
    await new Promise<void>((resolve) => setTimeout(resolve, Math.min(LOOK_AFTER, patience)).unref());
    if (performance.eventLoopUtilization(before).utilization < LITTLE) return;
  } while (performance.now() < end);
}
