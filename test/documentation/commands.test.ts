import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { commandReference } from "../../api-reference/commands.ts";

test("the page about commands is what the program says; npm run docs:commands writes it anew", () => {
  const page = readFileSync(new URL("../../docs/reference/commands.md", import.meta.url), "utf8");
  assert.equal(page, commandReference());
});
