import assert from "node:assert/strict";
import { test } from "node:test";
import { WriteStream } from "node:tty";
import { usesColour } from "../../src/cli/colour.ts";

/** What Node.js looks at, of the terminal and of the machine that tests run on. */
const NAMES = [
  ...(["NO_COLOR", "TERM", "FORCE_COLOR", "COLORTERM", "NODE_DISABLE_COLORS", "TERM_PROGRAM"] as const),
  ...(["CI", "TF_BUILD", "TEAMCITY_VERSION", "TMUX"] as const),
];
const CASES: readonly (readonly [isTTY: boolean, env: Partial<Record<(typeof NAMES)[number], string>>, colour: boolean])[] = [
  [true, { TERM: "xterm-256color" }, true],
  [false, { TERM: "xterm-256color" }, false],
  [true, { TERM: "dumb" }, false],
  [true, { TERM: "xterm-256color", NO_COLOR: "1" }, false],
  [true, { TERM: "xterm-256color", NO_COLOR: "0" }, false],
  // Empty counts as not set (https://no-color.org).
  [true, { TERM: "xterm-256color", NO_COLOR: "" }, true],
  [false, { TERM: "dumb", NO_COLOR: "1" }, false],
];

for (const [isTTY, env, colour] of CASES) {
  test(`${isTTY ? "a terminal" : "a file"} with ${JSON.stringify(env)}: ${colour ? "" : "no "}colour`, (t) => {
    for (const name of NAMES) {
      const before = process.env[name];
      t.after(() => {
        if (before === undefined) delete process.env[name];
        else process.env[name] = before;
      });
      if (env[name] === undefined) delete process.env[name];
      else process.env[name] = env[name];
    }
    const stream = Object.assign(Object.create(WriteStream.prototype), { isTTY }) as WriteStream;
    assert.equal(usesColour(stream), colour);
  });
}
