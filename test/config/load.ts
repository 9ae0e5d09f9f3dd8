import assert from "node:assert/strict";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/model/config.ts";

/** Loads a text that has to be good. */
export function load(text: string): Config {
  const result = loadConfig(text, "test.yaml");
  assert.ok(result.ok, result.ok ? "" : JSON.stringify(result.diagnostics, undefined, 1));
  return result.config;
}

/** Every problem of a text, one line each: `line:column message`, warnings marked. */
export function problemsOf(text: string, fileName = "test.yaml"): readonly string[] {
  const result = loadConfig(text, fileName);
  const diagnostics = result.ok ? result.warnings : result.diagnostics;
  assert.equal(result.ok, !diagnostics.some((diagnostic) => diagnostic.severity === "error"));
  return diagnostics.map(
    ({ severity, line, column, message }) => `${line}:${column} ${severity === "warning" ? "warning: " : ""}${message}`,
  );
}

/** A network 10.0.0.0/24 with a router, a DNS server and these lines, which start on line 4. */
export function inNetwork(...lines: readonly string[]): string {
  return [
    "networks:",
    "  10.0.0.0/24:",
    "    options: {routers: 10.0.0.1, dns_servers: 10.0.0.1}",
    ...lines.map((line) => `    ${line}`),
  ].join("\n");
}
