import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { MAIN } from "../support/run-leasehold.ts";

/** What `decode` shows of a message on a terminal, in this environment. */
function decodeOnTerminal(t: { skip(reason: string): void }, env: Readonly<Record<string, string>>): string | undefined {
  const typed = `echo 0102030405060708 | "${process.execPath}" "${MAIN}" decode -`;
  const { stdout, error } = spawnSync("script", ["-qec", typed, "/dev/null"], {
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color", ...env },
  });
  if (error !== undefined) t.skip("no script(1) here, which makes terminals");
  return error === undefined ? stdout : undefined;
}

const ESCAPE = "\x1b[";
const TABLE: readonly (readonly [env: Readonly<Record<string, string>>, coloured: boolean])[] = [
  [{}, true],
  [{ NO_COLOR: "" }, true],
  [{ NO_COLOR: "1" }, false],
  [{ TERM: "dumb" }, false],
];
for (const [env, coloured] of TABLE) {
  test(`on a terminal with ${JSON.stringify(env)} there are ${coloured ? "colours" : "none"}`, (t) => {
    const shown = decodeOnTerminal(t, env);
    if (shown !== undefined) assert.equal(shown.includes(ESCAPE), coloured, JSON.stringify(shown));
  });
}
