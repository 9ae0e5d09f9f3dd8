import { closeSync, openSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import koffi from "koffi";
import { loadConfig } from "../../../src/config/load.ts";
import { NO_LOG } from "../../../src/server/log.ts";
import { type Server, startServer } from "../../../src/server/server.ts";
import { openMemoryStore } from "../../../src/store/memory.ts";

/** A thread that is a server: in one namespace after the other, a configuration in each. */

const setns = koffi.load(null).func("int setns(int fd, int type)");
const CLONE_NEWNET = 0x40000000;

let server: Server | undefined;

parentPort?.on("message", async ({ namespace, yaml }: { readonly namespace: string; readonly yaml: string | undefined }) => {
  try {
    await server?.stop();
    server = undefined;
    if (yaml !== undefined) await serve(namespace, yaml);
    parentPort?.postMessage("done");
  } catch (error) {
    parentPort?.postMessage(String(error));
  }
});

async function serve(namespace: string, yaml: string): Promise<void> {
  const there = openSync(`/run/netns/${namespace}`, "r");
  if (setns(there, CLONE_NEWNET) !== 0) throw new Error("setns fails");
  closeSync(there);
  const loaded = loadConfig(yaml, "converted.yaml");
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  server = await startServer({ config: loaded.config, store: openMemoryStore(), address: 0, port: 67, dhcp6: {}, log: NO_LOG });
}
