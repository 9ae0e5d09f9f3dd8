import assert from "node:assert/strict";
import { test } from "node:test";
import { watchFolder } from "../../src/store/sqlite/folder-watch.ts";

function setUp() {
  let now = 10_000;
  let folder: { dev: number; ino: number; ctimeMs: number } | undefined = { dev: 1, ino: 2, ctimeMs: 5000 };
  const watch = watchFolder(
    "/x",
    () => folder,
    () => now,
  );
  const look = (): boolean => {
    const changed = watch.mayHaveChanged();
    watch.seen();
    return changed;
  };
  return {
    look,
    pass(milliseconds: number) {
      now += milliseconds;
    },
    change() {
      folder = { dev: 1, ino: 2, ctimeMs: now };
    },
    replace() {
      folder = { dev: 1, ino: 3, ctimeMs: 5000 };
    },
    remove() {
      folder = undefined;
    },
  };
}

test("a folder that stays as it is need not be looked through again", () => {
  const { look } = setUp();
  assert.deepEqual([look(), look(), look()], [true, false, false]);
});

test("after a change it is looked through until a later change would have another time", () => {
  const { look, change, pass } = setUp();
  look();
  change();
  assert.deepEqual([look(), look()], [true, true]);
  pass(50);
  assert.equal(look(), true);
  pass(100);
  assert.deepEqual([look(), look()], [true, false]);
});

test("a folder that is replaced or gone is a change, each time", () => {
  for (const what of ["replace", "remove"] as const) {
    const scene = setUp();
    scene.look();
    scene[what]();
    assert.equal(scene.look(), true);
    assert.equal(scene.look(), what === "remove");
  }
});
