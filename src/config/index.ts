/** `leasehold/config`: from a text, or from a program's own object, to a checked configuration. Runs in a browser; `leasehold/config/file` reads files. */

export { type Diagnostic, formatDiagnostic, formatDiagnostics, formatPath, type Path, type Severity } from "./diagnostic.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { jsonSchema } from "./json-schema.ts";
export { buildConfig, defineConfig, type LoadResult, loadConfig } from "./load.ts";
export type * from "./model.ts";
export { printConfig } from "./print.ts";
export type { ConfigInput } from "./schema.ts";
