import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.ts";
import { formatDiagnostics } from "../../src/config/text/diagnostic.ts";

const SECRET = "hunter2hunter2hunter2";

test("no mistake beside a secret tells it: not in a message, nor in a hint, nor in the line that is shown", () => {
  for (const text of [
    `api:\n  tokens:\n    - token:${SECRET}: x\n`,
    `api:\n  tokens: [{token:${SECRET}}]\n`,
    `api:\n  tokens:\n    token:${SECRET}\n`,
    `api:\n  tokens:\n    - token: >\n      ${SECRET}\n`,
    `api:\n  tokens:\n    - token: !${SECRET} x\n`,
    `api:\n  tokens:\n    - token: *${SECRET}\n`,
    `ddns:\n  tsig_keys:\n    k: {algorithm: hmac-sha256, secret:${SECRET}=}\n`,
    `ddns:\n  tsig_keys:\n    k: {algorithm: hmac-sha256, data: "${SECRET}="}\n`,
    `events: [{webhook: {url: "https://a.example/", secret: ${SECRET}, rety: 1}}]\n`,
    `{"api": {"tokens": [{"token:${SECRET}": 1}]}}`,
  ]) {
    const loaded = loadConfig(text, "a.yaml");
    assert.ok(!loaded.ok, text);
    const told = formatDiagnostics(loaded.diagnostics, "a.yaml", text).join("\n");
    for (const said of [told, JSON.stringify(loaded.diagnostics)]) assert.ok(!/hunter2/.test(said), said);
  }
});
