import { parentPort, workerData } from "node:worker_threads";
import { restrictThread } from "../../io/linux/privileges.ts";
import type { EventsData, FromEventsThread, ToEventsThread } from "./messages.ts";
import { createEventsThread } from "./thread.ts";

/**
 * The thread that tells others what became of leases. Programs that it runs have no more than it.
 */
restrictThread();

const { database, changes, spec } = workerData as EventsData;
const send = (message: FromEventsThread): void => parentPort?.postMessage(message);
const thread = createEventsThread(database, new Int32Array(changes), send);
thread.configure(spec);
parentPort?.on("message", (message: ToEventsThread) => {
  if (message.kind === "spec") thread.configure(message.spec);
  else void thread.close().finally(() => process.exit());
});
send({ kind: "ready" });
