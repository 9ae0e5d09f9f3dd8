import { type AddedReservation, type AddedResult, type Joined, join, loadWith } from "./added.ts";
import { buildModel, type WrittenKeys } from "./build/config.ts";
import { advise as adviseOnDhcp4 } from "./build/dhcp4/advice.ts";
import { advise as adviseOnDhcp6 } from "./build/dhcp6/advice.ts";
import { adviseOnNames } from "./build/names/advice.ts";
import { checkRefused } from "./build/refused.ts";
import { withoutConsequences } from "./build/scopes.ts";
import { takeHooks } from "./hooks/read.ts";
import type { Config } from "./model/config.ts";
import type { ConfigInput } from "./schema/config.ts";
import type { Definitions } from "./schema/typed-options.ts";
import { validate } from "./schema/validate.ts";
import { type Diagnostic, formatPath, withoutSecretsOf } from "./text/diagnostic.ts";
import { otherFile } from "./text/other-files.ts";
import { type Characters, createReport, inOrder, isError, type Locate, type Problem, toDiagnostics } from "./text/problems.ts";
import { type FoundIn, foundInBoth } from "./text/repeated-keys.ts";
import { type Reading, readSource } from "./text/source.ts";

/** A checked configuration, or every problem of what was written. */
export type LoadResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly Diagnostic[] }
  /** Every problem of the file, warnings too, in the order of the text. */
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a configuration from YAML or JSON text. It either loads with one exact meaning or fails
 * with every problem in it. `fileName` only tells which of the two the writer had in mind: YAML
 * without one. `added`: reservations beside those of the text. Throws a `TypeError` for what is no
 * text, and nothing else.
 */
export function loadConfig(text: string, fileName = "", added: readonly AddedReservation[] = []): AddedResult {
  if (typeof text !== "string")
    throw new TypeError("loadConfig takes the text of a configuration: give an object to buildConfig, and bytes as text, in UTF-8");
  const loaded = loadText(text, fileName, added);
  return loaded.ok
    ? { ...loaded, warnings: withoutSecretsOf(text, loaded.warnings) }
    : { ...loaded, diagnostics: withoutSecretsOf(text, loaded.diagnostics) };
}

function loadText(text: string, fileName: string, added: readonly AddedReservation[]): AddedResult {
  const other = otherFile(text);
  if (other !== undefined) {
    const { message, hint } = other;
    return { ok: false, diagnostics: [{ severity: "error", line: 0, column: 0, path: [], message, hint }] };
  }
  const source = readSource(text, fileName.endsWith(".json") ? "JSON" : "YAML");
  const loadReading = ({ value, locate, charactersAt }: Reading, some: readonly AddedReservation[]) =>
    // An empty file is an empty configuration.
    load(value ?? {}, locate, some, charactersAt);
  const { readings } = source;
  if (readings !== undefined && source.problems.length === 0) return loadWith(added, (some) => loadReading(readings.first, some));
  const ofText = source.problems.map((problem): Diagnostic => ({ severity: "error", path: [], ...problem }));
  if (readings === undefined) return { ok: false, diagnostics: inOrder(ofText) };
  const [first, last] = [readings.first, readings.last].map((reading) => {
    const loaded = loadReading(reading, []);
    return { diagnostics: loaded.ok ? loaded.warnings : loaded.diagnostics, locate: reading.locate };
  }) as [FoundIn, FoundIn];
  return { ok: false, diagnostics: inOrder([...ofText, ...foundInBoth(first, last)]) };
}

/**
 * Makes a configuration from an object, such as `defineConfig` takes. Diagnostics have paths, and
 * positions where `locate` knows of a text that the object was made from. `added`: reservations
 * beside those of the object. Hooks need `module`, the file whose default export the object is: a
 * thread of their own imports it. Never throws.
 */
export function buildConfig(
  value: unknown,
  locate: Locate = () => ({ line: 0, column: 0 }),
  added: readonly AddedReservation[] = [],
  module?: string,
): AddedResult {
  return loadWith(added, (some) => load(value, locate, some, undefined, module));
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

function load(
  written: unknown,
  locateWritten: Locate,
  added: readonly AddedReservation[],
  charactersAt?: Characters,
  module?: string,
): LoadResult & Pick<Joined, "placeOf"> {
  const { value: joined, locate, placeOf } = join(written, locateWritten, added);
  const forms = createReport(charactersAt);
  const { value, hooks } = takeHooks(joined, module, forms);
  const validated = validate(value, forms);
  let problems: readonly Problem[] = forms.problems;
  if (validated !== undefined) {
    const { file, originalPath, refused: refusedMaps } = validated;
    const meaning = createReport(charactersAt && ((path) => charactersAt(originalPath(path))));
    const config = buildModel(file, writtenKeys(value), hooks, meaning);
    checkRefused(refusedMaps, file, forms);
    let clean = !forms.problems.some(isError) && !meaning.problems.some(isError);
    const advice = createReport();
    adviseOnDhcp4(config, file, advice);
    if (config.dhcp6 !== undefined && file.v6 !== undefined) adviseOnDhcp6(config.dhcp6, file, file.v6, advice);
    const told = withoutConsequences(advice.problems, [...forms.problems, ...meaning.problems]);
    if (clean) adviseOnNames(config, file, meaning);
    clean &&= !meaning.problems.some(isError);
    const ofMeaning = [...meaning.problems, ...told].map((problem) => ({
      ...problem,
      path: originalPath(problem.path),
      ...(problem.other && { other: originalPath(problem.other) }),
    }));
    const refused = placesAround(forms.problems);
    problems = [...forms.problems, ...ofMeaning.filter((problem) => !isConsequence(problem, refused))];
    if (clean) return { ok: true, config, warnings: toDiagnostics(problems, locate), placeOf };
  }
  return { ok: false, diagnostics: toDiagnostics(problems, locate), placeOf };
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

/**
 * The keys of maps as written, also of networks and the like with problems. A key of `dns` without
 * a value is not set.
 */
function writtenKeys(value: unknown): WrittenKeys {
  const at = (...path: readonly string[]): ReadonlySet<string> => {
    const map = path.reduce<unknown>((outer, key) => (outer as Plain | null | undefined)?.[key], value);
    return new Set(typeof map === "object" && map !== null ? Object.keys(map) : []);
  };
  const dns = (value as { readonly dns?: Plain | null } | null)?.dns;
  return {
    dhcp4: at("networks"),
    dhcp6: at("v6", "networks"),
    dns: new Set([...at("dns")].filter((key) => dns?.[key] !== null && dns?.[key] !== undefined)),
    tsigKeys: at("ddns", "tsig_keys"),
  };
}

type Plain = Readonly<Record<string, unknown>>;
