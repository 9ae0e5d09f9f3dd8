import { dirname } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { findProgram, requirePrograms } from "./requirement.ts";

/*
 * Debian's Chromium, without a window. No server is behind its pages: what they load is given to
 * them, and whatever else they ask for fails the test.
 */

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * A Chromium for the tests of a file: start it once, in the first test or in one that has the
 * others as subtests. Ends with the test; undefined when it is not installed, and the test is
 * skipped.
 */
export async function startChromium(t: TestContext): Promise<Browser | undefined> {
  if (!requirePrograms(t, "chromium")) return undefined;
  const browser = await chromium.launch({
    executablePath: findProgram("chromium") as string,
    // Root, as in CI, has no sandbox.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  t.after(() => browser.close());
  return browser;
}

export const ORIGIN = "http://leasehold.test/";

const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript", css: "text/css" };

/**
 * Opens a page that consists of these files, of which the first is shown: their contents by name,
 * such as `{ "index.html": "...", "main.js": "..." }`. Fails the test, when it ends, if the page had
 * an error, said one on its console, or asked for another file.
 */
export async function openPage(t: TestContext, browser: Browser, files: Readonly<Record<string, string>>): Promise<Page> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.route("**", (route) => {
    const name = route
      .request()
      .url()
      .replace(ORIGIN, "")
      .replace(/[?#].*/, "");
    const body = files[name];
    if (body !== undefined)
      return route.fulfill({ body, contentType: `${TYPES[name.split(".").at(-1) ?? ""] ?? "text/plain"};charset=utf-8` });
    // Every browser asks for it by itself.
    if (name !== "favicon.ico") errors.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  t.after(async () => {
    await page.close();
    if (errors.length > 0) throw new Error(`the page had errors:\n${errors.join("\n")}`);
  });
  await page.goto(ORIGIN + Object.keys(files)[0]);
  return page;
}

/**
 * One script of a program for a browser: its text, which imports `leasehold/...` (of this checkout's
 * sources) or files by a path from the root of the project.
 */
export async function bundleForBrowser(program: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: program, resolveDir: ROOT, loader: "ts" },
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    conditions: ["leasehold-source"],
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
