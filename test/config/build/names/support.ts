import assert from "node:assert/strict";
import { loadConfig } from "../../../../src/config/load.ts";

/** A network without anything to remark on, in one line. */
export const NETWORK =
  "networks: {10.0.0.0/24: {options: {routers: {value: null}, dns_servers: {value: null}}, ranges: [{range: 10.0.0.1-10.0.0.9}]}}";

/** Of every problem of a text the place, the message and the hint; warnings are marked. */
export function toldOf(text: string): readonly string[] {
  const result = loadConfig(text, "test.yaml");
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  assert.equal(result.ok, !diagnostics.some(({ severity }) => severity === "error"));
  return diagnostics.map(({ severity, line, column, message, hint }) =>
    [`${line}:${column} ${severity === "warning" ? "warning: " : ""}${message}`, ...(hint === undefined ? [] : [hint])].join(" | "),
  );
}
