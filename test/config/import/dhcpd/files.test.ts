import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { buildTranslation } from "../../../../src/config/import/build.ts";
import { translate } from "../../../../src/config/import/dhcpd/translate.ts";
import type { Files } from "../../../../src/config/import/translation.ts";
import { writeTranslation } from "../../../../src/config/import/write.ts";
import { findProgram, requirePrograms } from "../../../support/requirement.ts";

const FOLDER = join(import.meta.dirname, "files");
const NAMES = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".conf"))
  .sort();

const FILES: Files = {
  read: (path, from) => {
    try {
      return { name: path, text: readFileSync(join(FOLDER, dirname(from), path), "utf8") };
    } catch {
      return { reason: "it is not there" };
    }
  },
  list: () => [],
};

/** A file as `leasehold convert` prints it names the format, its version and a longer path. */
function expected(golden: string): string {
  return golden.replace(/ \(ISC dhcpd\) by leasehold \d+\.\d+\.\d+/, "").replaceAll("test/config/import/dhcpd/files/", "");
}

/** A file of what can't be carried over: what is computed for each message. */
const REFUSED = new Set(["expressions.conf"]);

for (const name of NAMES) {
  test(`${name} becomes what is expected of it`, () => {
    const translation = translate(readFileSync(join(FOLDER, name), "utf8"), name, FILES);
    const golden = join(FOLDER, `${basename(name, ".conf")}.yaml`);
    assert.equal(writeTranslation(translation, [`Converted from ${name}.`]), expected(readFileSync(golden, "utf8")));
    const built = buildTranslation(translation);
    const errors = built.ok ? [] : built.diagnostics.filter(({ severity }) => severity === "error");
    assert.equal(built.ok, !REFUSED.has(name), JSON.stringify(errors));
  });
}

test("dhcpd accepts each file", (t) => {
  if (!requirePrograms(t, "dhcpd")) return;
  for (const name of NAMES) {
    const { status, stderr } = spawnSync(findProgram("dhcpd") ?? "dhcpd", ["-t", /^v6|6\.conf$/.test(name) ? "-6" : "-4", "-cf", name], {
      cwd: FOLDER,
      encoding: "utf8",
    });
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});
