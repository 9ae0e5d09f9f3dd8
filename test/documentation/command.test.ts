import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../support/packed.ts";

/*
 * The command is `leasehold`, however it came there. Outside a checkout `npx leasehold` fetches what
 * some stranger has published under that name.
 */

/** About work in a checkout. */
const ALLOWED = ["CONTRIBUTING.md"];
const FOLDERS = ["bin", "deploy", "docs", "examples", "src"];
const TEXT = /\.(md|ts|js|html|yaml|yml|sh|service|8)$|\/(Dockerfile|install)$/;

test("no text of the program or of its documentation runs npx leasehold", () => {
  const inside = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  const files = [...readdirSync(ROOT), ...inside].filter((name) => TEXT.test(name) && !ALLOWED.includes(name));
  assert.ok(files.length > 500);
  assert.deepEqual(
    files.filter((name) => /npx leasehold|node src\/cli/.test(readFileSync(join(ROOT, name), "utf8"))),
    [],
  );
});
