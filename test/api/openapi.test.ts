import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { generate } from "openapi-typescript-codegen";
import { ADMIN, asked, open, STATUS, send } from "./support.ts";

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly summary?: string; readonly operationId?: string }>>>>;
}

test("every path of the document says what it is for, and the page for people has all of them", async (t) => {
  const { url } = await open(t);
  const document = JSON.parse((await send(`${url}/openapi.json`)).text) as Document;
  assert.equal(document.openapi, "3.1.0");
  assert.deepEqual(document.info.version, "1.2.3");
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
  );
  assert.deepEqual(
    operations.filter(({ summary = "" }) => !summary.endsWith(".")).map(({ method, path }) => `${method} ${path}`),
    [],
  );
  const page = await send(`${url}/docs`);
  assert.match(String(page.headers["content-security-policy"]), /^default-src 'none'/);
  const names = operations.map(({ operationId }) => operationId);
  assert.deepEqual(names.length, new Set(names).size, "each has a name of its own");
  assert.ok(names.includes("postV1LeasesByAddressByOperation"));
  const index = await send(`${url}/`);
  assert.equal(index.status, 200);
  for (const path of ["/docs", "/health", "/v1/status"]) assert.ok(index.text.includes(`<a href="${path}">`), path);
  for (const { method, path } of operations) assert.ok(page.text.includes(`<h2>${method.toUpperCase()} ${path}</h2>`), `${method} ${path}`);
});

test("a client that is generated from the document works", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-openapi-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { url } = await open(t, {}, asked({ release: { done: 1 } }).answer);
  writeFileSync(join(folder, "openapi.json"), (await send(`${url}/openapi.json`)).text);
  await generate({ input: join(folder, "openapi.json"), output: join(folder, "client") });
  const bundle = join(folder, "client.mjs");
  await build({
    entryPoints: [join(folder, "client/index.ts")],
    bundle: true,
    format: "esm",
    platform: "node",
    outfile: bundle,
    logLevel: "silent",
  });
  const { OpenAPI, ServerService, LeasesService } = await import(pathToFileURL(bundle).href);
  Object.assign(OpenAPI, { BASE: url, TOKEN: ADMIN });
  assert.deepEqual(await ServerService.getV1Status(), STATUS);
  assert.deepEqual(await LeasesService.postV1LeasesByAddressByOperation("10.0.0.5", "release"), { done: 1 });
  await assert.rejects(
    LeasesService.postV1LeasesByAddressByOperation("10.0.0.5", "erase"),
    (error: { readonly status?: number; readonly body?: { readonly detail?: string } }) => {
      assert.equal(error.status, 400);
      assert.match(error.body?.detail ?? "", /^operation: /);
      return true;
    },
  );
});
