import assert from "node:assert/strict";
import { test } from "node:test";
import { createProgram, inOrder } from "../../src/cli/program.ts";

test("options of a command of a command may stand before its name, and are its own", async () => {
  for (const [typed, expected = typed] of [
    ["reservations add -d x.db {}"],
    ["reservations -d x.db add --id y {}", "reservations add -d x.db --id y {}"],
    ["reservations --database x.db --id add add {}", "reservations add --database x.db --id add {}"],
    ["reservations --database=x.db add {}", "reservations add --database=x.db {}"],
    ["reservations -dx.db add {}", "reservations add -dx.db {}"],
    ["dns --json pending", "dns pending --json"],
    ["dns --bogus pending", "dns pending --bogus"],
    // What is none is told by its name, and not as too much for the one that is meant without any.
    ["dns -d x.db nmes", "dns nmes -d x.db"],
    ["dns -d x.db help names", "dns help names"],
    ["dns"],
    ["dns -d"],
    ["dns -d x.db"],
    ["dns -- names"],
    // Commands without commands of their own.
    ["leases --json x"],
    ["--bogus dns -d x.db names"],
    ["nothing -d x.db names"],
  ] as const) {
    const words = typed.split(" ");
    assert.equal(inOrder(await createProgram(words[0]), words).join(" "), expected);
  }
  assert.deepEqual(inOrder(await createProgram(), []), []);
});
