import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createResolvConf } from "../../../src/cli/client/resolv-conf.ts";
import { temporaryFolder } from "../../support/leasehold-process.ts";

const BEFORE = "nameserver 192.0.2.1\n";
const NONE = { nameservers: [], search: [] };

function pathOf(t: TestContext, text?: string): string {
  const path = join(temporaryFolder(t), "resolv.conf");
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

/** Without the comment. */
function linesOf(path: string): readonly string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

test("name servers of both families, each once and three at most; without any the file is as before", (t) => {
  const path = pathOf(t, BEFORE);
  const file = createResolvConf(path);
  assert.equal(file.use("-4", { nameservers: ["10.0.0.1", "10.0.0.2"], search: ["a.test"] }), undefined);
  file.use("-6", { nameservers: ["10.0.0.1", "2001:db8::1", "2001:db8::2"], search: ["a.test", "b.test"] });
  assert.deepEqual(linesOf(path), ["search a.test b.test", "nameserver 10.0.0.1", "nameserver 10.0.0.2", "nameserver 2001:db8::1"]);
  file.use("-4", NONE);
  assert.deepEqual(linesOf(path), ["search a.test b.test", "nameserver 10.0.0.1", "nameserver 2001:db8::1", "nameserver 2001:db8::2"]);
  file.use("-6", NONE);
  assert.equal(readFileSync(path, "utf8"), BEFORE);
  assert.equal(existsSync(`${path}.before-leasehold`), false);
});

test("where there was no file there is none afterwards", (t) => {
  const path = pathOf(t);
  const file = createResolvConf(path);
  file.use("-4", { nameservers: ["10.0.0.1"], search: [] });
  assert.deepEqual(linesOf(path), ["nameserver 10.0.0.1"]);
  file.use("-4", NONE);
  assert.equal(existsSync(path), false);
});

test("a client that was killed leaves the file of before to the next one", (t) => {
  const path = pathOf(t, BEFORE);
  createResolvConf(path).use("-4", { nameservers: ["10.0.0.1"], search: [] });
  const next = createResolvConf(path);
  next.use("-4", { nameservers: ["10.0.0.2"], search: [] });
  next.use("-4", NONE);
  assert.equal(readFileSync(path, "utf8"), BEFORE);
});

test("what another program has written meanwhile stays", (t) => {
  const path = pathOf(t, BEFORE);
  const file = createResolvConf(path);
  file.use("-4", { nameservers: ["10.0.0.1"], search: [] });
  writeFileSync(path, "nameserver 192.0.2.9\n");
  file.use("-4", NONE);
  assert.equal(readFileSync(path, "utf8"), "nameserver 192.0.2.9\n");
});

test("a name with a line break in it is no line", (t) => {
  const path = pathOf(t, BEFORE);
  createResolvConf(path).use("-4", { nameservers: ["10.0.0.1"], search: ["a.test\nnameserver 6.6.6.6", "b c", "ok.test"] });
  assert.deepEqual(linesOf(path), ["search ok.test", "nameserver 10.0.0.1"]);
});

test("a folder that is not there is said", (t) => {
  const path = join(pathOf(t), "nowhere", "resolv.conf");
  assert.match(createResolvConf(path).use("-4", { nameservers: ["10.0.0.1"], search: [] }) ?? "", /resolv\.conf is not written: .*ENOENT/);
});
