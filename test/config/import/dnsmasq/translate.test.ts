import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { buildTranslation } from "../../../../src/config/import/build.ts";
import { DNSMASQ } from "../../../../src/config/import/dnsmasq/format.ts";

const FOLDER = new URL("files/", import.meta.url);
const NO_FILES = { read: () => ({ reason: "there is no such file" }), list: () => [] };

for (const name of readdirSync(FOLDER)) {
  test(`${name} is served as it stands`, () => {
    const built = buildTranslation(DNSMASQ.translate(readFileSync(new URL(name, FOLDER), "utf8"), name, NO_FILES));
    assert.deepEqual(built.ok ? [] : built.diagnostics.filter(({ severity }) => severity === "error"), []);
  });
}
