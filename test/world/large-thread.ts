/** Lives through the large world in a thread of its own: where the test runner follows each promise, it takes a quarter longer. */
import { parentPort, workerData } from "node:worker_threads";
import { type LargeSize, runLarge } from "./large.ts";

const { seed, size } = workerData as { readonly seed: number; readonly size: LargeSize };
parentPort?.postMessage(await runLarge(seed, size));
