/**
 * `leasehold/config`: from a text, or from a program's own object, to a checked configuration. Runs
 * in a browser; `leasehold/config/file` reads files.
 *
 *     import { formatDiagnostics, loadConfig } from "leasehold/config";
 *     const loaded = loadConfig(text, "home.yaml");
 *     if (!loaded.ok) console.error(formatDiagnostics(loaded.diagnostics, "home.yaml", text));
 *
 * @module
 */

export type { AddedReservation, AddedResult, LeftOut } from "./added.ts";
export type { Decoded, DecodedFields } from "./hooks/decoded.ts";
export type * from "./hooks/types.ts";
export { buildTranslation } from "./import/build.ts";
export { FORMATS, type Format, guessFormat } from "./import/formats.ts";
export type { Files, Finding, Note, Notes, Origin, PlainMap, Translation, Translator } from "./import/translation.ts";
export { writeTranslation } from "./import/write.ts";
export { buildConfig, defineConfig, type LoadResult, loadConfig } from "./load.ts";
export type * from "./model/api.ts";
export type * from "./model/common.ts";
export type * from "./model/config.ts";
export type * from "./model/dhcp4.ts";
export type * as dhcp4 from "./model/dhcp4.ts";
export type * as dhcp6 from "./model/dhcp6.ts";
export type * from "./model/events.ts";
export type * from "./model/names.ts";
export { printConfig } from "./print.ts";
export type { ConfigInput } from "./schema/config.ts";
export { jsonSchema } from "./schema/json-schema.ts";
export type { OptionDefinitionInput } from "./schema/option-definitions.ts";
export type { Definitions, OptionsInput } from "./schema/typed-options.ts";
export {
  type Diagnostic,
  formatDiagnostic,
  formatDiagnostics,
  formatPath,
  type Path,
  type Place,
  type Severity,
  type SourceText,
} from "./text/diagnostic.ts";
export { formatDuration, parseDuration } from "./text/duration.ts";
export type { Locate, Position } from "./text/problems.ts";
