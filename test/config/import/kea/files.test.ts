import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { buildTranslation } from "../../../../src/config/import/build.ts";
import { translateTogether } from "../../../../src/config/import/kea/translate.ts";
import type { Files, Translation } from "../../../../src/config/import/translation.ts";
import { writeTranslation } from "../../../../src/config/import/write.ts";
import { loadConfig } from "../../../../src/config/load.ts";
import { findProgram, requirePrograms } from "../../../support/requirement.ts";

/*
 * Whole files in the style of real sites, each with what `convert` writes of it. With
 * LEASEHOLD_UPDATE_GOLDEN=1 that is written anew: look at what changed.
 */

const FOLDER = join(import.meta.dirname, "files");
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

/** Files whose servers say what is not served here: they convert, with errors. */
const UNSERVED = ["company", "names4", "required"];

const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

const FILES: Files = {
  read: (path) => (path.endsWith(".inc") ? { name: path, text: read(path) } : { reason: "there is no such file" }),
  list: () => [],
};

const fileOf = (name: string): string => (name.includes(".") ? name : `${name}.json`);

const translate = (...names: readonly string[]): Translation =>
  translateTogether(
    names.map(fileOf).map((name) => ({ name, text: read(name) })),
    FILES,
  );

function compare(names: readonly string[], golden: string): void {
  const translation = translate(...names);
  const text = writeTranslation(translation, [`Converted from ${names.map(fileOf).join(" and ")}.`]);
  const path = join(FOLDER, `${golden}.yaml`);
  if (process.env.LEASEHOLD_UPDATE_GOLDEN === "1") writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"), golden);
  // What is written loads, and means what was translated.
  const loaded = loadConfig(text, "golden.yaml");
  assert.deepEqual(loaded.ok ? [] : loaded.diagnostics, [], golden);
  assert.equal(buildTranslation(translation).ok, !UNSERVED.includes(golden), golden);
}

test("there are files enough", () => assert.ok(NAMES.length >= 14));

for (const name of NAMES) test(`what becomes of ${name}.json`, () => compare([name], name));

test("what becomes of a file for each protocol", () => compare(["dual4", "dual6"], "dual"));

test("what becomes of a file with that of kea-dhcp-ddns", () => compare(["names4", "kea-dhcp-ddns.conf"], "names"));

test("Kea itself takes the files", (t) => {
  if (!requirePrograms(t, "kea-dhcp4", "kea-dhcp6")) return;
  const folder = mkdtempSync(join(tmpdir(), "leasehold-kea-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of readdirSync(FOLDER).filter((one) => one.endsWith(".inc"))) writeFileSync(join(folder, name), read(name));
  for (const name of NAMES) {
    // The interfaces of this machine are others.
    const text = read(`${name}.json`)
      .replace(/"interfaces": \[[^\]]*\]/, '"interfaces": []')
      .replace(/"interface": "[^"]+"/g, '"interface": "lo"');
    writeFileSync(join(folder, `${name}.json`), text);
    const program = findProgram(text.includes('"Dhcp6"') ? "kea-dhcp6" : "kea-dhcp4") as string;
    const { status, stdout, stderr } = spawnSync(program, ["-t", `${name}.json`], { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
  }
});
