import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bundleForBrowser, openPage, startChromium } from "../support/chromium.ts";

const PROGRAM = `
import { dhcp4 } from "leasehold/wire";
(globalThis as any).lib = { dhcp4 };
`;
describe("in a browser", () => {
  test("the library", async (t) => {
    const browser = await startChromium(t);
    if (browser === undefined) return;
    const page = await openPage(t, browser, {
      "index.html": '<!doctype html><script type="module" src="main.js"></script>',
      "main.js": await bundleForBrowser(PROGRAM),
    });
    assert.equal(await page.evaluate("typeof lib.dhcp4.decode"), "function");
  });
});
