import { Worker } from "node:worker_threads";
import type { Config } from "../config/model/config.ts";

/**
 * A configuration that was read in a thread, with what is to be said of it: one text each, of a few
 * lines.
 */
export type LoadedConfiguration =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A file that takes longer is a module that never comes to its end, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Reads a configuration file in a thread of its own: a large one takes seconds, in which packets
 * are served. A module is read anew, too, with all that it imports; what it prints is left out.
 * Rejects only where the thread itself fails, or comes to no end.
 */
export async function loadConfigurationInThread(path: string, patience = PATIENCE): Promise<LoadedConfiguration> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./load-worker.${extension}`, import.meta.url), {
    workerData: path,
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error(`${path} could not be read: the thread that reads it has ended`)));
      timer = setTimeout(() => reject(new Error(`${path} was not read within ${patience / 1000} s`)), patience);
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
