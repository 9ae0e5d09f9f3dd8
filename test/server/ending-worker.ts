import { parentPort, workerData } from "node:worker_threads";

/* A thread that ends when it is told to: as it should, with an error, or not at all. */

parentPort?.postMessage(`begun with ${workerData}`);
parentPort?.on("message", (message: { readonly kind: string }) => {
  if (message.kind === "fail") throw new Error("it had enough");
  if (message.kind === "end") process.exit();
});
