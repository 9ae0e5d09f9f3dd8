/**
 * `leasehold/config/file`: the configuration in a file. The only part of the configuration that
 * performs I/O: `leasehold/config` does not have it, so that it runs in a browser.
 *
 *     import { loadConfigFile } from "leasehold/config/file";
 *     const loaded = await loadConfigFile("home.yaml");
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LoadResult } from "./load.ts";
import { buildConfig, loadConfig } from "./load.ts";
import type { Diagnostic } from "./text/diagnostic.ts";

/** What became of a file. */
export type LoadFileResult = LoadResult & {
  /**
   * False when the file is missing, is not readable, or is a module that can't be loaded;
   * `diagnostics` says so.
   */
  readonly readable: boolean;
  /** The text, for excerpts beside diagnostics; undefined for a TypeScript or JavaScript module. */
  readonly source: string | undefined;
};

/**
 * Loads a configuration file: YAML, JSON, or (by its extension: .ts, .mts, .js, .mjs) a module
 * whose default export is `defineConfig({...})`.
 */
export async function loadConfigFile(path: string): Promise<LoadFileResult> {
  try {
    if (/\.m?[jt]s$/.test(path)) return { ...(await loadModule(path)), readable: true, source: undefined };
    const source = await readFile(path, "utf8");
    return { ...loadConfig(source, path), readable: true, source };
  } catch (error) {
    const message = `the configuration can't be read: ${reasonOf(error)}`;
    const diagnostic: Diagnostic = { severity: "error", line: 0, column: 0, path: [], message, hint: undefined };
    return { ok: false, diagnostics: [diagnostic], readable: false, source: undefined };
  }
}

async function loadModule(path: string): Promise<LoadResult> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(path)).href);
  return buildConfig(module.default);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ERR_MODULE_NOT_FOUND: "the file, or a module that it imports, is missing",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
};

function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const reason = typeof code === "string" ? REASONS[code] : undefined;
  return reason ?? (error instanceof Error ? error.message : String(error));
}
