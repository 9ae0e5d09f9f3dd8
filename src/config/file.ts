/**
 * `leasehold/config/file`: the configuration in a file. The only part of the configuration that
 * performs I/O: `leasehold/config` does not have it, so that it runs in a browser.
 *
 *     import { loadConfigFile } from "leasehold/config/file";
 *     const loaded = await loadConfigFile("home.yaml");
 *
 * @module
 */
import "./node-version.ts";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { AddedReservation, AddedResult } from "./added.ts";
import { buildTranslation, originOf } from "./import/build.ts";
import { type Format, guessFormat } from "./import/formats.ts";
import { mergeTranslations } from "./import/merge.ts";
import type { Files, Translation } from "./import/translation.ts";
import { buildConfig, loadConfig } from "./load.ts";
import { registerHooks, resolveImport } from "./package-imports.ts";
import type { Diagnostic, SourceText } from "./text/diagnostic.ts";
import { otherFile } from "./text/other-files.ts";
import type { Locate, Position } from "./text/problems.ts";
import { reasonOf } from "./text/reason.ts";
import { readSource } from "./text/source.ts";
import { NOT_UTF8, notUtf8At } from "./text/utf8.ts";

/** What became of a file. */
export type LoadFileResult = AddedResult & {
  /**
   * False when the file is missing, is not readable, or is a module that can't be loaded;
   * `diagnostics` says so.
   */
  readonly readable: boolean;
  /**
   * The file, or one that it includes, is missing or not readable, or it is a module that can't be
   * loaded as things are. That may be otherwise at another time, though nobody changes the file.
   */
  readonly missing: boolean;
  /** The text, for excerpts beside diagnostics; undefined where it can't be read. */
  readonly source: SourceText | undefined;
  /** The format of another server, for people, where the file was translated. */
  readonly translatedFrom?: string;
  /**
   * SHA-256 of what was read, in hex: of the bytes of the file. Where it includes or imports
   * others, of their hashes, one in a line: first that of the file, then those of the others in the
   * order of their paths. Undefined where it can't be read.
   */
  readonly hash: string | undefined;
};

/**
 * Loads a configuration file: YAML, JSON, (by its extension: .ts, .mts, .js, .mjs) a module whose
 * default export is `defineConfig({...})`, or a file of another server, which is translated.
 * Problems of a module have the line where the value is written out in it; where it is computed
 * they have its path alone. `added`: reservations beside those of the file.
 */
export async function loadConfigFile(path: string, added: readonly AddedReservation[] = []): Promise<LoadFileResult> {
  let source: string | undefined;
  try {
    const bytes = await readRegular(path);
    source = textFrom(bytes);
    const encoding = encodingProblem(bytes, source);
    if (encoding !== undefined) return encoding;
    if (isModule(path)) return { ...(await loadModule(path, source, added)), readable: true, missing: false, source };
    return loadConfigText(source, path, added);
  } catch (error) {
    const { reason = reasonOf(error), ...place } = (await syntaxProblem(error, source)) ?? { line: 0, column: 0 };
    const message = `the configuration can't be read: ${reason}`;
    const diagnostic: Diagnostic = { severity: "error", ...place, path: [], message, hint: undefined };
    return { ok: false, diagnostics: [diagnostic], readable: false, missing: place.line === 0, source, hash: undefined };
  }
}

/**
 * What to do about a file of another server that can't be used as it stands, to follow what is said
 * of it.
 */
export function adviceOn({ translatedFrom }: LoadFileResult, path: string): string {
  return translatedFrom === undefined
    ? ""
    : `: not all of this file of ${translatedFrom} can be served; \`leasehold convert ${path} > dhcp.yaml\` writes what can be, to be completed`;
}

/** The same as `loadConfigText`, of the bytes of a text. */
export function loadConfigBytes(bytes: Uint8Array, name: string, added: readonly AddedReservation[] = []): LoadFileResult {
  const source = textFrom(bytes);
  return encodingProblem(bytes, source) ?? loadConfigText(source, name, added);
}

function textFrom(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** Undefined: none, or it is something else than a text, which is said of it then. */
function encodingProblem(bytes: Uint8Array, source: string): LoadFileResult | undefined {
  const place = notUtf8At(bytes);
  if (place === undefined || otherFile(source) !== undefined) return undefined;
  const diagnostic: Diagnostic = { severity: "error", ...place, path: [], ...NOT_UTF8 };
  return { ok: false, diagnostics: [diagnostic], readable: true, missing: false, source, hash: undefined };
}

/** A file, or a pipe. Of a device, such as /dev/zero, there may be no end. */
async function readRegular(path: string): Promise<Uint8Array> {
  const info = await stat(path);
  if (info.isCharacterDevice() || info.isBlockDevice()) throw new Error("it is a device, and no file");
  return readFile(path);
}

/**
 * The same as `loadConfigFile`, of a text that was read already; files that it includes are read.
 */
export function loadConfigText(source: string, name: string, added: readonly AddedReservation[] = []): LoadFileResult {
  // Leases of dhcpd have statements of its configuration in them.
  const format = otherFile(source) === undefined ? guessFormat(name, source) : undefined;
  if (format === undefined) return { ...loadConfig(source, name, added), readable: true, missing: false, source, hash: hashOf([source]) };
  let missing = false;
  const files: Files = {
    ...FILES,
    read(path, from) {
      const read = FILES.read(path, from);
      if ("reason" in read) missing = true;
      return read;
    },
    list(folder, from) {
      const listed = FILES.list(folder, from);
      if ("reason" in listed) missing = true;
      return listed;
    },
  };
  const { sources, ...translation } = translateTexts([{ name, text: source }], format, files);
  const included = [...sources].filter(([other]) => other !== name).sort(byName);
  return {
    ...buildTranslation({ ...translation, sources }, added),
    readable: true,
    missing,
    source: sources,
    translatedFrom: format.title,
    hash: hashOf([source, ...included.map(([, text]) => text)]),
  };
}

/** What a file says, where one text says all of it. */
export function textOf({ source, translatedFrom }: LoadFileResult, path: string): string | undefined {
  return typeof source === "string" && translatedFrom === undefined && !isModule(path) ? source : undefined;
}

/** What was written in a file, before anything is made of it, and where each part of it stands. */
export async function readWritten(path: string, text?: string): Promise<{ readonly value: unknown; readonly locate: Locate }> {
  const source = text ?? (await readFile(path, "utf8"));
  if (isModule(path)) {
    const { module } = await importModule(pathToFileURL(resolve(path)).href);
    const { locateInModule } = await import("./text/module-source.ts");
    return { value: module.default, locate: locateInModule(source) };
  }
  const format = guessFormat(path, source);
  if (format === undefined) {
    const { problems, readings } = readSource(source, path.endsWith(".json") ? "JSON" : "YAML");
    return readings !== undefined && problems.length === 0 ? readings.first : { value: undefined, locate: () => ({ line: 1, column: 1 }) };
  }
  const translation = translateTexts([{ name: path, text: source }], format);
  return { value: translation.value, locate: (place) => originOf(translation, place) };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** See `LoadFileResult`. */
function hashOf(texts: readonly string[]): string {
  const [first, ...others] = texts.map((text) => createHash("sha256").update(text).digest("hex"));
  if (first === undefined || others.length === 0) return first ?? "";
  return createHash("sha256")
    .update([first, ...others].map((hash) => `${hash}\n`).join(""))
    .digest("hex");
}

/** A configuration of another server. */
export interface ForeignText {
  readonly name: string;
  readonly text: string;
}

/** What configurations of another server become together; files that they include are read. */
export function translateTexts(texts: readonly ForeignText[], format: Format, files: Files = FILES): Translation {
  const translation =
    format.translateTogether?.(texts, files) ?? mergeTranslations(texts.map(({ text, name }) => format.translate(text, name, files)));
  return { ...translation, sources: new Map([...texts.map(({ name, text }) => [name, text] as const), ...translation.sources]) };
}

/** By its extension. */
export function isModule(path: string): boolean {
  return /\.m?[jt]s$/.test(path);
}

const NO_DEFAULT: Diagnostic = {
  severity: "error",
  line: 0,
  column: 0,
  path: [],
  message: "nothing is exported by default",
  hint: "write export default defineConfig({...})",
};

async function loadModule(
  path: string,
  text: string,
  added: readonly AddedReservation[],
): Promise<AddedResult & { readonly hash: string }> {
  const file = resolve(path);
  const { module, imported } = await importModule(pathToFileURL(file).href);
  const texts = await Promise.all(imported.map((url) => readFile(fileURLToPath(url), "utf8")));
  const hash = hashOf([text, ...texts]);
  if (module.default === undefined) return { ok: false, diagnostics: [NO_DEFAULT], hash };
  const built = buildConfig(module.default, undefined, added, file);
  if (built.ok && built.warnings.length === 0 && built.leftOut === undefined) return { ...built, hash };
  // The parser is only needed where there is something to say.
  const { locateInModule } = await import("./text/module-source.ts");
  return { ...buildConfig(module.default, locateInModule(text), added, file), hash };
}

/** What the operator's own modules do not lie in: this program, and packages. */
const OWN = new URL("../", import.meta.url).href;
const PACKAGES = "/node_modules/";

/**
 * A module, and the operator's own modules that it imports, in the order of their addresses. Where
 * it was imported before, it is what it was then.
 */
async function importModule(
  url: string,
): Promise<{ readonly module: { readonly default?: unknown }; readonly imported: readonly string[] }> {
  const found = new Set([url]);
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = resolveImport(specifier, context, next);
      const isOwn = resolved.url.startsWith(OWN) || resolved.url.includes(PACKAGES);
      if (!isOwn && resolved.url.startsWith("file:") && found.has(context.parentURL ?? "")) found.add(resolved.url);
      return resolved;
    },
  });
  try {
    const module = await import(url);
    found.delete(url);
    return { module, imported: [...found].sort() };
  } finally {
    hooks.deregister();
  }
}

/** Where a module that can't be loaded is no TypeScript; undefined: it is, or that is not seen. */
async function syntaxProblem(error: unknown, text: string | undefined): Promise<(Position & { readonly reason: string }) | undefined> {
  if (!(error instanceof SyntaxError) || text === undefined) return undefined;
  const { syntaxProblemOf } = await import("./text/module-source.ts");
  const problem = syntaxProblemOf(text);
  return problem && { line: problem.line, column: problem.column, reason: `not valid TypeScript: ${problem.message}` };
}

/**
 * A relative name is beside the file that says it, else, as servers have it, in the folder that we
 * run in.
 */
const FILES: Files = {
  read(path, from) {
    let reason: string | undefined;
    for (const name of placesOf(path, from)) {
      try {
        // Of a device there may be no end.
        if (!statSync(name).isFile()) return { reason: statSync(name).isDirectory() ? "it is a folder" : "it is no file" };
        const bytes = readFileSync(name);
        const place = notUtf8At(bytes);
        if (place !== undefined) return { reason: `${NOT_UTF8.message}, see its line ${place.line}` };
        return { name, text: bytes.toString("utf8") };
      } catch (error) {
        reason ??= reasonOf(error);
      }
    }
    return { reason: reason ?? "there is no such file" };
  },
  list(folder, from) {
    let reason: string | undefined;
    for (const name of placesOf(folder, from)) {
      try {
        return readdirSync(name, { withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map((entry) => entry.name)
          .sort();
      } catch (error) {
        // Then it is in the other place, or nowhere.
        reason ??= reasonOf(error);
      }
    }
    return { reason: reason ?? "there is no such folder" };
  },
};

function placesOf(path: string, from: string): readonly string[] {
  return isAbsolute(path) ? [path] : [...new Set([join(dirname(from), path), path])];
}
