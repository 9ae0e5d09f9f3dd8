import { parentPort, workerData } from "node:worker_threads";
import { loadConfigFile } from "../config/file.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import type { LoadedConfiguration } from "./load-configuration.ts";

/** A thread that reads one configuration file, and ends. */

const path = workerData as string;
const loaded = await loadConfigFile(path);
const answer: LoadedConfiguration = loaded.ok
  ? { ok: true, config: loaded.config, warnings: formatDiagnostics(loaded.warnings, path, loaded.source) }
  : { ok: false, problems: formatDiagnostics(loaded.diagnostics, path, loaded.source) };
parentPort?.postMessage(answer);
