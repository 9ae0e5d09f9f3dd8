import { once } from "node:events";
import { Worker } from "node:worker_threads";

/*
 * Servers in threads, for a thread can be in a namespace and stay there; one serves a configuration
 * after the other, so that the program is loaded once for each of those that run at a time.
 */

const idle: Worker[] = [];

/** Serves a configuration in a namespace until the function that it resolves to is called. */
export async function serveIn(namespace: string, yaml: string): Promise<() => Promise<void>> {
  const worker = idle.pop() ?? new Worker(new URL("./leasehold-worker.ts", import.meta.url));
  // A thread that waits for the next test keeps nothing running.
  worker.ref();
  await tell(worker, { namespace, yaml });
  return async () => {
    await tell(worker, { namespace, yaml: undefined });
    worker.unref();
    idle.push(worker);
  };
}

async function tell(worker: Worker, what: { readonly namespace: string; readonly yaml: string | undefined }): Promise<void> {
  const answered = once(worker, "message");
  worker.postMessage(what);
  const [answer] = await answered;
  if (answer !== "done") throw new Error(`Leasehold does not start: ${answer}`);
}
