/**
 * `leasehold/config/file`: the configuration in a file. The only part of the configuration that
 * performs I/O: `leasehold/config` does not have it, so that it runs in a browser.
 *
 *     import { loadConfigFile } from "leasehold/config/file";
 *     const loaded = await loadConfigFile("home.yaml");
 *
 * @module
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildTranslation } from "./import/build.ts";
import { type Format, guessFormat } from "./import/formats.ts";
import { mergeTranslations } from "./import/merge.ts";
import type { Files, Translation } from "./import/translation.ts";
import type { LoadResult } from "./load.ts";
import { buildConfig, loadConfig } from "./load.ts";
import type { Diagnostic, SourceText } from "./text/diagnostic.ts";
import type { Position } from "./text/problems.ts";

/** What became of a file. */
export type LoadFileResult = LoadResult & {
  /**
   * False when the file is missing, is not readable, or is a module that can't be loaded;
   * `diagnostics` says so.
   */
  readonly readable: boolean;
  /** The text, for excerpts beside diagnostics; undefined where it can't be read. */
  readonly source: SourceText | undefined;
  /** The format of another server, for people, where the file was translated. */
  readonly translatedFrom?: string;
};

/**
 * Loads a configuration file: YAML, JSON, (by its extension: .ts, .mts, .js, .mjs) a module whose
 * default export is `defineConfig({...})`, or a file of another server, which is translated.
 * Problems of a module have the line where the value is written out in it; where it is computed
 * they have its path alone.
 */
export async function loadConfigFile(path: string): Promise<LoadFileResult> {
  let source: string | undefined;
  try {
    source = await readFile(path, "utf8");
    if (isModule(path)) return { ...(await loadModule(path, source)), readable: true, source };
    return loadConfigText(source, path);
  } catch (error) {
    const { reason = reasonOf(error), ...place } = (await syntaxProblem(error, source)) ?? { line: 0, column: 0 };
    const message = `the configuration can't be read: ${reason}`;
    const diagnostic: Diagnostic = { severity: "error", ...place, path: [], message, hint: undefined };
    return { ok: false, diagnostics: [diagnostic], readable: false, source };
  }
}

/** What to do about a file of another server that can't be used as it stands, to follow what is said of it. */
export function adviceOn({ translatedFrom }: LoadFileResult, path: string): string {
  return translatedFrom === undefined
    ? ""
    : `: not all of this file of ${translatedFrom} can be served; \`leasehold convert ${path} -o dhcp.yaml\` writes what can be, to be completed`;
}

/** The same as `loadConfigFile`, of a text that was read already; files that it includes are read. */
export function loadConfigText(source: string, name: string): LoadFileResult {
  const format = guessFormat(name, source);
  if (format === undefined) return { ...loadConfig(source, name), readable: true, source };
  const translation = translateTexts([{ name, text: source }], format);
  return { ...buildTranslation(translation), readable: true, source: translation.sources, translatedFrom: format.title };
}

/** A configuration of another server. */
export interface ForeignText {
  readonly name: string;
  readonly text: string;
}

/** What configurations of another server become together; files that they include are read. */
export function translateTexts(texts: readonly ForeignText[], format: Format): Translation {
  const translation =
    format.translateTogether?.(texts, FILES) ?? mergeTranslations(texts.map(({ text, name }) => format.translate(text, name, FILES)));
  return { ...translation, sources: new Map([...texts.map(({ name, text }) => [name, text] as const), ...translation.sources]) };
}

/** By its extension. */
export function isModule(path: string): boolean {
  return /\.m?[jt]s$/.test(path);
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

/** A relative name is beside the file that says it, else, as servers have it, in the folder that we run in. */
const FILES: Files = {
  read(path, from) {
    let reason: string | undefined;
    for (const name of placesOf(path, from)) {
      try {
        // Of a device there may be no end.
        if (!statSync(name).isFile()) return { reason: statSync(name).isDirectory() ? "it is a folder" : "it is no file" };
        return { name, text: readFileSync(name, "utf8") };
      } catch (error) {
        reason ??= reasonOf(error);
      }
    }
    return { reason: reason ?? "there is no such file" };
  },
  list(folder, from) {
    for (const name of placesOf(folder, from)) {
      try {
        return readdirSync(name, { withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map((entry) => entry.name)
          .sort();
      } catch {
        // Then it is in the other place, or nowhere.
      }
    }
    return [];
  },
};

function placesOf(path: string, from: string): readonly string[] {
  return isAbsolute(path) ? [path] : [...new Set([join(dirname(from), path), path])];
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ERR_MODULE_NOT_FOUND: "the file, or a module that it imports, is missing",
  EACCES: "permission denied",
  EISDIR: "it is a folder",
};

/** Why a file could not be read, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  const reason = typeof code === "string" ? REASONS[code] : undefined;
  return reason ?? (error instanceof Error ? error.message : String(error));
}
