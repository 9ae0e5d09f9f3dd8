import assert from "node:assert/strict";
import { test } from "node:test";
import { bundleForBrowser, openPage, startChromium } from "../support/chromium.ts";
import { newFolder, writeIn } from "../support/loopback-server.ts";

/* The pure entries of the library in a real browser: they do there what they do in Node.js. */

test("a page loads a configuration, decodes, decides and runs clients as Node.js does", async (t) => {
  const browser = await startChromium(t);
  if (browser === undefined) return;
  const bundle = await bundleForBrowser('import { run } from "./test/browser/program.ts"; globalThis.found = JSON.stringify(run());');
  const page = await openPage(t, browser, {
    "index.html": '<!doctype html><meta charset="utf-8"><script type="module" src="main.js"></script>',
    "main.js": bundle,
  });
  const found = JSON.parse(await page.evaluate("found"));
  await import(writeIn(newFolder(t), "main.mjs", bundle));
  assert.deepEqual(found, JSON.parse((globalThis as { found?: string }).found ?? ""));
  assert.deepEqual(found.diagnostics, [
    'broken.yaml:1:28: error: unknown key "rangs"\n  1 | networks: { 10.0.0.0/24: { rangs: [] } }\n    |                            ^\n  hint: did you mean "ranges"?',
  ]);
  assert.deepEqual(found.dhcp4.leases, [["192.168.5.10", 2]]);
  assert.deepEqual(found.dhcp6.leases, ["2001:db8::100/128"]);
  assert.equal(found.frame, 0x0806);
});
