import { statSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { isConflict, whyLeftOut } from "../config/added.ts";
import { summaryOf } from "../config/changes.ts";
import { adviceOn, type LoadFileResult, loadConfigFile, loadConfigText, readWritten, textOf } from "../config/file.ts";
import { formatDiagnostics } from "../config/text/diagnostic.ts";
import { writtenReservations } from "../config/written-reservations.ts";
import { fromBytes, toBytes } from "./config-bytes.ts";
import type {
  ConfigurationToLoad,
  FileReservation,
  LoadedConfiguration,
  LoadTask,
  PlannedConfiguration,
  RefusedReservation,
} from "./load-configuration.ts";
import { changesFrom, planOf, settled } from "./plan.ts";

/** A thread that reads configuration files, one after the other. */

parentPort?.on("message", async (task: LoadTask) => {
  parentPort?.postMessage(await answer(task));
});
// Else whoever asked would wait for an answer to what was never heard.
parentPort?.on("messageerror", (error) => {
  throw error;
});

function answer(task: LoadTask): Promise<unknown> {
  if (task.kind === "plan") return plan(task);
  return task.kind === "list" ? list(task) : load(task);
}

async function load(task: ConfigurationToLoad): Promise<LoadedConfiguration> {
  const loaded = await read(task);
  if (loaded === undefined) return irregular(task);
  if (!loaded.ok) return { ok: false, problems: problemsOf(loaded, task.path) };
  const before = task.before && fromBytes(task.before);
  return {
    ok: true,
    config: loaded.config,
    warnings: formatDiagnostics(loaded.warnings, task.path, loaded.source),
    hash: loaded.hash ?? "",
    text: textOf(loaded, task.path),
    refused: refusedOf(loaded, task.path),
    changes: before && summaryOf(changesFrom(before, loaded.config)),
    bytes: toBytes(before === undefined ? loaded.config : settled(before, loaded.config).config),
  };
}

async function plan(task: Extract<LoadTask, { kind: "plan" }>): Promise<PlannedConfiguration> {
  const loaded = await read(task);
  if (loaded === undefined) return irregular(task);
  if (!loaded.ok) return { ok: false, problems: problemsOf(loaded, task.path) };
  if (task.before === undefined) throw new Error("nothing to compare with");
  return {
    ok: true,
    plan: planOf(fromBytes(task.before), loaded.config, task.database),
    warnings: [
      ...formatDiagnostics(loaded.warnings, task.path, loaded.source),
      ...refusedOf(loaded, task.path).map(({ problem }) => problem),
    ],
    hash: loaded.hash ?? "",
  };
}

/** Undefined: it is a pipe, say, which would be waited for, in threads that the process shares. */
async function read({ path, text, added }: ConfigurationToLoad): Promise<LoadFileResult | undefined> {
  const info = text === undefined ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (info !== undefined && !info.isFile() && !info.isDirectory()) return undefined;
  return text === undefined ? loadConfigFile(path, added) : loadConfigText(text, path, added);
}

function irregular({ path }: ConfigurationToLoad): { readonly ok: false; readonly problems: readonly string[] } {
  return { ok: false, problems: [`${path} is no regular file`] };
}

function problemsOf(loaded: Extract<LoadFileResult, { ok: false }>, path: string): readonly string[] {
  const problems = formatDiagnostics(loaded.diagnostics, path, loaded.source);
  return loaded.translatedFrom === undefined ? problems : [...problems, `${path}${adviceOn(loaded, path)}`];
}

function refusedOf(loaded: LoadFileResult, path: string): readonly RefusedReservation[] {
  return (loaded.leftOut ?? []).map((one) => ({ id: one.id, problem: whyLeftOut(one, path), conflict: isConflict(one) }));
}

async function list({ path, text }: ConfigurationToLoad): Promise<readonly FileReservation[]> {
  const { value, locate } = await readWritten(path, text);
  return writtenReservations(value, locate).map(({ position: { file = path, line, column }, inside, reservation }) => ({
    origin: line > 0 ? `${file}:${line}:${column}` : file,
    ...(inside === undefined ? {} : { inside }),
    reservation,
  }));
}
