import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrettyLog } from "../../../src/cli/log/pretty.ts";

function linesOf(level: string, colour = false) {
  const lines: string[] = [];
  const log = createPrettyLog({ level, colour, write: (line) => lines.push(line), now: () => new Date(2026, 0, 31, 13, 45, 0, 7) });
  return { log, lines };
}

const AT = "2026-01-31 13:45:00.007";

test("a line has the time, the level, the text, and the facts", () => {
  const { log, lines } = linesOf("info");
  log.info("serving");
  log.warn({ chaddr: "02:00:00:00:00:01", name: "a b", nothing: undefined, count: 3 }, "look here");
  assert.deepEqual(lines, [`${AT} INFO  serving\n`, `${AT} WARN  look here  chaddr=02:00:00:00:00:01 name="a b" count=3\n`]);
});

test("only the levels that are asked for", () => {
  for (const [level, count] of [
    ["trace", 4],
    ["debug", 4],
    ["info", 3],
    ["warn", 2],
    ["error", 1],
    ["silent", 0],
  ] as const) {
    const { log, lines } = linesOf(level);
    for (const one of ["debug", "info", "warn", "error"] as const) {
      log[one]("x");
      assert.equal(log.isLevelEnabled(one), lines.at(-1)?.includes(one.toUpperCase()) ?? false);
    }
    assert.equal(lines.length, count, level);
  }
});

test("what clients say makes no line of its own and moves no cursor", () => {
  const { log, lines } = linesOf("info");
  log.info({ hostname: "x\n2026-01-31 INFO  forged \u001b[2J" }, "first\nsecond\u0007\u009b");
  assert.deepEqual(lines, [`${AT} INFO  first\\nsecond\\x07\\x9b  hostname="x\\n2026-01-31 INFO  forged \\u001b[2J"\n`]);
});

test("an error is shown with its stack", () => {
  const { log, lines } = linesOf("info");
  log.error({ err: new Error("broken") }, "a defect");
  assert.match(lines[0] as string, /^2026-01-31 13:45:00\.007 ERROR a defect\n {4}Error: broken\n +at .*\n$/s);
});

test("colour is only for terminals", () => {
  const { log, lines } = linesOf("info", true);
  log.warn("look");
  assert.deepEqual(lines, [`${AT} \u001b[33mWARN \u001b[39m look\n`]);
});
