import { parentPort } from "node:worker_threads";
import "../../src/api/worker.ts";

/* The thread of the API, which an answer of `{crash: true}` ends. */

parentPort?.on("message", ({ answer }: { readonly answer?: { readonly crash?: boolean } }) => {
  if (answer?.crash === true) throw new Error("it had enough");
});
