import { statSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { adviceOn, loadConfigFile } from "../config/file.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import type { LoadedConfiguration } from "./load-configuration.ts";

/** A thread that reads one configuration file, and ends. */

parentPort?.postMessage(await load(workerData as string));

async function load(path: string): Promise<LoadedConfiguration> {
  // A pipe would be waited for, in threads that the whole process shares.
  const info = statSync(path, { throwIfNoEntry: false });
  if (info !== undefined && !info.isFile() && !info.isDirectory()) {
    return { ok: false, problems: [`${path} is no regular file`] };
  }
  const loaded = await loadConfigFile(path);
  if (!loaded.ok) {
    const problems = formatDiagnostics(loaded.diagnostics, path, loaded.source);
    return { ok: false, problems: loaded.translatedFrom === undefined ? problems : [...problems, `${path}${adviceOn(loaded, path)}`] };
  }
  return { ok: true, config: loaded.config, warnings: formatDiagnostics(loaded.warnings, path, loaded.source) };
}
