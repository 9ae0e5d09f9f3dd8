import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/* What the README says needs no Node.js is bundled for a browser: a module of the system anywhere in it is an error. */

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

describe("a browser's bundle of", { concurrency: true }, () => {
  for (const entry of ["net", "wire", "engine", "leases", "config", "client"]) {
    test(`leasehold/${entry}`, async (t) => {
      const source = `${SRC}${entry}/index.ts`;
      assert.ok(existsSync(source));
      const { errors, outputFiles } = await build({
        entryPoints: [source],
        bundle: true,
        write: false,
        platform: "browser",
        format: "esm",
        logLevel: "silent",
      }).catch((error: { errors: { text: string }[] }) => ({ errors: error.errors, outputFiles: [] }));
      assert.deepEqual(
        errors.map(({ text }) => text),
        [],
      );
      const [bundle] = outputFiles;
      assert.ok(bundle !== undefined && bundle.text.length > 0);
      assert.doesNotMatch(bundle.text, /["']node:/);
      t.diagnostic(`${bundle.text.length} characters`);
    });
  }
});
