import { buildModel, type WrittenNetworks } from "./build/config.ts";
import { advise as adviseOnDhcp4 } from "./build/dhcp4/advice.ts";
import { advise as adviseOnDhcp6 } from "./build/dhcp6/advice.ts";
import type { Config } from "./model/config.ts";
import type { ConfigInput } from "./schema/config.ts";
import type { Definitions } from "./schema/typed-options.ts";
import { validate } from "./schema/validate.ts";
import { type Diagnostic, formatPath } from "./text/diagnostic.ts";
import { type Characters, createReport, isError, type Locate, type Problem, toDiagnostics } from "./text/problems.ts";
import { readSource } from "./text/source.ts";

/** A checked configuration, or every problem of what was written. */
export type LoadResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Diagnostic[] }
  /** Every problem of the file, warnings too, in the order of the text. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a configuration from YAML or JSON text. It either loads with one exact meaning or fails
 * with every problem in it. `fileName` only tells which of the two the writer had in mind. Never
 * throws.
 */
export function loadConfig(text: string, fileName: string): LoadResult {
  const source = readSource(text, fileName.endsWith(".json") ? "JSON" : "YAML");
  if (source.problems.length > 0) {
    return { ok: false, diagnostics: source.problems.map((problem) => ({ severity: "error", path: [], ...problem })) };
  }
  // An empty file is an empty configuration.
  return load(source.value ?? {}, source.locate, source.charactersAt);
}

/**
 * Makes a configuration from an object, such as `defineConfig` takes. Diagnostics have paths, and
 * positions where `locate` knows of a text that the object was made from. Never throws.
 */
export function buildConfig(value: unknown, locate: Locate = () => ({ line: 0, column: 0 })): LoadResult {
  return load(value, locate);
}

/**
 * Gives editors and the compiler the type of a configuration that is written as a program: the
 * names of options and the forms of their values, those of `option_definitions` too.
 */
export function defineConfig<const D extends Definitions = NoDefinitions>(config: ConfigInput<D>): ConfigInput<D> {
  return config;
}

/** Nothing but the options of the tables has a name. */
type NoDefinitions = Readonly<Record<never, never>>;

function load(value: unknown, locate: Locate, charactersAt?: Characters): LoadResult {
  const forms = createReport(charactersAt);
  const validated = validate(value, forms);
  let problems: readonly Problem[] = forms.problems;
  if (validated !== undefined) {
    const { file, originalPath } = validated;
    const meaning = createReport(charactersAt && ((path) => charactersAt(originalPath(path))));
    const config = buildModel(file, writtenNetworks(value), meaning);
    const clean = !forms.problems.some(isError) && !meaning.problems.some(isError);
    if (clean) adviseOnDhcp4(config, file, Object.keys(file.networks ?? {}), meaning);
    if (clean && config.dhcp6 !== undefined && file.v6 !== undefined) adviseOnDhcp6(config.dhcp6, file.v6, meaning);
    const ofMeaning = meaning.problems.map((problem) => ({ ...problem, path: originalPath(problem.path) }));
    const refused = placesAround(forms.problems);
    problems = [...forms.problems, ...ofMeaning.filter((problem) => !isConsequence(problem, refused))];
    if (clean) return { ok: true, config, warnings: toDiagnostics(problems, locate) };
  }
  return { ok: false, diagnostics: toDiagnostics(problems, locate) };
}

/** Every place that one of the problems is inside. */
function placesAround(problems: readonly Problem[]): ReadonlySet<string> {
  const places = new Set<string>();
  for (const { path } of problems) for (let length = 1; length < path.length; length++) places.add(formatPath(path.slice(0, length)));
  return places;
}

/**
 * Whether it is a warning about a map in a list of which something was refused: it may be about
 * what that would have said.
 */
function isConsequence({ severity, path }: Problem, refused: ReadonlySet<string>): boolean {
  const map = path.slice(0, -1);
  return severity === "warning" && typeof map.at(-1) === "number" && refused.has(formatPath(map));
}

/** The keys of networks as written, also of networks with problems. */
function writtenNetworks(value: unknown): WrittenNetworks {
  const file = value as { readonly networks?: unknown; readonly v6?: { readonly networks?: unknown } | null } | null;
  return { dhcp4: keysOf(file?.networks), dhcp6: keysOf(file?.v6?.networks) };
}

function keysOf(map: unknown): ReadonlySet<string> {
  return new Set(typeof map === "object" && map !== null ? Object.keys(map) : []);
}
