import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { plainCode, sourceFiles } from "./support/source-files.ts";

/*
 * The pure rooms keep no state in a module: the same arguments give the same answers, whatever was asked before, and what
 * was compiled for a configuration goes with it.
 */

const PURE = /^(?:client|engine|leases|config|wire|net)\//;

/** Files that still do, each to be mended: this list only gets shorter. */
const STILL: readonly string[] = [];

/** Variables of the module, and collections that begin empty, which nobody would have who does not fill them. */
async function stateIn(source: string): Promise<readonly string[]> {
  const code = await plainCode(source);
  const variables = /^(?:export )?(?:let|var) [\s\S]*?;$/gm;
  const collections = /^(?:export )?const [\w$]+ = (?:\/\* @__PURE__ \*\/ )?new (?:Weak(?:Map|Set|Ref)\b.*|(?:Map|Set|BytesMap)\(\));$/gm;
  return [...(code.match(variables) ?? []), ...(code.match(collections) ?? [])];
}

describe("the pure rooms keep no state in a module", () => {
  test("nor does any of their files", async () => {
    const pure = [...sourceFiles()].filter(([path]) => PURE.test(path));
    assert.ok(pure.length > 100);
    const found = new Map<string, readonly string[]>();
    for (const [path, source] of pure) {
      const state = await stateIn(source);
      if (state.length > 0) found.set(path, state);
    }
    const added = [...found].filter(([path]) => !STILL.includes(path));
    assert.deepEqual(added, [], "keep it where it belongs: in what is made of a configuration, or in an argument");
    const mended = STILL.filter((path) => !found.has(path));
    assert.deepEqual(mended, [], "they no longer do: take them off the list");
  });

  const CASES: readonly (readonly [source: string, count: number])[] = [
    ["const memo = new WeakMap<object, string>();", 1],
    ["export const known: Set<string> = new Set();", 1],
    ["let count = 0;\nexport function next() { return count++; }", 1],
    ["const memo = new Map<string, number>();", 1],
    ["const table = new Map([[1, 2]]);\nconst names = new Set(['a']);", 0],
    ["function f() {\n  let a = 1;\n  const b = new WeakMap();\n  return [a, b];\n}", 0],
    ["/* let a = 1; */\nconst b = `\nlet`;", 0],
  ];
  for (const [source, count] of CASES) {
    test(`${count === 0 ? "none" : "some"} in ${JSON.stringify(source)}`, async () => assert.equal((await stateIn(source)).length, count));
  }
});
