import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { newFolder } from "../support/loopback-server.ts";
import { ROOT } from "../support/packed.ts";
import { requireNamespaces, requirePrograms } from "../support/requirement.ts";
import { linesIn, PICTURE, putCommand, recordSession, runCommands } from "../support/session-picture.ts";

/* The README, tried as it stands; its program is tried in test/package. */

const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** Without what is another at another time. */
function timeless(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\bin \d+ ms|(?<=127\.0\.0\.1:)\d{5}/g, "*"));
}

test("the picture shows what is to be seen: node test/support/session-picture.ts draws it anew", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "unshare")) return;
  assert.deepEqual(timeless(linesIn(readFileSync(PICTURE, "utf8"))), timeless(await recordSession()));
});

test("the commands to try it do what they are said to do", async (t) => {
  if (!requireNamespaces(t) || !requirePrograms(t, "unshare")) return;
  const [, section = ""] = README.split("\n## Try it\n");
  const [text = ""] = section.split("\n## ");
  const [serve, ...others] = [...text.matchAll(/^ {4}(leasehold .*?)(?: +#.*)?$/gm)].map(([, command]) => command as string);
  const folder = newFolder(t);
  putCommand(folder);
  symlinkSync(join(ROOT, "examples"), join(folder, "examples"));
  const said = await runCommands(folder, [`${serve} >log &`, ...others]);
  const [, , probe, leases, explain, bench, ...rest] = said.split(/^\$ /m);
  assert.deepEqual(rest, []);
  assert.match(probe ?? "", /^leasehold probe\n> DHCPDISCOVER.*\nleased 127\.0\.10\.\d+ for 3600 s from 127\.0\.0\.1 in \d+ ms\n/s);
  assert.match(leases ?? "", /\n127\.0\.10\.\d+ +bound +02:00:00:00:00:01 /);
  assert.match(explain ?? "", /answered with ACK of 127\.0\.10\.\d+\n/);
  assert.match(bench ?? "", /renew/);
});
