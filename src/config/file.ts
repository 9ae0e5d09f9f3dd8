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
import type { Position } from "./text/problems.ts";

/** What became of a file. */
export type LoadFileResult = LoadResult & {
  /**
   * False when the file is missing, is not readable, or is a module that can't be loaded;
   * `diagnostics` says so.
   */
  readonly readable: boolean;
  /** The text, for excerpts beside diagnostics; undefined where it can't be read. */
  readonly source: string | undefined;
};

/**
 * Loads a configuration file: YAML, JSON, or (by its extension: .ts, .mts, .js, .mjs) a module
 * whose default export is `defineConfig({...})`. Problems of a module have the line where the
 * value is written out in it; where it is computed they have its path alone.
 */
export async function loadConfigFile(path: string): Promise<LoadFileResult> {
  let source: string | undefined;
  try {
    source = await readFile(path, "utf8");
    if (/\.m?[jt]s$/.test(path)) return { ...(await loadModule(path, source)), readable: true, source };
    return { ...loadConfig(source, path), readable: true, source };
  } catch (error) {
    const { reason = reasonOf(error), ...place } = (await syntaxProblem(error, source)) ?? { line: 0, column: 0 };
    const message = `the configuration can't be read: ${reason}`;
    const diagnostic: Diagnostic = { severity: "error", ...place, path: [], message, hint: undefined };
    return { ok: false, diagnostics: [diagnostic], readable: false, source };
  }
}

async function loadModule(path: string, text: string): Promise<LoadResult> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(resolve(path)).href);
  const built = buildConfig(module.default);
  if (built.ok && built.warnings.length === 0) return built;
  // The parser is only needed where there is something to say.
  const { locateInModule } = await import("./text/module-source.ts");
  return buildConfig(module.default, locateInModule(text));
}

/** Where a module that can't be loaded is no TypeScript; undefined: it is, or that is not seen. */
async function syntaxProblem(error: unknown, text: string | undefined): Promise<(Position & { readonly reason: string }) | undefined> {
  if (!(error instanceof SyntaxError) || text === undefined) return undefined;
  const { syntaxProblemOf } = await import("./text/module-source.ts");
  const problem = syntaxProblemOf(text);
  return problem && { line: problem.line, column: problem.column, reason: `not valid TypeScript: ${problem.message}` };
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
